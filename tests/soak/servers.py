"""A database server of our own, in a temporary folder, which may be stopped and started again."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # seconds in which a server must answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class Server:
    """A PostgreSQL or MariaDB server on loopback, as Debian packs it.

    Attributes:
        made: what makes its files, once; `run` starts it, `asks` asks whether it answers.
        user: whom it runs as, where we are root.
    """

    folder: Path
    user: str
    url: str
    made: Sequence[str]
    run: Sequence[str]
    asks: Sequence[str]
    creates: Sequence[str]
    _process: asyncio.subprocess.Process | None = field(default=None)

    async def make(self) -> None:
        """Its files, the server, and an empty database."""
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        await self._do(self.made)
        await self.start()
        await self._do(self.creates)

    async def start(self) -> None:
        with (self.folder.parent / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.run, stdout=log, stderr=log, **self._as_user()
            )
        until = time.monotonic() + PATIENCE
        while await self._status(self.asks):
            if time.monotonic() > until:
                raise TimeoutError(f"no answer: {' '.join(self.asks)}")
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """As its operator would: whoever is connected is cut off."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(2 if "postgres" in self.run[0] else 15)
            await process.wait()

    def _as_user(self) -> dict[str, Any]:
        return {"user": self.user, "group": self.user} if os.geteuid() == 0 else {}

    async def _do(self, command: Sequence[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **(self._as_user() if command is self.made else {}),
        )
        said, _ = await process.communicate()
        if process.returncode:
            sys.exit(f"{' '.join(command)}: {said.decode(errors='replace')}")

    async def _status(self, command: Sequence[str]) -> int:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return await process.wait()


def postgresql(folder: Path) -> Server:
    data, port = str(folder / "data"), str(free_port())
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        sys.exit("no PostgreSQL server is installed here (on Debian: apt-get install postgresql)")
    there = ["-h", "127.0.0.1", "-p", port, "-U", "incibot", "-d", "postgres", "-Atqc"]
    return Server(
        folder=folder,
        user="postgres",
        url=f"postgresql://incibot@127.0.0.1:{port}/incibot",
        made=[
            str(found[-1]),
            "-D",
            data,
            "-U",
            "incibot",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ],
        run=[
            str(found[-1].with_name("postgres")),
            *("-D", data, "-p", port, "-k", str(folder), "-c", "listen_addresses=127.0.0.1"),
        ],
        asks=["psql", *there, "select 1"],
        creates=["psql", *there, "create database incibot"],
    )


def mariadb(folder: Path) -> Server:
    data, port = str(folder / "data"), str(free_port())
    run = shutil.which("mariadbd")
    if run is None:
        sys.exit("no MariaDB server is installed here (on Debian: apt-get install mariadb-server)")
    there = ["mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", port, "-u", "root", "-Nse"]
    return Server(
        folder=folder,
        user="mysql",
        url=f"mysql://root@127.0.0.1:{port}/incibot",
        made=[
            "mariadb-install-db",
            *(
                "--no-defaults",
                f"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-name-resolve",
            ),
        ],
        run=[
            run,
            *("--no-defaults", f"--datadir={data}", "--bind-address=127.0.0.1", f"--port={port}"),
            *(f"--socket={folder}/socket", f"--pid-file={folder}/pid"),
            *("--character-set-server=utf8mb4", "--skip-name-resolve"),
        ],
        asks=[*there, "select 1"],
        creates=[*there, "create database incibot"],
    )


SERVERS = {"postgresql": postgresql, "mariadb": mariadb}
