"""Near misses and luck."""

import pytest

from incibot.core.review.analyses.near_misses import NEAR_MISSES, near_misses
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "we almost lost the replica",
        "luckily the backup ran",
        "2 GB left on the disk",
        "the disk is about to fill",
        "it could have been much worse",
        "I happened to notice the graph",
    ],
)
def test_such_words_are_possibly_one(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    (told,) = NEAR_MISSES.read(Telling(story.history(), BOOK)).statements
    assert told.rank is Rank.PATTERN
    assert told.evidence == (2,)


@pytest.mark.parametrize(
    "words",
    [
        "almost done",
        "nearly there",
        "it had stood so for almost a year",
        "```almost lost it```",
        "the close button is gone",
    ],
)
def test_other_words_code_and_links_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not near_misses(Telling(story.history(), BOOK))
