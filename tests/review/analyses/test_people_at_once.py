"""How many people wrote at the same time."""

from incibot.core.review.analyses.people_at_once import PEOPLE_AT_ONCE, bins
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, CHIDI, Story, checkout


def test_the_fullest_ten_minutes_are_told_and_nobody_is_named() -> None:
    assert [one.text for one in PEOPLE_AT_ONCE.read(Telling(checkout(), BOOK)).statements] == [
        "Up to 4 people wrote within the same 10 minutes (14:10–14:20)."
    ]


def test_one_stretch_or_people_one_by_one_say_nothing() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:01").says(ANA, "one")
    story.at("9:02").says(BELA, "two")
    assert not PEOPLE_AT_ONCE.read(Telling(story.history(), BOOK))

    alone = Story()
    alone.at("9:00").declares(ANA, "Search is slow")
    alone.at("9:05").says(ANA, "one")
    alone.at("9:15").says(BELA, "two")
    assert not PEOPLE_AT_ONCE.read(Telling(alone.history(), BOOK))


def test_a_stretch_is_counted_from_the_full_hour_and_each_person_once() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:09").says(CHIDI, "before")
    for minute in range(10, 20):
        story.at(f"9:{minute}").says((ANA, BELA)[minute % 2], "word")
    found = bins(story.history().entries, BOOK)
    assert [(f"{one.since:%H:%M}", one.people) for one in found] == [("09:00", 1), ("09:10", 2)]
