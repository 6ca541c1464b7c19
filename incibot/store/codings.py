"""What analysts wrote beside entries, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.history import CODED, Coding
from incibot.store.database import put
from incibot.store.schema import codings, entries

AT_ONCE = 500  # ids that are asked for in one query


async def load(connection: AsyncConnection, number: int) -> dict[int, Coding]:
    """Those of an incident, by the ids of its entries."""
    query = (
        select(codings)
        .join(entries, entries.c.id == codings.c.entry)
        .where(entries.c.incident == number)
    )
    rows = await connection.execute(query)
    return {row.entry: Coding(**{name: getattr(row, name) for name in CODED}) for row in rows}


async def belonging(
    connection: AsyncConnection, ids: Iterable[int], *, number: int | None
) -> frozenset[int]:
    """Those that are ids of entries; of the incident's, where it has a number."""
    found: set[int] = set()
    asked = sorted(ids)
    for begin in range(0, len(asked), AT_ONCE):
        query = select(entries.c.id).where(entries.c.id.in_(asked[begin : begin + AT_ONCE]))
        if number is not None:
            query = query.where(entries.c.incident == number)
        found |= {*(await connection.execute(query)).scalars()}
    return frozenset(found)


async def note(connection: AsyncConnection, wanted: Mapping[int, Coding], *, at: datetime) -> int:
    """Write them in place of what was there; an empty one takes it away. How many have changed."""
    changed = 0
    for entry, coding in sorted(wanted.items()):
        row = (
            await connection.execute(select(codings).where(codings.c.entry == entry))
        ).one_or_none()
        before = Coding(**{name: getattr(row, name) for name in CODED}) if row else Coding()
        if before == coding:
            continue
        changed += 1
        if coding:
            await put(connection, codings, {"entry": entry}, {**dict(coding.cells()), "at": at})
        else:
            await connection.execute(delete(codings).where(codings.c.entry == entry))
    return changed
