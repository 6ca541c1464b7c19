"""Tools that may have been out of reach."""

import pytest

from incibot.core.review.analyses.out_of_reach import OUT_OF_REACH, out_of_reach
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, talk


def test_a_tool_near_such_words_is_told_with_the_next_link() -> None:
    story = talk(
        ("9:01", BELA, "I can't reach grafana from here"),
        ("9:05", ANA, "try <https://logs.example/q>"),
    )
    found = OUT_OF_REACH.read(Telling(story.history(), BOOK))
    (one,) = found.statements
    assert one.text == "**09:01** Bela Kovács (next link at 09:05)"
    assert one.quote == "I can't reach grafana from here"
    assert (one.evidence, one.rank) == ((2, 3), Rank.PATTERN)
    assert [question.evidence for question in found.questions] == [(2,)]


@pytest.mark.parametrize(
    "words",
    [
        "search is down",
        "grafana is up",
        "grafana looks as on any day and so does all that I can think of, but search is down",
        "`grafana` is down",
    ],
)
def test_another_thing_or_words_far_apart_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", ANA, "hm"))
    assert not out_of_reach(Telling(story.history(), BOOK))
