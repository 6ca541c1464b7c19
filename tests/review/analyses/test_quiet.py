"""Quiet stretches: where they begin to count, and what is said of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from incibot.core.history import Interval
from incibot.core.review.analyses.quiet import QUIET, silence
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.analyses.test_phases import TIMELINES
from tests.review.histories import ANA, BELA, BOOK, FUMIKO, Story, written


def chat(gaps: list[int], *, begin: str = "9:00", who: Any = (ANA, BELA)) -> Story:
    """Words so many minutes after each other."""
    story = Story()
    story.at(begin).declares(ANA, "Search is slow")
    for number, gap in enumerate([0, *gaps]):
        story.now += timedelta(minutes=gap)
        story.says(who[number % len(who)], f"word {number}")
    return story


@pytest.mark.parametrize("name", TIMELINES)
def test_the_quiet_stretches_of_a_published_timeline_are_as_read_by_hand(name: str) -> None:
    told = TIMELINES[name]
    times = [datetime.fromisoformat(at) for at in told["times"]]
    milestones = {key: datetime.fromisoformat(at) for key, at in told["milestones"].items()}
    zone = "America/Los_Angeles" if "mybinder" in name else "UTC"

    found = silence(written(times, milestones, zone), BOOK)

    minute = timedelta(minutes=1)
    assert (
        found
        and {
            "median": found.usual / minute,
            "threshold": found.threshold / minute,
            "longest": [
                [
                    quiet.length // minute,
                    quiet.after.occurred_at,
                    quiet.before.occurred_at,
                ]
                for quiet in found.longest
            ],
        }
    ) == (
        told["quiet"]
        and {
            **told["quiet"],
            "longest": [
                [minutes, datetime.fromisoformat(since), datetime.fromisoformat(until)]
                for minutes, since, until in told["quiet"]["longest"]
            ],
        }
    )


def test_of_five_messages_nothing_is_said() -> None:
    assert silence(chat([1, 1, 60, 1]).history(), BOOK) is None
    assert silence(chat([1, 1, 60, 1, 1]).history(), BOOK) is not None


def test_only_the_three_longest_are_shown_and_in_the_order_of_time() -> None:
    found = QUIET.read(Telling(chat([1, 1, 30, 1, 20, 1, 50, 1, 40, 1]).history(), BOOK))
    assert [statement.text for statement in found.statements] == [
        "Quiet 09:02–09:32 (30 min).",
        "Quiet 09:54–10:44 (50 min).",
        "Quiet 10:45–11:25 (40 min).",
    ]
    assert len(found.questions) == 3


def test_a_stretch_under_ten_minutes_is_never_quiet() -> None:
    assert QUIET.read(Telling(chat([1] * 8 + [9]).history(), BOOK)).statements == ()


def test_what_was_told_afterwards_does_not_break_a_stretch() -> None:
    story = chat([1, 1, 1, 1, 40, 1])
    story.types(ANA, EntryKind.NOTE, "I restarted it by hand", about="9:20")
    assert [one.text for one in QUIET.read(Telling(story.history(), BOOK)).statements] == [
        "Quiet 09:04–09:44 (40 min)."
    ]


def test_an_update_for_others_or_a_note_of_what_was_ends_a_stretch_where_it_was_written() -> None:
    story = chat([1, 1, 1, 1])
    story.at("9:20").updates(BELA, "We are on it")
    story.at("9:40").types(ANA, EntryKind.NOTE, "I restarted it by hand", about="9:10")
    assert [one.text for one in QUIET.read(Telling(story.history(), BOOK)).statements] == [
        "Quiet 09:04–09:20 (16 min).",
        "Quiet 09:20–09:40 (20 min).",
    ]


def test_a_night_is_called_one_only_when_it_was_night_for_all_who_wrote() -> None:
    gaps = [1, 1, 1, 1, 10 * 60, 1]
    lisbon = QUIET.read(Telling(chat(gaps, begin="21:00").history(), BOOK))
    tokyo_too = QUIET.read(Telling(chat(gaps, begin="21:00", who=(ANA, FUMIKO)).history(), BOOK))
    assert lisbon.statements[0].text == (
        "Quiet 21:04–2026-11-21 07:04 (10 h 0 min), overnight for all who wrote."
    )
    assert not lisbon.questions, "nobody need be asked what was going on"
    assert "overnight" not in tokyo_too.statements[0].text
    assert len(tokyo_too.questions) == 1


def test_a_stretch_in_which_incibot_did_not_listen_says_so() -> None:
    story = chat([1, 1, 1, 1, 40, 1])
    since = story.at("9:10").now
    gap = Interval(since=since, until=since + timedelta(minutes=5), filled=False)
    story.not_listening = (gap,)
    assert QUIET.read(Telling(story.history(), BOOK)).statements[0].text == (
        "Quiet 09:04–09:44 (40 min); incibot was not listening 09:10–09:15."
    )
