"""incibot in processes of its own, in a workspace in which any call may go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import OperationalError

import incibot
from incibot.app import build
from incibot.config import Settings
from incibot.core.playbook import Playbook
from incibot.playground import Playground
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.store import migrations
from incibot.store.clock import now
from incibot.store.database import connect
from tests.bench import Bench

TREE = Path(incibot.__file__).parent.parent
LOOK = 0.02  # seconds between two looks at what another process has done
PATIENCE = 60.0  # seconds: a busy machine is slow, not wrong
STALL = 3.0  # seconds that Slack takes when it stalls
LEASE = 121.0  # seconds after which another process may take what a dead one had in hand

BOOK = """
invite: ["@oncall-checkout", {dana}]
services: [checkout]
reminders: off
"""


class Trouble(StrEnum):
    """What happens to a call of Slack."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    LOST = "answer lost"
    LIMITED = "429"
    BROKEN = "500"
    STALLED = "3-second stall"
    FATAL = "fatal_error"
    SILENT = "no answer at all"


class Nursery:
    """Starts processes of one release; see `tests.faults.nursery`."""

    def __init__(self, tree: Path = TREE) -> None:
        self._ends: dict[int, int] = {}
        self._answers: list[int] = []
        self._told = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", str(Path(__file__).with_name("nursery.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"},
            start_new_session=True,  # whatever ends us, it sees to it that its children end
        )
        self._ready = False
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._told:
                if "ended" in told:
                    self._ends[told["ended"]] = told["code"]
                elif "pid" in told:
                    self._answers.append(told["pid"])
                else:
                    self._ready = True
                self._told.notify_all()

    def start(self, **order: Any) -> int:
        """The number of the process; see the other side for what may be ordered."""
        assert self._process.stdin is not None
        with self._told:
            assert self._told.wait_for(lambda: self._ready, PATIENCE)
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            assert self._told.wait_for(lambda: self._answers, PATIENCE)
            pid = self._answers.pop()
            self._ends.pop(pid, None)  # of an earlier process of that number
            return pid

    def end(self, pid: int) -> int | None:
        """How the process ended, minus the signal's number if by one; None while it lives."""
        with self._told:
            return self._ends.get(pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._process.stdout.close()


@dataclass(slots=True, kw_only=True)
class Bot:
    """A process of incibot's."""

    nursery: Nursery
    pid: int
    log: Path
    address: str = ""

    @property
    def is_alive(self) -> bool:
        return self.nursery.end(self.pid) is None

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """What it has logged so far; only that event, if it is named."""
        told = self.log.read_text().splitlines() if self.log.exists() else []
        seen = [json.loads(line) for line in told if line.startswith("{")]
        return [one for one in seen if event in (None, one["event"])]

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def logs(self, event: str) -> dict[str, Any]:
        """Wait until it has logged that."""
        until = time.monotonic() + PATIENCE
        while not (seen := self.lines(event)):
            assert self.is_alive, self.said()
            assert time.monotonic() < until, self.said()
            await asyncio.sleep(LOOK)
        return seen[-1]

    async def ended(self) -> int:
        """Wait until it has ended; how."""
        until = time.monotonic() + PATIENCE
        while (code := self.nursery.end(self.pid)) is None:
            assert time.monotonic() < until, self.said()
            await asyncio.sleep(LOOK)
        return code

    async def killed(self) -> None:
        self.send(signal.SIGKILL)
        await self.ended()


class Ahead:
    """The machine's time and so many seconds more, of which more may pass at once."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return now() + timedelta(seconds=self.seconds)

    def passes(self, **units: float) -> None:
        self.seconds += timedelta(**units).total_seconds()


class Stage(Playground):
    """A workspace in which each call has a name, and any may go wrong.

    Attributes:
        heard: the names of all calls, in the order in which they came.
        trouble: what happens to the call of that name; asked once for each.
        strike: kills the process that calls.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.heard: list[str] = []
        self.trouble: Callable[[str], Trouble | None] = lambda name: None
        self.strike: Callable[[], None] = lambda: None

    def _application(self) -> web.Application:
        made = super()._application()
        made.middlewares.append(self._disturb())
        return made

    def _disturb(self) -> Any:
        @web.middleware
        async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
            name = await self._name(request)
            if not name:
                return await handler(request)
            self.heard.append(name)
            trouble = self.trouble(name)
            match trouble:
                case Trouble.KILLED_BEFORE:
                    self.strike()
                    return _cut(request)
                case Trouble.KILLED_AFTER | Trouble.LOST:
                    if trouble is Trouble.KILLED_AFTER:
                        self.strike()
                    await handler(request)
                    return _cut(request)
                case Trouble.LIMITED:
                    limited = {"ok": False, "error": "ratelimited"}
                    return web.json_response(limited, status=429, headers={"Retry-After": "1"})
                case Trouble.BROKEN:
                    return web.Response(status=500, text="<html>")
                case Trouble.FATAL:
                    return web.json_response({"ok": False, "error": "fatal_error"})
                case Trouble.SILENT:
                    await asyncio.sleep(PATIENCE)
                    return _cut(request)
                case Trouble.STALLED:
                    await asyncio.sleep(STALL)
            return await handler(request)

        return disturb

    async def _name(self, request: web.Request) -> str:
        """The method, and of messages and files what they are; empty where it is no call."""
        _, place, *rest = request.path.split("/")
        if place == "responses":
            return "response_url"
        if place == "upload":
            return f"files.upload {_suffix(self.workspace.files[rest[-1]].json['name'])}"
        if place != "api":
            return ""
        (method,) = rest
        args = await _arguments(request)
        match method:
            case "chat.postMessage":
                metadata = args.get("metadata") or "{}"
                read = json.loads(metadata) if isinstance(metadata, str) else metadata
                return f"{method} {_kind(read)}"
            case "chat.update":
                room = self.workspace.channels.get(args["channel"])
                found = room.messages.get(args["ts"], {}) if room else {}
                return f"{method} {_kind(found.get('metadata') or {})}"
            case "files.getUploadURLExternal":
                return f"{method} {_suffix(args['filename'])}"
        return method


def _kind(metadata: Mapping[str, Any]) -> str:
    return str((metadata.get("event_payload") or {}).get("key", "?")).partition(":")[0]


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


def _cut(request: web.Request) -> web.Response:
    """The connection breaks."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _arguments(request: web.Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query)
    body = await request.text()
    if body and request.content_type == "application/json":
        args |= json.loads(body)
    elif body:
        args |= {key: str(value) for key, value in (await request.post()).items()}
    return args


@dataclass(slots=True, kw_only=True)
class World:
    """A workspace, the processes of incibot's in it, and an eye on their database.

    Attributes:
        there: what the other tests look through. Its app does no work: the processes do.
        unhurried: people wait until all is done before they go on.
    """

    slack: Stage
    there: Bench
    clock: Ahead
    nursery: Nursery
    folder: Path
    environment: dict[str, str]
    bots: list[Bot] = field(default_factory=list)
    unhurried: bool = False

    async def start(
        self,
        *args: str,
        nursery: Nursery | None = None,
        ahead: float | None = None,
        fast: float = 0.0,
        **environment: str,
    ) -> Bot:
        """A process, once it serves.

        Args:
            args: of the command `incibot`; by default `serve`.
            nursery: of another release.
            ahead: seconds that have passed; by default as many as for Slack.
            fast: seconds that its machine's clock is wrong by.
        """
        bot = self.launch(*args, nursery=nursery, ahead=ahead, fast=fast, **environment)
        if "worker" in args:
            await bot.logs("working")
            return bot
        bot.address = str((await bot.logs("serving"))["address"])
        self.slack.request_url = f"{bot.address}/slack/events"
        return bot

    def launch(
        self,
        *args: str,
        nursery: Nursery | None = None,
        ahead: float | None = None,
        fast: float = 0.0,
        **environment: str,
    ) -> Bot:
        """The same, without waiting for it."""
        nursery = nursery or self.nursery
        log = self.folder / f"bot-{len(self.bots)}.log"
        pid = nursery.start(
            args=args or ("serve",),
            env={**self.environment, **environment},
            log=str(log),
            ahead=self.clock.seconds if ahead is None else ahead,
            folder=str(self.folder),
            fast=fast,
        )
        bot = Bot(nursery=nursery, pid=pid, log=log)
        self.bots.append(bot)
        return bot

    async def revive(self) -> None:
        """If the process is dead, the next one comes when what it had in hand may be taken."""
        if not self.bots[-1].is_alive:
            self.clock.passes(seconds=LEASE)
            await self.start()

    async def settle(self, *, within: float = PATIENCE, parked: int = 0) -> None:
        """Until Slack has delivered everything, and every job is done."""
        until = time.monotonic() + within
        before = -1
        while True:
            await self.revive()
            await self.slack.settled(retries=True)
            async with self.there.app.store.read() as tx:
                waiting, aside, _ = await tx.waiting()
                lost = await tx.parked()
            assert aside <= parked, lost
            if waiting:
                before = -1
            elif before == len(self.slack.heard):
                return
            else:
                before = len(self.slack.heard)
            assert time.monotonic() < until, "\n".join(bot.said()[-3000:] for bot in self.bots)
            await asyncio.sleep(LOOK)

    async def until(self, is_so: Callable[[], Awaitable[object]]) -> None:
        """Look again and again until it is so."""
        until = time.monotonic() + PATIENCE
        while not await is_so():
            assert time.monotonic() < until, "\n".join(bot.said()[-3000:] for bot in self.bots)
            await asyncio.sleep(LOOK)

    async def types(self, text: str, channel: str = "general", *, who: str = "ana") -> Any:
        return await self.slack.person(who).types(f"/incident {text}".strip(), channel)

    async def writes(self, work: Callable[[], Awaitable[object]]) -> None:
        """Write beside the process: on SQLite whoever is unlucky has to come again."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await work()
            except OperationalError:
                assert time.monotonic() < until
                await asyncio.sleep(LOOK)
            else:
                return

    async def shelve(self, number: int) -> None:
        """Nobody looks at its channel any more: the next process compares the next incident only."""
        store = self.there.app.store
        await self.writes(lambda: store.write(lambda tx: tx.look_no_more(number)))

    def room(self, number: int) -> str:
        """The id of the incident's channel. There is exactly one."""
        rooms = [
            one
            for one in self.slack.workspace.channels.values()
            if one.name.startswith(f"inc-{number}-")
        ]
        assert len(rooms) == 1, rooms
        return rooms[0].id

    def written(self) -> Counter[str]:
        """How often each message of incibot's is in Slack, by its key."""
        keys: Counter[str] = Counter()
        for room in self.slack.workspace.channels.values():
            for message in room.messages.values():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if "key" in payload:
                    keys[payload["key"]] += 1
        return keys

    async def proved(self, number: int) -> None:
        """The incident's record fits its chain."""
        async with self.there.app.store.read() as tx:
            verdict = await tx.verdict(number)
        assert verdict.wrong == verdict.loose == ()


@asynccontextmanager
async def world(
    nursery: Nursery,
    database: str,
    folder: Path,
    *,
    retry_delays: tuple[float, ...] = (0.05, 0.5, 1.0),
    book: str = BOOK,
    empty: bool = False,
    **environment: str,
) -> AsyncIterator[World]:
    """A workspace and a database with nothing in it; nobody serves them yet.

    Args:
        empty: the database has not even tables.
    """
    clock = Ahead()
    slack = Stage(
        clock=clock,
        retry_delays=retry_delays,
        ack_seconds=30.0,
        scopes=tuple(SCOPES),
        subscriptions={event.partition(".")[0] for event in EVENTS},
    )
    await slack.start()
    config = folder / "incibot.yaml"
    config.write_text(book.format(dana=slack.person("dana").id))
    url = f"sqlite:///{folder / 'incibot.db'}" if database == "sqlite://" else database
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "INCIBOT_ANNOUNCE_CHANNEL": "#incidents",
        "INCIBOT_BASE_URL": "https://incibot.example",
        "INCIBOT_CONFIG": str(config),
        "LOG_FORMAT": "json",
        **environment,
    }
    if not empty:
        engine = connect(url)
        await migrations.upgrade(engine)
        await engine.dispose()
    settings = Settings.from_env(given, dotenv=None)
    async with build(settings, Playbook(), clock=clock) as app:
        made = World(
            slack=slack,
            there=Bench(slack=slack, app=app, clock=clock, url=""),  # type: ignore[arg-type]
            clock=clock,
            nursery=nursery,
            folder=folder,
            environment=given,
        )
        slack.strike = lambda: made.bots[-1].send(signal.SIGKILL)
        try:
            yield made
        finally:
            slack.request_url = None
            for bot in made.bots:
                await bot.killed()
            await slack.stop()
