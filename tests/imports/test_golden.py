"""The published timelines beside what a prototype of four rules found in them.

All of it agrees. Of the hours outside 9 to 18 incibot counts people's quarter hours where it knows who was
there; a foreign record names no people that can be told apart, and its entries are counted instead.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incibot.core.review.analyses.changes import changes
from incibot.core.review.analyses.hours import outside_where_it_is_told, signs_of_work
from incibot.core.review.analyses.phases import phases
from incibot.core.review.analyses.quiet import silence
from incibot.core.review.telling import Telling
from tests.imports.published import BOOK, FOLDER, NAMES, history

GOLDEN: dict[str, Any] = json.loads((FOLDER / "golden.json").read_text())
MINUTE = timedelta(minutes=1)
EACH = pytest.mark.parametrize("name", NAMES)


def test_each_timeline_has_a_golden_one() -> None:
    assert set(NAMES) == set(GOLDEN)


@EACH
def test_as_many_rows_have_a_moment(name: str) -> None:
    rows = [entry for entry in history(name).entries if "row" in entry.data]
    days = [
        entry for entry in rows if entry.data.get("as_published", "").endswith("T00:00:00+00:00")
    ]

    untimed = len(rows) - sum(entry.is_timed for entry in rows) - len(days)
    assert (len(rows), untimed) == (GOLDEN[name]["entries"], GOLDEN[name]["untimed"])


@EACH
def test_the_phases_agree(name: str) -> None:
    found = [
        (one.since.name, one.until.name, one.length // MINUTE if one.length is not None else None)
        for one in phases(history(name).incident)
    ]
    expected = [
        (one["frm"].replace("start", "started"), one["to"], one["minutes"])
        for one in GOLDEN[name]["phases"]
    ]
    assert found == expected


@EACH
def test_the_quiet_stretches_agree(name: str) -> None:
    found, expected = silence(history(name), BOOK), GOLDEN[name]["quiet"]

    if found is None:
        assert expected is None
        return
    assert found.usual / MINUTE == expected["median_gap_min"]
    assert found.threshold / MINUTE == expected["threshold_min"]
    assert [
        (one.length / MINUTE, one.after.occurred_at, one.before.occurred_at)
        for one in found.longest
    ] == [
        (one["minutes"], datetime.fromisoformat(one["frm"]), datetime.fromisoformat(one["to"]))
        for one in expected["top"]
    ]


@EACH
def test_the_changes_of_the_day_before_agree(name: str) -> None:
    told = changes(Telling(history(name), BOOK))
    assert told is not None
    found = [entry.occurred_at for entry in told.before]
    expected = [
        datetime.fromisoformat(one["at"]) for one in GOLDEN[name]["changes_within_24h_before"]
    ]
    assert found == expected


@EACH
def test_as_many_moments_are_outside_of_working_hours(name: str) -> None:
    telling = Telling(history(name), BOOK)
    moments, outside = signs_of_work(telling), outside_where_it_is_told(telling)

    assert round(len(outside) / len(moments), 2) == pytest.approx(
        GOLDEN[name]["outside_9_18_weekday_share"], abs=0.006
    )


def test_the_zones_are_those_of_the_records() -> None:
    assert all(entry.occurred_at.tzinfo is UTC for name in NAMES for entry in history(name).entries)
