"""The phases of an incident: what lies between two of its milestones."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from incibot.core.history import History
from incibot.core.incident import Incident, Milestone
from incibot.core.playbook import MILESTONES
from incibot.core.review.section import (
    Analysis,
    Findings,
    Rank,
    Row,
    Statement,
    Table,
    Threshold,
)
from incibot.core.review.telling import Telling, is_back_dated, known_at, length
from incibot.core.timeline import Recorded

# Of a phase that lasted longer, only its ends are told: years of not being noticed are no bar.
LONGEST = Threshold(name="A01.longest", value=30, unit="d", source="practice, and authors")

_LABELS = {
    ("started", "detected"): "not yet noticed",
    ("detected", "declared"): "noticed, not declared",
    ("declared", "mitigated"): "response",
    ("mitigated", "resolved"): "recovery and confirmation",
}


def _label(since: str, until: str) -> str:
    return _LABELS.get((since, until), f"{since} to {until}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """From one milestone to the next that is known; what is not known joins its neighbours."""

    label: str
    since: Milestone
    until: Milestone

    @property
    def length(self) -> timedelta | None:
        """None where the milestones lie in another order than usual."""
        length = self.until.at - self.since.at
        return None if length < timedelta() else length


def usual(incident: Incident) -> tuple[Milestone, ...]:
    """The milestones of the usual five that are known, in the usual order."""
    found = (incident.milestone(name) for name in MILESTONES)
    return tuple(one for one in found if one is not None)


def phases(incident: Incident) -> tuple[Phase, ...]:
    """What lies between each two neighbours of the known milestones, in the usual order."""
    return tuple(
        Phase(label=_label(since.name, until.name), since=since, until=until)
        for since, until in pairwise(usual(incident))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A stretch of the story, forward in time, with its entries.

    Attributes:
        since, until: None before the first and after the last milestone.
        milestones: those that bound it.
        learnt: what happened in another stretch, and was told only now.
    """

    label: str
    since: datetime | None
    until: datetime | None
    milestones: tuple[Milestone, ...]
    entries: tuple[Recorded, ...]
    learnt: tuple[Recorded, ...] = ()


def chapters(history: History) -> tuple[Chapter, ...]:
    """The story cut at its milestones, in the order of time; a stretch without an entry is left out.

    What was told only in a later stretch is in both: in one as it happened, in the other as learnt.
    An entry at the very moment of a milestone ends the stretch before it: it is what reached it.
    Only the first milestone opens the stretch that it begins.
    """
    known = sorted(usual(history.incident), key=lambda one: one.at)  # stable: the usual order
    points = [tuple(same) for _, same in groupby(known, key=lambda one: one.at)]
    if not points:
        return ()
    times = [same[0].at for same in points]
    within: list[list[Recorded]] = [[] for _ in range(len(points) + 1)]
    learnt: list[list[Recorded]] = [[] for _ in within]

    def place(at: datetime) -> int:
        return 1 if at == times[0] else bisect_left(times, at)

    for entry in history.entries:
        then = place(entry.occurred_at)
        within[then].append(entry)
        if is_back_dated(entry) and (since := place(known_at(entry))) > then:
            learnt[since].append(entry)
    first, last = points[0][0], points[-1][-1]
    found = [
        Chapter(
            label=f"before “{first.name}”",
            since=None,
            until=first.at,
            milestones=(first,),
            entries=(),
        ),
        *(
            Chapter(
                label=_label(earlier[-1].name, later[0].name),
                since=earlier[0].at,
                until=later[0].at,
                milestones=(earlier[-1], later[0]),
                entries=(),
            )
            for earlier, later in pairwise(points)
        ),
        Chapter(
            label=f"after “{last.name}”",
            since=last.at,
            until=None,
            milestones=(last,),
            entries=(),
        ),
    ]
    return tuple(
        replace(chapter, entries=tuple(happened), learnt=tuple(told))
        for chapter, happened, told in zip(found, within, learnt, strict=True)
        if happened or told
    )


def stretches(telling: Telling) -> tuple[Chapter, ...]:
    return chapters(telling.history)


def _phases(telling: Telling) -> Findings:
    """A table of those that have a length; which milestones lie in another order is said elsewhere."""
    keys = {entry.key: entry.id for entry in telling.history.entries}
    rows = [
        Row(
            cells=(
                phase.label[0].upper() + phase.label[1:],
                telling.clock(phase.since.at),
                telling.clock(phase.until.at),
                "" if phase.length >= LONGEST.time(telling.book) else length(phase.length),
            ),
            evidence=tuple(
                dict.fromkeys(
                    keys[one.key] for one in (phase.since, phase.until) if one.key in keys
                )
            ),
        )
        for phase in phases(telling.incident)
        if phase.length
    ]
    table = Table(columns=("Phase", "From", "Until", "Length"), rows=tuple(rows)) if rows else None
    return Findings(table=table, statements=_healed_first(telling, keys))


def _healed_first(telling: Telling, keys: dict[str, int]) -> tuple[Statement, ...]:
    """Where users were better before anybody noticed: no phase, but worth a sentence."""
    noticed, better = (telling.incident.milestone(name) for name in ("detected", "mitigated"))
    if noticed is None or better is None or noticed.at <= better.at:
        return ()
    evidence = tuple(keys[one.key] for one in (better, noticed) if one.key in keys)
    if not evidence:
        return ()
    return (
        Statement(
            text="Users were better before the trouble was noticed, by these times.",
            evidence=evidence,
            rank=Rank.SYSTEM,
        ),
    )


PHASES = Analysis(
    id="A01",
    section="milestones",
    read=_phases,
    minimum="two milestones of the usual five, the earlier one first",
    thresholds=(LONGEST,),
)
