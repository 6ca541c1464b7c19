"""The whole, put together: the only module that knows everybody (the playground aside)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.config import Settings
from incibot.core.catching_up import PATIENCE
from incibot.core.playbook import Playbook
from incibot.errors import ConfigError, Conflict, SlackError
from incibot.jobs import Tools
from incibot.jobs.runner import Runner
from incibot.log import logger
from incibot.render import Renderer
from incibot.slack import bolt
from incibot.slack.commands import WORDS
from incibot.slack.gateway import Gateway
from incibot.slack.inbound import Here, Inbound
from incibot.store import migrations
from incibot.store.clock import SharedClock, now
from incibot.store.database import connect
from incibot.store.unit import Clock, Store, Transaction
from incibot.web import server
from incibot.web.metrics import Metrics
from incibot.web.sessions import Doorkeeper
from incibot.web.site import Site

BEAT = 15.0  # seconds between two notes that we are listening
GRACE = 5.0  # seconds that jobs in hand, and requests, have to end when we are asked to
MOMENT = 1.0  # seconds for each thing that is to be done after that
END = 9.0  # seconds after which we are gone, whatever hangs
CHORES = timedelta(hours=1)  # between two tidyings
ILL = frozenset(  # outcomes of a call that tell that Slack itself is not well
    {"unreachable", "service_unavailable", "internal_error", "fatal_error", "request_timeout"}
)
COMPARED = 60.0  # seconds between two looks at the database's clock
UNLINKED = 300.0  # seconds between two looks for what an older release recorded

log = logger(__name__)


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
        clock: Clock | None = None,
    ) -> None:
        if settings.slack_bot_token is None:
            raise ConfigError(["SLACK_BOT_TOKEN is not set"])
        token = settings.slack_bot_token.reveal()
        self.settings = settings
        self.clock = clock = clock or SharedClock()  # one that is given is right as it is
        self.engine: AsyncEngine = connect(settings.database_url.reveal())
        self.store = Store(self.engine, book, clock)
        self.metrics = Metrics()
        self.slack = Gateway(token, settings.slack_api_url, session)
        self.slack.observe = self._called
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
        self._name = f"{socket.gethostname()}:{os.getpid()}:{now().isoformat()}"[:150]
        self._process = self._name
        self._since: datetime | None = None  # when we began to listen; None: we do not
        self._anew = True  # all is to be compared at the next beat, and
        self._wholly = False  # nothing relied upon
        self._line: object = None  # the connection by Socket Mode of the last beat
        self._ill_since: datetime | None = None  # since when Slack answers no call
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
        if self.store.trouble:
            waits.append(f"database takes no writes: {self.store.trouble}")
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
                await self.pulse()
                if self.clock() - tidied >= CHORES:
                    await self.store.write(lambda tx: tx.forget_receipts())
                    tidied = self.clock()
            except (SQLAlchemyError, OSError) as trouble:
                log.error("beat.missed", error=repr(trouble)[:300])
            await asyncio.sleep(2.0 if self._refusal or self.store.trouble else BEAT)

    async def pulse(self) -> None:
        """One beat: if we are listening, that is noted, and what may have been missed is asked for.

        After a start, a time in which we could not listen, or a new connection to Slack, it is
        asked for all incidents that are looked at; else for those whose turn it is.
        """
        try:
            if self._refusal:
                await self.settle_in()
            elif self._ill_since is not None:
                await self.slack.workspace()  # to see whether it is well again
        except SlackError as error:
            log.error("slack.not_accepted" if self._refusal else "slack.ill", error=str(error))
        if not await self._hears():
            self.lose_touch()
            return
        line = self.sockets.client.current_session if self.sockets is not None else None
        if self._since is None:
            self._since = self.clock()  # what was before is a gap, until it is filled
            self._process = f"{self._name}:{self._since.isoformat()}"[:190]
        since, anew, wholly = self._since, self._anew or line is not self._line, self._wholly

        async def note(tx: Transaction) -> list[int]:
            await tx.listen(self._process, since=since)
            return await tx.ask_to_catch_up(anew=anew or wholly, wholly=wholly)

        try:
            asked = await self.store.write(note)
        except (SQLAlchemyError, OSError):
            self.lose_touch()
            raise
        if anew or wholly:
            log.info("catch_up.asked", incidents=len(asked), wholly=wholly)
        self._anew = self._wholly = False
        self._line = line

    def lose_touch(self) -> None:
        """We no longer listen; at the next beat at which we do, what was missed is asked for."""
        self._since, self._anew = None, True

    async def _hears(self) -> bool:
        """Whether what Slack delivers can reach us, as far as we can tell."""
        refused = self._refusal and not _is_ill(self._refusal)
        if self.here.workspace is None or refused:
            return False
        return self.sockets is None or bool(await self.sockets.client.is_connected())

    def _called(self, method: str, outcome: str) -> None:
        """How a call of Slack ended. After an outage of Slack's own nothing is certain."""
        self.metrics.called(method, outcome)
        if _is_ill(outcome):
            self._ill_since = self._ill_since or self.clock()
        elif self._ill_since is not None:
            self._wholly = self._wholly or self.clock() - self._ill_since > PATIENCE
            self._ill_since = None

    async def agree(self) -> None:
        """Have the time that all processes have."""
        if not isinstance(self.clock, SharedClock):
            return
        try:
            await self.clock.agree(self.engine)
        except (SQLAlchemyError, OSError) as trouble:
            log.error("clock.not_compared", error=repr(trouble)[:300])

    async def keep_time(self) -> None:
        """See to it that it stays so."""
        while True:
            await asyncio.sleep(COMPARED)
            await self.agree()

    async def link(self) -> None:
        """Link what was recorded without a link, now and then; see `Store.take_up`."""
        while True:
            try:
                await self.store.take_up()
            except (SQLAlchemyError, OSError, Conflict) as trouble:
                log.error("record.not_linked", error=repr(trouble)[:300])
            await asyncio.sleep(UNLINKED)

    async def last_beat(self) -> None:
        """Note until when we were listening."""
        since = self._since
        if since is None or not await self._hears():
            return
        with suppress(SQLAlchemyError, OSError):
            await self.store.write(lambda tx: tx.listen(self._process, since=since))

    async def close(self) -> None:
        await self.inbound.drain(MOMENT)
        await _in_time(self.engine.dispose(), "database")


def _is_ill(outcome: str) -> bool:
    """Whether that outcome of a call tells that Slack, and not we, is not well."""
    return outcome in ILL or outcome.startswith("http_5")


@asynccontextmanager
async def build(
    settings: Settings, book: Playbook, *, clock: Clock | None = None
) -> AsyncIterator[App]:
    """An App with its connections, closed at the end.

    Args:
        clock: by default the time that all processes on the database agree on.
    """
    async with aiohttp.ClientSession(trust_env=True) as session:
        app = App(settings, book, session, clock=clock)
        try:
            yield app
        finally:
            await app.close()


@asynccontextmanager
async def serving(app: App, *, worker: bool = True) -> AsyncIterator[str]:
    """The app at work: HTTP, Socket Mode if it has a token, and the jobs. Yields its address.

    In the end nothing new is taken; what is in hand has `GRACE` seconds, all of it the same ones.
    """
    await app.migrate_if_embedded()
    await app.agree()
    runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    ends = [_in_time(runner.cleanup(), "http", GRACE + MOMENT)]
    try:
        site = web.TCPSite(runner, app.settings.host, app.settings.port)
        await site.start()
        try:
            await app.settle_in()
        except (SlackError, SQLAlchemyError, OSError) as error:
            log.error("start.not_ready", error=str(error)[:300])  # /readyz says so; `beat` tries on
        ends.append(_cancel(asyncio.create_task(app.beat())))
        ends.append(_cancel(asyncio.create_task(app.link())))
        ends.append(_cancel(asyncio.create_task(app.keep_time())))
        if app.sockets is not None:
            # It tries until it is connected; HTTP and the jobs need not wait for that.
            ends.append(_cancel(asyncio.create_task(app.connect())))
            closing = app.sockets.close_async()  # type: ignore[no-untyped-call]
            ends.append(_in_time(closing, "socket"))
        if worker:
            ends.append(_finish(app.runner, asyncio.create_task(app.runner.run())))
        yield _address(runner)
    finally:
        await asyncio.gather(*ends)
        await _in_time(app.last_beat(), "last beat")


@asynccontextmanager
async def working(app: App) -> AsyncIterator[None]:
    """The jobs alone, until the end: as `serving` does them."""
    await app.migrate_if_embedded()
    await app.agree()
    time = asyncio.create_task(app.keep_time())
    work = asyncio.create_task(app.runner.run())
    try:
        yield
    finally:
        await asyncio.gather(_finish(app.runner, work), _cancel(time))


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def _in_time(deed: Awaitable[object], name: str, seconds: float = MOMENT) -> None:
    """Do it, but do not wait for it longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await deed
    except (SQLAlchemyError, OSError, aiohttp.ClientError) as trouble:
        log.warning("stop.left", what=name, error=repr(trouble)[:300])


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await _in_time(asyncio.wait([task]), "task")


async def _finish(runner: Runner, work: asyncio.Task[None]) -> None:
    """Let jobs in hand end; what does not is handed back, for another process to take it up."""
    runner.stop()
    done, _ = await asyncio.wait([work], timeout=GRACE)
    if not done:
        await _cancel(work)
        await _in_time(runner.hand_back(), "jobs")


async def until_told_to_stop() -> None:
    """Return when the process gets SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    await told.wait()


def be_gone_in_time() -> None:
    """End the process soon, even if something hangs. What was acknowledged is in the database."""

    def be_gone() -> None:
        log.error("stop.overdue", seconds=END)
        os._exit(1)

    watch = threading.Timer(END, be_gone)
    watch.daemon = True
    watch.start()
