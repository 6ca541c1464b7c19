"""One thing that happened, and what became of its words and marks since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from incibot.core.people import ChannelId, UserId

EMPTY: Mapping[str, Any] = MappingProxyType({})


class EntryKind(StrEnum):
    """What sort of thing happened."""

    MESSAGE = "message"
    OBSERVATION = "observation"
    HYPOTHESIS = "hypothesis"
    DECISION = "decision"
    ACTION = "action"
    QUESTION = "question"
    SURPRISE = "surprise"
    NOTE = "note"
    DECLARED = "declared"
    STATUS = "status"
    SEVERITY = "severity"
    ROLE = "role"
    MILESTONE = "milestone"
    UPDATE = "update"
    JOINED = "joined"
    LEFT = "left"
    TASK = "task"
    ALERT = "alert"
    CHANGE = "change"
    PAGE = "page"
    LINK = "link"
    REVIEW = "review"


TYPED = (  # what people say an entry is, in words or by a mark
    EntryKind.OBSERVATION,
    EntryKind.HYPOTHESIS,
    EntryKind.DECISION,
    EntryKind.ACTION,
    EntryKind.QUESTION,
    EntryKind.SURPRISE,
)
IMPORT = "import"  # the type of a source: a timeline that somebody else wrote
PIN = "pin"  # `via` of a mark that a Slack pin set
SAID = (EntryKind.MESSAGE, EntryKind.NOTE, EntryKind.UPDATE, *TYPED)  # somebody's own words


class Mark(StrEnum):
    """What somebody says about a message: that it is a key moment, or what kind of entry it is."""

    KEY_MOMENT = "key_moment"
    HYPOTHESIS = "hypothesis"
    DECISION = "decision"
    QUESTION = "question"
    SURPRISE = "surprise"
    OBSERVATION = "observation"
    ACTION = "action"

    @property
    def kind(self) -> EntryKind | None:
        """The kind of entry that a message with this mark becomes; a key moment keeps its own."""
        return None if self is Mark.KEY_MOMENT else EntryKind(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an entry comes from.

    Attributes:
        type: ``slack``, or the name of the webhook source.
        channel, ts, thread_ts: the message in Slack that bears it, once there is one.
        url: where to look at it, for a source that is not Slack.
    """

    type: str = "slack"
    channel: ChannelId | None = None
    ts: str | None = None
    thread_ts: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, as it is first recorded.

    Attributes:
        key: what makes it this entry and no other; a second delivery has the same key.
        occurred_at: when it happened in the world (not when we heard of it), in UTC.
        words: what was said, in Slack's own notation (`core.markup` reads it).
        by: who said or did it; None for a machine, which has `by_name` instead.
        data: what the kind adds, in JSON's types.
    """

    key: str
    kind: EntryKind
    occurred_at: datetime
    words: str = ""
    by: UserId | None = None
    by_name: str = ""
    source: Source = field(default_factory=Source)
    data: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEvent:
    """Somebody marked a message, or took their mark off.

    Attributes:
        via: the reaction's name with its skin tone, ``pin``, ``shortcut`` or ``command``.
        at: Slack's time of it, a ts: of two by the same person, the later one holds.
    """

    channel: ChannelId
    ts: str
    mark: Mark
    user: UserId
    via: str
    at: str
    on: bool

    @property
    def place(self) -> tuple[Mark, str, UserId | None]:
        """What a later event of the same place replaces.

        Everybody has reactions of their own; a message has one pin, which anybody may take out.
        """
        return self.mark, self.via, None if self.via == PIN else self.user


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark that stands: who set it, how, and when (UTC).

    Attributes:
        noticed: it was found when incibot caught up: it was set some time after `at`.
    """

    mark: Mark
    user: UserId
    via: str
    at: datetime
    noticed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Earlier words, and when they were replaced (UTC)."""

    words: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry as it stands in the record now.

    Attributes:
        kind: as marked; `kind_first` is what it was recorded as.
        retracted_at: when its message was deleted (its words are gone then) or it was taken back.
        marks: those that stand, in the order in which they were set.
    """

    id: int
    incident: int
    key: str
    kind: EntryKind
    kind_first: EntryKind
    occurred_at: datetime
    recorded_at: datetime
    words: str
    by: UserId | None
    by_name: str
    source: Source
    data: Mapping[str, Any]
    retracted_at: datetime | None = None
    marks: tuple[Marked, ...] = ()
    revisions: tuple[Revision, ...] = ()

    @property
    def key_moment(self) -> bool:
        return bool(self.marks) and any(marked.mark.kind is None for marked in self.marks)

    @property
    def is_said(self) -> bool:
        """Somebody's own words, still standing; in a foreign record, whose account nobody knows."""
        somebody = self.by is not None or self.source.type == IMPORT
        return self.kind in SAID and somebody and self.retracted_at is None

    @property
    def is_sign_of_work(self) -> bool:
        """Somebody was at it then: they wrote, or whoever wrote it all down gave it a row."""
        row = self.source.type == IMPORT and self.kind is not EntryKind.MILESTONE
        return self.is_said or (row and self.retracted_at is None)

    @property
    def is_alarm(self) -> bool:
        """An alert that began to fire: not that somebody saw it, or that it is over."""
        seen = self.data.get("state") in ("acknowledged", "resolved")
        return self.kind is EntryKind.ALERT and not seen

    @property
    def is_timed(self) -> bool:
        """Its moment is known, if only about; else it stands where it may have been."""
        return self.data.get("timed") is not False

    @property
    def extent(self) -> tuple[datetime | None, datetime | None]:
        """Between what moments it was, as far as a foreign record says; see `is_timed`."""
        ends = (self.data.get(name) for name in ("not_before", "not_after"))
        low, high = (datetime.fromisoformat(end) if isinstance(end, str) else None for end in ends)
        return low, high


def moment_of(ts: str) -> datetime:
    """The time that a Slack ts names, in UTC, to the microsecond."""
    seconds, _, fraction = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(
        microsecond=int((fraction or "0").ljust(6, "0")[:6])
    )


def ts_of(at: datetime) -> str:
    """That time as Slack would write it; the inverse of `moment_of`."""
    return f"{int(at.timestamp()):010d}.{at.microsecond:06d}"


def just_before(ts: str) -> str:
    """The ts a microsecond earlier."""
    return ts_of(moment_of(ts) - timedelta(microseconds=1))


def just_after(ts: str) -> str:
    """The ts a microsecond later."""
    return ts_of(moment_of(ts) + timedelta(microseconds=1))


def standing(events: Iterable[MarkEvent]) -> tuple[Marked, ...]:
    """The marks that stand after these events, whatever the order in which they are given."""
    last: dict[tuple[Mark, str, UserId | None], MarkEvent] = {}
    for event in events:
        before = last.get(event.place)
        # Of an "on" and an "off" of the same instant the "off" holds, whichever came first.
        if before is None or _rank(event) > _rank(before):
            last[event.place] = event
    return tuple(
        Marked(mark=event.mark, user=event.user, via=event.via, at=moment_of(event.at))
        for event in sorted(last.values(), key=lambda one: (one.at, one.mark, one.user, one.via))
        if event.on
    )


def _rank(event: MarkEvent) -> tuple[str, bool, UserId]:
    """Which of two events of one place holds; no two that differ are equal."""
    return event.at, not event.on, event.user


def kind_as_marked(first: EntryKind, marks: Iterable[Marked]) -> EntryKind:
    """The kind that the latest standing mark gives; what it was recorded as, without one."""
    kinds = [marked.mark.kind for marked in marks]
    return next((kind for kind in reversed(kinds) if kind is not None), first)


def wording(versions: Mapping[str, str]) -> tuple[str, tuple[Revision, ...]]:
    """The words as they stand, and the earlier ones.

    Args:
        versions: the words by the ts since which they stood, in any order.
    """
    if not versions:
        return "", ()
    ordered: list[tuple[str, str]] = []
    for since, words in sorted(versions.items()):
        if not ordered or ordered[-1][1] != words:
            ordered.append((since, words))
    revisions = tuple(
        Revision(words=earlier, replaced_at=moment_of(since))
        for (_, earlier), (since, _) in pairwise(ordered)
    )
    return ordered[-1][1], revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A stretch in which nobody wrote anything."""

    after: Recorded
    before: Recorded

    @property
    def length(self) -> timedelta:
        return self.before.occurred_at - self.after.occurred_at


def quiet_stretches(entries: Iterable[Recorded], *, longer_than: timedelta) -> Iterator[Quiet]:
    """The gaps between successive entries that people wrote, in the order of time."""
    said = [entry for entry in entries if entry.is_sign_of_work]
    for earlier, later in pairwise(said):
        if later.occurred_at - earlier.occurred_at > longer_than:
            yield Quiet(after=earlier, before=later)
