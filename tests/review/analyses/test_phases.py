"""Phases lie between the milestones that are known, as in the timelines that others published."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incibot.core.review.analyses.phases import PHASES, chapters, phases
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, Story, written

TIMELINES: dict[str, Any] = json.loads((Path(__file__).parents[1] / "timelines.json").read_text())


@pytest.mark.parametrize("name", TIMELINES)
def test_the_phases_of_a_published_timeline_are_as_read_by_hand(name: str) -> None:
    told = TIMELINES[name]
    times = [datetime.fromisoformat(at) for at in told["times"]]
    milestones = {key: datetime.fromisoformat(at) for key, at in told["milestones"].items()}

    found = phases(written(times, milestones, "UTC").incident)

    assert [
        [
            phase.since.name,
            phase.until.name,
            None if phase.length is None else phase.length // timedelta(minutes=1),
        ]
        for phase in found
    ] == told["phases"]


def test_a_milestone_that_is_not_known_joins_its_neighbours() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    known = {"started": at, "mitigated": at + timedelta(minutes=5)}
    assert [phase.label for phase in phases(written([at], known, "UTC").incident)] == [
        "started to mitigated"
    ]


def test_every_entry_stands_in_one_chapter_and_none_is_empty() -> None:
    for told in TIMELINES.values():
        times = [datetime.fromisoformat(at) for at in told["times"]]
        milestones = {key: datetime.fromisoformat(at) for key, at in told["milestones"].items()}
        history = written(times, milestones, "UTC")
        cut = chapters(history)
        assert [entry for chapter in cut for entry in chapter.entries] == list(history.entries)
        assert all(chapter.entries for chapter in cut)


def test_the_entry_that_reaches_a_milestone_ends_the_chapter_before_it() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:10").says(BELA, "the index is rebuilding")
    story.at("9:20").moves_to("mitigated", by=ANA)
    story.at("9:30").says(ANA, "watching it")

    response, after = chapters(story.history())

    assert (response.label, after.label) == ("response", "after “mitigated”")
    assert response.entries[-1].kind == "status"
    assert [entry.words for entry in after.entries] == ["watching it"]


def table(**known: datetime) -> list[tuple[str, ...]]:
    at = min(known.values())
    found = PHASES.read(Telling(written([at], known, "UTC"), BOOK)).table
    return [row.cells for row in found.rows] if found else []


def test_a_table_tells_the_phases_that_have_a_length() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    minute = timedelta(minutes=1)
    assert table(started=at, detected=at + 26 * minute, declared=at + 26 * minute) == [
        ("Not yet noticed", "09:00", "09:26", "26 min")
    ]
    assert table(declared=at, resolved=at + 204 * minute) == [
        ("Declared to resolved", "09:00", "12:24", "3 h 24 min")
    ]


def test_what_was_better_before_it_was_noticed_has_no_length_and_years_are_none() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    later = at + timedelta(minutes=245)
    assert table(detected=later, mitigated=at) == []
    assert table(started=at - timedelta(days=800), detected=at) == [
        ("Not yet noticed", "09:00", "2026-11-20 09:00", "")
    ]


def test_users_who_were_better_before_it_was_noticed_are_told_of() -> None:
    story = Story()
    story.at("13:00").declares(ANA, "Nodes were full")
    story.at("13:01").sets("mitigated", "8:55", by=ANA)
    story.at("13:02").sets("detected", "13:00", by=ANA)
    (one,) = PHASES.read(Telling(story.history(), BOOK)).statements
    assert one.text == "Users were better before the trouble was noticed, by these times."
    assert one.evidence == (2, 3)


def test_of_one_milestone_there_is_no_table() -> None:
    assert table(declared=datetime(2026, 11, 20, 9, tzinfo=UTC)) == []
