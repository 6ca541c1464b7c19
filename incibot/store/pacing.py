"""Slack's limits, kept by all processes together: a row for each limit that was touched.

The time is the database's: clocks of processes may differ by minutes, and a moment that one of them
writes down means nothing to another. A slot is taken in a transaction of its own, before the call: a
call that was made is counted, whatever becomes of the job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, literal, literal_column, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from incibot.core import pacing
from incibot.core.pacing import SECOND, Limit, Slot, Stint
from incibot.errors import PutOff
from incibot.log import logger
from incibot.store.database import insert_once
from incibot.store.schema import slots
from incibot.store.unit import Clock, Store, Transaction

UNREADABLE = 1.0  # seconds, where the database does not answer
KEPT = 86_400 * SECOND  # how long a slot is kept that nobody asks for
NOW = {  # microseconds since 1970, by the clock of the database
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS BIGINT)",
    "mysql": "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))",
}

log = logger(__name__)


class Pace:
    """Slack's limits, as far as the calls of our jobs go.

    Args:
        team: answers with the workspace that the calls are for.
        clock: the time to go by; None for the database's own.
    """

    def __init__(
        self, store: Store, *, team: Callable[[], str], clock: Clock | None = None
    ) -> None:
        self._store = store
        self._team = team
        self._clock = clock
        self.observe: Callable[[str, float], None] = lambda method, seconds: None

    async def take(self, method: str, stint: Stint, *, channel: str | None = None) -> None:
        """Take the call's slots.

        Raises:
            PutOff: they are not free, and says when they will be. Or the database does not answer:
                then nobody could keep what came of the call either.
        """
        wanted = pacing.limits(method, channel)
        again = method in stint.used

        async def work(tx: Transaction) -> int:
            return await self._take(
                tx.connection,
                wanted,
                waited=stint.waited == method and not again,
                going_on=again and not stint.keeps,
            )

        try:
            wait = await self._store.write(work) / SECOND
        except (SQLAlchemyError, OSError) as trouble:
            log.error("pace.unreadable", method=method, error=repr(trouble)[:300])
            raise PutOff(method, UNREADABLE) from trouble
        self.observe(method, wait)
        if wait:
            raise PutOff(method, wait)
        stint.used.add(method)

    async def close(self, method: str, seconds: float) -> None:
        """Let nobody ask for that method for so long: Slack has said so."""
        (key,) = pacing.limits(method)

        async def work(tx: Transaction) -> None:
            found, now = await self._read(tx.connection, [key])
            await self._write(tx.connection, {key: pacing.close(found[key], seconds, now=now)})

        try:
            await self._store.write(work)
        except (SQLAlchemyError, OSError) as trouble:
            log.error("pace.unwritten", method=method, error=repr(trouble)[:300])

    async def _take(
        self,
        connection: AsyncConnection,
        wanted: Mapping[str, Limit],
        *,
        waited: bool,
        going_on: bool,
    ) -> int:
        found, now = await self._read(connection, list(wanted))
        kept, wait = pacing.take(found, wanted, now=now, waited=waited, going_on=going_on)
        await self._write(connection, kept)
        return wait

    async def _read(
        self, connection: AsyncConnection, keys: list[str]
    ) -> tuple[dict[str, Slot], int]:
        """The slots, which nobody else may write until the end of the transaction; and the time."""
        query = (
            select(slots, self._now(connection).label("now"))
            .where(slots.c.team == self._team(), slots.c.key.in_(keys))
            .order_by(slots.c.key)  # everybody in the same order, so that no two block each other
            .with_for_update()
        )
        rows = (await connection.execute(query)).all()
        if len(rows) < len(keys):
            there = {row.key for row in rows}
            for key in sorted(set(keys) - there):
                await insert_once(
                    connection, slots, team=self._team(), key=key, rested=0, promised=0, closed=0
                )
            rows = (await connection.execute(query)).all()
        found = {
            row.key: Slot(rested=row.rested, promised=row.promised, closed=row.closed)
            for row in rows
        }
        return found, int(rows[0].now)

    async def _write(self, connection: AsyncConnection, kept: Mapping[str, Slot]) -> None:
        statement = (
            update(slots)
            .where(slots.c.team == self._team(), slots.c.key == bindparam("of"))
            .values(
                rested=bindparam("to_rested"),
                promised=bindparam("to_promised"),
                closed=bindparam("to_closed"),
            )
        )
        rows = [
            {
                "of": key,
                "to_rested": slot.rested,
                "to_promised": slot.promised,
                "to_closed": slot.closed,
            }
            for key, slot in sorted(kept.items())
        ]
        await connection.execute(statement, rows)

    def _now(self, connection: AsyncConnection) -> ColumnElement[Any]:
        if self._clock is not None:
            return literal(round(self._clock().timestamp() * SECOND), BigInteger)
        name = connection.dialect.name
        return literal_column(NOW["mysql" if name == "mariadb" else name], BigInteger)


async def forget(tx: Transaction) -> None:
    """Throw away slots that were at rest long ago: channels come and go."""
    before = round(tx.at.timestamp() * SECOND) - KEPT
    long_ago = (column < before for column in (slots.c.rested, slots.c.promised, slots.c.closed))
    await tx.connection.execute(delete(slots).where(*long_ago))
