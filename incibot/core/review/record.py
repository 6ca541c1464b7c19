"""The whole timeline, entry by entry, with earlier wordings and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.section import Findings, Group, Section, Statement
from incibot.core.review.telling import Telling, rank_of, stands
from incibot.core.timeline import Recorded


def record(history: History, book: Playbook) -> Findings:
    telling = Telling(history, book)
    zone = history.head.zone
    days = groupby(
        history.entries, key=lambda entry: entry.occurred_at.astimezone(zone).date().isoformat()
    )
    return Findings(
        groups=tuple(
            Group(
                title=day,
                statements=tuple(line for entry in entries for line in _lines(telling, entry)),
            )
            for day, entries in days
        )
    )


def _lines(telling: Telling, entry: Recorded) -> Iterator[Statement]:
    yield telling.tell(entry, seconds=True)
    if not stands(entry):
        return
    for revision in entry.revisions:
        until = telling.clock(revision.replaced_at, seconds=True)
        yield Statement(
            text=f"earlier wording, until {until}",
            quote=telling.quote(revision.words),
            evidence=(entry.id,),
            rank=rank_of(entry),
        )


RECORD = Section(id="timeline", title="Full timeline", read=record)
