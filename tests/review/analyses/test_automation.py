"""What automation did on its own."""

import pytest

from incibot.core.review.analyses.automation import AUTOMATION, automation
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from tests.review.histories import BELA, BOOK, CHIDI, talk


@pytest.mark.parametrize(
    "words",
    [
        "it restarted on its own",
        "the autoscaler kicked in",
        "it failed over automatically",
        "the pods auto-healed",
        "it came back by itself",
    ],
)
def test_such_words_are_possibly_one(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    (told,) = AUTOMATION.read(Telling(story.history(), BOOK)).statements
    assert told.rank is Rank.PATTERN
    assert told.evidence == (2,)


@pytest.mark.parametrize(
    "words",
    ["I restarted it", "automation is on the roadmap", "`automatically`"],
)
def test_other_words_code_and_links_are_none(words: str) -> None:
    story = talk(("9:01", BELA, words), ("9:02", CHIDI, "good morning"))
    assert not automation(Telling(story.history(), BOOK))
