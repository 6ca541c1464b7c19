"""Changes that were there before it began."""

from incibot.core.review.analyses.changes import CHANGES
from incibot.core.review.headings import CONDITIONS
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind
from tests.review.histories import ANA, BOOK, Story


def test_changes_of_the_day_before_are_listed_older_ones_counted_and_nothing_is_claimed() -> None:
    story = Story()
    old = story.at("8:00").hears(EntryKind.CHANGE, "older", source="github")
    near = story.at("2 7:59").hears(EntryKind.CHANGE, "Deployed search 12", source="github")
    story.at("2 8:00:01").declares(ANA, "Search is slow")
    during = story.at("2 8:10").hears(EntryKind.CHANGE, "during", source="github")
    story.at("2 8:20").says(ANA, "so it goes")

    before, later = CHANGES.read(Telling(story.history(), BOOK)).groups

    older, told = before.statements
    assert older.text == "1 change in the 30 days before that (2026-11-20 08:00)."
    assert (older.evidence, told.evidence) == ((old,), (near,))
    assert before.title.endswith("present then; no claim that they mattered")
    assert [one.evidence for one in later.statements] == [(during,)]
    assert later.title == "Changes during the response: no claim that they mattered"


def test_without_a_change_people_are_still_asked() -> None:
    story = Story()
    story.at("8:00").declares(ANA, "Search is slow")
    assert not CHANGES.read(Telling(story.history(), BOOK))
    assert CONDITIONS.always
    assert CONDITIONS.prompts
