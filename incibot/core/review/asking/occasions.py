"""Where in the record there is something to ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from incibot.core.review.asking import from_record, from_words
from incibot.core.review.asking.occasion import Occasion
from incibot.core.review.section import Threshold
from incibot.core.review.telling import Telling

FINDERS: tuple[Callable[[Telling], Iterable[Occasion]], ...] = (
    *from_record.FINDERS,
    *from_words.FINDERS,
)
THRESHOLDS: tuple[Threshold, ...] = (*from_record.THRESHOLDS, *from_words.THRESHOLDS)


def occasions(telling: Telling) -> tuple[Occasion, ...]:
    """All of them, in the order of time."""
    found = (one for find in FINDERS for one in find(telling))
    return tuple(sorted(found, key=lambda one: (one.at, one.evidence, one.template.id)))
