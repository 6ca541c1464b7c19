"""When people sought help, and when those whom they named were there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from incibot.core.people import UserId
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.talk import Wording
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

SHOWN = Threshold(name="A14.shown", value=5, unit="waits", source="authors")

WORDS = Wording(
    r"""
    \b(?: any(?:one|body)\ (?:know|knows|familiar|from|around)
        | need\ (?:someone|somebody|help|eyes|a\ hand)
        | can\ (?:someone|somebody|anyone|anybody) | who\ (?:owns|knows)
        | paging | adding | pulling\ in )\b
    | \bcc\b
    """,
    "anyone anybody need someone somebody who paging adding pulling cc",
)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


@dataclass(frozen=True, slots=True)
class Sought:
    """Words that may ask for help; and after what time each of those they name first wrote.

    Attributes:
        waits: of those who had not written before, in the order in which they came.
    """

    entry: Recorded
    waits: tuple[timedelta, ...]


def sought(telling: Telling) -> tuple[Sought, ...]:
    first: dict[UserId | None, datetime] = {}
    for one in telling.history.entries:
        if one.is_said:
            first.setdefault(one.by, one.occurred_at)
    return tuple(
        Sought(
            one.entry,
            tuple(
                sorted(
                    first[named] - one.entry.occurred_at
                    for named in {UserId(found) for found in _MENTION.findall(one.entry.words)}
                    if named in first and first[named] > one.entry.occurred_at
                )
            ),
        )
        for one in telling.talk.matching(WORDS)
    )


def read(telling: Telling) -> Findings:
    found = sought(telling)
    if not found:
        return Findings()
    times = "once" if len(found) == 1 else f"{len(found)} times, first"
    text = f"Help may have been sought {times} at {telling.clock(found[0].entry.occurred_at)}"
    waits = sorted(wait for one in found for wait in one.waits)[: SHOWN.count(telling.book)]
    if waits:
        minutes = ", ".join(str(wait // timedelta(minutes=1)) for wait in waits)
        text += f"; people who were named wrote after {minutes} min"
    return Findings(
        statements=(
            Statement(
                text=f"{text}.",
                evidence=ids(one.entry for one in found)[:20],
                rank=Rank.PATTERN,
            ),
        )
    )


HELP = Analysis(
    id="A14",
    section="coordination",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
