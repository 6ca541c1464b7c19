"""The CSV export is a table that no spreadsheet can be tricked with."""

import csv
import io
import json
from dataclasses import replace

import pytest
from checkout import BO, CHANNEL, ENTRIES, HEAD, entry, message, written
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.people import Directory, Person
from incibot.core.timeline import EntryKind, Source
from incibot.exports.csv_table import COLUMNS, CSV, cells, inert, line
from incibot.exports.json_timeline import entry as fields_of


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_header_names_the_fields_of_the_json_export() -> None:
    flattened = {"actor_id", "actor_name", "source_type", "source_permalink", "source_url"}
    kept = set(fields_of(HEAD, ENTRIES[0])) - {"actor", "source"}
    assert kept | flattened <= set(COLUMNS)
    assert written(CSV).startswith("id,occurred_at,recorded_at,kind,actor_id,")


def test_a_row_says_who_said_what_where_and_who_marked_it() -> None:
    rows = table(written(CSV))
    assert len(rows) == len(ENTRIES)
    pinned = next(row for row in rows if row["key_moment"] == "true")
    assert pinned["actor_name"] == "Ana Ruiz"
    assert pinned["source_channel"] == CHANNEL
    assert pinned["marked_by"] == "Bo *the* [fixer] (key_moment); Ana Ruiz (key_moment)"
    assert pinned["text"].count("\n") == 5
    edited = next(row for row in rows if row["revisions"])
    assert [one["text"] for one in json.loads(edited["revisions"])] == [
        "It is the *flag*",
        "It is the flag | deploy",
    ]
    assert json.loads(rows[0]["data"]) == {"service": "checkout", "severity": "critical"}
    assert rows[0]["source_url"] == "https://alerts.example.com/a?b=1&c=(2)"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff", "\x00 ", "\n "])
def test_no_cell_can_start_a_formula(before: str, start: str) -> None:
    assert inert(f"{before}{start}cmd|' /C calc'!A0") == f"'{before}{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("harmless", ["", " ", "a=b", "5 - 3", "'=1", "é", "🔥 + 1", "1-2"])
def test_other_cells_stay_as_they_are(harmless: str) -> None:
    assert inert(harmless) == harmless


def test_every_cell_that_people_fill_passes_the_guard() -> None:
    people = {**HEAD.people.people, BO: Person(id=BO, name="=1+1")}
    head = replace(HEAD, people=Directory(people))
    machine = entry(1, EntryKind.ALERT, "@SUM(1)", None, by_name="+1", source=Source(type="-x"))
    for row in table(written(CSV, head, (message(0, "=1", BO), machine))):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@"))


ANYTHING = st.text(st.sampled_from("=+-@\t\r\n ,\"';|a") | st.characters(exclude_categories=["Cs"]))


@settings(deadline=None)
@given(st.lists(st.tuples(ANYTHING, ANYTHING)))
def test_the_same_rows_are_read_back(said: list[tuple[str, str]]) -> None:
    entries = [
        entry(n, EntryKind.NOTE, words, None, by_name=name) for n, (words, name) in enumerate(said)
    ]
    rows = list(csv.reader(io.StringIO(written(CSV, HEAD, entries), newline=""), strict=True))
    last = [*rows.pop()[:-1], ""] if said else rows.pop()  # less the manifest
    assert [*rows, last] == [list(COLUMNS), *(cells(fields_of(HEAD, one)) for one in entries)]


@given(st.lists(ANYTHING, min_size=1))
def test_a_row_is_one_line_however_its_cells_are_cut(row: list[str]) -> None:
    assert list(csv.reader(io.StringIO(line(row), newline=""), strict=True)) == [row]
    assert line(row).endswith("\r\n")
