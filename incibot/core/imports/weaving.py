"""A foreign record as an incident of ours: over, without a channel, every row as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incibot.core.change import Change
from incibot.core.imports.told import Row, Told
from incibot.core.incident import Incident, Known, Milestone
from incibot.core.markup import escape
from incibot.core.moves import INCIBOT
from incibot.core.people import ChannelId, UserId
from incibot.core.playbook import Kind, Playbook
from incibot.core.timeline import IMPORT, Entry, EntryKind, Source

IMPORTER = UserId("import")  # who declared it, where nobody says that they did
UNRATED = "unrated"  # the severity of what nobody has rated


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What the record itself cannot say of the incident that it becomes."""

    by: UserId = IMPORTER
    kind: Kind = Kind.INCIDENT
    severity: str = UNRATED
    service: str = ""
    private: bool = False


def caption_key(record: Told) -> str:
    """The key of the entry that says where the record comes from: it finds the incident again."""
    return f"import:{record.identity}"


def woven(record: Told, framing: Framing, *, number: int, book: Playbook) -> Change:
    """The incident that the record tells of, and where it comes from; its `rows` follow.

    Raises:
        Unclear: a severity that the playbook does not know.
    """
    severity = framing.severity
    if severity != UNRATED:
        severity = book.severity(severity).word
    entries = rows(record)
    milestones, more = _milestones(record, entries)
    declared = record.milestones.get("declared", record.first)
    incident = Incident(
        number=number,
        title=record.title,
        kind=framing.kind,
        severity=severity,
        status=book.last_status.word,
        private=framing.private,
        declared_by=framing.by,
        declared_at=declared,
        summary=_published(record),
        service=framing.service,
        milestones=milestones,
    )
    return Change(incident=incident, entries=(_caption(record, framing), *more))


def adopted(
    channel: ChannelId,
    name: str,
    framing: Framing,
    *,
    number: int,
    title: str,
    private: bool,
    created_at: datetime,
    book: Playbook,
    at: datetime,
) -> Change:
    """The incident of a channel whose history is read afterwards: it began when the channel did.

    Raises:
        Unclear: a severity that the playbook does not know.
    """
    severity = framing.severity
    if severity != UNRATED:
        severity = book.severity(severity).word
    incident = Incident(
        number=number,
        title=title,
        kind=framing.kind,
        severity=severity,
        status=book.last_status.word,
        private=private,
        declared_by=framing.by,
        declared_at=created_at,
        service=framing.service,
        channel=channel,
        channel_name=name,
        turned_at=at,
    )
    by = None if framing.by == IMPORTER else framing.by
    entry = Entry(
        key=f"adopted:{channel}",
        kind=EntryKind.LINK,
        occurred_at=created_at,
        words=f"From the history of #{escape(name)}, which was read afterwards",
        by=by,
        by_name="" if by else INCIBOT,
        data={"channel": channel},
    )
    return Change(incident=incident, entries=(entry,))


def rows(record: Told) -> tuple[Entry, ...]:
    """The record's rows as entries. The same rows have the same keys, however often they come."""
    return tuple(_entry(record, row) for row in record.rows)


def _entry(record: Told, row: Row) -> Entry:
    cells = row.cells
    words = cells.what or cells.who
    return Entry(
        key=f"{caption_key(record)}:{row.key}"[:190],
        kind=row.kind,
        occurred_at=row.at,
        words=escape(words),
        by_name=cells.who if cells.what else "",
        source=Source(type=IMPORT, url=cells.link),
        data=_data(row),
    )


def _data(row: Row) -> Mapping[str, Any]:
    """The row's time as published, what is known of it, and what is doubtful."""
    when, cells = row.when, row.cells
    known: dict[str, Any] = {
        "row": cells.place,
        "as_published": when.as_published,
        "published_kind": cells.kind,
        "approx": when.approx,
        "not_before": _iso(when.not_before),
        "not_after": _iso(when.not_after),
        "doubts": list(when.doubts),
        "more": dict(cells.more),
    }
    data = {name: value for name, value in known.items() if value}
    return data if row.timed else {**data, "timed": False}


def _milestones(
    record: Told, entries: tuple[Entry, ...]
) -> tuple[tuple[Milestone, ...], tuple[Entry, ...]]:
    """Each rests on the row of that moment, or else on an entry of its own."""
    at_moment = {entry.occurred_at: entry for entry in reversed(entries) if _is_exact(entry)}
    found, more = [], []
    for name, at in record.milestones.items():
        entry = at_moment.get(at)
        if entry is None:
            entry = Entry(
                key=f"{caption_key(record)}:milestone:{name}",
                kind=EntryKind.MILESTONE,
                occurred_at=at,
                words=f"Milestone “{name}”, by the record’s own word",
                source=Source(type=IMPORT),
                data={"milestone": name, "at": at.isoformat()},
            )
            more.append(entry)
        found.append(Milestone(name=name, at=at, known=Known.STATED, key=entry.key))
    return tuple(found), tuple(more)


def _is_exact(entry: Entry) -> bool:
    return entry.data.get("timed") is not False


def _caption(record: Told, framing: Framing) -> Entry:
    """Where it comes from, before everything else."""
    data: dict[str, Any] = {
        "source": record.source,
        "url": record.url,
        "time_zone": record.zone_words,
        "rows": len(record.rows),
        "untimed": sum(not row.timed for row in record.rows),
        "doubts": list(record.doubts),
    }
    by = None if framing.by == IMPORTER else framing.by
    return Entry(
        key=caption_key(record),
        kind=EntryKind.LINK,
        occurred_at=record.first,
        words=escape(_published(record)),
        by=by,
        by_name="" if by else INCIBOT,
        source=Source(type=INCIBOT, url=record.url),
        data={name: value for name, value in data.items() if value},
    )


def _published(record: Told) -> str:
    return f"From a timeline that others wrote: {record.source or record.title}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
