"""Who is on call, who was paged, and what came back of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incibot.core.evidence import Evidence
from incibot.core.incident import Incident
from incibot.core.on_call import Known, Shift, pack, unpack
from incibot.core.paging import Named, answer, named
from incibot.core.visibility import NOBODY, may_see
from incibot.store import incidents
from incibot.store.database import put
from incibot.store.schema import alerts, changes, duties, verdicts
from incibot.store.schema import entries as entry_rows
from incibot.store.schema import incidents as incident_rows
from incibot.store.transaction.voicing import Voicing


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What happened to a service in a time, for whoever takes over on call. Nothing of people.

    Attributes:
        incidents: the public ones that were declared, the newest first.
        alerts: how many fired.
        judged, useful: of how many of these somebody said whether they were of use, and were.
        changes: how many there were to production.
        follow_ups: those that are open, a line each, plain text.
    """

    incidents: tuple[Incident, ...]
    alerts: int
    judged: int
    useful: int
    changes: int
    follow_ups: tuple[str, ...] = ()


class Paging(Voicing):
    """Who is on call, who was paged, and what came back of it."""

    # Who is on call

    async def duty(self, keys: Iterable[str]) -> dict[str, Known]:
        """What we know of who is on call, by the keys of tiers; of each that was asked for."""
        ours = {self._key(key): key for key in keys}
        query = select(duties).where(duties.c.key.in_(list(ours)), duties.c.team == self._own)
        found = {key: Known() for key in ours.values()}
        for row in await self._connection.execute(query):
            found[ours[row.key]] = Known(
                shifts=unpack(row.shifts),
                known_at=row.known_at,
                asked_at=row.asked_at,
                error=row.error,
            )
        return found

    async def keep_duty(self, key: str, shifts: Iterable[Shift]) -> None:
        """Keep what a schedule has just told."""
        values = {
            "shifts": pack(tuple(shifts)),
            "known_at": self.at,
            "asked_at": self.at,
            "error": "",
            "team": self._own,
        }
        await put(self._connection, duties, {"key": self._key(key)}, values)

    async def duty_is_untold(self, key: str, error: str) -> None:
        """Note that a schedule did not answer; what it told before stays."""
        noted = {"asked_at": self.at, "error": error[:500]}
        new = {"shifts": [], "known_at": None, "team": self._own, **noted}
        await put(self._connection, duties, {"key": self._key(key)}, new, again=noted)

    # Pages

    async def next_page(self, number: int) -> Named:
        """The name of the incident's next page; nobody else gets the same."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        query = select(func.count()).where(
            entry_rows.c.incident == number,
            entry_rows.c.key.startswith(f"page:{number}:"),
            entry_rows.c.key.not_like(f"page:{number}:%:%"),  # what came back of one
        )
        count: int = (await self._connection.execute(query)).scalar_one()
        return Named(team=self.team or "", incident=number, number=count + 1)

    async def answered(self, evidence: Evidence, *, source: str, system: str) -> bool:
        """Record what came back of a page of ours in its incident, whatever its services are.

        False where the evidence answers none: it is to be taken in as any other. The same evidence
        is recorded once.

        Args:
            source: the word of the source that told it; `system`: what people call that.
        """
        page = named(getattr(evidence, "ours", ""))
        if page is None or page.team != self.team or not await self._is_ours(page.incident):
            return False
        if await self.entry_by_key(page.incident, page.entry) is None:
            return False  # somebody else gave it a name like that
        change = answer(evidence, page, source=source, system=system, at=self.at)
        for entry in change.entries:
            await self.record(page.incident, entry)
        for job in change.jobs:
            await self.ask(job)
        return True

    # What the week was like

    async def week(self, service: str, *, since: datetime, until: datetime) -> Week:
        """What happened to the service in that time."""
        declared = await self._load(
            incident_rows.c.declared_at >= since,
            incident_rows.c.declared_at < until,
        )
        fired = (
            alerts.c.service == service,
            alerts.c.fired_at >= since,
            alerts.c.fired_at < until,
            *self._of_ours(alerts.c.team),
        )
        said: dict[int, list[bool]] = defaultdict(list)
        judged = select(verdicts.c.alert, verdicts.c.useful).join(
            alerts, alerts.c.id == verdicts.c.alert
        )
        for row in await self._connection.execute(judged.where(*fired)):
            said[row.alert].append(row.useful)
        count = select(func.count()).select_from(alerts).where(*fired)
        changed = (
            select(func.count())
            .select_from(changes)
            .where(
                changes.c.service == service,
                changes.c.at >= since,
                changes.c.at < until,
                *self._of_ours(changes.c.team),
            )
        )
        return Week(
            incidents=tuple(
                one for one in declared if may_see(one, NOBODY) and self._is_of(one, service)
            ),
            alerts=(await self._connection.execute(count)).scalar_one(),
            judged=len(said),
            useful=sum(2 * sum(votes) > len(votes) for votes in said.values()),
            changes=(await self._connection.execute(changed)).scalar_one(),
        )

    def _is_of(self, incident: Incident, service: str) -> bool:
        """Whether the incident is about the service, by whatever name it was called."""
        known = self.book.service(incident.service) if incident.service else None
        return known is not None and known.name == service
