"""Who came, when and how: paged, asked by name, given a role, or unasked; as totals."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from incibot.core.people import UserId
from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, known_at, people_of, stands
from incibot.core.timeline import EntryKind, Recorded

BEFORE = Threshold(name="A07.before", value=30, unit="min", source="practice")
NEEDED = Threshold(name="A07.needed", value=2, unit="people", source="authors")

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")
_CAME = (EntryKind.JOINED, EntryKind.ROLE, EntryKind.STATUS, EntryKind.SEVERITY)


class How(StrEnum):
    PAGED = "paged"
    ASKED = "asked for by name"
    ROLE = "given a role"
    INVITED = "invited"
    UNASKED = "with nothing on record that called them"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody's first trace in the record. `asked`: the entry that called for them, if any did."""

    user: UserId
    entry: Recorded
    how: How
    asked: Recorded | None = None


def arrivals(telling: Telling) -> tuple[Arrival, ...]:
    """All but who declared it, in the order in which they came."""
    calls = _calls(telling.history.entries)
    came: dict[UserId, Recorded] = {}
    for entry in sorted(telling.history.entries, key=known_at):
        if entry.by and stands(entry) and (entry.is_said or entry.kind in _CAME):
            came.setdefault(entry.by, entry)
    came.pop(telling.incident.declared_by, None)
    within = BEFORE.time(telling.book)
    return tuple(_arrival(user, entry, calls.get(user, []), within) for user, entry in came.items())


def _arrival(
    user: UserId, entry: Recorded, calls: list[tuple[Recorded, How]], within: timedelta
) -> Arrival:
    at = known_at(entry)
    place = bisect_left(calls, at, key=lambda one: one[0].occurred_at)
    before = calls[place - 1] if place else None
    # A role is given to those who are there, or brings them: either way it is what is on record.
    same = next((one for one in calls[place:] if one[0].occurred_at == at), before)
    if same is not None and at - same[0].occurred_at <= within:
        return Arrival(user, entry, same[1], same[0])
    return Arrival(user, entry, How.INVITED if entry.data.get("inviter") else How.UNASKED)


def _calls(entries: tuple[Recorded, ...]) -> dict[UserId, list[tuple[Recorded, How]]]:
    """What called for whom, in the order of time."""
    found: dict[UserId, list[tuple[Recorded, How]]] = {}
    for entry in entries:
        if not stands(entry):
            continue
        if entry.kind is EntryKind.ROLE:
            for user in people_of(entry, "to"):
                if user != entry.by:
                    found.setdefault(user, []).append((entry, How.ROLE))
        elif entry.kind is EntryKind.PAGE or entry.is_said:
            how = How.PAGED if entry.kind is EntryKind.PAGE else How.ASKED
            for named in dict.fromkeys(_MENTION.findall(entry.words)):
                if named != entry.by:
                    found.setdefault(UserId(named), []).append((entry, how))
    return found


def read(telling: Telling) -> Findings:
    found = telling.once(arrivals)
    if len(found) < NEEDED.of(telling.book):
        return Findings()
    counts = {how: sum(one.how is how for one in found) for how in How}
    told = ", ".join(f"{count} {how}" for how, count in counts.items() if count)
    first, last = found[0].entry, found[-1].entry
    unasked = [one for one in found if one.how is How.UNASKED]
    return Findings(
        statements=(
            Statement(
                text=f"{len(found)} people came besides who declared it, "
                f"{telling.span(known_at(first), known_at(last))}: {told}.",
                evidence=tuple(one.entry.id for one in found),
                rank=Rank.SYSTEM,
            ),
        ),
        questions=(
            Question(
                text="Those whom nothing on record called: what made you look in?",
                evidence=tuple(one.entry.id for one in unasked),
            ),
        )
        if unasked
        else (),
    )


ARRIVALS = Analysis(
    id="A07",
    section="coordination",
    read=read,
    minimum="two people besides who declared it",
    thresholds=(BEFORE, NEEDED),
)
