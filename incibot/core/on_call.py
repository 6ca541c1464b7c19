"""Who is on call, as a schedule tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incibot.core.people import UserId

FRESH = timedelta(minutes=2)  # what was asked for since then is not asked for again
AHEAD = timedelta(days=14)  # how far we look for who is next
WEEK = timedelta(days=7)
LATE = timedelta(days=1)  # a brief that is later than that is no use to whoever has taken over


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A time in which somebody is on call.

    Attributes:
        who: as the schedule names them: plain text from outside.
        email: by which they are found in Slack; nothing keeps it once they were looked for.
        start, end: in UTC; None: since ever, or for an end that is not known.
        url: where the schedule can be looked at.
        user: who that is in Slack; None: nobody that we found.
    """

    who: str
    email: str = ""
    start: datetime | None = None
    end: datetime | None = None
    url: str = ""
    user: UserId | None = None

    def is_on(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know of one tier of a service, and since when.

    Attributes:
        shifts: those that were told last.
        known_at: when they were told; None: never.
        asked_at: when we asked last; None: never.
        error: why there was no answer then; empty if there was.
    """

    shifts: tuple[Shift, ...] = ()
    known_at: datetime | None = None
    asked_at: datetime | None = None
    error: str = ""

    def is_fresh(self, at: datetime) -> bool:
        return self.asked_at is not None and at - self.asked_at < FRESH


def on_now(shifts: Iterable[Shift], at: datetime) -> list[Shift]:
    """Who is on call then, each person once, with the end of all that they have in a row."""
    joined = _joined(shifts)
    found = [one for one in joined if one.is_on(at)]
    # Of two times of the same person's that overlap, the longer one tells until when.
    found.sort(key=_end, reverse=True)
    once: dict[str, Shift] = {}
    for one in found:
        once.setdefault(one.who.casefold(), one)
    return sorted(once.values(), key=lambda one: (_start(one), one.who))


def next_on(shifts: Iterable[Shift], at: datetime) -> list[Shift]:
    """Who comes next, of those who are not on call already: all that begin at the same moment."""
    joined = _joined(shifts)
    here = {one.who.casefold() for one in on_now(joined, at)}
    coming = [
        one for one in joined if one.start and one.start > at and one.who.casefold() not in here
    ]
    first = min((one.start for one in coming if one.start), default=None)
    return sorted({one.who: one for one in coming if one.start == first}.values(), key=_who)


def _joined(shifts: Iterable[Shift]) -> list[Shift]:
    """The same, with what one person has without a break as one."""
    found: list[Shift] = []
    for one in sorted(shifts, key=lambda each: (each.who.casefold(), _start(each), _end(each))):
        last = found[-1] if found else None
        if last and last.who.casefold() == one.who.casefold() and _start(one) <= _end(last):
            found[-1] = replace(last, end=one.end if _end(one) > _end(last) else last.end)
        else:
            found.append(one)
    return found


def _start(shift: Shift) -> datetime:
    return shift.start or datetime.min.replace(tzinfo=UTC)


def _end(shift: Shift) -> datetime:
    return shift.end or datetime.max.replace(tzinfo=UTC)


def _who(shift: Shift) -> str:
    return shift.who


def pack(shifts: Sequence[Shift]) -> list[dict[str, Any]]:
    """The shifts in JSON's types, without e-mail addresses."""
    return [
        {
            "who": one.who,
            "start": one.start.isoformat() if one.start else None,
            "end": one.end.isoformat() if one.end else None,
            "url": one.url,
            "user": one.user,
        }
        for one in shifts
    ]


def unpack(listed: Iterable[Mapping[str, Any]]) -> tuple[Shift, ...]:
    """The inverse."""
    return tuple(
        Shift(
            who=one["who"],
            start=_moment(one["start"]),
            end=_moment(one["end"]),
            url=one["url"],
            user=UserId(one["user"]) if one["user"] else None,
        )
        for one in listed
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def last_turn(now: datetime, *, day: int, at: time, zone: ZoneInfo) -> datetime:
    """When people last took over, at that time of that weekday in that zone; in UTC. 0 is Monday."""
    local = now.astimezone(zone)
    turn = datetime.combine(local.date() - timedelta(days=(local.weekday() - day) % 7), at, zone)
    return (turn if turn.astimezone(UTC) <= now else turn - WEEK).astimezone(UTC)


def week_before(turn: datetime, zone: ZoneInfo) -> datetime:
    """The turn before that one, at the same time of day in the zone; in UTC."""
    return (turn.astimezone(zone) - WEEK).astimezone(UTC)
