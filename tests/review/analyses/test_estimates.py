"""Estimates that people gave."""

import pytest

from incibot.core.review.analyses.estimates import ESTIMATES, estimates
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "ETA 10 minutes",
        "should be back soon",
        "done in about 20 min",
        "we have it by 14:30",
        "another 10 min",
    ],
)
def test_such_words_are_possibly_one(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    (told,) = ESTIMATES.read(Telling(story.history(), BOOK)).statements
    assert told.rank is Rank.PATTERN
    assert told.evidence == (2,)


@pytest.mark.parametrize(
    "words",
    ["eta?", "in the morning", "`in 5 min`", "the beta is out"],
)
def test_other_words_code_and_links_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not estimates(Telling(story.history(), BOOK))
