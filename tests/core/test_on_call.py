"""Who is on call now, who is next, and when people take over."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.on_call import (
    WEEK,
    Shift,
    last_turn,
    next_on,
    on_now,
    pack,
    unpack,
    week_before,
)
from incibot.core.people import UserId

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shift(who: str, start: int | None, end: int | None) -> Shift:
    """Hours from now."""
    return Shift(
        who=who,
        start=None if start is None else NOW + start * HOUR,
        end=None if end is None else NOW + end * HOUR,
    )


def test_what_somebody_has_in_a_row_is_one() -> None:
    found = [shift("Ana", -5, 1), shift("ana", 1, 9), shift("Bela", 9, 12), shift("Ana", 10, 11)]
    (here,) = on_now(found, NOW)
    assert here.end == NOW + 9 * HOUR
    assert [one.who for one in next_on(found, NOW)] == ["Bela"]


def test_whoever_is_on_for_ever_has_no_end_and_is_not_next() -> None:
    found = [
        shift("Ana", None, None),
        shift("Ana", -1, 1),
        shift("Bela", 1, 2),
        shift("Chidi", 1, 3),
    ]
    (here,) = on_now(found, NOW)
    assert (here.who, here.end) == ("Ana", None)
    assert [one.who for one in next_on(found, NOW)] == ["Bela", "Chidi"]
    assert on_now([], NOW) == next_on([], NOW) == []


HOURS = st.none() | st.integers(-50, 50)


@given(st.lists(st.builds(shift, st.sampled_from("ABab"), HOURS, HOURS)))
def test_whoever_is_on_in_any_shift_is_on_once(found: list[Shift]) -> None:
    real = [one for one in found if one.start is None or one.end is None or one.start < one.end]
    here = on_now(real, NOW)
    assert {one.who.casefold() for one in here} == {
        one.who.casefold() for one in real if one.is_on(NOW)
    }
    assert len({one.who.casefold() for one in here}) == len(here)
    assert not {one.who.casefold() for one in next_on(real, NOW)} & {
        one.who.casefold() for one in here
    }
    assert unpack(pack(real)) == tuple(real)


def test_what_is_kept_has_no_address() -> None:
    kept = pack([Shift(who="Ana", email="ana@example.com", user=UserId("U1"))])
    assert "example.com" not in repr(kept)
    assert unpack(kept)[0].user == "U1"


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        ("2026-11-16T08:59:59", "2026-11-09T09:00:00"),
        ("2026-11-16T09:00:00", "2026-11-16T09:00:00"),
        ("2026-11-22T23:59:59", "2026-11-16T09:00:00"),
        ("2026-03-30T08:00:00", "2026-03-30T08:00:00"),  # nine in summer
        ("2026-03-29T23:00:00", "2026-03-23T09:00:00"),
    ],
)
def test_when_people_took_over(now: str, turn: str) -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    asked = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_turn(asked, day=0, at=time(9), zone=lisbon).isoformat() == f"{turn}+00:00"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - given its zone below
    st.integers(0, 6),
    st.times(),
    st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Pacific/Kiritimati"]),
)
def test_the_last_turn_is_never_to_come_and_never_older_than_a_week(
    now: datetime, day: int, at: time, zone: str
) -> None:
    here, asked = ZoneInfo(zone), now.replace(tzinfo=UTC)
    turn = last_turn(asked, day=day, at=at, zone=here)
    assert timedelta() <= asked - turn <= WEEK + HOUR
    assert abs(turn - week_before(turn, here) - WEEK) <= HOUR
