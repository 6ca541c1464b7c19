"""Changes that were there before it began, and the conditions that people know of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from incibot.core.review.analyses.phases import usual
from incibot.core.review.section import Analysis, Findings, Group, Threshold
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind

BEFORE = Threshold(name="A11.before", value=24, unit="h", source="learning.md A11")


def changes(telling: Telling) -> Findings:
    known = usual(telling.history.incident)
    if not known:
        return Findings()
    start = known[0]
    entries = telling.history.entries
    first = bisect_left(
        entries, start.at - BEFORE.time(telling.book), key=lambda entry: entry.occurred_at
    )
    last = bisect_right(entries, start.at, key=lambda entry: entry.occurred_at)
    found = [
        entry for entry in entries[first:last] if entry.kind is EntryKind.CHANGE and stands(entry)
    ]
    if not found:
        return Findings()
    return Findings(
        groups=(
            Group(
                title=f"Changes in the {BEFORE.shown(telling.book)} before “{start.name}”: present then; "
                "no claim that they mattered",
                statements=tuple(telling.tell(entry) for entry in found),
            ),
        )
    )


CHANGES = Analysis(
    id="A11",
    section="conditions",
    read=changes,
    minimum="one milestone, and one change that another system told of",
    thresholds=(BEFORE,),
)
