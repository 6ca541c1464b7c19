"""Near misses and luck, by the words that people used of them."""

from __future__ import annotations

import re

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A26.shown", value=5, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: almost | nearly | close\ call | luckily | good\ thing | got\ lucky
        | happened\ to\ (?:be|see|notice) | just\ in\ time
        | \d+\ ?(?:GB|%|min\w*)\ (?:left|remaining) | about\ to\ (?:run\ out|fill|expire)
        | could\ have\ been\ (?:much\ )?worse )\b
    """,
    "almost nearly close luckily good got happened just left remaining about could",
)

_BUT = re.compile(
    r"\b(?:almost|nearly) (?:done|there|finished|ready"
    r"|(?:a|an|one|two|three|\d+) (?:second|minute|hour|day|week|month|year)s?)\b",
    re.IGNORECASE,
)


def near_misses(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return [one for one in telling.talk.matching(WORDS) if not _BUT.search(one.text)]


def read(telling: Telling) -> Findings:
    return candidates(telling, near_misses(telling), shown=SHOWN)


NEAR_MISSES = Analysis(
    id="A26",
    section="risks",
    title="Possible near misses and luck, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
