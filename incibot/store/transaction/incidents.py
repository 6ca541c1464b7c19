"""Incidents, one at a time and as lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select

from incibot.core.incident import Incident
from incibot.core.people import ChannelId, UserId
from incibot.core.visibility import may_see
from incibot.store import incidents
from incibot.store.schema import incidents as incident_rows
from incibot.store.transaction.people import People
from incibot.store.transaction.scoped import no_incident


class Incidents(People):
    """Incidents, one at a time and as lists."""

    # Incidents

    async def next_number(self) -> int:
        return await incidents.next_number(self._connection)

    async def incident(self, number: int) -> Incident:
        """Raises NotFound if there is none."""
        found = await self._load(incident_rows.c.number == number)
        if not found:
            raise no_incident(number)
        return found[0]

    async def _load(self, *where: ColumnElement[bool], limit: int | None = None) -> list[Incident]:
        return await incidents.load(
            self._connection, *self._of_ours(incident_rows.c.team), *where, limit=limit
        )

    async def incident_seen_by(self, number: int, viewer: UserId) -> Incident:
        """The incident, if the viewer may see it; else the same NotFound as if there were none."""
        incident = await self.incident(number)
        if not may_see(incident, viewer):
            raise no_incident(number)
        return incident

    async def incident_in(self, channel: ChannelId) -> Incident | None:
        """The incident whose channel that is."""
        found = await self._load(incident_rows.c.channel == channel)
        return found[0] if found else None

    async def number_in(self, channel: ChannelId) -> int | None:
        """Its number only: what a message needs, without reading the rest."""
        query = select(incident_rows.c.number).where(
            incident_rows.c.channel == channel, *self._of_ours(incident_rows.c.team)
        )
        number: int | None = (await self._connection.execute(query)).scalar_one_or_none()
        if number is not None:
            self.met.add(number)
        return number

    async def incidents(
        self,
        viewer: UserId,
        *,
        over: bool | None = False,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Incident]:
        """Those that the viewer may see, the newest first; `over=None` for open and ended ones."""
        found = await self.all_incidents(over=over, since=since)
        seen = [incident for incident in found if may_see(incident, viewer)]
        return seen[:limit] if limit else seen

    async def all_incidents(
        self, *, over: bool | None = None, since: datetime | None = None
    ) -> list[Incident]:
        """Every incident, private ones too: whoever shows them asks `may_see` for each reader."""
        where = []
        if over is not None:
            where.append(incident_rows.c.over == over)
        if since is not None:
            where.append(incident_rows.c.declared_at >= since)
        return await self._load(*where)

    async def open_by_severity(self) -> dict[str, int]:
        """How many public incidents are open, by severity: whoever reads metrics may not know of others."""
        query = (
            select(incident_rows.c.severity, func.count())
            .where(
                incident_rows.c.over == false(),
                incident_rows.c.private == false(),
                *self._of_ours(incident_rows.c.team),
            )
            .group_by(incident_rows.c.severity)
        )
        rows = await self._connection.execute(query)
        return {row[0]: row[1] for row in rows}

    # Incidents, a page at a time

    async def incidents_before(
        self, viewer: UserId, *, over: bool | None, before: int | None, limit: int
    ) -> list[Incident]:
        """Up to so many that the viewer may see, the newest first, with numbers below `before`."""
        seen: list[Incident] = []
        while len(seen) < limit:
            where = [] if over is None else [incident_rows.c.over == over]
            if before is not None:
                where.append(incident_rows.c.number < before)
            found = await self._load(*where, limit=limit)
            seen += [incident for incident in found if may_see(incident, viewer)]
            if len(found) < limit:
                break
            before = found[-1].number
        return seen[:limit]
