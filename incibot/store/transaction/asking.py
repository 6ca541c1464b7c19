"""Jobs: what is to be done after the commit."""

from __future__ import annotations

from datetime import datetime, timedelta

from incibot.core.jobs import Job
from incibot.store import jobs
from incibot.store.jobs import Claim, Parked
from incibot.store.schema import jobs as job_rows
from incibot.store.transaction.scoped import Scoped


class Asking(Scoped):
    """Jobs: what is to be done after the commit."""

    async def ask(self, job: Job) -> None:
        """Ask for a job; it is done after the commit."""
        key = self._key(job.key)
        await jobs.enqueue(self._connection, job, key=key, scope=self._own, at=self.at)
        self.asked = True

    async def claim(self, *, limit: int, lease: timedelta) -> list[Claim]:
        """Up to so many jobs that are due, for the length of the lease."""
        found = []
        ours = self._of_ours(job_rows.c.team)
        for row in await jobs.due(self._connection, *ours, at=self.at, limit=limit):
            claim = await jobs.claim(self._connection, row, at=self.at, lease=lease)
            if claim:
                found.append(claim)
        return found

    async def finish(self, claim: Claim) -> None:
        await jobs.finish(self._connection, claim, *self._of_ours(job_rows.c.team), at=self.at)

    async def put_back(
        self,
        claim: Claim,
        *,
        error: str | None,
        due_at: datetime | None,
        attempts: int | None = None,
        waits_for: str | None = None,
    ) -> bool:
        ours = self._of_ours(job_rows.c.team)
        return await jobs.put_back(
            self._connection,
            claim,
            *ours,
            error=error,
            due_at=due_at,
            attempts=attempts,
            waits_for=waits_for,
        )

    async def parked(self, incident: int | None = None) -> list[Parked]:
        ours = self._of_ours(job_rows.c.team)
        return await jobs.parked(self._connection, *ours, incident=incident)

    async def retry(self, job: int | None = None) -> int:
        ours = self._of_ours(job_rows.c.team)
        count = await jobs.retry(self._connection, *ours, at=self.at, job=job)
        self.asked = True
        return count

    async def is_waiting(self, job: Job) -> bool:
        """Whether the job is still to be done, and not laid aside."""
        return await jobs.is_waiting(self._connection, self._key(job.key))

    async def waiting(self) -> tuple[int, int, datetime | None]:
        return await jobs.waiting(self._connection, *self._of_ours(job_rows.c.team))
