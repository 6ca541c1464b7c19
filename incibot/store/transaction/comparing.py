"""When we listened, and what is fetched of what we did not hear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incibot.core.catching_up import (
    LATE,
    MARGIN,
    OFTEN,
    SELDOM,
    SHARE,
    Fetched,
    Holding,
    Progress,
    Silence,
    silences,
)
from incibot.core.history import Interval, covering
from incibot.core.incident import Incident
from incibot.core.jobs import CatchUp
from incibot.core.people import ChannelId, UserId
from incibot.core.timeline import EntryKind, MarkEvent, ts_of
from incibot.store import catching_up, incidents
from incibot.store.database import put
from incibot.store.schema import entries as entry_rows
from incibot.store.schema import listening
from incibot.store.transaction.recording import Recording


class Comparing(Recording):
    """When we listened, and what is fetched of what we did not hear."""

    # When we were there to listen

    async def listen(self, process: str, *, since: datetime) -> None:
        """Note that the process hears Slack now, and has since then."""
        await put(
            self._connection,
            listening,
            {"process": self._key(process)},
            {"since": since, "until": self.at, "chains": True, "team": self._own},
            again={"until": self.at},
        )

    async def _gaps(self, incident: Incident, fetched: Sequence[Fetched]) -> tuple[Interval, ...]:
        """The stretches between declaration and end in which we were not told what happened."""
        begin = incident.declared_at
        last = select(func.max(entry_rows.c.occurred_at)).where(
            entry_rows.c.incident == incident.number
        )
        end = (await self._connection.execute(last)).scalar_one() or begin
        heard = await self._heard(incident.number, since=begin)
        if not self.book.is_over(incident.status):
            # Whatever somebody has written since then may be missing as well.
            end = max([end, *(until for _, until in heard)])
        known = await catching_up.state(self._connection, incident.number)
        return covering(
            silences(heard, since=begin, until=end),
            until=known.covered_until,
            found=[(one.since, one.until) for one in fetched],
        )

    async def _heard(self, number: int, *, since: datetime) -> list[Silence]:
        """When there was a process that listened, in the incident's workspace."""
        scope = await incidents.whose(self._connection, number)
        ours = listening.c.team == scope
        return await catching_up.heard(self._connection, ours, since=since)

    # Catching up with what we were not told

    async def ask_to_catch_up(self, *, anew: bool, wholly: bool = False) -> list[int]:
        """Ask for a comparison of each channel that is looked at, where it is time. Their numbers.

        Args:
            anew: there is a reason, such as a start: whenever it was last asked for.
            wholly: what we heard lately is not to be relied upon.
        """
        before = None if anew else self.at - OFTEN
        numbers = await catching_up.due(self._connection, scope=self._own, asked_before=before)
        wanted = {"wanted_at": self.at} if wholly else {}
        for number in numbers:
            await catching_up.note(self._connection, number, asked_at=self.at, **wanted)
            await self.ask(CatchUp(incident=number))
        return numbers

    async def comparison(self, incident: Incident) -> tuple[Progress, int] | None:
        """How far the comparison of its channel is, or a new one; and the number of its next step.

        None if the incident is none whose channel is looked at.
        """
        await self._must_be_ours(incident.number)
        over = self.book.is_over(incident.status)
        if incident.channel is None or (over and incident.turned_at is None):
            return None
        known = await catching_up.state(self._connection, incident.number)
        since = known.covered_until or incident.declared_at
        heard = await self._heard(incident.number, since=since)
        going = known.progress
        if going is not None:
            # One that began before a silence ended would not cover it.
            last = max((until for _, until in heard), default=going.began_at)
            if not any(silences(heard, since=going.began_at, until=last)):
                return going, known.round
        first = known.covered_until is None
        wanted = known.wanted_at is not None and (
            known.whole_at is None or known.whole_at < known.wanted_at
        )
        silent = not first and (wanted or any(silences(heard, since=since, until=self.at)))
        pause = max(SELDOM, known.took * SHARE)
        seldom = known.whole_at is None or known.whole_at + pause <= self.at
        fresh = Progress(
            began_at=self.at,
            since=since,
            whole=first or silent or seldom,
            silent=silent,
            until=ts_of(since - MARGIN),
        )
        return fresh, known.round

    async def go_on_comparing(self, number: int, progress: Progress, *, round: int) -> None:
        """Keep how far it has come. Raises LeaseLost if another process took this step."""
        await self._must_be_ours(number)
        await catching_up.go_on(self._connection, number, round=round, progress=progress)

    async def end_comparing(self, incident: Incident, progress: Progress, *, round: int) -> None:
        """It is done: whatever was until it began is here. Raises LeaseLost as above."""
        await self._must_be_ours(incident.number)
        ended = incident.turned_at if self.book.is_over(incident.status) else None
        values: dict[str, Any] = {
            "covered_until": progress.began_at,
            "done": ended is not None and progress.began_at >= ended + LATE,
        }
        if progress.whole:
            took = self.at - progress.began_at
            values |= {"whole_at": progress.began_at, "took": int(took.total_seconds())}
        await catching_up.go_on(
            self._connection, incident.number, round=round, progress=None, **values
        )
        if progress.evident or (progress.silent and progress.found):
            found = Fetched(since=progress.since, until=progress.began_at, counts=progress.found)
            await catching_up.keep_fetched(self._connection, incident.number, found)

    async def look_no_more(self, number: int) -> None:
        """The incident has ended, and its channel can no longer be read."""
        await self._must_be_ours(number)
        await catching_up.note(self._connection, number, done=True, progress=None)

    async def holding(
        self, number: int, channel: ChannelId, *, below: str = "", down_to: str = ""
    ) -> Holding:
        """What we hold of that stretch of the channel, replies in threads aside."""
        await self._must_be_ours(number)
        return await catching_up.holding(
            self._connection, number, channel, below=below, down_to=down_to
        )

    async def holding_of_thread(self, number: int, channel: ChannelId, root: str) -> Holding:
        await self._must_be_ours(number)
        return await catching_up.holding_of_thread(self._connection, number, channel, root)

    async def holding_of_pins(self, channel: ChannelId) -> Holding:
        return await catching_up.holding_of_pins(self._connection, channel, scope=self._scope)

    async def replies(
        self, number: int, channel: ChannelId, roots: Iterable[str]
    ) -> dict[str, tuple[int, str]]:
        """How many replies we hold of each thread, and the ts of the latest."""
        await self._must_be_ours(number)
        return await catching_up.replies(self._connection, number, channel, roots)

    async def threads(
        self, number: int, channel: ChannelId, *, below: str, down_to: str
    ) -> set[str]:
        """The roots, in that stretch of the channel, of threads of which we hold replies."""
        await self._must_be_ours(number)
        return await catching_up.threads(
            self._connection, number, channel, below=below, down_to=down_to
        )

    async def is_held(self, number: int, channel: ChannelId, ts: str) -> bool:
        await self._must_be_ours(number)
        return await catching_up.is_held(self._connection, number, channel, ts)

    async def came_about(
        self, number: int, user: UserId, kind: EntryKind, at: datetime, *, ending: str = ""
    ) -> bool:
        """Whether it is in the record that somebody came or left about then.

        Until this transaction is over, nobody else is told so and writes it as well.
        """
        await self._must_be_ours(number)
        await incidents.hold(self._connection, number)
        return await catching_up.came(self._connection, number, user, kind, at, ending=ending)

    async def members_as_of(self, number: int) -> dict[UserId, tuple[bool, str]]:
        """Who is in the channel and who is not, and since which ts we think so."""
        await self._must_be_ours(number)
        return await catching_up.members_as_of(self._connection, number)

    async def notice_mark(self, event: MarkEvent) -> bool:
        """Note a mark that a comparison found: when it was set is not known. True if it was new."""
        if not await self.mark(event):
            return False
        if event.on:
            what = catching_up.mark_noticed(event)
            await catching_up.notice(
                self._connection, event.channel, event.ts, what, scope=self._own
            )
        return True

    async def notice_deletion(self, channel: ChannelId, ts: str) -> bool:
        """Erase a message that is gone; when it was deleted is not known. True if it was here."""
        if await catching_up.is_erased(self._connection, channel, ts, scope=self._scope):
            return False
        await self.erase(channel, ts, at=self.at)
        await catching_up.notice(
            self._connection, channel, ts, catching_up.DELETED, scope=self._own
        )
        return True
