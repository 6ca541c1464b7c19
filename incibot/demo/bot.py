"""incibot in a process of its own, as the local workspace starts it: ``python -m incibot.demo.bot``.

It is made of what `incibot serve` is made of, with settings from the environment; only its clock is
another one, which follows that of the workspace. Whoever starts it writes a line to its stdin at the
start and whenever the workspace's clock is set or changes its pace::

    {"n": 7, "at": "2026-11-20T14:06:00+00:00", "pace": 10}

and gets ``{"clock": 7}`` back on stdout once that time is shown, and ``{"serving": "http://…"}`` once
it serves. Logs are on stderr. When its stdin ends it ends too, so that it outlives nobody.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from incibot import log
from incibot.app import App, build, serving, until_told_to_stop
from incibot.config import SERVE, Settings
from incibot.demo.local import BOOK
from incibot.demo.systems import INTEGRATIONS

BEAT: Final = 15.0  # real seconds, at most, between two notes that we are listening
STORY_BEAT: Final = (
    20.0  # the same in seconds of the clock: 60 of them would be a gap in the record
)
SHORTEST: Final = 0.25  # real seconds, at least
LAST: Final = 10.0  # real seconds to end in, when whoever started us is gone


class FollowingClock:
    """Shows what another clock shows, as of the last that was heard of it. Does not go back."""

    def __init__(self, at: datetime, pace: float) -> None:
        self._shown = (at, time.monotonic(), pace)  # replaced as a whole: two threads look at it

    def __call__(self) -> datetime:
        at, since, pace = self._shown
        return at + timedelta(seconds=(time.monotonic() - since) * pace)

    @property
    def pace(self) -> float:
        return self._shown[2]

    def follow(self, at: datetime, pace: float) -> None:
        """Go on from that time, at that pace."""
        self._shown = (max(at, self()), time.monotonic(), pace)


def _lines() -> Iterator[bytes]:
    """What comes by stdin, as it comes; a buffered stdin would be in the way when the process ends."""
    rest = b""
    while piece := os.read(0, 65536):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _heard(line: bytes) -> tuple[int, datetime, float]:
    told = json.loads(line)
    return int(told["n"]), datetime.fromisoformat(told["at"]), float(told["pace"])


def _tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - the way to whoever started us


def _follow(
    lines: Iterator[bytes],
    clock: FollowingClock,
    turned: Callable[[], None],
    ended: Callable[[], None],
) -> None:
    """Keep the clock right until stdin ends; in a thread, so that no busy moment holds it up."""
    with suppress(OSError):
        for line in lines:
            n, at, pace = _heard(line)
            clock.follow(at, pace)
            _tell(clock=n)
            turned()
    ended()
    time.sleep(LAST)
    os._exit(1)


async def _beat(app: App, clock: FollowingClock, turned: asyncio.Event) -> None:
    """Note that we are listening, as often as the clock's pace asks for."""
    while True:
        wait = min(BEAT, max(STORY_BEAT / clock.pace, SHORTEST)) if clock.pace else BEAT
        with suppress(TimeoutError):
            await asyncio.wait_for(turned.wait(), wait)
        turned.clear()
        await app.last_beat()


async def _serve(lines: Iterator[bytes], clock: FollowingClock) -> None:
    settings = Settings.from_env(os.environ, dotenv=None, needs=SERVE)
    loop = asyncio.get_running_loop()
    turned, ended = asyncio.Event(), asyncio.Event()

    def soon(event: asyncio.Event) -> Callable[[], None]:
        def occur() -> None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(event.set)

        return occur

    listener = threading.Thread(
        target=_follow, args=(lines, clock, soon(turned), soon(ended)), daemon=True
    )
    listener.start()
    async with (
        build(settings, BOOK, clock=clock, integrations=INTEGRATIONS) as app,
        serving(app) as address,
    ):
        _tell(serving=address)
        waits = [
            asyncio.create_task(_beat(app, clock, turned)),
            asyncio.create_task(until_told_to_stop()),
            asyncio.create_task(ended.wait()),
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def main() -> None:
    """Serve until told to stop, or left alone."""
    log.configure("console", "info", stream=sys.stderr)
    lines = _lines()
    first = next(lines, None)
    if first is None:
        return
    n, at, pace = _heard(first)
    clock = FollowingClock(at, pace)
    _tell(clock=n)
    asyncio.run(_serve(lines, clock))


if __name__ == "__main__":
    main()
