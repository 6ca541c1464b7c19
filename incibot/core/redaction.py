"""A history without what should not leave: names, addresses, hosts, customers, and at last the words.

It is values in and values out: whatever format or draft is made of a redacted history, nothing of what
was masked can be in it. The same person has the same label everywhere in an incident's exports; what
was masked is listed for somebody to check, and that list is kept apart, or thrown away.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from re import Match
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from incibot.core.history import Head, History, Interval
from incibot.core.incident import Incident
from incibot.core.markup import escape, unescape
from incibot.core.people import ChannelId, Directory, Person, UserId
from incibot.core.playbook import Redaction
from incibot.core.secrets import mask as without_secrets
from incibot.core.timeline import IMPORT, EntryKind, Recorded, Source
from incibot.core.voices import Voices


class Level(IntEnum):
    """How much is masked; each masks what the one before it does."""

    RAW = 0  # secrets alone: for whoever investigates
    ROLES = 1  # people and all that leads to them: the default of what is shared
    COMPANY = 2  # hosts, customers, what was said in private, what links ask for
    OUTSIDE = 3  # people's words, links, the day and the hour


QUOTE = "[what was said stands here in your own words]"
PRIVATE = "[said in a private channel]"
ZERO = datetime(
    2000, 1, 1, tzinfo=UTC
)  # what a relative time counts from, with a midnight at its start

_FEW = {"the", "and", "von", "van", "der", "den", "del", "della", "dos", "ibn", "bin", "ter", "ten"}
# Names that are words too are masked only where they begin with a capital letter.
_WORDS = frozenset(
    [
        "able",
        "abe",
        "al",
        "ali",
        "art",
        "ash",
        "bay",
        "bell",
        "berry",
        "bill",
        "black",
        "bob",
        "brook",
        "brown",
        "carol",
        "case",
        "chance",
        "chase",
        "chip",
        "christian",
        "clay",
        "cliff",
        "cook",
        "cross",
        "dale",
        "dan",
        "dawn",
        "day",
        "dean",
        "don",
        "drew",
        "ed",
        "eve",
        "faith",
        "fisher",
        "flora",
        "ford",
        "forest",
        "frank",
        "gene",
        "glen",
        "grace",
        "grant",
        "gray",
        "green",
        "guy",
        "hall",
        "hardy",
        "harry",
        "heath",
        "herb",
        "hill",
        "hope",
        "hunter",
        "iris",
        "ivy",
        "jack",
        "jade",
        "jay",
        "jean",
        "jim",
        "joe",
        "joy",
        "june",
        "king",
        "kit",
        "lance",
        "lane",
        "lee",
        "lily",
        "long",
        "lucky",
        "major",
        "marble",
        "mark",
        "marsh",
        "mason",
        "max",
        "may",
        "miles",
        "mike",
        "miller",
        "mo",
        "moon",
        "nick",
        "noble",
        "north",
        "olive",
        "page",
        "park",
        "pat",
        "patience",
        "pearl",
        "penny",
        "pepper",
        "piers",
        "pierce",
        "pike",
        "price",
        "prince",
        "rain",
        "ray",
        "red",
        "reed",
        "rich",
        "river",
        "rob",
        "robin",
        "rock",
        "rocky",
        "rod",
        "rose",
        "rusty",
        "ruby",
        "sage",
        "sandy",
        "scott",
        "shaw",
        "sky",
        "smith",
        "sol",
        "sonny",
        "star",
        "stone",
        "summer",
        "sunny",
        "ted",
        "terry",
        "tim",
        "tom",
        "victor",
        "victory",
        "wade",
        "walker",
        "ward",
        "wells",
        "west",
        "white",
        "will",
        "wise",
        "wolf",
        "wood",
        "woods",
        "young",
        "zion",
        "on",
        "in",
        "at",
        "to",
        "up",
        "it",
        "is",
        "no",
        "so",
        "do",
        "go",
        "me",
        "my",
        "we",
        "he",
        "us",
        "if",
        "or",
        "as",
        "be",
        "by",
        "an",
        "am",
    ]
)
_GENERIC = re.compile(  # what a foreign record calls somebody without naming them
    r"(?:the |an? |owning |other |another |own |on-call )*(?:team|teams|user|users|customer|customers|engineer|engineers"
    r"|responder|responders|alert|alerts|monitoring|support|staff|provider|vendor|operator|operators|on-call"
    r"|developer|developers|researcher|researchers|member|members|somebody|someone|bot|system|automation)"
    r"(?: ?(?:[0-9]{1,3}|[a-z]))?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"<(?P<inside>[^<>\n]*)>")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PHONE = re.compile(
    r"(?<![\w.:/-])(?:\+\d{1,3}[\s.-]?|\(0\d{1,4}\)\s?|00\d{1,3}[\s.-])(?:\(?\d{1,4}\)?[\s.-]?){2,5}\d{2,4}(?![\w:])"
)
_SLACK_ID = re.compile(r"(?<![A-Za-z0-9])[UWBCDG](?=[A-Z]*[0-9])[A-Z0-9]{7,}(?![A-Za-z0-9])")
_IP = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f:]*[0-9a-f])?(?![\w:])",
    re.IGNORECASE | re.ASCII,
)
_HANDLE = re.compile(
    r"(?<![\w@./])@(?!here\b|channel\b|everyone\b|Responder\b|Somebody\b|person-)(?P<name>[\w.-]*\w)"
)
_DAY = re.compile(
    r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)|(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{2,4}(?!\d)"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: \d{4})?\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>|\"')\]]+", re.IGNORECASE)
_QUERY = re.compile(r"\?[^#\s]*|#.*")
_KEPT_KINDS = {  # of which the words are incibot's own up to a colon
    *(EntryKind.STATUS, EntryKind.SEVERITY, EntryKind.ROLE, EntryKind.MILESTONE),
    *(EntryKind.JOINED, EntryKind.LEFT),
}
_KEPT_DATA = {  # facts without words of people's
    *("severity", "kind", "private", "role", "milestone", "state", "task", "answers", "outcome"),
    *("reopened", "over", "timed", "approx", "not_before", "not_after", "at"),
}
_TIMES = {"at", "not_before", "not_after"}


@dataclass(slots=True)
class Masked:
    """Something that was masked: how often, and in which entries."""

    what: str
    label: str
    original: str
    times: int = 0
    entries: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Name:
    """A person, or somebody whom a foreign record names."""

    label: str
    original: str


class Redactor:
    """Masks one incident's history; see `Level`.

    Args:
        key: with another key people get other labels; without one, somebody who guesses a name can
            check the guess by redacting it.
        foreign: names in the record of people whom Slack does not know.
    """

    def __init__(
        self,
        head: Head,
        level: Level,
        *,
        terms: Redaction | None = None,
        key: bytes = b"",
        foreign: Iterable[str] = (),
    ) -> None:
        self.level = level
        self._head = head
        self._terms = terms or Redaction()
        self._key = key or f"{head.workspace_url}{head.incident.ref}".encode()
        self._found: dict[tuple[str, str], Masked] = {}
        self._entry: int | None = None
        self._start: datetime | None = None
        self._labels = self._people(head)
        self._named = self._by_name(head, foreign)
        self._names = _Finder(self._named)
        self._customers = _words_of(self._terms.customers)
        self._hosts = _hosts_of(self._terms.hosts)

    @property
    def masked(self) -> tuple[Masked, ...]:
        """What was masked so far, by what it is and its label."""
        return tuple(self._found[place] for place in sorted(self._found))

    # Who is who

    def _people(self, head: Head) -> dict[UserId, str]:
        here = dict.fromkeys(
            (
                *head.responders,
                head.incident.declared_by,
                *(held.user for held in head.incident.assignments),
            )
        )
        known = sorted((one for one in here if one in head.people.people), key=self._digest)
        return {user: f"Responder {n}" for n, user in enumerate(known, start=1)}

    def _by_name(self, head: Head, foreign: Iterable[str]) -> dict[str, _Name]:
        """Everybody's names, in each way in which people write them."""
        found: dict[str, _Name] = {}
        for user, person in sorted(head.people.people.items()):
            if person.is_bot:
                continue
            who = _Name(self.label(user), person.name)
            for way in _ways(person.name, near=user in self._labels):
                found.setdefault(way, who)
        for name in sorted(set(foreign)):
            if name and not _GENERIC.fullmatch(name.strip()):
                who = _Name(f"Person {self._digest(name)[:4]}", name)
                for way in _ways(name, near=True):
                    found.setdefault(way, who)
        return found

    def label(self, user: UserId) -> str:
        if user not in self._labels:
            self._labels[user] = f"Person {self._digest(user)[:4]}"
        return self._labels[user]

    def _digest(self, what: str) -> str:
        return hmac.new(
            self._key, what.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).hexdigest()

    def _note(self, what: str, original: str, label: str) -> str:
        found = self._found.setdefault((what, original), Masked(what, label, original))
        found.times += 1
        if self._entry is not None:
            found.entries.add(self._entry)
        return label

    def _tag(self, what: str, original: str) -> str:
        """A label such as ``[host 3f2a]``, the same wherever the same stands."""
        folded = original.casefold()
        return self._note(what, original, f"[{what} {self._digest(folded)[:4]}]")

    # Words

    def words(self, said: str) -> str:
        """Words in Slack's notation."""
        if self.level is Level.RAW:
            return said
        parts = []
        end = 0
        for found in _TOKEN.finditer(said):
            parts += [self._plain(said[end : found.start()]), self._token(found)]
            end = found.end()
        return "".join([*parts, self._plain(said[end:])])

    def typed(self, text: str) -> str:
        """Plain text."""
        return unescape(self._plain(escape(text))) if self.level else text

    def _token(self, found: Match[str]) -> str:
        target, bar, shown = found["inside"].partition("|")
        if target[:1] == "@":
            user = UserId(target[1:])
            original = self._head.people.name(user)
            return self._note("person", original, "@" + self.label(user))
        if target[:1] == "#":
            name = self._plain(shown) if bar else ""
            if self.level < Level.OUTSIDE and name:
                return f"#{name}"
            return self._note("channel", shown or target[1:], "#[channel]")
        if target[:1] == "!":
            return found[0] if not target.startswith("!subteam") else self._tag("group", target)
        if target.startswith(("mailto:", "tel:")):
            kind, _, address = target.partition(":")
            return self._tag("e-mail" if kind == "mailto" else "phone", address)
        url = self._url(target)
        name = self._plain(shown) if bar else ""
        if not url.startswith(("http:", "https:")):
            return f"{name} {url}".strip()
        return f"<{url}|{name}>" if bar and name else f"<{url}>"

    def _url(self, url: str) -> str:
        """An address; in it may be people's ids, hosts, and what was asked for."""
        if self.level is Level.OUTSIDE:
            return self._note("link", url, "[link]")
        if "/team/" in url and ".slack.com" in url:
            return self._note("link", url, "[link to somebody]")
        if self.level >= Level.COMPANY:
            shorter = _QUERY.sub("", url)
            if shorter != url:
                self._note("query", url, shorter)
            url = self._hosts_in(shorter)
        return self._people_in(url)

    def _plain(self, text: str) -> str:
        text = self._secrets(text)
        parts = []
        end = 0
        for found in _URL.finditer(text):
            parts += [self._people_in(text[end : found.start()]), self._url(found[0])]
            end = found.end()
        text = "".join([*parts, self._people_in(text[end:])])
        if self.level >= Level.COMPANY:
            text = self._hosts_in(text)
            text = self._customers.sub(lambda found: self._tag("customer", found[0]), text)
        if self.level is Level.OUTSIDE:
            text = _DAY.sub(lambda found: self._note("date", found[0], "[date]"), text)
        return text

    def _secrets(self, text: str) -> str:
        """The words without secrets. Of these the list says only that there was one."""
        shown = without_secrets(text)
        if shown != text:
            self._note("secret", "(not kept)", "[masked: …]")
        return shown

    def _people_in(self, text: str) -> str:
        text = _EMAIL.sub(lambda found: self._tag("e-mail", found[0]), text)
        text = _PHONE.sub(lambda found: self._tag("phone", found[0].strip()), text)
        text = self._names.sub(self._named_here, text)
        text = _SLACK_ID.sub(self._id, text)
        return _HANDLE.sub(lambda found: "@" + self._tag("handle", found["name"]), text)

    def _named_here(self, found: Match[str]) -> str:
        way = found[0]
        who = self._named.get(_folded(way))
        if who is None or (_folded(way) in _WORDS and not way[:1].isupper()):
            return found[0]
        return self._note("person", who.original, who.label)

    def _id(self, found: Match[str]) -> str:
        user = UserId(found[0])
        if user in self._head.people.people:
            return self._note("person", self._head.people.name(user), self.label(user))
        return self._tag("id", found[0])

    def _hosts_in(self, text: str) -> str:
        text = _IP.sub(lambda found: self._tag("address", found[0]), text)
        return self._hosts.sub(lambda found: self._tag("host", found[0]), text)

    # Values

    def value(self, value: Any) -> Any:
        """What an entry's kind adds, in JSON's types."""
        if isinstance(value, Mapping):
            return {self.typed(str(key)): self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        if not isinstance(value, str):
            return value
        user = UserId(value)
        return value if user in self._labels else self.words(value)

    def entry(self, recorded: Recorded) -> Recorded:
        if self.level is Level.RAW:
            return recorded
        self._entry = recorded.id
        words, data = self.words(recorded.words), self._data(recorded)
        revisions = tuple(replace(one, words=self.words(one.words)) for one in recorded.revisions)
        if silent := self._silent(recorded):
            words, revisions = silent if recorded.words else "", ()
            if recorded.kind in _KEPT_KINDS:
                words = self.words(recorded.words).partition(": ")[0]
        by_name = recorded.by_name
        if recorded.source.type == IMPORT or recorded.source.type == "slack":
            by_name = self._who(by_name)
        fresh = replace(
            recorded,
            words=words,
            data=data,
            revisions=revisions,
            by_name=by_name,
            source=self._source(recorded.source),
        )
        self._entry = None
        return self._relative(fresh) if self.level is Level.OUTSIDE else fresh

    def _who(self, name: str) -> str:
        """Whom a foreign record, or a bot's message, is by."""
        known = self._named.get(_folded(name))
        return self._note("person", name, known.label) if known else self._plain(name)

    def _silent(self, recorded: Recorded) -> str:
        """What stands in the place of words that must not leave."""
        if self.level is Level.OUTSIDE:
            return QUOTE
        hidden = self.level is Level.COMPANY and self._head.incident.private
        return PRIVATE if hidden and recorded.source.type == "slack" else ""

    def _data(self, recorded: Recorded) -> Mapping[str, Any]:
        given = recorded.data
        if self._silent(recorded):
            kept = {name: value for name, value in given.items() if name in _KEPT_DATA}
            if recorded.kind in (EntryKind.STATUS, EntryKind.SEVERITY, EntryKind.ROLE):
                kept |= {end: given[end] for end in ("from", "to") if end in given}
            given = kept
        return MappingProxyType(
            {
                self.typed(str(name)): self._moment(value) if name in _TIMES else self.value(value)
                for name, value in given.items()
            }
        )

    def _moment(self, value: Any) -> Any:
        """A moment in the data, as ISO writes it."""
        try:
            at = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return self.value(value)
        return self._since(at).isoformat() if self.level is Level.OUTSIDE and at.tzinfo else value

    def _source(self, source: Source) -> Source:
        if self.level is Level.OUTSIDE:
            return Source(type=source.type)
        return replace(source, url=self._url(source.url) if source.url else "")

    def head(self, head: Head | None = None) -> Head:
        """The same of all that is not an entry. At the last level, of which `start` is needed first."""
        head = head or self._head
        if self.level is Level.RAW:
            return replace(head, level=int(self.level))
        everybody = {
            user: Person(id=user, name=self.label(user), zone=person.zone, is_bot=person.is_bot)
            for user, person in head.people.people.items()
        }
        fresh = replace(
            head,
            incident=self._incident(head.incident),
            people=Directory(MappingProxyType(everybody)),
            pseudonyms=True,
            links=self.level < Level.OUTSIDE,
            level=int(self.level),
        )
        return self._relative_head(fresh) if self.level is Level.OUTSIDE else fresh

    def _incident(self, it: Incident) -> Incident:
        outside = self.level is Level.OUTSIDE
        hidden = outside or (it.private and self.level is Level.COMPANY)
        return replace(
            it,
            title=self.typed(it.title),
            summary="" if hidden else self.typed(it.summary),
            service=self.typed(it.service),
            trouble=self.typed(it.trouble),
            channel=ChannelId("") if outside and it.channel else it.channel,
            channel_name="" if outside else self.typed(it.channel_name),
            update=None
            if hidden or it.update is None
            else replace(it.update, words=self.words(it.update.words)),
            tasks=tuple(
                replace(task, words=QUOTE if hidden else self.words(task.words))
                for task in it.tasks
            ),
            members=frozenset(),
        )

    def history(self, whole: History) -> History:
        self.begin(whole.entries)
        entries = tuple(self.entry(one) for one in whole.entries)
        return History(
            head=self.head(whole.head), entries=entries, voices=self._voices(whole.voices)
        )

    def _voices(self, told: Voices) -> Voices:
        """What people told afterwards, as what they said in the incident's channel."""
        silent = QUOTE if self.level is Level.OUTSIDE else ""
        if self.level is Level.COMPANY and self._head.incident.private:
            silent = PRIVATE
        quotes = {
            asked: tuple(replace(one, words=silent or self.words(one.words)) for one in answers)
            for asked, answers in told.quotes.items()
        }
        return replace(told, quotes=MappingProxyType(quotes))

    # Times since the beginning

    def begin(self, entries: Iterable[Recorded]) -> None:
        """From which entry on relative times count: the first."""
        self._start = next((one.occurred_at for one in entries), None)

    def _since(self, at: datetime) -> datetime:
        start = self._start or self._head.incident.declared_at
        return ZERO + (at - start)

    def _relative(self, recorded: Recorded) -> Recorded:
        since = self._since
        words = recorded.words
        if recorded.kind is EntryKind.MILESTONE:  # they name the moment
            words = f"Milestone “{escape(str(recorded.data.get('milestone', '')))}”"
        return replace(
            recorded,
            words=words,
            occurred_at=since(recorded.occurred_at),
            recorded_at=since(recorded.occurred_at),  # when it was written down tells the day
            retracted_at=since(recorded.retracted_at) if recorded.retracted_at else None,
            marks=tuple(replace(one, at=since(one.at)) for one in recorded.marks),
        )

    def _relative_head(self, head: Head) -> Head:
        since = self._since
        it, known = head.incident, head.completeness

        def gap(one: Interval) -> Interval:
            return replace(one, since=since(one.since), until=since(one.until))

        return replace(
            head,
            zone=ZoneInfo("UTC"),
            workspace_url="",
            outcomes=MappingProxyType(
                {id: replace(one, at=since(one.at)) for id, one in head.outcomes.items()}
            ),
            completeness=replace(
                known,
                not_listening=tuple(map(gap, known.not_listening)),
                fetched=tuple(
                    replace(one, since=since(one.since), until=since(one.until))
                    for one in known.fetched
                ),
            ),
            incident=replace(
                it,
                declared_at=since(it.declared_at),
                turned_at=since(it.turned_at) if it.turned_at else None,
                milestones=tuple(replace(one, at=since(one.at)) for one in it.milestones),
                assignments=tuple(
                    replace(
                        one, since=since(one.since), until=since(one.until) if one.until else None
                    )
                    for one in it.assignments
                ),
                tasks=tuple(
                    replace(
                        one,
                        created_at=since(one.created_at),
                        done_at=since(one.done_at) if one.done_at else None,
                    )
                    for one in it.tasks
                ),
            ),
        )


def elapsed(at: datetime) -> str:
    """A relative time as people say it: ``T+12 min``, ``T-4 min``."""
    minutes = (at - ZERO) // timedelta(minutes=1)
    return f"T{'-' if minutes < 0 else '+'}{abs(minutes)} min"


def _folded(name: str) -> str:
    """Without case and accents, and with one space between its words."""
    bare = unicodedata.normalize("NFKD", name)
    return " ".join(
        "".join(one for one in bare if not unicodedata.combining(one)).casefold().split()
    )


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\W_]+", name) if part]


def _ways(name: str, *, near: bool) -> Iterator[str]:
    """How people write the name, folded.

    Args:
        near: they took part, so that a part of the name means them too.
    """
    parts = [_folded(part) for part in _parts(name)]
    parts = [part for part in parts if part]
    yield _folded(name)
    if len(parts) > 1:
        first, last = parts[0], parts[-1]
        for between in (" ", ".", "_", "-", ""):
            yield between.join(parts)
            yield f"{first}{between}{last}"
        yield f"{last} {first}"
        yield f"{last}, {first}"
        if len(last) > 2:
            yield f"{first[0]}{last}"
            yield f"{first}{last[0]}" if len(first) > 2 else first
    if near:
        yield from (part for part in parts if len(part) > 1 and part not in _FEW)


class _Finder:
    """Finds names in a text, whatever their case and accents; as fast with thousands of them as with few.

    A name is looked for only where a word stands with which one begins, the longest first.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._begins: dict[str, list[str]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}  # of those that were met
        unspaced = []
        for way in names:
            first = _WORD.search(way)
            if not way.isascii() and not any(one.isascii() and one.isalnum() for one in way):
                unspaced.append(way)  # written without spaces between words, as Chinese is
            elif first is not None:
                self._begins.setdefault(_folded(first[0]), []).append(way)
        self._unspaced = _pattern(unspaced)

    def sub(self, replace: Callable[[Match[str]], str], text: str) -> str:
        parts = []
        end = 0
        for word in _WORD.finditer(text):
            if word.start() < end:
                continue
            pattern = self._that_begin(_folded(word[0]))
            found = pattern.match(text, word.start()) if pattern else None
            if found:
                parts += [text[end : word.start()], replace(found)]
                end = found.end()
        return self._unspaced.sub(replace, "".join([*parts, text[end:]]))

    def _that_begin(self, first: str) -> re.Pattern[str] | None:
        if first in self._begins and first not in self._patterns:
            self._patterns[first] = _pattern(self._begins[first])
        return self._patterns.get(first)


_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


def _pattern(ways: Iterable[str]) -> re.Pattern[str]:
    listed = sorted({way for way in ways if way}, key=lambda way: (-len(way), way))
    return re.compile("|".join(map(_bounded, listed)) if listed else r"(?!)", re.IGNORECASE)


def _bounded(way: str) -> str:
    letters = "".join(map(_loosely, way))
    if not way.isascii() and not any(one.isascii() and one.isalnum() for one in way):
        return letters  # written without spaces between words, as Chinese is
    return rf"(?<![^\W_]){letters}(?![^\W_])"


_ACCENTS: dict[str, str] = {}
for _code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
    _plain_letter = _folded(chr(_code))
    if len(_plain_letter) == 1 and _plain_letter.isascii():
        _ACCENTS[_plain_letter] = _ACCENTS.get(_plain_letter, "") + chr(_code)


def _loosely(letter: str) -> str:
    """The letter, with or without accents."""
    if letter == " ":
        return r"[ \u00a0]+"
    if letter in _ACCENTS:
        return rf"[{letter}{_ACCENTS[letter]}][\u0300-\u036f]?"
    return re.escape(letter)


def _words_of(terms: Iterable[str]) -> re.Pattern[str]:
    listed = sorted({one.strip() for one in terms if one.strip()}, key=lambda one: (-len(one), one))
    if not listed:
        return re.compile(r"(?!)")
    each = "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in listed)
    return re.compile(each, re.IGNORECASE)


def _hosts_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Hosts by patterns such as ``*.internal.example`` or ``ip-*``."""
    listed = [one.strip() for one in patterns if one.strip()]
    if not listed:
        return re.compile(r"(?!)")
    each = (re.escape(one).replace(r"\*", r"[\w.-]*") for one in sorted(listed))
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(each)})(?![\w-])", re.IGNORECASE)
