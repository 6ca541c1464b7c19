"""Evidence: what other systems saw or did, as they told of it. Nobody's judgement is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from incibot.core.markup import escape
from incibot.core.people import UserId
from incibot.core.timeline import Entry, EntryKind, Source

_NUMBERED = re.compile(r"(?:p|sev|severity)[- ]?([1-9])")  # "P1", "SEV-2"
_RANKS = {
    **dict.fromkeys(("critical", "fatal", "emergency", "disaster"), 0),
    **dict.fromkeys(("high", "error", "major"), 1),
    **dict.fromkeys(("warning", "warn", "medium", "moderate"), 2),
    **dict.fromkeys(("low", "minor", "info", "informational"), 3),
}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class State(StrEnum):
    """Where an alert stands, by the word of whoever raised it."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class What(StrEnum):
    """What sort of change to production it was."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    RELEASE = "release"
    PUSH = "push"
    PIPELINE = "pipeline"
    FLAG = "flag"
    CONFIG = "config"
    INFRASTRUCTURE = "infrastructure"
    EXPERIMENT = "experiment"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that watches production says that something is wrong, seen by somebody, or right again.

    Attributes:
        id: the product's own name of this notice; the same notice has the same id, whenever it comes.
        key: the product's own name of what it is about: notices of one key are one alert.
        at: when it was so, in UTC; None where the product does not say: when we heard of it.
        title, details: plain text, as the product has it.
        service: what the product calls the service; empty where it names none.
        severity: the product's own word.
        url: where to look at it.
        actor: who acknowledged or resolved it, by the product's name of them; empty for a machine.
        links: more to look at, title to address: a runbook, a graph.
        ours: the name under which we had asked for it ourselves, where it answers a page of ours.
    """

    id: str
    key: str
    state: State
    title: str
    at: datetime | None = None
    details: str = ""
    service: str = ""
    severity: str = ""
    url: str = ""
    actor: str = ""
    links: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    ours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Production was changed, or somebody began to change it.

    Attributes:
        id, at, service, url, actor, details: as of an alert.
        state: the product's own word for how it went, such as ``success``; empty where it says nothing.
        version: what is there now: a tag, a commit, a value.
        environment: where, such as ``production``; empty where it is not said.
        data: what else is worth keeping, in JSON's types: ``from`` and ``to`` of a flag.
    """

    id: str
    what: What
    title: str
    at: datetime | None = None
    details: str = ""
    service: str = ""
    url: str = ""
    actor: str = ""
    state: str = ""
    version: str = ""
    environment: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Somebody said something elsewhere about an alert: a note, a reply to a call for help.

    Attributes:
        key: of the alert that it is about.
    """

    id: str
    key: str
    words: str
    at: datetime | None = None
    actor: str = ""
    url: str = ""
    ours: str = ""


Evidence = Alert | Change | Remark


def sound(told: Evidence) -> Evidence:
    """The same without what no database keeps: zero bytes, and halves of characters."""
    whole = {one.name: _sound(getattr(told, one.name)) for one in fields(told)}
    return replace(told, **whole)


def _sound(value: Any) -> Any:
    match value:
        case StrEnum():
            return value
        case str():
            return value.replace("\0", "").encode(errors="replace").decode()
        case Mapping():
            return {_sound(str(key)): _sound(one) for key, one in value.items()}
        case list() | tuple():
            return [_sound(one) for one in value]
        case _:
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAlert:
    """An alert as it stands, by all that was told of it.

    Attributes:
        key, title, details, service, severity, url, links, state: as of an `Alert`; the service as
            the playbook calls it, where it knows it.
        source, hook: by which address we heard of it.
        fired: how often it began to fire; first at `first_at`, last at `fired_at`.
        changed_at: when it came to stand so.
        incident: the number of the incident that it was attached to.
    """

    id: int
    source: str
    hook: str
    key: str
    title: str
    details: str
    service: str
    severity: str
    url: str
    links: Mapping[str, str]
    state: State
    fired: int
    first_at: datetime
    fired_at: datetime
    changed_at: datetime
    incident: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A word of an alert's, or a remark on it, as it is kept.

    Attributes:
        state: None for a remark.
        at: when it was so; `heard_at`: when we heard of it. Both in UTC.
        actor: who said or did it, by the product's name of them.
        words: plain text; of a remark what was said, else what the alert said that time, if anything.
    """

    id: int
    state: State | None
    at: datetime
    heard_at: datetime
    actor: str = ""
    words: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChange:
    """A change as it is kept; fields as of a `Change`, the service as the playbook calls it."""

    id: int
    source: str
    what: What
    title: str
    service: str
    version: str
    environment: str
    state: str
    actor: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody says of an alert: whether it was of use to them, and perhaps why."""

    user: UserId
    useful: bool
    why: str


def severity_for(said: str, words: Sequence[str]) -> str:
    """Which of our severities a product's own word for it means; empty where that is not plain.

    Args:
        words: ours, the worst first.
    """
    folded = said.strip().casefold()
    exact = next((word for word in words if word.casefold() == folded), "")
    numbered = _NUMBERED.fullmatch(folded)
    rank = int(numbered[1]) - 1 if numbered else _RANKS.get(folded, len(words))
    return exact or (words[rank] if 0 <= rank < len(words) else "")


def entries_of(alert: KeptAlert, notices: Iterable[Notice]) -> tuple[Entry, ...]:
    """What an alert's notices are in the timeline of the incident that it is attached to."""
    return tuple(_entry_of(alert, notice) for notice in notices)


def _entry_of(alert: KeptAlert, notice: Notice) -> Entry:
    more = {"service": alert.service, "severity": alert.severity, "by": notice.actor}
    data: dict[str, Any] = {"alert": alert.id, "key": alert.key}
    if notice.state is not None:
        data["state"] = notice.state.value
    return Entry(
        key=f"alert:{notice.id}",
        kind=EntryKind.NOTE if notice.state is None else EntryKind.ALERT,
        occurred_at=notice.at,
        by_name=alert.source,
        words=escape(_told(alert, notice)),
        source=Source(type=alert.source, url=notice.url or alert.url),
        data=data | {name: value for name, value in more.items() if value},
    )


def _told(alert: KeptAlert, notice: Notice) -> str:
    said = notice.words if notice.words != alert.title else ""
    if notice.state is None:
        return f"{notice.actor or alert.source}: {said or alert.title}"
    if notice.state is State.FIRING:
        return alert.title + (f"\n{said}" if said else "")
    by = f" by {notice.actor}" if notice.actor else ""
    return f"{notice.state.value.capitalize()}{by}: {alert.title}"


# Where an alert stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an alert stands after all that was told of it; the fields as of a `KeptAlert`."""

    state: State
    fired: int
    first_at: datetime
    fired_at: datetime
    changed_at: datetime


def standing(told: Iterable[tuple[datetime, State]]) -> Standing | None:
    """What its notices come to, in whatever order they came; None where there is none.

    Of two of one moment the one that is further on holds. An alert fires anew when it was over, or
    unheard of; that somebody has seen one of which we had not heard says that it fired.
    """
    ordered = sorted(told, key=rank)
    if not ordered:
        return None
    before, fired, fired_at, changed_at = State.RESOLVED, 0, ordered[0][0], ordered[0][0]
    for at, state in ordered:
        if before is State.RESOLVED and state is not State.RESOLVED:
            fired, fired_at = fired + 1, at
        if state is not before:
            before, changed_at = state, at
    return Standing(
        state=before,
        fired=fired,
        first_at=ordered[0][0],
        fired_at=fired_at,
        changed_at=changed_at,
    )


def rank(told: tuple[datetime, State]) -> tuple[datetime, int]:
    """Which of two notices of an alert holds: the greater."""
    return told[0], list(State).index(told[1])


# Which incident's it is

BEFORE = timedelta(hours=24)  # how long before a declaration a change is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What evidence is an incident's: of its service, from before it was declared until it ended.

    Attributes:
        service: as the playbook calls it; empty where the incident names none.
        ended_at: when its response was over; None while it is open.
    """

    incident: int
    service: str
    declared_at: datetime
    ended_at: datetime | None = None

    def is_after(self, at: datetime) -> bool:
        """Whether the incident was over by then."""
        return self.ended_at is not None and at > self.ended_at

    def is_of(self, service: str) -> bool:
        return bool(service) and service.casefold() == self.service.casefold()


def belongs(change: Change, scope: Scope, *, at: datetime) -> bool:
    """Whether a change is in the incident's timeline. Where the incident names no service, any is."""
    if at < scope.declared_at - BEFORE or scope.is_after(at):
        return False
    return scope.is_of(change.service) or not scope.service


def belonging(alert: KeptAlert, notices: Iterable[Notice], scope: Scope) -> tuple[Notice, ...]:
    """What of all that was told of an alert is in the incident's timeline.

    Of an alert of its service: what is told while the incident is open, and, of one that still
    fired when it was declared, what was told since that one began to. Of an alert that somebody
    attached to it: all until it was over.
    """
    told = sorted(notices, key=lambda one: (one.at, one.id))
    attached = alert.incident == scope.incident
    if not attached and not scope.is_of(alert.service):
        return ()
    then = standing(
        (one.at, one.state) for one in told if one.state and one.at <= scope.declared_at
    )
    since = scope.declared_at
    if then is not None and then.state is not State.RESOLVED:
        since = then.fired_at
    return tuple(
        one for one in told if (attached or one.at >= since) and not scope.is_after(one.at)
    )


def change_entry(change: Change, *, id: int, source: str, at: datetime) -> Entry:
    """What a change is in a timeline.

    Args:
        id: of the row that it is kept in.
        source: the word of the source that told of it.
    """
    more = {
        "state": change.state,
        "version": change.version,
        "environment": change.environment,
        "service": change.service,
        "by": change.actor,
    }
    data: dict[str, Any] = {"change": id, "what": change.what.value}
    # Of the sender's own names only these may stand among ours.
    data |= {name: change.data[name] for name in ("from", "to") if name in change.data}
    if rest := {name: one for name, one in change.data.items() if name not in data}:
        data["more"] = rest
    return Entry(
        key=f"change:{id}",
        kind=EntryKind.CHANGE,
        occurred_at=at,
        by_name=source,
        words=escape(change.title),
        source=Source(type=source, url=change.url),
        data=data | {name: value for name, value in more.items() if value},
    )
