"""One time for all processes: the machine's clock, put right by the database's.

Leases, reminders and the record compare times of several processes, whose clocks may differ by
minutes. A lease of two minutes that looks expired to a clock that is three minutes fast would put
one job into two hands. On SQLite all are on one machine, which has one clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from incibot.log import logger

TELL = {
    "postgresql": "SELECT clock_timestamp()",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "mariadb": "SELECT UTC_TIMESTAMP(6)",
}
NOISE = timedelta(seconds=1)  # a network's delay looks like a difference too

log = logger(__name__)


def now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


class SharedClock:
    """Shows the database's time. `fast` is how far the machine's is ahead of it."""

    def __init__(self, fast: timedelta = timedelta()) -> None:
        self._fast = fast  # of a machine whose clock is wrong, to try it
        self._skew = timedelta()

    def __call__(self) -> datetime:
        return now() + self._fast + self._skew

    async def agree(self, engine: AsyncEngine) -> None:
        """Ask the database what time it is. Raises what the database raises."""
        tell = TELL.get(engine.dialect.name)
        if tell is None:
            return
        async with engine.connect() as connection:
            before = self()
            theirs: datetime = (await connection.execute(text(tell))).scalar_one()
            ours = before + (self() - before) / 2
        differs = theirs.replace(tzinfo=theirs.tzinfo or UTC) - ours
        if abs(differs) > NOISE:
            self._skew += differs
            log.warning("clock.differs", seconds=round(-self._skew.total_seconds(), 1))
