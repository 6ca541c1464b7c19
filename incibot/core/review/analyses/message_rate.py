"""How many messages people wrote, stretch by stretch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from incibot.core.playbook import Depth
from incibot.core.review.analyses.people_at_once import start_of
from incibot.core.review.section import Analysis, Findings, Row, Table, Threshold
from incibot.core.review.telling import Telling

BIN = Threshold(name="A19.bin", value=10, unit="min", source="practice")
MOST = Threshold(name="A19.most", value=96, unit="stretches", source="practice")
NEEDED = Threshold(name="A19.needed", value=20, unit="messages", source="authors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many messages begin in each stretch; those without any are not listed."""

    length: timedelta
    counts: dict[datetime, int]


def message_rate(telling: Telling) -> Rate:
    """In stretches of ten minutes; in longer ones where there would be too many of them."""
    said = telling.talk.said
    length = BIN.time(telling.book)
    if said:
        whole = said[-1].entry.occurred_at - said[0].entry.occurred_at
        while whole / length > MOST.of(telling.book):
            length *= 2
    first = start_of(said[0].entry.occurred_at, min(length, timedelta(hours=1))) if said else None
    counts: Counter[datetime] = Counter()
    for one in said:
        if first is not None:
            counts[first + (one.entry.occurred_at - first) // length * length] += 1
    return Rate(length=length, counts=dict(sorted(counts.items())))


def read(telling: Telling) -> Findings:
    said = telling.talk.said
    if len(said) < NEEDED.of(telling.book):
        return Findings()
    found = message_rate(telling)
    most = max(found.counts.values())
    begins = list(found.counts)
    starts: dict[datetime, int] = {}
    for one in said:
        begun = begins[bisect_right(begins, one.entry.occurred_at) - 1]
        starts.setdefault(begun, one.entry.id)
    return Findings(
        table=Table(
            columns=("From", "Messages", ""),
            rows=tuple(
                Row(
                    cells=(telling.clock(at), str(count), "▇" * max(1, round(20 * count / most))),
                    evidence=(starts[at],),
                )
                for at, count in found.counts.items()
            ),
        )
    )


MESSAGE_RATE = Analysis(
    id="A19",
    section="unfolding",
    title="Messages over time",
    read=read,
    minimum="20 messages during the response",
    thresholds=(BIN, MOST, NEEDED),
    depth=Depth.DEEP,
)
