"""Compare an incident's channel with what we hold of it, and fetch what we were not told.

Slack delivers an event four times within six minutes, and then no more. Whatever happened while
nobody listened for longer is in the channel's history: it is read page by page, and each page is
kept, with how far we are, in one transaction. So whoever goes on, goes on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from incibot.core.catching_up import Holding, Progress
from incibot.core.incident import Incident
from incibot.core.jobs import CatchUp
from incibot.core.markup import mentions
from incibot.core.people import ChannelId
from incibot.core.timeline import just_after, ts_of
from incibot.errors import Paused, SlackBusy, SlackRefused
from incibot.jobs.tools import Tools
from incibot.log import logger
from incibot.slack import comparison, recording
from incibot.slack.comparison import Differences, News
from incibot.slack.reading import Came, Shown
from incibot.store.unit import Transaction
from incibot.store.workspaces import Workspace

STEPS = 5  # calls of Slack in one go: even if each takes as long as it may, the lease holds
PIECE = 40  # messages to be written in one transaction: on SQLite everybody else waits for it
UNREADABLE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
AGAIN = 5.0  # seconds, where Slack is busy and names no time

log = logger(__name__)

T = TypeVar("T")


async def catch_up(job: CatchUp, tools: Tools) -> None:
    """Go on with the comparison, or begin one.

    Raises:
        Paused: a part is done.
    """
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        me = await tx.workspace()
        found = await tx.comparison(incident)
    if found is None or incident.channel is None:
        return
    progress, number = found
    me = me or await tools.slack.workspace()
    work = _Comparison(
        tools=tools, incident=incident, channel=incident.channel, me=me, round=number
    )
    for steps in range(STEPS):
        try:
            if _is_done(progress):
                break
            progress = await work.step(progress)
        except SlackBusy as busy:
            if not steps:
                raise
            raise Paused(busy.retry_after or AGAIN) from busy
        except SlackRefused as refused:
            if refused.code == "invalid_cursor" and (progress.cursor or progress.thread_cursor):
                await work.begin_again(progress)
                raise Paused from refused
            if refused.code in UNREADABLE and tools.store.book.is_over(incident.status):
                log.info("catch_up.unreadable", error=str(refused))
                await tools.store.write(lambda tx: tx.look_no_more(incident.number))
                return
            raise
    if not _is_done(progress):
        raise Paused
    await tools.store.write(lambda tx: tx.end_comparing(incident, progress, round=work.round))
    if progress.found:
        log.info("catch_up.found", whole=progress.whole, **dict(progress.found))


def _is_done(progress: Progress) -> bool:
    waiting = progress.thread or progress.threads or progress.quiet_threads or progress.doubts
    rest = progress.whole and not (progress.pins and progress.members)
    return progress.read and not (waiting or rest or _is_too_short(progress))


def _is_too_short(progress: Progress) -> bool:
    """It has found what we should have been told: nobody knew that we were not listening."""
    return progress.evident and not progress.silent


Kept = tuple[Counter[str], bool]  # how many of what, and whether we should have been told
Keep = Callable[[Transaction], Awaitable[Kept]]


@dataclass(slots=True, kw_only=True)
class _Comparison:
    """The comparison of one channel: each step asks Slack once, and keeps what came of it."""

    tools: Tools
    incident: Incident
    channel: ChannelId
    me: Workspace
    round: int

    async def step(self, progress: Progress) -> Progress:
        """Take the next step. Raises LeaseLost if another process has taken it."""
        if _is_too_short(progress):
            progress = progress.anew()
        if not progress.read:
            return await self._keep(progress, *await self._page(progress))
        if progress.thread or progress.threads or progress.quiet_threads:
            return await self._keep(progress, *await self._thread(progress))
        if progress.doubts:
            return await self._write(*await self._doubt(progress))
        if not progress.pins:
            return await self._write(*await self._pins(progress))
        return await self._write(*await self._members(progress))

    async def begin_again(self, progress: Progress) -> None:
        """Slack has forgotten the place: from the start, which changes nothing that is done."""
        fresh = replace(progress, cursor="", below="", thread_cursor="", above="")
        await self._write(fresh, _nothing)

    async def _write(self, progress: Progress, keep: Keep) -> Progress:
        async def work(tx: Transaction) -> Progress:
            counts, evident = await keep(tx)
            after = progress.with_found(counts, evident=evident)
            await tx.go_on_comparing(self.incident.number, after, round=self.round)
            return after

        after = await self.tools.store.write(work)
        self.round += 1
        return after

    async def _keep(self, before: Progress, after: Progress, found: Differences) -> Progress:
        """Write what was found piece by piece, and how far we are with the last."""
        number = self.incident.number

        def keeping(news: Sequence[News]) -> Keep:
            async def keep(tx: Transaction) -> Kept:
                counts: Counter[str] = Counter()
                for what in news:
                    if isinstance(what, Came):
                        counts["people"] += await recording.record_late(number, what, tx)
                    else:
                        counts["messages"] += await recording.record(number, what, tx)
                late = any(before.is_late(_ts(what)) for what in news)
                return counts, late and counts.total() > 0

            return keep

        pieces = [found.news[start : start + PIECE] for start in range(0, len(found.news), PIECE)]
        for piece in pieces[:-1]:
            before = await self._write(before, keeping(piece))
        last = keeping(pieces[-1] if pieces else ())

        async def keep_rest(tx: Transaction) -> Kept:
            counts, evident = await last(tx)
            for one in found.reworded:
                changed = await tx.reword(one.message.key, one.message.words, since=one.since)
                counts["edits"] += changed
                evident = evident or (changed and before.is_late(one.message.since))
                await recording.meet(tx, *mentions(one.message.words))
            for event in found.marks:
                counts["marks"] += await tx.notice_mark(event)
                await recording.meet(tx, event.user)
            for ts in found.gone:
                erased = await tx.notice_deletion(self.channel, ts)
                counts["deletions"] += erased
                evident = evident or erased
            return counts, evident

        after = replace(after, found=before.found, evident=before.evident)
        return await self._write(after, keep_rest)

    # What each step asks; they answer with how far we are then, and what was found.

    async def _page(self, before: Progress) -> tuple[Progress, Differences]:
        """A page of the channel, the latest first."""
        number, channel = self.incident.number, self.channel
        down_to = ""
        while True:
            async with self.tools.store.read() as tx:
                holding = await tx.holding(number, channel, below=before.below, down_to=down_to)
            asked_at = self.tools.clock()
            page = await self.tools.slack.history(channel, before.cursor)
            low = min((line.ts for line in page.lines), default=before.below)
            if low >= holding.down_to or not low:
                break
            down_to = low  # it reaches further than what we have looked up
        own = [line for line in page.lines if line.thread_ts is None]
        as_of = max([before.as_of, *(line.ts for line in page.lines)])
        found = self._compare(own, holding, as_of)
        # Whoever has just come: the event of it has a time of its own, and is still on its way.
        news = tuple(
            what for what in found.news if not isinstance(what, Came) or before.is_late(what.at)
        )
        found = replace(found, news=news)
        if page.lines:
            # Nothing is said of what is older than all that Slack shows: it may keep no more.
            lost = comparison.missing(
                page.lines, holding, low=low, high=before.below, asked_at=asked_at
            )
            found = replace(found, missing=lost)
        async with self.tools.store.read() as tx:
            broken, whole = await self._threads(tx, page.lines, low=low, high=before.below)
        ends = not page.cursor or (not before.whole and bool(low) and low < before.until)
        after = replace(
            before,
            cursor=page.cursor,
            below=low,
            as_of=as_of,
            read=ends,
            threads=_together(before.threads, broken),
            quiet_threads=_together(before.quiet_threads, whole if before.silent else ()),
            doubts=_together(before.doubts, found.missing),
        )
        return after, found

    async def _threads(
        self, tx: Transaction, lines: Sequence[Shown], *, low: str, high: str
    ) -> tuple[list[str], list[str]]:
        """The roots of threads that differ from what we hold, and of those that seem not to."""
        number, channel = self.incident.number, self.channel
        roots = {line.ts: line for line in lines if line.thread_ts is None and line.replies}
        held = await tx.replies(number, channel, roots)
        broken = [
            ts for ts, line in roots.items() if held.get(ts) != (line.replies, line.latest_reply)
        ]
        if lines:  # a thread may be gone altogether
            gone = await tx.threads(number, channel, below=high, down_to=low) - roots.keys()
            broken += sorted(gone)
        for line in lines:  # a reply that was shown in the channel too, below an older root
            root = line.thread_ts
            if root and root not in broken and not await tx.is_held(number, channel, line.ts):
                broken.append(root)
        return sorted(broken), sorted(roots.keys() - set(broken))

    async def _thread(self, before: Progress) -> tuple[Progress, Differences]:
        """A page of a thread, the oldest reply first."""
        threads, quiet = before.threads, before.quiet_threads
        root = before.thread
        if not root and threads:
            root, threads = threads[0], threads[1:]
        elif not root:
            root, quiet = quiet[0], quiet[1:]
        async with self.tools.store.read() as tx:
            holding = await tx.holding_of_thread(self.incident.number, self.channel, root)
        asked_at = self.tools.clock()
        page = await self.tools.slack.thread(self.channel, root, before.thread_cursor)
        lines = page.lines if page else ()
        cursor = page.cursor if page else ""
        above = max([before.above, *(just_after(line.ts) for line in lines)])
        found = self._compare(lines, holding, before.as_of)
        if lines or not cursor:
            lost = comparison.missing(
                lines, holding, low=before.above, high=above if cursor else "", asked_at=asked_at
            )
            found = replace(found, missing=lost)
        after = replace(
            before,
            threads=threads,
            quiet_threads=quiet,
            thread=root if cursor else "",
            thread_cursor=cursor,
            above=above if cursor else "",
            doubts=_together(before.doubts, found.missing),
        )
        return after, found

    async def _doubt(self, before: Progress) -> tuple[Progress, Keep]:
        """A message that seems to be gone is asked for by name before its words are erased."""
        (ts, root), *others = before.doubts
        there = await self.tools.slack.is_there(self.channel, ts, root)

        async def keep(tx: Transaction) -> Kept:
            erased = not there and await tx.notice_deletion(self.channel, ts)
            return Counter(deletions=int(erased)), erased

        return replace(before, doubts=tuple(others)), keep

    async def _pins(self, before: Progress) -> tuple[Progress, Keep]:
        async with self.tools.store.read() as tx:
            holding = await tx.holding_of_pins(self.channel)
        pinned = await self.tools.slack.pins(self.channel)
        put_in, taken_out = comparison.compare_pins(pinned, holding, self.me)

        async def keep(tx: Transaction) -> Kept:
            for pin in put_in:
                await recording.record(self.incident.number, pin, tx)
            for event in taken_out:
                await tx.mark(event)
            return Counter(marks=len(put_in) + len(taken_out)), False

        return replace(before, pins=True), keep

    async def _members(self, before: Progress) -> tuple[Progress, Keep]:
        """Who is in the channel: of a private incident they are who may see it."""
        number = self.incident.number
        async with self.tools.store.read() as tx:
            known = await tx.members_as_of(number)
        members = await self.tools.slack.members(self.channel)
        here = self.me.bot_user in members  # else Slack has not told us all
        start = before.as_of or ts_of(self.incident.declared_at)

        async def keep(tx: Transaction) -> Kept:
            for user in sorted(members - {self.me.bot_user}) if here else ():
                present, as_of = known.get(user, (False, ""))
                if not present:
                    since = just_after(as_of) if as_of else start
                    await tx.set_member(number, user, present=True, as_of=since)
                    await recording.meet(tx, user)
            for user, (present, as_of) in sorted(known.items()) if here else ():
                if present and user not in members:
                    await tx.set_member(number, user, present=False, as_of=just_after(as_of))
            return Counter(), False

        return replace(before, members=True), keep

    def _compare(self, lines: Iterable[Shown], holding: Holding, as_of: str) -> Differences:
        reactions = self.tools.store.book.reactions
        return comparison.compare(lines, holding, me=self.me, reactions=reactions, as_of=as_of)


async def _nothing(_tx: Transaction) -> Kept:
    return Counter(), False


def _ts(what: News) -> str:
    return what.at if isinstance(what, Came) else what.ts


def _together(some: Iterable[T], more: Iterable[T]) -> tuple[T, ...]:
    """Both, each once."""
    return tuple(dict.fromkeys((*some, *more)))
