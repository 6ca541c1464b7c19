"""Ideas for later."""

import pytest

from incibot.core.review.analyses.later import LATER, later
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "TODO: an alert on followers",
        "follow-up: rotate the key",
        "we should also write that down",
        "later we could move it",
        "worth a ticket",
    ],
)
def test_such_words_are_possibly_one_and_ask_nothing_of_anybody(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    found = LATER.read(Telling(story.history(), BOOK))
    (told,) = found.statements
    assert (told.rank, told.evidence) == (Rank.PATTERN, (2,))
    assert found.questions == ()


@pytest.mark.parametrize("words", ["see you later", "`TODO`", "we should be fine"])
def test_other_words_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not later(Telling(story.history(), BOOK))
