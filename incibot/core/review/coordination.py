"""Who held which role and when, and how many came; never how much of whom."""

from __future__ import annotations

from incibot.core.people import Assignment
from incibot.core.review.analyses.hand_overs import role_changes
from incibot.core.review.section import (
    Findings,
    Rank,
    Row,
    Section,
    Statement,
    Table,
)
from incibot.core.review.telling import Telling, ids, people, people_of
from incibot.core.timeline import EntryKind, Recorded


def coordination(telling: Telling) -> Findings:
    return Findings(
        statements=tuple(_left(telling)),
        table=_table(telling, role_changes(telling.history)),
    )


def _left(telling: Telling) -> list[Statement]:
    """Who came, `arrivals` tells."""
    moved = [entry for entry in telling.history.entries if entry.kind is EntryKind.LEFT]
    if not moved:
        return []
    first, last = moved[0].occurred_at, moved[-1].occurred_at
    return [
        Statement(
            text=f"{people(entry.by for entry in moved)} left the channel, {telling.span(first, last)}.",
            evidence=ids(moved),
            rank=Rank.SYSTEM,
        )
    ]


def _table(telling: Telling, roles: list[Recorded]) -> Table | None:
    order = {role.word: place for place, role in enumerate(telling.book.roles)}
    held = sorted(
        telling.incident.assignments,
        key=lambda one: (order.get(one.role, len(order)), one.role, one.since, one.user),
    )
    if not held:
        return None
    return Table(
        columns=("Role", "Held by", "From", "Until"),
        rows=tuple(
            Row(
                cells=(
                    telling.role_title(one.role),
                    telling.person(one.user),
                    telling.clock(one.since),
                    telling.clock(one.until) if one.until else "still held",
                ),
                evidence=_shown_by(one, roles),
            )
            for one in held
        ),
    )


def _shown_by(held: Assignment, roles: list[Recorded]) -> tuple[int, ...]:
    """The entries with which it began and ended."""
    return ids(
        entry
        for entry in roles
        if entry.data.get("role") == held.role
        and (
            (entry.occurred_at == held.since and held.user in people_of(entry, "to"))
            or (entry.occurred_at == held.until and held.user in people_of(entry, "from"))
        )
    )


COORDINATION = Section(
    id="coordination",
    title="People and coordination",
    read=coordination,
    prompts=(
        "How did you know whom to call?",
        "How did you get up to date when you joined, and what did you look for first?",
    ),
)
