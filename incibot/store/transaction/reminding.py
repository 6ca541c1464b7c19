"""When people are to be reminded of what an incident lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incibot.core.incident import Incident
from incibot.core.jobs import Remind
from incibot.core.people import UserId
from incibot.core.playbook import Reminder
from incibot.core.reminders import Kept, Lack, Stand, lacks
from incibot.store import incidents, reminders
from incibot.store.schema import reviews
from incibot.store.transaction.incidents import Incidents

MISSED = timedelta(days=1)  # what was due longer ago, before incibot reminded of it, stays unsaid


class Reminding(Incidents):
    """When people are to be reminded of what an incident lacks."""

    async def lacks(self, incident: Incident) -> dict[Reminder, Lack]:
        """What the incident lacks, of that of which people are reminded."""
        await self._must_be_ours(incident.number)
        reviewed = False
        if self.book.is_over(incident.status):
            query = select(reviews.c.version).where(reviews.c.incident == incident.number)
            reviewed = (await self._connection.execute(query)).scalar_one_or_none() is not None
        return lacks(incident, self.book, reviewed=reviewed)

    async def reminders(self, number: int) -> dict[Reminder, Kept]:
        """Its reminders as they are kept; one that never had anything to say is as new."""
        await self._must_be_ours(number)
        kept = await reminders.load(self._connection, number)
        return {one: kept.get(one, Kept()) for one in Reminder}

    async def _set_reminders(self, incident: Incident, *, late: datetime | None = None) -> None:
        """Note when each is to speak next, as things stand now, and show what has been settled.

        Args:
            late: what was not to be said until now, and would have been due before, stays unsaid.
        """
        missing = await self.lacks(incident)
        for reminder, kept in (await self.reminders(incident.number)).items():
            lack = missing.get(reminder)
            due_at = kept.next(lack)
            values: dict[str, Any] = {}
            if due_at and lack and late and kept.due_at is None and due_at < late:
                values = {"spoke_of": lack.since}
            elif due_at != kept.due_at:
                values = {"due_at": due_at}
            if kept.post and kept.stand(lack, kept.times) is not Stand.HOLDS:
                values["post"] = None
                await self.ask(Remind.again(kept.post))
            if values:
                await reminders.note(self._connection, incident.number, reminder, **values)

    async def overdue(self, *, limit: int) -> list[int]:
        """The incidents of which people are to be reminded, the one that has waited longest first."""
        return await reminders.overdue(self._connection, scope=self._scope, at=self.at, limit=limit)

    async def remind(self, number: int) -> tuple[Reminder, ...]:
        """Ask for one message about all that is overdue there; empty if another was faster."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        incident = await self.incident(number)
        missing = await self.lacks(incident)
        speaking: dict[Reminder, str] = {}
        for reminder, kept in (await self.reminders(number)).items():
            lack = missing.get(reminder)
            if kept.due_at is None or kept.due_at > self.at:
                continue
            due_at = kept.next(lack)
            if lack is None or due_at is None or due_at > self.at:
                # An older release, which knows of no reminders, has changed the incident.
                await reminders.note(self._connection, number, reminder, due_at=due_at)
            elif await reminders.speak(
                self._connection, number, reminder, due_at=kept.due_at, of=lack.since
            ):
                speaking[reminder] = f"{reminder.value}.{kept.times + 1}"
        if speaking:
            holders = incident.holders(self.book.roles[0].word)
            to = None if incident.channel else next(iter(holders), incident.declared_by)
            job = Remind(incident=number, of=tuple(speaking.values()), user=to)
            for reminder in speaking:
                await reminders.note(self._connection, number, reminder, post=job.key)
            await self.ask(job)
        return tuple(speaking)

    async def snooze(
        self,
        number: int,
        about: Iterable[Reminder],
        *,
        by: UserId,
        until: datetime | None = None,
        off: bool = False,
    ) -> None:
        """Be silent about these until then, or for good; with neither, speak again as usual."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        incident = await self.incident(number)
        kept = await self.reminders(number)
        missing = await self.lacks(incident)
        for reminder in about:
            lack, patience = missing.get(reminder), self.book.patience(reminder, incident.severity)
            values: dict[str, Any] = {"off": off, "snoozed_until": until, "snoozed_by": by}
            if not off:
                values["spoke_of"] = None  # of the same again, then
            if not off and until is None and lack and patience and lack.due_at <= self.at:
                # Not at once: whoever asks for it has just thought of it.
                values["snoozed_until"] = self.at + patience
            changed = replace(kept[reminder], **values)
            await reminders.note(
                self._connection, number, reminder, due_at=changed.next(lack), post=None, **values
            )
            if changed.post:
                await self.ask(Remind.again(changed.post))

    async def may_remind(self) -> list[int]:
        """The incidents whose reminders may have to be set anew; see `set_reminders`."""
        review = self.book.reminders.get(Reminder.REVIEW)
        since = self.at - MISSED - (review.longest if review else timedelta())
        ends = {status.milestone for status in self.book.statuses if status.ends}
        return await reminders.concerned(
            self._connection, scope=self._scope, ends=ends, since=since
        )

    async def set_reminders(self, number: int) -> None:
        """Set them anew: the playbook may be another one, or an older release changed the incident."""
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        await self._set_reminders(await self.incident(number), late=self.at - MISSED)

    async def said(self) -> tuple[dict[str, int], dict[str, int]]:
        """How often each kind of reminder has spoken, and how many are snoozed or off."""
        quiet = await reminders.silenced(self._connection, scope=self._scope, at=self.at)
        return await reminders.spoken(self._connection, scope=self._scope), quiet
