"""How what was known got about."""

from incibot.core.people import ChannelId
from incibot.core.review.analyses.travel import TRAVEL, asked_twice, from_elsewhere
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story

LINK = "<https://logs.example/q/1>"


def story(later: str) -> Story:
    told = Story()
    told.at("8:58").says(CHIDI, f"odd: {LINK}", channel=ChannelId("C0SEARCH"))
    told.at("9:00").declares(ANA, "Search is slow")
    told.at("9:00:10").opens_the_channel()
    told.at(later).says(BELA, f"see {LINK}")
    return told


def test_a_link_that_was_elsewhere_first_is_told_with_both_times() -> None:
    found = TRAVEL.read(Telling(story("9:31").history(), BOOK))
    assert [one.text for one in found.statements] == [
        "A link was in another channel at 08:58 and in the incident’s at 09:31, 33 min later."
    ]


def test_under_five_minutes_it_is_not() -> None:
    assert not from_elsewhere(Telling(story("9:02").history(), BOOK))


def test_nearly_the_same_question_by_two_people_is_told_once() -> None:
    told = Story()
    told.at("9:00").declares(ANA, "Search is slow")
    told.at("9:01").says(BELA, "who owns the search index?")
    told.at("9:02").says(BELA, "who owns the search index?")
    told.at("9:05").says(CHIDI, "who owns the search index now?")
    told.at("9:06").says(CHIDI, "where is the log?")
    (one,) = TRAVEL.read(Telling(told.history(), BOOK)).statements
    assert one.text == "Asked at 09:01 and, in nearly the same words, at 09:05"
    assert one.rank is Rank.PATTERN
    assert len(asked_twice(Telling(told.history(), BOOK))) == 1
