"""What was decided, and what had become known in the minutes before it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from incibot.core.review.analyses.enquiry import Idea, ideas
from incibot.core.review.section import Analysis, Findings, Group, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, known_at, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

BEFORE = Threshold(  # what was at hand when it was decided
    name="A15.before", value=15, unit="min", source="learning.md A15"
)

_SEEN = (
    EntryKind.OBSERVATION,
    EntryKind.SURPRISE,
    EntryKind.ACTION,
    EntryKind.STATUS,
    EntryKind.SEVERITY,
    EntryKind.ALERT,
    EntryKind.CHANGE,
    EntryKind.PAGE,
)
_LINK = re.compile(r"<https?://[^<>]+>")


@dataclass(frozen=True, slots=True)
class _Known:
    """What could be known when something was decided; `open`: it had no outcome or reply by then."""

    entry: Recorded
    told: Statement
    open: bool = False


def decisions(telling: Telling) -> Findings:
    """Each decision with what became known before it; what stands above already is only named."""
    entries = telling.history.entries
    by_time = sorted((entry for entry in entries if stands(entry)), key=_when)
    raised = ideas(telling.history, telling.book)
    threads = telling.threads
    questions = [
        (entry, threads.reply(entry)) for entry in by_time if entry.kind is EntryKind.QUESTION
    ]
    groups: list[Group] = []
    shown: set[int] = set()
    before: Recorded | None = None
    for decision in entries:
        if decision.kind is not EntryKind.DECISION or not stands(decision):
            continue
        recent = _before(by_time, decision, BEFORE.time(telling.book))
        known = {
            **{one.entry.id: one for one in _seen(telling, recent)},
            **{one.entry.id: one for one in _asked(telling, decision, questions)},
            **{one.entry.id: one for one in _ideas(telling, decision, raised)},
        }
        ordered = sorted(known.values(), key=lambda one: _when(one.entry))
        statements = [one.told for one in ordered if one.entry.id not in shown]
        if before is not None:
            statements += _carried(
                telling, before, [one for one in ordered if one.entry.id in shown]
            )
        groups.append(
            Group(
                lead=telling.tell(decision),
                statements=(*statements, *_present(telling, recent)),
            )
        )
        shown |= known.keys()
        before = decision
    return Findings(groups=tuple(groups))


def _when(entry: Recorded) -> tuple[object, int]:
    return known_at(entry), entry.id


def _before(by_time: Sequence[Recorded], decision: Recorded, before: timedelta) -> list[Recorded]:
    """What became known in the minutes before; not what was told only afterwards."""
    at = decision.occurred_at
    first, last = (
        bisect_right(by_time, moment, key=known_at)
        for moment in (at - before - timedelta(microseconds=1), at)
    )
    return [entry for entry in by_time[first:last] if entry.id != decision.id]


def _seen(telling: Telling, recent: Sequence[Recorded]) -> list[_Known]:
    """What people marked, what other systems told, changes of status, and links."""
    found = []
    for entry in recent:
        told = telling.tell_when_known(entry)
        if entry.kind in _SEEN or entry.key_moment:
            found.append(_Known(entry, told))
        elif links := _LINK.findall(entry.words):
            told = replace(told, text=f"{told.text}, a link", quote=telling.quote(" ".join(links)))
            found.append(_Known(entry, told))
    return found


def _ideas(telling: Telling, decision: Recorded, raised: Sequence[Idea]) -> list[_Known]:
    at = decision.occurred_at
    return [
        _still(telling, idea.entry, "without an outcome by then")
        for idea in raised
        if idea.is_open_at(at) and known_at(idea.entry) <= at
    ]


def _asked(
    telling: Telling,
    decision: Recorded,
    questions: Sequence[tuple[Recorded, Recorded | None]],
) -> list[_Known]:
    at = decision.occurred_at
    return [
        _still(telling, question, "without a reply by then")
        for question, reply in questions
        if timedelta() < at - known_at(question) <= BEFORE.time(telling.book)
        and (reply is None or reply.occurred_at > at)
    ]


def _still(telling: Telling, entry: Recorded, state: str) -> _Known:
    told = telling.tell_when_known(entry)
    return _Known(entry, replace(told, text=f"{told.text}, {state}"), open=True)


def _carried(telling: Telling, before: Recorded, known: Sequence[_Known]) -> list[Statement]:
    """What was known at the decision before already, and is told there or further up."""
    if not known:
        return []
    entries = [one.entry for one in known]
    still_open = [one.entry for one in known if one.open]
    then = telling.clock(before.occurred_at)
    found = [_of(entries, f"Known already at the decision of {then}, and told above.")]
    if still_open:
        found.append(_of(still_open, "Of it, still without an outcome or a reply."))
    return found


def _of(entries: Sequence[Recorded], text: str) -> Statement:
    marked = all(rank_of(entry) is Rank.MARKED for entry in entries)
    return Statement(text=text, evidence=ids(entries), rank=Rank.MARKED if marked else Rank.SYSTEM)


def _present(telling: Telling, recent: Sequence[Recorded]) -> list[Statement]:
    said = [entry for entry in recent if entry.is_said]
    people = len({entry.by for entry in said})
    if people < 2:
        return []
    return [
        Statement(
            text=f"{people} people had written in the {BEFORE.shown(telling.book)} before.",
            evidence=tuple(dict.fromkeys((said[0].id, said[-1].id))),
            rank=Rank.SYSTEM,
        )
    ]


DECISIONS = Analysis(
    id="A15",
    section="decisions",
    read=decisions,
    minimum="one decision that somebody marked or typed",
    thresholds=(BEFORE,),
)
