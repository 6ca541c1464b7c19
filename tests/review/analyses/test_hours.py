"""At what hours people were at work on it."""

from dataclasses import replace
from datetime import datetime

import pytest

from incibot.core.history import History
from incibot.core.review.analyses.hours import HOURS, hours, outside_where_it_is_told
from incibot.core.review.telling import Telling
from tests.review.analyses.test_phases import TIMELINES
from tests.review.histories import ANA, BELA, BOOK, DANA, FUMIKO, PEOPLE, Story, talk, written

# The zone in which each was told, and the share of its rows outside office hours there.
SHARES = {
    "2i2c-2025-07-11-cloudbank": ("America/New_York", 0.0),
    "aws-s3-2017-02-28": ("America/Los_Angeles", 0.0),
    "dfds-2024-03-13-notready": ("UTC", 0.0),
    "fastly-2021-06-08": ("UTC", 0.0),
    "gitlab-2017-01-31-database": ("UTC", 0.67),
    "moj-2023-09-18-disk-space": ("Europe/London", 0.07),
    "moj-2026-03-30-ingress": ("Europe/London", 0.24),
    "mybinder-2018-01-18-traffic": ("America/Los_Angeles", 0.84),
    "mybinder-2018-03-26-no-space": ("Europe/Paris", 0.0),
    "mybinder-2018-07-30-cpu": ("America/Los_Angeles", 0.0),
    "mybinder-2022-01-27-prime-version": ("Europe/Paris", 0.2),
    "roblox-2021-10-28": ("America/Los_Angeles", 0.67),
    "slack-2021-01-04": ("America/Los_Angeles", 1.0),
}


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


def test_where_no_zone_is_known_the_entries_are_counted_where_it_is_told() -> None:
    history = talk(("23:05", ANA, "one")).history()
    unnamed = History(head=history.head.pseudonymous(), entries=history.entries)
    assert hours(Telling(unnamed, BOOK)).by_class == {"unknown": 1}
    (one,) = HOURS.read(Telling(unnamed, BOOK)).statements
    assert one.text == (
        "1 of 2 entries are of times outside 09–18 on weekdays in UTC; where people were is not known."
    )


@pytest.mark.parametrize("name", TIMELINES)
def test_the_share_of_a_published_timeline_is_as_read_by_hand(name: str) -> None:
    told = TIMELINES[name]
    times = [datetime.fromisoformat(at) for at in told["times"]]
    history = written(times, {}, SHARES[name][0])
    found = outside_where_it_is_told(Telling(history, BOOK))
    assert round(len(found) / len(times), 2) == SHARES[name][1]


def test_a_class_of_few_people_is_hidden_where_they_are_unnamed() -> None:
    history = talk(("23:05", ANA, "one"), ("19:05", BELA, "two")).history()
    night = HOURS.read(Telling(history, BOOK)).statements[0].text
    unnamed = HOURS.read(
        Telling(History(head=replace(history.head, pseudonyms=True), entries=history.entries), BOOK)
    )
    assert "at night" in night
    assert "at night" not in unnamed.statements[0].text
    assert not [one.name for one in PEOPLE.values() if one.name in night]
