"""Who held which role and when, how roles changed hands, and how many came; never how much of whom."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from incibot.core.history import History
from incibot.core.people import Assignment, UserId
from incibot.core.review.section import (
    Findings,
    Group,
    Question,
    Rank,
    Row,
    Section,
    Statement,
    Table,
)
from incibot.core.review.telling import Telling, ids, people_of, stands
from incibot.core.timeline import EntryKind, Recorded

AT_ONCE = timedelta(minutes=10)  # people who wrote within the same ten minutes were there together
CORRECTION = timedelta(minutes=2)  # a role that is undone within it was never meant
AROUND = timedelta(minutes=15)  # where the summary of a hand-over is looked for
SUMMARY = 200  # characters that a message has at least to be taken for one


def coordination(telling: Telling) -> Findings:
    handed = hand_overs(telling.history)
    return Findings(
        statements=(*_wrote(telling), *_at_once(telling), *_came(telling)),
        table=_table(telling, _roles(telling.history)),
        groups=tuple(_hand_over(telling, entry) for entry in handed),
        questions=tuple(
            Question(
                text=f"{telling.role_title(str(entry.data.get('role', '')))}, handed over at "
                f"{telling.clock(entry.occurred_at)}: what was passed on, and what had to be "
                "found out again?",
                evidence=(entry.id,),
            )
            for entry in handed
        ),
    )


def hand_overs(history: History) -> tuple[Recorded, ...]:
    """Where somebody laid a role down and somebody else took it up, and that was not undone at once."""
    roles = _roles(history)
    return tuple(
        entry
        for entry in roles
        if set(people_of(entry, "from")) - set(people_of(entry, "to"))
        and set(people_of(entry, "to")) - set(people_of(entry, "from"))
        and not _is_corrected(entry, roles)
    )


def _roles(history: History) -> list[Recorded]:
    return [entry for entry in history.entries if entry.kind is EntryKind.ROLE and stands(entry)]


def _wrote(telling: Telling) -> list[Statement]:
    # Of those in a foreign record nobody knows who is one and the same.
    said = [entry for entry in telling.history.entries if entry.is_said and entry.by]
    if not said:
        return []
    return [
        Statement(
            text=f"{_people(entry.by for entry in said)} wrote.",
            evidence=tuple(dict.fromkeys((said[0].id, said[-1].id))),
            rank=Rank.SYSTEM,
        )
    ]


def _at_once(telling: Telling) -> list[Statement]:
    """The ten minutes, counted from the full hour, in which the most people wrote."""
    bins: dict[datetime, list[Recorded]] = {}
    for entry in telling.history.entries:
        if entry.is_said and entry.by:
            at = entry.occurred_at
            start = at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)
            bins.setdefault(start, []).append(entry)
    if len(bins) < 2:
        return []
    start, most = max(bins.items(), key=lambda one: len({entry.by for entry in one[1]}))
    first_words = {entry.by: entry for entry in reversed(most)}
    if len(first_words) < 2:
        return []
    return [
        Statement(
            text=f"Up to {_people(first_words)} wrote within the same ten minutes "
            f"({telling.span(start, start + AT_ONCE)}).",
            evidence=tuple(sorted(ids(first_words.values()))),
            rank=Rank.SYSTEM,
        )
    ]


def _came(telling: Telling) -> list[Statement]:
    found = []
    for kind, verb in ((EntryKind.JOINED, "joined"), (EntryKind.LEFT, "left")):
        moved = [entry for entry in telling.history.entries if entry.kind is kind]
        if moved:
            first, last = moved[0].occurred_at, moved[-1].occurred_at
            found.append(
                Statement(
                    text=f"{_people(entry.by for entry in moved)} {verb} the channel, {telling.span(first, last)}.",
                    evidence=ids(moved),
                    rank=Rank.SYSTEM,
                )
            )
    return found


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


def _is_corrected(entry: Recorded, roles: list[Recorded]) -> bool:
    """Taken back within two minutes, or itself the taking back."""
    return any(
        other.data.get("role") == entry.data.get("role")
        and abs(other.occurred_at - entry.occurred_at) <= CORRECTION
        and people_of(other, "from") == people_of(entry, "to")
        and people_of(other, "to") == people_of(entry, "from")
        for other in roles
    )


def _hand_over(telling: Telling, entry: Recorded) -> Group:
    entries = telling.history.entries
    at = entry.occurred_at
    first = bisect_left(entries, at - AROUND, key=lambda one: one.occurred_at)
    last = bisect_right(entries, at + AROUND, key=lambda one: one.occurred_at)
    found = [
        one
        for one in entries[first:last]
        if (one.is_said and (len(one.words) >= SUMMARY or _is_pinned(one)))
        or (one.kind is EntryKind.UPDATE and stands(one))
    ]
    minutes = AROUND.seconds // 60
    looked_for = f"{SUMMARY} characters or more, pinned, or an update"
    if found:
        text = f"A summary may be in these, within {minutes} minutes of it ({looked_for})."
    else:
        text = f"No summary found in the record within {minutes} minutes of it ({looked_for})."
    statement = Statement(
        text=text, evidence=ids(found) if found else (entry.id,), rank=Rank.SYSTEM
    )
    return Group(lead=telling.tell(entry), statements=(statement,))


def _is_pinned(entry: Recorded) -> bool:
    return any(marked.via == "pin" for marked in entry.marks)


def _people(who: Iterable[UserId | None]) -> str:
    count = len(set(who))
    return "1 person" if count == 1 else f"{count} people"


COORDINATION = Section(
    id="coordination",
    title="People and coordination",
    read=coordination,
    prompts=(
        "How did you know whom to call?",
        "How did you get up to date when you joined, and what did you look for first?",
    ),
)
