"""A timeline that others wrote becomes an incident, or adds to the one that it became before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incibot.core.imports.told import Told
from incibot.core.imports.weaving import Framing, adopted, caption_key, rows, woven
from incibot.core.incident import Incident
from incibot.core.people import ChannelId
from incibot.core.playbook import Reminder
from incibot.store.database import locked
from incibot.store.schema import entries
from incibot.store.unit import Store, Transaction

PIECE = 20  # rows in one transaction: others wait for it
PATIENCE = 10  # how often a piece is begun while others hold on to its rows
PAUSE = 0.5  # seconds before it is begun again; nobody waits for an import as Slack does

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of it; `fresh`: so many entries are new."""

    incident: Incident
    fresh: int


async def bring_in(
    store: Store, record: Told, framing: Framing, *, into: int | None = None
) -> Brought:
    """Write the record, piece by piece. The second time only what it did not hold before is added.

    Whoever declares an incident meanwhile does not wait for all of it; one that was interrupted is
    completed by bringing it in again.

    Args:
        into: the number of an incident that the rows belong to.

    Raises:
        NotFound: there is no incident of that number.
    """

    async def begin(tx: Transaction) -> Incident:
        if into is not None:
            return await tx.incident(into)
        number = await _brought_before(tx, record)
        if number is None:
            number = await tx.next_number()  # whoever else brings it in at this moment waits here
            before = await _brought_before(tx, record)
            if before is None:
                await tx.apply(woven(record, framing, number=number, book=tx.book))
                # It is long over, and nobody waits for its review.
                await tx.snooze(number, Reminder, by=framing.by, off=True)
            number = before or number
        return await tx.incident(number)

    incident = await _patiently(store, begin)
    written = rows(record)
    fresh = 0
    for start in range(0, len(written), PIECE):

        async def keep(tx: Transaction, start: int = start) -> int:
            count = 0
            for entry in written[start : start + PIECE]:
                count += await tx.record(incident.number, entry)
            return count

        fresh += await _patiently(store, keep)
    return Brought(incident=incident, fresh=fresh)


async def _patiently(store: Store, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Write it, however long others hold on to the same rows."""
    for _ in range(PATIENCE):
        try:
            return await store.write(work)
        except DBAPIError as error:
            if not locked(error):
                raise
        await asyncio.sleep(PAUSE)
    return await store.write(work)


async def adopt(
    tx: Transaction,
    channel: ChannelId,
    name: str,
    framing: Framing,
    *,
    title: str,
    private: bool,
    created_at: datetime,
) -> Incident:
    """The incident whose channel that is; a new one, long over, if there is none."""
    found = await tx.incident_in(channel)
    if found is None:
        number = await tx.next_number()  # whoever else adopts it at this moment waits here
        found = await tx.incident_in(channel)
        if found is None:
            change = adopted(
                channel,
                name,
                framing,
                number=number,
                title=title,
                private=private,
                created_at=created_at,
                book=tx.book,
                at=tx.at,
            )
            await tx.apply(change)
            await tx.snooze(number, Reminder, by=framing.by, off=True)
            found = await tx.incident(number)
    return found


async def _brought_before(tx: Transaction, record: Told) -> int | None:
    query = select(entries.c.incident).where(entries.c.key == caption_key(record))
    return (await tx.connection.execute(query)).scalar_one_or_none()
