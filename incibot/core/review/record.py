"""The whole timeline, entry by entry, with earlier wordings and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from incibot.core.review.section import Findings, Group, Section, Statement
from incibot.core.review.telling import Telling, comes_with, rank_of, stands
from incibot.core.timeline import Recorded


def record(telling: Telling) -> Findings:
    days = groupby(telling.history.entries, key=lambda entry: _day(telling, entry))
    return Findings(
        groups=tuple(
            Group(
                title=day.isoformat(),
                statements=tuple(line for run in _runs(telling, entries) for line in run),
            )
            for day, entries in days
        )
    )


def _runs(telling: Telling, entries: Iterable[Recorded]) -> Iterator[Iterable[Statement]]:
    """The lines of each entry; of those who came one after the other, one line for all."""
    run: list[Recorded] = []
    for entry in entries:
        if run and not comes_with(entry, run[-1], telling.head.zone):
            yield _told(telling, run)
            run = []
        run.append(entry)
    if run:
        yield _told(telling, run)


def _told(telling: Telling, run: list[Recorded]) -> Iterable[Statement]:
    return _lines(telling, run[0]) if len(run) == 1 else [telling.tell_together(run)]


def _day(telling: Telling, entry: Recorded) -> date:
    return entry.occurred_at.astimezone(telling.head.zone).date()


def _lines(telling: Telling, entry: Recorded) -> Iterator[Statement]:
    yield telling.tell_in_full(entry)
    if not stands(entry):
        return
    day = _day(telling, entry)
    for revision in entry.revisions:
        until = telling.clock(revision.replaced_at, under=day, seconds=True)
        yield Statement(
            text=f"earlier wording, until {until}",
            quote=telling.quote(revision.words),
            evidence=(entry.id,),
            rank=rank_of(entry),
        )


RECORD = Section(id="timeline", title="Full timeline", read=record)
