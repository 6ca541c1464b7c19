"""The times that people write into a timeline, read as they are meant and kept as they were written.

People write a day without a time, a range, ``14:??``, ``15.26``, ``~19:00``, or a zone's name that
cannot be right. Nothing is mended in silence: what was assumed, and what does not fit, is a doubt that
the reader is told. A time that cannot be read is not known; it never takes another's place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from re import Match

from incibot.core.people import zone_of

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_HALF_A_DAY = timedelta(hours=12)  # further back than this is the next day, not out of order
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"

_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2}|\?\?)(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})(?P<mark>[./-])(?P<m>\d{1,2})(?P=mark)(?P<y>\d{4})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?{_MONTH},?(?:[\s-]+(?P<y>\d{{4}})(?![\d:]))?",
        rf"\b{_MONTH}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(?P<y>\d{{4}})(?![\d:]))?",
    )
)
_CLOCK = re.compile(
    r"""(?<![\d:.])
    (?: (?P<hour>\d{1,2}|\?\?) (?P<mark>[:.hH]) (?P<minute>[0-5]\d|\?\?|xx)
        (?: [:.] (?P<second>[0-5]\d) (?:[.,](?P<fraction>\d{1,9}))? )? (?:\s?(?P<half>[ap])\.?m\b\.?)?
      | (?P<hour12>\d{1,2}) \s? (?P<half12>[ap])\.?m\b\.?
    ) (?!\d|:\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_OFFSET = r"(?:UTC|GMT)?\s?(?P<sign>[+\-−])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?"
_ZONE = re.compile(
    rf"\s*(?P<zulu>Z\b)|\s*(?P<name>[A-Z]{{2,5}})(?!\w|\s?[+\-−]\d)(?:\s*\(\s*{_OFFSET}\s*\))?"
    # "10:00-10:15" is a range; "10:00-0415", "10:00+02:00" and "10:00 UTC-7" are not
    r"|\s?\(?(?:(?:UTC|GMT)\s?(?P<sign2>[+\-−])(?P<hours2>\d{1,2})(?::?(?P<minutes2>\d\d))?"
    r"|(?P<sign3>\+)(?P<hours3>\d\d):?(?P<minutes3>\d\d)|(?P<sign4>-)(?P<hours4>\d\d)(?P<minutes4>\d\d))"
    r"(?![\d:?.])\)?"
    r"|\s*\(?(?P<place>(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/\w+(?:/\w+)?)\)?"
)
_WEEKDAY = re.compile(
    r"\b(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|r|nes)?\b[.,]?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"[~≈]|\b(?:about|around|approx(?:imately|\.)?|circa|ca\.?|roughly)(?=[\s\d:]|$)\s*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^\W*(?:before|until|up to|no later than|earlier than|<)\s*", re.IGNORECASE | re.ASCII
)
_AFTER = re.compile(r"^\W*(?:after|since|from|later than|>)\s*", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"^\W*between\b", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?![.,])")
_TO = re.compile(r"\s*(?:–|—|−|-|\bto\b|\buntil\b|\btill\b|\band\b|→|\.\.\.?)\s*", re.IGNORECASE)

# What a zone is called, how far from UTC that name says, and where people use it.
_NAMES: dict[str, tuple[float, str]] = {
    "UTC": (0, ""),
    "GMT": (0, "Europe/London"),
    "WET": (0, "Europe/Lisbon"),
    "WEST": (1, "Europe/Lisbon"),
    "BST": (1, "Europe/London"),
    "CET": (1, "Europe/Paris"),
    "CEST": (2, "Europe/Paris"),
    "EET": (2, "Europe/Helsinki"),
    "EEST": (3, "Europe/Helsinki"),
    "EST": (-5, "America/New_York"),
    "EDT": (-4, "America/New_York"),
    "CST": (-6, "America/Chicago"),
    "CDT": (-5, "America/Chicago"),
    "MST": (-7, "America/Denver"),
    "MDT": (-6, "America/Denver"),
    "PST": (-8, "America/Los_Angeles"),
    "PDT": (-7, "America/Los_Angeles"),
    "IST": (5.5, "Asia/Kolkata"),
    "JST": (9, "Asia/Tokyo"),
    "AEST": (10, "Australia/Sydney"),
    "AEDT": (11, "Australia/Sydney"),
}
_SEVERAL = {"CST": "China’s or Cuba’s", "IST": "Ireland’s or Israel’s"}
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}


def _unnamed(pattern: re.Pattern[str]) -> str:
    flags = "x" if pattern.flags & re.VERBOSE else ""
    text = re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern.replace("(?P=mark)", "[./-]"))
    return f"(?{flags}:{text})" if flags else f"(?:{text})"


_A_DATE = "(?:" + "|".join(map(_unnamed, _DATES)) + ")"
_A_ZONE = rf"(?:\s*\(?(?:Z\b|{'|'.join([*_NAMES, *_PLACES])})(?![\w-])(?:\s*\(\s*(?:UTC|GMT)?[+\-−]\d{{1,2}}(?::?\d\d)?\s*\))?\)?|\s?(?:UTC|GMT)?[+]\d\d?:?\d\d)?"
_A_POINT = (
    rf"(?:{_A_DATE}(?:\s*(?:,|\bat\b|T)?\s*{_unnamed(_CLOCK)}{_A_ZONE})?"
    rf"|{_unnamed(_CLOCK)}{_A_ZONE}(?:\s*(?:,|\bon\b)?\s*{_A_DATE})?)"
)
_LEAD = re.compile(
    r"[\[(]?(?P<time>(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,]?\s*)?"
    r"(?:[~≈<>]\s*|\b(?:about|around|approx(?:imately|\.)?|circa|ca\.?|roughly|before|until|after"
    r"|since|from|between)\b\s*)*"
    rf"{_A_POINT}(?:\s*(?:–|—|−|-|\bto\b|\buntil\b|\band\b|→)\s*{_A_POINT})?)"
    r"[\])]?(?:\s*(?::(?!\d)|-|–|—|\||,|=>|→)\s+|\s+|\s*:\s*$|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When something happened, as far as its writer said; moments in UTC.

    Attributes:
        at: the moment; None: it is not known to the minute.
        not_before, not_after: between what moments it lies, where they are known.
        approx: the writer said “about”.
        as_published: the time in the writer's own words.
        doubts: what had to be assumed, or does not fit.
    """

    at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    approx: bool = False
    as_published: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def place(self) -> datetime | None:
        """Where it stands among the others; None where nothing at all is known."""
        return self.at or self.not_before or self.not_after

    @property
    def exact(self) -> bool:
        return self.at is not None and not self.approx


_Point = tuple[datetime, datetime | None]  # a moment, or the first and last of a stretch


@dataclass(frozen=True, slots=True)
class Label:
    """A zone as it was written: what it is called, and what that says."""

    name: str
    zone: tzinfo
    doubts: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Times:
    """Reads the times of one timeline, one after the other, each in the light of those before.

    Attributes:
        zone: of times that name none.
        day: of times that name none; None: none was named yet.
        day_first: ``03/04/2024`` is the third of April; None: nobody has said so.
    """

    zone: tzinfo = UTC
    zone_name: str = ""
    day: date | None = None
    day_first: bool | None = None
    last: datetime | None = None
    _doubts: list[str] = field(default_factory=list)
    _day_words: str = ""
    _told: set[str] = field(default_factory=set)  # zones of which it was said already

    def read(self, text: str, *, about: str = "") -> When:
        """What the whole of the text says of a time.

        Args:
            about: what the row tells, which may name the time of another zone.
        """
        self._doubts = []
        said = " ".join(text.replace("\u00a0", " ").split())
        found = self._iso(said) or self._spoken(said)
        if found is None:
            found = When()
            if said:
                self._doubts.append(f"“{said[:60]}” could not be read as a time")
        if found.at is not None and about:
            self._hold_against(found.at, about)
        self._follow(found)
        return replace(found, as_published=text.strip(), doubts=tuple(self._doubts))

    def within(self, low: str, high: str) -> When:
        """A stretch of which the ends are given; either may be empty."""
        last, self.last = self.last, None
        first = self.read(low)
        self.last = None
        second = self.read(high)
        begin, end = first.at or first.not_before, second.at or second.not_after
        self.last = max(filter(None, (last, begin)), default=None)
        return When(not_before=begin, not_after=end, doubts=(*first.doubts, *second.doubts))

    def names_day(self, text: str) -> bool:
        """Take the day that a heading names for the times below it. False if it names none."""
        if text == self._day_words:
            return True
        self._doubts = []
        found = self._date(text)
        if not isinstance(found, date):
            return False
        self._day_words = text
        self.day, self.last = found, None
        return True

    # One way after the other

    def _iso(self, said: str) -> When | None:
        if not _ISO.match(said):  # ``2024-03-13 15.26`` would be read as a quarter past three
            return None
        try:
            then = datetime.fromisoformat(said)
        except ValueError:
            return None
        self.day = then.date()
        moment = self._utc(then.date(), then.time(), then.tzinfo or self.zone)
        return When(at=moment) if moment else None

    def _spoken(self, said: str) -> When | None:
        about = _ABOUT.search(said) is not None
        said = _ABOUT.sub("", said).strip()
        before = _BEFORE.match(said)
        after = None if before else _AFTER.match(said)
        lead = before or after or _BETWEEN.match(said)
        rest = said[lead.end() :] if lead else said
        if not before and (ends := self._ends(rest)):
            return self._range(*ends, about)
        point = self._point(rest)
        if point is None:
            return None
        if before:
            return When(not_after=point[1] or point[0], approx=about)
        if after:
            return When(not_before=point[0], approx=about)
        low, high = point
        if high is None:
            return When(at=low, approx=about)
        return When(not_before=low, not_after=high, approx=about)

    def _ends(self, said: str) -> tuple[_Point, _Point] | None:
        """Both ends of a range, where the words are one."""
        for to in _TO.finditer(said):
            left, right = said[: to.start()], said[to.end() :]
            if not (_is_time(left) and _is_time(right)):
                continue
            # ``10:00-10:15 UTC`` has one zone for both, ``18:00–19:30 on 2024-03-13`` one day
            trailing = _trailing_zone(right) if _trailing_zone(left) is None else None
            span = None if self._date_span(left) else self._date_span(right)
            clock = _CLOCK.search(right)
            if span and (self.day is None or (clock and clock.end() <= span[0])):
                left = f"{right[slice(*span)]} {left}"
            low = self._point(left + (trailing or ""))
            high = self._point(right)
            if low and high:
                return low, high
        return None

    def _range(self, first: _Point, second: _Point, about: bool) -> When:
        low, high = first[0], second[1] or second[0]
        if high < low:
            if low - high < _DAY and low - high > _HALF_A_DAY:
                high += _DAY
                self._doubts.append("the range ends before it begins: read as past midnight")
            else:
                self._doubts.append("the range ends before it begins: its ends were exchanged")
                low, high = high, low
        return When(not_before=low, not_after=high, approx=about)

    def _point(self, said: str) -> _Point | None:
        """A moment, or the first and last of a stretch."""
        span = self._date_span(said)
        rest = said
        whole_month = False
        if span is not None:
            day = self._date(said)
            if day is None:
                return None
            whole_month = isinstance(day, tuple)
            self.day = date(*day, 1) if isinstance(day, tuple) else day
            rest = f"{said[: span[0]]} {' ' * (span[1] - span[0])} {said[span[1] :]}"
        clock = _CLOCK.search(rest)
        if clock is None:
            return self._stretch(rest, whole_month) if span is not None else None
        label = self._zone(rest, clock.end())
        zone = label[0].zone if label else self.zone
        self._notice_rest(rest[: clock.start()] + rest[label[1] if label else clock.end() :])
        if self.day is None:
            self._doubts.append("no day was named, here or before")
            return None
        hours = _hours_and_minutes(clock)
        if hours is None:
            self._doubts.append(f"there is no time {clock[0]}")
            return None
        at = self._utc(self.day, hours[0], zone)
        until = self._utc(self.day, hours[1], zone) if hours[1] != hours[0] else None
        if at is None:
            return None
        if span is None:
            at, until = self._next_day(at, until, clock[0])
        if label:
            self._doubts += label[0].doubts
            self._in_season(label[0], at)
        elif self.zone_name:
            self._in_season(Label(self.zone_name, self.zone), at)
        return at, until

    def _stretch(self, rest: str, whole_month: bool) -> _Point | None:
        """The whole day that was named, or the whole month."""
        if self.day is None:
            return None
        self._notice_rest(rest)
        first = self._utc(self.day, time(), self.zone)
        end = _end_of_month(self.day) if whole_month else self.day
        last = self._utc(end, time(23, 59), self.zone)
        return (first, last) if first and last else None

    def _notice_rest(self, rest: str) -> None:
        """Figures that nobody read might have meant something."""
        if any(character.isdigit() for character in rest):
            self._doubts.append(f"“{' '.join(rest.split())[:60]}” was not read")

    def _next_day(
        self, at: datetime, until: datetime | None, clock: str
    ) -> tuple[datetime, datetime | None]:
        if self.last is not None and self.last - at > _HALF_A_DAY and self.day:
            self.day += _DAY
            self._doubts.append(f"{clock} comes after a later time: read as the next day")
            return at + _DAY, until + _DAY if until else None
        return at, until

    def _follow(self, found: When) -> None:
        first, last = found.at or found.not_before, found.at or found.not_after
        if self.last is not None and last is not None and last < self.last:
            self._doubts.append("it is earlier than the row before it")
        if first is not None:
            self.last = max(first, self.last) if self.last else first

    def _date_span(self, said: str) -> tuple[int, int] | None:
        found = _first_date(said)
        return found.span() if found else None

    def _date(self, said: str) -> date | tuple[int, int] | None:
        """The day that the words name, or a year and a month; None: there is no such day."""
        found = _first_date(said)
        if found is None:
            return None
        parts = found.groupdict()
        month, year = _month(parts), int(parts["y"]) if parts["y"] else self._year()
        if parts["d"] == "??":
            return (year, month) if 1 <= month <= 12 and year else None
        day = int(parts["d"])
        if parts.get("mark") == "/":
            day, month = self._day_first(day, month, found[0])
        try:
            read = date(year, month, day)
        except ValueError:
            self._doubts.append(f"there is no day {found[0]}")
            return None
        if not parts["y"]:
            self._doubts.append(f"the year was not said: read as {year}")
        weekday = _WEEKDAY.search(said)
        if weekday and _WEEKDAYS[read.weekday()] != weekday["day"].lower():
            self._doubts.append(f"{read.isoformat()} is no {weekday[0].strip(' .,')}")
        return read

    def _year(self) -> int:
        return self.day.year if self.day else 1

    def _day_first(self, first: int, second: int, written: str) -> tuple[int, int]:
        if second > 12:
            self.day_first = False
        elif first > 12:
            self.day_first = True
        elif first != second and self.day_first is None:
            self._doubts.append(f"{written} was read with the day first")
        return (second, first) if self.day_first is False else (first, second)

    # Zones

    def _zone(self, said: str, start: int) -> tuple[Label, int] | None:
        found = _ZONE.match(said, start)
        label = _label_of(found) if found else None
        return (label, found.end()) if label and found else None

    def _in_season(self, label: Label, at: datetime) -> None:
        """Whether the place where the zone has that name was on that time then."""
        known = _NAMES.get(label.name)
        home = zone_of(known[1]) if known else None
        if known is None or home is None or label.name == "GMT":
            return
        says, was = timedelta(hours=known[0]), at.astimezone(home).utcoffset()
        if was is not None and was != says and label.zone.utcoffset(None) == says:
            if label.name in self._told:
                return
            self._told.add(label.name)
            name = at.astimezone(home).tzname()
            self._doubts.append(
                f"{label.name} is UTC{signed(says)}, but {known[1]} was on {name} then: "
                f"read as UTC{signed(says)}"
            )

    def _hold_against(self, at: datetime, about: str) -> None:
        """The row's own words may name the time in UTC."""
        for found in re.finditer(
            r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?\s*(?:UTC|Z\b)(?!\s?[+-])", about
        ):
            named = timedelta(hours=int(found[1]), minutes=int(found[2]))
            read = timedelta(hours=at.hour, minutes=at.minute)
            apart = (named - read) % _DAY
            apart = min(apart, _DAY - apart)
            if apart and apart % timedelta(minutes=30) < _MINUTE:
                self._doubts.append(
                    f"it was read as {at:%H:%M} UTC, but its own words say {found[0]}: "
                    "the zone may be another"
                )

    def _utc(self, day: date, clock: time, zone: tzinfo) -> datetime | None:
        try:
            return datetime.combine(day, clock, zone).astimezone(UTC)
        except OverflowError:
            self._doubts.append("that is further away than any time that can be kept")
            return None


def zone_label(text: str) -> Label | None:
    """The zone that the words name first: ``PST (UTC-7)``, ``Europe/Paris``, ``UTC (stated)``."""
    for start in range(len(text)):
        if start and (text[start - 1].isalnum() or text[start - 1] in "_/"):
            continue
        found = _ZONE.match(text, start)
        label = _label_of(found) if found and found.end() > start else None
        if label:
            return label
    return None


def begins_with_time(words: str) -> tuple[str, str] | None:
    """The time that the words begin with, and what they go on to tell; None where they do not."""
    found = _LEAD.match(words)
    return (found["time"].strip(), words[found.end() :].strip()) if found else None


def _first_date(said: str) -> Match[str] | None:
    return next((found for pattern in _DATES if (found := pattern.search(said))), None)


def _is_time(said: str) -> bool:
    return _CLOCK.search(said) is not None or _first_date(said) is not None


def _trailing_zone(said: str) -> str | None:
    """The zone after the last clock, as it was written."""
    clocks = list(_CLOCK.finditer(said))
    found = _ZONE.match(said, clocks[-1].end()) if clocks else None
    return found[0] if found and found.end() > found.start() and _label_of(found) else None


def _label_of(found: Match[str]) -> Label | None:
    if found["zulu"]:
        return Label("UTC", UTC)
    if found["place"]:
        zone = zone_of(found["place"])
        return Label(found["place"], zone) if zone else None
    if found["name"]:
        return _named(found)
    sign, hours, minutes = (
        found[f"{part}2"] or found[f"{part}3"] or found[f"{part}4"]
        for part in ("sign", "hours", "minutes")
    )
    offset = _offset(sign, hours, minutes)
    return Label(f"UTC{signed(offset)}", timezone(offset)) if offset is not None else None


def _named(found: Match[str]) -> Label | None:
    name = found["name"]
    offset = _offset(found["sign"], found["hours"], found["minutes"])
    if name in _PLACES:
        zone = zone_of(_PLACES[name])
        return Label(name, zone) if zone else None
    if name not in _NAMES:
        return None
    says = timedelta(hours=_NAMES[name][0])
    if offset is not None and offset != says:
        doubt = (
            f"{name} is UTC{signed(says)}, but it stands beside UTC{signed(offset)}: "
            f"read as UTC{signed(offset)}"
        )
        return Label(name, timezone(offset), (doubt,))
    fixed = timezone(says) if says else UTC
    if name in _SEVERAL and offset is None:
        doubt = f"{name} was read as UTC{signed(says)}; it may be {_SEVERAL[name]} time"
        return Label(name, fixed, (doubt,))
    return Label(name, fixed)


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta | None:
    if not sign or not hours:
        return None
    length = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if length > timedelta(hours=14):
        return None
    return length if sign == "+" else -length


def signed(offset: timedelta) -> str:
    minutes = offset // _MINUTE
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("month")
    return _MONTHS.index(name[:3].lower()) + 1 if name else int(parts.get("m") or 0)


def _end_of_month(day: date) -> date:
    later = day.replace(day=28) + timedelta(days=4)
    return later - timedelta(days=later.day)


def _hours_and_minutes(clock: Match[str]) -> tuple[time, time] | None:
    """The first and the last moment that it may be; the same where it is known."""
    half = (clock["half"] or clock["half12"] or "").lower()
    hour = clock["hour12"] or clock["hour"]
    minute = clock["minute"] or "00"
    if hour == "??":
        return time(), time(23, 59)
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if half == "p" else 0)
    if number > 23:
        return None
    if minute.lower() in ("??", "xx"):
        return time(number), time(number, 59)
    micro = int(f"{clock['fraction'] or '':0<6}"[:6])
    at = time(number, int(minute), int(clock["second"] or 0), micro)
    return at, at
