"""The whole timeline, entry by entry, with earlier wordings and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.section import Findings, Group, Section, Statement
from incibot.core.review.telling import Telling, rank_of, stands
from incibot.core.timeline import Recorded


def record(history: History, book: Playbook) -> Findings:
    telling = Telling(history, book)
    days = groupby(history.entries, key=lambda entry: _day(telling, entry))
    return Findings(
        groups=tuple(
            Group(
                title=day.isoformat(),
                statements=tuple(line for entry in entries for line in _lines(telling, entry)),
            )
            for day, entries in days
        )
    )


def _day(telling: Telling, entry: Recorded) -> date:
    return entry.occurred_at.astimezone(telling.head.zone).date()


def _lines(telling: Telling, entry: Recorded) -> Iterator[Statement]:
    yield telling.tell_to_the_second(entry)
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
