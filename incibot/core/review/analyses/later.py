"""Ideas for later, as people said them: kept, and asked of nobody."""

from __future__ import annotations

from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling

SHOWN = Threshold(name="A41.shown", value=8, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: todo | follow[ -]?up | we\ should\ (?:later|also|then|fix|add|write|have|look)
        | (?:later|afterwards|tomorrow|next\ week)\ we\ (?:should|could|can) | note\ to\ self
        | after\ the\ incident | worth\ (?:fixing|adding|a\ ticket) )\b
    """,
    "todo follow* should later afterwards tomorrow week note after worth",
)


def later(telling: Telling) -> list[Said]:
    """The messages with such words."""
    return list(telling.talk.matching(WORDS))


def read(telling: Telling) -> Findings:
    return candidates(telling, later(telling), shown=SHOWN)


LATER = Analysis(
    id="A41",
    section="parked",
    title="Possible ideas for later, by their words",
    read=read,
    minimum="one message with such words during the response",
    thresholds=(SHOWN,),
)
