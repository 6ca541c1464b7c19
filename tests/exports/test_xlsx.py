"""The workbook: what an analyst tags and pivots."""

import io
import zipfile
from dataclasses import replace

from checkout import BO, ENTRIES, HEAD, file_of, message
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.history import Coding
from incibot.core.imports.workbook import sheets
from incibot.core.timeline import EntryKind
from incibot.exports.xlsx import LONGEST, XLSX


def rows(name: str, data: bytes) -> list[dict[str, str]]:
    heading, *found = sheets(data)[name]
    return [dict(zip(heading, [*row, *[""] * len(heading)], strict=False)) for row in found]


def test_there_are_sheets_of_events_people_milestones_and_questions() -> None:
    question = message(3, "who knows the pool?", BO, kind=EntryKind.QUESTION)
    head = replace(HEAD, codings={ENTRIES[0].id: Coding(tags="load", include="y")})
    data = file_of(XLSX, head, (*ENTRIES, question))

    assert list(sheets(data)) == ["events", "people", "milestones", "questions", "provenance"]
    events = rows("events", data)
    assert [row["id"] for row in events] == [str(one.id) for one in (*ENTRIES, question)]
    assert (events[0]["tags"], events[0]["include"], events[1]["tags"]) == ("load", "y", "")
    assert events[3]["role"] == "Incident commander"
    assert events[3]["phase"] == "declared to resolved"
    assert [row["role"] for row in rows("people", data)][:3] == [
        *("Incident commander", "Ops", "Incident commander")
    ]
    assert [row["milestone"] for row in rows("milestones", data)] == [
        *("started", "declared", "resolved")
    ]
    (asked,) = rows("questions", data)
    assert asked["question"] == "who knows the pool?"


@settings(max_examples=30)
@given(st.text("=+-@\t\r\nab<&'\"\x00\x07\ud800 é"))
def test_no_cell_is_a_formula_and_every_word_comes_back(words: str) -> None:
    data = file_of(XLSX, HEAD, [message(1, "x", by_name=f"={words}", by=None)])

    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    found = rows("events", data)[0]["person"]
    assert found.replace("\r\n", "\n").replace("\r", "\n") == f"={words}".encode(
        errors="replace"
    ).decode().replace("\r\n", "\n").replace("\r", "\n")


def test_a_cell_that_holds_too_much_says_so() -> None:
    (row,) = rows("events", file_of(XLSX, HEAD, [message(1, "x" * 40_000)]))

    assert (len(row["text"]), row["truncated"]) == (LONGEST, "y")
