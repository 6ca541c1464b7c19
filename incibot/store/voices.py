"""What people told of an incident afterwards, as rows, and when they are to be asked.

No entry is made of a voice, and no link of the chain: what is taken back is gone for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, not_, select
from sqlalchemy import true as yes
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.people import ChannelId, UserId
from incibot.core.timeline import EntryKind
from incibot.core.voices import Asked, Use, Voice
from incibot.store.database import put
from incibot.store.incidents import of_scope
from incibot.store.schema import assignments, entries, hearings, incidents, marks, voices, workspace

PRESENT = (EntryKind.JOINED.value, EntryKind.LEFT.value)  # to come and go is not to take part


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """When those who took part are asked, and who facilitates.

    Attributes:
        due_at: when they are to be asked; None: not as things stand.
        asked_of: of which end they were asked already, by the time of that end.
    """

    due_at: datetime | None = None
    asked_of: datetime | None = None
    facilitator: UserId | None = None


async def hearing(connection: AsyncConnection, number: int) -> Hearing:
    query = select(hearings).where(hearings.c.incident == number)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return Hearing()
    return Hearing(due_at=row.due_at, asked_of=row.asked_of, facilitator=row.facilitator)


async def note(connection: AsyncConnection, number: int, **values: Any) -> None:
    """Write these columns of the incident's hearing."""
    await put(connection, hearings, {"incident": number}, values)


async def overdue(
    connection: AsyncConnection, *, scope: str | None, at: datetime, limit: int
) -> list[int]:
    """The incidents whose people are to be asked now; none of a workspace that has put us out."""
    gone = (
        select(incidents.c.number)
        .join(workspace, workspace.c.scope == incidents.c.team)
        .where(workspace.c.ended_at.is_not(None))
    )
    query = (
        select(hearings.c.incident)
        .where(
            hearings.c.due_at <= at,
            hearings.c.incident.not_in(gone),
            of_scope(hearings.c.incident, scope),
        )
        .order_by(hearings.c.due_at, hearings.c.incident)
        .limit(limit)
    )
    return list((await connection.execute(query)).scalars())


async def took_part(
    connection: AsyncConnection, number: int, channel: ChannelId | None, *, scope: str
) -> list[UserId]:
    """Who wrote, recorded, marked or held a role; whoever only came and went did not."""
    elsewhere: ColumnElement[bool] = entries.c.channel.is_not(None)
    if channel is not None:
        elsewhere = and_(elsewhere, entries.c.channel != channel)
    own = select(entries.c.by).where(
        entries.c.incident == number,
        entries.c.by.is_not(None),
        entries.c.kind.not_in(PRESENT),
        not_(elsewhere),  # whoever wrote what was copied from another channel may not know of it
    )
    held = select(assignments.c.user).where(assignments.c.incident == number)
    found = {*(await connection.execute(own.distinct())).scalars()}
    found |= {*(await connection.execute(held.distinct())).scalars()}
    copied = select(entries.c.data).where(entries.c.incident == number, elsewhere)
    rows = await connection.execute(copied)
    found |= {str(data["added_by"]) for data in rows.scalars() if data.get("added_by")}
    if channel is not None:
        marked = select(marks.c.user).where(
            marks.c.channel == channel, marks.c.on == yes(), marks.c.team == scope
        )
        found |= {*(await connection.execute(marked.distinct())).scalars()}
    return [UserId(user) for user in sorted(found)]


async def load(
    connection: AsyncConnection, number: int, users: Iterable[UserId] | None = None
) -> list[Voice]:
    """The incident's voices, those taken back too; or those of these people."""
    query = select(voices).where(voices.c.incident == number).order_by(voices.c.user)
    if users is not None:
        query = query.where(voices.c.user.in_(list(users)))
    return [_voice(row) for row in await connection.execute(query)]


def _voice(row: Row[Any]) -> Voice:
    known = {one.value for one in Asked}
    return Voice(
        user=UserId(row.user),
        # A word of a newer release's is taken for the most careful one.
        use=Use(row.use) if row.use in list(Use) else Use.FACILITATOR,
        answers={Asked(name): words for name, words in row.answers.items() if name in known},
        confided_to=row.confided_to,
        at=row.at,
        changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
    )


async def keep(connection: AsyncConnection, number: int, voice: Voice) -> None:
    """Write it in the place of what they told before."""
    values = {
        "use": voice.use.value,
        "answers": {asked.value: words for asked, words in voice.answers.items()},
        "confided_to": voice.confided_to,
        "at": voice.at,
        "changed_at": voice.changed_at,
        "withdrawn_at": voice.withdrawn_at,
    }
    await put(connection, voices, {"incident": number, "user": voice.user}, values)
