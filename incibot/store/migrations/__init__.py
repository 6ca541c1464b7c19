"""How the database comes from any earlier release to this one: additions only (see docs/)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.store.database import BUSY, unlimited

LOCK = 7_241_990  # any number that no other program on the server uses for its advisory lock
PATIENCE = 60  # seconds to wait for another process that migrates


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this release was made for."""
    (head,) = ScriptDirectory.from_config(_config()).get_heads()
    return head


def known() -> frozenset[str]:
    """All revisions that this release knows."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(revision.revision for revision in script.walk_revisions())


async def current(engine: AsyncEngine) -> str | None:
    """The revision that the database is at; None for an empty one."""
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # to look is not to write: nobody has to wait
            await connection.execution_options(sqlite_begin="DEFERRED")
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )


async def is_behind(engine: AsyncEngine) -> bool:
    """Whether `upgrade` has something to do. A schema newer than this release is not behind.

    A release may only add to the schema, so that the one before it keeps working on the new
    schema: a revision that this release does not know comes from a later one.
    """
    at = await current(engine)
    return at is None or (at in known() and at != newest())


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to the newest schema. Several processes may try at once: one does it."""
    if not await is_behind(engine):
        return
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    with unlimited(connection):
        _upgrade_locked(connection)


def _upgrade_locked(connection: Connection) -> None:
    dialect = connection.dialect.name
    if dialect == "sqlite":
        _wait_for_lock(connection, PATIENCE * 1000)
        connection.begin()  # takes the write lock; alembic goes on in this transaction
    elif dialect == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
    elif dialect in ("mysql", "mariadb"):
        got = connection.execute(
            text("SELECT GET_LOCK(:name, :wait)"), {"name": f"incibot-{LOCK}", "wait": PATIENCE}
        ).scalar()
        connection.commit()
        if got != 1:
            raise TimeoutError(f"another process has been migrating for {PATIENCE} seconds")
    try:
        command.upgrade(_config(connection), "head")
        connection.commit()
    finally:
        connection.rollback()  # a lock cannot be given back in a transaction that has failed
        if dialect == "sqlite":
            _wait_for_lock(connection, BUSY)
        elif dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()
        elif dialect in ("mysql", "mariadb"):
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": f"incibot-{LOCK}"})
            connection.commit()


def _wait_for_lock(connection: Connection, milliseconds: int) -> None:
    """Not through SQLAlchemy, which would begin a transaction first, and wait as long as before."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    cursor.close()
