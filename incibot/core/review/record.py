"""The whole timeline, entry by entry, with earlier wordings and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import overload

from incibot.core.review.section import Findings, Group, Section, Statement
from incibot.core.review.telling import Telling, comes_with, rank_of, stands
from incibot.core.timeline import Recorded


def record(telling: Telling) -> Findings:
    days = groupby(telling.history.entries, key=lambda entry: _day(telling, entry))
    return Findings(
        groups=tuple(
            Group(title=day.isoformat(), statements=_Lines(telling, tuple(entries)))
            for day, entries in days
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Lines(Sequence[Statement]):
    """The lines of a day, told as they are read: all of a long record at once take much room."""

    telling: Telling
    entries: Sequence[Recorded]

    def __iter__(self) -> Iterator[Statement]:
        run: list[Recorded] = []
        for entry in self.entries:
            if run and not comes_with(entry, run[-1], self.telling.head.zone):
                yield from _told(self.telling, run)
                run = []
            run.append(entry)
        if run:
            yield from _told(self.telling, run)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Lines) and tuple(self) == tuple(other)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self.entries)

    @overload
    def __getitem__(self, at: int) -> Statement: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Statement]: ...
    def __getitem__(self, at: int | slice) -> Statement | Sequence[Statement]:
        return tuple(self)[at]


def _told(telling: Telling, run: list[Recorded]) -> Iterable[Statement]:
    """The lines of an entry; of those who came one after the other, one line for all."""
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
