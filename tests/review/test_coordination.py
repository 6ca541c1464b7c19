"""Roles, hand-overs and how many came."""

from incibot.core.review.coordination import COORDINATION
from incibot.core.review.telling import Telling
from incibot.core.timeline import Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, checkout, odds_and_ends


def test_every_role_has_its_times_and_the_entries_that_show_them() -> None:
    table = COORDINATION.read(Telling(checkout(), BOOK)).table
    assert table
    assert [(*row.cells, row.evidence) for row in table.rows] == [
        ("Incident commander", "Bela Kovács", "14:08", "14:26", (6, 39)),
        ("Incident commander", "Fumiko Tanaka", "14:26", "still held", (39,)),
        ("Operations", "Chidi Okafor", "14:09", "still held", (12,)),
    ]


def test_people_are_counted_as_a_whole() -> None:
    assert [one.text for one in COORDINATION.read(Telling(checkout(), BOOK)).statements] == [
        "5 people wrote.",
        "Up to 4 people wrote within the same ten minutes (14:10–14:20).",
        "5 people joined the channel, 14:08–14:25.",
    ]


def test_a_hand_over_tells_whether_a_summary_stands_near_it() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", commander=ANA)
    story.at("10:00").gives("commander", BELA, by=ANA)
    story.at("12:00")
    pinned = story.says(BELA, "where we are: the disk")
    story.marks(BELA, pinned, Mark.KEY_MOMENT, "pin")
    second = story.at("12:05").gives("commander", CHIDI, by=BELA)

    without, having = COORDINATION.read(Telling(story.history(), BOOK)).groups

    assert without.statements[0].text.startswith("No summary found in the record")
    assert having.statements[0].evidence == (pinned,)
    assert having.lead is not None
    assert having.lead.evidence == (second,)


def test_a_role_that_was_undone_within_two_minutes_is_no_hand_over() -> None:
    groups = COORDINATION.read(Telling(odds_and_ends(), BOOK)).groups
    assert [group.lead.text for group in groups if group.lead] == [
        "**2026-11-21 03:00** Incident commander: Ana Alves (before: Emre Yılmaz)"
    ]
