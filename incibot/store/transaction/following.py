"""Follow-ups and their issues, what is said to the public, and webhooks that ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Table, delete, select, update

from incibot.core.follow_up import FollowUp, Stand, next_look
from incibot.core.incident import Incident
from incibot.core.intended import Intended, intended
from incibot.core.jobs import ReadIssue
from incibot.core.publication import Publication, Way
from incibot.core.visibility import NOBODY, may_see
from incibot.errors import Conflict
from incibot.store import incidents
from incibot.store.database import insert_once, put
from incibot.store.schema import follow_ups, publications, webhook_ends, workspace
from incibot.store.schema import incidents as incident_rows
from incibot.store.transaction.evidencing import Evidencing
from incibot.store.transaction.paging import Week


class Following(Evidencing):
    """Follow-ups and their issues, what is said to the public, and webhooks that ended."""

    # Follow-ups

    async def follow_ups(self, number: int) -> list[FollowUp]:
        """The incident's, in the order in which they were written down."""
        await self._must_be_ours(number)
        query = (
            select(follow_ups).where(follow_ups.c.incident == number).order_by(follow_ups.c.number)
        )
        rows = (await self._connection.execute(query)).mappings()
        return [FollowUp(**{**row, "stand": Stand(row["stand"])}) for row in rows]

    async def week(self, service: str, *, since: datetime, until: datetime) -> Week:
        """The same, with what is still to be done after public incidents of that service, whenever."""
        found = await super().week(service, since=since, until=until)
        query = select(follow_ups).where(
            follow_ups.c.stand == Stand.OPEN,
            incidents.of_scope(follow_ups.c.incident, self._scope),
        )
        rows = (
            await self._connection.execute(
                query.order_by(follow_ups.c.incident.desc(), follow_ups.c.number)
            )
        ).all()
        of = {row.incident for row in rows}
        public = {
            one.number
            for one in await self._load(incident_rows.c.number.in_(of))
            if may_see(one, NOBODY) and self._is_of(one, service)
        }
        lines = [f"INC-{row.incident}: {row.words}" for row in rows if row.incident in public]
        return replace(found, follow_ups=tuple(lines))

    async def intended(self, incident: Incident) -> Intended:
        """The incident's follow-ups, and what may become one."""
        known = await self.follow_ups(incident.number)
        review = await self.review(incident.number)
        return intended(incident, review, known, (await self.people()).names())

    async def issues_to_look_at(self, *, limit: int) -> list[tuple[int, int]]:
        """Incidents and numbers of follow-ups whose issues are to be looked at, the longest due first.

        Those of a workspace in which incibot is no longer installed wait.
        """
        gone = (
            select(incident_rows.c.number)
            .join(workspace, workspace.c.scope == incident_rows.c.team)
            .where(workspace.c.ended_at.is_not(None))
        )
        query = (
            select(follow_ups.c.incident, follow_ups.c.number)
            .where(
                follow_ups.c.look_at <= self.at,
                follow_ups.c.incident.not_in(gone),
                incidents.of_scope(follow_ups.c.incident, self._scope),
            )
            .order_by(follow_ups.c.look_at, follow_ups.c.incident, follow_ups.c.number)
            .limit(limit)
        )
        return [(row.incident, row.number) for row in await self._connection.execute(query)]

    async def look_at_issues(self, number: int, which: Iterable[int]) -> None:
        """Ask for a look at these issues of the incident that are due; and note when the next one is."""
        wanted = set(which)
        for one in await self.follow_ups(number):
            if one.number in wanted and one.look_at is not None and one.look_at <= self.at:
                await self.ask(ReadIssue(incident=number, follow_up=one.number))
                later = next_look(self.at, self.at)
                await self._connection.execute(
                    update(follow_ups)
                    .where(follow_ups.c.incident == number, follow_ups.c.number == one.number)
                    .values(look_at=later)
                )

    async def _keep_follow_up(self, one: FollowUp) -> None:
        await self._keep(follow_ups, one, stand=one.stand.value)

    # What is said to the public

    async def publications(self, number: int) -> list[Publication]:
        """What was said of the incident to the public or is to be, the oldest first."""
        await self._must_be_ours(number)
        query = (
            select(publications)
            .where(publications.c.incident == number)
            .order_by(publications.c.number)
        )
        rows = (await self._connection.execute(query)).mappings()
        return [
            Publication(**{**row, "way": Way(row["way"]), "components": dict(row["components"])})
            for row in rows
        ]

    async def _keep_publication(self, one: Publication) -> None:
        await self._keep(publications, one, way=one.way.value)

    async def _keep(self, table: Table, one: FollowUp | Publication, **words: str) -> None:
        """Write the row as it now stands.

        Raises:
            Conflict: somebody else wrote it since it was read.
        """
        await self._must_be_ours(one.incident)
        values = {**asdict(one), **words, "version": one.version + 1}
        if one.version == 0:
            written = await insert_once(self._connection, table, **values)
        else:
            changed = await self._connection.execute(
                update(table)
                .where(
                    table.c.incident == one.incident,
                    table.c.number == one.number,
                    table.c.version == one.version,
                )
                .values(**values)
            )
            written = changed.rowcount == 1
        if not written:
            raise Conflict(f"{table.name} {one.number} of INC-{one.incident} was changed")

    # Webhooks

    async def end_of_webhook(self, name: str, address: str) -> str | None:
        """The key of the job that was told, at this address, that nobody listens; None: one may try.

        Args:
            address: a hash of it.
        """
        query = select(webhook_ends.c.job).where(
            webhook_ends.c.name == self._key(name),
            webhook_ends.c.address == address,
            webhook_ends.c.team == self._own,
        )
        found: str | None = (await self._connection.execute(query)).scalar_one_or_none()
        return found

    async def end_webhook(self, name: str, address: str, job: str) -> None:
        """Its address says that nobody listens there any more."""
        values = {"address": address, "job": job, "at": self.at, "team": self._own}
        await put(self._connection, webhook_ends, {"name": self._key(name)}, values)

    async def revive_webhook(self, name: str) -> None:
        """Somebody listens again."""
        await self._connection.execute(
            delete(webhook_ends).where(
                webhook_ends.c.name == self._key(name), webhook_ends.c.team == self._own
            )
        )
