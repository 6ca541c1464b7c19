"""Subjects on which most of the words came from one person."""

from incibot.core.review.analyses.held_by_few import HELD_BY_FEW, held_by_few
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, PEOPLE, Story, talk

LONG = "the index of search is built anew each night and takes two hours"


def story(by_one: int, by_other: int) -> Story:
    lines = [(f"9:{minute + 1:02}", BELA, LONG) for minute in range(by_one)]
    lines += [(f"9:{minute + 30:02}", CHIDI, LONG) for minute in range(by_other)]
    return talk(*lines, ("9:50", ANA, "thanks"), service="Search")


def test_a_share_of_sixty_percent_is_told_without_a_name() -> None:
    found = HELD_BY_FEW.read(Telling(story(3, 2).history(), BOOK))
    (one,) = found.statements
    assert one.text == (
        "Most of what was written about Search came from one person; 2 of the 3 who wrote did so "
        "about it."
    )
    assert len(found.questions) == 1
    assert not [person.name for person in PEOPLE.values() if person.name in str(found)]


def test_of_few_messages_or_an_even_share_nothing_is_said() -> None:
    assert not held_by_few(Telling(story(4, 0).history(), BOOK))
    assert not held_by_few(Telling(story(5, 5).history(), BOOK))
