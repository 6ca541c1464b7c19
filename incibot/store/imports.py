"""A timeline that others wrote becomes an incident, or adds to the one that it became before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incibot.core.imports.told import Told
from incibot.core.imports.weaving import Framing, adopted, caption_key, rows, woven
from incibot.core.incident import Incident
from incibot.core.people import ChannelId
from incibot.core.playbook import Reminder
from incibot.store.schema import entries
from incibot.store.unit import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of it; `fresh`: so many entries are new."""

    incident: Incident
    fresh: int


async def bring_in(
    tx: Transaction, record: Told, framing: Framing, *, into: int | None = None
) -> Brought:
    """Write the record. The second time only what it did not hold before is added.

    Args:
        into: the number of an incident that the rows belong to.

    Raises:
        NotFound: there is no incident of that number.
    """
    number = await _brought_before(tx, record) if into is None else into
    if number is None:
        number = await tx.next_number()  # whoever else brings it in at this moment waits here
        before = await _brought_before(tx, record)
        if before is None:
            change = woven(record, framing, number=number, book=tx.book)
            await tx.apply(change)
            # It is long over, and nobody waits for its review.
            await tx.snooze(number, Reminder, by=framing.by, off=True)
            return Brought(incident=await tx.incident(number), fresh=len(record.rows))
        number = before
    incident = await tx.incident(number)
    fresh = 0
    for entry in rows(record):
        fresh += await tx.record(number, entry)
    return Brought(incident=incident, fresh=fresh)


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
