"""Catching up as rows: what we hold of a channel, how far it was compared, and what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.catching_up import Fetched, Held, Holding, Progress, Silence
from incibot.core.people import ChannelId, UserId
from incibot.core.timeline import PIN, EntryKind, Mark, Marked, MarkEvent, ts_of, wording
from incibot.errors import LeaseLost
from incibot.store.database import insert_once, put
from incibot.store.incidents import of_scope
from incibot.store.schema import (
    catch_ups,
    entries,
    fetched,
    incidents,
    listening,
    marks,
    members,
    noticed,
    wordings,
)

HELD = 500  # messages of ours that are compared with a page of Slack's, which has 200 at most
DELETED = "deleted"
NEAR = timedelta(seconds=10)  # between the event of somebody's coming and Slack's line about it
NEW: dict[str, Any] = {"took": 0, "done": False, "round": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of an incident's comparisons; see the columns of `catch_ups`."""

    covered_until: datetime | None = None
    whole_at: datetime | None = None
    took: timedelta = timedelta()
    wanted_at: datetime | None = None
    round: int = 0
    progress: Progress | None = None


# Which channels, and how far they are


async def due(
    connection: AsyncConnection, *, scope: str, asked_before: datetime | None
) -> list[int]:
    """The incidents whose channels are looked at: open ones, and those that ended not long ago.

    Args:
        asked_before: leave out those for which it was asked since then; None: none.
    """
    where = [
        incidents.c.team == scope,
        incidents.c.channel.is_not(None),
        or_(
            incidents.c.over == false(),
            and_(
                incidents.c.turned_at.is_not(None),
                or_(catch_ups.c.done.is_(None), catch_ups.c.done == false()),
            ),
        ),
    ]
    if asked_before is not None:
        where.append(or_(catch_ups.c.asked_at.is_(None), catch_ups.c.asked_at <= asked_before))
    query = (
        select(incidents.c.number)
        .outerjoin(catch_ups, catch_ups.c.incident == incidents.c.number)
        .where(*where)
        .order_by(incidents.c.number)
    )
    return list((await connection.execute(query)).scalars())


async def note(connection: AsyncConnection, number: int, **values: Any) -> None:
    """Write these columns of its row."""
    await put(connection, catch_ups, {"incident": number}, NEW | values, again=values)


async def state(connection: AsyncConnection, number: int) -> State:
    query = select(catch_ups).where(catch_ups.c.incident == number)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return State()
    return State(
        covered_until=row.covered_until,
        whole_at=row.whole_at,
        took=timedelta(seconds=row.took),
        wanted_at=row.wanted_at,
        round=row.round,
        progress=Progress.from_json(row.progress) if row.progress else None,
    )


async def go_on(
    connection: AsyncConnection, number: int, *, round: int, progress: Progress | None, **more: Any
) -> None:
    """Keep how far the comparison has come.

    Raises:
        LeaseLost: another process has taken this step.
    """
    values = {"progress": progress.to_json() if progress else None, "round": round + 1, **more}
    if round == 0:
        await insert_once(connection, catch_ups, incident=number, **NEW)
    written = await connection.execute(
        update(catch_ups)
        .where(catch_ups.c.incident == number, catch_ups.c.round == round)
        .values(**values)
    )
    if written.rowcount != 1:
        raise LeaseLost(f"catch-up:{number}")


async def heard(
    connection: AsyncConnection,
    *where: ColumnElement[bool],
    since: datetime,
    until: datetime | None = None,
) -> list[Silence]:
    """When there was a process that listened, by the time at which it began."""
    query = select(listening.c.since, listening.c.until).where(listening.c.until >= since, *where)
    if until is not None:
        query = query.where(listening.c.since <= until)
    rows = await connection.execute(query.order_by(listening.c.since, listening.c.until))
    return [(row.since, row.until) for row in rows]


async def keep_fetched(connection: AsyncConnection, number: int, what: Fetched) -> None:
    await put(
        connection,
        fetched,
        {"incident": number, "until": what.until},
        {"since": what.since, "counts": dict(what.counts)},
    )


async def all_fetched(connection: AsyncConnection, number: int) -> list[Fetched]:
    query = select(fetched).where(fetched.c.incident == number).order_by(fetched.c.until)
    return [
        Fetched(since=row.since, until=row.until, counts=row.counts)
        for row in await connection.execute(query)
    ]


# What we hold


async def holding(
    connection: AsyncConnection,
    number: int,
    channel: ChannelId,
    *,
    below: str = "",
    down_to: str = "",
) -> Holding:
    """What we hold of the channel's own messages, replies in threads aside, the latest first.

    Args:
        below: a ts; only what is older.
        down_to: a ts down to which all is wanted; without it, there may be too much.
    """
    where: list[ColumnElement[bool]] = [entries.c.thread_ts.is_(None)]
    if below:
        where.append(entries.c.ts < below)
    if down_to:
        where.append(entries.c.ts >= down_to)
    limit = None if down_to else HELD
    rows = await _messages(connection, number, channel, where, limit=limit)
    if limit is not None and len(rows) == limit:
        down_to = rows[-1].ts
    held = await _held(connection, rows)
    span: list[ColumnElement[bool]] = [_marked_by_whose(number)]
    if below:
        span.append(marks.c.ts < below)
    if down_to:
        span.append(marks.c.ts >= down_to)
    return Holding(messages=held, marks=await _marks(connection, channel, span), down_to=down_to)


async def holding_of_thread(
    connection: AsyncConnection, number: int, channel: ChannelId, root: str
) -> Holding:
    """What we hold of a thread, its root aside."""
    rows = await _messages(connection, number, channel, [entries.c.thread_ts == root])
    held = await _held(connection, rows)
    span = [marks.c.ts >= root, _marked_by_whose(number)]
    return Holding(messages=held, marks=await _marks(connection, channel, span))


async def holding_of_pins(
    connection: AsyncConnection, channel: ChannelId, *, scope: str | None
) -> Holding:
    """All pins of the channel that we ever heard of, and what we hold of these messages."""
    ours = [marks.c.via == PIN, *([] if scope is None else [marks.c.team == scope])]
    found = await _marks(connection, channel, ours)
    query = _of_channel(None, channel, scope).where(entries.c.ts.in_(found))
    rows = (await connection.execute(query)).all() if found else []
    return Holding(messages=await _held(connection, rows), marks=found)


async def replies(
    connection: AsyncConnection, number: int, channel: ChannelId, roots: Iterable[str]
) -> dict[str, tuple[int, str]]:
    """How many replies we hold of each thread, and the ts of the latest; erased ones aside."""
    asked = list(roots)
    if not asked:
        return {}
    query = (
        select(entries.c.thread_ts, func.count(), func.max(entries.c.ts))
        .where(
            *_ours(number, channel),
            entries.c.thread_ts.in_(asked),
            entries.c.retracted_at.is_(None),
        )
        .group_by(entries.c.thread_ts)
    )
    rows = await connection.execute(query)
    return {row[0]: (row[1], row[2]) for row in rows}


async def threads(
    connection: AsyncConnection, number: int, channel: ChannelId, *, below: str, down_to: str
) -> set[str]:
    """The roots of the threads in which we hold replies, of that stretch of the channel."""
    where = [entries.c.thread_ts >= down_to, entries.c.retracted_at.is_(None)]
    if below:
        where.append(entries.c.thread_ts < below)
    query = select(entries.c.thread_ts).distinct().where(*_ours(number, channel), *where)
    return set((await connection.execute(query)).scalars())


async def is_held(connection: AsyncConnection, number: int, channel: ChannelId, ts: str) -> bool:
    query = select(entries.c.id).where(*_ours(number, channel), entries.c.ts == ts)
    return (await connection.execute(query)).first() is not None


async def is_erased(
    connection: AsyncConnection, channel: ChannelId, ts: str, *, scope: str | None
) -> bool:
    """Whether there is nothing of the message left that could be erased."""
    query = _of_channel(None, channel, scope).where(entries.c.ts == ts)
    held = await _held(connection, (await connection.execute(query)).all())
    return all(one.erased for one in held.values())


async def came(
    connection: AsyncConnection,
    number: int,
    user: UserId,
    kind: EntryKind,
    at: datetime,
    *,
    ending: str = "",
) -> bool:
    """Whether it is known that somebody came or left about then.

    Args:
        ending: of the key; only where it is known from there.
    """
    query = select(entries.c.id).where(
        entries.c.incident == number,
        entries.c.kind == kind.value,
        entries.c.by == user,
        entries.c.occurred_at.between(at - NEAR, at + NEAR),
        entries.c.key.like(f"{kind.value}:%{ending}"),
    )
    return (await connection.execute(query)).first() is not None


async def members_as_of(connection: AsyncConnection, number: int) -> dict[UserId, tuple[bool, str]]:
    """Who is in the channel and who is not, and since which ts we think so."""
    query = select(members).where(members.c.incident == number)
    rows = await connection.execute(query)
    return {UserId(row.user): (row.present, row.as_of) for row in rows}


def _ours(number: int | None, channel: ChannelId) -> list[ColumnElement[bool]]:
    """Entries that the channel's own messages became; not copies in other timelines."""
    where = [entries.c.channel == channel, entries.c.key == "slack:" + channel + ":" + entries.c.ts]
    return where if number is None else [entries.c.incident == number, *where]


def _marked_by_whose(number: int) -> ColumnElement[bool]:
    team = select(incidents.c.team).where(incidents.c.number == number).scalar_subquery()
    return marks.c.team == team


def _of_channel(number: int | None, channel: ChannelId, scope: str | None = None) -> Any:
    return select(
        entries.c.id,
        entries.c.key,
        entries.c.ts,
        entries.c.thread_ts,
        entries.c.recorded_at,
        entries.c.retracted_at,
    ).where(*_ours(number, channel), of_scope(entries.c.incident, scope))


async def _messages(
    connection: AsyncConnection,
    number: int,
    channel: ChannelId,
    where: Sequence[ColumnElement[bool]],
    *,
    limit: int | None = None,
) -> list[Row[Any]]:
    query = _of_channel(number, channel).where(*where).order_by(entries.c.ts.desc())
    return list((await connection.execute(query.limit(limit) if limit else query)).all())


async def _held(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> dict[str, Held]:
    versions: dict[int, dict[str, str]] = defaultdict(dict)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), HELD):
        query = select(wordings).where(wordings.c.entry.in_(ids[start : start + HELD]))
        for row in await connection.execute(query):
            versions[row.entry][row.since] = row.words
    found = {}
    for row in rows:
        words, _ = wording(versions[row.id])
        found[row.ts] = Held(
            key=row.key,
            ts=row.ts,
            thread_ts=row.thread_ts,
            words=words,
            since=max(versions[row.id], default=row.ts),
            recorded_at=row.recorded_at,
            erased=row.retracted_at is not None and not words,
        )
    return found


async def _marks(
    connection: AsyncConnection, channel: ChannelId, where: Sequence[ColumnElement[bool]]
) -> dict[str, tuple[MarkEvent, ...]]:
    found: dict[str, list[MarkEvent]] = defaultdict(list)
    query = select(marks).where(marks.c.channel == channel, *where)
    for row in await connection.execute(query):
        found[row.ts].append(
            MarkEvent(
                channel=row.channel,
                ts=row.ts,
                mark=Mark(row.mark),
                user=row.user,
                via=row.via,
                at=row.at,
                on=row.on,
            )
        )
    return {ts: tuple(events) for ts, events in found.items()}


# What was noticed only afterwards


async def notice(
    connection: AsyncConnection, channel: ChannelId, ts: str, what: str, *, scope: str
) -> None:
    await insert_once(connection, noticed, channel=channel, ts=ts, what=what, team=scope)


async def is_known_now(
    connection: AsyncConnection, channel: ChannelId, ts: str, *, scope: str
) -> None:
    """Slack has told when it was deleted after all."""
    await connection.execute(
        delete(noticed).where(
            noticed.c.channel == channel,
            noticed.c.ts == ts,
            noticed.c.what == DELETED,
            noticed.c.team == scope,
        )
    )


async def noticed_of(
    connection: AsyncConnection, team: ScalarSelect[Any], places: Iterable[tuple[str, str]]
) -> set[tuple[str, str, str]]:
    """What was noticed only afterwards of these messages, each given by channel and ts.

    Args:
        team: the `team` of the incident that they are in.
    """
    asked = set(places)
    if not asked:
        return set()
    query = select(noticed).where(
        noticed.c.team == team,
        noticed.c.channel.in_({channel for channel, _ in asked}),
        noticed.c.ts.in_({ts for _, ts in asked}),
    )
    rows = await connection.execute(query)
    return {(row.channel, row.ts, row.what) for row in rows}


def mark_noticed(mark: MarkEvent | Marked) -> str:
    """How a mark's setting is named among what was noticed."""
    at = mark.at if isinstance(mark.at, str) else ts_of(mark.at)
    return f"{at}:{mark.user}:{mark.via}"[:190]
