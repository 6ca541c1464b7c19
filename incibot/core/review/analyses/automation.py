"""What automation did on its own, as people told of it."""

from __future__ import annotations

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A31.shown", value=3, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: by\ itself\b | automatically\b | kicked\ in\b | auto-?(?:scal|heal|fail|restart)\w*
        | (?:it|they)\ (?:re\w+|scaled|failed\ over)\ on\ (?:its|their)\ own\b )
    """,
    "itself automatically kicked auto* own",
)


def automation(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return list(telling.talk.matching(WORDS))


def read(telling: Telling) -> Findings:
    return candidates(telling, automation(telling), shown=SHOWN)


AUTOMATION = Analysis(
    id="A31",
    section="hard",
    title="Possibly done by automation, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
