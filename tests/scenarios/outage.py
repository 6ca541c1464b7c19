"""A database that does not answer for a while: a wire that can be cut, or a file that is locked."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from incibot.store.database import url_of

PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}


class Wire:
    """A TCP connection to a database server that can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._far = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self.port = 0

    def hold(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._flows.clear()

    async def mend(self) -> None:
        self._flows.set()
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        self._flows.set()
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in self._open:
            end.transport.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._open.clear()

    async def _join(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(*self._far)
        self._open |= {back, forth}
        for source, sink in ((near, forth), (far, back)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(65536):
                await self._flows.wait()
                sink.write(piece)
                await sink.drain()
        sink.close()


@asynccontextmanager
async def fragile(
    database: str, folder: Path
) -> AsyncIterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """A database's URL, how to make it fail, and how to bring it back: both are awaited."""
    if database == "sqlite://":
        locks: list[sqlite3.Connection] = []

        async def lock() -> None:
            other = sqlite3.connect(folder / "incibot.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            locks.append(other)

        async def unlock() -> None:
            while locks:
                locks.pop().close()

        yield database, lock, unlock
        await unlock()
        return
    async with wired(database) as (through, wire):
        yield through, wire.cut, wire.mend


@asynccontextmanager
async def wired(database: str) -> AsyncIterator[tuple[str, Wire]]:
    """A server's URL by way of a wire, and the wire."""
    url = url_of(database)
    wire = Wire(url.host or "127.0.0.1", url.port or PORTS[url.get_backend_name()])
    await wire.mend()
    through = make_url(database).set(host="127.0.0.1", port=wire.port)
    try:
        yield through.render_as_string(hide_password=False), wire
    finally:
        await wire.cut()
