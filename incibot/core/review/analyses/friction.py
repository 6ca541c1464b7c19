"""Where tools got in the way, as people noted it when it happened."""

from __future__ import annotations

from dataclasses import replace

from incibot.core.review.section import Analysis, Findings, Question, Rank
from incibot.core.review.telling import Telling, stands


def read(telling: Telling) -> Findings:
    noted = [
        entry
        for entry in telling.history.entries
        if entry.data.get("friction") is True and stands(entry)
    ]
    return Findings(
        statements=tuple(replace(telling.tell(entry), rank=Rank.MARKED) for entry in noted),
        questions=tuple(
            Question(
                text=f"At {telling.clock(entry.occurred_at)} a tool got in the way. What did you use instead?",
                evidence=(entry.id,),
                quote=telling.quote(entry.words),
            )
            for entry in noted[:2]
        ),
    )


FRICTION = Analysis(
    id="A42",
    section="hard",
    title="Where a tool got in the way",
    read=read,
    minimum="one note of `/incident friction`",
)
