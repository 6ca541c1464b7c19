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
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, delete, false, func, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

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
from incibot.core.chain import (
    Difference,
    Tip,
    Verdict,
    incident_fact,
    redacted_fact,
    review_fact,
)
from incibot.core.chain import verify as hold_against
from incibot.core.change import Change, Post
from incibot.core.history import Completeness, Head, History, Interval, Outcome, covering
from incibot.core.incident import Incident
from incibot.core.jobs import CatchUp, Job, LearnPerson, Remind, ShowHome
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Playbook, Reminder
from incibot.core.reminders import Kept, Lack, Stand, lacks
from incibot.core.review.erasing import without
from incibot.core.timeline import Entry, EntryKind, MarkEvent, Recorded, ts_of
from incibot.core.visibility import may_see
from incibot.errors import Conflict, NotFound, NotInstalled
from incibot.log import logger
from incibot.store import (
    catching_up,
    chain,
    codings,
    incidents,
    jobs,
    reminders,
    timeline,
    workspaces,
)
from incibot.store.database import LOCK, Turn, ailment, collided, insert_once, locked, put
from incibot.store.jobs import Claim, Parked
from incibot.store.schema import entries as entry_rows
from incibot.store.schema import incidents as incident_rows
from incibot.store.schema import jobs as job_rows
from incibot.store.schema import (
    listening,
    people,
    posts,
    receipts,
    review_versions,
    reviews,
)
from incibot.store.schema import workspace as workspace_rows
from incibot.store.workspaces import FIRST, Workspace

MISSED = timedelta(days=1)  # what was due longer ago, before incibot reminded of it, stays unsaid
RECEIPTS = timedelta(days=2)  # Slack retries for minutes, with delayed events for a day
HURRY = 2.5  # seconds after which a transaction that waits for others is not begun again
LATEST = 20  # texts of a review that are looked at for who wrote a line
COLLISIONS = 8  # how often one unit of work is begun before a deadlock is somebody's error

log = logger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A review draft as people left it; `version` counts how often it was written."""

    markdown: str
    version: int
    written_at: datetime


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
        return Transaction(
            connection, self.book, self.clock(), team=self.team, scope=scope, met=self._met
        )

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


class Transaction:
    """What may be read and written in one unit of work. `at` is its time, in UTC.

    All that it reads is its workspace's, and all that it writes bears its mark. An incident of
    another workspace is one that does not exist. Keys that are unique over all workspaces are
    written with the workspace's id before them, and read without.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        book: Playbook,
        at: datetime,
        *,
        team: str | None,
        scope: str | None,
        met: set[int],
    ) -> None:
        self._connection = self.connection = connection
        self.book = book
        self.at = at
        self.asked = False
        self.ledger = chain.Ledger()
        self.team = team
        self._scope = scope
        self._known = met  # numbers of incidents that are ours, from earlier transactions
        self.met: set[int] = set()  # and from this one

    # Whose it is

    @property
    def _own(self) -> str:
        """What marks our rows. Nobody writes a workspace's rows without being in it."""
        if self._scope is None:
            raise RuntimeError("what belongs to a workspace is written in `Store.of` that one")
        return self._scope

    def _of_ours(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition that a row is ours; none where all are looked at."""
        return [] if self._scope is None else [column == self._scope]

    def _key(self, key: str) -> str:
        """The key of a row of ours, among those of all workspaces."""
        return f"{self._own}|{key}" if self._own else key

    def _plain(self, key: str) -> str:
        """The inverse."""
        return key.removeprefix(f"{self._own}|") if self._own else key

    async def _is_ours(self, number: int) -> bool:
        """Whether that is an incident of ours."""
        if self._scope is None or number in self._known or number in self.met:
            return True
        if await incidents.whose(self._connection, number) != self._scope:
            return False
        self.met.add(number)
        return True

    async def _must_be_ours(self, number: int) -> None:
        """Raises NotFound, as if there were none, for an incident of another workspace."""
        if not await self._is_ours(number):
            raise _no_incident(number)

    # Deliveries

    async def receive(self, key: str) -> bool:
        """Sign for a delivery. False if it came before."""
        return await insert_once(
            self._connection, receipts, key=self._key(key), received_at=self.at
        )

    async def forget_receipts(self) -> None:
        """Throw away receipts older than any retry."""
        await self._connection.execute(
            delete(receipts).where(receipts.c.received_at < self.at - RECEIPTS)
        )

    # Incidents

    async def next_number(self) -> int:
        return await incidents.next_number(self._connection)

    async def incident(self, number: int) -> Incident:
        """Raises NotFound if there is none."""
        found = await self._load(incident_rows.c.number == number)
        if not found:
            raise _no_incident(number)
        return found[0]

    async def _load(self, *where: ColumnElement[bool], limit: int | None = None) -> list[Incident]:
        return await incidents.load(
            self._connection, *self._of_ours(incident_rows.c.team), *where, limit=limit
        )

    async def incident_seen_by(self, number: int, viewer: UserId) -> Incident:
        """The incident, if the viewer may see it; else the same NotFound as if there were none."""
        incident = await self.incident(number)
        if not may_see(incident, viewer):
            raise _no_incident(number)
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
        number = change.incident.number if change.incident else change.about
        for entry in change.entries:
            if number is None:
                raise ValueError(f"the entry {entry.key} belongs to no incident")
            await self.record(number, entry)
        for post in change.posts:
            await self._remember(post)
        for job in change.jobs:
            await self.ask(job)
        return stored

    # The timeline

    async def record(self, number: int, entry: Entry, *, since: str = "") -> bool:
        """Store an entry; the incident stands as it did. False if it was there already."""
        await self._must_be_ours(number)
        return await timeline.record(
            self._connection,
            self.ledger,
            number,
            entry,
            ours=self._is_ours,
            at=self.at,
            since=since,
        )

    async def reword(self, key: str, words: str, *, since: str) -> bool:
        return await timeline.reword(
            self._connection, self.ledger, key, words, ours=self._is_ours, since=since
        )

    async def erase(self, channel: ChannelId, ts: str, *, at: datetime) -> None:
        """The message was deleted in Slack: its words go, in each timeline that has it."""
        await catching_up.is_known_now(self._connection, channel, ts, scope=self._own)
        said = await timeline.said_in(self._connection, channel, ts, ours=self._is_ours)
        await timeline.erase(self._connection, self.ledger, channel, ts, ours=self._is_ours, at=at)
        for entry, (number, wordings) in said.items():
            await self._erase_quotes(number, entry, wordings)

    async def _erase_quotes(self, number: int, entry: int, wordings: Sequence[str]) -> None:
        """In each text that the review ever had, where incibot has quoted them.

        As it stands, the review gets a version more, so that whoever has it open writes over nothing.
        """
        kept = await self.kept_review(number)
        if kept is None:
            return
        incident = await self.incident(number)
        channels: dict[str, str] = {}
        if incident.channel:
            channels[incident.channel] = incident.channel_name

        def without_them(markdown: str) -> str:
            return without(markdown, entry, wordings, channels)

        if (bare := without_them(kept.markdown)) != kept.markdown:
            await self.rewrite_review(number, bare, over=kept.version)
        query = select(review_versions).where(review_versions.c.incident == number)
        for row in (await self._connection.execute(query.with_for_update())).mappings().all():
            bare = without_them(row["markdown"])
            if bare == row["markdown"]:
                continue
            version = {**row, "markdown": bare, "salt": self.ledger.salt()}
            await self._connection.execute(
                update(review_versions)
                .where(
                    review_versions.c.incident == number,
                    review_versions.c.version == row["version"],
                )
                .values(markdown=bare, salt=version["salt"])
            )
            self.ledger.note(number, redacted_fact(version))

    async def bears(self, channel: ChannelId, ts: str) -> bool:
        """Whether the message is in any timeline."""
        return bool(await timeline.bearing(self._connection, channel, ts, ours=self._is_ours))

    async def take_back(self, number: int, entry: int, *, by: UserId) -> bool:
        """Strike the incident's entry out. False if it was already."""
        await self._must_be_ours(number)
        return await timeline.take_back(
            self._connection, self.ledger, number, entry, at=self.at, by=by
        )

    async def mark(self, event: MarkEvent) -> bool:
        return await timeline.mark(self._connection, self.ledger, event, scope=self._own)

    async def set_member(self, number: int, user: UserId, *, present: bool, as_of: str) -> None:
        await self._must_be_ours(number)
        await incidents.set_member(self._connection, number, user, present=present, as_of=as_of)

    async def present(self, number: int) -> frozenset[UserId]:
        """Who is in the incident's channel, as far as we have heard."""
        await self._must_be_ours(number)
        return await incidents.present(self._connection, number)

    async def rooms(self, numbers: Iterable[int]) -> dict[int, frozenset[UserId]]:
        """Who is in the channels of these incidents."""
        ours = self._of_ours(incident_rows.c.team)
        return await incidents.rooms(self._connection, numbers, *ours)

    async def outcomes(self, number: int) -> dict[int, Outcome]:
        """What became of the hypotheses, by the ids of their entries."""
        await self._must_be_ours(number)
        return await timeline.outcomes(self._connection, number)

    async def entry(self, number: int, entry: int) -> Recorded:
        """Raises NotFound if the incident has no such entry."""
        await self._must_be_ours(number)
        found = await timeline.find(self._connection, number, entry_rows.c.id == entry)
        if not found:
            raise NotFound(f"INC-{number} has no entry {entry}.")
        return found[0]

    async def entry_by_key(self, number: int, key: str) -> Recorded | None:
        await self._must_be_ours(number)
        found = await timeline.find(self._connection, number, entry_rows.c.key == key)
        return found[0] if found else None

    async def entry_at(self, number: int, channel: ChannelId, ts: str) -> Recorded | None:
        """The entry that a message in Slack bears."""
        await self._must_be_ours(number)
        found = await timeline.find(
            self._connection, number, entry_rows.c.channel == channel, entry_rows.c.ts == ts
        )
        return found[0] if found else None

    async def last_entries(self, number: int, count: int) -> list[Recorded]:
        await self._must_be_ours(number)
        return await timeline.find(self._connection, number, limit=count)

    async def entries(self, number: int) -> AsyncIterator[Recorded]:
        """The whole timeline in the order of time, page by page."""
        await self._must_be_ours(number)
        async for entry in timeline.pages(self._connection, number):
            yield entry

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
            head=head, entries=tuple([entry async for entry in self.entries(incident.number)])
        )

    # People and the workspace

    async def people(self) -> Directory:
        rows = await self._connection.execute(select(people).where(people.c.team == self._own))
        found = map(self._person, rows)
        return Directory(MappingProxyType({person.id: person for person in found}))

    async def person(self, user: UserId) -> Person | None:
        query = select(people).where(people.c.user == self._key(user), people.c.team == self._own)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else self._person(row)

    def _person(self, row: Row[Any]) -> Person:
        return Person(
            id=UserId(self._plain(row.user)),
            name=row.name,
            zone=row.zone,
            is_bot=row.is_bot,
            deleted=row.deleted,
            outside=row.outside,
        )

    async def learn(self, persons: Iterable[Person]) -> None:
        """Note who people are, as Slack has them now. Who is a guest sees less from now on."""
        here = await self.workspace()
        for person in persons:
            abroad = bool(here and person.teams and here.team not in person.teams)
            outside = True if abroad else person.outside
            known = await self.person(person.id)
            values = {
                "name": person.name,
                "zone": person.zone,
                "is_bot": person.is_bot,
                "deleted": person.deleted,
                "outside": outside,
                "learnt_at": self.at,
                "team": self._own,
            }
            await put(self._connection, people, {"user": self._key(person.id)}, values)
            if known is None or known.outside != outside:
                await self.redraw_home(person.id)

    async def redraw_home(self, user: UserId) -> None:
        """Ask for their App Home to be drawn anew, if they have ever looked at it."""
        job = ShowHome(user=user)
        if await self.post(job.key):
            await self.ask(job)

    async def ask_who_is_who(self) -> None:
        """Ask about those of whom an older release did not learn whether they are guests."""
        query = select(people.c.user).where(people.c.outside.is_(None), people.c.team == self._own)
        for user in list((await self._connection.execute(query)).scalars()):
            await self.ask(LearnPerson(user=UserId(self._plain(user))))

    async def strangers(self, users: Iterable[UserId]) -> list[UserId]:
        """Those of them whom we do not know, or not whether they are guests, in the given order."""
        asked = list(dict.fromkeys(users))
        if not asked:
            return []
        known = await self._connection.execute(
            select(people.c.user).where(
                people.c.user.in_(map(self._key, asked)), people.c.outside.is_not(None)
            )
        )
        met = {self._plain(row.user) for row in known}
        return [user for user in asked if user not in met]

    async def workspace(self) -> Workspace | None:
        """Which workspace this is, and who we are in it."""
        found = await workspaces.load(self._connection, workspace_rows.c.scope == self._own)
        return found[0] if found else None

    async def _workspace_of(self, number: int) -> Workspace | None:
        scope = await incidents.whose(self._connection, number)
        found = await workspaces.load(self._connection, workspace_rows.c.scope == scope)
        return found[0] if found else None

    async def is_installed(self) -> bool:
        """Whether incibot still is in this workspace, as far as Slack has told."""
        query = select(workspace_rows.c.ended_at).where(workspace_rows.c.scope == self._own)
        row = (await self._connection.execute(query)).one_or_none()
        return row is None or row.ended_at is None

    async def workspaces(self, *, ended: bool = False) -> list[Workspace]:
        """Those that we are in, or were in; of one workspace, itself. The last settled in is first."""
        where = self._of_ours(workspace_rows.c.scope)
        if not ended:
            where.append(workspace_rows.c.ended_at.is_(None))
        return await workspaces.load(self._connection, *where)

    async def settled_at(self, team: str) -> datetime | None:
        """When Slack last said that we are in that workspace."""
        self._is_about(team)
        query = select(workspace_rows.c.settled_at).where(workspace_rows.c.team == team)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def teams_of(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of the workspaces that the incidents belong to."""
        asked = [number for number in numbers if await self._is_ours(number)]
        return await workspaces.teams_of(self._connection, asked)

    async def teams_in(self, channel: ChannelId) -> list[str]:
        """The workspaces that have an incident in that channel, or messages of it in a timeline."""
        ours = self._of_ours(workspace_rows.c.scope)
        return await workspaces.teams_in(self._connection, channel, *ours)

    async def settle_in(self, here: Workspace) -> None:
        """Note which workspace this is, and that we are in it; what waited there is done now."""
        self._is_about(here.team)
        scope = await workspaces.settle_in(self._connection, here, at=self.at)
        await jobs.take_up(self._connection, scope, at=self.at)
        self.asked = True

    async def leave(self, team: str) -> None:
        """Incibot is no longer installed there: nothing more is done or shown there, nothing lost."""
        self._is_about(team)
        scope = await workspaces.scope_of(self._connection, team)
        if scope is not None:
            await workspaces.end(self._connection, team, at=self.at)
            await jobs.lay_aside(self._connection, scope)

    def _is_about(self, team: str) -> None:
        if self.team not in (None, team):
            raise RuntimeError("who is in a workspace says nothing of another")

    # Messages of ours

    async def post(self, key: str) -> Post | None:
        row = (
            await self._connection.execute(select(posts).where(posts.c.key == self._key(key)))
        ).one_or_none()
        return Post(key=key, channel=row.channel, ts=row.ts) if row else None

    async def posts_of(self, kind: str, *, limit: int) -> list[Post]:
        """Those whose keys begin so, such as ``home``; those with the greatest ts first."""
        query = (
            select(posts)
            .where(
                posts.c.key.startswith(self._key(f"{kind}:"), autoescape=True),
                posts.c.team == self._own,
            )
            .order_by(posts.c.ts.desc())
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [Post(key=self._plain(row.key), channel=row.channel, ts=row.ts) for row in rows]

    async def _remember(self, post: Post) -> None:
        """Note where a message of ours is; an echo is from then on what people mark."""
        values = {"channel": post.channel, "ts": post.ts, "team": self._own}
        await put(self._connection, posts, {"key": self._key(post.key)}, values)
        if post.key.startswith("echo:"):
            key = post.key.removeprefix("echo:")
            await self._show_at(key, post)
        if post.key.startswith("card:"):  # where the declaration can be looked at
            key = post.key.replace("card", "declared", 1)
            await self._show_at(key, post)

    async def _show_at(self, key: str, post: Post) -> None:
        await timeline.show_at(
            self._connection, self.ledger, key, post.channel, post.ts, ours=self._is_ours
        )

    # Jobs

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

    # Reviews

    async def review(self, number: int) -> str | None:
        """The draft as people left it, in Markdown."""
        await self._must_be_ours(number)
        query = select(reviews.c.markdown).where(reviews.c.incident == number)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def drafted(self, numbers: Iterable[int]) -> frozenset[int]:
        """Those of the incidents that have a review draft."""
        query = select(reviews.c.incident).where(
            reviews.c.incident.in_(list(numbers)),
            incidents.of_scope(reviews.c.incident, self._scope),
        )
        return frozenset((await self._connection.execute(query)).scalars())

    async def kept_review(self, number: int) -> KeptReview | None:
        """The draft with what is needed to write it anew."""
        await self._must_be_ours(number)
        row = (
            await self._connection.execute(select(reviews).where(reviews.c.incident == number))
        ).one_or_none()
        if row is None:
            return None
        return KeptReview(markdown=row.markdown, version=row.version, written_at=row.drafted_at)

    async def own_lines(self, number: int, user: UserId) -> frozenset[str]:
        """The lines of the review that came in with one of its latest texts that they wrote."""
        await self._must_be_ours(number)
        query = (
            select(review_versions.c.markdown, review_versions.c.by)
            .where(review_versions.c.incident == number)
            .order_by(review_versions.c.version.desc())
            .limit(LATEST)
        )
        texts = list(reversed((await self._connection.execute(query)).all()))
        own: set[str] = set()
        before: set[str] = set()
        for place, text in enumerate(texts):
            lines = set(text.markdown.split("\n"))
            if text.by == user and (place or len(texts) < LATEST):
                own |= lines - before
            before = lines
        return frozenset(own)

    async def rewrite_review(
        self, number: int, markdown: str, *, over: int, by: UserId | None = None
    ) -> None:
        """Keep the text in place of that version of it; of none, where `over` is 0.

        Earlier texts stay in `review_versions`.

        Raises:
            Conflict: somebody else wrote since.
        """
        await self._must_be_ours(number)
        values = {"markdown": markdown, "drafted_at": self.at, "version": over + 1}
        if over == 0:
            await incidents.hold(self._connection, number)
            written = await insert_once(self._connection, reviews, incident=number, **values)
        else:
            changed = await self._connection.execute(
                update(reviews)
                .where(reviews.c.incident == number, reviews.c.version == over)
                .values(**values)
            )
            written = changed.rowcount == 1
        if not written:
            raise Conflict(f"the review of INC-{number} was written since version {over}")
        version = {
            "incident": number,
            "version": over + 1,
            "markdown": markdown,
            "by": by,
            "at": self.at,
            "salt": self.ledger.salt(),
        }
        await self._connection.execute(insert(review_versions).values(**version))
        self.ledger.note(number, review_fact(version))
        if over == 0:
            await self._set_reminders(await self.incident(number))

    # Reminders

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

    # The chain of the record

    async def verdict(self, number: int, *, kept: Tip | None = None) -> Verdict:
        """What the incident's chain proves. Raises NotFound if there is no trace of it.

        Args:
            kept: where the chain ended at an earlier time, as somebody kept it elsewhere.
        """
        await self._must_be_ours(number)
        found = await chain.verdict(self._connection, number, kept=kept)
        if not (found.entries or found.changes or found.tip.length):
            raise _no_incident(number)
        return found

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


def _no_incident(number: int) -> NotFound:
    """What is said where there is none, and where there is one that is not to be known of."""
    return NotFound(f"There is no INC-{number}. `/incident list` shows what there is.")
