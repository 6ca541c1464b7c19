"""The senders that incibot understands: one module each, one line here. `source.py` says what one is."""

from __future__ import annotations

from incibot.web.sources.cloudevents import CLOUDEVENTS
from incibot.web.sources.generic import GENERIC
from incibot.web.sources.source import Delivery, Source, Unreadable

__all__ = ["SOURCES", "Delivery", "Source", "Unreadable", "source_of"]

SOURCES: tuple[Source, ...] = (
    GENERIC,
    CLOUDEVENTS,
)


def source_of(word: str) -> Source | None:
    return next((one for one in SOURCES if one.word == word), None)
