"""One unit of work: what happens in it is written whole, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import false, true
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from incibot.core.chain import Difference, incident_fact
from incibot.core.chain import verify as hold_against
from incibot.core.change import Change
from incibot.core.history import Completeness, Head, History
from incibot.core.incident import Incident
from incibot.core.jobs import Job
from incibot.core.playbook import Playbook
from incibot.core.review.telling import window
from incibot.core.visibility import NOBODY, may_see
from incibot.errors import NotInstalled
from incibot.log import logger
from incibot.store import catching_up, chain, codings, incidents, timeline, workspaces
from incibot.store.database import LOCK, Turn, ailment, collided, locked
from incibot.store.schema import incidents as incident_rows
from incibot.store.transaction.following import Following
from incibot.store.transaction.reviewing import KeptReview
from incibot.store.workspaces import FIRST

__all__ = ["Clock", "KeptReview", "Store", "Transaction"]

HURRY = 2.5  # seconds after which a transaction that waits for others is not begun again
A_YEAR = timedelta(days=365)
COMPARED = 200  # incidents that one is compared with
QUOTED = 2000  # of their entries that people marked or typed as what they are
COLLISIONS = 8  # how often one unit of work is begun before a deadlock is somebody's error

log = logger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]
Tells = Callable[[Change], Iterable[Job]]


@dataclass(slots=True, kw_only=True)
class _Shared:
    """What all that look at one database have in common."""

    engine: AsyncEngine
    book: Playbook
    clock: Clock
    turn: Turn
    work: asyncio.Event
    salts: Callable[[], str]
    trouble: str
    tells: Tells
    stores: dict[str | None, Store]


class Store:
    """The database as one workspace sees it, and the one way to begin a transaction in it.

    What is made first is the one of the workspace that was there first, whichever that is; `of`
    gives each other workspace's, and `whole` looks at all of them.

    Attributes:
        team: the workspace's id; empty for the first one; None for all of them.
    """

    def __init__(self, engine: AsyncEngine, book: Playbook, clock: Clock) -> None:
        self._shared = _Shared(
            engine=engine,
            book=book,
            clock=clock,
            turn=Turn(engine),
            work=asyncio.Event(),
            salts=chain.fresh_salt,
            trouble="",
            tells=lambda change: (),
            stores={FIRST: self},
        )
        self._look_as(FIRST, FIRST)

    def _look_as(self, team: str | None, scope: str | None = None) -> None:
        self.team = team
        self._scope = scope  # what is found once is so for good
        self._met: set[int] = set()  # numbers of incidents that are this workspace's: so for good

    def of(self, team: str) -> Store:
        """The same database, as that workspace sees it: no row of another's, by whatever way."""
        return self._other(team)

    @property
    def whole(self) -> Store:
        """The one door through which all workspaces are seen at once.

        For what has none or all of them: claiming jobs, tidying, metrics, and the operator's
        commands. Whatever is shown to people, or done in their name, goes through `of`.
        """
        return self._other(None)

    def _other(self, team: str | None) -> Store:
        found = self._shared.stores.get(team)
        if found is None:
            found = copy(self)
            found._look_as(team)
            self._shared.stores[team] = found
        return found

    async def _own_scope(self, connection: AsyncConnection) -> str | None:
        """Raises NotInstalled for a workspace that was never served."""
        if self.team is not None and self._scope is None:
            self._scope = await workspaces.scope_of(connection, self.team)
            if self._scope is None:
                raise NotInstalled(self.team)
        return self._scope

    async def _transaction(self, connection: AsyncConnection) -> Transaction:
        scope = await self._own_scope(connection)
        tx = Transaction(
            connection, self.book, self.clock(), team=self.team, scope=scope, met=self._met
        )
        tx._tells = self.tells
        return tx

    @property
    def engine(self) -> AsyncEngine:
        return self._shared.engine

    @property
    def book(self) -> Playbook:
        return self._shared.book

    @book.setter
    def book(self, book: Playbook) -> None:
        self._shared.book = book

    @property
    def clock(self) -> Clock:
        return self._shared.clock

    @property
    def work(self) -> asyncio.Event:
        """Set when a job was written in this process."""
        return self._shared.work

    @property
    def trouble(self) -> str:
        """Why the last unit of work could not be written; empty where it could."""
        return self._shared.trouble

    @trouble.setter
    def trouble(self, why: str) -> None:
        self._shared.trouble = why

    @property
    def salts(self) -> Callable[[], str]:
        """Where salts come from; a story that is to be told twice alike brings its own."""
        return self._shared.salts

    @salts.setter
    def salts(self, salts: Callable[[], str]) -> None:
        self._shared.salts = salts

    @property
    def tells(self) -> Tells:
        """Who else is to be told of a change, as jobs; nobody, unless the App has set it."""
        return self._shared.tells

    @tells.setter
    def tells(self, tells: Tells) -> None:
        self._shared.tells = tells

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A transaction that is committed at the end, or rolled back if anything is raised."""
        async with self._shared.turn, self.engine.begin() as connection:
            tx = await self._transaction(connection)
            tx.ledger.salt = self.salts
            yield tx
            await tx.ledger.append(connection, at=tx.at)
        self._met |= tx.met
        if tx.asked:
            self.work.set()

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """A transaction like `begin`'s; begun again if the database gave it up for another's sake.

        Two who write the same rows at once may block each other on a server: it lets one of them
        in, and the other has only to come again.

        Args:
            work: all that is read and written; nothing else, since it may be done several times.
        """
        attempt = 1
        begun = time.monotonic()
        while True:
            try:
                async with self.begin() as tx:
                    done = await work(tx)
                self._notice("")
                return done
            except chain.Overtaken:
                if attempt == COLLISIONS:
                    raise
            except DBAPIError as error:
                passed = time.monotonic() - begun
                # Somebody may hold on to a row for long: there is time to try it once more.
                if locked(error):
                    log.warning("database.busy", seconds=round(passed, 1), attempt=attempt)
                again = passed + LOCK < HURRY if locked(error) else collided(error)
                if not again or attempt == COLLISIONS:
                    self._notice(ailment(error))
                    raise
            except (SQLAlchemyError, OSError) as error:
                self._notice(ailment(error))
                raise
            attempt += 1

    def _notice(self, trouble: str) -> None:
        """Remember whether the database takes what is written; say so when that changes."""
        if trouble and not self.trouble:
            log.error("database.takes_no_writes", why=trouble)
        elif self.trouble and not trouble:
            log.info("database.takes_writes_again")
        self.trouble = trouble

    async def take_up(self) -> int:
        """Link what was recorded without a link: before there were chains, or by an older release.

        How many facts it were. Any number of processes may do it at once.
        """
        if self.team is not None:
            return await self.whole.take_up()
        async with self._look() as connection:
            numbers = await chain.unchecked(connection)
        count = 0
        for number in numbers:
            count += await self._take_up(number)
        return count

    async def _take_up(self, number: int) -> int:
        async with self._look() as connection:
            kept = await chain.read(connection, number)
            until = await chain.older_until(connection)
        open_still = chain.may_be_older(kept.links, until)
        found = await asyncio.to_thread(hold_against, kept, older=open_still)
        for wrong in found.wrong:
            log.error("record.altered", incident=number, entry=wrong.entry, says=wrong.says)
        over = until is None or self.clock() > until + chain.MARGIN
        count = 0
        for begin in range(0, len(found.loose) or 1, chain.BATCH):
            batch = found.loose[begin : begin + chain.BATCH]
            last = begin + chain.BATCH >= len(found.loose)
            if not batch and not over:
                break

            async def work(
                tx: Transaction, batch: Sequence[Difference] = batch, done: bool = last and over
            ) -> int:
                return await chain.take_up(tx.connection, kept, batch, at=tx.at, done=done)

            count += await self.write(work)
        if count:
            log.info("record.taken_up", incident=number, facts=count)
        return count

    @asynccontextmanager
    async def _look(self) -> AsyncIterator[AsyncConnection]:
        async with self.read() as tx:
            yield tx.connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A transaction that sees the database as it is now, all through, and holds up no writer."""
        async with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execution_options(sqlite_begin="DEFERRED")
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            tx = await self._transaction(connection)
            yield tx
            self._met |= tx.met


class Transaction(Following):
    """What may be read and written in one unit of work; see `Scoped` for whose it is."""

    _tells: Tells

    async def apply(self, change: Change) -> Incident | None:
        """Write the change whole. The incident as it is stored now, if it changed.

        Raises:
            Conflict: somebody else changed the incident since it was read.
        """
        stored = None
        if change.incident is not None:
            over = self.book.is_over(change.incident.status)
            if change.incident.version:
                await self._must_be_ours(change.incident.number)
            state = await incidents.save(
                self._connection, change.incident, scope=self._own, over=over
            )
            self.ledger.note(change.incident.number, incident_fact(state))
            stored = change.incident
            await self._set_reminders(change.incident)
            await self._set_hearing(change.incident)
        number = change.incident.number if change.incident else change.about
        fresh = []
        for entry in change.entries:
            if number is None:
                raise ValueError(f"the entry {entry.key} belongs to no incident")
            if await self.record(number, entry):
                fresh.append(entry)
        if stored is not None and not self.book.is_over(stored.status):
            # There may be evidence already of what is declared or taken up again just now.
            anew = stored.version == 0 or stored.turned_at == self.at
            if anew:
                await self.join_evidence(stored.number)
        for post in change.posts:
            await self._remember(post)
        for follow_up in change.follow_ups:
            await self._keep_follow_up(follow_up)
        for publication in change.publications:
            await self._keep_publication(publication)
        for job in change.jobs:
            await self.ask(job)
        for told in self._tells(replace(change, entries=tuple(fresh))):
            await self.ask(told)
        return stored

    async def head(self, incident: Incident, *, zone: ZoneInfo) -> Head:
        """What an export needs beside the entries."""
        await self._must_be_ours(incident.number)
        seen, edited, deleted = await timeline.counts(self._connection, incident.number)
        here = await self._workspace_of(incident.number)
        fetched = await catching_up.all_fetched(self._connection, incident.number)
        foreign = incident.channel is None and await timeline.is_foreign(
            self._connection, incident.number
        )
        gaps = () if foreign else await self._gaps(incident, fetched)
        return Head(
            incident=incident,
            people=await self.people(),
            completeness=Completeness(
                messages=seen,
                edited=edited,
                deleted=deleted,
                not_listening=gaps,
                fetched=tuple(fetched),
            ),
            workspace_url=here.url if here else "",
            zone=zone,
            at=self.at,
            responders=await timeline.responders(self._connection, incident.number),
            outcomes=await self.outcomes(incident.number),
            titles={role.word: role.title for role in self.book.roles},
            record=await chain.tip_of(self._connection, incident.number),
            foreign=foreign,
            config=hashlib.sha256(repr(self.book).encode()).hexdigest()[:16],
            codings=await codings.load(self._connection, incident.number),
        )

    async def history(self, incident: Incident, *, zone: ZoneInfo) -> History:
        """The incident with its whole timeline, in memory: for a review."""
        head = await self.head(incident, zone=zone)
        return History(
            head=head,
            entries=tuple([entry async for entry in self.entries(incident.number)]),
            voices=await self.voices(incident.number),
        )

    async def past(self, history: History) -> tuple[History, ...]:
        """Other incidents to compare one with, the newest first; of each no more than that takes.

        Only what everybody in the workspace may see, since it is told in a draft that others read:
        the last of those that have ended, declared in the year before it or while it went on.
        """
        incident = history.incident
        began, ended = window(history) or (incident.declared_at, incident.declared_at)
        last = max(ended, incident.declared_at)
        found = await self._load(
            incident_rows.c.number != incident.number,
            incident_rows.c.private == false(),
            incident_rows.c.over == true(),
            incident_rows.c.declared_at.between(incident.declared_at - A_YEAR, last),
            limit=COMPARED,
        )
        others = [one for one in found if may_see(one, NOBODY)]
        if not others:
            return ()
        gist = await timeline.gist(
            self._connection, [one.number for one in others], at=began, most=QUOTED
        )
        return tuple(
            History(head=replace(history.head, incident=one), entries=tuple(gist[one.number]))
            for one in others
        )
