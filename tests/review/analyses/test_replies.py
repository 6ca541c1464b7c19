"""Questions, and whether the record holds a reply."""

from incibot.core.review.analyses.replies import REPLIES
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BELA, BOOK, Story, checkout


def test_only_those_without_a_reply_by_somebody_else_are_open() -> None:
    found = REPLIES.read(Telling(checkout(), BOOK))
    assert [one.text for one in found.statements] == [
        "2 questions are on record; 1 with a reply found, 1 with none found in the record."
    ]
    assert [one.quote for one in found.questions] == ["who can switch that flag off?"]


def test_to_talk_to_oneself_or_elsewhere_is_no_reply() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    asked = story.at("9:01").types(ANA, EntryKind.QUESTION, "whose disk is it?")
    story.at("9:02").says(ANA, "anybody?", thread=asked)
    story.at("9:03").says(BELA, "good morning")
    story.deletes(story.at("9:04").says(BELA, "mine", thread=asked))
    assert len(REPLIES.read(Telling(story.history(), BOOK)).questions) == 1

    story.at("9:05").says(BELA, "mine", thread=asked)
    assert REPLIES.read(Telling(story.history(), BOOK)).questions == ()
