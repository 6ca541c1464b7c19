"""Estimates that people gave of how long something would take."""

from __future__ import annotations

import re

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A30.shown", value=5, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: eta | should\ be\ (?:back|done) | in\ (?:about\ )?\d+\ (?:min\w*|h|hours?)
        | by\ \d\d:\d\d | another\ \d+ )\b
    """,
    "eta should in by another",
)

_BUT = re.compile(r"\beta\s*\?", re.IGNORECASE)


def estimates(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return [one for one in telling.talk.matching(WORDS) if not _BUT.search(one.text)]


def read(telling: Telling) -> Findings:
    return candidates(telling, estimates(telling), shown=SHOWN)


ESTIMATES = Analysis(
    id="A30",
    section="decisions",
    title="Possible estimates, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
