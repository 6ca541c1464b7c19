"""Starts incibot in processes of its own, fast: what is imported once is there in every child.

Run as a program, by its path, so that whichever release is on the path is the one that runs. A line
of JSON on stdin starts a process::

    {"args": ["serve"], "env": {...}, "log": "bot.log", "ahead": 0, "fast": 0, "folder": "/tmp/x"}

and gets ``{"pid": 123}`` back, and some time ``{"ended": 123, "code": -9}``. A child is what the
``incibot`` command is; only where so many seconds have passed (`ahead`), or the machine's clock is wrong
(`fast`), its clock shows so many more. When stdin ends, all of them end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import selectors
import signal
import sys
from datetime import timedelta
from typing import Any

import aiosqlite  # noqa: F401 - what every child would import for itself
import asyncmy  # noqa: F401
import asyncpg  # noqa: F401

from incibot import cli, log
from incibot.app import build, now, serving, until_told_to_stop

PIECE = 65536


def _at(clock: Any, args: list[str]) -> None:
    """What `incibot serve` does, at another time."""

    settings, book = cli._settings()
    log.configure(settings.log_format, settings.log_level)

    async def work() -> None:
        async with (
            build(settings, book, clock=clock) as app,
            serving(app, worker="--no-worker" not in args) as address,
        ):
            log.logger("faults").info("serving", address=address)
            await until_told_to_stop()

    asyncio.run(work())


def _live(order: dict[str, Any]) -> None:
    """The child's whole life."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    sheet = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (sheet, 1), (sheet, 2)):
        os.dup2(here, there)
    os.closerange(3, 64)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    if order["fast"]:
        from incibot.store.clock import SharedClock  # an older release has none

        _at(SharedClock(timedelta(seconds=order["fast"])), order["args"])
    elif ahead := timedelta(seconds=order["ahead"]):
        _at(lambda: now() + ahead, order["args"])
    else:
        cli.main(order["args"])


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _live(order)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(**what: Any) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def main() -> None:
    mine: set[int] = set()
    ear, mouth = os.pipe()
    os.set_blocking(ear, False)
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(ear, selectors.EVENT_READ)
        _say(ready=True)
        while True:
            for key, _ in selector.select():
                piece = os.read(key.fd, PIECE)
                if key.fd == 0:
                    if not piece:
                        for pid in mine:
                            os.kill(pid, signal.SIGKILL)
                        return
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        mine.add(pid := _start(json.loads(line)))
                        _say(pid=pid)
            while mine and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                mine.discard(ended[0])
                _say(ended=ended[0], code=os.waitstatus_to_exitcode(ended[1]))


if __name__ == "__main__":
    main()
