"""What was weighed against what, in the words of decisions."""

from __future__ import annotations

from dataclasses import replace

from incibot.core.review.possible import listed
from incibot.core.review.section import Analysis, Findings, Rank, Threshold
from incibot.core.review.talk import Said, Wording, masked
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind

SHOWN = Threshold(name="A16.shown", value=5, unit="decisions", source="authors")

WORDS = Wording(
    r"""
    \b(?: rather\ than | instead\ of | over(?=\ (?:the|a|waiting|more)\b) | at\ the\ cost\ of
        | risk\w* | worth | prioriti[sz]e\w* | we\ accept )\b
    """,
    "rather instead over cost risk* worth priorit* accept",
)


def trade_offs(telling: Telling) -> list[Said]:
    """The decisions that weigh something, with the words that tell so."""
    return [
        Said(entry, text, words)
        for entry in telling.history.entries
        if entry.kind is EntryKind.DECISION
        and stands(entry)
        and (words := WORDS.find(text := masked(entry.words)))
    ]


def read(telling: Telling) -> Findings:
    told = [
        replace(
            telling.tell(one.entry),
            text=f"The decision of {telling.clock(one.entry.occurred_at)} weighs something",
            quote=one.words,
            rank=Rank.PATTERN,
        )
        for one in trade_offs(telling)
    ]
    return listed(telling.book, told, shown=SHOWN) if told else Findings()


TRADE_OFFS = Analysis(
    id="A16",
    section="decisions",
    title="Possible trade-offs, by the words of decisions",
    read=read,
    minimum="one decision with such words",
    thresholds=(SHOWN,),
)
