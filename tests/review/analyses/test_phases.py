"""Phases lie between the milestones that are known, as in the timelines that others published."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incibot.core.review.analyses.phases import chapters, phases
from tests.review.histories import ANA, BELA, Story, written

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
