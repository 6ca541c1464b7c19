"""Where things seemed better for a while, and then did not."""

from __future__ import annotations

from incibot.core.history import History
from incibot.core.markup import markdown_text
from incibot.core.playbook import Playbook
from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind, Recorded


def relapses(history: History, book: Playbook) -> list[tuple[Recorded, Recorded]]:
    """Where the status went back from one that says that it is better to one that does not."""
    better_words = {one.word for one in book.statuses if one.milestone or one.ends}
    found = []
    better: Recorded | None = None
    for entry in history.entries:
        if entry.kind is not EntryKind.STATUS or not stands(entry):
            continue
        if entry.data.get("to") in better_words:
            better = better or entry
        elif better is not None:
            found.append((better, entry))
            better = None
    return found


def relapsed(telling: Telling) -> Findings:
    found = relapses(telling.history, telling.book)
    return Findings(
        statements=tuple(
            Statement(
                text=f"Things seemed better at {telling.clock(better.occurred_at)} "
                f"({markdown_text(str(better.data.get('to', '')))}); status went back to "
                f"{markdown_text(str(back.data.get('to', '')))} at {telling.clock(back.occurred_at)}",
                quote=telling.quote(back.data.get("note")),
                evidence=(better.id, back.id),
                rank=Rank.SYSTEM,
            )
            for better, back in found
        ),
        questions=tuple(
            Question(
                text=f"Things looked better at {telling.clock(better.occurred_at)}. "
                "What did you read as recovery?",
                evidence=(better.id, back.id),
            )
            for better, back in found
        ),
    )


RELAPSES = Analysis(
    id="A06",
    section="milestones",
    read=relapsed,
    minimum="a status that says that it is better, and a later one that does not",
)
