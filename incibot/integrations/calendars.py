"""Who is on call by a calendar: any feed as RFC 5545 describes it.

Calendars are read by `icalendar`: folded lines, quoted parameters, zones that the feed brings along
or that Windows names. What recurs is counted by dateutil on the clock of the event's own zone, so
that a shift which begins at nine begins at nine in summer and in winter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from icalendar import Calendar

from incibot.core.on_call import Shift
from incibot.errors import CallRefused
from incibot.log import logger

MOST = 200_000  # times that a feed may name; more are no shifts
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_DAYS = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")

log = logger(__name__)


class _Odd(ValueError):
    """The event is not as RFC 5545 describes one, or no shift."""


@dataclass(frozen=True, slots=True)
class _Time:
    """A time on the clock of a zone, as an event gives it."""

    local: datetime  # naive, on that clock
    zone: tzinfo
    whole_day: bool

    def at(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def shifts(feed: bytes, *, since: datetime, until: datetime, zone: ZoneInfo) -> list[Shift]:
    """The shifts that touch that time, in UTC, the earliest first.

    Args:
        zone: of days and times without one, where the calendar names none itself.

    Raises:
        CallRefused: it is no calendar.
    """
    try:
        calendars = Calendar.from_ical(feed, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise CallRefused("The calendar", "what it answers is no calendar") from error
    found = [
        shift
        for calendar in calendars
        for shift in _of(calendar, since, until, _zone_of(calendar, zone))
    ]
    if not any(isinstance(one, Calendar) for one in calendars):
        raise CallRefused("The calendar", "what it answers is no calendar")
    return sorted(found, key=lambda one: (one.start, one.end, one.who))


def _zone_of(calendar: Any, zone: ZoneInfo) -> ZoneInfo:
    """What the calendar says is the zone of times that have none."""
    try:
        return ZoneInfo(str(calendar.get("X-WR-TIMEZONE") or zone.key))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone


def _of(calendar: Any, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Shift]:
    series: dict[str, list[Any]] = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        series[str(event.get("UID") or number)].append(event)
    left = MOST
    for events in series.values():
        for event, start, end in _times(events, since, until, zone, left):
            left -= 1
            if start < until and end > since and not _is_off(event):
                yield from _shifts(event, start, end)


def _times(
    events: list[Any], since: datetime, until: datetime, zone: ZoneInfo, left: int
) -> Iterator[tuple[Any, datetime, datetime]]:
    """Each event of one series with its times, those of them that were moved where they are now."""
    moved: dict[datetime, tuple[int, Any]] = {}
    masters: list[Any] = []
    for event in events:
        try:
            if "RECURRENCE-ID" in event:
                was = _time(event["RECURRENCE-ID"].dt, zone)
                place, sequence = was.at(was.local), int(event.get("SEQUENCE", 0))
                if place not in moved or sequence >= moved[place][0]:
                    moved[place] = sequence, event
            else:
                masters.append(event)
        except (_Odd, ValueError, TypeError, AttributeError, OverflowError) as odd:
            log.warning("calendar.odd_event", error=str(odd)[:100])
    for event in [*masters, *(one for _, one in moved.values())]:
        try:
            first, length = _span(event, zone)
            alone = "RECURRENCE-ID" in event
            starts = [first.local] if alone else _starts(event, first, length, since, until, zone)
            for local in islice(starts, max(left, 0)):
                start = first.at(local)
                if alone or start not in moved:
                    yield event, start, first.at(local + length)
        except (_Odd, ValueError, TypeError, AttributeError, OverflowError) as odd:
            log.warning("calendar.odd_event", error=str(odd)[:100])


def _time(value: Any, zone: tzinfo) -> _Time:
    if isinstance(value, datetime):
        return _Time(value.replace(tzinfo=None), value.tzinfo or zone, whole_day=False)
    if isinstance(value, date):
        return _Time(datetime(value.year, value.month, value.day), zone, whole_day=True)  # noqa: DTZ001 - a zone stands beside it
    raise _Odd("no time")


def _span(event: Any, zone: ZoneInfo) -> tuple[_Time, timedelta]:
    """When it begins for the first time, and how long it is on its own clock."""
    if "DTSTART" not in event:
        raise _Odd("an event without a start")
    start = _time(event["DTSTART"].dt, zone)
    if "DTEND" in event:
        end = _time(event["DTEND"].dt, start.zone)
        ends = end.at(end.local).astimezone(start.zone).replace(tzinfo=None)
        return start, ends - start.local
    if "DURATION" in event:
        length = event["DURATION"].dt
        if not isinstance(length, timedelta):
            raise _Odd("no duration")
        return start, length
    return start, timedelta(days=1 if start.whole_day else 0)


def _starts(
    event: Any,
    first: _Time,
    length: timedelta,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> Iterable[datetime]:
    """Each time that it begins, on its own clock, of those that may touch the time asked for."""

    def local(value: Any) -> datetime:
        """As this event's clock shows it."""
        given = _time(value, first.zone if not isinstance(value, datetime) else zone)
        if given.whole_day or given.zone == first.zone:
            return given.local
        return given.at(given.local).astimezone(first.zone).replace(tzinfo=None)

    low = since.astimezone(first.zone).replace(tzinfo=None) - length - timedelta(days=1)
    high = until.astimezone(first.zone).replace(tzinfo=None) + timedelta(days=1)
    out = [one for listed in _all(event, "EXDATE") for one in listed.dts]
    days_out = {local(one.dt).date() for one in out if not isinstance(one.dt, datetime)}
    times_out = {local(one.dt) for one in out if isinstance(one.dt, datetime)}
    found = {first.local}
    for rule in _all(event, "RRULE"):
        found.update(_counted(rule, first, low, high, local))
    for listed in _all(event, "RDATE"):
        for one in listed.dts:
            value = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            given = local(value)
            whole = not isinstance(value, datetime)
            found.add(datetime.combine(given, first.local.time()) if whole else given)
    return sorted(
        one
        for one in found
        if low <= one <= high and one not in times_out and one.date() not in days_out
    )


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _counted(
    rule: Any, first: _Time, low: datetime, high: datetime, local: Any
) -> Iterator[datetime]:
    """The times of a rule. One that would be counted for ever is no rule of shifts."""
    rule = dict(rule)
    often = str((rule.get("FREQ") or [""])[0]).upper()
    if often in ("SECONDLY", "MINUTELY") or (
        often == "HOURLY" and any(name in rule for name in _DAYS)
    ):
        raise _Odd(f"a shift that recurs {often.lower()}")
    last = high
    if ends := rule.pop("UNTIL", None):
        given = ends[0]
        end = local(given)
        whole = not isinstance(given, datetime)
        last = min(last, end.replace(hour=23, minute=59, second=59) if whole else end)
    if "COUNT" not in rule:
        rule["UNTIL"] = [last]
    text = ";".join(f"{name}={_listed(values)}" for name, values in rule.items())
    for start in islice(rrulestr(text, dtstart=first.local), MOST):
        if start > last:
            return
        if start >= low:
            yield start


def _listed(values: Any) -> str:
    several = values if isinstance(values, list) else [values]
    return ",".join(
        f"{one:%Y%m%dT%H%M%S}" if isinstance(one, datetime) else str(one) for one in several
    )


def _is_off(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _shifts(event: Any, start: datetime, end: datetime) -> Iterator[Shift]:
    """One for each person: who is invited, else whoever the title names."""
    title = " ".join(str(event.get("SUMMARY") or "").split())
    url = str(event.get("URL") or "")
    people = list(_invited(event))
    if not people:
        named = _EMAIL.search(title)
        people = [(title or "(no name)", named[0] if named else "")]
    for who, email in people:
        yield Shift(
            who=who[:200],
            email=email,
            start=start,
            end=end,
            url=url if url.startswith("https://") else "",
        )


def _invited(event: Any) -> Iterator[tuple[str, str]]:
    """Names and e-mail addresses of those invited; of whoever invites only where nobody else is."""
    found: dict[str, str] = {}
    for one in _all(event, "ATTENDEE"):
        given = {name: str(value) for name, value in one.params.items()}
        email = re.sub(r"(?i)\Amailto:", "", str(one)).strip()
        kind, answer = given.get("CUTYPE", "").upper(), given.get("PARTSTAT", "").upper()
        if kind in ("ROOM", "RESOURCE") or answer == "DECLINED" or not _EMAIL.fullmatch(email):
            continue
        name = given.get("CN", "")
        found[email] = " ".join(name.split()) or email
    host = re.sub(r"(?i)\Amailto:", "", str(event.get("ORGANIZER") or "")).casefold()
    others = {email: name for email, name in found.items() if email.casefold() != host}
    yield from ((name, email) for email, name in (others or found).items())
