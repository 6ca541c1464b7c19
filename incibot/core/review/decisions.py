"""What was decided, and what could be known in the minutes before it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import timedelta

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.enquiry import Idea, ideas
from incibot.core.review.section import Findings, Group, Rank, Section, Statement
from incibot.core.review.telling import Telling, Threads, is_back_dated, stands
from incibot.core.timeline import EntryKind, Recorded

BEFORE = timedelta(minutes=15)  # what was at hand when it was decided

_SEEN = (
    EntryKind.OBSERVATION,
    EntryKind.SURPRISE,
    EntryKind.ACTION,
    EntryKind.ALERT,
    EntryKind.CHANGE,
    EntryKind.PAGE,
)
_LINK = re.compile(r"<https?://[^<>]+>")


def decisions(history: History, book: Playbook) -> Findings:
    telling = Telling(history, book)
    raised = ideas(history)
    threads = Threads(history.entries)
    questions = [
        (entry, threads.reply(entry))
        for entry in history.entries
        if entry.kind is EntryKind.QUESTION and stands(entry)
    ]
    return Findings(
        groups=tuple(
            Group(
                lead=telling.tell(entry),
                statements=(
                    *_ideas(telling, entry, raised),
                    *_seen(telling, entry),
                    *_asked(telling, entry, questions),
                    *_present(telling, entry),
                ),
            )
            for entry in history.entries
            if entry.kind is EntryKind.DECISION and stands(entry)
        )
    )


def _ideas(telling: Telling, decision: Recorded, raised: tuple[Idea, ...]) -> list[Statement]:
    at = decision.occurred_at
    return [
        replace(
            telling.tell(idea.entry),
            text=f"Idea of {telling.clock(idea.entry.occurred_at)}, without an outcome by then",
        )
        for idea in raised
        if idea.is_open_at(at)
    ]


def _seen(telling: Telling, decision: Recorded) -> list[Statement]:
    """What people marked, what other systems told, and links, in the order of time."""
    found = []
    for entry in _before(telling.history, decision):
        told = telling.tell(entry)
        if entry.kind in _SEEN or entry.key_moment:
            found.append(told)
        elif links := _LINK.findall(entry.words):
            text = f"Link posted at {telling.clock(entry.occurred_at)}"
            found.append(replace(told, text=text, quote=telling.quote(" ".join(links))))
    return found


def _asked(
    telling: Telling,
    decision: Recorded,
    questions: list[tuple[Recorded, Recorded | None]],
) -> list[Statement]:
    at = decision.occurred_at
    return [
        replace(
            telling.tell(question),
            text=f"Question without a reply by then, of {telling.clock(question.occurred_at)}",
        )
        for question, reply in questions
        if timedelta() < at - question.occurred_at <= BEFORE
        and (reply is None or reply.occurred_at > at)
    ]


def _present(telling: Telling, decision: Recorded) -> list[Statement]:
    said = [entry for entry in _before(telling.history, decision) if entry.is_said]
    people = len({entry.by for entry in said})
    if people < 2:
        return []
    return [
        Statement(
            text=f"{people} people had written in the {BEFORE.seconds // 60} minutes before.",
            evidence=tuple(dict.fromkeys((said[0].id, said[-1].id))),
            rank=Rank.SYSTEM,
        )
    ]


def _before(history: History, decision: Recorded) -> list[Recorded]:
    """What stood in the record by then, of the time before; not what was told only afterwards."""
    at = decision.occurred_at
    first = bisect_left(history.entries, at - BEFORE, key=lambda entry: entry.occurred_at)
    last = bisect_right(history.entries, at, key=lambda entry: entry.occurred_at)
    return [
        entry
        for entry in history.entries[first:last]
        if entry.id != decision.id
        and stands(entry)
        and (entry.recorded_at <= at or not is_back_dated(entry))
    ]


DECISIONS = Section(
    id="decisions",
    title="Decisions",
    read=decisions,
    prompts=(
        "Which other ways were in view?",
        "What was given up for it, and what else was asked of you then?",
    ),
)
