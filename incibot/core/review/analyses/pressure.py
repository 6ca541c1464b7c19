"""What pressed from outside, by the words that people used of it."""

from __future__ import annotations

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A36.shown", value=3, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: execs? | ceo | press(?=\ (?:is|are|asks?|release|has)) | twitter
        | customers?\ (?:is\ |are\ )?(?:waiting|angry|asking)
        | deadline | (?:launch|demo)\ (?:day|date|event) | (?:our|big|product|marketing)\ launch
        | (?:our|customer|sales)\ demo | demo\ (?:today|tonight|tomorrow|for|with)
        | black\ friday | payroll | board(?=\ (?:meeting|is|asks?))
        | before\ (?:market|open\w*) | asap | urgent(?:ly)? )\b
    """,
    "exec execs ceo press twitter customer customers deadline demo launch black payroll board before asap urgent urgently",
)


def pressure(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return list(telling.talk.matching(WORDS))


def read(telling: Telling) -> Findings:
    return candidates(telling, pressure(telling), shown=SHOWN)


PRESSURE = Analysis(
    id="A36",
    section="hard",
    title="Possible pressure from outside, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
