"""How it unfolded: the key moments of each phase, forward in time, in people's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from math import inf

from incibot.core.history import History
from incibot.core.playbook import Depth, Playbook
from incibot.core.review.analyses import enquiry
from incibot.core.review.analyses.decisions import possible as decisions
from incibot.core.review.analyses.enquiry import Idea, raised
from incibot.core.review.analyses.hand_overs import hand_overs
from incibot.core.review.analyses.hand_overs import possible as hand_overs_by_words
from incibot.core.review.analyses.phases import Chapter, stretches
from incibot.core.review.analyses.relapses import possible as relapses_by_words
from incibot.core.review.analyses.relapses import relapses
from incibot.core.review.analyses.surprises import possible as surprises
from incibot.core.review.section import Analysis, Findings, Group, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, known_at, stands
from incibot.core.timeline import IMPORT, EntryKind, Recorded

# From these points on a moment is kept, however many there are.
KEPT = Threshold(name="A04.kept", value=4, unit="points", source="practice")
# Up to here a chapter is filled with those of fewer points.
FILLED = Threshold(name="A04.filled", value=8, unit="moments a chapter", source="practice")
# All that a brief draft tells of a chapter.
BRIEFLY = Threshold(name="A04.briefly", value=3, unit="moments a chapter", source="practice")
# With fewer in all, the reader is told that a rule chose.
FEW_MARKS = Threshold(name="A04.few", value=3, unit="marks", source="practice")

_POINTS: Mapping[EntryKind, int] = {
    EntryKind.DECISION: 4,
    EntryKind.SURPRISE: 4,
    EntryKind.HYPOTHESIS: 4,  # those that were set aside, or never taken up again, too
    EntryKind.ACTION: 4,
    EntryKind.SEVERITY: 3,
    EntryKind.STATUS: 3,
    EntryKind.DECLARED: 3,
    EntryKind.ROLE: 2,
    EntryKind.OBSERVATION: 2,
    EntryKind.QUESTION: 2,
    EntryKind.NOTE: 2,
    EntryKind.UPDATE: 1,
    EntryKind.ALERT: 1,
    EntryKind.CHANGE: 1,
    EntryKind.PAGE: 1,
}


def points(history: History, book: Playbook) -> dict[int, int]:
    """How much speaks for each entry as a key moment, by its id; marks by people weigh most."""
    standing = [entry for entry in history.entries if stands(entry)]
    scores = {entry.id: _alone(entry) for entry in standing}
    alert = next((entry for entry in standing if entry.kind is EntryKind.ALERT), None)
    if alert is not None:
        scores[alert.id] += 2  # the first of them weighs as much as an idea
    reached = {milestone.key for milestone in history.incident.milestones}
    for entry in standing:
        if entry.kind in (EntryKind.STATUS, EntryKind.DECLARED) and entry.key in reached:
            scores[entry.id] += 1  # a chapter ends with what ended it
        elif entry.source.type == IMPORT and entry.key in reached:
            scores[entry.id] += 2  # so does one of a foreign record, which has no status
    for entry in hand_overs(history, book):
        scores[entry.id] += 2
    for relapse in relapses(history, book):
        for entry in (relapse.better, relapse.back):
            scores[entry.id] += 1  # things seemed better, and then they did not
    return scores


def _alone(entry: Recorded) -> int:
    total = _POINTS.get(entry.kind, 0)
    if entry.key_moment:
        total += 5
    if entry.data.get("outcome"):
        total += 2  # an idea ruled out or confirmed weighs as much as a decision
    if entry.kind is EntryKind.MESSAGE and ("<http" in entry.words or entry.data.get("files")):
        total += 1
    return total


def key_moments(telling: Telling) -> Findings:
    history = telling.history
    ideas = telling.once(raised)
    scores = points(history, telling.book)
    for one in _worded(telling):
        scores[one] += 1
    groups = tuple(_chapter(telling, chapter, ideas, scores) for chapter in telling.once(stretches))
    marked = sum(bool(entry.marks) for entry in history.entries)
    statements: tuple[Statement, ...] = ()
    if groups and marked < FEW_MARKS.of(telling.book):
        ends = tuple(dict.fromkeys((history.entries[0].id, history.entries[-1].id)))
        statements = (
            Statement(
                text="Few entries were marked; the moments below were chosen by rule.",
                evidence=ends,
                rank=Rank.SYSTEM,
            ),
        )
    return Findings(statements=statements, groups=groups)


def _worded(telling: Telling) -> frozenset[int]:
    """What a rule of words takes for a turn of the story: it weighs a little where nobody marked it."""
    found = (
        *(enquiry.possible_ideas, enquiry.possible_ends, decisions, surprises),
        *(hand_overs_by_words, relapses_by_words),
    )
    return frozenset(one.entry.id for find in found for one in find(telling))


def _chapter(
    telling: Telling, chapter: Chapter, ideas: tuple[Idea, ...], scores: Mapping[int, int]
) -> Group:
    until = chapter.until
    later = [
        entry
        for entry in chapter.entries
        if stands(entry) and until is not None and known_at(entry) > until
    ]
    told_later = set(ids(later))
    then = [entry for entry in chapter.entries if entry.id not in told_later]
    said = [entry for entry in then if entry.is_said]
    statements: list[Statement] = []
    wrote = {entry.by for entry in said}
    if len(wrote) > 1:
        statements.append(
            Statement(
                text=f"{len(wrote)} people wrote in this stretch.",
                evidence=tuple(dict.fromkeys((said[0].id, said[-1].id))),
                rank=Rank.SYSTEM,
            )
        )
    since = chapter.since
    if since is not None and until is not None:
        statements += [
            replace(
                telling.tell(idea.entry),
                text=f"Open when this began: {telling.actor(idea.entry)}’s idea of "
                f"{telling.clock(idea.entry.occurred_at)}",
            )
            for idea in ideas
            if idea.is_open_at(since)
        ]
    moments = [*_moments(telling.book, then, scores), *filter(stands, chapter.learnt)]
    statements += [
        telling.tell_when_known(entry)
        for entry in sorted(moments, key=lambda one: (known_at(one), one.id))
    ]
    statements += [_known_later(telling, entry) for entry in later]
    return Group(title=_title(telling, chapter), statements=tuple(statements))


def _moments(book: Playbook, entries: list[Recorded], scores: Mapping[int, int]) -> list[Recorded]:
    standing = [entry for entry in entries if stands(entry)]
    kept, filled = KEPT.of(book), FILLED.count(book)

    def rank(entry: Recorded) -> tuple[int, datetime, int]:
        return -scores[entry.id], entry.occurred_at, entry.id

    if book.review.depth is Depth.BRIEF:
        kept, filled = inf, BRIEFLY.count(book)
    chosen = [entry for entry in standing if scores[entry.id] >= kept]
    rest = [entry for entry in standing if 0 < scores[entry.id] < kept]
    rest.sort(key=rank)
    for _, alike in groupby(rest, key=lambda entry: scores[entry.id]):
        chosen += _spread(list(alike), filled - len(chosen))
    return chosen or [entry for entry in standing if entry.is_said][:1]


def _spread(entries: list[Recorded], most: int) -> list[Recorded]:
    """So many of them, from the first to the last: where none says more than another, the whole is told."""
    if len(entries) <= most:
        return entries
    if most < 2:
        return entries[: max(most, 0)]
    return [entries[round(n * (len(entries) - 1) / (most - 1))] for n in range(most)]


def _known_later(telling: Telling, entry: Recorded) -> Statement:
    told = telling.tell(entry)
    return Statement(
        text=f"Known only later: {told.text}",
        quote=told.quote,
        evidence=ids((entry,)),
        rank=told.rank,
    )


def _title(telling: Telling, chapter: Chapter) -> str:
    label = chapter.label[0].upper() + chapter.label[1:]
    match chapter.since, chapter.until:
        case None, until if until is not None:
            return f"{label} (until {telling.clock(until)})"
        case since, None if since is not None:
            return f"{label} (from {telling.clock(since)})"
        case since, until if since is not None and until is not None:
            return f"{label} ({telling.span(since, until)})"
    return label


KEY_MOMENTS = Analysis(
    id="A04",
    section="unfolding",
    read=key_moments,
    minimum="one milestone; a stretch without an entry is left out",
    thresholds=(KEPT, FILLED, BRIEFLY, FEW_MARKS),
)
