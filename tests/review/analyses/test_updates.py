"""Updates to others."""

from datetime import timedelta

from incibot.core.review.analyses.updates import UPDATES, updates
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BOOK, Story


def test_the_first_and_the_longest_time_between_two_are_told() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").updates(ANA, "We are on it")
    (one,) = UPDATES.read(Telling(story.history(), BOOK)).statements
    assert one.text == "1 update to others, at 09:05."

    story.at("9:15").updates(ANA, "Still")
    story.at("9:45").updates(ANA, "Better")
    (one,) = UPDATES.read(Telling(story.history(), BOOK)).statements
    assert one.text == (
        "3 updates to others, the first at 09:05; the longest time between two was 30 min "
        "(09:15–09:45)."
    )
    found = updates(Telling(story.history(), BOOK))
    assert found
    assert found.first_after == timedelta(minutes=5)
