"""What people had behind them, and beside them: other incidents, as totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incibot.core.history import History
from incibot.core.people import UserId
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling

BEFORE = Threshold(name="A33.before", value=24, unit="h", source="practice")
EARLIER = Threshold(name="A33.earlier", value=7, unit="d", source="practice")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBefore:
    """How many people wrote here, and how many of them in another incident before, or meanwhile."""

    people: int
    before: int
    earlier: int
    meanwhile: int


def load_before(telling: Telling) -> LoadBefore | None:
    """None where nobody wrote, or there is no other incident to look at."""
    if telling.window is None or not telling.past:
        return None
    since, until = telling.window
    here = {one.entry.by for one in telling.talk.said}

    def active(begin: datetime, end: datetime) -> int:
        return len(here & _wrote(telling.past, begin, end, telling.incident.number))

    return LoadBefore(
        people=len(here),
        before=active(since - BEFORE.time(telling.book), since),
        earlier=active(since - EARLIER.time(telling.book), since),
        meanwhile=active(since, until),
    )


def _wrote(
    past: Sequence[History], since: datetime, until: datetime, but: int
) -> set[UserId | None]:
    return {
        entry.by
        for history in past
        if history.incident.number != but
        for entry in history.entries
        if entry.is_said and since <= entry.occurred_at <= until
    }


def read(telling: Telling) -> Findings:
    found = load_before(telling)
    if found is None or not (found.earlier or found.meanwhile):
        return Findings()
    parts = [
        (found.before, f"in the {BEFORE.shown(telling.book)} before"),
        (found.earlier, f"in the {EARLIER.shown(telling.book)} before"),
        (found.meanwhile, "at the same time"),
    ]
    told = ", ".join(f"{count} {when}" for count, when in parts if count)
    said = telling.talk.said
    return Findings(
        statements=(
            Statement(
                text=f"Of {found.people} people who wrote, some wrote in other incidents too: {told}.",
                evidence=tuple(dict.fromkeys((said[0].entry.id, said[-1].entry.id))),
                rank=Rank.SYSTEM,
            ),
        )
    )


LOAD_BEFORE = Analysis(
    id="A33",
    section="coordination",
    read=read,
    minimum="another incident in which somebody wrote who wrote here, within seven days",
    thresholds=(BEFORE, EARLIER),
)
