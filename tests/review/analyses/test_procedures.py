"""Procedures and documents."""

import pytest

from incibot.core.review.analyses.procedures import PROCEDURES, procedures
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "the runbook is for the old cluster",
        "that page is out of date",
        "the wiki doesn’t say",
        "I followed the steps",
    ],
)
def test_such_words_are_possibly_one(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    (told,) = PROCEDURES.read(Telling(story.history(), BOOK)).statements
    assert told.rank is Rank.PATTERN
    assert told.evidence == (2,)


@pytest.mark.parametrize(
    "words",
    ["we run a book club", "<https://wiki.example/runbook>", "`runbook.sh`"],
)
def test_other_words_code_and_links_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not procedures(Telling(story.history(), BOOK))
