"""How roles changed hands."""

from incibot.core.review.analyses.hand_overs import HAND_OVERS
from incibot.core.review.telling import Telling
from incibot.core.timeline import Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, odds_and_ends


def test_a_hand_over_tells_whether_a_summary_stands_near_it() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", commander=ANA)
    story.at("10:00").gives("commander", BELA, by=ANA)
    story.at("12:00")
    pinned = story.says(BELA, "where we are: the disk")
    story.marks(BELA, pinned, Mark.KEY_MOMENT, "pin")
    second = story.at("12:05").gives("commander", CHIDI, by=BELA)

    without, having = HAND_OVERS.read(Telling(story.history(), BOOK)).groups

    assert without.statements[0].text.startswith("No summary found in the record")
    assert having.statements[0].evidence == (pinned,)
    assert having.lead is not None
    assert having.lead.evidence == (second,)


def test_a_role_that_was_undone_within_two_minutes_is_no_hand_over() -> None:
    groups = HAND_OVERS.read(Telling(odds_and_ends(), BOOK)).groups
    assert [group.lead.text for group in groups if group.lead] == [
        "**2026-11-21 03:00** Incident commander: Ana Alves (before: Emre Yılmaz)"
    ]
