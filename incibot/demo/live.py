"""The local workspace as people visit it: incibot in a process of its own, and a story to play.

`Live` keeps one address for its whole life. What stands behind it may be replaced by a fresh
workspace, with an empty database: whenever the story is played from its beginning, and when
somebody wishes to begin afresh.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
import time
import webbrowser
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.demo.checkout import CHECKOUT
from incibot.demo.local import BOOK, settings_for
from incibot.demo.setup import SETUP, TRIES
from incibot.demo.story import POSTS, Player, Step, Story, StoryBroken, StoryClock
from incibot.demo.systems import post
from incibot.errors import IncibotError
from incibot.playground import RETRY_DELAYS, Beside, Playground, Refusal
from incibot.slack.manifest import manifest
from incibot.store.clock import now
from incibot.store.database import connect
from incibot.store.unit import Store

END_SECONDS: Final = 3.0  # that incibot has to end when it is asked to; then it is killed
START_SECONDS: Final = 30.0  # that it has to begin to serve
AGREE_SECONDS: Final = 2.0  # that it has to take a new time from us
PATIENCE: Final = 5.0  # seconds that the story waits for what comes of a step; then it goes on
LOOK: Final = 0.02  # seconds between two looks whether it has done its jobs
LOG_LINES: Final = 50
LINE_MAX: Final = 1024 * 1024

BotState = Literal["running", "starting", "stopped"]
StoryState = Literal["ready", "playing", "paused", "ended", "broken"]

_NEEDS_THE_BOT: Final = frozenset({"types", "clicks", "submits", "message_shortcut", POSTS})
_DID: Final = {
    "writes": "wrote a message",
    "edits": "edited a message",
    "deletes": "deleted a message",
    "reacts": "reacted to a message",
    "unreacts": "took a reaction off",
    "pins": "pinned a message",
    "leaves": "left the channel",
    "invites": "invited somebody",
    "message_shortcut": "chose a shortcut in a message’s menu",
    "clicks": "pressed a button",
    "submits": "sent a form",
    "closes_view": "closed a form",
    POSTS: "told of something",
}


class BotProcess:
    """incibot in a process of its own, whose time is that of `clock`; see `incibot.demo.bot`.

    It comes back at the port that it had. When we are gone, it ends by itself.

    Attributes:
        environment: its settings. A change holds from the next start on.
        told: is called when it has begun to start, to serve, or has ended.
    """

    def __init__(self, environment: Mapping[str, str], clock: StoryClock) -> None:
        self.environment = environment
        self.told: Callable[[], None] = lambda: None
        self.restarts = 0
        self._clock = clock
        self._started_at = ""
        self._state: BotState = "stopped"
        self._process: Process | None = None
        self._following: asyncio.Task[None] | None = None
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._said = 0  # the last time that it was given, by number
        self._shown = 0  # and the last one that it shows
        self._turns = asyncio.Event()
        self._one_by_one = asyncio.Lock()

    def state(self) -> dict[str, Any]:
        """How it stands, for the playground's page."""
        return {
            "state": self._state,
            "pid": self._process.pid if self._process and self._state != "stopped" else None,
            "started_at": self._started_at or None,
            "restarts": self.restarts,
            "log": list(self._log),
        }

    @property
    def is_running(self) -> bool:
        return self._state == "running"

    async def start(self) -> None:
        """Start it, unless it runs; does not wait until it serves."""
        async with self._one_by_one:
            if self._state != "stopped":
                return
            self.restarts += self._process is not None
            self._started_at = self._clock().isoformat()
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "incibot.demo.bot"),
                    env=dict(self.environment),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=PIPE,
                    limit=LINE_MAX,
                    start_new_session=True,  # Ctrl-C is for us, and we end it in order
                )
            except OSError as trouble:
                self._log.append(str(trouble))
                self.told()
                return
            self._said = self._shown = 0
            self._turn("starting")
            self.show_time()
            self._following = asyncio.create_task(self._follow(self._process))

    async def kill(self) -> None:
        """End it at once, in the midst of whatever it does."""
        async with self._one_by_one:
            await self._end(kindly=False)

    async def stop(self) -> None:
        """Ask it to end, and wait until it has; kill it if that takes too long."""
        async with self._one_by_one:
            await self._end(kindly=True)
            await self._end(kindly=False)

    async def _end(self, *, kindly: bool) -> None:
        if self._process is None or self._following is None or self._state == "stopped":
            return
        with suppress(ProcessLookupError):
            (self._process.terminate if kindly else self._process.kill)()
        await asyncio.wait([self._following], timeout=END_SECONDS)

    async def serves(self) -> None:
        """Wait until it serves.

        Raises:
            IncibotError: it has ended instead, or takes too long.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while self._state == "starting":
                    await self._turns.wait()
        if self._state != "running":
            last = self._log[-1] if self._log else "it says nothing"
            raise IncibotError(f"incibot did not start: {last}")

    # Time

    def follow(self, clock: StoryClock) -> None:
        """Go by that clock from now on."""
        self._clock = clock

    def show_time(self) -> None:
        """Tell it what the clock shows, and how fast it runs."""
        stdin = self._process.stdin if self._process else None
        if stdin is None or self._state == "stopped":
            return
        self._said += 1
        line = {"n": self._said, "at": self._clock().isoformat(), "pace": self._clock.pace}
        with suppress(OSError, RuntimeError):  # it has just ended
            stdin.write(json.dumps(line).encode() + b"\n")

    async def agrees(self) -> None:
        """Wait until it shows the time that it was told last, if it runs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AGREE_SECONDS):
                while self._shown < self._said and self._state != "stopped":
                    await self._turns.wait()

    # What it says

    async def _follow(self, process: Process) -> None:
        logs = asyncio.create_task(self._read_log(process))
        async for line in _lines(process.stdout):
            with suppress(ValueError):
                told = json.loads(line)
                if "clock" in told:
                    self._shown = told["clock"]
                    self._wake()
                elif "serving" in told:
                    self._turn("running")
        await logs
        await process.wait()
        self._turn("stopped")

    async def _read_log(self, process: Process) -> None:
        async for line in _lines(process.stderr):
            self._log.append(line.rstrip())

    def _turn(self, state: BotState) -> None:
        self._state = state
        self._wake()
        self.told()

    def _wake(self) -> None:
        turns, self._turns = self._turns, asyncio.Event()
        turns.set()


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    while stream is not None and (line := await stream.readline()):
        yield line.decode(errors="replace")


class Live:
    """A local workspace with incibot in a process of its own, and a story to play in it.

    Args:
        folder: where incibot keeps its databases, one for each workspace.
        retry_delays: seconds, by the workspace's clock, before Slack's retries.

    Attributes:
        slack: the workspace and its address.
        bot: incibot.
    """

    def __init__(
        self,
        folder: Path,
        *,
        story: Story = CHECKOUT,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._folder = folder
        self._story = story
        self._clock = StoryClock(now(), pace=1.0)
        self._bot_port = _free_port()
        self.bot = BotProcess({}, self._clock)
        self.slack = Playground(
            clock=self._clock,
            manifest=manifest(url=f"http://127.0.0.1:{self._bot_port}"),
            request_url=f"http://127.0.0.1:{self._bot_port}/slack/events",
            sleep=self._sleep,
            retry_delays=retry_delays,
            beside=Beside(machine=self.bot, show=self, setup=SETUP, tries=TRIES),
        )
        self._workspaces = 0
        self._engine: AsyncEngine | None = None
        self._store: Store | None = None
        self._is_set = False  # the workspace is as the story wants to find it, or was
        self._one_by_one = asyncio.Lock()
        self._state: StoryState = "ready"
        self._error: str | None = None
        self._labels: list[dict[str, Any]] = []
        self._player: Player | None = None
        self._playing: asyncio.Task[None] | None = None
        self._pace: float | None = 1.0

    # Life

    async def start(self, *, port: int = 0, for_story: bool = False) -> None:
        """Serve the workspace, and begin to start incibot.

        Args:
            for_story: its time is the story's, which stands still until somebody does something.
        """
        await self.slack.start(port=port)
        await self._fresh(for_story=for_story)

    async def stop(self) -> None:
        """End everything, at once: nothing of it is kept."""
        await self._drop_story()
        await self.bot.kill()
        await self.slack.stop()
        await self._close_store()

    async def _fresh(self, *, for_story: bool) -> None:
        """Another workspace, with another database."""
        await self._drop_story()
        await self.bot.kill()
        await self._close_store()
        self._workspaces += 1
        database = self._folder / f"incibot-{self._workspaces}.db"
        clock = StoryClock(self._story.begins) if for_story else StoryClock(now(), pace=1.0)
        self._is_set = for_story
        self._clock = clock
        self.bot.follow(clock)
        await self.slack.renew(clock)
        clock.turned = self._time_turned
        self.slack.workspace.watchers.append(self._watch)
        settings = settings_for(self.slack, database, port=self._bot_port)
        settings["INCIBOT_BASE_URL"] = f"http://127.0.0.1:{self._bot_port}"
        self.bot.environment = _environment() | settings
        self.bot.told = self._bot_turned
        self._engine = connect(settings["DATABASE_URL"])
        self._store = Store(self._engine, BOOK, clock)
        await self.bot.start()
        self.bot.restarts = 0
        self._bot_turned()

    async def _close_store(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
        self._engine = self._store = None

    async def _sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def _time_turned(self) -> None:
        self.bot.show_time()
        self.slack.tell("clock", now=self._clock().isoformat(), pace=self._clock.pace)

    def _bot_turned(self) -> None:
        self.slack.tell("bot", **self.bot.state())

    def _watch(self, kind: str, _data: object) -> None:
        if kind == "touched" and self._clock.pace == 0:
            self._clock.run(1.0)

    # The story

    def state(self) -> dict[str, Any]:
        """The story, and how far it is."""
        story, position = self._story, self._player.position if self._player else 0
        coming = story.steps[position] if position < len(story.steps) else None
        return {
            "title": story.title,
            "begins": story.begins.isoformat(),
            "ends": story.ends.isoformat(),
            "steps": len(story.steps),
            "position": position,
            "state": self._state,
            "pace": self._pace,
            "labels": list(self._labels),
            "next": {"who": coming.who, "label": coming.label or None} if coming else None,
            "error": self._error,
        }

    async def do(self, what: str, pace: float | None) -> None:
        """Play, pause, resume, change the pace, begin afresh, or leave the story.

        Raises:
            Refusal: it cannot be done as things stand.
            ValueError: there is no such thing to do.
        """
        async with self._one_by_one:
            match what:
                case "play":
                    await self._play(pace)
                case "pause":
                    self._player_of("playing").pause()
                    self._tell("paused")
                case "resume":
                    player = self._player_of("paused")
                    self._pace, self._error = pace, None
                    player.resume(pace)
                    self._tell("playing")
                case "pace":
                    player, self._pace = self._player_of("playing", "paused"), pace
                    if not player.is_paused:
                        player.resume(pace)
                    self._tell(self._state)
                case "afresh":
                    await self._fresh(for_story=False)
                    self._tell("ready")
                case "leave":
                    await self._drop_story()
                    self._clock.run(1.0)
                    self._tell("ready")
                case _:
                    raise ValueError("do is one of play, pause, resume, pace, afresh, leave")

    def _player_of(self, *states: StoryState) -> Player:
        if self._player is None or self._state not in states:
            raise Refusal(f"story_is_{self._state}")
        return self._player

    def _tell(self, state: StoryState) -> None:
        self._state = state
        self.slack.tell("story", **self.state())

    async def _play(self, pace: float | None) -> None:
        untouched = self._is_set and not self.slack.workspace.touched
        if not untouched or self._clock() > self._story.steps[0].at:
            await self._fresh(for_story=True)
        await self._drop_story()
        await self.bot.start()
        self._is_set = False
        self._pace = pace
        self._player = Player(
            story=self._story,
            slack=self.slack,
            clock=self._clock,
            ready=self._ready,
            settle=self._settle,
            post=partial(post, address=f"http://127.0.0.1:{self._bot_port}"),
            told=self._told,
            idle=1.0,
        )
        self._tell("playing")
        self._playing = asyncio.create_task(self._tell_it(self._player))
        self._playing.add_done_callback(self._over)

    async def _drop_story(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        self._playing = self._player = self._error = None
        self._labels = []
        self._state = "ready"

    async def _tell_it(self, player: Player) -> None:
        try:
            await self.bot.serves()
            await player.play(self._pace)
        except StoryBroken as broken:
            self._error = _plainly(broken)
            self._tell("broken")
        except (IncibotError, OSError) as trouble:
            self._error = f"{trouble}."
            self._tell("broken")
        else:
            self._tell("ended")
        finally:
            self._clock.run(1.0)  # whoever is there goes on by hand

    def _over(self, telling: asyncio.Task[None]) -> None:
        """Nobody waits for the story's end: what nobody has thought of is said on the page, too."""
        if not telling.cancelled() and (trouble := telling.exception()) is not None:
            self._error = f"Something is wrong here: {trouble!r}."
            self._tell("broken")

    async def _ready(self, step: Step) -> None:
        """incibot shows the step's time; and where the step needs it and it is down, the story rests."""
        if step.verb in _NEEDS_THE_BOT and not self.bot.is_running and self._player is not None:
            try:
                await self.bot.serves()
            except IncibotError:
                who = step.who.title()
                self._player.pause()
                self._error = f"{who} needs incibot now, and it does not run. Start it, and go on."
                self._tell("paused")
        await self.bot.agrees()

    async def _settle(self) -> None:
        """Wait for what comes of a step. What takes too long is waited for no more: things go wrong."""
        sent = self.slack.delivery.sent
        last = time.monotonic() + PATIENCE
        while time.monotonic() < last:
            before = len(sent)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(last - time.monotonic(), 0.1)):
                    await self.slack.settled()
            if not self.bot.is_running:
                return
            if not await self._waiting() and len(sent) == before:
                return
            await asyncio.sleep(LOOK)

    async def _waiting(self) -> bool:
        """Whether incibot has jobs to do."""
        if self._store is None:
            return False
        try:
            async with self._store.read() as tx:
                waiting, _, _ = await tx.waiting()
        except SQLAlchemyError:
            return True  # it writes just now
        return waiting > 0

    def _told(self, step: Step) -> None:
        if step.label and self._player is not None:
            self._labels.append(
                {
                    "position": self._player.position,
                    "at": self._clock().isoformat(),
                    "who": step.who if step.is_a_persons else None,  # then nobody looks
                    "channel": self._player.place(step.channel) or None,
                    "label": step.label,
                }
            )
        self.slack.tell("story", **self.state())


def _plainly(broken: StoryBroken) -> str:
    """Why a story could not go on, for whoever looks on."""
    step = broken.step
    if step is None:
        return str(broken)
    did = f"typed “{step.args.get('text', '')}”" if step.verb == "types" else _DID[step.verb]
    return f"{step.who.title()} {did}, but {broken.why.replace('the bot', 'incibot')}."


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _environment() -> dict[str, str]:
    """Ours, without what could be settings of another incibot, and without a proxy in between."""
    ours = ("SLACK_", "INCIBOT_", "LOG_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) and name not in ("DATABASE_URL", "HOST", "PORT")
    }
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1")))
    return kept | {"NO_PROXY": direct, "no_proxy": direct}


def open_in_browser(url: str) -> None:
    """Show an address to whoever sits at this machine, if somebody does and has a browser."""
    has_screen = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if has_screen and sys.stderr.isatty():
        # Some browsers hold up whoever opens them, until they are closed.
        threading.Thread(target=_open, args=(url,), daemon=True).start()


def _open(url: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(url)


@asynccontextmanager
async def live(folder: Path, *, port: int = 0, for_story: bool = False) -> AsyncIterator[Live]:
    """A `Live` workspace, ended with all that belongs to it."""
    made = Live(folder)
    try:
        await made.start(port=port, for_story=for_story)
        yield made
    finally:
        await made.stop()
