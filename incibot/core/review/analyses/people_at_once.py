"""How many people wrote at the same time; never how much of whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incibot.core.playbook import Playbook
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, people
from incibot.core.timeline import Recorded

BIN = Threshold(name="A05.bin", value=10, unit="min", source="practice")
NEEDED = Threshold(name="A05.needed", value=2, unit="people", source="authors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A stretch of some minutes, counted from the full hour, and the first words of each in it."""

    since: datetime
    until: datetime
    first_words: tuple[Recorded, ...]

    @property
    def people(self) -> int:
        return len(self.first_words)


def bins(entries: Sequence[Recorded], book: Playbook) -> tuple[Bin, ...]:
    """Those in which somebody wrote, in the order of time."""
    length = BIN.time(book)
    wrote: dict[datetime, dict[object, Recorded]] = {}
    # Of a foreign record nobody knows who is one and the same.
    said = (entry for entry in entries if entry.is_said and entry.by)
    for since, entry in in_stretches(said, length):
        wrote.setdefault(since, {}).setdefault(entry.by, entry)
    return tuple(
        Bin(since=since, until=since + length, first_words=tuple(by.values()))
        for since, by in sorted(wrote.items())
    )


def in_stretches(
    entries: Iterable[Recorded], length: timedelta
) -> Iterator[tuple[datetime, Recorded]]:
    """Each with where its stretch begins."""
    since = until = datetime.max.replace(tzinfo=UTC)
    for entry in entries:
        if not since <= entry.occurred_at < until:
            since = start_of(entry.occurred_at, length)
            hour = since.replace(minute=0, second=0, microsecond=0)
            until = min(since + length, hour + timedelta(hours=1))
        yield since, entry


def start_of(at: datetime, length: timedelta) -> datetime:
    """Where the stretch of that length begins that holds the moment; one begins at each full hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour + (at - hour) // length * length


def people_at_once(telling: Telling) -> Findings:
    found = bins(telling.history.entries, telling.book)
    if len(found) < 2:
        return Findings()
    most = max(found, key=lambda one: one.people)
    if most.people < NEEDED.of(telling.book):
        return Findings()
    return Findings(
        statements=(
            Statement(
                text=f"Up to {people(one.by for one in most.first_words)} wrote within the same "
                f"{BIN.shown(telling.book)} ({telling.span(most.since, most.until)}).",
                evidence=tuple(sorted(ids(most.first_words))),
                rank=Rank.SYSTEM,
            ),
        )
    )


PEOPLE_AT_ONCE = Analysis(
    id="A05",
    section="coordination",
    read=people_at_once,
    minimum="two stretches of ten minutes with words, and one with words of two people",
    thresholds=(BIN, NEEDED),
)
