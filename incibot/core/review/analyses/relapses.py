"""Where things seemed better for a while, and then did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from incibot.core.history import History
from incibot.core.markup import markdown_text
from incibot.core.playbook import Playbook
from incibot.core.review.possible import candidates
from incibot.core.review.section import (
    Analysis,
    Findings,
    Question,
    Rank,
    Statement,
    Threshold,
)
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling, length, stands
from incibot.core.timeline import EntryKind, Recorded

SHOWN = Threshold(name="A06.shown", value=5, unit="possible ones", source="authors")

WORDS = Wording(
    r"""
    \b(?: (?:unhealthy|failing|fails|failed|down|broken|slow|degraded|degrades|degrading|worse)\ again
        | again\ (?:unhealthy|failing|fails|failed|down|broken|slow|degraded|degrades|degrading)
        | then\ (?:degrade[sd]?|failed|fails|went\ down) | back\ in\ the\ same\ state
        | relaps\w+ | recur(?:s|red|ring)? | happen(?:s|ed|ing)\ again )\b
    """,
    "again degrade degrades degraded then back relaps* recur recurs recurred recurring",
)


@dataclass(frozen=True, slots=True)
class Relapse:
    """A status that says that it is better, and what told that it is not.

    Attributes:
        back: the status that went back, or the first alert after it.
    """

    better: Recorded
    back: Recorded

    @property
    def after(self) -> timedelta:
        return self.back.occurred_at - self.better.occurred_at


def relapses(history: History, book: Playbook) -> list[Relapse]:
    """In the order of time; of an alert and a status that follows it, the alert."""
    better_words = {one.word for one in book.statuses if one.milestone or one.ends}
    found: list[Relapse] = []
    better: Recorded | None = None
    alerted = False
    for entry in history.entries:
        if not stands(entry):
            continue
        if entry.kind is EntryKind.STATUS and entry.data.get("to") in better_words:
            better = better or entry
        elif entry.kind is EntryKind.STATUS and better is not None:
            if not alerted:
                found.append(Relapse(better, entry))
            better, alerted = None, False
        elif entry.is_alarm and better is not None and not alerted:
            found.append(Relapse(better, entry))
            alerted = True
    return found


def possible(telling: Telling) -> list[Said]:
    """The messages with words of a relapse."""
    return list(telling.talk.matching(WORDS))


def relapsed(telling: Telling) -> Findings:
    found = relapses(telling.history, telling.book)
    return Findings(
        groups=candidates(
            telling, possible(telling), shown=SHOWN, title="Possibly worse again, by their words"
        ).groups,
        statements=tuple(_told(telling, one) for one in found),
        questions=tuple(
            Question(
                text=f"Things looked better at {telling.clock(one.better.occurred_at)}. "
                "What did you read as recovery?",
                evidence=(one.better.id, one.back.id),
            )
            for one in found
        ),
    )


def _told(telling: Telling, one: Relapse) -> Statement:
    at = telling.clock(one.back.occurred_at)
    back = f"an alert came at {at}"
    quote = one.back.words
    if one.back.kind is EntryKind.STATUS:
        back = f"status went back to {markdown_text(str(one.back.data.get('to', '')))} at {at}"
        quote = str(one.back.data.get("note") or "")
    return Statement(
        text=f"Things seemed better at {telling.clock(one.better.occurred_at)} "
        f"({markdown_text(str(one.better.data.get('to', '')))}); {back}, {length(one.after)} later",
        quote=telling.quote(quote),
        evidence=(one.better.id, one.back.id),
        rank=Rank.SYSTEM,
    )


RELAPSES = Analysis(
    id="A06",
    section="milestones",
    read=relapsed,
    minimum="a status that says that it is better, and then one that does not, or an alert; or such words",
    thresholds=(SHOWN,),
)
