"""One unit of work: what happens in it is written whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, false, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from incibot.core.change import Change, Post
from incibot.core.history import Completeness, Head, History, Interval, Outcome
from incibot.core.incident import Incident
from incibot.core.jobs import Job
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Playbook
from incibot.core.timeline import Entry, MarkEvent, Recorded
from incibot.core.visibility import may_see
from incibot.errors import Conflict, NotFound
from incibot.store import incidents, jobs, timeline
from incibot.store.database import Turn, collided, insert_once, put
from incibot.store.jobs import Claim, Parked
from incibot.store.schema import entries as entry_rows
from incibot.store.schema import incidents as incident_rows
from incibot.store.schema import listening, people, posts, receipts, reviews, workspace

RECEIPTS = timedelta(days=2)  # Slack retries for minutes, with delayed events for a day
COLLISIONS = 8  # how often one unit of work is begun before a deadlock is somebody's error

T = TypeVar("T")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The Slack workspace that we serve, and who we are in it. `url` ends in a slash."""

    team: str
    name: str
    url: str
    bot_user: UserId
    bot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A review draft as people left it; `version` counts how often it was written."""

    markdown: str
    version: int
    written_at: datetime


class Store:
    """The database, and the one way to begin a transaction in it."""

    def __init__(self, engine: AsyncEngine, book: Playbook, clock: Clock) -> None:
        self.engine = engine
        self.book = book
        self.clock = clock
        self._turn = Turn(engine)
        self.work = asyncio.Event()  # set when a job was written in this process

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A transaction that is committed at the end, or rolled back if anything is raised."""
        async with self._turn, self.engine.begin() as connection:
            tx = Transaction(connection, self.book, self.clock())
            yield tx
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
        while True:
            try:
                async with self.begin() as tx:
                    return await work(tx)
            except DBAPIError as error:
                if not collided(error) or attempt == COLLISIONS:
                    raise
                attempt += 1

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A transaction that sees the database as it is now, all through, and holds up no writer."""
        async with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.execution_options(sqlite_begin="DEFERRED")
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield Transaction(connection, self.book, self.clock())


class Transaction:
    """What may be read and written in one unit of work. `at` is its time, in UTC."""

    def __init__(self, connection: AsyncConnection, book: Playbook, at: datetime) -> None:
        self._connection = connection
        self.book = book
        self.at = at
        self.asked = False

    # Deliveries

    async def receive(self, key: str) -> bool:
        """Sign for a delivery. False if it came before."""
        return await insert_once(self._connection, receipts, key=key, received_at=self.at)

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
        found = await incidents.load(self._connection, incident_rows.c.number == number)
        if not found:
            raise NotFound(f"There is no INC-{number}. `/incident list` shows what there is.")
        return found[0]

    async def incident_seen_by(self, number: int, viewer: UserId) -> Incident:
        """The incident, if the viewer may see it; else the same NotFound as if there were none."""
        incident = await self.incident(number)
        if not may_see(incident, viewer):
            raise NotFound(f"There is no INC-{number}. `/incident list` shows what there is.")
        return incident

    async def incident_in(self, channel: ChannelId) -> Incident | None:
        """The incident whose channel that is."""
        found = await incidents.load(self._connection, incident_rows.c.channel == channel)
        return found[0] if found else None

    async def number_in(self, channel: ChannelId) -> int | None:
        """Its number only: what a message needs, without reading the rest."""
        query = select(incident_rows.c.number).where(incident_rows.c.channel == channel)
        return (await self._connection.execute(query)).scalar_one_or_none()

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
        return await incidents.load(self._connection, *where)

    async def open_by_severity(self) -> dict[str, int]:
        """How many incidents are open, by severity."""
        query = (
            select(incident_rows.c.severity, func.count())
            .where(incident_rows.c.over == false())
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
            await incidents.save(self._connection, change.incident, over=over)
            stored = change.incident
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
        return await timeline.record(self._connection, number, entry, at=self.at, since=since)

    async def reword(self, key: str, words: str, *, since: str) -> bool:
        return await timeline.reword(self._connection, key, words, since=since)

    async def erase(self, channel: ChannelId, ts: str, *, at: datetime) -> None:
        """The message was deleted in Slack: its words go, in each timeline that has it."""
        await timeline.erase(self._connection, channel, ts, at=at)

    async def bears(self, channel: ChannelId, ts: str) -> bool:
        """Whether the message is in any timeline."""
        return bool(await timeline.bearing(self._connection, channel, ts))

    async def take_back(self, entry: int) -> bool:
        return await timeline.take_back(self._connection, entry, at=self.at)

    async def mark(self, event: MarkEvent) -> bool:
        return await timeline.mark(self._connection, event)

    async def set_member(self, number: int, user: UserId, *, present: bool, as_of: str) -> None:
        await incidents.set_member(self._connection, number, user, present=present, as_of=as_of)

    async def present(self, number: int) -> frozenset[UserId]:
        """Who is in the incident's channel, as far as we have heard."""
        return await incidents.present(self._connection, number)

    async def outcomes(self, number: int) -> dict[int, Outcome]:
        """What became of the hypotheses, by the ids of their entries."""
        return await timeline.outcomes(self._connection, number)

    async def entry(self, number: int, entry: int) -> Recorded:
        """Raises NotFound if the incident has no such entry."""
        found = await timeline.find(self._connection, number, entry_rows.c.id == entry)
        if not found:
            raise NotFound(f"INC-{number} has no entry {entry}.")
        return found[0]

    async def entry_by_key(self, number: int, key: str) -> Recorded | None:
        found = await timeline.find(self._connection, number, entry_rows.c.key == key)
        return found[0] if found else None

    async def entry_at(self, number: int, channel: ChannelId, ts: str) -> Recorded | None:
        """The entry that a message in Slack bears."""
        found = await timeline.find(
            self._connection, number, entry_rows.c.channel == channel, entry_rows.c.ts == ts
        )
        return found[0] if found else None

    async def last_entries(self, number: int, count: int) -> list[Recorded]:
        return await timeline.find(self._connection, number, limit=count)

    def entries(self, number: int) -> AsyncIterator[Recorded]:
        """The whole timeline in the order of time, page by page."""
        return timeline.pages(self._connection, number)

    async def head(self, incident: Incident, *, zone: ZoneInfo) -> Head:
        """What an export needs beside the entries."""
        seen, edited, deleted = await timeline.counts(self._connection, incident.number)
        here = await self.workspace()
        return Head(
            incident=incident,
            people=await self.people(),
            completeness=Completeness(
                messages=seen,
                edited=edited,
                deleted=deleted,
                not_listening=await self._gaps(incident),
            ),
            workspace_url=here.url if here else "",
            zone=zone,
            at=self.at,
            responders=await timeline.responders(self._connection, incident.number),
            outcomes=await self.outcomes(incident.number),
            titles={role.word: role.title for role in self.book.roles},
        )

    async def history(self, incident: Incident, *, zone: ZoneInfo) -> History:
        """The incident with its whole timeline, in memory: for a review."""
        head = await self.head(incident, zone=zone)
        return History(
            head=head, entries=tuple([entry async for entry in self.entries(incident.number)])
        )

    # People and the workspace

    async def people(self) -> Directory:
        rows = await self._connection.execute(select(people))
        return Directory(
            MappingProxyType(
                {
                    row.user: Person(
                        id=row.user,
                        name=row.name,
                        zone=row.zone,
                        is_bot=row.is_bot,
                        deleted=row.deleted,
                    )
                    for row in rows
                }
            )
        )

    async def person(self, user: UserId) -> Person | None:
        row = (
            await self._connection.execute(select(people).where(people.c.user == user))
        ).one_or_none()
        if row is None:
            return None
        return Person(
            id=row.user, name=row.name, zone=row.zone, is_bot=row.is_bot, deleted=row.deleted
        )

    async def learn(self, persons: Iterable[Person]) -> None:
        """Note names and time zones as Slack has them now."""
        for person in persons:
            values = {
                "name": person.name,
                "zone": person.zone,
                "is_bot": person.is_bot,
                "deleted": person.deleted,
                "learnt_at": self.at,
            }
            await put(self._connection, people, {"user": person.id}, values)

    async def strangers(self, users: Iterable[UserId]) -> list[UserId]:
        """Those of them whom we have not met, in the given order."""
        asked = list(dict.fromkeys(users))
        if not asked:
            return []
        known = await self._connection.execute(
            select(people.c.user).where(people.c.user.in_(asked))
        )
        met = {row.user for row in known}
        return [user for user in asked if user not in met]

    async def workspace(self) -> Workspace | None:
        row = (await self._connection.execute(select(workspace).limit(1))).one_or_none()
        if row is None:
            return None
        return Workspace(
            team=row.team, name=row.name, url=row.url, bot_user=row.bot_user, bot_id=row.bot_id
        )

    async def settle_in(self, here: Workspace) -> None:
        """Note which workspace this is."""
        values = {
            "name": here.name,
            "url": here.url,
            "bot_user": here.bot_user,
            "bot_id": here.bot_id,
        }
        await self._connection.execute(delete(workspace).where(workspace.c.team != here.team))
        await put(self._connection, workspace, {"team": here.team}, values)

    # Messages of ours

    async def post(self, key: str) -> Post | None:
        row = (
            await self._connection.execute(select(posts).where(posts.c.key == key))
        ).one_or_none()
        return Post(key=row.key, channel=row.channel, ts=row.ts) if row else None

    async def posts_of(self, kind: str, *, limit: int) -> list[Post]:
        """Those whose keys begin so, such as ``home``; those with the greatest ts first."""
        query = (
            select(posts)
            .where(posts.c.key.startswith(f"{kind}:", autoescape=True))
            .order_by(posts.c.ts.desc())
            .limit(limit)
        )
        rows = await self._connection.execute(query)
        return [Post(key=row.key, channel=row.channel, ts=row.ts) for row in rows]

    async def _remember(self, post: Post) -> None:
        """Note where a message of ours is; an echo is from then on what people mark."""
        values = {"channel": post.channel, "ts": post.ts}
        await put(self._connection, posts, {"key": post.key}, values)
        if post.key.startswith("echo:"):
            key = post.key.removeprefix("echo:")
            await timeline.show_at(self._connection, key, post.channel, post.ts)
        if post.key.startswith("card:"):  # where the declaration can be looked at
            key = post.key.replace("card", "declared", 1)
            await timeline.show_at(self._connection, key, post.channel, post.ts)

    # Jobs

    async def ask(self, job: Job) -> None:
        """Ask for a job; it is done after the commit."""
        await jobs.enqueue(self._connection, job, at=self.at)
        self.asked = True

    async def claim(self, *, limit: int, lease: timedelta) -> list[Claim]:
        """Up to so many jobs that are due, for the length of the lease."""
        found = []
        for row in await jobs.due(self._connection, at=self.at, limit=limit):
            claim = await jobs.claim(self._connection, row, at=self.at, lease=lease)
            if claim:
                found.append(claim)
        return found

    async def finish(self, claim: Claim) -> None:
        await jobs.finish(self._connection, claim, at=self.at)

    async def put_back(self, claim: Claim, *, error: str, due_at: datetime | None) -> bool:
        return await jobs.put_back(self._connection, claim, error=error, due_at=due_at)

    async def parked(self, incident: int | None = None) -> list[Parked]:
        return await jobs.parked(self._connection, incident=incident)

    async def retry(self, job: int | None = None) -> int:
        count = await jobs.retry(self._connection, at=self.at, job=job)
        self.asked = True
        return count

    async def waiting(self) -> tuple[int, int, datetime | None]:
        return await jobs.waiting(self._connection)

    # Reviews

    async def review(self, number: int) -> str | None:
        """The draft as people left it, in Markdown."""
        query = select(reviews.c.markdown).where(reviews.c.incident == number)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def drafted(self, numbers: Iterable[int]) -> frozenset[int]:
        """Those of the incidents that have a review draft."""
        query = select(reviews.c.incident).where(reviews.c.incident.in_(list(numbers)))
        return frozenset((await self._connection.execute(query)).scalars())

    async def kept_review(self, number: int) -> KeptReview | None:
        """The draft with what is needed to write it anew."""
        row = (
            await self._connection.execute(select(reviews).where(reviews.c.incident == number))
        ).one_or_none()
        if row is None:
            return None
        return KeptReview(markdown=row.markdown, version=row.version, written_at=row.drafted_at)

    async def rewrite_review(self, number: int, markdown: str, *, over: int) -> None:
        """Keep the text in place of that version of it; of none, where `over` is 0.

        Raises:
            Conflict: somebody else wrote since.
        """
        values = {"markdown": markdown, "drafted_at": self.at, "version": over + 1}
        if over == 0:
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
            found = await incidents.load(self._connection, *where, limit=limit)
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
            {"process": process},
            {"since": since, "until": self.at},
            again={"until": self.at},
        )

    async def _gaps(self, incident: Incident) -> tuple[Interval, ...]:
        """The stretches between declaration and end in which no process was listening."""
        begin = incident.declared_at
        last = select(func.max(entry_rows.c.occurred_at)).where(
            entry_rows.c.incident == incident.number
        )
        end = (await self._connection.execute(last)).scalar_one() or begin
        query = (
            select(listening)
            .where(listening.c.until >= begin, listening.c.since <= end)
            .order_by(listening.c.since)
        )
        gaps = []
        heard = begin
        for row in await self._connection.execute(query):
            if row.since > heard + PATIENCE:
                gaps.append(Interval(since=heard, until=row.since, filled=False))
            heard = max(heard, row.until)
        if end > heard + PATIENCE:
            gaps.append(Interval(since=heard, until=end, filled=False))
        return tuple(gaps)


PATIENCE = timedelta(seconds=60)  # Slack tries again at once and after a minute: no gap by itself
