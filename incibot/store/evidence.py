"""Alerts, what was told and is said of them, where they are shown, and changes, as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.evidence import Change, KeptAlert, KeptChange, Notice, State, Verdict, What
from incibot.core.people import ChannelId, UserId
from incibot.core.storms import Room
from incibot.store.database import put
from incibot.store.schema import alert_rooms, alerts, changes, notices, showings, verdicts

BATCH = 500  # values in one condition


def alert_of(row: Row[Any]) -> KeptAlert:
    return KeptAlert(
        id=row.id,
        source=row.source,
        hook=row.hook,
        key=row.named,
        title=row.title,
        details=row.details,
        service=row.service,
        severity=row.severity,
        url=row.url,
        links=dict(row.links),
        state=State(row.state),
        fired=row.fired,
        first_at=row.first_at,
        fired_at=row.fired_at,
        changed_at=row.changed_at,
        incident=row.incident,
    )


def notice_of(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        state=State(row.state) if row.state else None,
        at=row.at,
        heard_at=row.heard_at,
        actor=row.actor,
        words=row.words,
        url=row.url,
    )


def change_of(row: Row[Any]) -> Change:
    return Change(
        id=row.key,
        what=What(row.what),
        title=row.title,
        at=row.at,
        details=row.details,
        service=row.service,
        url=row.url,
        actor=row.actor,
        state=row.state,
        version=row.version,
        environment=row.environment,
        data=dict(row.data),
    )


async def load_alerts(
    connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None
) -> list[KeptAlert]:
    """Those that fit; those that fired last are first."""
    query = select(alerts).where(*where).order_by(alerts.c.fired_at.desc(), alerts.c.id.desc())
    rows = await connection.execute(query.limit(limit) if limit else query)
    return [alert_of(row) for row in rows]


async def notices_of(
    connection: AsyncConnection, ids: Sequence[int], *, since: datetime | None = None
) -> dict[int, list[Notice]]:
    """What was told of each alert, in the order of time."""
    found: dict[int, list[Notice]] = defaultdict(list)
    for start in range(0, len(ids), BATCH):
        query = select(notices).where(notices.c.alert.in_(ids[start : start + BATCH]))
        if since is not None:
            query = query.where(notices.c.at >= since)
        for row in await connection.execute(query.order_by(notices.c.at, notices.c.id)):
            found[row.alert].append(notice_of(row))
    return found


async def verdicts_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[Verdict]]:
    """What people said of each alert."""
    found: dict[int, list[Verdict]] = defaultdict(list)
    for start in range(0, len(ids), BATCH):
        query = select(verdicts).where(verdicts.c.alert.in_(ids[start : start + BATCH]))
        for row in await connection.execute(query.order_by(verdicts.c.at)):
            found[row.alert].append(Verdict(user=UserId(row.user), useful=row.useful, why=row.why))
    return found


async def place_of(connection: AsyncConnection, alert: int) -> Row[Any] | None:
    """Where it was shown last."""
    query = (
        select(showings).where(showings.c.alert == alert).order_by(showings.c.round.desc()).limit(1)
    )
    return (await connection.execute(query)).one_or_none()


async def hold_room(connection: AsyncConnection, key: str, *, scope: str) -> Room:
    """The channel, which nobody else places an alert in until we have."""
    fresh = {"storm": 0, "team": scope}
    # Written in any case: that holds the row, on each database.
    await put(connection, alert_rooms, {"key": key}, fresh, again={"storm": alert_rooms.c.storm})
    query = select(alert_rooms).where(alert_rooms.c.key == key)
    row = (await connection.execute(query)).one()
    return Room(channel=row.channel, storm=row.storm, since=row.since, last_at=row.last_at)


async def alone_since(connection: AsyncConnection, room: str, since: datetime) -> int:
    """How many alerts got messages of their own there."""
    query = select(func.count()).where(
        showings.c.room == room, showings.c.at > since, showings.c.storm.is_(None)
    )
    found: int = (await connection.execute(query)).scalar_one()
    return found


async def ends_of(
    connection: AsyncConnection, room: str, storm: int
) -> tuple[datetime, datetime] | None:
    """When the first and the last alert came into it; None where none did."""
    query = select(func.min(showings.c.at), func.max(showings.c.at)).where(
        showings.c.room == room, showings.c.storm == storm
    )
    first, last = (await connection.execute(query)).one()
    return None if first is None else (first, last)


async def channel_of(connection: AsyncConnection, room: str) -> ChannelId | None:
    """The id of the channel that is called so in the team's file; None: not known yet."""
    query = select(alert_rooms.c.channel).where(alert_rooms.c.key == room)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return ChannelId(found) if found else None


async def counts_of(
    connection: AsyncConnection, room: str, storm: int
) -> list[tuple[str, str, State, int]]:
    """How many alerts of which service and title stand how."""
    kinds = (alerts.c.service, alerts.c.title, alerts.c.state)
    query = (
        select(*kinds, func.count().label("many"))
        .join(showings, showings.c.alert == alerts.c.id)
        .where(showings.c.room == room, showings.c.storm == storm)
        .group_by(*kinds)
    )
    rows = await connection.execute(query)
    return [(row.service, row.title, State(row.state), row.many) for row in rows]


async def load_changes(
    connection: AsyncConnection, *where: ColumnElement[bool]
) -> list[KeptChange]:
    """Those that fit, the newest first."""
    query = select(changes).where(*where).order_by(changes.c.at.desc(), changes.c.id.desc())
    return [
        KeptChange(
            id=row.id,
            source=row.source,
            what=What(row.what),
            title=row.title,
            service=row.service,
            version=row.version,
            environment=row.environment,
            state=row.state,
            actor=row.actor,
            url=row.url,
            at=row.at,
        )
        for row in await connection.execute(query)
    ]
