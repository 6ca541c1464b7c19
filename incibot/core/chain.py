"""The chain that an incident's record hangs on: what is hashed, and what does not fit it any more.

Each recorded fact (an entry, words, a mark, a deletion, a version of the incident or of its review)
is a link: a number, what the fact is, digests of it, and a hash over these and the hash before.
Words that may have to be erased go in under a random salt that is kept beside them and erased with
them: what is left in the chain proves that there were words, and tells nothing about them.
docs/record.md says it for those who want to recompute it without incibot.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from incibot.core.timeline import moment_of

FIRST = "0" * 64  # the hash before the first link


class What(StrEnum):
    """What a link is about."""

    ENTRY = "entry"  # stored
    WORDS = "words"  # as they stood since `about`, a ts
    MARK = "mark"  # set or taken off, on the message `about`
    RETRACTED = "retracted"  # taken back, or its message deleted
    ERASED = "erased"  # its words and data, for good
    SHOWN = "shown"  # in Slack, by a message of ours
    INCIDENT = "incident"  # as it stood in the version `about`
    REVIEW = "review"  # its text in the version `about`
    REDACTED = "redacted"  # what that text is without words that were erased
    CHECKED = "checked"  # from here on every fact has its link


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact as it goes into a link.

    Attributes:
        entry: the id of the entry that it belongs to, if it belongs to one.
        about: which of the facts of that kind; see `What`.
        digest: of what is never erased.
        sealed: of what may be, under its salt; empty where there is nothing of the kind.
    """

    what: What
    entry: int | None = None
    about: str = ""
    digest: str
    sealed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fact in its place. `at`: when it was appended (UTC). Of `number` the first is 1.

    Attributes:
        what: a word of `What`, unless somebody wrote another one.
        taken_up: an older release recorded it, or it is older than the chain.
    """

    incident: int
    number: int
    at: datetime
    what: str
    entry: int | None
    about: str
    digest: str
    sealed: str
    taken_up: bool
    hash: str = ""

    def hash_after(self, previous: str) -> str:
        content = {
            "incident": self.incident,
            "number": self.number,
            "at": self.at,
            "what": self.what,
            "entry": self.entry,
            "about": self.about,
            "digest": self.digest,
            "sealed": self.sealed,
            "taken_up": self.taken_up,
        }
        return hashlib.sha256(previous.encode() + canonical(_filled(content))).hexdigest()


@dataclass(frozen=True, slots=True)
class Tip:
    """How long the chain is, and the hash of its last link."""

    length: int
    hash: str


def canonical(value: Any) -> bytes:
    """The same bytes for the same value: JSON in ASCII, keys in order, no spaces, times in UTC."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return dict(value)
    return repr(value)  # whatever somebody wrote into the database: it fits no digest


def digest(what: What, plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({"what": what.value, **_filled(plain)})).hexdigest()


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that are null: a column that a later release adds alters no earlier digest."""
    return {name: value for name, value in fields.items() if value is not None}


def seal(salt: str | None, value: Any) -> str:
    """What proves the value later, and tells nothing about it once the salt is gone."""
    return hmac.new((salt or "").encode(), canonical(value), hashlib.sha256).hexdigest()


# The facts

ENTRY = (
    "id",
    "incident",
    "key",
    "kind",
    "occurred_at",
    "recorded_at",
    "by",
    "by_name",
    "source",
    "channel",
    "ts",
    "thread_ts",
    "url",
)
MARK = ("channel", "ts", "mark", "user", "via", "at", "on")


def entry_fact(row: Mapping[str, Any], *, salt: str | None, data: Any) -> Fact:
    """The entry as it was stored; its `data` may be erased one day."""
    plain = {name: row[name] for name in ENTRY}
    return Fact(
        what=What.ENTRY,
        entry=row["id"],
        about=str(row["key"]),
        digest=digest(What.ENTRY, plain),
        sealed=seal(salt, data),
    )


def words_fact(entry: int, since: str, words: str, *, salt: str | None) -> Fact:
    return Fact(
        what=What.WORDS,
        entry=entry,
        about=since,
        digest=digest(What.WORDS, {"entry": entry, "since": since}),
        sealed=seal(salt, words),
    )


def mark_fact(row: Mapping[str, Any]) -> Fact:
    plain = {name: row[name] for name in MARK}
    about = f"{row['channel']}:{row['ts']}"
    return Fact(what=What.MARK, about=about, digest=digest(What.MARK, plain))


def retracted_fact(entry: int, at: datetime | None, by: str | None) -> Fact:
    plain = {"entry": entry, "at": at, "by": by}
    return Fact(what=What.RETRACTED, entry=entry, digest=digest(What.RETRACTED, plain))


def erased_fact(entry: int) -> Fact:
    return Fact(what=What.ERASED, entry=entry, digest=digest(What.ERASED, {"entry": entry}))


def shown_fact(entry: int, channel: str | None, ts: str | None) -> Fact:
    plain = {"entry": entry, "channel": channel, "ts": ts}
    return Fact(what=What.SHOWN, entry=entry, digest=digest(What.SHOWN, plain))


def incident_fact(state: Mapping[str, Any]) -> Fact:
    """The incident's row, and those of its roles, milestones and tasks."""
    lists = {
        name: sorted(canonical(_filled(one)).decode() for one in rows)
        for name, rows in state.items()
        if isinstance(rows, list)
    }
    plain = {**state, **lists}
    return Fact(
        what=What.INCIDENT, about=str(state["version"]), digest=digest(What.INCIDENT, plain)
    )


def review_fact(row: Mapping[str, Any]) -> Fact:
    plain = {name: row[name] for name in ("incident", "version", "by", "at")}
    return Fact(
        what=What.REVIEW,
        about=str(row["version"]),
        digest=digest(What.REVIEW, plain),
        sealed=seal(row["salt"], row["markdown"]),
    )


def redacted_fact(row: Mapping[str, Any]) -> Fact:
    """The version without words that were erased; `row` has a new salt with its new text."""
    plain = {name: row[name] for name in ("incident", "version")}
    return Fact(
        what=What.REDACTED,
        about=str(row["version"]),
        digest=digest(What.REDACTED, plain),
        sealed=seal(row["salt"], row["markdown"]),
    )


def checked_fact() -> Fact:
    return Fact(what=What.CHECKED, digest=digest(What.CHECKED, {}))


def linked(
    incident: int, tip: Tip, facts: Iterable[Fact], *, at: datetime, taken_up: bool = False
) -> list[Link]:
    """The links that these facts become after that tip."""
    made: list[Link] = []
    previous = tip.hash
    for number, fact in enumerate(facts, tip.length + 1):
        fields: dict[str, Any] = {
            "incident": incident,
            "number": number,
            "at": at,
            "what": fact.what.value,
            "entry": fact.entry,
            "about": fact.about,
            "digest": fact.digest,
            "sealed": fact.sealed,
            "taken_up": taken_up,
        }
        previous = Link(**fields).hash_after(previous)
        made.append(Link(**fields, hash=previous))
    return made


# Whether it still fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The record as the tables have it now, as it is there: whatever somebody made of it.

    Attributes:
        state: the incident's row with its lists; None where it is gone or unreadable.
        entries: rows by id; None where one cannot be read.
        words: rows of `wordings` by entry and ts.
        marks: rows of marks on the channel's messages and on those of the timeline.
        elsewhere: digests of marks that stand in the chain of another incident.
        versions: rows of the review's versions.
        review: the review as it stands.
        links: in the order of their numbers.
        unreadable: tables in which there is what incibot never wrote.
    """

    number: int
    state: Mapping[str, Any] | None
    entries: Mapping[int, Mapping[str, Any] | None]
    words: Mapping[tuple[int, str], Mapping[str, Any]]
    marks: Sequence[Mapping[str, Any]]
    elsewhere: frozenset[str] = frozenset()
    versions: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    review: Mapping[str, Any] | None = None
    links: Sequence[Link] = ()
    tip: Tip | None = None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something in the tables that the chain does not say, or the other way round.

    Attributes:
        link: the number of the link that does not fit; None for what has no link.
        at: when it was recorded, as far as that is known (UTC).
        says: what differs, for people.
        older: a release that knows no chain would leave the same behind.
    """

    link: int | None
    what: What | None
    entry: int | None = None
    about: str = ""
    at: datetime | None = None
    says: str
    older: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the chain proves of an incident.

    Attributes:
        wrong: what was altered behind incibot's back, the first first.
        loose: what has no link because an older release recorded it, or recorded it before.
        changes: how many versions of the incident there were.
        since: when the chain began (UTC); None where it has not.
        from_the_start: it began when the incident was declared.
        taken_up: the links of facts that were recorded without one, and taken up later.
    """

    number: int
    wrong: tuple[Difference, ...]
    loose: tuple[Difference, ...]
    entries: int
    changes: int
    erased: int
    since: datetime | None
    from_the_start: bool
    taken_up: tuple[Link, ...]
    tip: Tip


def verify(record: Kept, *, older: bool, kept: Tip | None = None) -> Verdict:
    """Hold the record against its chain.

    Args:
        older: a release that knows no chain may have written since all was last looked through.
        kept: where the chain ended at an earlier time; somebody kept it elsewhere.
    """
    found = sorted(
        [*_breaks(record), *_facts(record), *_since(record, kept)],
        key=lambda one: (one.link is None, one.link or 0, one.at or _NEVER, one.entry or 0),
    )
    first = record.links[0] if record.links else None
    versions = [link.about for link in record.links if link.what == What.INCIDENT]
    return Verdict(
        number=record.number,
        wrong=tuple(one for one in found if not (older and one.older)),
        loose=tuple(one for one in found if older and one.older),
        entries=len(record.entries),
        changes=max((int(one) for one in versions if one.isdecimal()), default=0),
        erased=len({link.entry for link in record.links if link.what == What.ERASED}),
        since=first.at if first else None,
        from_the_start=begun_with(record.links),
        taken_up=tuple(link for link in record.links if link.taken_up),
        tip=record.tip or Tip(0, FIRST),
    )


def begun_with(links: Sequence[Link]) -> bool:
    """Whether the chain began with the incident itself."""
    first = links[0] if links else None
    return first is not None and (first.what, first.about, first.taken_up) == (
        What.INCIDENT,
        "1",
        False,
    )


def checked_at(links: Sequence[Link]) -> datetime | None:
    """When every fact was last known to have its link; None if there was no such time."""
    marks = [link.at for link in links if link.what == What.CHECKED]
    if begun_with(links):
        marks.append(links[0].at)
    return max(marks, default=None)


def tip_in(words: str) -> Tip | None:
    """What ``57:9f86d0…`` names; None for anything else."""
    length, _, digest_of_it = words.strip().partition(":")
    whole = len(digest_of_it) == 64 and set(digest_of_it) <= set("0123456789abcdef")
    return Tip(int(length), digest_of_it) if length.isdecimal() and whole else None


def proved(verdict: Verdict) -> Iterable[str]:
    """The verdict for people, a line each: first what matters."""
    ref = f"INC-{verdict.number}"
    if verdict.wrong:
        first, more = verdict.wrong[0], len(verdict.wrong) - 1
        at = f" (recorded {_clock(first.at)})" if first.at else ""
        yield f"{ref} is NOT as it was recorded: {first.says}{at}."
        if more:
            yield f"{more} more {'thing does' if more == 1 else 'things do'} not fit, such as: " + (
                f"{verdict.wrong[1].says}."
            )
    elif verdict.since is None:
        yield f"{ref}: nothing is proved yet, since its chain has not begun."
    else:
        begun = "when it was declared" if verdict.from_the_start else "after an upgrade"
        yield (
            f"{ref} is proved: {_many(verdict.entries, 'entry', 'entries')} and "
            f"{_many(verdict.changes, 'change', 'changes')} of the incident stand as they were "
            f"recorded since {_clock(verdict.since)}, {begun}."
        )
    if verdict.erased:
        yield (
            f"{_many(verdict.erased, 'message was', 'messages were')} deleted in Slack; "
            "their words were erased, as the chain says."
        )
    if verdict.taken_up:
        many = _many(len(verdict.taken_up), "fact was", "facts were")
        yield (
            f"{many} recorded without a link, before there were chains or by an older release, "
            f"and taken up as they stood {_span(link.at for link in verdict.taken_up)}."
        )
    if verdict.loose:
        many = _many(len(verdict.loose), "fact", "facts")
        times = _span(one.at for one in verdict.loose if one.at)
        yield f"{many} without a link, recorded by an older release {times}: not proved yet."
    yield f"head {verdict.tip.length}:{verdict.tip.hash}"


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _span(times: Iterable[datetime]) -> str:
    found = sorted(times)
    if not found:
        return "at some time"
    begin, end = _clock(found[0]), _clock(found[-1])
    return f"at {begin}" if begin == end else f"between {begin} and {end}"


_NEVER = datetime.max.replace(tzinfo=UTC)


def _breaks(kept: Kept) -> Iterable[Difference]:
    """Where the chain itself is broken."""
    previous: str | None = FIRST
    expected = 1
    for link in kept.links:
        if link.number != expected:
            yield Difference(
                link=min(expected, link.number),
                what=None,
                says=f"link {expected} of the chain is missing"
                if link.number > expected
                else f"the chain has a link {link.number} that was never appended",
            )
            previous = None
        if previous is not None and link.hash_after(previous) != link.hash:
            yield Difference(
                link=link.number,
                what=None,
                entry=link.entry,
                at=link.at,
                says=f"link {link.number} of the chain ({_of(link)}) is not as it was appended",
            )
        previous = link.hash
        expected = link.number + 1
    last = kept.links[-1] if kept.links else None
    there = Tip(last.number, last.hash) if last else Tip(0, FIRST)
    if kept.tip is None:
        if last:
            yield Difference(link=last.number, what=None, says="the row of the chain's end is gone")
    elif kept.tip.length > there.length:
        yield Difference(
            link=there.length + 1,
            what=None,
            says=f"link {there.length + 1} of the chain is missing",
        )
    elif kept.tip != there:
        yield Difference(
            link=there.length,
            what=None,
            says=f"the chain's end is recorded as link {kept.tip.length}, "
            f"and link {there.length} is the last one or has another hash",
        )


def _since(record: Kept, kept: Tip | None) -> Iterable[Difference]:
    """Whether the chain still holds the end that it had at an earlier time."""
    if kept is None or kept.length == 0:
        return
    link = next((one for one in record.links if one.number == kept.length), None)
    if link is None or link.hash != kept.hash:
        yield Difference(
            link=kept.length,
            what=None,
            says=f"link {kept.length} of the chain had another hash when its end was kept elsewhere"
            if link
            else f"the chain had {kept.length} links when its end was kept elsewhere; "
            f"link {kept.length} is missing",
        )


def _facts(kept: Kept) -> Iterable[Difference]:
    """Where a fact has no link, a link no fact, or the two do not fit."""
    for table in kept.unreadable:
        yield Difference(
            link=0,
            what=None,
            says=f"rows of INC-{kept.number} in the table {table} cannot be read: "
            "there is what incibot never wrote",
        )
    by_what: dict[str, list[Link]] = {}
    for link in kept.links:
        by_what.setdefault(link.what, []).append(link)
    yield from _entries(kept, by_what)
    yield from _words(kept, by_what)
    yield from _marks(kept, by_what.get(What.MARK, []))
    yield from _incident(kept, by_what.get(What.INCIDENT, []))
    yield from _review(kept, by_what.get(What.REVIEW, []), by_what.get(What.REDACTED, []))


def _last(links: Iterable[Link]) -> dict[int, Link]:
    return {link.entry: link for link in links if link.entry is not None}


def _entries(kept: Kept, by_what: Mapping[str, list[Link]]) -> Iterable[Difference]:
    stored = _last(by_what.get(What.ENTRY, []))
    erased = _last(by_what.get(What.ERASED, []))
    shown = _last(by_what.get(What.SHOWN, []))
    retracted = _last(by_what.get(What.RETRACTED, []))
    for id, link in stored.items():
        if id not in kept.entries:
            yield _wrong(link, f"{_entry(id, None)} ({link.about}) is gone")
    worded: dict[int, bool] = {}
    for (id, _), wording in kept.words.items():
        worded[id] = worded.get(id, False) or wording["words"] != ""
    for id, row in kept.entries.items():
        mine = stored.get(id)
        if row is None:
            at = mine or shown.get(id)
            yield Difference(
                link=at.number if at else None,
                what=None,
                entry=id,
                says=f"{_entry(id, None)} cannot be read: its row holds what incibot never wrote",
            )
            continue
        name = _entry(id, row)
        at = row["recorded_at"]
        if mine is None:
            yield Difference(
                link=None,
                what=What.ENTRY,
                entry=id,
                about=str(row["key"]),
                at=at,
                says=f"{name} was added: the chain knows nothing of it",
                older=True,
            )
        else:
            yield from _entry_fits(row, mine, name, erased, shown, worded.get(id, False))
        yield from _retracted(row, retracted.get(id), mine, name)
        place = shown_fact(id, row["channel"], row["ts"])
        if id in shown and place.digest != shown[id].digest:
            yield _wrong(shown[id], f"{name}: its message in Slack is another one", at)
    for id, link in (*erased.items(), *shown.items(), *retracted.items()):
        if id not in kept.entries and id not in stored:
            yield _wrong(link, f"{_entry(id, None)} is gone")


def _entry_fits(
    row: Mapping[str, Any],
    link: Link,
    name: str,
    erased: Mapping[int, Link],
    shown: Mapping[int, Link],
    worded: bool,
) -> Iterable[Difference]:
    id, at = row["id"], row["recorded_at"]
    as_first = {**row, "channel": None, "ts": None}
    now = entry_fact(as_first if id in shown else row, salt=row["salt"], data=row["data"])
    if now.digest != link.digest or link.about != row["key"]:
        if id not in shown and link.digest == digest(What.ENTRY, {n: as_first[n] for n in ENTRY}):
            yield Difference(
                link=link.number,
                what=What.SHOWN,
                entry=id,
                at=at,
                says=f"{name}: its message in Slack is another one",
                older=True,
            )
        else:
            yield _wrong(link, f"{name} was altered: {', '.join(_OF_ENTRY)}", at)
    if id in erased:
        if row["data"] != {} or row["salt"] is not None or worded:
            yield _wrong(erased[id], f"{name}: what was erased is there again", at)
    elif now.sealed != link.sealed:
        gone = row["data"] == {} and not worded and row["retracted_at"] is not None
        yield Difference(
            link=link.number,
            what=What.ERASED if gone else What.ENTRY,
            entry=id,
            at=at,
            says=f"{name}: its data (what its kind adds) or their salt were altered",
            older=gone,
        )


def _retracted(
    row: Mapping[str, Any], link: Link | None, stored: Link | None, name: str
) -> Iterable[Difference]:
    at, by = row["retracted_at"], row["retracted_by"]
    if link is None and at is None and by is None:
        return
    if link is not None and retracted_fact(row["id"], at, by).digest == link.digest:
        return
    first = link or stored
    yield Difference(
        link=first.number if first else None,
        what=What.RETRACTED,
        entry=row["id"],
        at=row["recorded_at"],
        says=f"{name}: when or by whom it was taken back or deleted was altered"
        if link
        else f"{name} was marked as taken back or deleted",
        older=at is not None and by is None,
    )


def _words(kept: Kept, by_what: Mapping[str, list[Link]]) -> Iterable[Difference]:
    erased = _last(by_what.get(What.ERASED, []))
    links = {
        (link.entry, link.about): link
        for link in by_what.get(What.WORDS, [])
        if link.entry is not None
    }
    for (id, since), link in links.items():
        row = kept.words.get((id, since))
        name = _entry(id, kept.entries.get(id))
        if row is None:
            yield _wrong(link, f"{name}: its words of {_time(since)} are gone")
            continue
        fact = words_fact(id, since, row["words"], salt=row["salt"])
        if id in erased:
            fits = row["words"] == "" and row["salt"] is None and fact.digest == link.digest
            if not fits:
                yield _wrong(erased[id], f"{name}: words that were erased are there again")
        elif (fact.digest, fact.sealed) != (link.digest, link.sealed):
            entry = kept.entries.get(id)
            gone = row["words"] == "" and entry is not None and entry["retracted_at"] is not None
            yield Difference(
                link=link.number,
                what=What.ERASED if gone else What.WORDS,
                entry=id,
                about=since,
                at=_moment(since),
                says=f"{name}: its words of {_time(since)} or their salt were altered",
                older=gone,
            )
    for id, since in kept.words:
        if (id, since) not in links:
            yield Difference(
                link=None,
                what=What.WORDS,
                entry=id,
                about=since,
                at=_moment(since),
                says=f"{_entry(id, kept.entries.get(id))}: words of {_time(since)} were added",
                older=True,
            )


def _marks(kept: Kept, links: Sequence[Link]) -> Iterable[Difference]:
    there = {mark_fact(row).digest: row for row in kept.marks}
    known = {link.digest for link in links}
    at = {(row["channel"], row["ts"]): row for row in kept.entries.values() if row}
    for link in links:
        if link.digest not in there:
            entry = at.get((link.about.partition(":")[0], link.about.partition(":")[2]))
            of = _entry(entry["id"], entry) if entry else f"the message {link.about}"
            yield _wrong(link, f"{of}: a mark of {_clock(link.at)} is gone or was altered")
    for digest_of_it, row in there.items():
        if digest_of_it not in known and digest_of_it not in kept.elsewhere:
            entry = at.get((row["channel"], row["ts"]))
            of = _entry(entry["id"], entry) if entry else f"the message {row['ts']}"
            yield Difference(
                link=None,
                what=What.MARK,
                entry=entry["id"] if entry else None,
                about=digest_of_it,
                at=_moment(str(row["at"])),
                says=f"{of}: a mark ({row['mark']} by {row['user']}) was added or altered",
                older=True,
            )


def _incident(kept: Kept, links: Sequence[Link]) -> Iterable[Difference]:
    last = links[-1] if links else None
    if kept.state is None:
        yield Difference(
            link=last.number if last else None,
            what=None,
            says=f"INC-{kept.number} itself is gone or cannot be read",
        )
        return
    fact = incident_fact(kept.state)
    if last is not None and (fact.about, fact.digest) == (last.about, last.digest):
        return
    version = kept.state["version"]
    on = last is None or (last.about.isdecimal() and version > int(last.about))
    yield Difference(
        link=last.number if last else None,
        what=What.INCIDENT,
        about=fact.about,
        at=last.at if last else None,
        says=f"INC-{kept.number} itself (its fields, roles, milestones or tasks) "
        + ("was changed without a trace" if on else f"is not as version {fact.about} left it"),
        older=on,
    )


def _review(kept: Kept, links: Sequence[Link], redacted: Sequence[Link]) -> Iterable[Difference]:
    named = {link.about: link for link in links}
    sealed = {link.about: link.sealed for link in (*links, *redacted)}
    for about, link in named.items():
        row = kept.versions.get(int(about)) if about.isdecimal() else None
        if row is None:
            yield _wrong(link, f"version {about} of the review is gone")
            continue
        fact = review_fact(row)
        if (fact.digest, fact.sealed) != (link.digest, sealed[about]):
            yield _wrong(link, f"version {about} of the review was altered", row["at"])
    for version, row in kept.versions.items():
        if str(version) not in named:
            yield Difference(
                link=None,
                what=What.REVIEW,
                about=str(version),
                at=row["at"],
                says=f"version {version} of the review was added",
            )
    newest = kept.versions[max(kept.versions)] if kept.versions else None
    now = kept.review
    if now is None and newest is None:
        return
    if now is not None and newest is not None:
        same = ("version", "markdown")
        if all(now[n] == newest[n] for n in same) and now["drafted_at"] == newest["at"]:
            return
    last = links[-1] if links else None
    on = now is not None and (newest is None or now["version"] > newest["version"])
    yield Difference(
        link=last.number if last else None,
        what=What.REVIEW,
        about=str(now["version"]) if now else "",
        at=now["drafted_at"] if now else None,
        says="the review is not as its latest version was written",
        older=on,
    )


_OF_ENTRY = ("its kind, times, author", "key or source differ")


def _wrong(link: Link, says: str, at: datetime | None = None) -> Difference:
    return Difference(link=link.number, what=None, entry=link.entry, at=at or link.at, says=says)


def _of(link: Link) -> str:
    where = f"{link.what} of entry {link.entry}" if link.entry is not None else link.what
    return f"{where}, appended {_clock(link.at)}"


def _entry(id: int, row: Mapping[str, Any] | None) -> str:
    """How the entry is named: by its id and the time at which it happened."""
    return f"entry {id} of {_clock(row['occurred_at'])}" if row else f"entry {id}"


def _clock(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if isinstance(at, datetime) else str(at)


def _moment(ts: str) -> datetime | None:
    try:
        return moment_of(ts)
    except (ValueError, OverflowError, OSError):
        return None


def _time(ts: str) -> str:
    return _clock(_moment(ts) or ts)
