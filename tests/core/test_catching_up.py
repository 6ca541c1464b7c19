"""When nobody listened, what of that is filled, and how far a comparison is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incibot.core.catching_up import PATIENCE, Progress, silences
from incibot.core.history import Interval, covering
from tests.bench import START


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


STRETCHES = st.lists(
    st.tuples(st.integers(-5, 60), st.integers(0, 20)).map(
        lambda one: (at(one[0]), at(one[0] + one[1]))
    ),
    max_size=6,
).map(sorted)
TS = st.integers(0, 999_999).map(lambda n: f"1795183200.{n:06d}")


@given(heard=STRETCHES)
def test_a_moment_is_silent_or_somebody_listened_about_then(
    heard: list[tuple[datetime, datetime]],
) -> None:
    found = list(silences(heard, since=at(0), until=at(60)))
    assert found == sorted(found)
    for minute in range(60):
        moment = at(minute + 0.5)
        silent = any(begin < moment < end for begin, end in found)
        near = any(begin - PATIENCE <= moment <= end + PATIENCE for begin, end in heard)
        assert silent or near
        assert not (silent and any(begin <= moment <= end for begin, end in heard))


def test_a_minute_is_no_silence_since_slack_tries_again() -> None:
    heard = [(at(0), at(10)), (at(11), at(20))]
    assert list(silences(heard, since=at(0), until=at(20.9))) == []
    heard[1] = (at(11.1), at(20))
    assert list(silences(heard, since=at(0), until=at(20))) == [(at(10), at(11.1))]


def test_two_processes_cover_for_each_other() -> None:
    heard = [(at(0), at(30)), (at(5), at(10)), (at(29), at(60))]
    assert list(silences(heard, since=at(0), until=at(60))) == []


def test_what_was_compared_is_filled_and_what_was_silent_afterwards_is_not() -> None:
    silent = [(at(10), at(20)), (at(30), at(40)), (at(50), at(55))]
    assert covering(silent, until=at(35), found=()) == (
        Interval(since=at(10), until=at(20), filled=True),
        Interval(since=at(30), until=at(35), filled=True),
        Interval(since=at(35), until=at(40), filled=False),
        Interval(since=at(50), until=at(55), filled=False),
    )
    assert not any(one.filled for one in covering(silent, until=None, found=()))


def test_a_silence_that_only_a_comparison_found_is_one_too() -> None:
    found = [(at(0), at(5)), (at(15), at(25))]
    assert covering([(at(10), at(20))], until=at(30), found=found) == (
        Interval(since=at(0), until=at(5), filled=True),
        Interval(since=at(10), until=at(20), filled=True),
    )


@given(
    progress=st.builds(
        Progress,
        began_at=st.datetimes(timezones=st.just(START.tzinfo)),
        since=st.datetimes(timezones=st.just(START.tzinfo)),
        whole=st.booleans(),
        silent=st.booleans(),
        below=TS,
        threads=st.lists(TS, max_size=3).map(tuple),
        quiet_threads=st.lists(TS, max_size=3).map(tuple),
        doubts=st.lists(st.tuples(TS, TS), max_size=3).map(tuple),
        found=st.dictionaries(st.sampled_from(["messages", "edits"]), st.integers(1, 9)),
    )
)
def test_how_far_it_is_is_read_as_it_was_kept(progress: Progress) -> None:
    kept = json.loads(json.dumps(progress.to_json()))
    assert Progress.from_json(kept) == progress
    assert Progress.from_json({**kept, "of_a_newer_release": 1}) == progress


def test_what_was_found_is_counted_and_a_short_look_begins_anew() -> None:
    short = Progress(began_at=at(10), since=at(0), whole=False, silent=False, below="1", read=True)
    found = short.with_found({"messages": 2, "edits": 0}, evident=True).with_found({"messages": 1})
    assert (found.found, found.evident) == ({"messages": 3}, True)
    anew = found.anew()
    assert (anew.whole, anew.silent, anew.read, anew.below) == (True, True, False, "")
    assert (anew.found, anew.began_at, anew.since) == (found.found, at(10), at(0))
