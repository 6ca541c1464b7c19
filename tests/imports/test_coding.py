"""What analysts wrote beside entries, in a table that was exported: out, filled in, and back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.history import CODED, Coding
from incibot.core.imports.coding import coded
from incibot.errors import Unclear
from incibot.exports.csv_table import inert
from tests.bench import bench
from tests.test_cli import incibot

CELL = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"))
    .map(str.strip)
    .filter(lambda cell: cell[:1] != "'")
)


def table(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


@given(
    st.dictionaries(
        st.integers(1, 10**9),
        st.builds(
            Coding, tags=CELL, note=CELL, question=CELL, include=st.sampled_from(["", "y", "n"])
        ),
        min_size=1,
    )
)
def test_what_was_exported_and_filled_in_comes_back(codings: dict[int, Coding]) -> None:
    rows = [
        {"id": str(id), "text": "ignored", **{name: inert(cell) for name, cell in coding.cells()}}
        for id, coding in codings.items()
    ]

    found = coded(table(rows), "table.csv")

    assert found.doubts == ()
    assert {id: one for id, one in found.codings.items() if one} == {
        id: one for id, one in codings.items() if one
    }


def test_what_cannot_be_read_is_said_row_by_row() -> None:
    rows = [
        {"id": "1", "tags": "load", "include": "Yes"},
        {"id": "1", "tags": "again", "include": ""},
        {"id": "seven", "tags": "x", "include": ""},
        {"id": "2.0", "tags": "", "include": "maybe"},
        {"id": "", "tags": "", "include": ""},
    ]

    found = coded(table(rows), "t.csv")

    assert found.codings == {1: Coding(tags="load", include="y"), 2: Coding()}
    assert [doubt.partition(":")[0] for doubt in found.doubts] == ["row 3", "row 4", "row 5"]


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"time,what\n1,2\n", "t.csv", "needs a column"),
        (b"", "t.csv", "needs a column"),
        (b"\xff", "t.csv", "not in UTF-8"),
        (b"PK\x03\x04", "t.xlsx", "no workbook"),
    ],
)
def test_what_is_no_such_table_is_refused(data: bytes, name: str, says: str) -> None:
    with pytest.raises(Unclear, match=says):
        coded(data, name)


async def test_tags_and_notes_come_back_and_are_in_the_next_export(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'incibot.db'}"
    async with bench("sqlite://", tmp_path) as there:
        incident = await there.declares()
        await there.person("ana").writes("errors in eu-west", incident.channel_name)
        await there.settle()
    file = tmp_path / "table.csv"
    await incibot("export", "1", "--format", "csv", "--output", str(file), DATABASE_URL=url)
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    (said,) = [row for row in rows if row["text"] == "errors in eu-west"]
    said |= {"tags": "load; eu", "note": "=ask Ana", "include": "y", "text": "something else"}
    file.write_bytes(table([*rows, {**said, "id": "999999"}]))

    done = await incibot("import", "--coding", str(file), DATABASE_URL=url)
    again = await incibot("import", "--coding", str(file), "--into", "INC-1", DATABASE_URL=url)

    assert done.exit_code == again.exit_code == 0
    assert "beside 1 entries is new" in done.stderr
    assert "there is no entry 999999" in done.stderr
    assert "beside 0 entries is new" in again.stderr
    back = await incibot("export", "1", "--format", "csv", DATABASE_URL=url)
    (row,) = [one for one in csv.DictReader(io.StringIO(back.stdout)) if one["id"] == said["id"]]
    assert [row[name] for name in CODED] == ["load; eu", "'=ask Ana", "", "y"]
    assert row["text"] == "errors in eu-west"  # the record is not theirs to change
    assert (await incibot("verify", "1", DATABASE_URL=url)).exit_code == 0

    book = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet("events")
        sheet.write_row(0, 0, ["id", *CODED])
        sheet.write_row(1, 0, [int(said["id"]), "calm", "", "", ""])
    taken = await incibot("import", "--coding", str(book), DATABASE_URL=url)
    assert "beside 1 entries is new" in taken.stderr
    last = await incibot("export", "1", "--format", "csv", DATABASE_URL=url)
    (row,) = [one for one in csv.DictReader(io.StringIO(last.stdout)) if one["id"] == said["id"]]
    assert [row[name] for name in CODED] == ["calm", "", "", ""]


async def test_an_export_is_held_against_itself_and_against_the_record(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'incibot.db'}"
    async with bench("sqlite://", tmp_path) as there:
        incident = await there.declares()
        await there.person("ana").writes("Bela saw it: bela@acme.example", incident.channel_name)
        await there.settle()
    file, masked = tmp_path / "inc-1.xlsx", tmp_path / "masked.csv"
    words = ("export", "1", "--format", "xlsx", "--redact", "1", "--masked", str(masked))
    assert (await incibot(*words, "--output", str(file), DATABASE_URL=url)).exit_code == 0

    proved = await incibot("verify", str(file), DATABASE_URL=url)
    elsewhere = await incibot("verify", str(file), DATABASE_URL=f"sqlite:///{tmp_path / 'no.db'}")

    assert (proved.exit_code, elsewhere.exit_code) == (0, 0)
    assert "redacted to level 1" in proved.stdout
    assert "INC-1 is proved" in proved.stdout
    assert "its record was not looked at" in elsewhere.stderr
    listed = {row["original"] for row in csv.DictReader(io.StringIO(masked.read_text()))}
    assert "bela@acme.example" in listed

    text = tmp_path / "inc-1.json"
    await incibot("export", "1", "--format", "json", "--output", str(text), DATABASE_URL=url)
    assert json.loads(text.read_text())["provenance"]["redaction"] == 0
    text.write_text(text.read_text().replace("saw it", "broke it"))
    altered = await incibot("verify", str(text), DATABASE_URL=url)
    assert altered.exit_code == 1
    assert "NOT as it was exported" in altered.stdout
    none = await incibot("verify", str(masked), DATABASE_URL=url)
    assert none.exit_code == 1
    assert "no manifest" in none.stderr
