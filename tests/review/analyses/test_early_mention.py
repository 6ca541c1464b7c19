"""When the affected service was first named."""

from dataclasses import replace

from incibot.core.playbook import Depth, ReviewPlan
from incibot.core.review import read
from incibot.core.review.analyses.early_mention import EARLY_MENTION
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, talk

LINES = (
    ("9:01", BELA, "researching"),
    ("9:02", ANA, "is it Search?"),
    ("9:30", BELA, "search it is"),
)


def test_the_first_and_later_mentions_are_told_with_a_warning() -> None:
    story = talk(*LINES, service="search")
    (one,) = EARLY_MENTION.read(Telling(story.history(), BOOK)).statements
    assert one.text == (
        "search was first named at 09:02, and again at 09:30. Read with care: this is seen from the end."
    )


def test_without_a_service_nothing_is_said_and_only_a_deep_draft_has_it() -> None:
    assert not EARLY_MENTION.read(Telling(talk(*LINES).history(), BOOK))
    history = talk(*LINES, service="search").history()
    deep = replace(BOOK, review=ReviewPlan(depth=Depth.DEEP))
    assert "first named" in str(read(history, deep)["enquiry"])
    assert "first named" not in str(read(history, BOOK)["enquiry"])
