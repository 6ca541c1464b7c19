"""How much of what people wrote was uncertain, phase by phase: a sign of how hard it was to make out."""

from __future__ import annotations

from dataclasses import dataclass

from incibot.core.review.analyses.phases import Chapter, stretches
from incibot.core.review.possible import share
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.talk import Wording
from incibot.core.review.telling import Telling
from incibot.core.timeline import Recorded

NEEDED = Threshold(name="A18.needed", value=20, unit="messages a phase", source="practice")

WORDS = Wording(
    r"""
    \b(?: not\ sure | unclear | (?:don['’]t|do\ not)\ know | no\ idea | unsure | maybe | perhaps | might
        | possibly | seems | I\ guess | afaict | assum(?:e|ed|ing) | presumably
        | (?:can['’]t|cannot)\ tell | hard\ to\ say )\b
    """,
    "not unclear know no unsure maybe perhaps might possibly seems guess afaict assume assumed"
    " assuming presumably can cannot hard",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """A phase, what people wrote in it, and which of that is worded as uncertain."""

    chapter: Chapter
    said: tuple[Recorded, ...]
    uncertain: tuple[Recorded, ...]


def uncertainty(telling: Telling) -> tuple[Uncertain, ...]:
    """The phases with messages enough to tell."""
    found = {one.entry.id: one.entry for one in telling.talk.matching(WORDS)}
    said = {one.entry.id for one in telling.talk.said}
    phases = []
    for chapter in telling.once(stretches):
        entries = tuple(entry for entry in chapter.entries if entry.id in said)
        if len(entries) >= NEEDED.of(telling.book):
            uncertain = tuple(entry for entry in entries if entry.id in found)
            phases.append(Uncertain(chapter=chapter, said=entries, uncertain=uncertain))
    return tuple(phases)


def read(telling: Telling) -> Findings:
    return Findings(
        statements=tuple(
            Statement(
                text=f"{one.chapter.label[0].upper()}{one.chapter.label[1:]}: uncertain wording in "
                f"{share(len(one.uncertain), len(one.said))} of {len(one.said)} messages.",
                evidence=tuple(entry.id for entry in one.uncertain[:20]),
                rank=Rank.PATTERN,
            )
            for one in telling.once(uncertainty)
            if one.uncertain
        )
    )


UNCERTAINTY = Analysis(
    id="A18",
    section="surprises",
    title="Uncertainty, by people’s words",
    read=read,
    minimum="20 messages in a phase, and uncertain words in one of them",
    thresholds=(NEEDED,),
)
