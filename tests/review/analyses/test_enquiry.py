"""Ideas, and what became of them."""

from incibot.core.review.analyses.enquiry import ENQUIRY
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Mark
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, checkout, odds_and_ends


def test_each_idea_has_its_outcome_or_says_that_none_is_on_record() -> None:
    found = ENQUIRY.read(Telling(checkout(), BOOK))
    assert [one.text for one in found.statements] == [
        "3 ideas are on record: 1 ruled out, 1 confirmed, 1 without an outcome. "
        "Up to 2 were open at once."
    ]
    assert [[one.text for one in group.statements] for group in found.groups[:3]] == [
        [
            "**14:12** Bela Kovács (Incident commander), observation",
            "**14:17** Bela Kovács (Incident commander), idea ruled out",
        ],
        ["**14:24** Dana Whitfield, idea confirmed"],
        ["No outcome on record."],
    ]
    assert [one.quote for one in found.questions] == [
        "The provider limits us per address and not per account"
    ]


def test_the_last_answer_holds_and_the_earlier_one_stays_to_be_read() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    idea = story.at("9:01").types(BELA, EntryKind.HYPOTHESIS, "It is the disk")
    story.at("9:10").answers(CHIDI, idea, "ruled_out")
    story.at("9:20").answers(CHIDI, idea, "confirmed")
    found = ENQUIRY.read(Telling(story.history(), BOOK))
    assert found.statements[0].text == "1 idea is on record: 1 confirmed."
    assert [one.text for one in found.groups[0].statements] == [
        "**09:10** Chidi Okafor, idea ruled out",
        "**09:20** Chidi Okafor, idea confirmed",
    ]


def test_an_answer_that_was_taken_back_leaves_the_idea_open() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    idea = story.at("9:01").says(BELA, "It is the disk")
    story.marks(ANA, idea, Mark.HYPOTHESIS)
    story.takes_back(story.at("9:10").answers(CHIDI, idea, "ruled_out"))
    assert (
        ENQUIRY.read(Telling(story.history(), BOOK))
        .statements[0]
        .text.endswith("1 without an outcome.")
    )


def test_the_last_word_in_its_thread_is_told_of_an_idea_without_outcome() -> None:
    (group,) = ENQUIRY.read(Telling(odds_and_ends(), BOOK)).groups
    assert group.statements[-1].text == "No outcome on record; last word in its thread at 18:38."


def test_without_an_idea_there_is_nothing_to_tell() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    assert not ENQUIRY.read(Telling(story.history(), BOOK))
