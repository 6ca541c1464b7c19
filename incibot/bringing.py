"""What others wrote comes in: a timeline in a file, a channel's history, what analysts wrote beside entries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from incibot.app import App
from incibot.core.imports import Told, reader_of, told
from incibot.core.imports.coding import Coded, coded
from incibot.core.imports.weaving import IMPORTER, UNRATED, Framing
from incibot.core.incident import Incident
from incibot.core.jobs import CatchUp
from incibot.core.people import UserId
from incibot.core.playbook import Kind
from incibot.errors import Paused, SlackBusy, Unclear
from incibot.jobs.catch_up import catch_up
from incibot.store import codings
from incibot.store.imports import adopt
from incibot.store.unit import Transaction

_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")
LARGEST = 20_000_000  # bytes; a timeline that somebody wrote by hand has far less
LONGEST = 60.0  # seconds that we wait for a busy Slack before we ask again


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


async def bring_channel(app: App, named: str, wish: Wish) -> Incident:
    """An incident of that channel, with all that Slack still shows of it; once, however often.

    Raises:
        SlackRefused: we are not in the channel, or there is none.
    """
    slack = app.tools.slack
    room = await slack.room(await slack.channel_id(named))
    frame = framing(wish)
    if not room.ours:
        raise Unclear(
            f"incibot is not in #{room.name}, and so may not read it: type `/invite @incibot` there."
        )
    if room.private and wish.by is None:
        raise Unclear(
            f"#{room.name} is private: its incident needs somebody who may see it. Add --by U02ABCDEF."
        )
    incident = await app.store.write(
        lambda tx: adopt(
            tx,
            room.id,
            room.name,
            frame,
            title=wish.title or room.name.replace("-", " "),
            private=room.private or wish.private,
            created_at=room.created_at,
        )
    )
    while True:
        try:
            await catch_up(CatchUp(incident=incident.number), app.tools)
        except Paused as pause:
            await asyncio.sleep(min(pause.after, LONGEST))
        except SlackBusy as busy:
            await asyncio.sleep(min(busy.retry_after or 1.0, LONGEST))
        else:
            return incident


def coding_in(file: Path) -> Coded:
    """What analysts wrote into the table. Raises Unclear for what is no such table."""
    if file.stat().st_size > LARGEST:
        raise Unclear(f"{file.name} is larger than {LARGEST // 1_000_000} MB.")
    return coded(file.read_bytes(), file.name)


async def bring_coding(
    tx: Transaction, found: Coded, *, into: int | None
) -> tuple[int, frozenset[int]]:
    """Write what belongs to entries that there are. How many have changed, and which ids are unknown."""
    known = await codings.belonging(tx.connection, found.codings, number=into)
    wanted = {id: coding for id, coding in found.codings.items() if id in known}
    changed = await codings.note(tx.connection, wanted, at=tx.at)
    return changed, frozenset(found.codings) - known
