"""Incidents with their roles, milestones, tasks and members, as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, false, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.incident import Incident, Known, Milestone, Task, Update
from incibot.core.people import Assignment, UserId
from incibot.core.playbook import Kind
from incibot.core.timeline import moment_of
from incibot.errors import Conflict
from incibot.store.database import insert_once
from incibot.store.schema import (
    assignments,
    counters,
    incidents,
    members,
    milestones,
    people,
    tasks,
)


async def next_number(connection: AsyncConnection) -> int:
    """The number of the next incident; two transactions never get the same."""
    counter = counters.c.name == "incident"
    # The update locks the row, so that the number read after it is ours alone.
    await connection.execute(update(counters).where(counter).values(value=counters.c.value + 1))
    found: int = (await connection.execute(select(counters.c.value).where(counter))).scalar_one()
    return found


async def load(
    connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None
) -> list[Incident]:
    """The incidents that fit, the newest first."""
    query = select(incidents).where(*where).order_by(incidents.c.number.desc())
    rows = (await connection.execute(query.limit(limit) if limit else query)).all()
    numbers = [row.number for row in rows]
    private = [row.number for row in rows if row.private]
    held = await _rows_of(connection, assignments, numbers)
    reached = await _rows_of(connection, milestones, numbers)
    to_do = await _rows_of(connection, tasks, numbers)
    there = await _rows_of(connection, members, private)
    concerned = {row.number: _people_of(row, held, there) for row in rows if row.private}
    inside = await _inside(
        connection, {_key(row, user) for row in rows for user in concerned.get(row.number, ())}
    )
    return [
        Incident(
            number=row.number,
            title=row.title,
            kind=Kind(row.kind),
            severity=row.severity,
            status=row.status,
            private=row.private,
            declared_by=row.declared_by,
            declared_at=row.declared_at,
            summary=row.summary,
            service=row.service,
            channel=row.channel,
            channel_name=row.channel_name,
            trouble=row.trouble,
            update=Update(words=row.update_words, at=row.update_at, by=row.update_by)
            if row.update_at
            else None,
            assignments=tuple(
                Assignment(role=one.role, user=one.user, since=one.since, until=one.until)
                for one in sorted(held[row.number], key=lambda one: (one.since, one.role, one.user))
            ),
            milestones=tuple(
                Milestone(name=one.name, at=one.at, known=Known(one.known), key=one.key, by=one.by)
                for one in sorted(reached[row.number], key=lambda one: (one.at, one.name))
            ),
            tasks=tuple(
                Task(
                    number=one.number,
                    words=one.words,
                    assignee=one.assignee,
                    created_by=one.created_by,
                    created_at=one.created_at,
                    done_at=one.done_at,
                    done_by=one.done_by,
                )
                for one in sorted(to_do[row.number], key=lambda one: one.number)
            ),
            members=frozenset(UserId(one.user) for one in there[row.number] if one.present),
            left={
                UserId(one.user): moment_of(one.as_of)
                for one in there[row.number]
                if not one.present
            },
            outside=frozenset(
                user for user in concerned.get(row.number, ()) if _key(row, user) not in inside
            ),
            turned_at=row.turned_at,
            version=row.version,
        )
        for row in rows
    ]


_Rows = dict[int, list[Row[Any]]]


def _people_of(row: Row[Any], held: _Rows, there: _Rows) -> frozenset[UserId]:
    """Whoever has to do with a private incident, in whatever way."""
    others = (*held[row.number], *there[row.number])
    return frozenset([row.declared_by, *(UserId(one.user) for one in others)])


def _key(row: Row[Any], user: UserId) -> str:
    """Under which somebody is known in the incident's workspace."""
    return f"{row.team}|{user}" if row.team else user


async def _inside(connection: AsyncConnection, keys: set[str]) -> frozenset[str]:
    """Those of whom we know that they are no guests, and of no other workspace."""
    if not keys:
        return frozenset()
    query = select(people.c.user).where(people.c.user.in_(keys), people.c.outside == false())
    return frozenset((await connection.execute(query)).scalars())


async def _rows_of(connection: AsyncConnection, table: Table, numbers: Sequence[int]) -> _Rows:
    found: _Rows = defaultdict(list)
    if numbers:
        query = select(table).where(table.c.incident.in_(numbers))
        for row in await connection.execute(query):
            found[row.incident].append(row)
    return found


async def save(
    connection: AsyncConnection, incident: Incident, *, scope: str, over: bool
) -> dict[str, Any]:
    """Write the incident as it now stands; version 0 is a new one. Its rows, as they are now.

    Raises:
        Conflict: it was changed since it was read.
    """
    values = {
        "title": incident.title,
        "kind": incident.kind.value,
        "severity": incident.severity,
        "status": incident.status,
        "over": over,
        "private": incident.private,
        "declared_by": incident.declared_by,
        "declared_at": incident.declared_at,
        "summary": incident.summary,
        "service": incident.service,
        "channel": incident.channel,
        "channel_name": incident.channel_name,
        "trouble": incident.trouble,
        "update_words": incident.update.words if incident.update else None,
        "update_at": incident.update.at if incident.update else None,
        "update_by": incident.update.by if incident.update else None,
        "turned_at": incident.turned_at,
        "version": incident.version + 1,
    }
    if incident.version == 0:
        await connection.execute(
            insert(incidents).values(number=incident.number, team=scope, **values)
        )
    else:
        written = await connection.execute(
            update(incidents)
            .where(
                incidents.c.number == incident.number,
                incidents.c.team == scope,
                incidents.c.version == incident.version,
            )
            .values(**values)
        )
        if written.rowcount != 1:
            raise Conflict(f"{incident.ref} was changed since version {incident.version}")
    state: dict[str, Any] = {"number": incident.number, "team": scope or None, **values}
    state["assignments"] = await _replace(
        connection,
        assignments,
        incident.number,
        (
            {"role": one.role, "user": one.user, "since": one.since, "until": one.until}
            for one in incident.assignments
        ),
    )
    state["milestones"] = await _replace(
        connection,
        milestones,
        incident.number,
        (
            {"name": one.name, "at": one.at, "known": one.known.value, "key": one.key, "by": one.by}
            for one in incident.milestones
        ),
    )
    state["tasks"] = await _replace(
        connection,
        tasks,
        incident.number,
        (
            {
                "number": one.number,
                "words": one.words,
                "assignee": one.assignee,
                "created_by": one.created_by,
                "created_at": one.created_at,
                "done_at": one.done_at,
                "done_by": one.done_by,
            }
            for one in incident.tasks
        ),
    )
    return state


def of_scope(column: ColumnElement[Any], scope: str | None) -> ColumnElement[bool]:
    """That the incident whose number stands there is the workspace's own; None: any will do."""
    if scope is None:
        return true()
    return column.in_(select(incidents.c.number).where(incidents.c.team == scope))


async def whose(connection: AsyncConnection, number: int) -> str | None:
    """The scope of the workspace that the incident belongs to; None: there is no such incident."""
    query = select(incidents.c.team).where(incidents.c.number == number)
    return (await connection.execute(query)).scalar_one_or_none()


async def hold(connection: AsyncConnection, number: int) -> None:
    """Keep everybody else from changing the incident until this transaction is over."""
    query = select(incidents.c.number).where(incidents.c.number == number)
    # Not so firmly that PostgreSQL would keep messages waiting, whose entries refer to it.
    await connection.execute(query.with_for_update(key_share=True))


async def _replace(
    connection: AsyncConnection, table: Table, number: int, rows: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Write these rows in place of those that the incident has. The version guards them."""
    await connection.execute(delete(table).where(table.c.incident == number))
    values = [{"incident": number, **row} for row in rows]
    if values:
        await connection.execute(insert(table), values)
    return values


async def set_member(
    connection: AsyncConnection, number: int, user: UserId, *, present: bool, as_of: str
) -> None:
    """Note who is in the incident's channel; an event older than what is known changes nothing."""
    values = {"present": present, "as_of": as_of}
    if await insert_once(connection, members, incident=number, user=user, **values):
        return
    await connection.execute(
        update(members)
        .where(members.c.incident == number, members.c.user == user, members.c.as_of < as_of)
        .values(**values)
    )


async def present(connection: AsyncConnection, number: int) -> frozenset[UserId]:
    """Who is in the incident's channel, as of the latest event about each."""
    query = select(members.c.user).where(members.c.incident == number, members.c.present == true())
    return frozenset((await connection.execute(query)).scalars())


async def rooms(
    connection: AsyncConnection, numbers: Iterable[int], *where: ColumnElement[bool]
) -> dict[int, frozenset[UserId]]:
    """Who is in the channels of these incidents, as far as these fit."""
    query = (
        select(members.c.incident, members.c.user)
        .join(incidents, incidents.c.number == members.c.incident)
        .where(members.c.incident.in_(list(numbers)), members.c.present == true(), *where)
    )
    found: dict[int, set[UserId]] = defaultdict(set)
    for row in await connection.execute(query):
        found[row.incident].add(row.user)
    return {number: frozenset(users) for number, users in found.items()}
