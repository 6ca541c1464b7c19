"""The entries as a table, for spreadsheets: the fields of the JSON export, flattened."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from incibot.core import disclosure
from incibot.core.history import Head
from incibot.core.timeline import Recorded
from incibot.exports.format import Format
from incibot.exports.json_timeline import compact, entry, stamp
from incibot.exports.provenance import IN_CSV, sealed
from incibot.render import Renderer

COLUMNS = (
    "id",
    "occurred_at",
    "recorded_at",
    "kind",
    "actor_id",
    "actor_name",
    "text",
    "raw",
    "source_type",
    "source_channel",
    "source_ts",
    "source_thread_ts",
    "source_permalink",
    "source_url",
    "key_moment",
    "marked_by",
    "revisions",
    "retracted_at",
    "data",
    "approx",
    "not_before",
    "not_after",
    "tags",
    "note",
    "question",
    "include",
    "provenance",
)
FORMULA = frozenset("=+-@\t\r\n")  # what a formula begins with, spaces before it aside


@sealed(IN_CSV)
async def write(
    head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
) -> AsyncIterator[str]:
    end = line(COLUMNS)
    async for recorded in entries:
        row = line(cells({**entry(head, recorded), **analysts(head, recorded)}))
        # The last row's last cell is the manifest; whether it is the last shows only then.
        yield end + row.removesuffix("\r\n")
        end = "\r\n"
    if end != "\r\n":
        yield end


def analysts(head: Head, recorded: Recorded) -> dict[str, Any]:
    """What only a table has: how exactly the time is known, and what analysts wrote beside it."""
    coding = head.codings.get(recorded.id)
    low, high = recorded.extent
    return {
        "approx": "y" if recorded.data.get("approx") is True else "",
        "not_before": stamp(head, low) if low else "",
        "not_after": stamp(head, high) if high else "",
        **({name: disclosure.typed(head, text) for name, text in coding.cells()} if coding else {}),
    }


def cells(fields: dict[str, Any]) -> list[str]:
    """The entry's cells, in the order of COLUMNS; what is a list in JSON is JSON in its cell too."""
    flat = {
        **fields,
        **{f"actor_{name}": value for name, value in fields["actor"].items()},
        **{f"source_{name}": value for name, value in fields["source"].items()},
        "key_moment": "true" if fields["key_moment"] else "false",
        "marked_by": "; ".join(f"{one['name']} ({one['mark']})" for one in fields["marked_by"]),
        "revisions": compact(fields["revisions"]) if fields["revisions"] else "",
        "data": compact(fields["data"]) if fields["data"] else "",
    }
    return ["" if flat.get(name) is None else inert(str(flat[name])) for name in COLUMNS]


def inert(cell: str) -> str:
    """The cell, with a ' before it if a spreadsheet might take it for a formula."""
    for character in cell:
        # Some spreadsheets read the full-width signs of an East Asian keyboard as the plain ones.
        if unicodedata.normalize("NFKC", character) in FORMULA:
            return "'" + cell
        if unicodedata.category(character)[0] not in "ZC":  # neither a space nor invisible
            break
    return cell


def line(cells: tuple[str, ...] | list[str]) -> str:
    """A row as RFC 4180 has it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()


CSV = Format(word="csv", media_type="text/csv", extension="csv", write=write)
