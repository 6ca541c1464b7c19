"""What pressed from outside."""

import pytest

from incibot.core.review.analyses.pressure import PRESSURE, pressure
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.imports import published
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "the CEO is in the room",
        "customers are asking",
        "this is urgent",
        "payroll runs tonight",
        "we need it before market opens",
        "our launch is today",
        "everybody is in the customer demo",
    ],
)
def test_such_words_are_possibly_one(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    (told,) = PRESSURE.read(Telling(story.history(), BOOK)).statements
    assert told.rank is Rank.PATTERN
    assert told.evidence == (2,)


@pytest.mark.parametrize(
    "words",
    [
        "press enter to go on",
        "the dashboard is on the board",
        "`demo` is a namespace",
        "one launch is pending, and no launch today has worked",
        "the demo hub answers",
    ],
)
def test_other_words_code_and_links_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not pressure(Telling(story.history(), BOOK))


@pytest.mark.parametrize("name", published.NAMES)
def test_no_public_timeline_speaks_of_pressure_where_it_speaks_of_launches(name: str) -> None:
    found = pressure(Telling(published.history(name), BOOK))
    assert not [one.entry.words for one in found if "launch" in one.words]
