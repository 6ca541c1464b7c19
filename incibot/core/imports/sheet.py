"""What every reader of a foreign timeline gives: rows of words, of which nothing is understood yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})

# What people call the columns that we know.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "when": (
        *("time", "when", "at", "timestamp", "datetime", "date/time", "date time", "occurred_at"),
        *("date & time", "date and time", "time of day", "start", "at_utc", "clock"),
    ),
    "day": ("date", "day"),
    "until": ("until", "end", "to", "end time"),
    "who": ("who", "actor", "actor_name", "person", "by", "author", "user", "responder", "name"),
    "what": (
        *("what", "event", "description", "text", "entry", "message", "details", "what happened"),
        *("action", "activity", "summary", "note", "notes", "events", "comment", "happening"),
    ),
    "kind": ("kind", "type", "category"),
    "link": ("link", "url", "permalink", "source_permalink", "source_url"),
    "id": ("id", "source_id", "#"),
    "zone": ("zone", "timezone", "time zone", "tz"),
    "as_published": ("as_published",),
}
_COLUMN = {name.replace("_", " "): column for column, names in _COLUMNS.items() for name in names}
MILESTONES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("start", "started", "begin", "began", "impact start"), "started"),
        **dict.fromkeys(("impact started", "start of impact", "incident start"), "started"),
        **dict.fromkeys(("detected", "detection", "noticed", "first detected"), "detected"),
        **dict.fromkeys(("declared", "incident declared", "opened"), "declared"),
        **dict.fromkeys(("mitigated", "mitigation", "impact end", "repaired"), "mitigated"),
        **dict.fromkeys(("resolved", "resolution", "recovered", "end", "ended"), "resolved"),
    }
)
_NOT_A_WORD = re.compile(r"[*_`]+|\([^()]*\)|\[[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A row as it was written.

    Attributes:
        place: the line, or the number, by which the writer finds it again.
        when, day, until, zone: the words of its time.
        between, before, after: the same, where the record has a place of its own for them.
        id: what the record calls the row; empty where it has no names for its rows.
        more: the cells of columns that nobody here knows, by their headings.
    """

    place: str
    when: str = ""
    day: str = ""
    until: str = ""
    zone: str = ""
    between: tuple[str, str] | None = None
    before: str = ""
    after: str = ""
    approx: bool = False
    date_only: bool = False
    as_published: str = ""
    who: str = ""
    what: str = ""
    kind: str = ""
    link: str = ""
    id: str = ""
    more: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A record of an incident as it was written.

    Attributes:
        source, url: where it was published, by the record's own word.
        zone: the words that say in what zone the times are.
        milestones: the words of their times, by our names of them.
        doubts: what was left out, and why.
    """

    title: str = ""
    source: str = ""
    url: str = ""
    zone: str = ""
    rows: tuple[Cells, ...] = ()
    milestones: Mapping[str, str] = field(default_factory=lambda: _NONE)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A format in which records come.

    Attributes:
        word: what people type, such as ``csv``.
        extensions: of the names of such files, with their dots.
        read: raises Unclear for what is no such record.
    """

    word: str
    extensions: tuple[str, ...]
    read: Callable[[str], Sheet]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds: one of ours, or None, and the zone that its heading names."""

    column: str | None
    words: str


def headings(cells: Sequence[str]) -> tuple[Heading, ...]:
    """What the columns hold, by their headings; each of ours at most once."""
    found: list[Heading] = []
    for cell in cells:
        words = " ".join(_NOT_A_WORD.sub(" ", cell).casefold().split()).strip(" :")
        column = _COLUMN.get(words) or _COLUMN.get(re.sub(r"\s+(?:utc|gmt|[a-z]{3,4})$", "", words))
        taken = any(one.column == column for one in found)
        found.append(Heading(None if taken else column, cell.strip()))
    if not any(one.column == "when" for one in found):
        # A table with days alone has its times in that column.
        found = [replace_day(one) for one in found]
    return tuple(found)


def replace_day(heading: Heading) -> Heading:
    return Heading("when", heading.words) if heading.column == "day" else heading


def is_header(cells: Sequence[str]) -> bool:
    """Whether these cells are headings: a column of times is among them, and one of words."""
    known = {one.column for one in headings(cells)}
    return "when" in known and bool(known & {"what", "who"})


def row(place: str, columns: Sequence[Heading], cells: Sequence[str]) -> Cells:
    """A row of a table, read by its headings."""
    known: dict[str, str] = {}
    more: dict[str, str] = {}
    for number, cell in enumerate(cells):
        words = cell.strip()
        heading = (
            columns[number] if number < len(columns) else Heading(None, f"column {number + 1}")
        )
        if heading.column:
            known[heading.column] = words
        elif words:
            more[heading.words or f"column {number + 1}"] = words
    found = Cells(place=place, more=MappingProxyType(more), **known)  # type: ignore[arg-type]
    return found if found.zone else replace(found, zone=_zone_of(columns))


def _zone_of(columns: Sequence[Heading]) -> str:
    """The words of the heading of the times, which may name their zone: ``Time (UTC)``."""
    heading = next((one.words for one in columns if one.column == "when"), "")
    return heading.partition(" ")[2]
