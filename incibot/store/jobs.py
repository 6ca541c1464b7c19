"""Jobs as rows: a row stands until its job is done.

To claim a job is to push its `due_at` into the future: a worker that dies never finishes it, and
it falls due again. To finish it is to delete the row in the transaction that writes what came of
it. `due_at` is null when the job was laid aside for a person to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.jobs import Job, pack
from incibot.errors import LeaseLost
from incibot.store.database import put
from incibot.store.schema import jobs, workspace

_UNTRIED = (jobs.c.attempts == 0, jobs.c.lease.is_(None), jobs.c.due_at.is_not(None))
NOT_INSTALLED = "incibot is not installed in that workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in our hands.

    Attributes:
        team: the workspace that it is to be done in; empty where it is not known by name yet.
        attempts: which try this is, from 1.
        asked: how often it had been asked for when we claimed it.
        lease: tells this claim from any other of the same job.
        waits_for: the method of Slack's for whose sake it was put off, if it was.
    """

    id: int
    key: str
    kind: str
    fields: dict[str, Any]
    incident: int | None
    attempts: int
    asked: int
    lease: str = field(repr=False)
    waits_for: str | None
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A job laid aside, and why."""

    id: int
    key: str
    kind: str
    incident: int | None
    attempts: int
    last_error: str
    created_at: datetime
    team: str = ""


async def enqueue(
    connection: AsyncConnection, job: Job, *, key: str, scope: str, at: datetime
) -> None:
    """Ask for the job. Where the same is waiting, that one will do; a parked one is tried again.

    Args:
        key: the job's own, as that workspace's.
    """
    await put(
        connection,
        jobs,
        {"key": key},
        {
            "kind": type(job).__name__,
            "fields": pack(job),
            "incident": getattr(job, "incident", None),
            "created_at": at,
            "due_at": at,
            "attempts": 0,
            "asked": 1,
            "last_error": "",
            "team": scope,
        },
        again={"asked": jobs.c.asked + 1, "due_at": func.coalesce(jobs.c.due_at, at)},
    )


async def due(
    connection: AsyncConnection, *where: ColumnElement[bool], at: datetime, limit: int
) -> list[Row[Any]]:
    """Jobs that wait for a worker, the oldest first; those of a workspace that ended wait on."""
    query = (
        select(jobs, workspace.c.team.label("workspace"))
        .outerjoin(workspace, workspace.c.scope == jobs.c.team)
        .where(jobs.c.due_at <= at, workspace.c.ended_at.is_(None), *where)
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(limit)
    )
    return list((await connection.execute(query)).all())


async def claim(
    connection: AsyncConnection, row: Row[Any], *, at: datetime, lease: timedelta
) -> Claim | None:
    """Take the job for the length of the lease; None if another worker was faster."""
    token = uuid4().hex
    taken = await connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id, jobs.c.attempts == row.attempts, jobs.c.due_at == row.due_at)
        .values(due_at=at + lease, attempts=row.attempts + 1, lease=token, waits_for=None)
    )
    if taken.rowcount != 1:
        return None
    return Claim(
        id=row.id,
        key=row.key,
        kind=row.kind,
        fields=dict(row.fields),
        incident=row.incident,
        attempts=row.attempts + 1,
        asked=row.asked,
        lease=token,
        waits_for=row.waits_for,
        team=row.workspace or "",
    )


def _ours(held: Claim) -> tuple[ColumnElement[bool], ...]:
    """It is still in our hands. An older release that took it meanwhile has counted its try."""
    return jobs.c.id == held.id, jobs.c.attempts == held.attempts, jobs.c.lease == held.lease


async def finish(
    connection: AsyncConnection, held: Claim, *where: ColumnElement[bool], at: datetime
) -> None:
    """The job is done. If it was asked for again meanwhile, it is due again.

    Raises:
        LeaseLost: another worker has it; the caller's transaction must not be kept.
    """
    ours = (*_ours(held), *where)
    gone = await connection.execute(delete(jobs).where(*ours, jobs.c.asked == held.asked))
    if gone.rowcount == 1:
        return
    again = await connection.execute(
        update(jobs).where(*ours).values(due_at=at, attempts=0, last_error="", lease=None)
    )
    if again.rowcount != 1:
        raise LeaseLost(held.key)


async def put_back(
    connection: AsyncConnection,
    held: Claim,
    *where: ColumnElement[bool],
    error: str | None,
    due_at: datetime | None,
    attempts: int | None = None,
    waits_for: str | None = None,
) -> bool:
    """Try again at `due_at`, or never (None) until a person says so. False if the lease was lost.

    Args:
        error: what went wrong; None if nothing did since the last try.
        attempts: how many tries count so far, if not all.
        waits_for: the method of Slack's whose turn it waits for.
    """
    values: dict[str, Any] = {"due_at": due_at, "lease": None, "waits_for": waits_for}
    if error is not None:
        values["last_error"] = error[:2000]
    if attempts is not None:
        values["attempts"] = attempts
    written = await connection.execute(update(jobs).where(*_ours(held), *where).values(**values))
    return written.rowcount == 1


async def unclaimed(
    connection: AsyncConnection, kind: type[Job], *where: ColumnElement[bool], limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """Jobs of that kind that nobody has tried yet, with their fields; the oldest first."""
    query = (
        select(jobs.c.id, jobs.c.fields)
        .where(jobs.c.kind == kind.__name__, *_UNTRIED, *where)
        .order_by(jobs.c.id)
        .limit(limit)
    )
    return [(row.id, dict(row.fields)) for row in await connection.execute(query)]


async def drop(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """There is nothing left to do for these, unless somebody has them by now."""
    await connection.execute(delete(jobs).where(jobs.c.id.in_(ids), *_UNTRIED))


async def parked(
    connection: AsyncConnection, *where: ColumnElement[bool], incident: int | None = None
) -> list[Parked]:
    """The jobs that were laid aside, the oldest first."""
    query = (
        select(jobs, workspace.c.team.label("workspace"))
        .outerjoin(workspace, workspace.c.scope == jobs.c.team)
        .where(jobs.c.due_at.is_(None), *where)
        .order_by(jobs.c.id)
    )
    if incident is not None:
        query = query.where(jobs.c.incident == incident)
    return [
        Parked(
            id=row.id,
            key=row.key,
            kind=row.kind,
            incident=row.incident,
            attempts=row.attempts,
            last_error=row.last_error,
            created_at=row.created_at,
            team=row.workspace or "",
        )
        for row in await connection.execute(query)
    ]


async def retry(
    connection: AsyncConnection,
    *where: ColumnElement[bool],
    at: datetime,
    job: int | None = None,
) -> int:
    """Make parked jobs due again; all of them unless one is named. How many there were."""
    query = update(jobs).where(jobs.c.due_at.is_(None), *where)
    if job is not None:
        query = query.where(jobs.c.id == job)
    # One try is counted, so that the next one looks for what an earlier one may have done.
    return (await connection.execute(query.values(due_at=at, attempts=1))).rowcount


async def lay_aside(connection: AsyncConnection, scope: str) -> None:
    """Park all that waits to be done in that workspace: nothing of it can be done there now."""
    await connection.execute(
        update(jobs)
        .where(jobs.c.team == scope, jobs.c.due_at.is_not(None))
        # Whoever is at one has lost it.
        .values(due_at=None, last_error=NOT_INSTALLED, attempts=jobs.c.attempts + 1)
    )


async def take_up(connection: AsyncConnection, scope: str, *, at: datetime) -> None:
    """The inverse, when incibot is installed there again."""
    aside = (jobs.c.team == scope, jobs.c.due_at.is_(None), jobs.c.last_error == NOT_INSTALLED)
    await connection.execute(update(jobs).where(*aside).values(due_at=at, attempts=1))


async def is_waiting(connection: AsyncConnection, key: str) -> bool:
    """Whether the job is still to be done, and not laid aside."""
    query = select(jobs.c.id).where(jobs.c.key == key, jobs.c.due_at.is_not(None))
    return (await connection.execute(query)).first() is not None


async def waiting(
    connection: AsyncConnection, *where: ColumnElement[bool]
) -> tuple[int, int, datetime | None]:
    """How many jobs wait, how many are parked, and since when the oldest is due."""
    ready = select(func.count(), func.min(jobs.c.due_at)).where(jobs.c.due_at.is_not(None), *where)
    aside = select(func.count()).where(jobs.c.due_at.is_(None), *where)
    count, oldest = (await connection.execute(ready)).one()
    return count, (await connection.execute(aside)).scalar_one(), oldest
