"""The path of the severity: each step, with when and how often it went back."""

from __future__ import annotations

from incibot.core.markup import markdown_text
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import EntryKind, Recorded

CORRECTION = Threshold(name="A28.correction", value=2, unit="min", source="learning.md A28")


def path(telling: Telling) -> tuple[Recorded, ...]:
    """The changes of severity; one that was changed again within two minutes is left out."""
    rated = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.SEVERITY and stands(entry)
    ]
    within = CORRECTION.time(telling.book)
    return tuple(
        entry
        for place, entry in enumerate(rated)
        if place == len(rated) - 1 or rated[place + 1].occurred_at - entry.occurred_at > within
    )


def read(telling: Telling) -> Findings:
    rated = path(telling)
    if not rated:
        return Findings()
    entries = telling.history.entries
    declared = next((one for one in entries if one.kind is EntryKind.DECLARED), rated[0])
    first = next(one for one in entries if one.kind is EntryKind.SEVERITY and stands(one)).data.get(
        "from", ""
    )
    steps = "".join(
        f" → {markdown_text(str(entry.data.get('to', '')))} ({telling.clock(entry.occurred_at)})"
        for entry in rated
    )
    return Findings(
        statements=(
            Statement(
                text=f"Severity: {markdown_text(str(first))}{steps}.",
                evidence=tuple(dict.fromkeys(ids((declared, *rated)))),
                rank=Rank.SYSTEM,
            ),
        )
    )


SCOPE = Analysis(
    id="A28",
    section="short",
    read=read,
    minimum="one change of the severity",
    thresholds=(CORRECTION,),
)
