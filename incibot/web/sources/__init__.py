"""The senders that incibot understands: one module each, one line here. `source.py` says what one is."""

from __future__ import annotations

from incibot.web.sources.bitbucket import BITBUCKET
from incibot.web.sources.cloudevents import CLOUDEVENTS
from incibot.web.sources.generic import GENERIC
from incibot.web.sources.github import GITHUB
from incibot.web.sources.gitlab import GITLAB
from incibot.web.sources.launchdarkly import LAUNCHDARKLY
from incibot.web.sources.source import Delivery, Source, Unreadable

__all__ = ["SOURCES", "Delivery", "Source", "Unreadable", "source_of"]

SOURCES: tuple[Source, ...] = (
    GITHUB,
    GITLAB,
    BITBUCKET,
    LAUNCHDARKLY,
    GENERIC,
    CLOUDEVENTS,
)


def source_of(word: str) -> Source | None:
    return next((one for one in SOURCES if one.word == word), None)
