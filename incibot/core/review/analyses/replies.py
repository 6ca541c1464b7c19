"""The questions that people asked in the channel, and those whose reply the record does not hold."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from incibot.core.review.section import (
    Analysis,
    Findings,
    Group,
    Question,
    Rank,
    Statement,
    Threshold,
)
from incibot.core.review.talk import Said
from incibot.core.review.telling import Telling, ids, length, stands
from incibot.core.timeline import EntryKind, Recorded

WITHIN = Threshold(name="A13.within", value=30, unit="min", source="practice")
NEEDED = Threshold(
    name="A13.needed", value=5, unit="messages with a question mark", source="authors"
)

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")
_RHETORICAL = re.compile(  # a tag, or a greeting: nobody waits for an answer
    r"(?:^|\W)(?:right|ok|okay|lol|no|yes|eh|hm+|how\ are\ (?:you|we|things)|all\ good)\s*\?+\s*$",
    re.IGNORECASE,
)
_PLAIN = (EntryKind.MESSAGE, EntryKind.NOTE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the first reply on record, if there is one."""

    entry: Recorded
    reply: Recorded | None

    @property
    def wait(self) -> timedelta | None:
        return self.reply.occurred_at - self.entry.occurred_at if self.reply else None


def marked(telling: Telling) -> tuple[Asked, ...]:
    """What people marked as a question, or typed as one."""
    return tuple(
        Asked(entry, _reply(telling, entry))
        for entry in telling.history.entries
        if entry.kind is EntryKind.QUESTION and stands(entry)
    )


def possible(telling: Telling) -> tuple[Asked, ...]:
    """Messages with a question mark that nobody marked."""
    return tuple(
        Asked(one.entry, _reply(telling, one.entry))
        for one in telling.talk.said
        if "?" in one.text and one.entry.kind in _PLAIN and not _RHETORICAL.search(one.text)
    )


def _reply(telling: Telling, asked: Recorded) -> Recorded | None:
    """By somebody else, in its thread; else by somebody whom it names, within half an hour."""
    reply = telling.threads.reply(asked)
    if reply is not None:
        return reply
    named = set(_MENTION.findall(asked.words)) - {asked.by}
    if not named:
        return None
    until = asked.occurred_at + WITHIN.time(telling.book)
    said: Sequence[Said] = telling.talk.between(asked.occurred_at, until)
    place = bisect_right(said, (asked.occurred_at, asked.id), key=_place)
    return next((one.entry for one in said[place:] if one.entry.by in named), None)


def _place(one: Said) -> tuple[datetime, int]:
    return one.entry.occurred_at, one.entry.id


def read(telling: Telling) -> Findings:
    asked = telling.once(marked)
    without = [one for one in asked if one.reply is None]
    statements = []
    if asked:
        noun = "1 question is" if len(asked) == 1 else f"{len(asked)} questions are"
        statements.append(
            Statement(
                text=f"{noun} on record; {len(asked) - len(without)} with a reply found, "
                f"{len(without)} with none found in the record.",
                evidence=ids(one.entry for one in asked),
                rank=Rank.MARKED,
            )
        )
    return Findings(
        statements=tuple(statements),
        groups=_possible(telling, telling.once(possible)),
        questions=tuple(
            Question(
                text=f"Asked at {telling.clock(one.entry.occurred_at)}, with no reply found in the "
                "record. What became of it?",
                quote=telling.quote(one.entry.words),
                evidence=(one.entry.id,),
            )
            for one in without
        ),
    )


def _possible(telling: Telling, found: tuple[Asked, ...]) -> tuple[Group, ...]:
    if len(found) < NEEDED.of(telling.book):
        return ()
    waits = sorted(one.wait for one in found if one.wait is not None)
    text = f"{len(found)} more messages bear a question mark; {len(waits)} with a reply found in the record"
    if waits:
        middle = timedelta(seconds=median(wait.total_seconds() for wait in waits))
        text += f" (median {length(middle)}, longest {length(waits[-1])})"
    evidence = ids(one.entry for one in found)[:20]
    statement = Statement(text=f"{text}.", evidence=evidence, rank=Rank.PATTERN)
    return (Group(statements=(statement,)),)


REPLIES = Analysis(
    id="A13",
    section="questions",
    read=read,
    minimum="one question that somebody marked or typed, or five messages with a question mark",
    thresholds=(WITHIN, NEEDED),
)
