"""Changes that were there before it began, and the conditions that people know of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import timedelta

from incibot.core.review.phases import usual
from incibot.core.review.section import Findings, Group, Section
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind

BEFORE = timedelta(hours=24)


def conditions(telling: Telling) -> Findings:
    known = usual(telling.history.incident)
    if not known:
        return Findings()
    start = known[0]
    entries = telling.history.entries
    first = bisect_left(entries, start.at - BEFORE, key=lambda entry: entry.occurred_at)
    last = bisect_right(entries, start.at, key=lambda entry: entry.occurred_at)
    changes = [
        entry for entry in entries[first:last] if entry.kind is EntryKind.CHANGE and stands(entry)
    ]
    if not changes:
        return Findings()
    hours = BEFORE // timedelta(hours=1)
    return Findings(
        groups=(
            Group(
                title=f"Changes in the {hours} hours before “{start.name}”: present then; "
                "no claim that they mattered",
                statements=tuple(telling.tell(entry) for entry in changes),
            ),
        )
    )


CONDITIONS = Section(
    id="conditions",
    title="Conditions that had to be present",
    read=conditions,
    prompts=(
        "Which conditions had to be there together? Name three or more, or write “not known”.",
        "For each: since when, what was it good for, and who knew of it?",
    ),
    always=True,
)
