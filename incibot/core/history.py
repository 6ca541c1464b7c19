"""All that an export or a review may read of an incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from incibot.core.catching_up import Fetched
from incibot.core.chain import Tip
from incibot.core.incident import Incident
from incibot.core.markup import plain
from incibot.core.people import Directory, UserId
from incibot.core.timeline import Recorded, Source
from incibot.core.voices import NO_VOICES, Voices

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
    fetched: tuple[Fetched, ...] = ()

    @property
    def cannot_be_known(self) -> tuple[str, ...]:
        """What nobody can find out any more about the times when incibot was not listening."""
        return UNKNOWN if self.not_listening else ()


FETCHED = ("messages", "edits", "deletions", "marks", "people")  # of what there may be more

UNKNOWN = (  # Slack keeps what is, and not what was
    "what a message said between two edits",
    "messages that were written and deleted again",
    "when a message was deleted",
    "when a reaction was put on a message, and those that were taken off again",
    "who left the channel, where Slack’s history does not say so",
)


def covering(
    silent: Iterable[tuple[datetime, datetime]],
    *,
    until: datetime | None,
    found: Iterable[tuple[datetime, datetime]],
) -> tuple[Interval, ...]:
    """The intervals in which we were not told what happened, in the order of time.

    Args:
        silent: when nobody was listening, in the order of time.
        until: the moment until which all has been fetched, whenever it was missed; None: there is none.
        found: stretches in which something was missed; where nobody knew that they were silent,
            these are intervals too.
    """
    intervals = []
    known = list(silent)
    for begin, end in known:
        if until is None or until <= begin:
            intervals.append(Interval(since=begin, until=end, filled=False))
        elif until < end:
            intervals.append(Interval(since=begin, until=until, filled=True))
            intervals.append(Interval(since=until, until=end, filled=False))
        else:
            intervals.append(Interval(since=begin, until=end, filled=True))
    intervals += [
        Interval(since=begin, until=end, filled=True)
        for begin, end in found
        if not any(since < end and begin < till for since, till in known)
    ]
    return tuple(sorted(intervals, key=lambda one: (one.since, one.until)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The last answer to a hypothesis: ``ruled_out`` or ``confirmed``, and since when (UTC)."""

    word: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """What an analyst wrote beside an entry, in the columns of a table that are theirs."""

    tags: str = ""
    note: str = ""
    question: str = ""
    include: str = ""  # ``y`` or ``n``

    def cells(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, getattr(self, name)) for name in CODED)

    def __bool__(self) -> bool:
        return any(text for _, text in self.cells())


CODED = ("tags", "note", "question", "include")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All of a history but its entries.

    Attributes:
        workspace_url: the address of the Slack workspace, with a slash at its end; may be empty.
        zone: the zone in which people are shown times.
        responders: everybody who said or did something, in the order of their first entry.
        titles: what each role is called, by its word.
        outcomes: what became of each hypothesis that was answered, by the id of its entry.
        record: where the chain of the record ends; None where there is none yet.
        config: a hash of the playbook; empty where nobody asked.
        codings: what analysts wrote beside entries, by their ids.
        links: with pseudonyms, whether messages are led to nevertheless.
        level: how much is masked, from 0 to 3; see `redaction.Level`.
        foreign: others wrote it down, and nobody listened to a channel of its own.
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
    record: Tip | None = None
    config: str = ""
    codings: Mapping[int, Coding] = field(default_factory=lambda: _NOTHING)
    links: bool = False
    level: int = 0
    foreign: bool = False

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
    """An incident with its whole timeline, in the order of time.

    Attributes:
        voices: what people told afterwards, as far as a review may show it. No export reads it.
    """

    head: Head
    entries: tuple[Recorded, ...]
    voices: Voices = NO_VOICES

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
