"""Claim a job, perform it, store what came of it; try again later, or lay it aside for a person."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from incibot import log as logs
from incibot.core.change import Change
from incibot.core.jobs import (
    Announce,
    CatchUp,
    HandOver,
    Job,
    ShowAlert,
    ShowCard,
    ShowHome,
    ShowHomes,
    ShowStorm,
    Welcome,
    unpack,
)
from incibot.core.on_call import LATE, last_turn
from incibot.core.pacing import Stint
from incibot.errors import (
    CallBusy,
    CallRefused,
    Conflict,
    LeaseLost,
    Paused,
    PutOff,
    Refused,
    SlackBusy,
    SlackError,
    SlackRefused,
)
from incibot.jobs import Tools, perform
from incibot.log import logger
from incibot.store.jobs import NOT_INSTALLED, Claim
from incibot.store.unit import Clock, Store, Transaction

LEASE = timedelta(minutes=2)  # far longer than any job, and than any two clocks differ
POLL = 1.0  # seconds between looks for jobs of other processes, or due later
HANDS = 4  # jobs that one process performs at a time
TRIES = 24  # of a job that fails in a way that may pass: two hours and a half in all
FIRST = 1.0  # seconds before the second try; doubled each time
CARD = ShowCard.__name__
KEEPING = (CatchUp.__name__, ShowHomes.__name__)  # go on from where they were
LONGEST = 600.0  # seconds between two tries
LOOK = 10.0  # seconds between two looks for reminders that are due
AT_A_TIME = 10  # incidents of which people are reminded at one look: after an outage, by and by
UNWELCOME = frozenset(  # what Slack says to a token that is none, or none any more
    {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"}
)
ANEW = 3600.0  # seconds between two settings of all reminders; the first is at the start

log = logger(__name__)


class Crew(Protocol):
    """Who the jobs are done for: all workspaces, or one.

    Attributes:
        store: where their jobs are.
    """

    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    async def tools(self, team: str) -> Tools | None:
        """What a job in that workspace may reach for; None where incibot is not installed.

        Raises:
            SlackError: it cannot be told yet.
        """

    async def has_new_token(self, team: str) -> bool:
        """Whether there is another token by now than the one that was refused there."""


class Runner:
    """Performs jobs until it is stopped. Any number of processes may have one."""

    def __init__(self, crew: Crew, *, seed: int | None = None) -> None:
        self._crew = crew
        self._store = crew.store
        self._random = random.Random(seed)  # noqa: S311 - jitter, no secret
        self._stopping = asyncio.Event()
        self._at_work: dict[asyncio.Task[None], Claim] = {}
        self._asked: set[tuple[str, HandOver]] = set()  # a few in a week
        self.done: Callable[[str, str], None] = lambda kind, outcome: None

    async def run(self) -> None:
        """Work until `stop`. Trouble with the database is waited out."""
        tending = asyncio.create_task(self._tend())
        try:
            await self._work()
        finally:
            tending.cancel()
            await asyncio.wait([tending])

    async def _work(self) -> None:
        while not self._stopping.is_set():
            self._store.work.clear()
            try:
                claims = await self._claim(HANDS - len(self._at_work))
            except (SQLAlchemyError, OSError) as trouble:
                log.error("jobs.unreadable", error=repr(trouble)[:300])
                claims = []
            for claim in claims:
                task = asyncio.create_task(self._do(claim))
                self._at_work[task] = claim
                task.add_done_callback(self._free)
            if not claims or len(self._at_work) >= HANDS:
                await self._wait()
        if self._at_work:
            await asyncio.wait(self._at_work)

    def _free(self, task: asyncio.Task[None]) -> None:
        self._at_work.pop(task, None)
        self._store.work.set()
        if not task.cancelled() and task.exception():
            log.error("job.lost", error=repr(task.exception())[:300])

    async def _wait(self) -> None:
        waits = [
            asyncio.create_task(self._store.work.wait()),
            asyncio.create_task(self._stopping.wait()),
        ]
        await asyncio.wait(waits, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def stop(self) -> None:
        """Take no new job; `run` returns when those in hand are done."""
        self._stopping.set()

    async def hand_back(self) -> None:
        """Drop what is in hand: it is due again at once, for whoever looks first."""
        held = dict(self._at_work)
        for task in held:
            task.cancel()
        if held:
            await asyncio.wait(held)
        dropped = [claim for task, claim in held.items() if task.cancelled()]

        async def put_back(tx: Transaction) -> None:
            for claim in dropped:
                await tx.put_back(claim, error="", due_at=tx.at)

        if dropped:
            await self._store.write(put_back)
            log.info("jobs.handed_back", jobs=[claim.key for claim in dropped])

    async def work_off(self) -> int:
        """Perform all jobs that are due, and those that follow from them. How many there were."""
        count = 0
        while claims := await self._claim(HANDS):
            ends = await asyncio.gather(*map(self._do, claims), return_exceptions=True)
            for end in ends:
                if isinstance(end, BaseException):
                    raise end
            count += len(claims)
        return count

    async def _tend(self) -> None:
        """Look after what falls due by itself, now and then. Trouble with the database is waited out."""
        clock = asyncio.get_running_loop().time
        anew_at = clock()
        while True:
            if clock() >= anew_at and await self._look_after(self.set_reminders):
                anew_at = clock() + ANEW
            for chore in (self.remind, self.hear, self.look_at_issues, self.hand_over):
                await self._look_after(chore)
            await asyncio.sleep(LOOK)

    async def _look_after(self, chore: Callable[[], Awaitable[object]]) -> bool:
        """Do it; what goes wrong with it holds up nothing else. Whether it went well."""
        try:
            await chore()
        except (SQLAlchemyError, OSError) as trouble:
            log.error("chore.no_database", chore=chore.__name__, error=repr(trouble)[:300])
        except Exception:
            log.exception("chore.failed", chore=chore.__name__)  # the next look may do better
        else:
            return True
        return False

    async def remind(self) -> int:
        """Ask for the reminders that are due, one message an incident. Of how many incidents."""
        async with self._store.read() as tx:
            due = await tx.overdue(limit=AT_A_TIME)
            stores = await self._stores_of(due, tx)
        for number in due:
            spoke = await stores[number].write(partial(Transaction.remind, number=number))
            if spoke:
                log.info("reminder.fired", incident=number, reminders=[one.value for one in spoke])
        return len(due)

    async def hear(self) -> int:
        """Ask those who took part in what has ended how it was for them. Of how many incidents."""
        async with self._store.read() as tx:
            due = await tx.unheard(limit=AT_A_TIME)
            stores = await self._stores_of(due, tx)
        for number in due:
            if await stores[number].write(partial(Transaction.hear, number=number)):
                log.info("voices.asked", incident=number)
        return len(due)

    async def look_at_issues(self) -> int:
        """Ask for looks at the issues of follow-ups that are due. How many there were."""
        async with self._store.read() as tx:
            due = await tx.issues_to_look_at(limit=AT_A_TIME)
            stores = await self._stores_of({number for number, _ in due}, tx)
        for number, store in stores.items():
            which = [one for of, one in due if of == number]
            await store.write(partial(Transaction.look_at_issues, number=number, which=which))
        return len(due)

    async def _stores_of(self, numbers: Iterable[int], tx: Transaction) -> dict[int, Store]:
        """For each of the incidents, the database as its workspace sees it."""
        teams = await tx.teams_of(numbers)
        return {number: self._store.of(team) for number, team in teams.items()}

    async def set_reminders(self) -> None:
        """Set all reminders anew, for what the playbook or another release has changed."""
        async with self._store.read() as tx:
            numbers = await tx.may_remind()
            stores = await self._stores_of(numbers, tx)
        for number in numbers:
            await stores[number].write(partial(Transaction.set_reminders, number=number))

    async def hand_over(self) -> None:
        """Ask for the weekly briefs whose time has come; each once, though many may look."""
        async with self._store.read() as tx:
            teams = [one.team for one in await tx.workspaces()]
        for team in teams:
            try:
                tools = await self._crew.tools(team)
            except SlackError as error:
                log.warning("workspace.not_yet", team=team, error=str(error))
                continue
            for job in _briefs(tools, team, self._crew.clock()) if tools else ():
                await self._ask_once(team, job)

    async def _ask_once(self, team: str, job: HandOver) -> None:
        if (team, job) in self._asked:
            return

        async def ask(tx: Transaction) -> None:
            if await tx.receive(job.key):
                await tx.ask(job)

        await self._store.of(team).write(ask)
        self._asked.add((team, job))

    async def _claim(self, limit: int) -> list[Claim]:
        if limit <= 0:
            return []
        return await self._store.write(lambda tx: tx.claim(limit=limit, lease=LEASE))

    async def _do(self, claim: Claim) -> None:
        """Perform the job and store what came of it, in one transaction with its end."""
        with logs.bind(job=claim.kind, job_id=claim.id, incident=claim.incident):
            stint = Stint(waited=claim.waits_for or "", keeps=claim.kind in KEEPING)
            try:
                outcome = await self._perform(claim, stint)
            except Paused as pause:
                outcome = await self._pause(claim, pause.after)
            except PutOff as put_off:
                outcome = await self._put_off(claim, put_off, stint)
            except LeaseLost:
                outcome = "lease_lost"  # somebody else has it, and what came of it
                await self._look_again(claim)
            except SlackRefused as refused:
                outcome = await self._refused(claim, refused)
            except (Refused, CallRefused) as refused:
                outcome = await self._park(claim, str(refused))
            except (SlackBusy, CallBusy) as busy:
                outcome = await self._again(claim, str(busy), after=busy.retry_after or 0.0)
            except Conflict as conflict:
                outcome = await self._again(claim, str(conflict), at_once=True)
            except Exception as trouble:
                log.exception("job.failed")
                outcome = await self._again(claim, repr(trouble))
            self.done(claim.kind, outcome)
            log.info("job.done", attempt=claim.attempts, outcome=outcome)

    async def _perform(self, claim: Claim, stint: Stint) -> str:
        tools = await self._crew.tools(claim.team)
        if tools is None:
            return await self._park(claim, NOT_INSTALLED)
        job = unpack(claim.kind, claim.fields)
        change = await perform(job, _at_pace(tools, job, stint), again=claim.attempts > 1)
        await tools.store.write(lambda tx: self._finish(claim, change, tx))
        return "done"

    async def _finish(self, claim: Claim, change: Change | None, tx: Transaction) -> None:
        if change is not None:
            await tx.apply(change)
        await tx.finish(claim)
        if claim.attempts > 1 and claim.kind != CARD and claim.incident is not None:
            # The card may have said that it was not done.
            await tx.ask(ShowCard(incident=claim.incident))

    async def _again(
        self, claim: Claim, error: str, *, after: float = 0.0, at_once: bool = False
    ) -> str:
        """Try it again; park it after so many tries that it will hardly pass by itself.

        Args:
            after: seconds before which Slack does not want to see it.
            at_once: there is nothing to wait for.
        """
        if claim.attempts >= TRIES:
            return await self._park(claim, error)
        pause = min(FIRST * 2 ** (claim.attempts - 1), LONGEST)
        pause *= self._random.uniform(0.5, 1.5)  # so that many do not come back at once
        # Not before Slack's own time; and later, if that has not helped so far.
        wait = 0.0 if at_once else max(pause, after)
        due = self._crew.clock() + timedelta(seconds=wait)
        await self._put_back(claim, error, due)
        return "again"

    async def _look_again(self, claim: Claim) -> None:
        """Whoever was late may have written over what is newer: a card is shown once more."""
        job = unpack(claim.kind, claim.fields)
        if isinstance(job, ShowCard | Announce | ShowHome | ShowHomes | ShowAlert | ShowStorm):

            async def ask(tx: Transaction) -> None:
                if await tx.is_installed():  # else there is nobody to show it to
                    await tx.ask(job)

            try:
                await self._store.of(claim.team).write(ask)
            except (SQLAlchemyError, OSError) as trouble:
                log.error("job.not_asked", error=repr(trouble)[:300])

    async def _pause(self, claim: Claim, after: float) -> str:
        """It goes on later: it has not failed, and may be tried as often as any other from there."""
        due = self._crew.clock() + timedelta(seconds=after)
        await self._put_back(claim, "", due, attempts=0)
        return "paused"

    async def _put_off(self, claim: Claim, put_off: PutOff, stint: Stint) -> str:
        """It is not its turn: that is no try, unless there is something to be looked for now."""
        due = self._crew.clock() + timedelta(seconds=put_off.after)
        tries = max(claim.attempts - 1, int(stint.posted))
        await self._put_back(claim, None, due, attempts=tries, waits_for=put_off.method)
        asyncio.get_running_loop().call_later(put_off.after, self._store.work.set)
        return "put_off"

    async def _refused(self, claim: Claim, refused: SlackRefused) -> str:
        if refused.code in UNWELCOME and await self._crew.has_new_token(claim.team):
            return await self._again(claim, str(refused), at_once=True)
        return await self._park(claim, str(refused))

    async def _park(self, claim: Claim, error: str) -> str:
        await self._put_back(claim, error, None)
        return "parked"

    async def _put_back(
        self,
        claim: Claim,
        error: str | None,
        due_at: datetime | None,
        *,
        attempts: int | None = None,
        waits_for: str | None = None,
    ) -> None:
        async def put_back(tx: Transaction) -> None:
            kept = await tx.put_back(
                claim, error=error, due_at=due_at, attempts=attempts, waits_for=waits_for
            )
            # The card says what was not done, unless it is the card itself that was not.
            parked = kept and due_at is None and claim.kind != CARD
            if parked and claim.incident is not None and await tx.is_installed():
                await tx.ask(ShowCard(incident=claim.incident))

        try:
            await self._store.of(claim.team).write(put_back)
        except (SQLAlchemyError, OSError) as trouble:
            log.error("job.not_put_back", error=repr(trouble)[:300])  # its lease runs out


def _at_pace(tools: Tools, job: Job, stint: Stint) -> Tools:
    """What the job may reach for. What a person waits for goes ahead of what may take its turn."""
    if isinstance(job, ShowHome | Welcome):
        return tools
    return replace(tools, slack=tools.slack.at_pace(stint))


def _briefs(tools: Tools, team: str, now: datetime) -> list[HandOver]:
    """The briefs that are due: of the last hand-over, if it was not too long ago."""
    found = []
    for duty in tools.integrations.on_call.schedules:
        brief = duty.brief
        if brief is None or brief.workspace not in ("", team):
            continue
        turn = last_turn(now, day=brief.day, at=brief.at, zone=tools.zone)
        if now - turn < LATE:
            found.append(HandOver(service=duty.service, until=int(turn.timestamp())))
    return found
