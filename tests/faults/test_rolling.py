"""The old release and the new one side by side on one database, and back: nothing lost, nothing doubled.

The old release is the tree before the newest migration was added.
"""

from __future__ import annotations

import io
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from incibot.core.timeline import EntryKind
from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.schema import metadata
from tests.faults.world import TREE, Bot, Nursery, World, world
from tests.scenarios.posting import deliver, events
from tests.scenarios.test_catching_up import is_slacks_own

VERSIONS = "incibot/store/migrations/versions"


def git(*words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(TREE), *words], capture_output=True, check=False)
    assert done.returncode == 0, (
        f"`git {' '.join(words)}` failed: this test needs the repository and its history, not a "
        f"shallow clone or an archive. {done.stderr.decode()}"
    )
    return done.stdout


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Starts processes of the release before the newest migration."""
    newest = git("log", "--diff-filter=A", "-1", "--format=%H", "--", VERSIONS).decode().strip()
    assert newest, f"the history knows of no file that was added below {VERSIONS}"
    tree = tmp_path_factory.mktemp("older")
    with tarfile.open(
        fileobj=io.BytesIO(git("archive", f"{newest}^", "incibot", "templates"))
    ) as tar:
        tar.extractall(tree, filter="data")
    made = Nursery(tree)
    yield made
    made.close()


async def wipe(database: str) -> None:
    """A server's database without any table, as a new one is."""
    engine = connect(database)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    await engine.dispose()


async def ana_is_in(there: World, number: int) -> str:
    """Wait until the incident's channel is there, and Ana in it."""

    async def is_in() -> str:
        for room in there.slack.workspace.channels.values():
            if room.name.startswith(f"inc-{number}-"):
                return room.id if there.slack.person("ana").id in room.members else ""
        return ""

    await there.until(is_in)
    return await is_in()


async def migrates(there: World, nursery: Nursery) -> str:
    """To where that release brings the database."""
    bot = there.launch("migrate", nursery=nursery)
    assert await bot.ended() == 0, bot.said()
    return bot.said().split()[-1]


async def test_a_rolling_deploy_and_a_roll_back_lose_and_double_nothing(
    nursery: Nursery, older: Nursery, database: str, tmp_path: Path
) -> None:
    if database != "sqlite://":
        await wipe(database)
    async with world(nursery, database, tmp_path, book="services: [checkout]", empty=True) as there:
        ana = there.slack.person("ana")
        written: list[str] = []
        noted: list[str] = []

        async def goes_on(room: str, *bots: Bot) -> None:
            """Words and commands, each to another of these."""
            for n, bot in enumerate(bots * 2):
                there.slack.request_url = f"{bot.address}/slack/events"
                ts = await ana.writes(f"message {len(written)}", room)
                written.append(
                    f"message {len(written)}, edited" if n % 2 else f"message {len(written)}"
                )
                if n % 2:
                    await ana.edits(room, ts, written[-1])
                await there.slack.settled(retries=True)
                noted.append(f"number {len(noted)}")
                answer = await there.types(f"note {noted[-1]}", room)
                assert answer.trouble is None
                sent = events(there.there, "message")[-1]
                for other in bots:
                    assert (await deliver(there.there, sent, url=other.address)).status == 200

        assert int(await migrates(there, older)) < int(migrations.newest())
        old = await there.start(nursery=older)
        await there.types("declare sev2 Declared before")
        room = await ana_is_in(there, 1)
        await goes_on(room, old)

        assert await migrates(there, nursery) == migrations.newest()
        await goes_on(room, old)  # on the schema of the new release
        new = await there.start()
        await goes_on(room, old, new)
        for number, bot in ((2, old), (3, new)):
            there.slack.request_url = f"{bot.address}/slack/events"
            await there.types(f"declare sev3 Declared meanwhile {number}")
            await ana_is_in(there, number)

        new.send(signal.SIGTERM)  # it was no good: back
        assert await new.ended() == 0, new.said()
        await goes_on(room, old)
        there.slack.request_url = f"{old.address}/slack/events"
        await there.types("declare sev3 Declared after the roll back")
        await ana_is_in(there, 4)

        await there.start()  # and at last it is mended
        old.send(signal.SIGTERM)
        assert await old.ended() == 0, old.said()
        await there.settle()
        await there.writes(there.there.app.store.take_up)
        told = await there.there.timeline()
        assert [one.words for one in told if one.kind is EntryKind.MESSAGE] == written
        assert [one.words for one in told if one.kind is EntryKind.NOTE] == noted
        assert {key: n for key, n in there.written().items() if n > 1} == {}
        for number in range(1, 5):
            await is_slacks_own(there.there, there.room(number), number)
            await there.proved(number)
