"""The whole, put together: the only module that knows everybody (the playground aside)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.config import Integrations, Settings
from incibot.core import outgoing
from incibot.core.catching_up import PATIENCE
from incibot.core.playbook import Playbook
from incibot.errors import ConfigError, Conflict, SlackBusy, SlackError, SlackRefused
from incibot.integrations.http import Http
from incibot.jobs import Tools
from incibot.jobs.runner import Runner
from incibot.log import logger
from incibot.render import Renderer
from incibot.slack import bolt
from incibot.slack.commands import WORDS
from incibot.slack.gateway import SKEW, Gateway
from incibot.slack.inbound import Inbound
from incibot.slack.manifest import SCOPES
from incibot.slack.reception import Reception
from incibot.store import migrations
from incibot.store.clock import SharedClock, now
from incibot.store.database import connect
from incibot.store.installations import Installations, States
from incibot.store.pacing import Pace, forget
from incibot.store.sealing import Seal
from incibot.store.unit import Clock, Store, Transaction
from incibot.store.workspaces import Workspace
from incibot.web import server
from incibot.web.hooks import Hooks, wrong_with
from incibot.web.install import Install
from incibot.web.metrics import Metrics
from incibot.web.sessions import Doorkeeper
from incibot.web.site import Site
from incibot.workspaces import Desk, OneToken, Tokens, Workspaces

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


@dataclass(slots=True, kw_only=True)
class _Ear:
    """That we listen to a workspace. `anew`: all of it is to be compared at the next beat."""

    since: datetime
    process: str
    anew: bool = True


class App:
    """incibot in one process: what it is made of, and its life.

    Everything is made here from the settings, and nothing at import, so that several may live
    side by side.

    Args:
        tokens: where the bot tokens come from; the one of the settings if left out.
        paced: whether Slack's limits are kept to. A clock that stands still, or runs with a story,
            is none to count calls by: unless told, only an App that goes by the real one is.
    """

    def __init__(
        self,
        settings: Settings,
        book: Playbook,
        session: aiohttp.ClientSession,
        *,
        clock: Clock | None = None,
        tokens: Tokens | None = None,
        paced: bool | None = None,
        integrations: Integrations | None = None,
    ) -> None:
        installed = tokens is None and settings.slack_client_id is not None
        if tokens is None and settings.slack_bot_token is None and not installed:
            raise ConfigError(["SLACK_BOT_TOKEN is not set"])
        self._token = settings.slack_bot_token.reveal() if settings.slack_bot_token else ""
        self.settings = settings
        self._paced = clock is None if paced is None else paced
        self.clock = clock = clock or SharedClock()  # one that is given is right as it is
        self.engine: AsyncEngine = connect(settings.database_url.reveal())
        self.first = Store(self.engine, book, clock)
        self.metrics = Metrics()
        self._session = session
        self.integrations = integrations or Integrations()
        if problems := wrong_with(self.integrations.hooks, several=installed):
            raise ConfigError(problems)
        wanted = {one.name: frozenset(one.events) for one in self.integrations.webhooks}
        self.first.tells = partial(outgoing.told, wanted=wanted)
        self.http = Http(self.integrations.hosts, self.integrations.private_hosts)
        self._gateways: dict[str, Gateway] = {}
        self._one: OneToken | None = None
        self.installations: Installations | None = None
        if installed:
            tokens = self.installations = _installations(settings, self.first)
        elif tokens is None:
            tokens = self._one = OneToken(self._token, self.first)
        self.workspaces = Workspaces(tokens, self.first, self.gateway, self._furnish)
        # More to do when one has ended.
        self.ended: Callable[[str], Awaitable[None]] = (
            self.installations.end if self.installations else _nothing
        )
        self.renderer = renderer = Renderer(settings.templates)
        self.site = self._site(renderer)
        self.inbound = Reception(
            self.workspaces.inbound,
            heard=self.metrics.heard,
            sharing=self.workspaces.sharing,
            ended=self._is_told_of_end,
        )
        self.bolt: AsyncApp = bolt.build(self.inbound, api_url=settings.slack_api_url)
        self.runner = Runner(self.workspaces)
        self.runner.done = self.metrics.done
        self.web: web.Application = server.build(
            deliver=partial(bolt.deliver, self.bolt),
            store=self.first,
            metrics=self.metrics,
            renderer=renderer,
            api_tokens=settings.api_tokens,
            usual_team=self._usual_team,
            zone=settings.time_zone,
            site=self.site,
            install=self._install(),
            hooks=Hooks(
                self.first,
                self.integrations,
                http=self.http,
                metrics=self.metrics,
                usual_team=self._usual_team,
            ),
            signing_secret=settings.slack_signing_secret.reveal()
            if settings.slack_signing_secret
            else None,
            ready=self.waits_for,
            clock=clock,
            integrations=self.integrations,
        )
        self.sockets: AsyncSocketModeHandler | None = None
        if settings.slack_app_token is not None:
            self.sockets = bolt.socket(
                self.bolt,
                app_token=settings.slack_app_token.reveal(),
                token=self._token,
                api_url=settings.slack_api_url,
                session=session,
            )
        self._name = f"{socket.gethostname()}:{os.getpid()}:{now().isoformat()}"[:150]
        self._ears: dict[str, _Ear] = {}  # by workspace; we do not listen to others
        self._wholly = False  # at the next beat nothing of what we heard is relied upon
        self._line: object = None  # the connection by Socket Mode of the last beat
        self._ill_since: datetime | None = None  # since when Slack answers no call
        # What Slack said to the one token last; empty when it took it.
        self._refusal = "not asked yet" if self._one else ""

    # What each workspace gets

    def gateway(self, token: str) -> Gateway:
        """What is asked of Slack with that token."""
        found = self._gateways.get(token)
        if found is None:
            found = Gateway(token, self.settings.slack_api_url, self._session)
            found.observe = self._called
            self._gateways[token] = found
        return found

    def _furnish(self, here: Workspace, token: str) -> Desk:
        store, slack = self.first.of(here.team), self.gateway(token)
        if self._paced:
            clock = None if isinstance(self.clock, SharedClock) else self.clock
            slack.pace = Pace(store, team=lambda: here.team, clock=clock)
            slack.pace.observe = self.metrics.paced
        tools = Tools(
            store=store,
            slack=slack,
            renderer=self.renderer,
            clock=self.clock,
            announce_channel=self.settings.announce_channel,
            base_url=self.settings.base_url,
            zone=self.settings.time_zone,
            integrations=self.integrations,
            http=self.http,
        )
        inbound = Inbound(
            store,
            slack,
            here,
            heard=self.metrics.heard,
            door=self.site.door(here.team) if self.site else None,
            integrations=self.integrations,
            afterwards=self.inbound.afterwards,
            rota=tools.rota,
        )
        return Desk(here=here, token=token, store=store, slack=slack, tools=tools, inbound=inbound)

    def _usual_team(self) -> str | None:
        """The one workspace that we serve, where there can be no other."""
        return self._one.team if self._one else None

    # Of the one workspace that we serve, where there can be no other

    @property
    def desk(self) -> Desk:
        (found,) = self.workspaces.desks
        return found

    @property
    def store(self) -> Store:
        return self.desk.store if self.workspaces.desks else self.first

    @property
    def tools(self) -> Tools:
        return self.desk.tools

    @property
    def slack(self) -> Gateway:
        return self.gateway(self._token)

    def _site(self, renderer: Renderer) -> Site | None:
        """What the pages have in common; None where they have no address."""
        base_url, settings = self.settings.base_url, self.settings
        secret = (
            settings.slack_signing_secret
            or settings.slack_bot_token
            or settings.slack_client_secret
        )
        if base_url is None or secret is None:
            return None
        doors = Doorkeeper(secret.reveal())
        return Site(self.first, renderer, doors, base_url=base_url, zone=settings.time_zone)

    def _install(self) -> Install | None:
        """How workspaces get incibot; None where there is one workspace, by its token."""
        settings = self.settings
        client_id, secret = settings.slack_client_id, settings.slack_client_secret
        if self.installations is None or self.site is None or client_id is None or secret is None:
            return None
        return Install(
            self.site,
            client_id=client_id,
            client_secret=secret.reveal(),
            scopes=SCOPES,
            api_url=settings.slack_api_url,
            session=self._session,
            installations=self.installations,
            states=States(self.first),
            installed=self._is_installed,
        )

    async def _is_installed(self, team: str) -> None:
        """A workspace has let incibot in: nothing needs to wait for the first delivery."""
        try:
            await self.workspaces.of(team)
        except SlackError as error:
            log.warning("workspace.not_yet", team=team, error=str(error))

    async def check_keys(self) -> None:
        """Raises ConfigError where tokens are kept, and our keys open none of them.

        Where some can be opened, those workspaces are served.
        """
        if self.installations is None:
            return
        try:
            teams, lost = await self.installations.teams(), await self.installations.unreadable()
        except (SQLAlchemyError, OSError) as trouble:
            log.error("start.keys_not_checked", error=repr(trouble)[:300])
            return
        for team in lost:
            log.error("workspace.unreadable", team=team)
        if teams and lost == teams:
            raise ConfigError(
                [
                    "INCIBOT_ENCRYPTION_KEYS: none of the keys opens any token of the"
                    f" {len(teams)} workspaces that installed incibot; it wants the one with which"
                    " they were sealed too"
                ]
            )

    async def migrate_if_embedded(self) -> None:
        """Bring a SQLite file to the newest schema; on a server that is `incibot migrate`'s."""
        if self.engine.dialect.name == "sqlite":
            await migrations.upgrade(self.engine)

    async def settle_in(self) -> None:
        """Learn from Slack who we are. What was learnt before will do while Slack does not answer.

        Raises:
            SlackError: Slack did not accept the token, or did not answer.
        """
        if self._one is None:
            await self.workspaces.look_round()
            return
        async with self.first.whole.read() as tx:
            known = await tx.workspaces()
        if known and not self.workspaces.desks:
            self._one.team = known[0].team
            self.workspaces.sit_down(known[0], self._token)
        try:
            desk = await self.workspaces.settle_in(self._token)
        except SlackError as error:
            self._refusal = error.code
            raise
        self._one.is_of(desk.here.team)
        for other in self.workspaces.desks:
            if other is not desk:
                self.workspaces.leave(other.here.team)
        self._refusal = ""

    async def _is_told_of_end(self, team: str, at: float) -> None:
        """Slack says that incibot was uninstalled there at that time, or its token revoked."""
        async with self.first.whole.read() as tx:
            since = await tx.settled_at(team)
        if since is not None and at < (since + SKEW).timestamp():
            # Old news, perhaps: it may have been installed again since. Slack knows.
            token = await self.workspaces.tokens.token(team)
            try:
                if token is not None:
                    await self.gateway(token).workspace()
                    return
            except SlackRefused as refused:
                log.info("workspace.refused", team=team, error=str(refused))
            except SlackBusy:
                if at < since.timestamp():
                    raise  # and Slack tells it again
        await self.first.whole.write(lambda tx: tx.leave(team))
        self.workspaces.leave(team)
        # Once more, for what was asked for by whoever did not see that yet.
        await self.first.whole.write(lambda tx: tx.leave(team))
        self._ears.pop(team, None)
        if self._one is not None and self._one.team == team:
            self._refusal = "not_installed"
        log.warning("workspace.ended", team=team)
        await self.ended(team)

    async def waits_for(self) -> list[str]:
        """What is not ready: nothing when deliveries can be taken."""
        waits = []
        try:
            if await migrations.is_behind(self.engine):
                waits.append("schema behind: run `incibot migrate`")
        except (SQLAlchemyError, OSError) as trouble:
            waits.append(f"database does not answer: {type(trouble).__name__}")
        if self.first.trouble:
            waits.append(f"database takes no writes: {self.first.trouble}")
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
                    await self.first.whole.write(lambda tx: tx.forget_receipts())
                    await self.first.whole.write(lambda tx: tx.forget_bodies())
                    await self.first.whole.write(forget)
                    tidied = self.clock()
            except (SQLAlchemyError, OSError) as trouble:
                log.error("beat.missed", error=repr(trouble)[:300])
            await asyncio.sleep(2.0 if self._refusal or self.first.trouble else BEAT)

    async def pulse(self) -> None:
        """One beat: if we are listening, that is noted, and what may have been missed is asked for.

        After a start, a time in which we could not listen, or a new connection to Slack, it is
        asked for all incidents that are looked at; else for those whose turn it is.
        """
        try:
            if self._refusal or self._one is None:
                await self.settle_in()
            if not self._refusal and self._ill_since is not None and self.workspaces.desks:
                await self.workspaces.desks[0].slack.workspace()  # to see whether it is well again
        except SlackError as error:
            log.error("slack.not_accepted" if self._refusal else "slack.ill", error=str(error))
        if not await self._hears():
            self.lose_touch()
            return
        line = self.sockets.client.current_session if self.sockets is not None else None
        anew, wholly = line is not self._line, self._wholly
        try:
            for desk in self.workspaces.desks:
                await self._note(desk, anew=anew, wholly=wholly)
        except (SQLAlchemyError, OSError):
            self.lose_touch()
            raise
        self._wholly = False
        self._line = line

    async def _note(self, desk: Desk, *, anew: bool, wholly: bool) -> None:
        """Note that we listen to a workspace, and ask for what may have been missed there."""
        ear = self._ears.get(desk.here.team)
        if ear is None:
            since = self.clock()  # what was before is a gap, until it is filled
            ear = _Ear(since=since, process=f"{self._name}:{since.isoformat()}"[:185])
        anew = anew or wholly or ear.anew

        async def note(tx: Transaction) -> list[int]:
            await tx.listen(ear.process, since=ear.since)
            return await tx.ask_to_catch_up(anew=anew, wholly=wholly)

        asked = await desk.store.write(note)
        if anew:
            log.info("catch_up.asked", incidents=len(asked), wholly=wholly)
        ear.anew = False
        self._ears[desk.here.team] = ear

    def lose_touch(self) -> None:
        """We no longer listen; at the next beat at which we do, what was missed is asked for."""
        self._ears.clear()

    async def _hears(self) -> bool:
        """Whether what Slack delivers can reach us, as far as we can tell."""
        refused = self._refusal and not _is_ill(self._refusal)
        if not self.workspaces.desks or refused:
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
                await self.first.take_up()
            except (SQLAlchemyError, OSError, Conflict) as trouble:
                log.error("record.not_linked", error=repr(trouble)[:300])
            await asyncio.sleep(UNLINKED)

    async def last_beat(self) -> None:
        """Note until when we were listening."""
        if not self._ears or not await self._hears():
            return
        with suppress(SQLAlchemyError, OSError):
            for desk in self.workspaces.desks:
                if ear := self._ears.get(desk.here.team):
                    await desk.store.write(partial(_listen, ear))

    async def close(self) -> None:
        await self.inbound.drain(MOMENT)
        await self.http.close()
        await _in_time(self.engine.dispose(), "database")


async def _listen(ear: _Ear, tx: Transaction) -> None:
    await tx.listen(ear.process, since=ear.since)


def _installations(settings: Settings, store: Store) -> Installations:
    if not settings.encryption_keys:
        raise ConfigError(["INCIBOT_ENCRYPTION_KEYS is not set"])
    seal = Seal([key.reveal() for key in settings.encryption_keys])
    return Installations(store, seal, settings.slack_client_id or "")


async def _nothing(_: str) -> None:
    """Nobody else needs to know."""


def _is_ill(outcome: str) -> bool:
    """Whether that outcome of a call tells that Slack, and not we, is not well."""
    return outcome in ILL or outcome.startswith("http_5")


@asynccontextmanager
async def build(
    settings: Settings,
    book: Playbook,
    *,
    clock: Clock | None = None,
    paced: bool | None = None,
    integrations: Integrations | None = None,
) -> AsyncIterator[App]:
    """An App with its connections, closed at the end; see `App`."""
    async with aiohttp.ClientSession(trust_env=True) as session:
        app = App(settings, book, session, clock=clock, paced=paced, integrations=integrations)
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
    await app.check_keys()
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
    await app.check_keys()
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
