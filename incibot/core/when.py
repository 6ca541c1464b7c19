"""What people type for a time ("10 min ago", "yesterday 22:10", "14:05 Paris time"), as a moment.

The grammar is our own. dateutil reads only what is certain to be a calendar date: on its own it takes
"-15m" for minute 15 and "error 500" for a year. A phrase is read whole or refused: words left over,
a local time that the clocks skipped or struck twice, and an abbreviation with two meanings are
refused with what would work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from re import Match, Pattern
from zoneinfo import ZoneInfo, available_timezones

from dateutil import parser as calendar_reader

from incibot.errors import Unclear

CLOCK_SKEW = timedelta(minutes=2)
"""How far ahead of ours a person's clock may be before their "14:05" is in the future."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as somebody said it, and as we read it.

    Attributes:
        at: the moment, in UTC.
        zone: the zone in which it was read, and in which the speaker should see it again.
        said: the words that were read.
        assumed: what those words left out and we filled in, such as "yesterday, Europe/Lisbon";
            empty where they said it all.
    """

    at: datetime
    zone: tzinfo
    said: str
    assumed: str = ""

    def echo(self, *, now: datetime) -> str:
        """How it was read, in full: "14:05 Friday 20 November, Europe/Lisbon"."""
        local = self.at.astimezone(self.zone)
        seconds = f":{local.second:02}" if re.search(r":\d\d:\d\d", self.said) else ""
        day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
        year = "" if local.year == now.astimezone(self.zone).year else f" {local.year}"
        zone = _zone_name(self.zone, self.at)
        if _struck_twice(local):
            zone += f" ({_offset(local)})"
        return f"{local:%H:%M}{seconds} {day}{year}, {zone}"


def spoken(at: datetime, zone: tzinfo, *, now: datetime) -> str:
    """`at` as a person in `zone` would say it at `now`; `read_moment` reads the same minute from it.

    "14:05" today, "yesterday 22:10", "tomorrow 09:00", "Fri 20 Nov 14:05", with the year where it
    is another or half of one away, and with the offset where the local time comes twice.
    """
    local = at.astimezone(zone)
    today = now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    if not _struck_twice(local):
        match (local.date() - today).days:
            case 0:
                return clock
            case -1:
                return f"yesterday {clock}"
            case 1:
                return f"tomorrow {clock}"
    else:
        clock += f" {_offset(local)}"
    near = local.year == today.year and abs(local.date() - today) <= timedelta(days=180)
    year = "" if near else f" {local.year:04}"
    weekday, month = _WEEKDAYS[local.weekday()][:3], _MONTHS[local.month - 1][:3]
    return f"{weekday} {local.day} {month}{year} {clock}"


def read_moment(phrase: str, *, now: datetime, zone: tzinfo, future: bool = False) -> Moment:
    """The moment that the whole of `phrase` means to a speaker in `zone` at `now` (aware).

    A time of day alone is the last such time: today's, or else yesterday's. A date without a year is
    the nearest one. "2 days ago" is 48 hours ago. With `future`, times to come are allowed, a time of
    day alone is today's, a weekday the next one, and a bare "2 hours" is refused, since it could go
    either way.

    Raises:
        Unclear: with what was wrong and three examples that would work now.
    """
    said = " ".join(_typed(phrase).split())
    if len(said) > 1 and said[0] in "\"'`" and said[-1] == said[0]:
        said = said[1:-1].strip()
    reader = _Reader(said, now=now, zone=zone, future=future)
    found = reader.longest()
    if found is None:
        raise reader.unread(said)
    if found.end < len(said):
        understood, rest = said[: found.end], said[found.end :].strip()
        raise reader.unclear(f"I understood {_quoted(understood)}, but not {_quoted(rest)}.")
    return reader.moment(found)


def split_moment(text: str, *, now: datetime, zone: tzinfo) -> tuple[Moment | None, str]:
    """The time that `text` begins with, if it does, and the rest, as it was typed.

    The longest such time is taken, and one separator after it (`14:05 - …`, `14:05: …`). What may
    be a part of the sentence is left to it: "now restarting", "5 minutes of errors", "yesterday we
    deployed", "noon traffic", a range ("14:05-14:20 errors"), a link to a message.

    Raises:
        Unclear: the text begins with what looks like a time and cannot be one, or is to come.
    """
    typed = _typed(text)
    said = typed.strip()
    reader = _Reader(said, now=now, zone=zone, leading=True)
    try:
        found = reader.longest()
        if found is None:
            if impossible := _LIKE_A_CLOCK.match(said):
                raise reader.unread(impossible[0])
            return None, text
        if _A_RANGE.match(said, found.end):
            return None, text
        moment = reader.moment(found)
    except Unclear as unclear:
        raise Unclear(f"{unclear} If it belongs to the text, put a word before it.") from None
    separator = _SEPARATOR.match(said, found.end)
    end = separator.end() if separator else found.end
    return moment, text[len(typed) - len(typed.lstrip()) + end :]


def read_zone(words: str, *, now: datetime, zone: tzinfo) -> tzinfo:
    """The time zone that `words` name: "Europe/Lisbon", "Lisbon time", "UTC+2", "CET".

    `zone` is the speaker's own; it decides what an abbreviation with several meanings means.

    Raises:
        Unclear: there is no such zone, or there are several.
    """
    said = " ".join(_typed(words).split())
    found = _Reader(said, now=now, zone=zone).zone_at(0)
    if found is None or found.end < len(said):
        raise Unclear(
            f"I do not know the time zone {_quoted(said)}. "
            'Try "Europe/Lisbon", "New York time" or "UTC+2".'
        )
    return found.tz


# ------------------------------------------------------------------------------------ the grammar

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b", " "),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("−‐‑–—", "-"),
    }
)


def _typed(text: str) -> str:
    """`text` with keyboards' niceties undone, each character still in its place."""
    return text.translate(_LOOKALIKES)


def _grammar(pattern: str) -> Pattern[str]:
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.ASCII)


# Pieces, and where a word may end.
_END = r"(?= \s | \Z | [,;:.)](?:\s|\Z) )"
_UNIT = (
    r"(?: s | secs? | seconds? | m | mins? | minutes? | h | hrs? | hours? | d | days? | weeks? )"
)
_AMOUNT = rf"\d{{1,6}} (?:\.\d{{1,3}})? \s* {_UNIT} (?![a-z])"
_SPAN = rf"""
    (?P<span> half \s+ an \s+ hour
            | an? \s+ (?:second|minute|hour|day|week) \b
            | {_AMOUNT} (?: [\s,]* (?:and\b\s*)? {_AMOUNT} )* )
"""
_WEEKDAY = r"""
    (?: mon(?:day)? | tue(?:s(?:day)?)? | wed(?:nesday)? | thu(?:r(?:s(?:day)?)?)? | fri(?:day)?
      | sat(?:urday)? | sun(?:day)? )
"""
_MONTH = r"""
    (?: jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july? | aug(?:ust)?
      | sept? | september | oct(?:ober)? | nov(?:ember)? | dec(?:ember)? )
"""
_NTH = r"\d{1,2} (?:st|nd|rd|th)?"

_NOW = _grammar(rf"(?: (?:just|right) \s+ )? now {_END}")
_AGO = _grammar(rf"{_SPAN} \s+ ago {_END}")
_AHEAD = _grammar(rf"in \s+ {_SPAN} {_END}")
_MINUS = _grammar(rf"- (?P<span> {_AMOUNT} (?: \s* {_AMOUNT} )* ) {_END}")
_EITHER_WAY = _grammar(rf"{_SPAN} {_END}")
_PART_OF_SPAN = _grammar(
    r"(?: \b(?P<words> half\s+an | an? ) \s+ | (?P<number>\d+(?:\.\d+)?) \s* ) (?P<unit>[smhdw])"
)

_SLACK_DATE = _grammar(r"<!date\^ (?P<seconds>\d{1,11}) \^ [^<>\n]* > (?=\s|\Z)")
_SLACK_TS = _grammar(rf"(?P<seconds>\d{{10}}) \. (?P<micro>\d{{6}}) {_END}")
_SLACK_LINK = _grammar(
    r"""
    <? https?://[^\s/<>|]+ /archives/ [A-Z0-9]+ /p (?P<seconds>\d{10}) (?P<micro>\d{6})
    (?: \?[^\s<>|]* )? (?: \|[^<>]* )? >? (?=\s|\Z)
    """
)
_STAMP = _grammar(
    rf"\d{{4}}-?\d{{2}}-?\d{{2}} T \d{{2}} [\d:.,]* (?: Z | [+-]\d{{2}} (?: :?\d{{2}} )? )? {_END}"
)

_CLOCK = _grammar(
    r"""
    (?: (?P<hour12>0?[1-9]|1[0-2])
        (?: :(?P<minute12>[0-5]\d) (?: :(?P<second12>[0-5]\d) )? )?
        \s* (?P<half>[ap]) \.? m\b \.?
      | (?P<hour>[01]?\d|2[0-3]) : (?P<minute>[0-5]\d)
        (?: :(?P<second>[0-5]\d) (?: [.,](?P<fraction>\d{1,9}) )? )?
        (?! \s* [ap]\.?m\b )
      | (?P<word>noon|midday|midnight)
    )
    (?= \s | \Z | [,;:.)](?:\s|\Z) | (?:Z|UTC|GMT)(?![a-z]) | \+\d )
    """
)
_LIKE_A_CLOCK = _grammar(
    rf"""
    (?: (?: (?:last\s+)? {_WEEKDAY} | today | yesterday | \d{{4}}-\d{{2}}-\d{{2}} ) [\sT]+ )?
    (?: at\s+ )?
    (?: \d{{1,2}}:\d{{2}} (?: :\d{{2}} )? (?: \s? [ap]\.?m\b\.? )? | \d{{1,2}}[ap]m )
    {_END}
    """
)
_A_RANGE = _grammar(
    r"\s* (?: -+ | \b(?:to|till|until)\b ) \s* (?: \d{1,2}:\d{2} | \d{1,2}\s?[ap]m\b )"
)
_SEPARATOR = _grammar(r"(?: [,;:.](?=\s|\Z) | \s+-+(?=\s) )? \s*")
_SET_OFF = _grammar(r"\s* (?: \Z | [,;:.-] )")

_DAY_WORD = _grammar(rf"(?P<day>today|yesterday|tomorrow) {_END}")
_DAY_OF_WEEK = _grammar(rf"(?P<last>last\s+)? (?P<weekday>{_WEEKDAY}) {_END}")
_ISO_DATE = _grammar(rf"\d{{4}}-\d{{2}}-\d{{2}} {_END}")
_NUMBER_DATE = _grammar(
    rf"(?P<first>\d{{1,2}}) (?P<dot>[./]) (?P<second>\d{{1,2}}) (?P=dot) (?P<year>\d{{4}}) {_END}"
)
_CALENDAR_DATE = _grammar(
    rf"""
    (?: (?P<weekday>{_WEEKDAY}) ,? \s+ )?
    (?: (?P<day>\d{{1,2}}) (?:st|nd|rd|th)? \s+ (?:of\s+)? (?P<month>{_MONTH})\b
      | (?P<month_first>{_MONTH}) \s+ (?P<day_second>\d{{1,2}}) (?:st|nd|rd|th)?\b(?!:) )
    (?: ,? \s+ (?P<year>\d{{4}}) )?
    {_END}
    """
)
_TO_CLOCK = _grammar(r",? \s+ (?: at\s+ )?")
_TO_DAY = _grammar(r",? \s+ (?P<on> on\s+ )?")
_AT = _grammar(r"at \s+")

_TO_ZONE = _grammar(r"\s* ,? \s* (?P<open>\()?")
_OFFSET = _grammar(
    rf"""
    (?: (?:UTC|GMT) (?P<from_utc> [+-]\d{{1,2}} (?: :?\d{{2}} )? )
      | (?P<plain> [+-]\d{{2}}:\d{{2}} )
      | (?P<short> [+-]\d{{1,4}} )
      | (?P<utc> UTC | GMT | Z ) (?: \s+ time )? )
    {_END}
    """
)
_PLACE_TIME = _grammar(rf"(?P<place> [a-z]+ (?: [ .'-]+[a-z]+ ){{0,2}}? ) \s+ time {_END}")
_PATH = _grammar(rf"(?P<place> [a-z_]+ (?: /[a-z0-9_+-]+ ){{1,2}} ) {_END}")
_CAPITALS = re.compile(r"(?P<place>[A-Z]{2,4})(?=\s|\Z|[,;:.)](?:\s|\Z))")
_PLACES_ALONE = tuple(
    _grammar(rf"(?P<place> [a-z][a-z0-9+-]* (?: [ .'-]+[a-z]+ ){{{more}}} ) {_END}")
    for more in (2, 1, 0)
)

# ---------------------------------------------------------------------------------------- the zones

# What people call a zone, and a place that keeps it. In summer nobody is on CET; see `_in_force`.
_ABBREVIATIONS = {
    "WET": "Europe/Lisbon",
    "WEST": "Europe/Lisbon",
    "BST": "Europe/London",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Helsinki",
    "EEST": "Europe/Helsinki",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "JST": "Asia/Tokyo",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
}
_SEVERAL = {
    "IST": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "CST": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
}
_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "uk": "Europe/London",
    "india": "Asia/Kolkata",
    "china": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "bangalore": "Asia/Kolkata",
    "bengaluru": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "barcelona": "Europe/Madrid",
    "frankfurt": "Europe/Berlin",
    "geneva": "Europe/Zurich",
    "hamburg": "Europe/Berlin",
    "milan": "Europe/Rome",
    "munich": "Europe/Berlin",
    "porto": "Europe/Lisbon",
    "boston": "America/New_York",
    "miami": "America/New_York",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "washington": "America/New_York",
}


@cache
def _places() -> dict[str, str]:
    """Folded names, of zones and of the cities in them, to the zones' exact names."""
    names = sorted(available_timezones() - {"Factory", "localtime", "posixrules"})
    cities = {name.rpartition("/")[2]: name for name in names if not name.startswith("Etc/")}
    folded = {city.replace("_", " ").casefold(): name for city, name in cities.items()}
    return folded | {name.casefold(): name for name in names} | _PLACES


def _place(name: str) -> ZoneInfo | None:
    exact = _places().get(" ".join(name.casefold().split()))
    return ZoneInfo(exact) if exact else None


def _zone_name(zone: tzinfo, at: datetime) -> str:
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    return "UTC" if zone == UTC else _offset(at.astimezone(zone))


def _offset(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _read_offset(digits: str) -> timezone | None:
    """ "+2", "+02:00" or "-0330", if clocks anywhere could show it."""
    figures = digits[1:].replace(":", "")
    hours, minutes = (figures[:-2], figures[-2:]) if len(figures) > 2 else (figures, "0")
    total = (int(hours) * 60 + int(minutes)) * (-1 if digits[0] == "-" else 1)
    if int(minutes) % 15 or int(minutes) > 45 or not -12 * 60 <= total <= 14 * 60:
        return None
    return timezone(timedelta(minutes=total)) if total else UTC


def _readings(local: datetime, zone: tzinfo) -> list[datetime]:
    """The moments at which clocks in `zone` show the naive `local`: one, none (skipped) or two."""
    moments = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in moments if at.astimezone(zone).replace(tzinfo=None) == local)


def _struck_twice(local: datetime) -> bool:
    return len(_readings(local.replace(tzinfo=None, fold=0), local.tzinfo or UTC)) > 1


def _written(at: datetime, zone: tzinfo) -> str:
    """`at` to the minute, so that it can be read in one way only."""
    local = at.astimezone(zone)
    place = _offset(local) if _struck_twice(local) else _zone_name(zone, at)
    return f"{local.date().isoformat()} {local:%H:%M} {place}"


# --------------------------------------------------------------------------------------- the reader


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zone:
    """A zone that was named; with an abbreviation, the name that its clocks must go by then."""

    tz: tzinfo
    end: int
    abbreviation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day that was named: `dates`, or what it takes to find them once the zone is known.

    `trouble` is why it is none; it matters only once a time of day shows that a day was meant.
    """

    end: int
    word: str = ""
    weekday: int | None = None
    last: bool = False
    dates: tuple[date, ...] = ()
    yearless: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the first `end` characters mean."""

    at: datetime
    zone: tzinfo
    end: int
    assumed: str = ""


class _Reader:
    """One phrase, and who says it when. `leading` is for the beginning of a sentence: stricter."""

    def __init__(
        self,
        text: str,
        *,
        now: datetime,
        zone: tzinfo,
        future: bool = False,
        leading: bool = False,
    ) -> None:
        self.text = text
        self.now = now.astimezone(UTC)
        self.zone = zone
        self.future = future
        self.leading = leading

    def longest(self) -> _Found | None:
        found = [way for way in (self._instant(), self._relative(), self._dated()) if way]
        return max(found, key=lambda way: way.end, default=None)

    def moment(self, found: _Found) -> Moment:
        moment = Moment(
            at=found.at, zone=found.zone, said=self.text[: found.end], assumed=found.assumed
        )
        if not self._is_allowed(found.at):
            raise self.unclear(
                f"{_quoted(moment.said)} is still to come: that is {moment.echo(now=self.now)}."
            )
        return moment

    def _is_allowed(self, at: datetime) -> bool:
        return self.future or at <= self.now + CLOCK_SKEW

    # Refusals

    def unread(self, words: str) -> Unclear:
        return self.unclear(f"I could not read {_quoted(words)} as a time.")

    def unclear(self, what: str) -> Unclear:
        """`what` was wrong, and three phrases that would work for this speaker at this moment."""
        earlier = self.now - timedelta(minutes=35)
        earlier -= timedelta(minutes=earlier.minute % 5)
        clock = spoken(earlier, self.zone, now=self.now)
        return Unclear(
            f'{what} Try "{clock}", "10 minutes ago" or "{_written(earlier, self.zone)}".'
        )

    # Moments that need no calendar

    def _instant(self) -> _Found | None:
        if stamp := _STAMP.match(self.text):
            return self._iso(stamp)
        ways = (_SLACK_DATE, _SLACK_TS) if self.leading else (_SLACK_DATE, _SLACK_TS, _SLACK_LINK)
        for way in ways:
            if found := way.match(self.text):
                micro = int(found.groupdict().get("micro") or 0)
                at = datetime.fromtimestamp(int(found["seconds"]), UTC)
                return self._seen_from(at + timedelta(microseconds=micro), found.end())
        return None

    def _iso(self, stamp: Match[str]) -> _Found | None:
        try:
            read = datetime.fromisoformat(stamp[0].upper())
        except ValueError:
            return None
        if not _is_recorded(read.date()):
            return None
        if read.tzinfo is None:
            zone = self.zone_at(stamp.end())
            day = _Day(end=stamp.end(), dates=(read.date(),))
            return self._settle(read.time(), day=day, zone=zone, end=stamp.end())
        zone_of_stamp = read.tzinfo if read.utcoffset() else UTC
        return _Found(at=read.astimezone(UTC), zone=zone_of_stamp, end=stamp.end())

    def _relative(self) -> _Found | None:
        if not self.leading and (found := _NOW.match(self.text)):
            return self._seen_from(self.now, found.end())
        if found := _AGO.match(self.text):
            return self._away(found, -1)
        if (found := _MINUS.match(self.text)) and not (self.leading and re.search(r"\s", found[0])):
            return self._away(found, -1)
        if self.leading:
            return None
        if found := _AHEAD.match(self.text):
            return self._away(found, +1)
        if found := _EITHER_WAY.match(self.text):
            if self.future:
                span = found["span"]
                raise Unclear(
                    f"{_quoted(span)} could be past or to come. "
                    f'Try "{span} ago" or "in {span}", or a time of day.'
                )
            return self._away(found, -1)
        return None

    def _away(self, found: Match[str], direction: int) -> _Found | None:
        units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
        span = timedelta()
        for part in _PART_OF_SPAN.finditer(found["span"]):
            half = (part["words"] or "").lower().startswith("half")
            amount = float(part["number"] or (0.5 if half else 1))
            span += timedelta(**{units[part["unit"].lower()]: amount})
        if span > timedelta(days=3660):
            return None
        return self._seen_from(self.now + direction * span, found.end())

    def _seen_from(self, at: datetime, end: int) -> _Found:
        """`at`, which no zone can change, to be shown in the zone that follows, if one does."""
        zone = None if self.leading else self.zone_at(end)
        if zone is None:
            return _Found(at=at, zone=self.zone, end=end)
        return _Found(at=at, zone=zone.tz, end=zone.end)

    # Moments on a calendar

    def _dated(self) -> _Found | None:
        at = _AT.match(self.text)
        start = at.end() if at else 0
        day = self._day_at(start)
        if day:
            between = _TO_CLOCK.match(self.text, day.end)
            start = between.end() if between else len(self.text)
        clock = _CLOCK.match(self.text, start)
        if clock is None:
            if day and day.end == len(self.text) and not self.leading:
                raise self.unclear(f"{_quoted(self.text)} names a day, but no time of day.")
            return None
        end = clock.end()
        zone = self.zone_at(end)
        end = zone.end if zone else end
        if day is None and (between := _TO_DAY.match(self.text, end)):
            day = self._day_at(between.end(), behind=True, on=between["on"] is not None)
            end = day.end if day else end
            if day and zone is None:
                zone = self.zone_at(end)
                end = zone.end if zone else end
        if day and day.trouble:
            raise self.unclear(day.trouble)
        if clock["word"]:
            if self.leading and not (at or day or zone or _SET_OFF.match(self.text, end)):
                return None  # "noon traffic"
            if clock["word"].lower() == "midnight" and day:
                raise self.unclear(
                    f"{_quoted(self.text[:end])} may be the start or the end of that day: "
                    "say 00:00 and the date."
                )
        return self._settle(_time_of_day(clock), day=day, zone=zone, end=end)

    def _day_at(self, start: int, *, behind: bool = False, on: bool = False) -> _Day | None:
        """The day that is named there. `behind` a clock the sentence may have begun already."""
        wary = self.leading and behind and not on
        if found := _ISO_DATE.match(self.text, start):
            return _dated_day(found.end(), _iso_date(found[0]))
        if found := _NUMBER_DATE.match(self.text, start):
            return _number_day(found)
        found = _CALENDAR_DATE.match(self.text, start)
        if found and not (wary and found["month_first"] in ("may", "mar", "march")):
            return self._calendar_day(found)
        if found := _DAY_WORD.match(self.text, start):
            word = found["day"].lower()
            # "tomorrow 10:00 we try again" is a note, and no time that a note can have.
            return None if self.leading and word == "tomorrow" else _Day(end=found.end(), word=word)
        if found := _DAY_OF_WEEK.match(self.text, start):
            if wary and not found["weekday"].lower().endswith("day"):
                return None  # "14:05 sun cluster is back"
            weekday = _weekday(found["weekday"])
            return _Day(end=found.end(), weekday=weekday, last=found["last"] is not None)
        return None

    def _calendar_day(self, found: Match[str]) -> _Day | None:
        day, month = found["day"] or found["day_second"], found["month"] or found["month_first"]
        today = self.now.astimezone(self.zone).date()
        years = [int(found["year"])] if found["year"] else [today.year + n for n in (-1, 0, 1)]
        dates = [read for year in years if (read := _calendar_date(f"{day} {month}", year))]
        if not dates:
            return None
        nearest = min(dates, key=lambda date: abs(date - today))
        trouble = ""
        if found["weekday"] and (named := _weekday(found["weekday"])) != nearest.weekday():
            trouble = (
                f"{nearest.day} {_MONTHS[nearest.month - 1]} {nearest.year} is a "
                f"{_WEEKDAYS[nearest.weekday()]}, not a {_WEEKDAYS[named]}."
            )
        yearless = not found["year"]
        return _Day(end=found.end(), dates=(nearest,), yearless=yearless, trouble=trouble)

    def _dates(self, day: _Day | None, today: date) -> tuple[date, ...]:
        """The dates that `day` may be, the likeliest first."""
        yesterday = today - timedelta(days=1)
        if day is None:
            return (today,) if self.future else (today, yesterday)
        if day.dates:
            return day.dates
        if day.weekday is None:
            tomorrow = today + timedelta(days=1)
            return ({"today": today, "yesterday": yesterday, "tomorrow": tomorrow}[day.word],)
        back = (today.weekday() - day.weekday) % 7
        if day.last:
            return (today - timedelta(days=back or 7),)
        if self.future:
            return (today + timedelta(days=-back % 7),)
        return (today - timedelta(days=back), today - timedelta(days=back + 7))

    def _settle(
        self, clock: time, *, day: _Day | None, zone: _Zone | None, end: int
    ) -> _Found | None:
        """The first date on which clocks in the zone showed this time, exactly once, by now."""
        tz = zone.tz if zone else self.zone
        end = max(end, zone.end) if zone else end
        today = self.now.astimezone(tz).date()
        to_come: list[datetime] = []
        for on in self._dates(day, today):
            local = datetime.combine(on, clock)
            readings = self._named(local, tz, zone.abbreviation if zone else "")
            if not readings and self._is_allowed(local.replace(tzinfo=tz, fold=1).astimezone(UTC)):
                raise self._skipped(local, tz)
            possible = [at for at in readings if self._is_allowed(at)]
            if len(possible) > 1:
                raise self._twice(local, tz, possible)
            if possible:
                assumed = _assumed(day, on, today, None if zone else _zone_name(tz, possible[0]))
                return _Found(at=possible[0], zone=tz, end=end, assumed=assumed)
            to_come += readings
        # To be refused, unless the phrase turns out to be something else.
        return _Found(at=to_come[0], zone=tz, end=end) if to_come else None

    def _named(self, local: datetime, tz: tzinfo, abbreviation: str) -> list[datetime]:
        """The moments when `tz` shows `local` and, if one was said, goes by the abbreviation."""
        readings = _readings(local, tz)
        if not abbreviation:
            return readings
        named = [at for at in readings if at.astimezone(tz).tzname() == abbreviation]
        if readings and not named and self._is_allowed(readings[0]):
            there = readings[0].astimezone(tz)
            meant = _offset_called(abbreviation, tz, self.now)
            written = f"{local.date().isoformat()} {local:%H:%M}"
            raise Unclear(
                f"On {there.day} {_MONTHS[there.month - 1]} {there.year} {_zone_name(tz, there)} is "
                f'on {there.tzname()}, not {abbreviation}. Try "{written} {_zone_name(tz, there)}" '
                f'or "{written} {meant}".'
            )
        return named if readings else []

    def _skipped(self, local: datetime, tz: tzinfo) -> Unclear:
        later, earlier = (local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
        return Unclear(
            f"Clocks in {_zone_name(tz, later)} skipped {local:%H:%M} on {local.date().isoformat()}. "
            f'Try "{_written(later, tz)}" or "{_written(earlier, tz)}".'
        )

    def _twice(self, local: datetime, tz: tzinfo, readings: list[datetime]) -> Unclear:
        first, second = (_written(at, tz) for at in readings)
        return Unclear(
            f"Clocks in {_zone_name(tz, readings[0])} showed {local:%H:%M} twice on "
            f'{local.date().isoformat()}. Try "{first}" or "{second}".'
        )

    # Zones

    def zone_at(self, start: int) -> _Zone | None:
        """The zone that is named there, a blank or a comma and a parenthesis before it allowed."""
        opening = _TO_ZONE.match(self.text, start)
        if opening is None or (self.leading and "," in opening[0]):
            return None
        found = self._zone_from(opening.end(), glued=opening.end() == start > 0)
        if found is None or not opening["open"]:
            return found
        if self.text[found.end : found.end + 1] != ")":
            return None
        return _Zone(tz=found.tz, abbreviation=found.abbreviation, end=found.end + 1)

    def _zone_from(self, start: int, *, glued: bool) -> _Zone | None:
        if found := _OFFSET.match(self.text, start):
            return self._offset_zone(found, glued=glued)
        ways: tuple[Pattern[str], ...] = (_PLACE_TIME, _PATH)
        ways += (_CAPITALS,) if self.leading else _PLACES_ALONE
        for way in ways:
            found = way.match(self.text, start)
            if found and (named := self._zone_named(found["place"], alone=way is _CAPITALS)):
                tz, abbreviation = named
                return _Zone(tz=tz, abbreviation=abbreviation, end=found.end())
        return None

    def _offset_zone(self, found: Match[str], *, glued: bool) -> _Zone | None:
        if found["utc"]:
            # "14:05 z-index is wrong", but "14:05z" and "14:05 Z"
            loose = self.leading and found["utc"] == "z" and not glued
            return None if loose else _Zone(tz=UTC, end=found.end())
        digits = found["from_utc"] or found["plain"] or found["short"]
        if not found["from_utc"] and (
            (glued and digits[0] == "-") or (found["short"] and self.leading)
        ):
            return None  # "14:05-14:20" is a range, "14:05 +2 replicas" a sentence
        tz = _read_offset(digits)
        return _Zone(tz=tz, end=found.end()) if tz else None

    def _zone_named(self, name: str, *, alone: bool) -> tuple[tzinfo, str] | None:
        """The zone, and the abbreviation if `name` is one. `alone`: nothing else says it is a zone."""
        short = name.upper()
        if isinstance(self.zone, ZoneInfo) and name == self.zone.key:
            return self.zone, ""
        if short in _ABBREVIATIONS or short in _SEVERAL:
            half_a_year = timedelta(days=182)
            here = {
                (self.now + away).astimezone(self.zone).tzname()
                for away in (-half_a_year, timedelta(), half_a_year)
            }
            if short in here:
                return self.zone, short
            if short in _SEVERAL:
                places = " or ".join(f'"{place}"' for place in _SEVERAL[short])
                raise Unclear(f"{short} means several time zones. Say which: {places}.")
            return ZoneInfo(_ABBREVIATIONS[short]), short
        if name.lower() in ("local", "my"):
            return self.zone, ""
        if alone and name.lower() not in _PLACES:
            return None
        place = _place(name)
        return (place, "") if place else None


# ------------------------------------------------------------------------------------- small words


def _quoted(words: str) -> str:
    words = " ".join(words.split())
    return f'"{words if len(words) <= 60 else words[:59] + "…"}"'


def _time_of_day(clock: Match[str]) -> time:
    if clock["word"]:
        return time(0 if clock["word"].lower() == "midnight" else 12)
    if clock["half"]:
        hour = int(clock["hour12"]) % 12 + (12 if clock["half"].lower() == "p" else 0)
        return time(hour, int(clock["minute12"] or 0), int(clock["second12"] or 0))
    micro = int(f"{clock['fraction'] or '':0<6}"[:6])
    return time(int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0), micro)


def _weekday(name: str) -> int:
    return [day[:3].lower() for day in _WEEKDAYS].index(name[:3].lower())


def _is_recorded(day: date) -> bool:
    """Whether anybody could mean it: zones and dates far away are slips of the keyboard."""
    return 1970 <= day.year < 2200


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _calendar_date(text: str, year: int, *, day_first: bool = True) -> date | None:
    """A date that has passed the grammar; None if the calendar has no such day."""
    try:
        start_of_year = datetime.combine(date(year, 1, 1), time())
        read = calendar_reader.parse(text, default=start_of_year, dayfirst=day_first)
    except (ValueError, OverflowError):
        return None
    return read.date() if read.year == year else None


def _number_day(found: Match[str]) -> _Day | None:
    """A date as "20.11.2026" or "20/11/2026"; with a slash, people disagree on the month."""
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    if found["dot"] == "/" and first != second and max(first, second) <= 12:
        trouble = (
            f"{_quoted(found[0])} may be {year}-{second:02}-{first:02} "
            f"or {year}-{first:02}-{second:02}."
        )
        return _Day(end=found.end(), trouble=trouble)
    day_first = found["dot"] == "." or first > 12
    return _dated_day(found.end(), _calendar_date(found[0], year, day_first=day_first))


def _dated_day(end: int, day: date | None) -> _Day | None:
    return _Day(end=end, dates=(day,)) if day and _is_recorded(day) else None


def _assumed(day: _Day | None, on: date, today: date, zone: str | None) -> str:
    """What the words left open, and how we filled it in."""
    filled = []
    if day is None:
        filled.append("today" if on == today else "yesterday")
    elif day.weekday is not None:
        filled.append(f"{on.day} {_MONTHS[on.month - 1]}")
    elif day.yearless:
        filled.append(str(on.year))
    if zone:
        filled.append(zone)
    return ", ".join(filled)


def _offset_called(abbreviation: str, zone: tzinfo, now: datetime) -> str:
    """The offset at which clocks in `zone` go by `abbreviation`, now or at another time of year."""
    year = [(now + timedelta(days=30 * away)).astimezone(zone) for away in range(-6, 7)]
    return next((_offset(then) for then in year if then.tzname() == abbreviation), "UTC")
