"""Occasions that a rule of words found: they quote what stands there, and claim nothing about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from incibot.core import disclosure
from incibot.core.review.analyses import decisions, enquiry, surprises
from incibot.core.review.analyses.automation import automation
from incibot.core.review.analyses.estimates import estimates
from incibot.core.review.analyses.held_by_few import held_by_few
from incibot.core.review.analyses.help import sought
from incibot.core.review.analyses.load import load
from incibot.core.review.analyses.near_misses import near_misses
from incibot.core.review.analyses.noticed import OWN_ACTION, UNSPOKEN, first_words, signs
from incibot.core.review.analyses.out_of_reach import out_of_reach
from incibot.core.review.analyses.pressure import pressure
from incibot.core.review.analyses.procedures import procedures
from incibot.core.review.analyses.terms import terms
from incibot.core.review.analyses.uncertainty import uncertainty
from incibot.core.review.asking.occasion import Occasion, asks
from incibot.core.review.section import Rank, Threshold
from incibot.core.review.talk import Said, Wording, masked
from incibot.core.review.telling import Telling, rank_of
from incibot.core.timeline import EntryKind

SHARE = Threshold(name="Q21.share", value=30, unit="% of the messages", source="authors")
CATCH_UPS = Threshold(name="Q40.messages", value=3, unit="messages", source="practice")
TERMS = Threshold(name="Q45.terms", value=2, unit="terms", source="authors")

PLAIN = Wording(r"\b(?:obvious(?:ly)?|of\ course|clearly)\b", "obvious obviously course clearly")


def _first_sign(telling: Telling) -> Iterator[Occasion]:
    first = next(iter(signs(telling)), None)
    if first is None:
        return
    entry = first.entry
    if entry.kind in (EntryKind.ALERT, EntryKind.PAGE):
        words = first_words(telling, first.at)
        if words is None:
            return
        yield asks(telling, "Q04", entry, words, to=[words.by])
        if words.occurred_at - first.at > UNSPOKEN.time(telling.book):
            yield asks(telling, "Q07", entry, words, t2=words.occurred_at)
    elif entry.words.strip():
        id = "Q06" if OWN_ACTION.find(masked(entry.words)) else "Q05"
        yield asks(telling, id, entry, to=[entry.by], q=entry.words)


def _uncertain(telling: Telling) -> Iterator[Occasion]:
    for one in telling.once(uncertainty):
        if 100 * len(one.uncertain) >= SHARE.of(telling.book) * len(one.said):
            since, until = one.said[0].occurred_at, one.said[-1].occurred_at
            places = one.uncertain[0], one.uncertain[-1]
            yield asks(telling, "Q21", *places, t=since, t2=until)


def _known_to_few(telling: Telling) -> Iterator[Occasion]:
    for one in held_by_few(telling):
        [(who, _)] = Counter(entry.by for entry in one.entries).most_common(1)
        theirs = [entry for entry in one.entries if entry.by == who][:3]
        yield asks(telling, "Q24", *theirs, to=[who], x=disclosure.typed(telling.head, one.subject))


def _catching_up(telling: Telling) -> Iterator[Occasion]:
    found = telling.once(load)
    if found and len(found.catch_up) >= CATCH_UPS.of(telling.book):
        yield asks(telling, "Q40", *(one.entry for one in found.catch_up[:3]))


def _terms(telling: Telling) -> Iterator[Occasion]:
    for term, entries in list(telling.once(terms).items())[: TERMS.count(telling.book)]:
        yield asks(telling, "Q45", entries[0], x=disclosure.typed(telling.head, term))


def _each(telling: Telling, id: str, said: Iterable[Said]) -> Iterator[Occasion]:
    for one in said:
        yield asks(telling, id, one.entry, to=[one.entry.by], q=one.entry.words)


def _by_words(telling: Telling) -> Iterator[Occasion]:
    yield from _each(telling, "Q20", pressure(telling))
    yield from _each(telling, "Q30", (one.said for one in out_of_reach(telling)))
    yield from _each(telling, "Q32", procedures(telling))
    yield from _each(telling, "Q35", automation(telling))
    yield from _each(telling, "Q38", estimates(telling))
    yield from _each(telling, "Q42", near_misses(telling))


def _unmarked(telling: Telling) -> Iterator[Occasion]:
    """Where nobody marked anything, what the words alone make possible is asked about too."""
    if any(rank_of(entry) is Rank.MARKED for entry in telling.history.entries):
        return
    yield from _each(telling, "Q09", enquiry.possible_ideas(telling))
    yield from _each(telling, "Q15", decisions.possible(telling))
    yield from _each(telling, "Q13", surprises.possible(telling))


def _help(telling: Telling) -> Iterator[Occasion]:
    for one in sought(telling):
        yield asks(telling, "Q26", one.entry, to=[one.entry.by], q=one.entry.words)


def _plain(telling: Telling) -> Iterator[Occasion]:
    yield from _each(telling, "Q50", telling.talk.matching(PLAIN))


THRESHOLDS = (SHARE, CATCH_UPS, TERMS)
FINDERS = (
    _first_sign,
    _uncertain,
    _known_to_few,
    _catching_up,
    _terms,
    _by_words,
    _unmarked,
    _help,
    _plain,
)
