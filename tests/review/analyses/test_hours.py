"""At what hours people were at work on it."""

from dataclasses import replace

from incibot.core.history import History
from incibot.core.review.analyses.hours import HOURS, hours
from incibot.core.review.telling import Telling
from tests.review.histories import ANA, BELA, BOOK, DANA, FUMIKO, PEOPLE, Story, talk


def test_quarters_of_an_hour_are_counted_once_each_person_in_their_own_zone() -> None:
    # A Friday: 9:05 in Lisbon is 10:05 in Budapest, 4:05 in New York and 18:05 in Tokyo.
    story = talk(
        ("9:05", ANA, "one"),
        ("9:06", ANA, "two"),
        ("9:20", BELA, "three"),
        ("9:05", DANA, "four"),
        ("9:05", FUMIKO, "five"),
    )
    found = hours(Telling(story.history(), BOOK))
    assert found.by_class == {"work": 2, "night": 1, "evening": 1}
    assert (found.all, found.outside, found.zones) == (4, 2, 4)
    (one,) = HOURS.read(Telling(story.history(), BOOK)).statements
    assert one.text == (
        "2 of 4 quarter-hours of people’s work fell outside 09–18 on weekdays where they are; "
        "1 at night; people were in 4 time zones."
    )


def test_a_weekend_and_the_clocks_of_that_day_count() -> None:
    story = Story(day="2026-03-29")  # a Sunday on which Lisbon puts its clocks forward
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").says(ANA, "one")
    assert hours(Telling(story.history(), BOOK)).by_class == {"weekend": 1}
    monday = Story(day="2026-03-30")
    monday.at("8:00").declares(ANA, "Search is slow")
    monday.at("8:05").says(ANA, "9:05 in summer time")
    assert hours(Telling(monday.history(), BOOK)).by_class == {"work": 1}


def test_within_office_hours_or_of_unknown_zones_nothing_is_said() -> None:
    assert not HOURS.read(Telling(talk(("9:05", ANA, "one")).history(), BOOK))
    history = talk(("23:05", ANA, "one")).history()
    unnamed = History(head=history.head.pseudonymous(), entries=history.entries)
    assert hours(Telling(unnamed, BOOK)).by_class == {"unknown": 1}
    assert not HOURS.read(Telling(unnamed, BOOK))


def test_a_class_of_few_people_is_hidden_where_they_are_unnamed() -> None:
    history = talk(("23:05", ANA, "one"), ("19:05", BELA, "two")).history()
    night = HOURS.read(Telling(history, BOOK)).statements[0].text
    unnamed = HOURS.read(
        Telling(History(head=replace(history.head, pseudonyms=True), entries=history.entries), BOOK)
    )
    assert "at night" in night
    assert "at night" not in unnamed.statements[0].text
    assert not [one.name for one in PEOPLE.values() if one.name in night]
