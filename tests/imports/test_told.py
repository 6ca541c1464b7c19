"""Foreign records as they are understood, and as incidents of ours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import incibot.core.imports
from incibot.core.imports import READERS, reader_of, told
from incibot.core.imports.sheet import Cells, Sheet
from incibot.core.imports.weaving import Framing, rows, woven
from incibot.core.playbook import Playbook
from incibot.core.timeline import EntryKind
from incibot.errors import Unclear

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMELINES = sorted((Path(__file__).parent / "timelines").glob("*-*.json"))


def sheet(*pairs: tuple[str, str], **more: object) -> Sheet:
    cells = (
        Cells(place=f"line {n}", when=when, what=what) for n, (when, what) in enumerate(pairs, 1)
    )
    return Sheet(rows=tuple(cells), zone="UTC", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", TIMELINES, ids=lambda path: path.stem)
def test_each_published_timeline_becomes_an_incident_with_all_its_rows(path: Path) -> None:
    published = json.loads(path.read_text())
    record = told(reader_of(path.name).read(path.read_text()), now=NOW)

    change = woven(record, Framing(), number=1, book=Playbook())

    assert change.incident is not None
    assert change.incident.title == published["incident"]
    found = rows(record)
    assert len(found) == len(published["entries"])
    for entry, given_entry in zip(found, published["entries"], strict=True):
        at = given_entry["at"]
        if at and not given_entry.get("date_only"):
            assert entry.occurred_at == datetime.fromisoformat(at)
            assert entry.data["as_published"] == given_entry.get("as_published", at)
        else:
            assert entry.data["timed"] is False
    stated = {one.name: one.at for one in change.incident.milestones}
    for name, at in published["published_findings"].items():
        ours = {"start": "started"}.get(name, name)
        if name in ("start", "detected", "declared", "mitigated", "resolved"):
            assert stated.get(ours) == (datetime.fromisoformat(at) if at else None)


def test_what_the_notes_of_the_timelines_warn_of_is_noticed() -> None:
    doubts = {}
    for path in TIMELINES:
        record = told(reader_of(path.name).read(path.read_text()), now=NOW)
        doubts[path.stem] = " ".join(record.doubts)

    assert "in BST (UTC+1), but entry 1 is in UTC-4" in doubts["2i2c-2025-07-11-cloudbank"]
    assert "stands beside UTC-7" in doubts["mybinder-2018-07-30-cpu"]
    assert "is still to come" in doubts["moj-2026-03-30-ingress"]


def test_a_row_without_a_time_stands_after_the_row_before_it() -> None:
    record = told(sheet(("2024-03-13 10:00", "a"), ("", "b"), ("10:05", "c")))

    assert [row.at.minute for row in record.rows] == [0, 0, 5]
    assert [row.timed for row in record.rows] == [True, False, True]


def test_a_row_of_another_year_and_one_that_comes_twice_are_doubtful() -> None:
    record = told(
        sheet(("2023-01-05 10:00", "a"), ("2023-01-05 10:00", "a"), ("2022-01-05 10:01", "b")),
        now=NOW,
    )

    assert [doubt.partition(" ")[2] for doubt in record.doubts] == [
        "2 is the same as an earlier row",
        "3: it is earlier than the row before it",
        "3 is 364 days away from most others",
    ]


def test_times_alone_need_a_day() -> None:
    with pytest.raises(Unclear, match="--date 2024-03-13"):
        told(sheet(("10:00", "a")))
    record = told(sheet(("10:00", "a")), day=date(2024, 3, 13))
    assert record.rows[0].at == datetime(2024, 3, 13, 10, tzinfo=UTC)


def test_nothing_is_mended_in_silence() -> None:
    record = told(replace(sheet(("2024-03-13 10:00", "a")), zone=""))

    assert record.doubts == ("nothing says in what zone the times are: read as UTC",)


def test_kinds_are_ours_where_they_are_known_and_kept_where_they_are_not() -> None:
    given_kinds = ("alert", "deploy", "idea", "test", "decision", "handoff", "")
    cells = (
        Cells(place=kind, when="2024-03-13 10:00Z", what=kind, kind=kind) for kind in given_kinds
    )
    found = rows(told(Sheet(rows=(*cells, Cells(place="8", what="x")))))

    assert [entry.kind for entry in found[:7]] == [
        *(EntryKind.ALERT, EntryKind.CHANGE, EntryKind.HYPOTHESIS, EntryKind.ACTION),
        *(EntryKind.DECISION, EntryKind.NOTE, EntryKind.NOTE),
    ]
    assert found[5].data["published_kind"] == "handoff"


@given(st.permutations(range(6)))
def test_rows_that_name_their_days_are_the_same_in_any_order(order: list[int]) -> None:
    start = datetime(2024, 3, 13, 10, tzinfo=UTC)
    pairs = [((start + timedelta(hours=n)).isoformat(), f"row {n}") for n in range(6)]

    shuffled = rows(told(sheet(*(pairs[n] for n in order))))

    plain = rows(told(sheet(*pairs)))
    assert {(one.key, one.occurred_at) for one in shuffled} == {
        (one.key, one.occurred_at) for one in plain
    }


def test_every_file_of_the_family_is_registered_and_has_a_test() -> None:
    here = {"__init__", "coding", "sheet", "times", "told", "weaving", "workbook"}
    files = {path.stem for path in Path(incibot.core.imports.__path__[0]).glob("*.py")}
    modules = {reader.read.__module__.rpartition(".")[2] for reader in READERS}
    assert files - here == modules
    tests = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert {f"test_{module}" for module in modules} <= tests


def test_a_file_of_another_sort_is_answered_with_those_that_can_be_read() -> None:
    with pytest.raises(Unclear, match=r"“\.docx”.*\.csv, \.tsv, \.json, \.md"):
        reader_of("timeline.docx")
