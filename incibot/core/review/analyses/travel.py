"""How what was known got about: links that stood in another channel first, and questions asked twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, length
from incibot.core.timeline import Recorded

LAG = Threshold(name="A24.lag", value=5, unit="min", source="practice")
ALIKE = Threshold(name="A24.alike", value=60, unit="% of the words", source="practice")
SHOWN = Threshold(name="A24.shown", value=5, unit="of each", source="authors")
COMPARED = Threshold(name="A24.compared", value=200, unit="questions", source="authors")

_LINK = re.compile(r"<(https?://[^<>|]+)")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Travelled:
    """The same thing at two places: first there, later here."""

    first: Recorded
    later: Recorded

    @property
    def lag(self) -> timedelta:
        return self.later.occurred_at - self.first.occurred_at


def from_elsewhere(telling: Telling) -> tuple[Travelled, ...]:
    """Links that stood in another channel some minutes before they were in the incident's."""
    here = telling.incident.channel
    lag = LAG.time(telling.book)
    seen: dict[str, Recorded] = {}
    known: set[str] = set()
    found = []
    for entry in telling.history.entries:
        if not entry.is_said or "<http" not in entry.words or entry.source.channel is None:
            continue
        for link in _LINK.findall(entry.words):
            if entry.source.channel != here:
                seen.setdefault(link, entry)
            elif link not in known:
                known.add(link)
                if link in seen and entry.occurred_at - seen[link].occurred_at >= lag:
                    found.append(Travelled(seen[link], entry))
    return tuple(found)


def asked_twice(telling: Telling) -> tuple[Travelled, ...]:
    """Questions in nearly the same words, by different people."""
    questions = [
        (one.entry, frozenset(_WORD.findall(one.text.casefold())))
        for one in telling.talk.said
        if "?" in one.text
    ][: COMPARED.count(telling.book)]
    alike = ALIKE.of(telling.book) / 100
    found = []
    for place, (later, words) in enumerate(questions):
        for first, others in questions[:place]:
            if (
                first.by != later.by
                and words
                and len(words & others) >= alike * len(words | others)
            ):
                found.append(Travelled(first, later))
                break
    return tuple(found)


def read(telling: Telling) -> Findings:
    shown = SHOWN.count(telling.book)
    return Findings(
        statements=(
            *(
                Statement(
                    text=f"A link was in another channel at {telling.clock(one.first.occurred_at)} and "
                    f"in the incident’s at {telling.clock(one.later.occurred_at)}, {length(one.lag)} later.",
                    evidence=(one.first.id, one.later.id),
                    rank=Rank.SYSTEM,
                )
                for one in from_elsewhere(telling)[:shown]
            ),
            *(
                Statement(
                    text=f"Asked at {telling.clock(one.first.occurred_at)} and, in nearly the same words, "
                    f"at {telling.clock(one.later.occurred_at)}",
                    quote=telling.quote(one.later.words),
                    evidence=(one.first.id, one.later.id),
                    rank=Rank.PATTERN,
                )
                for one in asked_twice(telling)[:shown]
            ),
        )
    )


TRAVEL = Analysis(
    id="A24",
    section="hard",
    title="How what was known got about",
    read=read,
    minimum="one link in two channels, or one question in nearly the same words by two people",
    thresholds=(LAG, ALIKE, SHOWN, COMPARED),
)
