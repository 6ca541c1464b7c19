"""A foreign record as it is understood: each row with its moment, its kind, and what is doubtful of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType

from incibot.core.imports.sheet import MILESTONES, Cells, Sheet
from incibot.core.imports.times import Label, Times, When, signed, zone_label
from incibot.core.playbook import MILESTONES as USUAL
from incibot.core.timeline import EntryKind
from incibot.errors import Unclear

_NONE: Mapping[str, datetime] = MappingProxyType({})
_ALIKE = timedelta(minutes=1)
_FAR = timedelta(days=300)

_KINDS: Mapping[str, EntryKind] = MappingProxyType(
    {
        **{
            kind.value: kind
            for kind in (
                *(EntryKind.MESSAGE, EntryKind.OBSERVATION, EntryKind.HYPOTHESIS),
                *(EntryKind.DECISION, EntryKind.ACTION, EntryKind.QUESTION, EntryKind.SURPRISE),
                *(EntryKind.NOTE, EntryKind.UPDATE, EntryKind.ALERT, EntryKind.CHANGE),
                *(EntryKind.PAGE, EntryKind.LINK),
            )
        },
        **dict.fromkeys(("alarm", "monitoring"), EntryKind.ALERT),
        **dict.fromkeys(("deploy", "deployment", "release", "flag", "config"), EntryKind.CHANGE),
        **dict.fromkeys(("idea", "theory", "suspicion"), EntryKind.HYPOTHESIS),
        **dict.fromkeys(("test", "mitigation", "fix", "step"), EntryKind.ACTION),
        **dict.fromkeys(("communication", "comms", "status update"), EntryKind.UPDATE),
        "ruled_out": EntryKind.OBSERVATION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it is understood.

    Attributes:
        key: what makes it this row and no other, wherever in the file it stands.
        at: where it stands in the timeline (UTC): its moment, or where it was put without one.
        cells: as it was written.
    """

    key: str
    at: datetime
    when: When
    kind: EntryKind
    cells: Cells

    @property
    def timed(self) -> bool:
        """Whether its moment is known, if only about."""
        return self.when.at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A record as it is understood.

    Attributes:
        identity: the same for each version of the record: of its title and where it was published.
        rows: in the record's own order.
        milestones: by name, in UTC.
        doubts: what somebody should look at, each with its place in the file.
    """

    identity: str
    title: str
    source: str
    url: str
    zone: tzinfo
    zone_words: str
    rows: tuple[Row, ...]
    milestones: Mapping[str, datetime] = field(default_factory=lambda: _NONE)
    doubts: tuple[str, ...] = ()

    @property
    def first(self) -> datetime:
        return min(row.at for row in self.rows)


def told(
    sheet: Sheet,
    *,
    title: str = "",
    zone: tzinfo | None = None,
    day: date | None = None,
    now: datetime | None = None,
) -> Told:
    """Understand the sheet; nothing in it is mended.

    Args:
        title: for a sheet that has none.
        zone: of the times that name none, against what the sheet says of them.
        day: of the times before the first that names a day.
        now: what is later was not yet, and is doubtful.

    Raises:
        Unclear: no row says when it was, or none says what.
    """
    doubts = list(sheet.doubts)
    label = zone_label(sheet.zone)
    if label and zone is None:
        doubts += [f"the times’ zone: {doubt}" for doubt in label.doubts]
    in_zone = zone or (label.zone if label else UTC)
    name = "" if zone or not label or label.doubts else label.name
    if zone is None and label:
        doubts += _unlike(sheet, label)
    if zone is None and label is None and not _all_say_their_zone(sheet):
        doubts.append("nothing says in what zone the times are: read as UTC")
    times = Times(zone=in_zone, zone_name=name, day=day)
    title = " ".join((sheet.title or title).split())
    identity = _hash(sheet.url or "", title.casefold())[:16]
    rows, seen = [], Counter[str]()
    known: datetime | None = None
    for cells in sheet.rows:
        if not cells.what and not cells.who:
            doubts.append(f"{cells.place} says nothing: left out")
            continue
        when, wrong = _when(cells, times, zone)
        doubts += [f"{cells.place}: {doubt}" for doubt in wrong]
        known = when.place or known
        key = cells.id or _hash(cells.day, _words_of_time(cells), cells.who, cells.what)[:20]
        seen[key] += 1
        if seen[key] > 1:
            doubts.append(f"{cells.place} is the same as an earlier row")
            key = f"{key}-{seen[key]}"
        when = replace(when, doubts=wrong)
        rows.append((key, when, known, cells))
    later: datetime | None = None
    placed: list[Row] = []
    for key, when, at, cells in reversed(rows):  # what comes before the first time goes beside it
        at = at or later
        later = at
        if at is not None:
            placed.append(Row(key=key, at=at, when=when, kind=_kind(cells), cells=cells))
    if not rows:
        raise Unclear("There is no row in it that says what happened.")
    if len(placed) < len(rows):
        raise Unclear(_NO_TIME)
    doubts += _far_away(placed[::-1], now)
    milestones, missing = _milestones(sheet, placed[::-1], times)
    return Told(
        identity=identity,
        title=title,
        source=sheet.source,
        url=sheet.url,
        zone=in_zone,
        zone_words=sheet.zone,
        rows=tuple(reversed(placed)),
        milestones=milestones,
        doubts=(*doubts, *missing),
    )


_NO_TIME = (
    "No row says on what day it was. Add a column of dates, or say the day of the first row, "
    "such as --date 2024-03-13."
)


def _when(cells: Cells, times: Times, zone: tzinfo | None) -> tuple[When, tuple[str, ...]]:
    """When the row was, and what is doubtful of that."""
    usual = times.zone, times.zone_name
    label = zone_label(cells.zone) if cells.zone and zone is None else None
    if label:
        times.zone, times.zone_name = label.zone, "" if label.doubts else label.name
    wrong = list(label.doubts) if label else []
    if cells.day and not times.names_day(cells.day):
        wrong.append(f"“{cells.day[:60]}” could not be read as a day")
    ends = cells.between or (cells.after, cells.before)
    if any(ends):
        when = times.within(*ends)
    else:
        words = f"{cells.when} – {cells.until}" if cells.until and cells.when else cells.when
        if cells.day and not words:
            words = cells.day
        when = times.read(words, about=cells.what)
    wrong += when.doubts
    if cells.date_only and when.at is not None:
        first = when.at.astimezone(times.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        last = first + timedelta(days=1) - _ALIKE
        when = When(not_before=first.astimezone(UTC), not_after=last.astimezone(UTC))
    times.zone, times.zone_name = usual
    return replace(
        when, approx=when.approx or cells.approx, as_published=_words_of_time(cells)
    ), tuple(wrong)


def _words_of_time(cells: Cells) -> str:
    """The row's time as its writer put it."""
    if cells.as_published:
        return cells.as_published
    if cells.between:
        return " to ".join(cells.between)
    ends = ((word, end) for word, end in (("after", cells.after), ("before", cells.before)) if end)
    return " – ".join(filter(None, (cells.when, cells.until))) or " ".join(
        f"{word} {end}" for word, end in ends
    )


def _kind(cells: Cells) -> EntryKind:
    return _KINDS.get(cells.kind.strip().casefold(), EntryKind.NOTE)


def _milestones(
    sheet: Sheet, rows: list[Row], times: Times
) -> tuple[Mapping[str, datetime], tuple[str, ...]]:
    """The milestones that the record names, or that a row's kind says it is."""
    found: dict[str, datetime] = {}
    doubts = []
    times.day = next((row.at.astimezone(times.zone).date() for row in rows), times.day)
    times.last = None
    for name, words in sheet.milestones.items():
        when = times.read(words)
        times.last = None
        if when.place is None:
            doubts.append(f"the time of “{name}” could not be read: {words[:60]}")
            continue
        doubts += [f"the time of “{name}”: {doubt}" for doubt in when.doubts]
        found[name] = when.place
    for row in rows:
        milestone = MILESTONES.get(row.cells.kind.strip().casefold())
        if milestone and milestone != "mitigated" and row.timed:
            found.setdefault(milestone, row.at)
    return MappingProxyType({name: found[name] for name in USUAL if name in found}), tuple(doubts)


def _all_say_their_zone(sheet: Sheet) -> bool:
    return all(
        cells.zone or not (cells.when or cells.day) or zone_label(cells.when) or "+" in cells.when
        for cells in sheet.rows
    )


def _far_away(rows: list[Row], now: datetime | None) -> list[str]:
    """Rows of another year than the rest, as of a slip of the keyboard, and of times to come."""
    middle = sorted(row.at for row in rows)[len(rows) // 2]
    far = [
        f"{row.cells.place} is {abs(row.at - middle).days} days away from most others"
        for row in rows
        if abs(row.at - middle) > _FAR
    ]
    return far + [
        f"{row.cells.place} is still to come" for row in rows if now is not None and row.at > now
    ]


def _unlike(sheet: Sheet, label: Label) -> list[str]:
    """Whether the rows name another zone than the record says."""
    for cells in sheet.rows:
        try:
            at = datetime.fromisoformat(cells.when)
        except ValueError:
            continue
        own, says = at.utcoffset(), at.astimezone(label.zone).utcoffset()
        if own is not None and says is not None and own != says:
            return [
                f"the record says that its times are in {label.name} (UTC{signed(says)}), but "
                f"{cells.place} is in UTC{signed(own)}: each row was read as it stands"
            ]
        if own is not None:
            break
    return []


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
