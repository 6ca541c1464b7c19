"""The timeline as a workbook: events, people, milestones, questions, and where all of it is from.

Every cell is text, so none can be a formula. Rows are written to a file as they come.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import xlsxwriter

from incibot.core import disclosure
from incibot.core.history import Head
from incibot.core.review.analyses.phases import phases
from incibot.core.review.telling import label, rank_of, said
from incibot.core.timeline import EntryKind, Recorded
from incibot.exports.format import Format
from incibot.exports.json_timeline import stamp
from incibot.exports.provenance import Tally
from incibot.exports.transcript import roles_of
from incibot.render import Renderer, local

LONGEST = 32_000  # characters that a cell holds
COLUMNS = {  # and how wide they are, in characters
    "id": 8,
    "occurred_at": 22,
    "local_time": 18,
    "zone": 14,
    "approx": 7,
    "not_before": 18,
    "not_after": 18,
    "phase": 18,
    "kind": 12,
    "key_moment": 10,
    "marked_as": 14,
    "rank": 9,
    "role": 18,
    "person": 18,
    "channel": 18,
    "thread": 18,
    "text": 80,
    "truncated": 9,
    "permalink": 24,
    "edited": 7,
    "deleted": 8,
    "source": 12,
    "tags": 20,
    "note": 30,
    "question": 30,
    "include": 8,
}
QUESTIONS = ("id", "occurred_at", "role", "question", "permalink", "answer", "whom to ask")


async def write(
    head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
) -> AsyncIterator[bytes]:
    tally = Tally(head)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        book.set_properties({"title": head.incident.ref, "created": head.at.replace(tzinfo=None)})
        sheets = _Sheets(book)
        questions = []
        sheets.begin("events", tuple(COLUMNS), COLUMNS.values())
        async for recorded in tally.passing(entries):
            sheets.add(_event(head, recorded))
            if recorded.kind is EntryKind.QUESTION and recorded.retracted_at is None:
                questions.append(_question(head, recorded))
        sheets.begin("people", ("role", "person", "from", "until"), (24, 24, 24, 24))
        for held in _people(head):
            sheets.add(held)
        sheets.begin("milestones", ("milestone", "at", "confidence"), (18, 24, 12))
        for one in sorted(head.incident.milestones, key=lambda one: (one.at, one.name)):
            name = disclosure.typed(head, one.name)
            sheets.add((name, stamp(head, one.at), one.known.value))
        sheets.begin("questions", QUESTIONS, (8, 22, 18, 60, 24, 40, 24))
        for row in questions:
            sheets.add(row)
        manifest = json.loads(tally.manifest(sheets.content()))
        sheets.begin("provenance", ("what", "value"), (18, 90))
        for name, value in manifest.items():
            sheets.add((name, value if isinstance(value, str) else json.dumps(value)))
    finally:
        await asyncio.to_thread(book.close)  # a long timeline takes seconds to be packed
    yield file.getvalue()


class _Sheets:
    """Writes sheet after sheet, row after row, and hashes what is in their cells."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._content = hashlib.sha256()
        self._sheet: Any = None
        self._row = 0

    def begin(self, name: str, columns: tuple[str, ...], widths: Iterable[int]) -> None:
        self._sheet = self._book.add_worksheet(name)
        self._row = 0
        for number, width in enumerate(widths):
            self._sheet.set_column(number, number, width)
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, 0, len(columns) - 1)
        self.add(columns, heading=True)

    def add(self, cells: Iterable[str], *, heading: bool = False) -> None:
        # Half of a pair that stands for one character cannot be written.
        row = [cell[:LONGEST].encode(errors="replace").decode() for cell in cells]
        for number, cell in enumerate(row):
            if cell:
                self._sheet.write_string(
                    self._row, number, cell, self._bold if heading else self._wrapped
                )
        self._content.update(hashed(row))
        self._row += 1

    def content(self) -> str:
        return self._content.hexdigest()


def hashed(row: Iterable[str]) -> bytes:
    """What of a row is hashed: its cells, those at its end aside that are empty."""
    cells = [" ".join(cell.split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return json.dumps(cells).encode()


def _event(head: Head, recorded: Recorded) -> list[str]:
    at = recorded.occurred_at
    low, high = recorded.extent
    text = disclosure.text(head, said(recorded))
    coding = head.codings.get(recorded.id)
    found = {
        "id": str(recorded.id),
        "occurred_at": stamp(head, at),
        "local_time": f"{local(at, head.zone):%Y-%m-%d %H:%M:%S}",
        "zone": str(head.zone),
        "approx": "y" if recorded.data.get("approx") is True else "",
        "not_before": stamp(head, low) if low else "",
        "not_after": stamp(head, high) if high else "",
        "phase": _phase(head, recorded),
        "kind": label(recorded),
        "key_moment": "y" if recorded.key_moment else "",
        "marked_as": ", ".join(dict.fromkeys(one.mark.value for one in recorded.marks)),
        "rank": rank_of(recorded).value,
        "role": ", ".join(head.title(role) for role in roles_of(head, recorded)),
        "person": disclosure.actor(head, recorded),
        "channel": head.incident.channel_name if recorded.source.channel else "",
        "thread": recorded.source.thread_ts or "",
        "text": text,
        "truncated": "y" if len(text) > LONGEST else "",
        "permalink": disclosure.permalink(head, recorded),
        "edited": "y" if recorded.revisions else "",
        "deleted": "y" if recorded.retracted_at else "",
        "source": recorded.source.type,
    }
    if coding:
        found |= {name: disclosure.typed(head, words) for name, words in coding.cells()}
    return [found.get(name, "") for name in COLUMNS]


def _phase(head: Head, recorded: Recorded) -> str:
    """The phase in which it happened; one that begins at a milestone holds it."""
    for one in reversed(phases(head.incident)):
        if one.since.at <= recorded.occurred_at <= one.until.at:
            return one.label
    return ""


def _question(head: Head, recorded: Recorded) -> list[str]:
    return [
        str(recorded.id),
        stamp(head, recorded.occurred_at),
        ", ".join(head.title(role) for role in roles_of(head, recorded)),
        disclosure.text(head, said(recorded)),
        disclosure.permalink(head, recorded),
        "",
        "",
    ]


def _people(head: Head) -> list[tuple[str, ...]]:
    """Who held which role, and who else took part; nothing is counted of anybody."""
    held = sorted(head.incident.assignments, key=lambda one: (one.since, one.role, one.user))
    rows = [
        (
            head.title(one.role),
            disclosure.name(head, one.user),
            stamp(head, one.since),
            stamp(head, one.until) if one.until else "",
        )
        for one in held
    ]
    named = {one.user for one in held}
    others = sorted(disclosure.name(head, user) for user in head.responders if user not in named)
    return [*rows, *(("", name, "", "") for name in others)]


XLSX = Format(
    word="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension="xlsx",
    write=write,
)
