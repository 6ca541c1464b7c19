"""What those who took part tell afterwards, when asked, and how each of them lets it be used.

Voices are no part of the timeline, nor of its chain: whoever gave one may change it or take it back
whenever they like, and its words are gone then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Playbook

FEW = 3  # answers to one question below which those without a name are shown to no reader


class Asked(StrEnum):
    """What people are asked."""

    SURPRISED = "surprised"
    HARD = "hard"
    HELPED = "helped"
    BELIEVED = "believed"
    WHOM = "whom"


QUOTABLE = tuple(
    one for one in Asked if one is not Asked.WHOM
)  # a list of names is nobody's to read


class Use(StrEnum):
    """How what somebody told may be used."""

    FACILITATOR = "facilitator"
    UNNAMED = "unnamed"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one person told about one incident.

    Attributes:
        answers: their words in Slack's notation; none where they took it back, or had no wish to tell.
        confided_to: who facilitated the review when they told it; None: nobody did yet.
        at, changed_at, withdrawn_at: UTC.
    """

    user: UserId
    use: Use
    at: datetime
    changed_at: datetime
    answers: Mapping[Asked, str] = field(default_factory=dict)
    confided_to: UserId | None = None
    withdrawn_at: datetime | None = None

    def quoted(self, asked: Asked) -> str:
        """The answer, if it may stand where others read; else nothing."""
        if self.use is Use.FACILITATOR or asked not in QUOTABLE:
            return ""
        return self.answers.get(asked, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's answer; `user` is None where they let no name stand by it."""

    words: str
    user: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What a review may show of the voices, and no more.

    Attributes:
        quotes: those with names first; in an order that tells neither who nor when.
        kept_back: there is more, which is for the facilitator.
    """

    quotes: Mapping[Asked, tuple[Quote, ...]] = field(default_factory=lambda: MappingProxyType({}))
    kept_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confided:
    """What the facilitator may read.

    Attributes:
        named: voices that bear their names, those for the facilitator alone first.
        unnamed: answers of those who let no name stand by them.
        closed: something was told to somebody who facilitated before, and stays with them.
    """

    named: tuple[Voice, ...]
    unnamed: Mapping[Asked, tuple[str, ...]]
    closed: bool

    def __bool__(self) -> bool:
        return bool(self.named or self.unnamed or self.closed)


NO_VOICES = Voices()


def shown(voices: Iterable[Voice]) -> Voices:
    """What a review may show of them. A pure function of what stands now, not of what stood before."""
    given = [voice for voice in voices if voice.answers]
    quotes: dict[Asked, tuple[Quote, ...]] = {}
    kept_back = any(
        voice.use is Use.FACILITATOR or not voice.answers.keys().isdisjoint({Asked.WHOM})
        for voice in given
    )
    for asked in QUOTABLE:
        named = [
            Quote(words=words, user=voice.user)
            for voice in given
            if voice.use is Use.NAMED and (words := voice.quoted(asked))
        ]
        unnamed = [Quote(words=words, user=None) for words in unnamed_answers(given, asked)]
        if len(unnamed) < FEW:
            kept_back = kept_back or bool(unnamed)
            unnamed = []
        if named or unnamed:
            named.sort(key=lambda one: (_place(one.words), one.user or ""))
            quotes[asked] = (*named, *unnamed)
    return Voices(quotes=MappingProxyType(quotes), kept_back=kept_back)


def unnamed_answers(voices: Iterable[Voice], asked: Asked) -> list[str]:
    """What they said to that question who let no name stand by it, in an order that tells nothing."""
    found = [
        words
        for voice in voices
        if voice.use is Use.UNNAMED and (words := voice.answers.get(asked))
    ]
    return sorted(found, key=_place)


def _place(words: str) -> str:
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def confided(voices: Iterable[Voice], facilitator: UserId) -> Confided:
    """What is for them to read, as the one who facilitates the review now."""
    given = sorted((voice for voice in voices if voice.answers), key=lambda one: one.user)
    alone = [one for one in given if one.use is Use.FACILITATOR]
    theirs = [one for one in alone if one.confided_to == facilitator]
    unnamed = {asked: tuple(unnamed_answers(given, asked)) for asked in Asked}
    return Confided(
        named=(*theirs, *(one for one in given if one.use is Use.NAMED)),
        unnamed=MappingProxyType({asked: found for asked, found in unnamed.items() if found}),
        closed=len(theirs) < len(alone),
    )


def who_may_name(
    incident: Incident, book: Playbook, facilitator: UserId | None
) -> tuple[UserId, ...]:
    """Who may say who facilitates: who does now, and who leads or led the response; else its declarer."""
    leaders = incident.holders(book.roles[0].word) or (incident.declared_by,)
    return tuple(dict.fromkeys((*((facilitator,) if facilitator else ()), *leaders)))


def due_at(incident: Incident, book: Playbook) -> datetime | None:
    """When those who took part are to be asked, as things stand; None: they are not. UTC."""
    if book.voices is None or incident.kind is Kind.DRILL:
        return None
    if not book.is_over(incident.status) or incident.turned_at is None:
        return None
    return incident.turned_at + book.voices
