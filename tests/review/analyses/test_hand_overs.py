"""How roles changed hands."""

from incibot.core.review.analyses.hand_overs import HAND_OVERS
from incibot.core.review.telling import Telling
from incibot.core.timeline import Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, odds_and_ends, talk


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


def test_questions_in_the_half_hour_after_it_are_counted_as_a_whole() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow", commander=ANA)
    story.at("10:00").gives("commander", BELA, by=ANA)
    asked = [story.at("10:05").says(BELA, "which disk?"), story.at("10:30").says(CHIDI, "and now?")]
    story.at("10:31").says(BELA, "too late for it?")
    (group,) = HAND_OVERS.read(Telling(story.history(), BOOK)).groups
    assert group.statements[-1].text == "2 questions were asked in the 30 minutes after it."
    assert group.statements[-1].evidence == tuple(asked)


def test_words_of_a_hand_over_without_a_role_are_possibly_one() -> None:
    story = talk(("9:01", BELA, "signing off, over to you"), ("9:02", CHIDI, "good night"))
    (group,) = HAND_OVERS.read(Telling(story.history(), BOOK)).groups
    assert [one.evidence for one in group.statements] == [(2,)]
    story.at("9:20").gives("commander", CHIDI, by=ANA)
    story.at("9:30").gives("commander", BELA, by=CHIDI)
    (group,) = HAND_OVERS.read(Telling(story.history(), BOOK)).groups
    assert group.lead
