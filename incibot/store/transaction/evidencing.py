"""Alerts and changes, as people ask for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from incibot.core.evidence import KeptAlert, KeptChange, Notice, Verdict
from incibot.core.incident import Incident
from incibot.core.jobs import ShowAlert
from incibot.core.moves import FRICTION
from incibot.core.people import ChannelId, UserId
from incibot.core.storms import ALONE, CLOSE, Place, Room, Storm, fires_anew
from incibot.core.timeline import Recorded
from incibot.core.usefulness import Heard
from incibot.core.visibility import may_see
from incibot.errors import NotFound
from incibot.store import evidence, jobs, timeline
from incibot.store.database import put
from incibot.store.schema import alert_rooms, alerts, changes, entries, showings, verdicts
from incibot.store.schema import incidents as incident_rows
from incibot.store.schema import jobs as job_rows
from incibot.store.transaction.delivering import Delivering

SWEPT = 200  # alerts that come into a storm with one


class Evidencing(Delivering):
    """Alerts and changes, as people ask for them."""

    # Alerts

    async def alert(self, alert: int) -> KeptAlert:
        """Raises NotFound if there is none."""
        ours = self._of_ours(alerts.c.team)
        found = await evidence.load_alerts(self._connection, alerts.c.id == alert, *ours)
        if not found:
            raise NotFound("There is no such alert. `/incident alerts` shows what there was.")
        return found[0]

    async def notices(self, alert: int) -> list[Notice]:
        """What was told of the alert, in the order of time."""
        await self.alert(alert)
        return (await evidence.notices_of(self._connection, [alert]))[alert]

    async def attach(self, alert: int, number: int) -> None:
        """The alert belongs to that incident from now on, and all that was told of it is in its timeline."""
        await self._must_be_ours(number)
        await self.alert(alert)
        # First, so that what is told of it at this moment is told to one of the two of us.
        await self._connection.execute(
            update(alerts).where(alerts.c.id == alert).values(incident=number)
        )
        (scope,) = await self._scopes(incident_rows.c.number == number)
        await self._join_notices(await self.alert(alert), scope)
        await self.ask(ShowAlert(alert=alert))

    async def verdicts(self, alert: int) -> list[Verdict]:
        """What people say of it, each one's last word."""
        await self.alert(alert)
        return (await evidence.verdicts_of(self._connection, [alert]))[alert]

    async def judge(self, alert: int, verdict: Verdict) -> None:
        """Keep what somebody says of it, in place of what they said before."""
        await self.alert(alert)
        await put(
            self._connection,
            verdicts,
            {"alert": alert, "user": verdict.user},
            {"useful": verdict.useful, "why": verdict.why, "at": self.at, "team": self._own},
        )
        await self.ask(ShowAlert(alert=alert))

    async def heard(self, *, since: datetime, service: str = "") -> list[Heard]:
        """The alerts that fired since then, with what was told of them in that time."""
        where = [alerts.c.fired_at >= since, alerts.c.fired > 0, *self._of_ours(alerts.c.team)]
        if service:
            where.append(func.lower(alerts.c.service) == service.casefold())
        found = await evidence.load_alerts(self._connection, *where)
        ids = [one.id for one in found]
        told = await evidence.notices_of(self._connection, ids, since=since)
        said = await evidence.verdicts_of(self._connection, ids)
        return [
            Heard(alert=one, notices=tuple(told[one.id]), verdicts=tuple(said[one.id]))
            for one in found
        ]

    # Where they are shown

    async def place(self, alert: int, named: Callable[[KeptAlert], str]) -> Place | None:
        """Where the alert is to be shown: where it was, if it was; else there. None: nowhere.

        Whatever else waits to be shown in a storm comes into it with the first.

        Args:
            named: tells the channel, as the team's file has it; empty: it names none.
        """
        found = await self.alert(alert)
        room = named(found)
        before = await evidence.place_of(self._connection, alert)
        if before is not None and not (room and await self._fires_anew(found, before)):
            return await self._placed(before)
        if not room or not found.fired:  # of what never fired nobody need be told that it is over
            return None
        here = await evidence.hold_room(self._connection, self._key(room), scope=self._own)
        shown = await evidence.place_of(self._connection, alert)
        if shown is not None and (before is None or shown.round != before.round):
            return await self._placed(shown)  # somebody else was faster
        storm = await self._storm_in(room, here)
        round = shown.round + 1 if shown is not None else 1
        await self._show(alert, room, round=round, storm=storm)
        if storm is not None:
            for other in await self._waiting(room, named):
                await self._show(other, room, round=1, storm=storm)
        return Place(room=room, channel=here.channel, round=round, storm=storm)

    async def _fires_anew(self, alert: KeptAlert, shown: Row[Any]) -> bool:
        if shown.storm is None:
            return fires_anew(alert, shown.at, None)
        ends = await evidence.ends_of(self._connection, shown.room, shown.storm)
        return fires_anew(alert, shown.at, ends[1] if ends else None)

    async def _placed(self, shown: Row[Any]) -> Place:
        return Place(
            room=self._plain(shown.room),
            channel=await evidence.channel_of(self._connection, shown.room),
            round=shown.round,
            storm=shown.storm,
        )

    async def _storm_in(self, room: str, here: Room) -> int | None:
        """The storm that what comes now comes into; None: it is calm there."""
        key = self._key(room)
        storm = here.joined(at=self.at)
        if storm is None:
            alone = await evidence.alone_since(self._connection, key, self.at - CLOSE)
            storm = here.storm + 1 if alone >= ALONE else None
        if storm is not None:
            since = self.at if storm != here.storm else here.since
            await self._connection.execute(
                update(alert_rooms)
                .where(alert_rooms.c.key == key)
                .values(storm=storm, since=since, last_at=self.at)
            )
        return storm

    async def _show(self, alert: int, room: str, *, round: int, storm: int | None) -> None:
        row = {"alert": alert, "round": round, "room": self._key(room), "at": self.at}
        await self._connection.execute(insert(showings).values(**row, storm=storm, team=self._own))

    async def _waiting(self, room: str, named: Callable[[KeptAlert], str]) -> list[int]:
        """Alerts that were never shown, and wait for it in that room; nobody need see to them any more."""
        asked = await jobs.unclaimed(
            self._connection, ShowAlert, *self._of_ours(job_rows.c.team), limit=SWEPT
        )
        by_alert = {int(fields["alert"]): id for id, fields in asked}
        found = await evidence.load_alerts(
            self._connection,
            alerts.c.id.in_(by_alert),
            alerts.c.id.not_in(select(showings.c.alert)),
            *self._of_ours(alerts.c.team),
        )
        here = [one.id for one in found if named(one) == room]
        # One that somebody takes at this moment is found shown by them.
        await jobs.drop(self._connection, [by_alert[one] for one in here])
        return here

    async def know_room(self, room: str, channel: ChannelId) -> None:
        """Note which channel that is, so that Slack need not be asked for each alert."""
        await self._connection.execute(
            update(alert_rooms)
            .where(alert_rooms.c.key == self._key(room), *self._of_ours(alert_rooms.c.team))
            .values(channel=channel)
        )

    async def storm(self, room: str, number: int) -> Storm | None:
        """None where there was no such storm."""
        key = self._key(room)
        counts = await evidence.counts_of(self._connection, key, number)
        ends = await evidence.ends_of(self._connection, key, number)
        if ends is None:
            return None
        return Storm(
            room=room,
            number=number,
            channel=await evidence.channel_of(self._connection, key),
            counts=tuple(counts),
            since=ends[0],
            last_at=ends[1],
        )

    async def alerts_of_storm(self, room: str, number: int, *, limit: int) -> list[KeptAlert]:
        """Up to so many of them, those that fired last first."""
        inside = select(showings.c.alert).where(
            showings.c.room == self._key(room), showings.c.storm == number
        )
        return await evidence.load_alerts(
            self._connection,
            alerts.c.id.in_(inside),
            *self._of_ours(alerts.c.team),
            limit=limit,
        )

    # Changes

    async def changes(self, *, since: datetime, until: datetime) -> list[KeptChange]:
        """What was changed in production in that time, the newest first."""
        return await evidence.load_changes(
            self._connection,
            changes.c.at >= since,
            changes.c.at <= until,
            *self._of_ours(changes.c.team),
        )

    # Where a tool got in the way

    async def frictions(self, viewer: UserId, *, limit: int) -> list[tuple[Incident, Recorded]]:
        """What was noted of it in incidents that the viewer may see, the latest first."""
        seen = {one.number: one for one in await self.all_incidents() if may_see(one, viewer)}
        found = await timeline.everywhere(
            self._connection,
            entries.c.key.startswith(FRICTION),
            entries.c.retracted_at.is_(None),
            entries.c.incident.in_(
                select(incident_rows.c.number).where(*self._of_ours(incident_rows.c.team))
            ),
            limit=limit,
        )
        return [(seen[one.incident], one) for one in found if one.incident in seen]
