"""Workspaces as rows: who we are in each, whether we still are, and what marks its other rows.

A row belongs to the workspace whose `scope` is its `team`. The first one that the database served
has the empty scope, which a release that knows of one workspace writes unawares; each other one's
is its own id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.people import UserId
from incibot.store.database import insert_once
from incibot.store.schema import entries, incidents, workspace

FIRST = ""  # the scope of the workspace that was here first


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Slack workspace that we serve, and who we are in it. `url` ends in a slash."""

    team: str
    name: str
    url: str
    bot_user: UserId
    bot_id: str


async def load(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Workspace]:
    """Those that fit; the one of which Slack told us last comes first."""
    rows = (await connection.execute(select(workspace).where(*where))).all()
    rows = sorted(rows, key=lambda row: (row.settled_at is not None, row.settled_at), reverse=True)
    return [_workspace(row) for row in rows]


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(
        team=row.team, name=row.name, url=row.url, bot_user=row.bot_user, bot_id=row.bot_id
    )


async def scope_of(connection: AsyncConnection, team: str) -> str | None:
    """What its rows bear; None for a workspace that was never served."""
    query = select(workspace.c.scope).where(workspace.c.team == team)
    return (await connection.execute(query)).scalar_one_or_none()


async def settle_in(connection: AsyncConnection, here: Workspace, *, at: datetime) -> str:
    """Note which workspace this is, and that we are there. Its scope."""
    values = {
        "name": here.name,
        "url": here.url,
        "bot_user": here.bot_user,
        "bot_id": here.bot_id,
        "settled_at": at,
        "ended_at": None,
    }
    mine = workspace.c.team == here.team
    scope = await scope_of(connection, here.team)
    if scope is None:
        # The first takes what is unnamed. Of two that come at once one does, and the other has
        # its own: no two workspaces have one scope, whatever they have read.
        for scope in (FIRST, here.team):
            if await insert_once(connection, workspace, team=here.team, scope=scope, **values):
                return scope
        scope = await scope_of(connection, here.team) or FIRST
    await connection.execute(update(workspace).where(mine).values(**values))
    return scope


async def end(connection: AsyncConnection, team: str, *, at: datetime) -> None:
    """Note that incibot is no longer installed there."""
    ended = update(workspace).where(workspace.c.team == team, workspace.c.ended_at.is_(None))
    await connection.execute(ended.values(ended_at=at))


async def teams_of(connection: AsyncConnection, numbers: list[int]) -> dict[int, str]:
    """Whose the incidents are, by their numbers."""
    query = (
        select(incidents.c.number, workspace.c.team)
        .outerjoin(workspace, workspace.c.scope == incidents.c.team)
        .where(incidents.c.number.in_(numbers))
    )
    return {row.number: row.team or "" for row in await connection.execute(query)}


async def teams_in(
    connection: AsyncConnection, channel: str, *where: ColumnElement[bool]
) -> list[str]:
    """The workspaces that have an incident in that channel, or messages of it in a timeline."""
    copied = select(entries.c.incident).where(entries.c.channel == channel)
    query = (
        select(workspace.c.team)
        .distinct()
        .join(incidents, incidents.c.team == workspace.c.scope)
        .where(or_(incidents.c.channel == channel, incidents.c.number.in_(copied)), *where)
        .order_by(workspace.c.team)
    )
    return list((await connection.execute(query)).scalars())
