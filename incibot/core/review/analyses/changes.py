"""Changes that other systems told of: the day before it began, earlier ones, and during it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from incibot.core.review.analyses.phases import usual
from incibot.core.review.section import Analysis, Findings, Group, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import EntryKind, Recorded

BEFORE = Threshold(name="A11.before", value=24, unit="h", source="practice")
FOLDED = Threshold(name="A11.folded", value=30, unit="d", source="practice")
SHOWN = Threshold(name="A11.shown", value=20, unit="changes a list", source="authors")

CAPTION = "present then; no claim that they mattered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """In the order of time. `before` is the day before the first milestone, `earlier` older than that."""

    earlier: tuple[Recorded, ...]
    before: tuple[Recorded, ...]
    during: tuple[Recorded, ...]


def changes(telling: Telling) -> Changes | None:
    """None where no milestone is known."""
    known = usual(telling.incident)
    if not known:
        return None
    start = known[0].at
    found = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.CHANGE and stands(entry)
    ]
    oldest, day = (
        bisect_left(found, at, key=lambda one: one.occurred_at)
        for at in (
            start - FOLDED.time(telling.book),
            start - BEFORE.time(telling.book),
        )
    )
    at_start = bisect_right(found, start, key=lambda one: one.occurred_at)
    end = len(found)
    if telling.window is not None:
        end = bisect_right(found, telling.window[1], key=lambda one: one.occurred_at)
    return Changes(
        earlier=tuple(found[oldest:day]),
        before=tuple(found[day:at_start]),
        during=tuple(found[at_start:end]),
    )


def read(telling: Telling) -> Findings:
    found = changes(telling)
    if found is None:
        return Findings()
    start = usual(telling.incident)[0].name
    groups = []
    if found.before or found.earlier:
        earlier = (_folded(telling, found.earlier),) if found.earlier else ()
        groups.append(
            Group(
                title=f"Changes in the {BEFORE.shown(telling.book)} before “{start}”: {CAPTION}",
                statements=(*earlier, *_list(telling, found.before)),
            )
        )
    if found.during:
        groups.append(
            Group(
                title="Changes during the response: no claim that they mattered",
                statements=_list(telling, found.during),
            )
        )
    return Findings(groups=tuple(groups))


def _list(telling: Telling, found: Sequence[Recorded]) -> tuple[Statement, ...]:
    """Of many the nearest to the start, and how many more there are."""
    shown = SHOWN.count(telling.book)
    told = [telling.tell(entry) for entry in found[-shown:]]
    rest = found[:-shown]
    if rest:
        told.insert(0, _counted(telling, rest, "more, told in the timeline"))
    return tuple(told)


def _folded(telling: Telling, found: Sequence[Recorded]) -> Statement:
    return _counted(telling, found, f"in the {FOLDED.shown(telling.book)} before that")


def _counted(telling: Telling, found: Sequence[Recorded], words: str) -> Statement:
    noun = "1 change" if len(found) == 1 else f"{len(found)} changes"
    span = telling.span(found[0].occurred_at, found[-1].occurred_at)
    return Statement(text=f"{noun} {words} ({span}).", evidence=ids(found[-20:]), rank=Rank.SYSTEM)


CHANGES = Analysis(
    id="A11",
    section="conditions",
    read=read,
    minimum="one milestone, and one change that another system told of",
    thresholds=(BEFORE, FOLDED, SHOWN),
)
