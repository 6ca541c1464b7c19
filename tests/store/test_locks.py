"""A row that somebody holds on to is an error in time for Slack, and no trouble when it is let go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from incibot.core.people import Person, UserId
from incibot.store import migrations
from incibot.store.database import connect, locked
from incibot.store.schema import chains, people
from incibot.store.unit import Store
from tests.bench import DATABASES, Bench
from tests.scenarios.posting import deliver, events

SOON = 12.0  # seconds, on a busy machine; MySQL's own limit is fifty

# SQLite has no locks of rows.
pytestmark = pytest.mark.parametrize(
    "database",
    [url for url in DATABASES if url != "sqlite://"],
    ids=lambda url: url.partition(":")[0],
    indirect=True,
)


@pytest.fixture(autouse=True)
def patience() -> None:
    """None: here it is asked how soon."""


@asynccontextmanager
async def held(store: Store, table: object = people) -> AsyncIterator[asyncio.Event]:
    """Rows that another program holds on to, until it is told to let go."""
    engine = create_async_engine(store.engine.url)
    go, gone = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with engine.begin() as connection:
            await connection.execute(select(table).with_for_update())  # type: ignore[call-overload]
            gone.set()
            await go.wait()

    holder = asyncio.create_task(hold())
    await gone.wait()
    try:
        yield go
    finally:
        go.set()
        await holder
        await engine.dispose()


async def learn(store: Store, name: str) -> None:
    await store.write(lambda tx: tx.learn([Person(id=UserId("U1"), name=name)]))


async def test_a_row_that_is_held_for_ever_is_an_error_while_slack_still_waits(
    store: Store,
) -> None:
    await learn(store, "Ana")
    async with held(store):
        begun = time.monotonic()
        with pytest.raises(DBAPIError) as error:
            await learn(store, "Bo")
        assert locked(error.value)
        assert 1.5 < time.monotonic() - begun < SOON  # it was tried twice
    await learn(store, "Bo")
    async with store.read() as tx:
        person = await tx.person(UserId("U1"))
    assert person is not None
    assert person.name == "Bo"


async def test_a_row_that_is_let_go_in_time_is_no_trouble(store: Store) -> None:
    await learn(store, "Ana")
    async with held(store) as go:
        waiting = asyncio.create_task(learn(store, "Bo"))
        asyncio.get_running_loop().call_later(1.4, go.set)  # in the second try
        async with asyncio.timeout(SOON):
            await waiting
    async with store.read() as tx:
        person = await tx.person(UserId("U1"))
    assert person is not None
    assert person.name == "Bo"


async def test_a_message_that_cannot_be_linked_in_time_is_refused_and_comes_again(
    there: Bench,
) -> None:
    incident = await there.declares()
    await there.person("ana").writes("the first", incident.channel_name)
    await there.settle()
    delivered = events(there, "message")[-1]
    inner = dict(delivered.payload["event"], ts="1795183300.000001", text="the second")
    payload = dict(delivered.payload, event=inner, event_id="EvHeld")
    again = replace(delivered, payload=payload)
    async with held(there.app.store, chains):
        begun = time.monotonic()
        assert (await deliver(there, again)).status == 503
        assert time.monotonic() - begun < SOON
    assert (await deliver(there, again)).status == 200
    assert "the second" in [entry.words for entry in await there.timeline()]


async def test_a_migration_waits_for_whoever_is_in_its_way(store: Store) -> None:
    """Its connection knows no limit while it migrates, and has it again afterwards."""
    mine = (
        "SHOW lock_timeout"
        if store.engine.dialect.name == "postgresql"
        else ("SELECT @@SESSION.innodb_lock_wait_timeout")
    )
    engine = connect(store.engine.url.render_as_string(hide_password=False))
    seen: list[str] = []

    def look(connection: object) -> None:
        seen.append(str(connection.execute(text(mine)).scalar()))  # type: ignore[attr-defined]
        connection.rollback()  # type: ignore[attr-defined]

    try:
        async with engine.connect() as connection:
            await connection.run_sync(look)

            def migrate(sync: object) -> None:
                with migrations.unlimited(sync):  # type: ignore[arg-type]
                    look(sync)

            await connection.run_sync(migrate)
            await connection.run_sync(look)
    finally:
        await engine.dispose()
    assert seen in (["1200ms", "0", "1200ms"], ["1", "600", "1"])
