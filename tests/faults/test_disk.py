"""A disk that is full, read-only or held by another program: a clear error, nothing broken, and on it goes."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import event, text

from tests.bench import Bench, bench, text_of
from tests.faults.world import Bot, World
from tests.scenarios.posting import deliver, events

DATABASE = "incibot.db"


async def waits_for(address: str) -> tuple[int, str]:
    """What /readyz says."""
    async with aiohttp.ClientSession() as http, http.get(f"{address}/readyz") as answer:
        return answer.status, await answer.text()


def is_whole(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


class Full:
    """The files of the process can grow no more, as on a disk that is full."""

    says = "the disk takes nothing more"

    def __init__(self, there: World, bot: Bot) -> None:
        self._pid, self._folder = bot.pid, there.folder

    def begin(self) -> None:
        # Nothing may be in the file that ends first: what is written goes to the log beside it.
        size = (self._folder / f"{DATABASE}-wal").stat().st_size
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def end(self) -> None:
        endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, endless)


class Held:
    """Another program has the file, and does not let go."""

    says = "another program holds the SQLite file"

    def __init__(self, there: World, bot: Bot) -> None:
        self._file = there.folder / DATABASE

    def begin(self) -> None:
        self._other = sqlite3.connect(self._file, isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        self._other.close()


@pytest.mark.parametrize("wreck", [Full, Held])
async def test_what_cannot_be_written_is_said_and_comes_again(
    earth: World, wreck: type[Full] | type[Held]
) -> None:
    bot = await earth.start()
    await earth.types("declare sev2 Checkout answers 500 (1)")
    await earth.settle()
    ana, room = earth.slack.person("ana"), earth.room(1)
    await ana.writes("before", room)
    await earth.settle()
    assert (await waits_for(bot.address))[0] == 200

    trouble = wreck(earth, bot)
    trouble.begin()
    await ana.writes("in trouble " + "x" * 3000, room)
    answer = await earth.types("note " + "y" * 2000, room)
    assert "nothing was changed" in answer.text
    await earth.until(lambda: _is_refused(earth))
    status, told = await waits_for(bot.address)
    assert (status, trouble.says in told) == (503, True), told
    (said,) = bot.lines("database.takes_no_writes")
    assert trouble.says in said["why"]

    trouble.end()
    await earth.settle()
    await earth.until(lambda: _is_ready(bot))
    await earth.types("note it works again", room)
    await earth.settle()
    assert bot.is_alive
    words = [one.words for one in await earth.there.timeline() if one.kind.value == "message"]
    assert [one.partition(" x")[0] for one in words] == ["before", "in trouble"]
    notes = [one.words for one in await earth.there.timeline() if one.kind.value == "note"]
    assert notes == ["it works again"]
    await earth.proved(1)
    await bot.killed()
    assert is_whole(earth.folder)


async def _is_refused(earth: World) -> bool:
    """The message was answered 503: Slack tries again."""
    return any(try_.status == 503 for sent in earth.slack.delivery.sent for try_ in sent.attempts)


async def _is_ready(bot: Bot) -> bool:
    return (await waits_for(bot.address))[0] == 200


@pytest.mark.parametrize(
    ("pragma", "mend", "says"),
    [
        ("max_page_count = {pages}", "max_page_count = 1000000", "the disk is full"),
        ("query_only = ON", "query_only = OFF", "is read-only"),
    ],
    ids=["full", "read-only"],
)
async def test_each_word_of_sqlites_is_said_in_ours(
    tmp_path: Path, pragma: str, mend: str, says: str
) -> None:
    async with bench("sqlite://", tmp_path) as there:
        incident = await there.declares()
        await there.person("ana").writes("before", str(incident.channel))
        await there.settle()
        await say(there, pragma)
        await there.person("ana").writes("z" * 30_000, str(incident.channel))
        await there.slack.settled()
        sent = events(there, "message")[-1]
        assert [one.status for one in sent.attempts] == [503] * 4
        answer = await there.person("ana").types("/incident note it is full", "general")
        assert answer.trouble is None
        (ill,) = await there.app.waits_for()
        assert says in ill
        await say(there, mend)
        assert (await deliver(there, sent)).status == 200
        await there.settle()
        assert await there.app.waits_for() == []
        assert "z" * 30_000 in text_of({"said": [one.words for one in await there.timeline()]})
    assert is_whole(tmp_path)


async def say(there: Bench, pragma: str) -> None:
    """To each connection that incibot has, and will have."""
    with closing(sqlite3.connect(str(there.app.engine.url.database))) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    words = f"PRAGMA {pragma.format(pages=pages)}"

    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(words)

    event.listen(there.app.engine.sync_engine, "connect", prepare)
    await there.app.engine.dispose()


async def test_what_is_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    async with bench("sqlite://", tmp_path) as there, there.app.engine.connect() as connection:
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous")
        ]
    assert found == ["wal", 2]  # 2 is FULL


async def test_a_database_that_cannot_be_opened_ends_the_start_with_a_word(earth: World) -> None:
    for word in ("serve", "worker", "migrate"):
        bot = earth.launch(word, DATABASE_URL="sqlite:////proc/incibot.db")
        assert await bot.ended() == 1
        assert "the SQLite file cannot be opened" in bot.said()
