"""Jobs as rows: a row stands until its job is done.

To claim a job is to push its `due_at` into the future: a worker that dies never finishes it, and
it falls due again. To finish it is to delete the row in the transaction that writes what came of
it. `due_at` is null when the job was laid aside for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.jobs import Job, pack
from incibot.errors import LeaseLost
from incibot.store.database import put
from incibot.store.schema import jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in our hands.

    Attributes:
        attempts: which try this is, from 1.
        asked: how often it had been asked for when we claimed it.
    """

    id: int
    key: str
    kind: str
    fields: dict[str, Any]
    incident: int | None
    attempts: int
    asked: int


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


async def enqueue(connection: AsyncConnection, job: Job, *, at: datetime) -> None:
    """Ask for the job. Where the same is waiting, that one will do; a parked one is tried again."""
    await put(
        connection,
        jobs,
        {"key": job.key},
        {
            "kind": type(job).__name__,
            "fields": pack(job),
            "incident": getattr(job, "incident", None),
            "created_at": at,
            "due_at": at,
            "attempts": 0,
            "asked": 1,
            "last_error": "",
        },
        again={"asked": jobs.c.asked + 1, "due_at": func.coalesce(jobs.c.due_at, at)},
    )


async def due(connection: AsyncConnection, *, at: datetime, limit: int) -> list[Row[Any]]:
    """Jobs that wait for a worker, the oldest first."""
    query = select(jobs).where(jobs.c.due_at <= at).order_by(jobs.c.due_at, jobs.c.id).limit(limit)
    return list((await connection.execute(query)).all())


async def claim(
    connection: AsyncConnection, row: Row[Any], *, at: datetime, lease: timedelta
) -> Claim | None:
    """Take the job for the length of the lease; None if another worker was faster."""
    taken = await connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id, jobs.c.attempts == row.attempts, jobs.c.due_at == row.due_at)
        .values(due_at=at + lease, attempts=row.attempts + 1)
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
    )


async def finish(connection: AsyncConnection, held: Claim, *, at: datetime) -> None:
    """The job is done. If it was asked for again meanwhile, it is due again.

    Raises:
        LeaseLost: another worker has it; the caller's transaction must not be kept.
    """
    ours = (jobs.c.id == held.id, jobs.c.attempts == held.attempts)
    gone = await connection.execute(delete(jobs).where(*ours, jobs.c.asked == held.asked))
    if gone.rowcount == 1:
        return
    again = await connection.execute(
        update(jobs).where(*ours).values(due_at=at, attempts=0, last_error="")
    )
    if again.rowcount != 1:
        raise LeaseLost(held.key)


async def put_back(
    connection: AsyncConnection,
    held: Claim,
    *,
    error: str,
    due_at: datetime | None,
    got_on: bool = False,
) -> bool:
    """Try again at `due_at`, or never (None) until a person says so. False if the lease was lost.

    Args:
        got_on: a part of it is done; the tries until now do not count for the rest.
    """
    written = await connection.execute(
        update(jobs)
        .where(jobs.c.id == held.id, jobs.c.attempts == held.attempts)
        .values(due_at=due_at, last_error=error[:2000], **({"attempts": 0} if got_on else {}))
    )
    return written.rowcount == 1


async def parked(connection: AsyncConnection, *, incident: int | None = None) -> list[Parked]:
    """The jobs that were laid aside, the oldest first."""
    query = select(jobs).where(jobs.c.due_at.is_(None)).order_by(jobs.c.id)
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
        )
        for row in await connection.execute(query)
    ]


async def retry(connection: AsyncConnection, *, at: datetime, job: int | None = None) -> int:
    """Make parked jobs due again; all of them unless one is named. How many there were."""
    query = update(jobs).where(jobs.c.due_at.is_(None))
    if job is not None:
        query = query.where(jobs.c.id == job)
    # One try is counted, so that the next one looks for what an earlier one may have done.
    return (await connection.execute(query.values(due_at=at, attempts=1))).rowcount


async def is_waiting(connection: AsyncConnection, job: Job) -> bool:
    """Whether the job is still to be done, and not laid aside."""
    query = select(jobs.c.id).where(jobs.c.key == job.key, jobs.c.due_at.is_not(None))
    return (await connection.execute(query)).first() is not None


async def waiting(connection: AsyncConnection) -> tuple[int, int, datetime | None]:
    """How many jobs wait, how many are parked, and since when the oldest is due."""
    ready = select(func.count(), func.min(jobs.c.due_at)).where(jobs.c.due_at.is_not(None))
    aside = select(func.count()).where(jobs.c.due_at.is_(None))
    count, oldest = (await connection.execute(ready)).one()
    return count, (await connection.execute(aside)).scalar_one(), oldest
