"""The timeline as rows: entries, the wordings they had, and the marks on their messages.

Slack delivers in any order and more than once. What is written here depends on neither: an entry
has one key, a wording is known by the ts since which it stood, a mark by when it was set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.chain import (
    entry_fact,
    erased_fact,
    mark_fact,
    retracted_fact,
    shown_fact,
    words_fact,
)
from incibot.core.history import Outcome
from incibot.core.people import ChannelId, UserId
from incibot.core.timeline import (
    IMPORT,
    SAID,
    TYPED,
    Entry,
    EntryKind,
    Mark,
    MarkEvent,
    Recorded,
    Source,
    kind_as_marked,
    standing,
    ts_of,
    wording,
)
from incibot.store.catching_up import DELETED, mark_noticed, noticed_of
from incibot.store.chain import Ledger
from incibot.store.database import insert_numbered, insert_once
from incibot.store.schema import entries, incidents, marks, wordings

Ours = Callable[[int], Awaitable[bool]]  # whether the incident of that number is our workspace's

PAGE = 500  # entries that are in memory at a time while a timeline is read


async def record(
    connection: AsyncConnection,
    ledger: Ledger,
    number: int,
    entry: Entry,
    *,
    ours: Ours,
    at: datetime,
    since: str = "",
) -> bool:
    """Store the entry unless its key is there already. True if it was stored.

    The only way by which an entry comes into the database.

    Args:
        since: the ts since which its words stood, if that is not the time of the entry.
    """
    source = entry.source
    since = since or source.ts or ts_of(entry.occurred_at)
    if await reword(connection, ledger, entry.key, entry.words, ours=ours, since=since):
        return False
    row = {
        "incident": number,
        "key": entry.key,
        "kind": entry.kind.value,
        "occurred_at": entry.occurred_at,
        "recorded_at": at,
        "by": entry.by,
        "by_name": entry.by_name,
        "source": source.type,
        "channel": source.channel,
        "ts": source.ts,
        "thread_ts": source.thread_ts,
        "url": source.url,
    }
    data, salt = dict(entry.data), ledger.salt()
    id = await insert_numbered(connection, entries, **row, data=data, salt=salt)
    if id is None:
        await reword(connection, ledger, entry.key, entry.words, ours=ours, since=since)
        return False
    ledger.note(number, entry_fact({**row, "id": id}, salt=salt, data=data))
    await _word(connection, ledger, number, id, entry.words, since=since)
    return True


async def _word(
    connection: AsyncConnection, ledger: Ledger, number: int, entry: int, words: str, *, since: str
) -> None:
    salt = ledger.salt()
    new = await insert_once(connection, wordings, entry=entry, since=since, words=words, salt=salt)
    if new:
        ledger.note(number, words_fact(entry, since, words, salt=salt))


async def reword(
    connection: AsyncConnection, ledger: Ledger, key: str, words: str, *, ours: Ours, since: str
) -> bool:
    """Note the words that the entry had since then. False if it is unknown or its message was deleted."""
    # Locked, so that an edit and the deletion that come at once do not overlook each other.
    query = (
        select(entries.c.id, entries.c.incident, entries.c.retracted_at, entries.c.ts)
        .where(entries.c.key == key)
        .with_for_update()
    )
    found = (await connection.execute(query)).one_or_none()
    if found is None or not await ours(found.incident):
        return False
    erased = found.retracted_at is not None and found.ts is not None
    if erased and await _is_erased(connection, found.id):
        return False
    await _word(connection, ledger, found.incident, found.id, words, since=since)
    return True


async def _is_erased(connection: AsyncConnection, entry: int) -> bool:
    """Whether the words are gone for good: an entry taken back inside incibot keeps its own."""
    kept = select(func.count()).where(wordings.c.entry == entry, wordings.c.words != "")
    return not (await connection.execute(kept)).scalar_one()


async def bearing(
    connection: AsyncConnection, channel: ChannelId, ts: str, *, ours: Ours, locked: bool = False
) -> dict[int, int]:
    """The ids of the entries that a message of somebody's became, and the incidents' numbers."""
    query = (
        select(entries.c.id, entries.c.incident)
        .where(entries.c.channel == channel, entries.c.ts == ts, entries.c.key.like("slack:%"))
        .order_by(entries.c.id)
    )
    query = query.with_for_update() if locked else query
    rows = (await connection.execute(query)).all()
    return {row.id: row.incident for row in rows if await ours(row.incident)}


async def said_in(
    connection: AsyncConnection, channel: ChannelId, ts: str, *, ours: Ours
) -> dict[int, tuple[int, tuple[str, ...]]]:
    """What each entry of the message has said so far, with its incident's number."""
    found = await bearing(connection, channel, ts, ours=ours, locked=True)
    query = select(wordings.c.entry, wordings.c.words).where(wordings.c.entry.in_(found))
    said: dict[int, list[str]] = {entry: [] for entry in found}
    for row in await connection.execute(query):
        if row.words:
            said[row.entry].append(row.words)
    return {entry: (found[entry], tuple(words)) for entry, words in said.items() if words}


async def erase(
    connection: AsyncConnection,
    ledger: Ledger,
    channel: ChannelId,
    ts: str,
    *,
    ours: Ours,
    at: datetime,
) -> None:
    """The message was deleted: its words and earlier ones go, its entries stay."""
    found = await bearing(connection, channel, ts, ours=ours, locked=True)
    if not found:
        return
    erased = await _erased_already(connection, found)
    # Without their salts, so that what is left of them in the chain tells nothing.
    gone = update(wordings).where(wordings.c.entry.in_(found)).values(words="", salt=None)
    await connection.execute(gone)
    # The names and links of its files were its words too.
    bare = update(entries).where(entries.c.id.in_(found)).values(data={}, salt=None)
    await connection.execute(bare)
    for entry, number in found.items():
        if entry not in erased:
            ledger.note(number, erased_fact(entry))
        await _retract(connection, ledger, number, entry, at=at, by=None)


async def _erased_already(connection: AsyncConnection, found: Iterable[int]) -> set[int]:
    """Those of them of which the chain says so, or will: nothing of theirs has a salt."""
    salted = select(wordings.c.entry).where(
        wordings.c.entry.in_(found), wordings.c.salt.is_not(None)
    )
    holding = select(entries.c.id).where(
        entries.c.id.in_(found), or_(entries.c.salt.is_not(None), entries.c.retracted_at.is_(None))
    )
    kept = {*(await connection.execute(salted)).scalars()}
    kept |= {*(await connection.execute(holding)).scalars()}
    return set(found) - kept


async def take_back(
    connection: AsyncConnection,
    ledger: Ledger,
    number: int,
    entry: int,
    *,
    at: datetime,
    by: UserId | None,
) -> bool:
    """Mark the entry as taken back; its words stay. True unless it was already."""
    return await _retract(connection, ledger, number, entry, at=at, by=by)


async def _retract(
    connection: AsyncConnection,
    ledger: Ledger,
    number: int,
    entry: int,
    *,
    at: datetime,
    by: UserId | None,
) -> bool:
    written = await connection.execute(
        update(entries)
        .where(
            entries.c.id == entry,
            entries.c.incident == number,
            or_(entries.c.retracted_at.is_(None), entries.c.retracted_at > at),
        )
        .values(retracted_at=at, retracted_by=by)
    )
    if written.rowcount == 1:
        ledger.note(number, retracted_fact(entry, at, by))
    return written.rowcount == 1


async def mark(
    connection: AsyncConnection, ledger: Ledger, event: MarkEvent, *, scope: str
) -> bool:
    """Note that a mark was set or taken off. True if that was not known yet."""
    # It is in the chain of the incident whose channel that is, and of no other.
    query = select(incidents.c.number, incidents.c.team).where(incidents.c.channel == event.channel)
    there = (await connection.execute(query)).one_or_none()
    if there is not None and there.team != scope:
        return False
    row = {
        "channel": event.channel,
        "ts": event.ts,
        "mark": event.mark.value,
        "user": event.user,
        "via": event.via,
        "at": event.at,
        "on": event.on,
    }
    if not await insert_once(connection, marks, **row, team=scope):
        return False
    if there is not None:
        ledger.note(there.number, mark_fact(row))
    return True


async def show_at(
    connection: AsyncConnection,
    ledger: Ledger,
    key: str,
    channel: ChannelId,
    ts: str,
    *,
    ours: Ours,
) -> None:
    """The entry's echo is that message: marks on it are marks on the entry."""
    query = select(entries.c.id, entries.c.incident).where(
        entries.c.key == key, entries.c.ts.is_(None), entries.c.channel.is_(None)
    )
    found = (await connection.execute(query.with_for_update())).one_or_none()
    if found is not None and await ours(found.incident):
        shown = update(entries).where(entries.c.id == found.id).values(channel=channel, ts=ts)
        await connection.execute(shown)
        ledger.note(found.incident, shown_fact(found.id, channel, ts))


async def find(
    connection: AsyncConnection, number: int, *where: ColumnElement[bool], limit: int | None = None
) -> list[Recorded]:
    """The entries that fit, in the order of time; with a limit, the last ones."""
    query = select(entries).where(entries.c.incident == number, *where)
    if limit is None:
        query = query.order_by(entries.c.occurred_at, entries.c.id)
        rows = (await connection.execute(query)).all()
    else:
        query = query.order_by(entries.c.occurred_at.desc(), entries.c.id.desc()).limit(limit)
        rows = (await connection.execute(query)).all()[::-1]
    return await _recorded(connection, rows)


async def everywhere(
    connection: AsyncConnection, *where: ColumnElement[bool], limit: int
) -> list[Recorded]:
    """The entries that fit, of whatever incident, the latest first."""
    query = select(entries).where(*where)
    query = query.order_by(entries.c.occurred_at.desc(), entries.c.id.desc()).limit(limit)
    return await _recorded(connection, (await connection.execute(query)).all())


async def pages(connection: AsyncConnection, number: int) -> AsyncIterator[Recorded]:
    """All entries in the order of time, read page by page."""
    after: tuple[datetime, int] | None = None
    while True:
        query = select(entries).where(entries.c.incident == number)
        if after:
            query = query.where(
                or_(
                    entries.c.occurred_at > after[0],
                    and_(entries.c.occurred_at == after[0], entries.c.id > after[1]),
                )
            )
        query = query.order_by(entries.c.occurred_at, entries.c.id).limit(PAGE)
        rows = (await connection.execute(query)).all()
        for recorded in await _recorded(connection, rows):
            yield recorded
        if len(rows) < PAGE:
            return
        after = (rows[-1].occurred_at, rows[-1].id)


async def responders(connection: AsyncConnection, number: int) -> tuple[UserId, ...]:
    """Everybody who is in the record, in the order of their first entry."""
    query = (
        select(entries.c.by, func.min(entries.c.occurred_at).label("first"))
        .where(entries.c.incident == number, entries.c.by.is_not(None))
        .group_by(entries.c.by)
    )
    rows = (await connection.execute(query)).all()
    return tuple(row.by for row in sorted(rows, key=lambda row: (row.first, row.by)))


async def gist(
    connection: AsyncConnection, numbers: Sequence[int], *, at: datetime, most: int
) -> dict[int, list[Recorded]]:
    """Of other incidents what one is compared by, by their numbers, each in the order of time.

    What people marked or typed as what it is, up to so many entries, the latest; and of each person
    the last words up to that moment and the first since then.
    """
    said = and_(
        entries.c.incident.in_(numbers),
        entries.c.kind.in_([kind.value for kind in SAID]),
        entries.c.retracted_at.is_(None),
    )
    typed = entries.c.kind.in_([kind.value for kind in TYPED])
    bears = and_(marks.c.channel == entries.c.channel, marks.c.ts == entries.c.ts)
    marked = or_(typed, exists().where(bears))
    queries = [select(entries).where(said, marked).order_by(entries.c.id.desc()).limit(most)]
    for nearest, side in (
        (func.max, entries.c.occurred_at <= at),
        (func.min, entries.c.occurred_at >= at),
    ):
        words = (
            select(entries.c.incident, entries.c.by, nearest(entries.c.occurred_at).label("at"))
            .where(said, side)
            .group_by(entries.c.incident, entries.c.by)
            .subquery()
        )
        same = and_(
            entries.c.incident == words.c.incident,
            entries.c.by == words.c.by,
            entries.c.occurred_at == words.c.at,
        )
        queries.append(select(entries).join(words, same).where(said))
    rows = {row.id: row for query in queries for row in await connection.execute(query)}
    ordered = sorted(rows.values(), key=lambda row: (row.occurred_at, row.id))
    found: dict[int, list[Recorded]] = {number: [] for number in numbers}
    for begin in range(0, len(ordered), PAGE):
        for one in await _recorded(connection, ordered[begin : begin + PAGE]):
            found[one.incident].append(one)
    return found


async def is_foreign(connection: AsyncConnection, number: int) -> bool:
    """Whether any of it is from a timeline that others wrote."""
    query = (
        select(entries.c.id)
        .where(entries.c.incident == number, entries.c.source == IMPORT)
        .limit(1)
    )
    return (await connection.execute(query)).first() is not None


async def outcomes(connection: AsyncConnection, number: int) -> dict[int, Outcome]:
    """What became of each hypothesis, by its entry's id: its last answer that was not taken back."""
    query = (
        select(entries.c.occurred_at, entries.c.data)
        .where(
            entries.c.incident == number,
            entries.c.key.like("answer:%"),
            entries.c.retracted_at.is_(None),
        )
        .order_by(entries.c.occurred_at, entries.c.id)
    )
    rows = (await connection.execute(query)).all()
    return {
        row.data["answers"]: Outcome(word=row.data["outcome"], at=row.occurred_at) for row in rows
    }


async def counts(connection: AsyncConnection, number: int) -> tuple[int, int, int]:
    """How many messages were captured, and how many of them were edited and deleted since."""
    ours = and_(entries.c.incident == number, entries.c.key.like("slack:%"))
    seen = (await connection.execute(select(func.count()).where(ours))).scalar_one()
    deleted = (
        await connection.execute(
            select(func.count()).where(ours, entries.c.retracted_at.is_not(None))
        )
    ).scalar_one()
    several = (
        select(wordings.c.entry)
        .join(entries, entries.c.id == wordings.c.entry)
        .where(ours, entries.c.retracted_at.is_(None))
        .group_by(wordings.c.entry)
        .having(func.count(wordings.c.words.distinct()) > 1)
        .subquery()
    )
    edited = (await connection.execute(select(func.count()).select_from(several))).scalar_one()
    return seen, edited, deleted


async def _recorded(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Recorded]:
    if not rows:
        return []
    versions: dict[int, dict[str, str]] = defaultdict(dict)
    query = select(wordings).where(wordings.c.entry.in_([row.id for row in rows]))
    for row in await connection.execute(query):
        versions[row.entry][row.since] = row.words
    set_on: dict[tuple[str, str], list[MarkEvent]] = defaultdict(list)
    of_slack = [row for row in rows if row.ts is not None]
    # A channel may be shared between workspaces: what another has noted of a message is not ours.
    team = select(incidents.c.team).where(incidents.c.number == rows[0].incident).scalar_subquery()
    if of_slack:
        query = select(marks).where(
            marks.c.team == team,
            marks.c.channel.in_({row.channel for row in of_slack}),
            marks.c.ts.in_({row.ts for row in of_slack}),
        )
        for row in await connection.execute(query):
            set_on[row.channel, row.ts].append(_mark_event(row))
    late = await noticed_of(connection, team, [(row.channel, row.ts) for row in of_slack])
    found = []
    for row in rows:
        words, revisions = wording(versions[row.id])
        stand = standing(set_on[row.channel, row.ts]) if row.ts else ()
        if late:
            stand = tuple(
                replace(one, noticed=(row.channel, row.ts, mark_noticed(one)) in late)
                for one in stand
            )
        first = EntryKind(row.kind)
        found.append(
            Recorded(
                id=row.id,
                incident=row.incident,
                key=row.key,
                kind=kind_as_marked(first, stand),
                kind_first=first,
                occurred_at=row.occurred_at,
                recorded_at=row.recorded_at,
                words=words,
                by=row.by,
                by_name=row.by_name,
                source=Source(
                    type=row.source,
                    channel=row.channel,
                    ts=row.ts,
                    thread_ts=row.thread_ts,
                    url=row.url,
                ),
                data={**row.data, "noticed": True}
                if row.retracted_at and (row.channel, row.ts, DELETED) in late
                else row.data,
                retracted_at=row.retracted_at,
                marks=stand,
                revisions=revisions,
            )
        )
    return found


def _mark_event(row: Row[Any]) -> MarkEvent:
    return MarkEvent(
        channel=row.channel,
        ts=row.ts,
        mark=Mark(row.mark),
        user=row.user,
        via=row.via,
        at=row.at,
        on=row.on,
    )
