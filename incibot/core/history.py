"""All that an export or a review may read of an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from incibot.core.incident import Incident
from incibot.core.markup import plain
from incibot.core.people import Directory, UserId
from incibot.core.timeline import Recorded, Source

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch in which incibot was not listening (UTC); `filled`: what was missed was fetched."""

    since: datetime
    until: datetime
    filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What was captured, and what may be missing."""

    messages: int = 0
    edited: int = 0
    deleted: int = 0
    not_listening: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The last answer to a hypothesis: ``ruled_out`` or ``confirmed``, and since when (UTC)."""

    word: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All of a history but its entries.

    Attributes:
        workspace_url: the address of the Slack workspace, with a slash at its end; may be empty.
        zone: the zone in which people are shown times.
        responders: everybody who said or did something, in the order of their first entry.
        titles: what each role is called, by its word.
        outcomes: what became of each hypothesis that was answered, by the id of its entry.
    """

    incident: Incident
    people: Directory
    completeness: Completeness
    workspace_url: str
    zone: ZoneInfo
    at: datetime
    responders: tuple[UserId, ...] = ()
    pseudonyms: bool = field(default=False)
    titles: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    outcomes: Mapping[int, Outcome] = field(default_factory=lambda: _NOTHING)

    def pseudonymous(self) -> Head:
        """The same with people as "Responder 1", "Responder 2" ...; ids are left out by exports."""
        return replace(self, people=self.people.pseudonymous(self.responders), pseudonyms=True)

    def title(self, role: str) -> str:
        """What the role is called; its own word where no title is known, as of one no longer used."""
        return self.titles.get(role) or role[:1].upper() + role[1:]

    def text(self, entry: Recorded) -> str:
        """The entry's words as plain text, names resolved."""
        return plain(entry.words, self.people.names())

    def actor(self, entry: Recorded) -> str:
        return self.people.name(entry.by) if entry.by else entry.by_name

    def permalink(self, entry: Recorded) -> str:
        """Where the entry can be looked at; empty where there is no such place."""
        if entry.source.url:
            return entry.source.url
        return permalink(self.workspace_url, entry.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An incident with its whole timeline, in the order of time."""

    head: Head
    entries: tuple[Recorded, ...]

    @property
    def incident(self) -> Incident:
        return self.head.incident


def permalink(workspace_url: str, source: Source) -> str:
    """The address of a message, as Slack forms it; empty if it has none."""
    if not (workspace_url and source.channel and source.ts):
        return ""
    link = f"{workspace_url}archives/{source.channel}/p{source.ts.replace('.', '')}"
    if source.thread_ts and source.thread_ts != source.ts:
        link += f"?thread_ts={source.thread_ts}&cid={source.channel}"
    return link
