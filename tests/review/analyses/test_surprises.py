"""What surprised people, and what may have."""

import pytest

from incibot.core.review.analyses.surprises import SURPRISES
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, Story


def story_of(words: str) -> Story:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").says(BELA, words)
    return story


def possible(words: str) -> bool:
    groups = SURPRISES.read(Telling(story_of(words).history(), BOOK)).groups
    assert all(one.rank is Rank.PATTERN for group in groups for one in group.statements)
    return bool(groups)


def test_what_people_marked_comes_as_marked_and_in_their_words() -> None:
    story = story_of("the index is empty")
    story.marks(ANA, 2, Mark.SURPRISE)
    story.at("9:06").types(ANA, EntryKind.SURPRISE, "and nobody was told")

    found = SURPRISES.read(Telling(story.history(), BOOK))

    assert [one.quote for one in found.statements] == ["the index is empty", "and nobody was told"]
    assert {one.rank for one in found.statements} == {Rank.MARKED}
    assert found.groups == ()


@pytest.mark.parametrize(
    "words",
    [
        "that's weird",
        "Huh, it works",
        "wait, what",
        "this doesn’t make sense",
        "never seen that 😮",
    ],
)
def test_words_of_surprise_are_possible_ones(words: str) -> None:
    assert possible(words)


@pytest.mark.parametrize(
    "words",
    [
        "unexpected token in line 3",
        "```weird```",
        "see <https://example.com/weird>",
        "&gt; weird, said the customer",
        "all as usual",
    ],
)
def test_code_links_quotes_and_usual_words_are_not(words: str) -> None:
    assert not possible(words)


def test_talk_after_the_end_is_left_out() -> None:
    story = story_of("all as usual")
    story.at("9:10").moves_to("resolved", by=ANA)
    story.at("9:11").says(BELA, "weird day")
    assert not SURPRISES.read(Telling(story.history(), BOOK))


def test_the_reader_is_told_how_to_confirm() -> None:
    (group,) = SURPRISES.read(Telling(story_of("weird").history(), BOOK)).groups
    assert group.title.endswith("react with :astonished: to confirm")
