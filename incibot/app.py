"""The whole, put together: the only module that knows everybody (the playground aside)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.config import Settings
from incibot.core.playbook import Playbook
from incibot.errors import ConfigError, SlackError
from incibot.jobs import Tools
from incibot.jobs.runner import Runner
from incibot.log import logger
from incibot.render import Renderer
from incibot.slack import bolt
from incibot.slack.commands import WORDS
from incibot.slack.gateway import Gateway
from incibot.slack.inbound import Here, Inbound
from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.unit import Clock, Store
from incibot.web import server
from incibot.web.metrics import Metrics
from incibot.web.sessions import Doorkeeper
from incibot.web.site import Site

BEAT = 15.0  # seconds between two notes that we are listening
GRACE = 8.0  # seconds that jobs in hand have to end when we are asked to
CHORES = timedelta(hours=1)  # between two tidyings

log = logger(__name__)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def reserved() -> frozenset[str]:
    """Words that no role may have, since ``/incident`` knows them already."""
    return frozenset(WORDS)


class App:
    """incibot in one process: what it is made of, and its life.

    Everything is made here from the settings, and nothing at import, so that several may live
    side by side.
    """

    def __init__(
        self,
        settings: Settings,
        book: Playbook,
        session: aiohttp.ClientSession,
        *,
        clock: Clock = now,
    ) -> None:
        if settings.slack_bot_token is None:
            raise ConfigError(["SLACK_BOT_TOKEN is not set"])
        token = settings.slack_bot_token.reveal()
        self.settings = settings
        self.clock = clock
        self.engine: AsyncEngine = connect(settings.database_url.reveal())
        self.store = Store(self.engine, book, clock)
        self.metrics = Metrics()
        self.slack = Gateway(token, settings.slack_api_url, session)
        self.slack.observe = self.metrics.called
        self.here = Here()
        renderer = Renderer(settings.templates)
        self.site = self._site(renderer)
        self.inbound = Inbound(
            self.store,
            self.slack,
            self.here,
            heard=self.metrics.heard,
            door=self.site.door if self.site else None,
        )
        self.bolt: AsyncApp = bolt.build(self.inbound, token=token, api_url=settings.slack_api_url)
        self.tools = Tools(
            store=self.store,
            slack=self.slack,
            renderer=renderer,
            clock=clock,
            announce_channel=settings.announce_channel,
            base_url=settings.base_url,
            zone=settings.time_zone,
        )
        self.runner = Runner(self.tools)
        self.runner.done = self.metrics.done
        self.web: web.Application = server.build(
            bolt=self.bolt,
            store=self.store,
            metrics=self.metrics,
            renderer=renderer,
            api_tokens=settings.api_tokens,
            zone=settings.time_zone,
            site=self.site,
            signing_secret=settings.slack_signing_secret.reveal()
            if settings.slack_signing_secret
            else None,
            ready=self.waits_for,
            clock=clock,
        )
        self.sockets: AsyncSocketModeHandler | None = None
        if settings.slack_app_token is not None:
            self.sockets = bolt.socket(
                self.bolt,
                app_token=settings.slack_app_token.reveal(),
                token=token,
                api_url=settings.slack_api_url,
                session=session,
            )
        self._process = f"{socket.gethostname()}:{os.getpid()}:{now().isoformat()}"[:190]
        self._since = clock()
        self._refusal = "not asked yet"  # what Slack said to our token last; empty when it took it

    def _site(self, renderer: Renderer) -> Site | None:
        """What the pages have in common; None where they have no address."""
        base_url, settings = self.settings.base_url, self.settings
        secret = settings.slack_signing_secret or settings.slack_bot_token
        if base_url is None or secret is None:
            return None
        doors = Doorkeeper(secret.reveal())
        return Site(self.store, renderer, doors, base_url=base_url, zone=settings.time_zone)

    async def migrate_if_embedded(self) -> None:
        """Bring a SQLite file to the newest schema; on a server that is `incibot migrate`'s."""
        if self.engine.dialect.name == "sqlite":
            await migrations.upgrade(self.engine)

    async def settle_in(self) -> None:
        """Learn from Slack who we are. What was learnt before will do while Slack does not answer.

        Raises:
            SlackError: Slack did not accept the token, or did not answer.
        """
        async with self.store.read() as tx:
            self.here.workspace = await tx.workspace()
        try:
            here = await self.slack.workspace()
        except SlackError as error:
            self._refusal = error.code
            raise
        await self.store.write(lambda tx: tx.settle_in(here))
        self.here.workspace = here
        self._refusal = ""

    async def waits_for(self) -> list[str]:
        """What is not ready: nothing when deliveries can be taken."""
        waits = []
        try:
            if await migrations.is_behind(self.engine):
                waits.append("schema behind: run `incibot migrate`")
        except (SQLAlchemyError, OSError) as trouble:
            waits.append(f"database does not answer: {type(trouble).__name__}")
        if self._refusal:
            waits.append(f"Slack has not accepted the token yet: {self._refusal}")
        if self.sockets is not None and not await self.sockets.client.is_connected():
            waits.append("not connected to Slack by Socket Mode")
        return waits

    async def connect(self) -> None:
        """Connect by Socket Mode; returns when connected."""
        if self.sockets is not None:
            await self.sockets.connect_async()  # type: ignore[no-untyped-call]

    async def beat(self) -> None:
        """Note that we are listening, keep trying to be accepted, and tidy now and then."""
        tidied = self.clock() - CHORES
        while True:
            try:
                if self._refusal:
                    await self.settle_in()
                await self.store.write(lambda tx: tx.listen(self._process, since=self._since))
                if self.clock() - tidied >= CHORES:
                    await self.store.write(lambda tx: tx.forget_receipts())
                    tidied = self.clock()
            except SlackError as error:
                log.error("slack.not_accepted", error=str(error))
            except (SQLAlchemyError, OSError) as trouble:
                log.error("beat.missed", error=repr(trouble)[:300])
                self._process = f"{self._process[:150]}:{self.clock().isoformat()}"
                self._since = self.clock()  # what was missed is a gap, until it is filled
            await asyncio.sleep(2.0 if self._refusal else BEAT)

    async def last_beat(self) -> None:
        """Note until when we were listening."""
        with suppress(SQLAlchemyError, OSError):
            await self.store.write(lambda tx: tx.listen(self._process, since=self._since))

    async def close(self) -> None:
        await self.inbound.drain()
        await self.engine.dispose()


@asynccontextmanager
async def build(settings: Settings, book: Playbook, *, clock: Clock = now) -> AsyncIterator[App]:
    """An App with its connections, closed at the end."""
    async with aiohttp.ClientSession(trust_env=True) as session:
        app = App(settings, book, session, clock=clock)
        try:
            yield app
        finally:
            await app.close()


@asynccontextmanager
async def serving(app: App, *, worker: bool = True) -> AsyncIterator[str]:
    """The app at work: HTTP, Socket Mode if it has a token, and the jobs. Yields its address."""
    await app.migrate_if_embedded()
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, app.settings.host, app.settings.port)
        await site.start()
        stack.push_async_callback(app.last_beat)
        try:
            await app.settle_in()
        except (SlackError, SQLAlchemyError, OSError) as error:
            log.error("start.not_ready", error=str(error)[:300])  # /readyz says so; `beat` tries on
        beat = asyncio.create_task(app.beat())
        stack.push_async_callback(_cancel, beat)
        if app.sockets is not None:
            stack.push_async_callback(app.sockets.close_async)
            # It tries until it is connected; HTTP and the jobs need not wait for that.
            connecting = asyncio.create_task(app.connect())
            stack.push_async_callback(_cancel, connecting)
        if worker:
            work = asyncio.create_task(app.runner.run())
            stack.push_async_callback(_finish, app.runner, work)
        yield _address(runner)


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _finish(runner: Runner, work: asyncio.Task[None]) -> None:
    """Let jobs in hand end; what does not is taken up by another process when its lease runs out."""
    runner.stop()
    done, _ = await asyncio.wait([work], timeout=GRACE)
    if not done:
        await _cancel(work)


async def until_told_to_stop() -> None:
    """Return when the process gets SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    await told.wait()
