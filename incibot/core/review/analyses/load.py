"""How much of the talk was about organising the work; more is not worse."""

from __future__ import annotations

from dataclasses import dataclass

from incibot.core.review.possible import share
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind

NEEDED = Threshold(name="A25.needed", value=30, unit="messages", source="practice")

STATUS = Wording(
    r"\b(?:any\ updates?\b|(?:status|eta)\s*\?|what['’]s\ the\ latest|how\ are\ we\ doing)",
    "any status eta what how",
)
CATCH_UP = Wording(
    r"\b(?:catching\ up|just\ joined|tl;?dr|what\ did\ I\ miss|where\ are\ we)\b",
    "catching joined tl tldr miss where",
)
ASSIGNING = Wording(
    r"\b(?:can\ you|could\ you|who\ is|who['’]s|I['’]ll\ take|on\ it|hold\ off|taking\ this)\b",
    "can could who take it off taking",
)
BRIDGING = Wording(r"\b(?:bridge|zoom|huddle|call)\b", "bridge zoom huddle call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Of all messages, those about organising; and of these, those that ask or catch up."""

    all: int
    organising: tuple[Said, ...]
    status: tuple[Said, ...]
    catch_up: tuple[Said, ...]


def load(telling: Telling) -> Load | None:
    """None where there are too few messages to tell."""
    if len(telling.talk.said) < NEEDED.of(telling.book):
        return None
    status, catch_up, assigning, bridging = (
        _about(telling, one) for one in (STATUS, CATCH_UP, ASSIGNING, BRIDGING)
    )
    organising = {one.entry.id: one for one in (*status, *catch_up, *assigning, *bridging)}
    return Load(
        all=len(telling.talk.said),
        organising=tuple(organising[id] for id in sorted(organising)),
        status=status,
        catch_up=catch_up,
    )


def _about(telling: Telling, wording: Wording) -> tuple[Said, ...]:
    """An update to others is no talk among those who are at work on it."""
    return tuple(
        one for one in telling.talk.matching(wording) if one.entry.kind is not EntryKind.UPDATE
    )


def read(telling: Telling) -> Findings:
    found = telling.once(load)
    if found is None or not found.organising:
        return Findings()
    text = f"{share(len(found.organising), found.all)} of {found.all} messages may be about organising the work"
    if found.status:
        text += f"; asked how it stands: {len(found.status)}"
    if found.catch_up:
        text += f"; about catching up: {len(found.catch_up)}"
    return Findings(
        statements=(
            Statement(
                text=f"{text}.",
                evidence=tuple(one.entry.id for one in found.organising[:20]),
                rank=Rank.PATTERN,
            ),
        )
    )


LOAD = Analysis(
    id="A25",
    section="coordination",
    read=read,
    minimum="30 messages during the response",
    thresholds=(NEEDED,),
)
