"""The path of the severity: each step, with when and how often it went back."""

from __future__ import annotations

from itertools import pairwise

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


def _first(telling: Telling) -> str:
    """What it was before the first change."""
    for entry in telling.history.entries:
        if entry.kind is EntryKind.SEVERITY and stands(entry):
            return str(entry.data.get("from", ""))
    return ""


def turns(telling: Telling) -> int:
    """How often it went worse after it had gone better, or the other way round."""
    order = {one.word: place for place, one in enumerate(telling.book.severities)}
    rated = [str(entry.data.get("to")) for entry in path(telling)]
    places = [order[word] for word in (_first(telling), *rated) if word in order]
    steps = [later > earlier for earlier, later in pairwise(places) if later != earlier]
    return sum(one is not other for one, other in pairwise(steps))


def read(telling: Telling) -> Findings:
    rated = path(telling)
    if not rated:
        return Findings()
    entries = telling.history.entries
    declared = next((one for one in entries if one.kind is EntryKind.DECLARED), rated[0])
    steps = "".join(
        f" → {markdown_text(str(entry.data.get('to', '')))} ({telling.clock(entry.occurred_at)})"
        for entry in rated
    )
    return Findings(
        statements=(
            Statement(
                text=f"Severity: {markdown_text(_first(telling))}{steps}{_turned(turns(telling))}.",
                evidence=tuple(dict.fromkeys(ids((declared, *rated)))),
                rank=Rank.SYSTEM,
            ),
        )
    )


def _turned(times: int) -> str:
    if not times:
        return ""
    return f"; it turned {'once' if times == 1 else f'{times} times'}"


SCOPE = Analysis(
    id="A28",
    section="short",
    read=read,
    minimum="one change of the severity",
    thresholds=(CORRECTION,),
)
