"""How an entry is told in a review: when, who, in which role, and what in their own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property, partial
from typing import Any, TypeVar

from incibot.core import disclosure
from incibot.core.history import History
from incibot.core.markup import markdown, markdown_text
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.core.review.section import Rank, Statement
from incibot.core.review.talk import Talk
from incibot.core.timeline import IMPORT, SAID, TYPED, EntryKind, Recorded, moment_of

Read = TypeVar("Read")

LATE = timedelta(minutes=2)  # what is recorded later than this after it happened is said to be

_LABELS = {
    EntryKind.HYPOTHESIS: "idea",
    EntryKind.UPDATE: "update to others",
}


def is_back_dated(entry: Recorded) -> bool:
    """Somebody told it afterwards, naming a time: nobody could read it in the channel then."""
    return bool(entry.data.get("read_as"))


def is_late(entry: Recorded) -> bool:
    """It came into the record well after it happened. What others wrote down always did."""
    return entry.recorded_at - entry.occurred_at > LATE and entry.source.type != IMPORT


def known_at(entry: Recorded) -> datetime:
    """When it could be known in the channel: what was told afterwards, when it was told."""
    return entry.recorded_at if is_back_dated(entry) else entry.occurred_at


def when_said(entry: Recorded, clock: Callable[[datetime], str]) -> str:
    """The entry's time; of a foreign record's row as exactly as its writer knew it, and no more."""
    at = clock(entry.occurred_at)
    if entry.source.type != IMPORT:
        return at
    if entry.is_timed:
        return f"about {at}" if entry.data.get("approx") is True else at
    low, high = entry.extent
    if low and high:
        first, last = clock(low), clock(high)
        same_day = len(first) > len("2024-03-13 ") and first[:11] == last[:11]
        return f"between {first} and {last[11:] if same_day else last}"
    if low or high:
        return f"after {clock(low)}" if low else f"before {at}"
    return "at a time not known"


def kind_label(kind: EntryKind) -> str:
    """What the kind is called among people, such as ``idea``."""
    return _LABELS.get(kind, kind.value)


def label(entry: Recorded) -> str:
    """What sort of entry it is, as people say it: ``idea``, ``idea ruled out``, ``note``."""
    if entry.data.get("outcome"):
        return f"idea {str(entry.data['outcome']).replace('_', ' ')}"
    return kind_label(entry.kind)


def said(entry: Recorded) -> str:
    """The entry's words, less what `label` says already: of an answer, the idea that it is about."""
    if entry.data.get("outcome"):
        return entry.words.partition(": ")[2] or entry.words
    return entry.words


def stands(entry: Recorded) -> bool:
    """Neither deleted nor taken back."""
    return entry.retracted_at is None


def rank_of(entry: Recorded) -> Rank:
    marked = bool(entry.marks) or entry.kind in TYPED
    return Rank.MARKED if marked else Rank.SYSTEM


def ids(entries: Iterable[Recorded]) -> tuple[int, ...]:
    return tuple(entry.id for entry in entries)


def window(history: History) -> tuple[datetime, datetime] | None:
    """When people were at work on it; None where nobody wrote anything.

    From detection, else the declaration, else the first words; to the resolution, else the last.
    """
    said = sorted(
        known_at(entry) for entry in history.entries if entry.is_sign_of_work and entry.is_timed
    )
    if not said:
        return None
    incident = history.incident
    begins = incident.milestone("detected") or incident.milestone("declared")
    ends = incident.milestone("resolved")
    return (begins.at if begins else said[0], ends.at if ends else said[-1])


def length(of: timedelta) -> str:
    """So long, in minutes, and from two hours on in hours too: ``26 min``, ``3 h 24 min``."""
    minutes = (of + timedelta(seconds=30)) // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours >= 2 else f"{minutes} min"


def people(who: Iterable[UserId | None]) -> str:
    """How many of them there are."""
    count = len(set(who))
    return "1 person" if count == 1 else f"{count} people"


def comes_with(entry: Recorded, before: Recorded, zone: tzinfo) -> bool:
    """Both tell that somebody joined, or both that somebody left, on one day: one line can tell it."""
    return (
        entry.kind is before.kind
        and entry.kind in (EntryKind.JOINED, EntryKind.LEFT)
        and stands(entry)
        and stands(before)
        and entry.occurred_at.astimezone(zone).date() == before.occurred_at.astimezone(zone).date()
    )


class Telling:
    """Tells the entries of one history.

    Times are those of `head.zone`. One that is not of the day of the declaration bears its date;
    where the clocks were changed during the incident, each bears its offset too.

    Args:
        past: other incidents, for the analyses that compare; they are silent without them.
    """

    def __init__(self, history: History, book: Playbook, past: Sequence[History] = ()) -> None:
        self.history = history
        self.past = past
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
        self._quotes: dict[str, str] = {}  # what one section quotes, others do
        self._titles = {role.word: role.title for role in book.roles}
        self._by_id = {entry.id: entry for entry in history.entries}
        self._read: dict[Callable[[Telling], Any], Any] = {}

    @cached_property
    def threads(self) -> Threads:
        return Threads(self.history.entries)

    def once(self, read: Callable[[Telling], Read]) -> Read:
        """What it reads; for several who ask, it is read once."""
        if read not in self._read:
            self._read[read] = read(self)
        found: Read = self._read[read]
        return found

    def entry(self, id: int) -> Recorded:
        return self._by_id[id]

    @cached_property
    def window(self) -> tuple[datetime, datetime] | None:
        return window(self.history)

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.history.entries, self.window)

    def words(self, entry: Recorded) -> str:
        """What the entry says; an answer, the idea that it is about, as that reads now."""
        idea = self._by_id.get(entry.data.get("answers", 0))
        return (idea.words if idea and stands(idea) else "") or said(entry)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.head.zone)

    def clock(self, at: datetime, *, under: date | None = None, seconds: bool = False) -> str:
        """The time; with its date unless that is the one that it stands under.

        A time of a whole minute, as people name one, is given no seconds.
        """
        then = self._local(at)
        # Cut out of the ISO form, which is a fraction of the work that `strftime` makes of it.
        iso = then.isoformat(" ", "seconds")
        begin = 11 if then.date() == (under or self.day) else 0
        end = 19 if seconds and (at.second or at.microsecond) else 16
        offset = f"{then:%z}" if self._offsets_differ else ""
        return f"{iso[begin:end]}{offset}"

    def span(self, since: datetime, until: datetime) -> str:
        ends = self.clock(since), self.clock(until)
        return "–".join(dict.fromkeys(ends))

    def person(self, user: UserId) -> str:
        return markdown_text(disclosure.name(self.head, user))

    def role_name(self, word: str) -> str:
        """What the role is called, in plain text."""
        return self._titles.get(word) or self.head.title(word)

    def role_title(self, word: str) -> str:
        return markdown_text(self.role_name(word))

    def actor(self, entry: Recorded) -> str:
        """Who said or did it."""
        actor = (entry.by, entry.by_name, entry.source.type)
        if actor not in self._actors:
            self._actors[actor] = markdown_text(disclosure.actor(self.head, entry))
        return self._actors[actor]

    def who(self, entry: Recorded, at: datetime | None = None) -> str:
        """Who said or did it, with the roles that they held then, or at the given time."""
        at = at or entry.occurred_at
        roles = dict.fromkeys(
            held.role
            for held in self.incident.assignments
            if held.user == entry.by
            and held.since <= at
            and (held.until is None or at < held.until)
        )
        titles = f" ({', '.join(map(self.role_title, roles))})" if roles else ""
        return f"{self.actor(entry)}{titles}"

    def typed(self, text: str) -> str:
        """Plain text that somebody typed into a form, in Markdown."""
        return markdown_text(disclosure.typed(self.head, text))

    def quote(self, words: object) -> str:
        """Words in Slack's notation, in Markdown."""
        if not isinstance(words, str) or not words:
            return ""
        if words not in self._quotes:
            shown = disclosure.words(self.head, words)
            self._quotes[words] = markdown(shown, self._names, self._channels)
        return self._quotes[words]

    def tell(self, entry: Recorded) -> Statement:
        """The entry as a statement that begins with its time. Words that are gone stay gone."""
        return self._tell(entry, self.who(entry), self.clock)

    def tell_when_known(self, entry: Recorded) -> Statement:
        """The same at the time when it could be known, where that is not when it happened."""
        if not is_back_dated(entry) or not stands(entry):
            return self.tell(entry)
        now, then = self.clock(entry.recorded_at), self.clock(entry.occurred_at)
        who = self.who(entry, entry.recorded_at)
        return Statement(
            text=f"**{now}** {who}, {label(entry)} of {then}, written down now",
            quote=self.quote(self.words(entry)),
            evidence=(entry.id,),
            rank=rank_of(entry),
        )

    def tell_in_full(self, entry: Recorded) -> Statement:
        """For the timeline under its day: to the second, with the thread; roles have their own lines."""
        day = self._local(entry.occurred_at).date()
        clock = partial(self.clock, under=day, seconds=True)
        who = self.actor(entry)
        thread = entry.source.thread_ts
        if thread is not None and thread != entry.source.ts:
            who += f", in the thread of {clock(moment_of(thread))}"
        return self._tell(entry, who, clock)

    def tell_together(self, entries: Sequence[Recorded]) -> Statement:
        """Of several who joined, or left, one after the other on one day."""
        first, last = entries[0], entries[-1]
        day = self._local(first.occurred_at).date()
        ends = [
            self.clock(at, under=day, seconds=True) for at in (first.occurred_at, last.occurred_at)
        ]
        names = ", ".join(dict.fromkeys(map(self.actor, entries)))
        return Statement(
            text=f"**{'–'.join(dict.fromkeys(ends))}** {first.kind.value.capitalize()}: {names}",
            evidence=ids(entries),
            rank=Rank.SYSTEM,
        )

    def _tell(self, entry: Recorded, who: str, clock: Callable[[datetime], str]) -> Statement:
        what, quote = self._what(entry, who)
        text = f"**{when_said(entry, clock)}** {what}".rstrip()
        if entry.retracted_at is not None:
            text += f" {clock(entry.retracted_at)}"
        if entry.revisions and stands(entry):
            text += f", edited {clock(entry.revisions[-1].replaced_at)}"
        if is_back_dated(entry):
            text += f", written down {clock(entry.recorded_at)}"
        elif is_late(entry):
            text += f", recorded {clock(entry.recorded_at)}"
        return Statement(text=text, quote=quote, evidence=(entry.id,), rank=rank_of(entry))

    def _what(self, entry: Recorded, who: str) -> tuple[str, str]:
        """What happened in our words, and the people's own words that go with it."""
        if not stands(entry):
            gone = "message deleted" if not entry.words else f"{label(entry)}, taken back"
            return f"{who}: {gone}", ""
        data = entry.data
        match entry.kind:
            case EntryKind.DECLARED:
                severity = markdown_text(str(data.get("severity", "")))
                text = f"Declared by {who}" + (f" as {severity}" if severity else "")
                return text, self.quote(entry.words)
            case EntryKind.STATUS:
                came, went = (markdown_text(str(data.get(end, ""))) for end in ("from", "to"))
                verb = "Reopened, status" if data.get("reopened") else "Status"
                return f"{verb} {came} → {went}, by {who}", self.quote(data.get("note"))
            case EntryKind.SEVERITY:
                came, went = (markdown_text(str(data.get(end, ""))) for end in ("from", "to"))
                return f"Severity {came} → {went}, by {who}", self.quote(data.get("why"))
            case EntryKind.ROLE:
                return self._role(entry), ""
            case EntryKind.MILESTONE:
                name = markdown_text(str(data.get("milestone", "")))
                at = _moment(data.get("at"))
                when = f" at {self.clock(at)}" if at else ""
                return f"Milestone “{name}”{when}, said by {who}", ""
            case EntryKind.TASK:
                done = data.get("state") == "done"
                number = data.get("task", "")
                words = entry.words.partition(": ")[2] or entry.words
                return f"Task {number} {'done' if done else 'opened'}, by {who}", self.quote(words)
            case EntryKind.JOINED | EntryKind.LEFT:
                return f"{who} {entry.kind.value}", ""
            case EntryKind.MESSAGE:
                return who, self.quote(entry.words)
            case EntryKind.NOTE if entry.source.type == IMPORT:  # as each row of it, and of whoever
                return ("" if who == disclosure.SOMEBODY else who), self.quote(entry.words)
            case _:
                return f"{who}, {markdown_text(label(entry))}", self.quote(self.words(entry))

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
    """Which replies stand in one thread of Slack's."""

    def __init__(self, entries: Iterable[Recorded]) -> None:
        self._by_root: dict[tuple[str, str], list[Recorded]] = {}
        for entry in entries:
            if entry.source.thread_ts in (None, entry.source.ts):
                continue
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
