"""Reminders as rows: one for each incident and kind, which says when it is to speak next.

A row is written anew in the transaction in which the incident changes, and is looked at by whichever
worker comes first. Who writes to an incident's rows holds the incident itself, so that nobody
decides on what another is just changing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.playbook import Reminder
from incibot.core.reminders import Kept
from incibot.store.database import put
from incibot.store.incidents import of_scope
from incibot.store.schema import incidents, milestones, reminders, workspace

KINDS = [one.value for one in Reminder]  # a newer release may have left others here
NEW: dict[str, Any] = {"times": 0, "off": False}


async def load(connection: AsyncConnection, number: int) -> dict[Reminder, Kept]:
    """The incident's reminders, as far as there was ever anything to say."""
    query = select(reminders).where(reminders.c.incident == number, reminders.c.kind.in_(KINDS))
    return {
        Reminder(row.kind): Kept(
            due_at=row.due_at,
            spoke_of=row.spoke_of,
            times=row.times,
            snoozed_until=row.snoozed_until,
            snoozed_by=row.snoozed_by,
            off=row.off,
            post=row.post,
        )
        for row in await connection.execute(query)
    }


async def note(connection: AsyncConnection, number: int, reminder: Reminder, **values: Any) -> None:
    """Write these columns of its row; what a new row is not told, it does not have."""
    key = {"incident": number, "kind": reminder.value}
    await put(connection, reminders, key, NEW | values, again=values)


async def overdue(
    connection: AsyncConnection, *, scope: str | None, at: datetime, limit: int
) -> list[int]:
    """The incidents that have something to say, the one that has waited longest first.

    Those of a workspace in which incibot is no longer installed keep silent.
    """
    gone = (
        select(incidents.c.number)
        .join(workspace, workspace.c.scope == incidents.c.team)
        .where(workspace.c.ended_at.is_not(None))
    )
    query = (
        select(reminders.c.incident)
        .where(
            reminders.c.due_at <= at,
            reminders.c.kind.in_(KINDS),
            reminders.c.incident.not_in(gone),
            of_scope(reminders.c.incident, scope),
        )
        .group_by(reminders.c.incident)
        .order_by(func.min(reminders.c.due_at), reminders.c.incident)
        .limit(limit)
    )
    return list((await connection.execute(query)).scalars())


async def speak(
    connection: AsyncConnection,
    number: int,
    reminder: Reminder,
    *,
    due_at: datetime,
    of: datetime,
) -> bool:
    """It speaks now of what has been missing since `of`. False if it has just spoken for another."""
    taken = await connection.execute(
        update(reminders)
        .where(_is(number, reminder), reminders.c.due_at == due_at)
        .values(due_at=None, spoke_of=of, snoozed_until=None, times=reminders.c.times + 1)
    )
    return taken.rowcount == 1


async def silenced(
    connection: AsyncConnection, *, scope: str | None, at: datetime
) -> dict[str, int]:
    """How many reminders of each kind are snoozed or off now, in open incidents."""
    quiet = or_(reminders.c.off == true(), reminders.c.snoozed_until > at)
    query = (
        select(reminders.c.kind, func.count())
        .join(incidents, incidents.c.number == reminders.c.incident)
        .where(of_scope(reminders.c.incident, scope))
        .where(quiet, or_(incidents.c.over == false(), reminders.c.kind == Reminder.REVIEW.value))
        .group_by(reminders.c.kind)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


async def spoken(connection: AsyncConnection, *, scope: str | None) -> dict[str, int]:
    """How often each kind of reminder has spoken, over all incidents."""
    query = (
        select(reminders.c.kind, func.sum(reminders.c.times))
        .where(of_scope(reminders.c.incident, scope))
        .group_by(reminders.c.kind)
    )
    return {row[0]: int(row[1]) for row in await connection.execute(query)}


async def concerned(
    connection: AsyncConnection, *, scope: str | None, ends: set[str], since: datetime
) -> list[int]:
    """The incidents that may have something to say: open ones, and those that ended since then.

    Args:
        ends: the milestones of the statuses that end a response.
    """
    ended = select(milestones.c.incident).where(
        milestones.c.name.in_(ends), milestones.c.at >= since
    )
    query = (
        select(incidents.c.number)
        .where(
            of_scope(incidents.c.number, scope),
            or_(
                incidents.c.over == false(),
                incidents.c.turned_at >= since,
                incidents.c.number.in_(ended),
            ),
        )
        .order_by(incidents.c.number)
    )
    return list((await connection.execute(query)).scalars())


def _is(number: int, reminder: Reminder) -> ColumnElement[bool]:
    return and_(reminders.c.incident == number, reminders.c.kind == reminder.value)
