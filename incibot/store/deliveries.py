"""What came to hooks, as rows; and what of it became alerts and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.store.schema import deliveries, workspace

WAITING, READ, FAILED = "waiting", "read", "failed"
KEPT = timedelta(days=30)  # how long a body is kept; what it told of stays


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDelivery:
    """A delivery as it came.

    Attributes:
        hook: the last part of the address that it came to.
        headers: those without which it could not be read again.
        body: None where it is forgotten, since it is old.
        state: ``waiting``, ``read`` or ``failed``.
        error: why it could not be read.
        team: the workspace that it is for.
    """

    id: int
    source: str
    hook: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes | None
    state: str
    error: str
    read_at: datetime | None
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How many deliveries of one hook stand how; `last_at` is when the last of them came."""

    source: str
    hook: str
    state: str
    count: int
    last_at: datetime


def digest(*parts: str | bytes) -> str:
    """A name of whatever length, as one that fits into a key."""
    found = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode(errors="surrogatepass")
        found.update(f"{len(data)}:".encode())
        found.update(data)
    return found.hexdigest()


async def load(
    connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None
) -> list[KeptDelivery]:
    """Those that fit, the newest first."""
    query = (
        select(deliveries, workspace.c.team.label("workspace"))
        .outerjoin(workspace, workspace.c.scope == deliveries.c.team)
        .where(*where)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    return [
        KeptDelivery(
            id=row.id,
            source=row.source,
            hook=row.hook,
            received_at=row.received_at,
            headers=dict(row.headers),
            body=row.body,
            state=row.state,
            error=row.error,
            read_at=row.read_at,
            team=row.workspace or "",
        )
        for row in await connection.execute(query)
    ]


async def heard(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Heard]:
    """What came to each hook, by what became of it."""
    kinds = (deliveries.c.source, deliveries.c.hook, deliveries.c.state)
    query = (
        select(*kinds, func.count().label("many"), func.max(deliveries.c.received_at).label("last"))
        .where(*where)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return [
        Heard(source=row.source, hook=row.hook, state=row.state, count=row.many, last_at=row.last)
        for row in await connection.execute(query)
    ]


async def forget_bodies(
    connection: AsyncConnection, *where: ColumnElement[bool], before: datetime
) -> None:
    """Throw away the bodies that came before then; that they came stays known."""
    old = update(deliveries).where(
        deliveries.c.received_at < before, deliveries.c.body.is_not(None), *where
    )
    await connection.execute(old.values(body=None, headers={}))
