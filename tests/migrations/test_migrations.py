"""The schema grows by additions: from nothing to the newest, once, and an older release still runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.schema import counters, metadata
from tests.bench import DATABASES, empty, own


@pytest.fixture(params=DATABASES, ids=lambda url: url.partition(":")[0])
async def bare(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without a table in it."""
    url = own(request.param)
    if url == "sqlite://":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    await empty(url)  # it is there, then
    await strip(url)
    yield url
    await strip(url)
    engine = connect(url)
    await migrations.upgrade(engine)  # as the others find it
    await engine.dispose()


async def strip(url: str) -> None:
    def drop(connection: Connection) -> None:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)

    engine = connect(url)
    async with engine.begin() as connection:
        await connection.run_sync(drop)
    await engine.dispose()


@pytest.fixture
async def engine(bare: str) -> AsyncIterator[AsyncEngine]:
    made = connect(bare)
    yield made
    await made.dispose()


async def test_the_newest_schema_is_what_the_tables_say(engine: AsyncEngine) -> None:
    assert await migrations.is_behind(engine)
    await migrations.upgrade(engine)
    assert not await migrations.is_behind(engine)

    def difference(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
        rows = (await connection.execute(select(counters))).all()
        assert [(row.name, row.value) for row in rows] == [("incident", 0)]


async def test_the_tables_are_all_there_and_have_their_keys(engine: AsyncEngine) -> None:
    await migrations.upgrade(engine)

    def look(connection: Connection) -> dict[str, tuple[list[str], int]]:
        seen = inspect(connection)
        return {
            name: (
                seen.get_pk_constraint(name)["constrained_columns"],
                len(seen.get_unique_constraints(name)),
            )
            for name in seen.get_table_names()
        }

    async with engine.connect() as connection:
        found = await connection.run_sync(look)
    for table in metadata.sorted_tables:
        assert found[table.name][0] == [column.name for column in table.primary_key]
    assert set(found) - {table.name for table in metadata.sorted_tables} == {"alembic_version"}


async def test_upgrading_again_changes_nothing(engine: AsyncEngine) -> None:
    await migrations.upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(counters.update().values(value=7))
    await migrations.upgrade(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(select(counters.c.value))).scalar_one() == 7


async def test_a_schema_of_a_newer_release_is_not_behind(engine: AsyncEngine) -> None:
    await migrations.upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not await migrations.is_behind(engine)
    await migrations.upgrade(engine)  # a release that was rolled back leaves it alone
    assert await migrations.current(engine) == "9999"


async def test_processes_that_upgrade_at_once_do_it_once(bare: str) -> None:
    engines = [connect(bare) for _ in range(4)]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(migrations.upgrade(engine) for engine in engines))
        for engine in engines:
            assert await migrations.current(engine) == migrations.newest()
        async with engines[0].connect() as connection:
            assert len((await connection.execute(select(counters))).all()) == 1
    finally:
        for engine in engines:
            await engine.dispose()


def test_the_revisions_are_one_line() -> None:
    assert migrations.newest() in migrations.known()
    assert max(migrations.known()) == migrations.newest()
