"""Changes that were there before it began."""

from incibot.core.review.analyses.changes import CHANGES
from incibot.core.review.headings import CONDITIONS
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BOOK, Story


def test_only_changes_of_the_day_before_are_listed_and_under_a_caption_that_claims_nothing() -> (
    None
):
    story = Story()
    story.at("8:00").hears(EntryKind.CHANGE, "too old", source="github")
    near = story.at("2 7:59").hears(EntryKind.CHANGE, "Deployed search 12", source="github")
    story.at("2 8:00:01").declares(ANA, "Search is slow")
    story.at("2 8:10").hears(EntryKind.CHANGE, "during", source="github")

    (group,) = CHANGES.read(Telling(story.history(), BOOK)).groups

    assert [one.evidence for one in group.statements] == [(near,)]
    assert group.title.endswith("present then; no claim that they mattered")


def test_without_a_change_people_are_still_asked() -> None:
    story = Story()
    story.at("8:00").declares(ANA, "Search is slow")
    assert not CHANGES.read(Telling(story.history(), BOOK))
    assert CONDITIONS.always
    assert CONDITIONS.prompts
