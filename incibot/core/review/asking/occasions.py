"""Where in the record there is something to ask about, one function a kind of place.

Each answers with occasions in the order of time, and with nothing where the record has too little.
What was deleted or taken back is nobody's occasion.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from incibot.core import disclosure
from incibot.core.markup import in_quotes, shorten
from incibot.core.people import UserId
from incibot.core.review.analyses.changes import BEFORE
from incibot.core.review.analyses.enquiry import ideas
from incibot.core.review.analyses.hand_overs import hand_overs
from incibot.core.review.analyses.phases import usual
from incibot.core.review.analyses.quiet import silence
from incibot.core.review.analyses.relapses import relapses
from incibot.core.review.asking.template import Template
from incibot.core.review.asking.templates import BY_ID
from incibot.core.review.section import Rank, Threshold
from incibot.core.review.telling import Telling, known_at, people_of, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

QUOTED = 110  # characters of somebody's words in a question

DECLARING = Threshold(name="Q08.wait", value=15, unit="min", source="learning.md 3")
REPLY = Threshold(name="Q22.wait", value=15, unit="min", source="learning.md 3")
UPDATES = Threshold(name="Q37.gap", value=30, unit="min", source="authors")

_NOT_TO_ACT = re.compile(
    r"\b(?:hold off|wait(?: and see| until| for)?|won['’]t|will not|not to|leave (?:it|them|that)"
    r"|do(?:n['’]t| not)|no (?:rollback|restart|change))\b",
    re.IGNORECASE,
)
_WEIGHED = re.compile(
    r"\b(?:rather than|instead of|at the cost of|risk\w*|worth|prioriti[sz]\w+|we accept|cheap\w*)\b",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"\b(?:delet\w+|drop(?:ped|ping)?|wip(?:e|ed|ing)|truncat\w+|fail(?:ed|ing)?[ -]?over"
    r"|roll(?:ed|ing)?[ -]?back|rollback|restart\w*|reboot\w*|drain\w*|kill(?:ed|ing)?"
    r"|scal(?:e|ed|ing) down|switch(?:ed|ing)? off|for everybody|all (?:of|nodes|pods|hosts))\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\b(?:obvious(?:ly)?|of course|clearly)\b", re.IGNORECASE)
_SERVES = re.compile(r"\b(?:comms?|communications?|support|customers?|liaison)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A place in the record, and what may be asked about it.

    Attributes:
        text: the question, as plain text; the words that it quotes are masked as anywhere.
        to: whom it is for; nobody in particular where the template is for the group, or where the
            record names none.
        marked: people flagged the place, or typed it as what it is.
    """

    template: Template
    text: str
    at: datetime
    evidence: tuple[int, ...]
    to: tuple[UserId, ...] = ()
    marked: bool = False


def occasions(telling: Telling) -> tuple[Occasion, ...]:
    """All of them, in the order of time."""
    found = (one for find in FINDERS for one in find(telling))
    return tuple(sorted(found, key=lambda one: (one.at, one.evidence, one.template.id)))


def asks(
    telling: Telling,
    id: str,
    *entries: Recorded,
    to: Iterable[UserId | None] = (),
    t: datetime | None = None,
    t2: datetime | None = None,
    q: str = "",
    x: str = "",
) -> Occasion:
    """The template with its slots filled, about those entries. `q`: in Slack's notation."""
    at = t or known_at(entries[0])
    text = BY_ID[id].text.format(
        t=telling.clock(at),
        t2=telling.clock(t2) if t2 else "",
        q=in_quotes(excerpt(telling, q)),
        x=x,
    )
    return Occasion(
        template=BY_ID[id],
        text=text,
        at=at,
        evidence=tuple(dict.fromkeys(entry.id for entry in entries)),
        to=tuple(dict.fromkeys(user for user in to if user is not None)),
        marked=any(rank_of(entry) is Rank.MARKED for entry in entries),
    )


def excerpt(telling: Telling, words: str) -> str:
    """The beginning of somebody's words on one line."""
    text = disclosure.text(telling.head, words).replace("```", " ")
    return shorten(" ".join(text.split()), QUOTED)


def _of(telling: Telling, *kinds: EntryKind) -> Iterator[Recorded]:
    """What people said of those kinds, and still stands."""
    return (
        entry
        for entry in telling.history.entries
        if entry.kind in kinds and stands(entry) and entry.by is not None and entry.words.strip()
    )


def _declaring(telling: Telling) -> Iterator[Occasion]:
    incident = telling.incident
    noticed, declared = incident.milestone("detected"), incident.milestone("declared")
    entry = next((one for one in telling.history.entries if one.kind is EntryKind.DECLARED), None)
    if not (noticed and declared and entry):
        return
    if declared.at - noticed.at > DECLARING.time(telling.book):
        yield asks(telling, "Q08", entry, to=[entry.by], t=noticed.at, t2=declared.at)


def _ideas(telling: Telling) -> Iterator[Occasion]:
    for idea in ideas(telling.history, telling.book):
        entry = idea.entry
        if not entry.words.strip():
            continue
        yield asks(telling, "Q09", entry, to=[entry.by], q=entry.words)
        under = [one for one in telling.threads.after(entry) if stands(one) and one.is_said]
        others = (one for one in under if one.by != entry.by and rank_of(one) is Rank.MARKED)
        if tested := next(others, None):
            yield asks(telling, "Q10", tested, to=[tested.by], q=entry.words)
        for answer in idea.answers:
            if answer.data.get("outcome") == "ruled_out":
                yield asks(telling, "Q11", answer, to=[answer.by], q=entry.words)
        if not idea.outcome:
            last = under[-1] if under else entry
            yield asks(telling, "Q12", entry, last, t=last.occurred_at, q=entry.words)


def _surprises(telling: Telling) -> Iterator[Occasion]:
    for entry in _of(telling, EntryKind.SURPRISE):
        yield asks(telling, "Q13", entry, to=[entry.by], q=entry.words)
        yield asks(telling, "Q14", entry, q=entry.words)


def _decisions(telling: Telling) -> Iterator[Occasion]:
    for entry in _of(telling, EntryKind.DECISION):
        if _NOT_TO_ACT.search(entry.words):
            id = "Q16"
        else:
            id = "Q17" if _WEIGHED.search(entry.words) else "Q15"
        yield asks(telling, id, entry, to=[entry.by], t=entry.occurred_at, q=entry.words)


def _actions(telling: Telling) -> Iterator[Occasion]:
    for entry in _of(telling, EntryKind.ACTION):
        if _LARGE.search(entry.words):
            yield asks(telling, "Q18", entry, to=[entry.by], q=entry.words)


def _relapses(telling: Telling) -> Iterator[Occasion]:
    for better, back in relapses(telling.history, telling.book):
        yield asks(telling, "Q19", better, back, to=[better.by])


def _replies(telling: Telling) -> Iterator[Occasion]:
    for asked in _of(telling, EntryKind.QUESTION):
        reply = telling.threads.reply(asked)
        if reply is None:
            yield asks(telling, "Q23", asked, q=asked.words)
        elif reply.occurred_at - asked.occurred_at > REPLY.time(telling.book):
            yield asks(
                telling,
                "Q22",
                asked,
                reply,
                to=[asked.by],
                t2=reply.occurred_at,
                q=asked.words,
            )


def _hand_overs(telling: Telling) -> Iterator[Occasion]:
    for entry in hand_overs(telling.history, telling.book):
        both = (*people_of(entry, "from"), *people_of(entry, "to"))
        word = str(entry.data.get("role", ""))
        yield asks(telling, "Q28", entry, to=both, x=telling.role_name(word))


def _quiet(telling: Telling) -> Iterator[Occasion]:
    found = silence(telling.history, telling.book)
    for one in found.longest if found else ():
        since, until = one.after.occurred_at, one.before.occurred_at
        yield asks(telling, "Q29", one.after, one.before, t=since, t2=until)


def _changes(telling: Telling) -> Iterator[Occasion]:
    known = usual(telling.incident)
    if not known:
        return
    entries, start = telling.history.entries, known[0].at
    since = start - BEFORE.time(telling.book)
    for entry in entries[bisect_left(entries, since, key=lambda one: one.occurred_at) :]:
        if entry.occurred_at > start:
            break
        if entry.kind is EntryKind.CHANGE and stands(entry) and entry.words.strip():
            yield asks(telling, "Q33", entry, to=[entry.by], q=entry.words)


def _severities(telling: Telling) -> Iterator[Occasion]:
    for entry in telling.history.entries:
        if entry.kind is EntryKind.SEVERITY and stands(entry) and entry.by is not None:
            yield asks(telling, "Q36", entry, to=[entry.by], x=str(entry.data.get("to", "")))


def _updates(telling: Telling) -> Iterator[Occasion]:
    """The longest stretch up to an update in which others were told nothing."""
    updates = list(_of(telling, EntryKind.UPDATE))
    declared = next((e for e in telling.history.entries if e.kind is EntryKind.DECLARED), None)
    told = [*([declared] if declared else []), *updates]
    pairs = [
        (before, after) for before, after in pairwise(told) if known_at(after) == after.occurred_at
    ]
    if not pairs:
        return
    before, after = max(pairs, key=lambda pair: pair[1].occurred_at - pair[0].occurred_at)
    if after.occurred_at - before.occurred_at > UPDATES.time(telling.book):
        yield asks(
            telling,
            "Q37",
            before,
            after,
            to=[after.by],
            t=before.occurred_at,
            t2=after.occurred_at,
        )


def _those_we_serve(telling: Telling) -> Iterator[Occasion]:
    asked: set[UserId] = set()
    for entry in telling.history.entries:
        word = str(entry.data.get("role", ""))
        if entry.kind is not EntryKind.ROLE or not stands(entry):
            continue
        if not _SERVES.search(f"{word} {telling.role_name(word)}"):
            continue
        came = [user for user in people_of(entry, "to") if user not in asked]
        asked.update(came)
        if came:
            yield asks(telling, "Q46", entry, to=came)


def _end(telling: Telling) -> Iterator[Occasion]:
    """Nobody said when it was over."""
    if telling.incident.milestone("resolved") is not None:
        return
    said = [entry for entry in telling.history.entries if entry.is_said]
    first = next(iter(telling.book.roles), None)
    led = [one for one in telling.incident.assignments if first and one.role == first.word]
    if said and led:
        yield asks(telling, "Q47", said[-1], to=[led[-1].user])


def _plain(telling: Telling) -> Iterator[Occasion]:
    for entry in _of(telling, EntryKind.MESSAGE, EntryKind.NOTE):
        if _PLAIN.search(entry.words):
            yield asks(telling, "Q50", entry, to=[entry.by], q=entry.words)


FINDERS: tuple[Callable[[Telling], Iterable[Occasion]], ...] = (
    _declaring,
    _ideas,
    _surprises,
    _decisions,
    _actions,
    _relapses,
    _replies,
    _hand_overs,
    _quiet,
    _changes,
    _severities,
    _updates,
    _those_we_serve,
    _end,
    _plain,
)
