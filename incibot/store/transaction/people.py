"""People, workspaces, and where messages of ours are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from incibot.core.change import Post
from incibot.core.jobs import LearnPerson, ShowHome
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.store import incidents, jobs, timeline, workspaces
from incibot.store.database import put
from incibot.store.schema import people, posts
from incibot.store.schema import workspace as workspace_rows
from incibot.store.transaction.asking import Asking
from incibot.store.workspaces import Workspace


class People(Asking):
    """People, workspaces, and where messages of ours are."""

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
