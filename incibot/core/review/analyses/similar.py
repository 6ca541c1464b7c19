"""Other incidents that share something with this one: what is alike, and what is not."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from incibot.core.history import History
from incibot.core.incident import Incident
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, rank_of

ENOUGH = Threshold(name="A27.enough", value=20, unit="past incidents", source="practice")
ALIKE = Threshold(name="A27.alike", value=0.25, unit="points of 1", source="practice")
SHOWN = Threshold(name="A27.shown", value=3, unit="incidents", source="practice")
WORDS = Threshold(name="A27.words", value=50, unit="% of the points", source="practice")
SERVICES = Threshold(name="A27.services", value=30, unit="% of the points", source="practice")
ERRORS = Threshold(name="A27.errors", value=20, unit="% of the points", source="practice")

_WORD = re.compile(r"[^\W\d_]{3,}")
_PLAIN = re.compile(  # of few incidents even these would be rare
    r"all|and|are|been|but|can|for|from|had|has|have|into|its|not|our|out|that|the|their|then|there"
    r"|this|was|were|what|when|which|will|with|you"
)
_ERROR = re.compile(r"`([^`\n]{20,})`")
_REF = re.compile(r"\bINC-(\d{1,9})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Another incident. `linked`: somebody named it in this one; `shared`: words of both."""

    incident: Incident
    score: float
    linked: int | None
    same_service: bool
    shared: tuple[str, ...]


def similar(telling: Telling) -> tuple[Similar, ...]:
    """Those that were named come first. Of few past incidents only these, and of the same service."""
    past = [one for one in telling.past if one.incident.number != telling.incident.number]
    if not past:
        return ()
    linked = _linked(telling.history)
    own = _words(telling.history)
    others = {one.incident.number: _words(one) for one in past}
    weights = _weights([own, *others.values()])
    errors = _errors(telling.history)
    found = []
    for one in past:
        incident = one.incident
        same = (
            bool(incident.service)
            and incident.service.casefold() == telling.incident.service.casefold()
        )
        words = others[incident.number]
        score = (
            WORDS.of(telling.book) * _cosine(own, words, weights)
            + SERVICES.of(telling.book) * same
            + ERRORS.of(telling.book) * _jaccard(errors, _errors(one))
        ) / 100
        entry = linked.get(incident.number)
        few = len(past) < ENOUGH.of(telling.book)
        if entry is not None or (same if few else score >= ALIKE.of(telling.book)):
            shared = sorted(own.keys() & words.keys(), key=lambda word: (-weights[word], word))
            found.append(
                Similar(
                    incident=incident,
                    score=score,
                    linked=entry,
                    same_service=same,
                    shared=tuple(shared[:5]),
                )
            )
    found.sort(key=lambda one: (one.linked is None, -one.score, -one.incident.number))
    return tuple(found[: SHOWN.count(telling.book)])


def _linked(history: History) -> dict[int, int]:
    """The incidents that people named, and where first."""
    found: dict[int, int] = {}
    for entry in history.entries:
        if entry.is_said and "INC-" in entry.words:
            for number in _REF.findall(entry.words):
                found.setdefault(int(number), entry.id)
    return found


def _words(history: History) -> Counter[str]:
    """Of the title and of what people marked."""
    texts = [history.incident.title]
    texts += [one.words for one in history.entries if one.is_said and rank_of(one) is Rank.MARKED]
    words = (word for text in texts for word in _WORD.findall(text.casefold()))
    return Counter(word for word in words if not _PLAIN.fullmatch(word))


def _weights(all_words: Sequence[Counter[str]]) -> dict[str, float]:
    """The rarer a word among the incidents, the more it weighs."""
    count = Counter(word for words in all_words for word in words)
    return {word: math.log((1 + len(all_words)) / n) for word, n in count.items()}


def _cosine(one: Counter[str], other: Counter[str], weights: dict[str, float]) -> float:
    def norm(words: Counter[str]) -> float:
        return math.sqrt(sum((count * weights[word]) ** 2 for word, count in sorted(words.items())))

    dot = sum(
        one[word] * other[word] * weights[word] ** 2 for word in sorted(one.keys() & other.keys())
    )
    return dot / (norm(one) * norm(other)) if dot else 0.0


def _errors(history: History) -> frozenset[str]:
    """Of another incident only what its marked entries hold is at hand."""
    return frozenset(
        found for one in history.entries if one.is_said for found in _ERROR.findall(one.words)
    )


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def read(telling: Telling) -> Findings:
    entries = telling.history.entries
    if not entries:
        return Findings()
    return Findings(
        statements=tuple(
            Statement(
                text=_text(telling, one),
                evidence=(one.linked or entries[0].id,),
                rank=Rank.SYSTEM if one.linked else Rank.PATTERN,
            )
            for one in similar(telling)
        )
    )


def _text(telling: Telling, one: Similar) -> str:
    told = f"{one.incident.ref}, {telling.typed(one.incident.title)} ({one.incident.declared_at.date()})"
    parts = ["named in the channel"] if one.linked else []
    if one.same_service:
        parts.append("the same service")
    elif one.incident.service:
        parts.append(f"another service ({telling.typed(one.incident.service)})")
    if one.shared:
        parts.append(f"both speak of {', '.join(map(telling.typed, one.shared))}")
    if one.incident.severity != telling.incident.severity:
        parts.append(f"it was {telling.typed(one.incident.severity)}")
    return f"{told}: {'; '.join(parts)}." if parts else f"{told}."


SIMILAR = Analysis(
    id="A27",
    section="related",
    read=read,
    minimum="other incidents to compare with; of fewer than 20, those named here or of the same service",
    thresholds=(ENOUGH, ALIKE, SHOWN, WORDS, SERVICES, ERRORS),
)
