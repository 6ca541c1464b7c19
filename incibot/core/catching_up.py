"""How what we hold of a channel is compared with Slack's own history: how far it has come, and why.

A comparison is whole or short. A short one looks at the latest messages only, for what nobody
expects to be missing; when it finds that something is, a whole one follows. A whole one looks at
every message, and after a silence at every thread too, since an edit in a thread shows nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from incibot.core.timeline import MarkEvent, ts_of

PATIENCE = timedelta(seconds=60)  # Slack tries again at once and after a minute: no gap by itself
MARGIN = timedelta(minutes=10)  # that a short comparison reaches back: clocks differ, words travel
OFTEN = timedelta(minutes=10)  # between two comparisons that nothing called for
SELDOM = timedelta(hours=1)  # between two whole ones
SHARE = 10  # of the time between two whole ones, a whole one may take this part
LATE = timedelta(days=1)  # for which an incident that has ended is looked at

Silence = tuple[datetime, datetime]

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message of the channel as we hold it.

    Attributes:
        since: the ts since which its words stand.
        recorded_at: when we first heard of it (UTC).
        erased: it was deleted, and we know it.
    """

    key: str
    ts: str
    thread_ts: str | None
    words: str
    since: str
    recorded_at: datetime
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What we held of a stretch of the channel before Slack was asked about it.

    Attributes:
        messages: by their ts.
        marks: every mark that was ever set or taken off there, by the ts of the message.
        down_to: the ts below which it was not read; empty: it is all.
    """

    messages: Mapping[str, Held]
    marks: Mapping[str, tuple[MarkEvent, ...]]
    down_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a comparison of that stretch (UTC) found that we had not been told: how many of what."""

    since: datetime
    until: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a comparison has come. It is kept, so that any process can go on with it.

    Attributes:
        began_at: when it began (UTC): what was until then is here when it ends.
        since: what was until then was here before (UTC).
        whole: it looks at all of it.
        silent: we know that we were not listening: every thread is looked at.
        until: the ts at which a short one ends.
        cursor, below: where the next page of the channel begins, for Slack and as a ts.
        as_of: the latest ts seen, a moment at which Slack certainly had begun to answer.
        read: the channel's own pages are done.
        threads: the roots of those to be read, those first of which something is missing.
        thread, thread_cursor, above: the one that is being read, and how far.
        doubts: messages that seem to be gone, each with the root of its thread or its own ts.
        pins, members: these have been compared.
        evident: something was found that we should have been told.
        found: how many of what.
    """

    began_at: datetime
    since: datetime
    whole: bool
    silent: bool
    until: str = ""
    cursor: str = ""
    below: str = ""
    as_of: str = ""
    read: bool = False
    threads: tuple[str, ...] = ()
    quiet_threads: tuple[str, ...] = ()
    thread: str = ""
    thread_cursor: str = ""
    above: str = ""
    doubts: tuple[tuple[str, str], ...] = ()
    pins: bool = False
    members: bool = False
    evident: bool = False
    found: Mapping[str, int] = field(default_factory=lambda: NOTHING)

    def with_found(self, counts: Mapping[str, int], *, evident: bool = False) -> Progress:
        total = {
            what: self.found.get(what, 0) + counts.get(what, 0) for what in {*self.found, *counts}
        }
        return replace(
            self,
            found={what: total[what] for what in sorted(total) if total[what]},
            evident=self.evident or evident,
        )

    def anew(self) -> Progress:
        """The same from the start, and whole: a short comparison has found that it is needed."""
        return Progress(
            began_at=self.began_at,
            since=self.since,
            whole=True,
            silent=True,
            as_of=self.as_of,
            doubts=self.doubts,
            evident=True,
            found=self.found,
        )

    def is_late(self, ts: str) -> bool:
        """Whether a message of that ts should have been delivered before the comparison began."""
        return ts < ts_of(self.began_at - PATIENCE)

    def to_json(self) -> dict[str, Any]:
        kept = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("began_at", "since"):
            kept[name] = kept[name].isoformat()
        return kept | {"found": dict(self.found)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Progress:
        """The inverse. What a newer release added is left out."""
        values = {one.name: kept[one.name] for one in fields(cls) if one.name in kept}
        for name in ("began_at", "since"):
            values[name] = datetime.fromisoformat(values[name])
        for name in ("threads", "quiet_threads"):
            values[name] = tuple(values.get(name, ()))
        values["doubts"] = tuple((ts, root) for ts, root in values.get("doubts", ()))
        return cls(**values)


def silences(heard: Iterable[Silence], *, since: datetime, until: datetime) -> Iterator[Silence]:
    """The stretches between these moments in which nobody was listening.

    Args:
        heard: when somebody was, by the time at which they began.
    """
    last = since
    for began, ended in heard:
        if began > until:
            break
        if began > last + PATIENCE:
            yield last, began
        last = max(last, ended)
    if until > last + PATIENCE:
        yield last, until
