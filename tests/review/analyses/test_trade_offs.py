"""What was weighed in decisions."""

from incibot.core.review.analyses.trade_offs import TRADE_OFFS
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, talk


def test_a_decision_with_such_words_is_told_with_them() -> None:
    story = talk(("9:01", BELA, "roll back rather than wait"))
    decision = story.at("9:02").types(ANA, EntryKind.DECISION, "Roll back rather than wait")
    story.at("9:03").types(ANA, EntryKind.DECISION, "Add a disk, `rather than` is code")
    (one,) = TRADE_OFFS.read(Telling(story.history(), BOOK)).statements
    assert (one.text, one.quote) == ("The decision of 09:02 weighs something", "rather than")
    assert (one.evidence, one.rank) == ((decision,), Rank.PATTERN)
