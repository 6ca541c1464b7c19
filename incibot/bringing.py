"""A file that somebody else wrote, and what whoever brings it in says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from incibot.core.imports import Told, reader_of, told
from incibot.core.imports.weaving import IMPORTER, UNRATED, Framing
from incibot.core.people import UserId
from incibot.core.playbook import Kind
from incibot.errors import Unclear

_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")
LARGEST = 20_000_000  # bytes; a timeline that somebody wrote by hand has far less


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line."""

    zone: tzinfo | None = None
    title: str | None = None
    by: str | None = None
    kind: str = Kind.INCIDENT.value
    severity: str | None = None
    service: str | None = None
    private: bool = False
    day: str | None = None


def understood(file: Path, wish: Wish, *, now: datetime) -> Told:
    """What the file tells. Raises Unclear, with the place in the file where it cannot be read."""
    reader = reader_of(file.name)
    if file.stat().st_size > LARGEST:
        raise Unclear(
            f"{file.name} is larger than {LARGEST // 1_000_000} MB, which no timeline is."
        )
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Unclear(
            f"{file.name} is not in UTF-8 (byte {error.start}). Save it as “CSV UTF-8”."
        ) from error
    sheet = reader.read(text)
    title = wish.title or file.stem.replace("_", " ")
    return told(sheet, title=title, zone=wish.zone, day=_day(wish.day), now=now)


def framing(wish: Wish) -> Framing:
    """Raises Unclear for what is no member id."""
    if wish.by is not None and not _MEMBER.fullmatch(wish.by):
        raise Unclear(
            f"“{wish.by}” is no member id of Slack's; one is U02ABCDEF (in their profile)."
        )
    if wish.private and wish.by is None:
        raise Unclear("A private incident needs somebody who may see it: add --by U02ABCDEF.")
    return Framing(
        by=UserId(wish.by) if wish.by else IMPORTER,
        kind=Kind(wish.kind),
        severity=wish.severity or UNRATED,
        service=wish.service or "",
        private=wish.private,
    )


def as_understood(record: Told) -> Iterator[str]:
    """A line a row: its place in the file, its time as written, and as understood in UTC."""
    for row in record.rows:
        when = row.when
        if when.at is not None:
            at = f"{'about ' if when.approx else ''}{when.at:%Y-%m-%d %H:%M}"
        else:
            ends = (
                f"{end:%Y-%m-%d %H:%M}" if end else "…" for end in (when.not_before, when.not_after)
            )
            at = " to ".join(ends)
        what = " ".join(row.cells.what.split())
        yield f"{row.cells.place}\t{when.as_published}\t{at}\t{row.kind.value}\t{what[:80]}"


def _day(words: str | None) -> date | None:
    if not words:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise Unclear(f"“{words}” is no day; one is 2024-03-13.") from error
