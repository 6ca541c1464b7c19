"""Each person's point of view."""

from incibot.core.review.perspectives import PERSPECTIVES
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, CHIDI, talk


def test_those_who_wrote_are_told_in_the_order_in_which_they_came() -> None:
    story = talk(("9:02", BELA, "the disk is full"), ("9:03", ANA, "I see it too"))
    story.at("9:01").joins(CHIDI)
    told = story.at("9:10").types(BELA, EntryKind.NOTE, "It was full at nine", about="9:00")
    first, second = PERSPECTIVES.read(Telling(story.history(), BOOK)).groups
    assert (first.title, second.title) == ("Bela Kovács", "Ana Alves")
    assert [one.evidence for one in first.statements] == [(2,), (told,)]
    assert [one.evidence for one in second.statements] == [(1,), (3,)]
    assert first.statements[-1].text == "**09:10** Bela Kovács, note of 09:00, written down now"
