"""The questions that people asked in the channel, and those whose reply the record does not hold."""

from __future__ import annotations

from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import EntryKind


def replies(telling: Telling) -> Findings:
    """A reply is the first words by another person in the question's thread."""
    asked = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.QUESTION and stands(entry)
    ]
    if not asked:
        return Findings()
    threads = telling.threads
    without = [entry for entry in asked if threads.reply(entry) is None]
    noun = "1 question is" if len(asked) == 1 else f"{len(asked)} questions are"
    return Findings(
        statements=(
            Statement(
                text=f"{noun} on record; {len(asked) - len(without)} with a reply found in the "
                f"thread, {len(without)} with none found.",
                evidence=ids(asked),
                rank=Rank.MARKED,
            ),
        ),
        questions=tuple(
            Question(
                text=f"Asked at {telling.clock(entry.occurred_at)}, with no reply found in its "
                "thread. What became of it?",
                quote=telling.quote(entry.words),
                evidence=(entry.id,),
            )
            for entry in without
        ),
    )


REPLIES = Analysis(
    id="A13",
    section="questions",
    read=replies,
    minimum="one question that somebody marked or typed",
)
