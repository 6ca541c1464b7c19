"""When the affected service was first named, and again: a view that knows how it ended."""

from __future__ import annotations

import re

from incibot.core.playbook import Depth
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

NEEDED = Threshold(name="A32.needed", value=2, unit="mentions", source="authors")
SHOWN = Threshold(name="A32.shown", value=5, unit="mentions", source="authors")


def mentions(telling: Telling) -> tuple[Recorded, ...]:
    """What people wrote with the name of the service in it, in the order of time."""
    name = telling.incident.service
    if not name:
        return ()
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return tuple(
        entry for entry in telling.history.entries if entry.is_said and pattern.search(entry.words)
    )


def read(telling: Telling) -> Findings:
    found = mentions(telling)
    if len(found) < NEEDED.of(telling.book):
        return Findings()
    times = [telling.clock(entry.occurred_at) for entry in found[: SHOWN.count(telling.book)]]
    return Findings(
        statements=(
            Statement(
                text=f"{telling.typed(telling.incident.service)} was first named at {times[0]}, and "
                f"again at {', '.join(times[1:])}. Read with care: this is seen from the end.",
                evidence=ids(found[: len(times)]),
                rank=Rank.SYSTEM,
            ),
        )
    )


EARLY_MENTION = Analysis(
    id="A32",
    section="enquiry",
    title="First mentions",
    read=read,
    minimum="two messages that name the incident’s service",
    thresholds=(NEEDED, SHOWN),
    depth=Depth.DEEP,
)
