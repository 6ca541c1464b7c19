"""Procedures and documents: opened, followed, or found not to fit."""

from __future__ import annotations

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A37.shown", value=3, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: runbooks? | playbooks? | out\ of\ date | outdated | (?:not\ in|isn['’]t\ in)\ the\ docs?
        | (?:doc|docs|document|wiki|page)\ doesn['’]t\ say | wrong\ step
        | followed\ the\ (?:steps|docs?|procedure|guide) )\b
    """,
    "runbook runbooks playbook playbooks out outdated not isn doc docs document wiki page wrong followed",
)


def procedures(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return list(telling.talk.matching(WORDS))


def read(telling: Telling) -> Findings:
    return candidates(telling, procedures(telling), shown=SHOWN)


PROCEDURES = Analysis(
    id="A37",
    section="hard",
    title="Possibly about procedures and documents, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
