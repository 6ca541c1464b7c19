"""What speaks for a deeper look."""

from incibot.core.playbook import Kind
from incibot.core.review.analyses.deeper import DEEPER
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, checkout, talk


def test_two_grounds_are_told_and_no_score() -> None:
    story = talk(("9:01", BELA, "hm"), kind=Kind.NEAR_MISS)
    for minute in (2, 3):
        story.at(f"9:0{minute}").types(ANA, EntryKind.SURPRISE, "so fast")
    (one,) = DEEPER.read(Telling(story.history(), BOOK)).statements
    assert one.text == "What speaks for a deeper look: it was a near miss; 2 surprises were marked."
    assert one.evidence == (1, 3, 4)


def test_of_one_ground_nothing_is_said() -> None:
    assert not DEEPER.read(Telling(checkout(), BOOK))
