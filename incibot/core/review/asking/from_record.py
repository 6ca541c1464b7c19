"""Occasions that people marked or typed, and those that the record itself shows.

Each function answers with those of one kind, and with nothing where the record has too little. What
was deleted or taken back is nobody's occasion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from incibot.core import disclosure
from incibot.core.people import UserId
from incibot.core.review.analyses import arrivals as came
from incibot.core.review.analyses import replies
from incibot.core.review.analyses.changes import changes
from incibot.core.review.analyses.enquiry import raised
from incibot.core.review.analyses.first_timers import NEEDED as PAST
from incibot.core.review.analyses.first_timers import first_timers
from incibot.core.review.analyses.hand_overs import hand_overs
from incibot.core.review.analyses.hours import hours as worked
from incibot.core.review.analyses.links import links
from incibot.core.review.analyses.load_before import load_before
from incibot.core.review.analyses.quiet import overnight, silent, zones_of
from incibot.core.review.analyses.relapses import relapses as seemed_better
from incibot.core.review.analyses.similar import similar as alike
from incibot.core.review.analyses.trade_offs import trade_offs
from incibot.core.review.analyses.travel import from_elsewhere
from incibot.core.review.asking.occasion import Occasion, asks, said_of
from incibot.core.review.section import Rank, Threshold
from incibot.core.review.telling import Telling, known_at, people_of, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

DECLARING = Threshold(name="Q08.wait", value=15, unit="min", source="practice")
REPLY = Threshold(name="Q22.wait", value=15, unit="min", source="practice")
ARRIVING = Threshold(name="Q27.wait", value=15, unit="min", source="practice")
UPDATES = Threshold(name="Q37.gap", value=30, unit="min", source="authors")

_NOT_TO_ACT = re.compile(
    r"\b(?:hold off|wait(?: and see| until| for)?|won['’]t|will not|not to|leave (?:it|them|that)"
    r"|do(?:n['’]t| not)|no (?:rollback|restart|change))\b",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"\b(?:delet\w+|drop(?:ped|ping)?|wip(?:e|ed|ing)|truncat\w+|fail(?:ed|ing)?[ -]?over"
    r"|roll(?:ed|ing)?[ -]?back|rollback|restart\w*|reboot\w*|drain\w*|kill(?:ed|ing)?"
    r"|scal(?:e|ed|ing) down|switch(?:ed|ing)? off|for everybody|all (?:of|nodes|pods|hosts))\b",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"grafana|kibana|datadog|splunk|sentry|honeycomb|newrelic|cloudwatch|dash|graph|metric|logs?\b",
    re.IGNORECASE,
)
_SERVES = re.compile(r"\b(?:comms?|communications?|support|customers?|liaison)\b", re.IGNORECASE)


def _declared(telling: Telling) -> Recorded | None:
    return next((one for one in telling.history.entries if one.kind is EntryKind.DECLARED), None)


def _declaring(telling: Telling) -> Iterator[Occasion]:
    incident = telling.incident
    noticed, declared = incident.milestone("detected"), incident.milestone("declared")
    entry = _declared(telling)
    if not (noticed and declared and entry):
        return
    if declared.at - noticed.at > DECLARING.time(telling.book):
        yield asks(telling, "Q08", entry, to=[entry.by], t=noticed.at, t2=declared.at)


def _ideas(telling: Telling) -> Iterator[Occasion]:
    for idea in telling.once(raised):
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
    for entry in said_of(telling, EntryKind.SURPRISE):
        yield asks(telling, "Q13", entry, to=[entry.by], q=entry.words)
        yield asks(telling, "Q14", entry, q=entry.words)


def _decisions(telling: Telling) -> Iterator[Occasion]:
    weighed = {one.entry.id for one in trade_offs(telling)}
    for entry in said_of(telling, EntryKind.DECISION):
        id = "Q17" if entry.id in weighed else "Q15"
        if _NOT_TO_ACT.search(entry.words):
            id = "Q16"
        yield asks(telling, id, entry, to=[entry.by], t=entry.occurred_at, q=entry.words)


def _actions(telling: Telling) -> Iterator[Occasion]:
    for entry in said_of(telling, EntryKind.ACTION):
        if _LARGE.search(entry.words):
            yield asks(telling, "Q18", entry, to=[entry.by], q=entry.words)


def _relapses(telling: Telling) -> Iterator[Occasion]:
    for one in seemed_better(telling.history, telling.book):
        yield asks(telling, "Q19", one.better, one.back, to=[one.better.by])


def _replies(telling: Telling) -> Iterator[Occasion]:
    for one in (*telling.once(replies.marked), *telling.once(replies.possible)):
        entry = one.entry
        if not entry.words.strip() or entry.by is None:
            continue
        if one.reply is None:
            if rank_of(entry) is Rank.MARKED:
                yield asks(telling, "Q23", entry, q=entry.words)
        elif one.reply.occurred_at - entry.occurred_at > REPLY.time(telling.book):
            until = one.reply.occurred_at
            yield asks(telling, "Q22", entry, one.reply, to=[entry.by], t2=until, q=entry.words)


def _hand_overs(telling: Telling) -> Iterator[Occasion]:
    for entry in hand_overs(telling.history, telling.book):
        both = (*people_of(entry, "from"), *people_of(entry, "to"))
        word = str(entry.data.get("role", ""))
        yield asks(telling, "Q28", entry, to=both, x=telling.role_name(word))


def _quiet(telling: Telling) -> Iterator[Occasion]:
    found = telling.once(silent)
    zones = zones_of(telling.history)
    for one in found.longest if found else ():
        if overnight(one, zones):
            continue
        since, until = one.after.occurred_at, one.before.occurred_at
        yield asks(telling, "Q29", one.after, one.before, t=since, t2=until)


def _changes(telling: Telling) -> Iterator[Occasion]:
    found = changes(telling)
    if found is None:
        return
    for id, entries in (("Q33", found.before), ("Q34", found.earlier)):
        for entry in entries:
            if entry.words.strip():
                yield asks(telling, id, entry, to=[entry.by], q=entry.words)


def _severities(telling: Telling) -> Iterator[Occasion]:
    for entry in telling.history.entries:
        if entry.kind is EntryKind.SEVERITY and stands(entry) and entry.by is not None:
            yield asks(telling, "Q36", entry, to=[entry.by], x=str(entry.data.get("to", "")))


def _updates(telling: Telling) -> Iterator[Occasion]:
    """The longest stretch up to an update in which others were told nothing."""
    updates = list(said_of(telling, EntryKind.UPDATE))
    declared = _declared(telling)
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


def _arrivals(telling: Telling) -> Iterator[Occasion]:
    for one in telling.once(came.arrivals):
        at = known_at(one.entry)
        if one.how is came.How.UNASKED:
            yield asks(telling, "Q25", one.entry, to=[one.user], t=at)
        elif one.asked and one.how in (came.How.ASKED, came.How.PAGED):
            since = one.asked.occurred_at
            if at - since > ARRIVING.time(telling.book):
                yield asks(telling, "Q27", one.asked, one.entry, to=[one.user], t=since, t2=at)


def _dashboards(telling: Telling) -> Iterator[Occasion]:
    """Those that one person looked at more than once."""
    for place in links(telling):
        if place.people == 1 and len(place.entries) > 1 and _SHOWS.search(place.name):
            first = place.entries[0]
            name = disclosure.typed(telling.head, place.name)
            yield asks(telling, "Q31", first, to=[first.by], x=name)


def _hours(telling: Telling) -> Iterator[Occasion]:
    load = load_before(telling)
    said = telling.talk.said
    if said and (telling.once(worked).by_class.get("night") or (load and load.before)):
        yield asks(telling, "Q39", said[-1].entry)


def _elsewhere(telling: Telling) -> Iterator[Occasion]:
    for one in from_elsewhere(telling):
        yield asks(telling, "Q41", one.first, one.later, t2=one.later.occurred_at)


def _similar(telling: Telling) -> Iterator[Occasion]:
    declared = _declared(telling)
    for one in alike(telling):
        entry = telling.entry(one.linked) if one.linked is not None else declared
        if entry is not None:
            yield asks(telling, "Q43", entry, x=one.incident.ref)


def _first_timers(telling: Telling) -> Iterator[Occasion]:
    if len(telling.past) < PAST.of(telling.book):
        return
    new = set(first_timers(telling))
    for one in telling.talk.said:
        if one.entry.by in new:
            new.remove(one.entry.by)
            yield asks(telling, "Q44", one.entry, to=[one.entry.by])


THRESHOLDS = (DECLARING, REPLY, ARRIVING, UPDATES)
FINDERS = (
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
    _arrivals,
    _dashboards,
    _hours,
    _elsewhere,
    _similar,
    _first_timers,
)
