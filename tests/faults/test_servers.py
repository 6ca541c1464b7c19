"""A database server that falls silent, or lets its clients go: the work goes on by itself."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from incibot.core.timeline import EntryKind
from incibot.store.database import url_of
from tests.bench import DATABASES
from tests.faults.kills import die_at_each
from tests.faults.story import CALLS
from tests.faults.world import Nursery, Trouble, world
from tests.scenarios.outage import wired

IN_TIME = 10.0  # seconds
SKEW = 240.0  # seconds

pytestmark = pytest.mark.parametrize(
    "database",
    [url for url in DATABASES if url != "sqlite://"],
    ids=lambda url: url.partition(":")[0],
    indirect=True,
)

CHOSEN = {  # the calls after which there is something to be found
    "opening": ("conversations.create", "chat.postMessage card", "chat.postMessage announce"),
    "resolving": ("chat.postMessage relay",),
    "reviewing": ("files.completeUploadExternal",),
}


@pytest.mark.parametrize("trouble", [Trouble.KILLED_BEFORE, Trouble.KILLED_AFTER])
async def test_killed_at_a_call_everything_is_there_once(
    nursery: Nursery, database: str, tmp_path: Path, trouble: Trouble
) -> None:
    assert all(set(CHOSEN[part]) <= set(CALLS[part]) for part in CALLS)
    async with world(nursery, database, tmp_path) as there:
        await die_at_each(there, trouble, CHOSEN)


@pytest.mark.parametrize("word", ["serve", "worker"])
async def test_a_server_that_says_nothing_more_keeps_no_process_alive(
    nursery: Nursery, database: str, tmp_path: Path, word: str
) -> None:
    async with world(nursery, database, tmp_path) as there, wired(database) as (url, wire):
        bot = await there.start(word, DATABASE_URL=url)
        wire.hold()
        await asyncio.sleep(1.5)  # it is in the midst of a look for jobs
        begun = time.monotonic()
        bot.send(signal.SIGTERM)
        code = await bot.ended()
        assert time.monotonic() - begun < IN_TIME, bot.said()
        assert code in (0, 1)


async def lets_all_go(database: str) -> None:
    """The server ends every connection but ours, as it does when it is restarted."""
    url = url_of(database)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        if url.get_backend_name() == "postgresql":
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        else:
            ids = await connection.execute(
                text(
                    "SELECT id FROM information_schema.processlist"
                    " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
                )
            )
            for (number,) in ids.all():
                try:
                    await connection.execute(text(f"KILL {number}"))
                except DBAPIError as error:
                    if "Unknown thread" not in str(error):
                        raise
    await engine.dispose()


async def test_a_server_that_lets_everybody_go_is_come_back_to(
    nursery: Nursery, database: str, tmp_path: Path
) -> None:
    async with world(nursery, database, tmp_path) as there:
        server = await there.start("serve", "--no-worker")
        worker = await there.start("worker")
        await there.types("declare sev2 Checkout answers 500 (1)")
        await there.settle()
        ana, room = there.slack.person("ana"), there.room(1)
        noted = []  # as the asker was told
        for n in range(12):
            await ana.writes(f"message {n}", room)
            answer = await there.types(f"note number {n}", room)
            if "nothing was changed" not in answer.text:
                noted.append(f"number {n}")
            if n % 4 == 0:
                await lets_all_go(database)
        await there.settle()
        told = await there.there.timeline()
        words = [one.words for one in told if one.kind is EntryKind.MESSAGE]
        assert words == [f"message {n}" for n in range(12)]
        assert [one.words for one in told if one.kind is EntryKind.NOTE] == noted
        await there.proved(1)
        assert server.is_alive
        assert worker.is_alive


async def test_a_clock_that_is_minutes_fast_takes_no_job_out_of_anothers_hands(
    nursery: Nursery, database: str, tmp_path: Path
) -> None:
    async with world(nursery, database, tmp_path) as there:
        await there.start()
        came = asyncio.Event()

        def happens(name: str) -> Trouble | None:
            if name != "chat.postMessage card" or came.is_set():
                return None
            came.set()
            return Trouble.STALLED

        there.slack.trouble = happens
        await there.types("declare sev2 Checkout answers 500 (1)")
        async with asyncio.timeout(30):
            await came.wait()
        fast = await there.start(fast=SKEW)  # far longer than a lease
        (differs,) = fast.lines("clock.differs")
        assert abs(differs["seconds"] - SKEW) < 5
        await there.settle()
        assert there.slack.heard.count("chat.postMessage card") == 1
        await there.types("note by a clock that is fast", there.room(1))
        await there.settle()
        (note,) = [one for one in await there.there.timeline() if one.kind is EntryKind.NOTE]
        assert abs((there.clock() - note.occurred_at).total_seconds()) < 60
