"""What analysts wrote into the columns of an exported table that are theirs, on its way back."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from incibot.core.history import CODED, Coding
from incibot.core.imports.workbook import sheets
from incibot.errors import Unclear

_YES = frozenset({"y", "yes", "true", "1", "x"})
_NO = frozenset({"n", "no", "false", "0"})
_FORMULA = frozenset("=+-@\t\r\n")  # what an export puts a ' before


@dataclass(frozen=True, slots=True)
class Coded:
    """Codings by the ids of entries, and what could not be read."""

    codings: Mapping[int, Coding]
    doubts: tuple[str, ...] = ()


def coded(data: bytes, name: str) -> Coded:
    """Read a table that was exported and filled in; every other column is left alone.

    Raises:
        Unclear: it is no such table.
    """
    if name.casefold().endswith(".xlsx"):
        found = sheets(data)
        return _read(found.get("events") or next(iter(found.values()), []))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unclear(f"{name} is not in UTF-8. Save it as “CSV UTF-8”, or as .xlsx.") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return _read(list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
    except csv.Error as error:
        raise Unclear(f"{name} is no table: {error}.") from error


def _read(rows: Sequence[Sequence[str]]) -> Coded:
    heading = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if "id" not in heading or not set(CODED) & set(heading):
        raise Unclear(
            "The table needs a column “id”, as it was exported, and at least one of "
            f"{', '.join(CODED)}."
        )
    codings: dict[int, Coding] = {}
    doubts: list[str] = []
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(heading, cells, strict=False))
        id = row.get("id", "").strip().removesuffix(".0")
        if not any(row.get(name, "").strip() for name in ("id", *CODED)):
            continue
        if not (id.isascii() and id.isdigit() and len(id) < 19):
            doubts.append(f"row {number}: “{id[:40]}” is no id of an entry")
            continue
        if int(id) in codings:
            doubts.append(f"row {number}: entry {id} stands there twice; the first was taken")
            continue
        include = _include(row.get("include", ""))
        if include is None:
            doubts.append(f"row {number}: include is y or n, not “{row['include'].strip()[:40]}”")
        codings[int(id)] = Coding(
            **{name: _bare(row.get(name, "")) for name in CODED if name != "include"},
            include=include or "",
        )
    return Coded(codings, tuple(doubts))


def _include(cell: str) -> str | None:
    word = cell.strip().casefold()
    if not word:
        return ""
    return "y" if word in _YES else "n" if word in _NO else None


def _bare(cell: str) -> str:
    """Without the ' that an export puts before what a spreadsheet might take for a formula."""
    cell = cell.strip()
    if cell[:1] != "'":
        return cell
    for letter in cell[1:]:
        if unicodedata.normalize("NFKC", letter) in _FORMULA:
            return cell[1:].strip()
        if unicodedata.category(letter)[0] not in "ZC":  # neither a space nor invisible
            break
    return cell


def ids(codings: Iterable[int]) -> str:
    """Some of them, as a list for people."""
    listed = sorted(codings)
    shown = ", ".join(map(str, listed[:10]))
    return f"{shown} and {len(listed) - 10} more" if len(listed) > 10 else shown
