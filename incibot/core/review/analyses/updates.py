"""Updates to those who were not in the channel: the first, and the longest time between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from incibot.core.review.section import Analysis, Findings, Rank, Statement
from incibot.core.review.telling import Telling, length, stands
from incibot.core.timeline import EntryKind, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """In the order of time; `longest` are the two that lie furthest apart."""

    entries: tuple[Recorded, ...]
    first_after: timedelta
    longest: tuple[Recorded, Recorded] | None


def updates(telling: Telling) -> Updates | None:
    found = tuple(
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.UPDATE and stands(entry)
    )
    if not found:
        return None
    longest = max(
        pairwise(found), key=lambda two: two[1].occurred_at - two[0].occurred_at, default=None
    )
    after = found[0].occurred_at - telling.incident.declared_at
    return Updates(entries=found, first_after=after, longest=longest)


def read(telling: Telling) -> Findings:
    found = updates(telling)
    if found is None:
        return Findings()
    first = telling.clock(found.entries[0].occurred_at)
    noun = (
        "1 update to others"
        if len(found.entries) == 1
        else f"{len(found.entries)} updates to others"
    )
    text = f"{noun}, {'the first ' if len(found.entries) > 1 else ''}at {first}"
    if found.longest:
        since, until = found.longest
        between = until.occurred_at - since.occurred_at
        text += f"; the longest time between two was {length(between)}"
        text += f" ({telling.span(since.occurred_at, until.occurred_at)})"
    return Findings(
        statements=(
            Statement(
                text=f"{text}.",
                evidence=tuple(entry.id for entry in found.entries[:20]),
                rank=Rank.SYSTEM,
            ),
        )
    )


UPDATES = Analysis(
    id="A29",
    section="coordination",
    read=read,
    minimum="one update to others",
)
