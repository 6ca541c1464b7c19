"""Calendars, as RFC 5545 describes them and as programs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.on_call import Shift, next_on, on_now
from incibot.errors import CallRefused
from incibot.integrations.calendars import shifts

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday
LISBON = ZoneInfo("Europe/Lisbon")  # as UTC in winter
ZONE = """BEGIN:VTIMEZONE
TZID:Somewhere/Else
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE
"""


def feed(*events: str, head: str = "") -> bytes:
    """A calendar of these events, whose lines are given with `;` and `|` between them."""
    inside = "\n".join(
        "\n".join(["BEGIN:VEVENT", *event.strip().split("|"), "END:VEVENT"]) for event in events
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{head}{inside}\nEND:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(calendar: bytes, at: datetime = NOW) -> list[Shift]:
    return shifts(calendar, since=at, until=at + timedelta(days=14), zone=LISBON)


def on(calendar: bytes, at: datetime = NOW) -> list[str]:
    return [one.who for one in on_now(read(calendar, at), at)]


@pytest.mark.parametrize(
    ("event", "at", "is_on"),
    [
        # a beginning and an end, in UTC, in a zone, in a zone that the feed brings along or Windows names
        ("SUMMARY:A|DTSTART:20261120T130000Z|DTEND:20261120T150000Z", NOW, True),
        ("SUMMARY:A|DTSTART:20261120T130000Z|DTEND:20261120T140000Z", NOW, False),
        ("SUMMARY:A|DTSTART:20261120T140000Z|DTEND:20261120T140001Z", NOW, True),
        ("SUMMARY:A|DTSTART;TZID=Asia/Tokyo:20261120T225900|DURATION:PT2M", NOW, True),
        ("SUMMARY:A|DTSTART;TZID=Somewhere/Else:20261120T193000|DURATION:PT1M", NOW, True),
        ("SUMMARY:A|DTSTART;TZID=Somewhere/Else:20261120T193100|DURATION:PT1M", NOW, False),
        ("SUMMARY:A|DTSTART;TZID=Tokyo Standard Time:20261120T225900|DURATION:PT2M", NOW, True),
        # without a zone: the calendar's own
        ("SUMMARY:A|DTSTART:20261120T150000|DTEND:20261120T151000", NOW, True),
        # without an end: a whole day, or no time at all
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261120", NOW, True),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261119", NOW, False),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261119|DTEND;VALUE=DATE:20261121", NOW, True),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261120", NOW.replace(hour=23, minute=30), False),
        ("SUMMARY:A|DTSTART:20261120T140000Z", NOW, False),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261118|DURATION:P3D", NOW, True),
        # what recurs
        ("SUMMARY:A|DTSTART:20260102T130000Z|DTEND:20260102T150000Z|RRULE:FREQ=WEEKLY", NOW, True),
        ("SUMMARY:A|DTSTART:20260102T130000Z|DURATION:PT2H|RRULE:FREQ=WEEKLY;INTERVAL=2", NOW, True),
        ("SUMMARY:A|DTSTART:20260109T130000Z|DURATION:PT2H|RRULE:FREQ=WEEKLY;INTERVAL=2", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY;COUNT=20", NOW, True),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY;COUNT=19", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY;UNTIL=20261119T235959Z", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY;UNTIL=20261120", NOW, True),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY|EXDATE:20261120T130000Z", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY|EXDATE;TZID=Asia/Tokyo:20261120T220000", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=DAILY|EXDATE;VALUE=DATE:20261120", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RDATE:20261119T130000Z,20261120T130000Z", NOW, True),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261102|DTEND;VALUE=DATE:20261109|RRULE:FREQ=WEEKLY;INTERVAL=2", NOW, True),
        ("SUMMARY:A|DTSTART;VALUE=DATE:20261109|DTEND;VALUE=DATE:20261116|RRULE:FREQ=WEEKLY;INTERVAL=2", NOW, False),
        ("SUMMARY:A|DTSTART:20261101T130000Z|DURATION:PT2H|RRULE:FREQ=MONTHLY;BYDAY=3FR", NOW, True),
        # the hour of the zone, in summer and in winter
        ("SUMMARY:A|DTSTART;TZID=Europe/Paris:20260701T145500|DURATION:PT10M|RRULE:FREQ=DAILY", NOW, True),
        ("SUMMARY:A|DTSTART:20260701T125500Z|DURATION:PT10M|RRULE:FREQ=DAILY", NOW, False),
        # none at all
        ("SUMMARY:A|STATUS:CANCELLED|DTSTART:20261120T130000Z|DTEND:20261120T150000Z", NOW, False),
        ("SUMMARY:A", NOW, False),
        ("SUMMARY:A|DTSTART:soon|DTEND:20261120T150000Z", NOW, False),
        ("SUMMARY:A|DTSTART:20261120T150000Z|DTEND:20261120T130000Z", NOW, False),
        ("SUMMARY:A|DTSTART:19700101T000000Z|DURATION:P1D|RRULE:FREQ=SECONDLY", NOW, False),
        ("SUMMARY:A|DTSTART:19700101T000000Z|DURATION:P1D|RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", NOW, False),
        ("SUMMARY:A|DTSTART:20261120T130000Z|DURATION:PT2H|RRULE:FREQ=SOMETIMES", NOW, False),
    ],
)  # fmt: skip
def test_who_is_on(event: str, at: datetime, is_on: bool) -> None:
    head = f"X-WR-TIMEZONE:Europe/Paris\n{ZONE}"
    assert on(feed(f"UID:1|{event}", head=head), at) == (["A"] if is_on else [])


def test_of_what_recurs_one_time_may_be_moved_given_away_or_called_off() -> None:
    weekly = (
        "UID:1|SUMMARY:A|DTSTART;TZID=Europe/Paris:20261106T090000|DURATION:P7D|RRULE:FREQ=WEEKLY"
    )
    given_away = (
        "UID:1|SUMMARY:B|RECURRENCE-ID:20261120T080000Z|DTSTART:20261120T080000Z|DURATION:P7D"
    )
    moved = "UID:1|SUMMARY:A|RECURRENCE-ID;TZID=Europe/Paris:20261120T090000|DTSTART:20261121T080000Z|DURATION:P6D"
    off = "UID:1|SUMMARY:A|STATUS:CANCELLED|RECURRENCE-ID:20261120T080000Z|DTSTART:20261120T080000Z|DURATION:P7D"

    assert on(feed(weekly)) == ["A"]
    assert on(feed(weekly, given_away)) == on(feed(given_away, weekly)) == ["B"]
    assert on(feed(weekly, moved)) == []
    assert on(feed(weekly, moved), NOW + timedelta(days=1)) == ["A"]
    assert on(feed(weekly, off)) == []
    newer = given_away.replace("SUMMARY:B", "SUMMARY:C") + "|SEQUENCE:2"
    assert on(feed(weekly, newer, given_away + "|SEQUENCE:1")) == ["C"]
    assert on(feed(given_away)) == ["B"]  # of whose series the feed tells nothing


def test_who_that_is() -> None:
    time = "DTSTART:20261120T130000Z|DTEND:20261120T150000Z"
    found = read(
        feed(
            f"UID:1|SUMMARY:On call: ana@example.com|{time}",
            f"UID:2|SUMMARY:Payments|{time}|ORGANIZER:mailto:boss@example.com"
            "|ATTENDEE;CN=The Boss:mailto:Boss@example.com"
            '|ATTENDEE;CN="Bela, B.";PARTSTAT=ACCEPTED:MAILTO:bela@example.com'
            "|ATTENDEE;PARTSTAT=DECLINED:mailto:chidi@example.com"
            "|ATTENDEE;CUTYPE=ROOM:mailto:room@example.com",
            f"UID:3|SUMMARY:Dana \\, Emre\\; & J\n ürgen|{time}|URL:https://example.com/x",
            f"UID:4|{time}",
            f"UID:5|SUMMARY:x|ORGANIZER:mailto:f@example.com|ATTENDEE:mailto:f@example.com|{time}",
        )
    )
    assert {(one.who, one.email, one.url) for one in found} == {
        ("On call: ana@example.com", "ana@example.com", ""),
        ("Bela, B.", "bela@example.com", ""),
        ("Dana , Emre; & Jürgen", "", "https://example.com/x"),
        ("(no name)", "", ""),
        ("f@example.com", "f@example.com", ""),
    }


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"BEGIN:VCALENDAR", b"\xff\xfe", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(CallRefused, match="no calendar"):
        read(body)


def test_an_empty_calendar_has_nobody_on_call() -> None:
    assert read(feed()) == []


@settings(max_examples=50)
@given(
    st.integers(0, 20),
    st.sampled_from([1, 7, 14]),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe"]),
)
def test_a_rotation_without_a_gap_has_one_person_on_call_at_each_moment(
    weeks: int, days: int, zone: str
) -> None:
    """Through the year, and its changes of the clock: three people, turn by turn."""
    length, at = timedelta(days=days), NOW + timedelta(weeks=weeks, minutes=17)
    events = [
        f"UID:{who}|SUMMARY:{who}|DURATION:P{days}D"
        f"|DTSTART;TZID={zone}:{datetime(2026, 1, 5, 9) + length * turn:%Y%m%dT%H%M%S}"  # noqa: DTZ001
        f"|RRULE:FREQ=DAILY;INTERVAL={days * 3}"
        for turn, who in enumerate("ABC")
    ]
    found = read(feed(*events), at)
    (here,) = on_now(found, at)
    assert here.end is not None
    (coming,) = next_on(found, at)
    assert coming.start == here.end
    assert coming.who == {"A": "B", "B": "C", "C": "A"}[here.who]


def test_a_year_of_shifts_is_read_in_a_moment() -> None:
    events = [
        f"UID:{n}|SUMMARY:x|DTSTART:{NOW + timedelta(hours=n - 400):%Y%m%dT%H%M%S}Z|DURATION:PT1H"
        for n in range(800)
    ]
    assert len(read(feed(*events))) == 14 * 24
