"""A workspace with incibot in it: what a person does goes in by signed requests, what Slack shows comes out."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import delete, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.app import App, build
from incibot.config import Integrations, Settings
from incibot.core.history import Head
from incibot.core.incident import Incident
from incibot.core.playbook import Playbook
from incibot.core.timeline import Recorded
from incibot.exports import format_of
from incibot.playground import CommandAnswer, Person, Playground
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.store import migrations
from incibot.store.database import connect, url_of
from incibot.store.schema import counters, metadata

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
DATABASES = tuple(
    url.strip()
    for url in os.environ.get("INCIBOT_TEST_DATABASES", "sqlite://").split(",")
    if url.strip()
)


class Clock:
    """The time of a test: it stands still until it is told to pass."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **units: float) -> None:
        self.at += timedelta(**units)


@dataclass(slots=True, kw_only=True)
class Bench:
    """incibot and its Slack, in one event loop."""

    slack: Playground
    app: App
    clock: Clock
    url: str

    def person(self, name: str) -> Person:
        return self.slack.person(name)

    async def settle(self) -> None:
        """Until Slack has delivered everything and every job that is due is done."""
        while True:
            await self.slack.settled()
            await self.app.inbound.drain()
            if not await self.app.runner.work_off():
                return

    async def types(
        self, text: str, *, who: str = "ana", channel: str = "general"
    ) -> CommandAnswer:
        answer = await self.person(who).types(f"/incident {text}".strip(), channel)
        await self.settle()
        return answer

    async def declares(
        self, text: str = "sev2 Checkout answers 500", *, who: str = "ana"
    ) -> Incident:
        """An incident with its channel."""
        before = len(await self.incidents())
        answer = await self.types(f"declare {text}", who=who)
        found = await self.incidents()
        assert len(found) == before + 1, answer
        return found[0]

    async def incidents(self) -> list[Incident]:
        async with self.app.store.read() as tx:
            return await tx.all_incidents()

    async def incident(self, number: int = 1) -> Incident:
        async with self.app.store.read() as tx:
            return await tx.incident(number)

    async def timeline(self, number: int = 1) -> list[Recorded]:
        async with self.app.store.read() as tx:
            return [entry async for entry in tx.entries(number)]

    async def kinds(self, number: int = 1) -> list[str]:
        return [entry.kind.value for entry in await self.timeline(number)]

    async def head(self, number: int = 1, zone: str = "UTC") -> Head:
        async with self.app.store.read() as tx:
            return await tx.head(await tx.incident(number), zone=ZoneInfo(zone))

    async def export(self, format: str = "json", number: int = 1) -> str:
        async with self.app.store.read() as tx:
            head = await tx.head(await tx.incident(number), zone=ZoneInfo("UTC"))
            write = format_of(format).write
            chunks = write(head, tx.entries(number), self.app.tools.renderer)
            return "".join([chunk async for chunk in chunks])

    async def exported(self, number: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.export("json", number))
        return found

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """What stands in a channel, with all who are in the workspace looking."""
        room = self.slack.channel(channel)
        return sorted(room.messages.values(), key=lambda one: str(one["ts"]))

    def ours(self, channel: str) -> list[dict[str, Any]]:
        """Messages of the bot's in a channel."""
        return [one for one in self.messages(channel) if one.get("bot_id")]


def text_of(message: dict[str, Any] | None) -> str:
    """All that a message or view says."""
    return json.dumps(message, ensure_ascii=False)


@asynccontextmanager
async def bench(
    database: str,
    folder: Path,
    *,
    book: Playbook | None = None,
    announce: str | None = "#incidents",
    base_url: str | None = None,
    playground: Playground | None = None,
    clock: Clock | None = None,
    paced: bool = False,
    integrations: Integrations | None = None,
    **environment: str,
) -> AsyncIterator[Bench]:
    clock = clock or Clock()
    # With the scopes and events of the manifest, and no more, every test is one of the manifest too.
    slack = playground or Playground(
        clock=clock,
        retry_delays=(0.0, 0.0, 0.0),
        ack_seconds=30.0,  # a busy machine is slow, not wrong
        scopes=tuple(SCOPES),
        subscriptions={event.partition(".")[0] for event in EVENTS},
    )
    if playground is None:
        await slack.start()
    url = database
    if database == "sqlite://":
        url = f"sqlite:///{await new_file(folder)}"
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        **({"INCIBOT_ANNOUNCE_CHANNEL": announce} if announce else {}),
        **({"INCIBOT_BASE_URL": base_url} if base_url else {}),
        **environment,
    }
    settings = Settings.from_env(given, dotenv=None)
    async with (
        _stopped(slack if playground is None else None),
        build(
            settings, book or Playbook(), clock=clock, paced=paced, integrations=integrations
        ) as app,
    ):
        await _newest(app.engine)  # mostly, there is nothing to do
        await app.settle_in()
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        address = f"http://{host}:{port}"
        slack.request_url = f"{address}/slack/events"
        try:
            yield Bench(slack=slack, app=app, clock=clock, url=address)
        finally:
            await slack.settled()
            await app.inbound.drain()
            await runner.cleanup()


@asynccontextmanager
async def _stopped(slack: Playground | None) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if slack is not None:
            await slack.stop()


async def _newest(engine: AsyncEngine) -> None:
    """The newest schema. Of a busy machine a server may take long to be reached."""
    for _ in range(5):
        with suppress(TimeoutError):
            await migrations.upgrade(engine)
            return
    await migrations.upgrade(engine)


_new_file: bytes = b""


async def new_file(folder: Path) -> Path:
    """A SQLite database of the newest schema, in that folder, unless it has one already.

    It is a copy of one that this process has made before: migrations take longer than most tests.
    """
    global _new_file
    path = folder / "incibot.db"
    if path.exists():
        return path
    if not _new_file:
        engine = connect(f"sqlite:///{path}")
        try:
            await migrations.upgrade(engine)
        finally:
            await engine.dispose()
        _new_file = path.read_bytes()
    path.write_bytes(_new_file)
    return path


def own(database: str) -> str:
    """The database of this process, where several share the tests between them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    url = url_of(database)
    if not worker or database == "sqlite://":
        return database
    return url.set(database=f"{url.database}_{worker}").render_as_string(hide_password=False)


async def make(database: str) -> None:
    """See that there is such a database on its server."""
    url = url_of(database)
    named = DATABASES[[url_of(one).drivername for one in DATABASES].index(url.drivername)]
    engine = connect(named)
    autocommit = await engine.connect()
    try:
        await autocommit.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text(f"CREATE DATABASE {url.database}"))
    except DBAPIError as error:
        if "exists" not in str(error):
            raise
    finally:
        await autocommit.close()
        await engine.dispose()


async def empty(database: str) -> None:
    """A database of a server as a new one is: the newest schema, and nothing in it."""
    engine: AsyncEngine = connect(database)
    try:
        try:
            await migrations.upgrade(engine)
        except (DBAPIError, OSError):  # it is not there yet
            await make(database)
            await migrations.upgrade(engine)
        async with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(delete(table))
            await connection.execute(insert(counters).values(name="incident", value=0))
    finally:
        await engine.dispose()
