"""How many people were in their first incident, as far as the record goes back."""

from __future__ import annotations

from incibot.core.people import UserId
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling

NEEDED = Threshold(name="A34.needed", value=3, unit="past incidents", source="authors")
HIDDEN = Threshold(name="A34.hidden", value=3, unit="people", source="practice")


def first_timers(telling: Telling) -> frozenset[UserId | None]:
    """Those who wrote here, and in none of the incidents declared before."""
    before = {
        entry.by
        for history in telling.past
        if history.incident.declared_at < telling.incident.declared_at
        for entry in history.entries
        if entry.is_said
    }
    return frozenset({one.entry.by for one in telling.talk.said} - before)


def read(telling: Telling) -> Findings:
    book = telling.book
    if len(telling.past) < NEEDED.of(book):
        return Findings()
    found = first_timers(telling)
    if not found or (telling.head.pseudonyms and len(found) < HIDDEN.of(book)):
        return Findings()
    said = telling.talk.said
    noun = "1 person was" if len(found) == 1 else f"{len(found)} people were"
    return Findings(
        statements=(
            Statement(
                text=f"{noun} in an incident for the first time, as far as the record goes back.",
                evidence=tuple(dict.fromkeys((said[0].entry.id, said[-1].entry.id))),
                rank=Rank.SYSTEM,
            ),
        )
    )


FIRST_TIMERS = Analysis(
    id="A34",
    section="coordination",
    read=read,
    minimum="three incidents before this one; where people are unnamed, three first-timers",
    thresholds=(NEEDED, HIDDEN),
)
