"""How an entry is told in a review: when, who, in which role, and what in their own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial

from incibot.core import disclosure
from incibot.core.history import History
from incibot.core.markup import markdown
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.core.review.section import Rank, Statement
from incibot.core.timeline import SAID, TYPED, EntryKind, Recorded

LATE = timedelta(minutes=2)  # what is recorded later than this after it happened is said to be

_LABELS = {
    EntryKind.HYPOTHESIS: "idea",
    EntryKind.UPDATE: "update to others",
    EntryKind.ALERT: "alert",
    EntryKind.CHANGE: "change",
    EntryKind.PAGE: "page",
    EntryKind.LINK: "link",
    EntryKind.REVIEW: "review",
}


def literal(text: str) -> str:
    """Plain text as one line of Markdown that shows just that text."""
    line = " ".join(text.split())
    line = re.sub(r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])|!\Z", r"\\\g<0>", line)
    return re.sub(r"^(\d*)([-+=#.)])", r"\1\\\2", line)


def is_back_dated(entry: Recorded) -> bool:
    """Somebody told it afterwards, naming a time: nobody could read it in the channel then."""
    return bool(entry.data.get("read_as"))


def stands(entry: Recorded) -> bool:
    """Neither deleted nor taken back."""
    return entry.retracted_at is None


def rank_of(entry: Recorded) -> Rank:
    marked = bool(entry.marks) or entry.kind in TYPED
    return Rank.MARKED if marked else Rank.SYSTEM


def ids(entries: Iterable[Recorded]) -> tuple[int, ...]:
    return tuple(entry.id for entry in entries)


class Telling:
    """Tells the entries of one history.

    Times are those of `head.zone`. One that is not of the day of the declaration bears its date;
    where the clocks were changed during the incident, each bears its offset too.
    """

    def __init__(self, history: History, book: Playbook) -> None:
        self.history = history
        self.head = history.head
        self.incident = history.incident
        self.book = book
        self.day = self._local(self.incident.declared_at).date()
        moments = [entry.occurred_at for entry in history.entries[:1] + history.entries[-1:]]
        moments.append(self.incident.declared_at)
        self._offsets_differ = len({self._local(at).utcoffset() for at in moments}) > 1
        self._channels = disclosure.channels(self.head)
        self._names = disclosure.Names(self.head.people)
        self._actors: dict[tuple[UserId | None, str, str], str] = {}
        self._told: dict[int, Statement] = {}  # many a decision shares what was known before it
        self._titles = {role.word: role.title for role in book.roles}

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.head.zone)

    def clock(self, at: datetime, *, under: date | None = None, seconds: bool = False) -> str:
        """The time; with its date unless that is the one that it stands under."""
        then = self._local(at)
        day = "" if then.date() == (under or self.day) else f"{then:%Y-%m-%d} "
        offset = f"{then:%z}" if self._offsets_differ else ""
        return f"{day}{then:%H:%M:%S}{offset}" if seconds else f"{day}{then:%H:%M}{offset}"

    def span(self, since: datetime, until: datetime) -> str:
        ends = self.clock(since), self.clock(until)
        return "–".join(dict.fromkeys(ends))

    def person(self, user: UserId) -> str:
        return literal(disclosure.name(self.head, user))

    def role_title(self, word: str) -> str:
        return literal(self._titles.get(word, word))

    def who(self, entry: Recorded) -> str:
        """Who said or did it, with the roles that they held then."""
        actor = (entry.by, entry.by_name, entry.source.type)
        if actor not in self._actors:
            self._actors[actor] = literal(disclosure.actor(self.head, entry))
        name = self._actors[actor]
        at = entry.occurred_at
        roles = dict.fromkeys(
            held.role
            for held in self.incident.assignments
            if held.user == entry.by
            and held.since <= at
            and (held.until is None or at < held.until)
        )
        return f"{name} ({', '.join(map(literal, roles))})" if roles else name

    def typed(self, text: str) -> str:
        """Plain text that somebody typed into a form, in Markdown."""
        return literal(disclosure.typed(self.head, text))

    def quote(self, words: object) -> str:
        """Words in Slack's notation, in Markdown."""
        said = disclosure.words(self.head, words if isinstance(words, str) else "")
        return markdown(said, self._names, self._channels)

    def tell(self, entry: Recorded) -> Statement:
        """The entry as a statement that begins with its time. Words that are gone stay gone."""
        if entry.id not in self._told:
            self._told[entry.id] = self._tell(entry, self.clock)
        return self._told[entry.id]

    def tell_to_the_second(self, entry: Recorded) -> Statement:
        """The same, to stand under its day."""
        day = self._local(entry.occurred_at).date()
        return self._tell(entry, partial(self.clock, under=day, seconds=True))

    def _tell(self, entry: Recorded, clock: Callable[[datetime], str]) -> Statement:
        what, quote = self._what(entry)
        at = clock(entry.occurred_at)
        text = f"**{at}** {what}"
        if entry.retracted_at is not None:
            text += f" {clock(entry.retracted_at)}"
        if entry.revisions and stands(entry):
            text += f", edited {clock(entry.revisions[-1].replaced_at)}"
        if is_back_dated(entry):
            text += f", written down {clock(entry.recorded_at)}"
        elif entry.recorded_at - entry.occurred_at > LATE:
            text += f", recorded {clock(entry.recorded_at)}"
        return Statement(text=text, quote=quote, evidence=(entry.id,), rank=rank_of(entry))

    def _what(self, entry: Recorded) -> tuple[str, str]:
        """What happened in our words, and the people's own words that go with it."""
        who = self.who(entry)
        if not stands(entry):
            label = "message deleted" if not entry.words else f"{entry.kind.value}, taken back"
            return f"{who}: {label}", ""
        data = entry.data
        match entry.kind:
            case EntryKind.DECLARED:
                severity = literal(str(data.get("severity", "")))
                return f"Declared by {who}" + (f" as {severity}" if severity else ""), self.quote(
                    entry.words
                )
            case EntryKind.STATUS:
                came, went = (literal(str(data.get(end, ""))) for end in ("from", "to"))
                verb = "Reopened, status" if data.get("reopened") else "Status"
                return f"{verb} {came} → {went}, by {who}", self.quote(data.get("note"))
            case EntryKind.SEVERITY:
                came, went = (literal(str(data.get(end, ""))) for end in ("from", "to"))
                return f"Severity {came} → {went}, by {who}", self.quote(data.get("why"))
            case EntryKind.ROLE:
                return self._role(entry), ""
            case EntryKind.MILESTONE:
                name = literal(str(data.get("milestone", "")))
                at = _moment(data.get("at"))
                said = f" at {self.clock(at)}" if at else ""
                return f"Milestone “{name}”{said}, said by {who}", ""
            case EntryKind.TASK:
                done = data.get("state") == "done"
                number = data.get("task", "")
                words = entry.words.partition(": ")[2] or entry.words
                return f"Task {number} {'done' if done else 'opened'}, by {who}", self.quote(words)
            case EntryKind.JOINED | EntryKind.LEFT:
                return f"{who} {entry.kind.value}", ""
            case EntryKind.OBSERVATION if data.get("outcome"):
                outcome = literal(str(data["outcome"]).replace("_", " "))
                words = entry.words.partition(": ")[2] or entry.words
                return f"{who}, idea {outcome}", self.quote(words)
            case EntryKind.MESSAGE:
                return who, self.quote(entry.words)
            case kind:
                return f"{who}, {_LABELS.get(kind, kind.value)}", self.quote(entry.words)

    def _role(self, entry: Recorded) -> str:
        title = self.role_title(str(entry.data.get("role", "")))
        before, after = people_of(entry, "from"), people_of(entry, "to")
        names = ", ".join(map(self.person, after)) or "nobody"
        left = [user for user in before if user not in after]
        was = f" (before: {', '.join(map(self.person, left))})" if left else ""
        return f"{title}: {names}{was}"


def people_of(entry: Recorded, end: str) -> tuple[UserId, ...]:
    """Who held the role before (``from``) or after (``to``) that entry of a role."""
    listed = entry.data.get(end)
    return tuple(UserId(str(user)) for user in listed) if isinstance(listed, list | tuple) else ()


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


class Threads:
    """Which entries stand in one thread of Slack's."""

    def __init__(self, entries: Iterable[Recorded]) -> None:
        self._by_root: dict[tuple[str, str], list[Recorded]] = {}
        for entry in entries:
            root = self._root(entry)
            if root is not None:
                self._by_root.setdefault(root, []).append(entry)

    @staticmethod
    def _root(entry: Recorded) -> tuple[str, str] | None:
        source = entry.source
        ts = source.thread_ts or source.ts
        return (source.channel, ts) if source.channel and ts else None

    def after(self, entry: Recorded) -> tuple[Recorded, ...]:
        """What was written in the entry's thread after it, in the order of time."""
        root = self._root(entry)
        if root is None or entry.source.ts is None:
            return ()
        own = entry.source.ts
        return tuple(
            one
            for one in self._by_root.get(root, ())
            if one.source.ts is not None and one.source.ts > own
        )

    def reply(self, question: Recorded) -> Recorded | None:
        """The first reply by another person in the question's thread."""
        return next(
            (
                one
                for one in self.after(question)
                if one.kind in SAID and one.is_said and one.by != question.by
            ),
            None,
        )
