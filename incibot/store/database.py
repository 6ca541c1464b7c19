"""The engine, transactions, and the quirks of three databases, all here."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sqlalchemy import URL, Connection, Insert, Table, event, insert, make_url
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as SQLTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
}
BUSY = 800  # milliseconds that SQLite waits for a lock: well below the 3 s that Slack waits for us
POOL = 10  # connections of one process to a server
DUPLICATE = 1062  # MySQL's number for a unique key that is there already
COLLISIONS = frozenset(  # PostgreSQL's and MySQL's words for a deadlock and the like
    {
        "40001",
        "40P01",
        1213,
        1305,  # the savepoint went with the transaction that a deadlock ended
    }
)
LOCKED = frozenset({"55P03", 1205})  # their words for a lock that somebody else kept too long
LOCK = 1.2  # seconds to wait for one: two tries fit into the 3 s that Slack waits for us
# On PostgreSQL a little more than the second after which it looks for deadlocks; MySQL counts in
# seconds, and its own limit is 50 of them. No statement of ours takes half a minute.
LIMITS = {
    "postgresql": ("SET lock_timeout = 1200", "SET statement_timeout = 30000"),
    "mysql": (
        "SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 1"
        " /*M!100101 , max_statement_time = 30 */ /*!50708 , max_execution_time = 30000 */",
    ),
}
NO_LIMITS = {
    "postgresql": ("SET lock_timeout = 0", "SET statement_timeout = 0"),
    "mysql": (
        "SET SESSION innodb_lock_wait_timeout = 600, lock_wait_timeout = 600"
        " /*M!100101 , max_statement_time = 0 */ /*!50708 , max_execution_time = 0 */",
    ),
}
MENDED = {  # SQLite's words, and ours
    "database is locked": "another program holds the SQLite file; incibot goes on when it lets go",
    "database or disk is full": "the disk is full; incibot goes on when there is room",
    "disk I/O error": "the disk takes nothing more (full, a quota, or broken)",
    "attempt to write a readonly database": "the SQLite file, or its folder, is read-only",
    "unable to open database file": "the SQLite file cannot be opened: see its folder and rights",
}
WAIT = 2.0  # seconds for a connection, to open one or to take one from the pool


def url_of(spelling: str) -> URL:
    """The URL with an async driver, from what people and hosts write (``postgres://`` too).

    Raises:
        ValueError: it is no URL of a database that incibot knows.
    """
    try:
        url = make_url(spelling)
    except ArgumentError as error:
        raise ValueError("it is not a database URL") from error
    if url.drivername in DRIVERS:
        url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() not in ("sqlite", "postgresql", "mysql", "mariadb"):
        raise ValueError(f"incibot does not know the database “{url.get_backend_name()}”")
    if url.get_backend_name() in ("mysql", "mariadb") and "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


def connect(spelling: str) -> AsyncEngine:
    """An engine that behaves the same on SQLite, PostgreSQL, MySQL and MariaDB."""
    url = url_of(spelling)
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, connect_args={"timeout": BUSY / 1000}, hide_parameters=True
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # an error that is logged carries nobody's words
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=WAIT,
        pool_pre_ping=True,  # a connection may have died with the server while it rested
        pool_recycle=1800,  # seconds; below the idle time after which servers and proxies hang up
        connect_args={"async_creator_fn": _opener(url.get_driver_name())},
    )
    event.listen(engine.sync_engine, "connect", _limiter(_family(url.get_backend_name())))
    return engine


def _family(name: str) -> str:
    return "mysql" if name == "mariadb" else name


def _limiter(family: str) -> Callable[[Any, Any], None]:
    """Sees to it that a row that somebody holds on to is an error while Slack still waits."""

    def limit(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for words in LIMITS[family]:
            cursor.execute(words)
        cursor.close()
        connection.commit()

    return limit


@contextmanager
def unlimited(connection: Connection) -> Iterator[None]:
    """Let what is done meanwhile take its time: a migration waits for whoever is in its way."""
    family = _family(connection.dialect.name)
    if family not in LIMITS:
        yield
        return
    _say(connection, NO_LIMITS[family])
    try:
        yield
    finally:
        connection.rollback()
        _say(connection, LIMITS[family])


def _say(connection: Connection, words: Iterable[str]) -> None:
    for one in words:
        connection.exec_driver_sql(one)
    connection.commit()


def _opener(driver: str) -> Callable[..., Awaitable[Any]]:
    """Opens a connection in time, or raises an OSError.

    The drivers' own limits end when the server has picked up, whether or not it says a word; and
    asyncpg has errors of its own for a server that is still starting or has no room left.
    """

    async def open_one(*args: Any, **kwargs: Any) -> Any:
        module = import_module(driver)
        own = (module.PostgresError, module.InterfaceError) if driver == "asyncpg" else ()
        try:
            async with asyncio.timeout(WAIT):
                return await module.connect(*args, **kwargs)
        except own as error:
            raise ConnectionError(str(error)) from error

    return open_one


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin on its own; see _begin_immediate
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # Another connection is making the new file so at this moment, and it holds for all.
        if "locked" not in str(error):
            raise
    # FULL: what was acknowledged to Slack survives a power cut, not only a crash.
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # Take the write lock before reading: a transaction that reads first and writes later fails
    # with SQLITE_BUSY when another one wrote in between, and no timeout helps.
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Turn:
    """Whose turn it is to write: on SQLite one at a time, in the order in which they came.

    SQLite lets everybody try until they are tired, and under load the unlucky ones never get in.
    Raises TimeoutError when it takes too long.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._lock = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    async def __aenter__(self) -> None:
        if self._lock is not None:
            async with asyncio.timeout(WAIT):
                await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()


async def insert_once(connection: AsyncConnection, table: Table, **values: Any) -> bool:
    """Insert the row unless a unique key says that it is there. True if it was inserted."""
    match connection.dialect.name:
        case "postgresql":
            fresh = postgresql.insert(table).values(**values).on_conflict_do_nothing().inline()
            return (await connection.execute(fresh)).rowcount == 1
        case "sqlite":
            new = sqlite.insert(table).values(**values).on_conflict_do_nothing().inline()
            return (await connection.execute(new)).rowcount == 1
    try:  # INSERT IGNORE would ignore words that are too long as well
        async with connection.begin_nested():
            await connection.execute(insert(table).values(**values))
    except IntegrityError as error:
        if error.orig is None or error.orig.args[0] != DUPLICATE:
            raise
        return False
    return True


async def insert_numbered(connection: AsyncConnection, table: Table, **values: Any) -> int | None:
    """The same for a table whose rows the database numbers by `id`: the new row's number, or None."""
    match connection.dialect.name:
        case "postgresql":
            fresh = postgresql.insert(table).values(**values).on_conflict_do_nothing()
            found: int | None = (
                await connection.execute(fresh.returning(table.c.id))
            ).scalar_one_or_none()
            return found
        case "sqlite":
            new = sqlite.insert(table).values(**values).on_conflict_do_nothing().inline()
            made = await connection.execute(new)
            return made.lastrowid if made.rowcount == 1 else None
    try:
        async with connection.begin_nested():
            done = await connection.execute(insert(table).values(**values))
    except IntegrityError as error:
        if error.orig is None or error.orig.args[0] != DUPLICATE:
            raise
        return None
    return done.lastrowid


async def put(
    connection: AsyncConnection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    again: Mapping[str, Any] | None = None,
) -> None:
    """Write the row of that key, whether or not there is one, in one statement.

    Two statements would let somebody else in between; and on MySQL those who wait for the same row
    to be inserted, and then all want to change it, block each other.

    Args:
        key: the columns of the unique key.
        again: what is written where there is such a row, if not the values.
    """
    row, change = {**key, **values}, dict(values if again is None else again)
    statement: Insert
    match connection.dialect.name:
        case "postgresql":
            statement = (
                postgresql.insert(table)
                .values(**row)
                .on_conflict_do_update(index_elements=list(key), set_=change)
                .inline()
            )
        case "sqlite":
            statement = (
                sqlite.insert(table)
                .values(**row)
                .on_conflict_do_update(index_elements=list(key), set_=change)
                .inline()
            )
        case _:
            statement = mysql.insert(table).values(**row).on_duplicate_key_update(**change)
    await connection.execute(statement)


def collided(error: DBAPIError) -> bool:
    """Whether the transaction was given up for another's sake, and would do well a second time."""
    return bool(_codes(error) & COLLISIONS)


def locked(error: DBAPIError) -> bool:
    """Whether somebody else held on to a row for too long."""
    return bool(_codes(error) & LOCKED)


def ailment(error: Exception) -> str:
    """Why the database takes nothing, in words; empty where it was this one unit of work only."""
    if isinstance(error, DBAPIError):
        if locked(error) or collided(error):
            return ""
        if not isinstance(error, OperationalError | InterfaceError):
            return ""
        words = str(error.orig)
        return MENDED.get(words, words)[:300]
    if isinstance(error, TimeoutError | SQLTimeoutError):
        return "it is too slow"
    return f"{type(error).__name__}: {error}"[:300] if isinstance(error, OSError) else ""


def _codes(error: DBAPIError) -> frozenset[Any]:
    """The SQL state, and MySQL's own number, which says more."""
    cause = error.orig
    if cause is None:
        return frozenset()
    first = cause.args[0] if cause.args else None
    number = first if isinstance(first, int) else None
    return frozenset({getattr(cause, "sqlstate", None), number})
