"""Times as people write them into timelines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.imports.times import Times, begins_with_time, zone_label

DAY = date(2024, 3, 13)  # a Wednesday


def at(clock: str, day: str = "2024-03-13") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def times(**more: Any) -> Times:
    return Times(**({"day": DAY} | more))


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2024-03-13 10:01", at("10:01")),
        ("2024-03-13T10:01:00+01:00", at("09:01")),
        ("2024-03-13 15.26", at("15:26")),  # no quarter of a minute
        ("15.26", at("15:26")),
        ("10h30", at("10:30")),
        ("10:01:22Z", at("10:01:22")),
        ("10:36 AM", at("10:36")),
        ("12:42 p.m.", at("12:42")),
        ("5pm", at("17:00")),
        ("13.03.2024 14.10", at("14:10")),
        ("13/03/2024 10:00", at("10:00")),
        ("Wed, 13 March 2024 at 10:00", at("10:00")),
        ("Jan 18 2018 4:19 a.m.", at("04:19", "2018-01-18")),
        ("18th January 2018, 07:00", at("07:00", "2018-01-18")),
        ("15.26 on 2023-09-18", at("15:26", "2023-09-18")),
        ("10:00 +02:00", at("08:00")),
        ("10:00 UTC-7", at("17:00")),
        ("10:00-0400", at("14:00")),
        ("09:14 CET", at("08:14")),
        ("09:14 Europe/London", at("09:14")),
    ],
)
def test_a_moment_is_read_as_it_is_meant(said: str, moment: datetime) -> None:
    when = times().read(said)

    assert (when.at, when.approx, when.doubts) == (moment, False, ())
    assert when.as_published == said


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("14:??", at("14:00"), at("14:59")),
        ("??:??", at("00:00"), at("23:59")),
        ("2024-03-13", at("00:00"), at("23:59")),
        ("2024-03-??", at("00:00", "2024-03-01"), at("23:59", "2024-03-31")),
        ("May 12 2021", at("00:00", "2021-05-12"), at("23:59", "2021-05-12")),
        ("10:00-10:15", at("10:00"), at("10:15")),
        ("10:00 to 10:15 UTC", at("10:00"), at("10:15")),
        ("between 10:00 and 10:15", at("10:00"), at("10:15")),
        ("18:00–19:30 on 2024-03-14", at("18:00", "2024-03-14"), at("19:30", "2024-03-14")),
        ("2018-01-18 to 2018-01-20", at("00:00", "2018-01-18"), at("23:59", "2018-01-20")),
        ("before 10:00", None, at("10:00")),
        ("after 10:00", at("10:00"), None),
    ],
)
def test_what_is_not_known_to_the_minute_has_no_moment(
    said: str, low: datetime | None, high: datetime | None
) -> None:
    when = times().read(said)

    assert when.at is None
    assert (when.not_before, when.not_after) == (low, high)
    assert not when.doubts


@pytest.mark.parametrize("said", ["~19:00", "about 7pm", "ca. 19:00", "≈ 19.00", "approx. 19:00"])
def test_about_is_kept(said: str) -> None:
    when = times().read(said)

    assert (when.at, when.approx) == (at("19:00"), True)


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("nonsense", "could not be read"),
        ("25:00", "there is no time 25:00"),
        ("2024-02-31 10:00", "there is no day"),
        ("03/04/2024 10:00", "with the day first"),
        ("Mar 13, 10:01", "the year was not said"),
        ("Tue 2024-03-13 10:00", "is no Tue"),
        ("10:01 PST (UTC-7)", "stands beside UTC-7"),
        ("2018-07-30 11:20 PST", "was on PDT then"),
        ("10:00 IST", "may be"),
        ("23:50-00:10", "past midnight"),
        ("18-20 March 2024", "was not read"),
    ],
)
def test_what_had_to_be_assumed_is_said(said: str, doubt: str) -> None:
    (found,) = [one for one in times().read(said).doubts if doubt in one]

    assert found


def test_a_wrong_label_changes_nothing_but_is_said() -> None:
    """The report of a cloud bank: its heading says BST, and its alert 12:42 PM means 16:42 UTC."""
    zone = zone_label("Timeline (all times in BST)")
    assert zone is not None

    when = times(day=date(2025, 7, 11), zone=zone.zone).read(
        "12:42 PM", about="violation started at 16:42 UTC"
    )

    assert when.at == at("11:42", "2025-07-11")
    assert "16:42 UTC: the zone may be another" in when.doubts[0]


def test_rows_out_of_order_stay_where_they_are_and_midnight_is_passed() -> None:
    reader = times()
    found = [reader.read(said) for said in ("11:08", "11:07", "23:50", "00:10", "00:20")]

    assert [one.at for one in found] == [
        *(at("11:08"), at("11:07"), at("23:50")),
        *(at("00:10", "2024-03-14"), at("00:20", "2024-03-14")),
    ]
    assert [bool(one.doubts) for one in found] == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("words", "offset"),
    [
        ("UTC (stated)", 0),
        ("PST (stated)", -8),
        ("source says 'PST (UTC-7)', which is PDT", -7),
        ("not stated; UK local clock assumed (+01:00)", 1),
    ],
)
def test_the_zone_of_a_record_is_found_in_its_words(words: str, offset: int) -> None:
    label = zone_label(words)

    assert label is not None
    assert datetime(2024, 1, 1, tzinfo=label.zone).utcoffset() == timedelta(hours=offset)


@pytest.mark.parametrize(
    ("words", "split"),
    [
        ("10:01 errors went up", ("10:01", "errors went up")),
        ("10:01: errors went up", ("10:01", "errors went up")),
        ("2024-03-13 10:01 UTC – errors", ("2024-03-13 10:01 UTC", "errors")),
        ("[14:??] scaled to zero", ("14:??", "scaled to zero")),
        ("10:00-10:15: watched", ("10:00-10:15", "watched")),
        ("~16:00 - back", ("~16:00", "back")),
        ("500 errors a minute", None),
        ("1.5 hours of errors", None),
        ("may be slow", None),
    ],
)
def test_what_begins_with_a_time(words: str, split: tuple[str, str] | None) -> None:
    assert begins_with_time(words) == split


@given(st.text(max_size=60) | st.from_regex(r"[0-9:.?~ a-zTZ+/-]{1,25}", fullmatch=True))
def test_no_words_break_it_and_none_are_lost(words: str) -> None:
    when = times().read(words)

    assert when.as_published == words.strip()
    assert when.place or when.doubts or not words.split()
    if when.not_before and when.not_after:
        assert when.not_before <= when.not_after


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2190, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 4, 14 * 4),
)
def test_iso_is_read_back_exactly(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))

    when = times().read(aware.isoformat())

    assert (when.at, when.doubts) == (aware.astimezone(UTC), ())
