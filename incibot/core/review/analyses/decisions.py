"""What was decided, and what had become known in the minutes before it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from incibot.core.markup import links_in
from incibot.core.review.analyses.enquiry import Idea, raised
from incibot.core.review.possible import candidates
from incibot.core.review.section import Analysis, Findings, Group, Rank, Statement, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling, ids, known_at, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

BEFORE = Threshold(  # what was at hand when it was decided
    name="A15.before", value=15, unit="min", source="practice"
)
SHOWN = Threshold(name="A15.shown", value=5, unit="possible ones", source="authors")

_PLAIN = (EntryKind.MESSAGE, EntryKind.NOTE)
_SEEN = (
    EntryKind.OBSERVATION,
    EntryKind.SURPRISE,
    EntryKind.ACTION,
    EntryKind.STATUS,
    EntryKind.SEVERITY,
    EntryKind.ALERT,
    EntryKind.CHANGE,
    EntryKind.PAGE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What could be known when something was decided; `open`: it had no outcome or reply by then."""

    entry: Recorded
    told: Callable[[], Statement]
    open: bool = False


WORDS = Wording(
    r"""
    \b(?: let['’]s(?!\ (?:see|hope)) | we['’]ll | we\ will | decided | decides?\ (?:to|that|not|against) | going\ with | go\ ahead | agreed\ to
        | hold\ off )\b
    """,
    "let we decided decide decides going go agreed hold",
)


def possible(telling: Telling) -> list[Said]:
    """Not marked as anything else, and worded as a decision."""
    return [one for one in telling.talk.matching(WORDS) if one.entry.kind in _PLAIN]


def _possible(telling: Telling) -> tuple[Group, ...]:
    return candidates(
        telling,
        possible(telling),
        shown=SHOWN,
        title="Possible decisions, by their words",
    ).groups


def decisions(telling: Telling) -> Findings:
    """Each decision with what became known before it; what stands above already is only named."""
    entries = telling.history.entries
    by_time = sorted((entry for entry in entries if stands(entry)), key=_when)
    in_view = _InView(telling.once(raised))
    threads = telling.threads
    questions = [
        (entry, threads.reply(entry)) for entry in by_time if entry.kind is EntryKind.QUESTION
    ]
    actions = [entry for entry in entries if entry.kind is EntryKind.ACTION and stands(entry)]
    groups: list[Group] = []
    shown: set[int] = set()
    before: Recorded | None = None
    for decision in entries:
        if decision.kind is not EntryKind.DECISION or not stands(decision):
            continue
        recent = _before(by_time, decision, BEFORE.time(telling.book))
        known = {
            **{one.entry.id: one for one in _seen(telling, recent)},
            **{one.entry.id: one for one in _asked(telling, decision, questions)},
            **{one.entry.id: one for one in _ideas(telling, decision, in_view)},
        }
        ordered = sorted(known.values(), key=lambda one: _when(one.entry))
        statements = [one.told() for one in ordered if one.entry.id not in shown]
        if before is not None:
            statements += _carried(
                telling, before, [one for one in ordered if one.entry.id in shown]
            )
        groups.append(
            Group(
                lead=telling.tell(decision),
                statements=(
                    *statements,
                    *_present(telling, recent),
                    *_after(telling, actions, decision),
                ),
            )
        )
        shown |= known.keys()
        before = decision
    return Findings(groups=(*groups, *_possible(telling)))


def _when(entry: Recorded) -> tuple[object, int]:
    return known_at(entry), entry.id


def _before(by_time: Sequence[Recorded], decision: Recorded, before: timedelta) -> list[Recorded]:
    """What became known in the minutes before; not what was told only afterwards."""
    at = decision.occurred_at
    first, last = (
        bisect_right(by_time, moment, key=known_at)
        for moment in (at - before - timedelta(microseconds=1), at)
    )
    return [entry for entry in by_time[first:last] if entry.id != decision.id]


def _seen(telling: Telling, recent: Sequence[Recorded]) -> list[_Known]:
    """What people marked, what other systems told, changes of status, and links."""
    found = []
    for entry in recent:
        if entry.kind in _SEEN or entry.key_moment:
            found.append(_Known(entry, partial(telling.tell_when_known, entry)))
        elif links := links_in(entry.words):
            found.append(_Known(entry, partial(_linked, telling, entry, " ".join(links))))
    return found


def _linked(telling: Telling, entry: Recorded, links: str) -> Statement:
    told = telling.tell_when_known(entry)
    return replace(told, text=f"{told.text}, a link", quote=telling.quote(links))


class _InView:
    """The ideas that are open at a moment; asked of one moment after the other."""

    def __init__(self, ideas: Sequence[Idea]) -> None:
        self._to_come = sorted(ideas, key=lambda one: known_at(one.entry), reverse=True)
        self._open: list[Idea] = []

    def at(self, moment: datetime) -> list[Idea]:
        while self._to_come and known_at(self._to_come[-1].entry) <= moment:
            self._open.append(self._to_come.pop())
        self._open = [idea for idea in self._open if moment < idea.until]
        return [idea for idea in self._open if idea.is_open_at(moment)]


def _ideas(telling: Telling, decision: Recorded, in_view: _InView) -> list[_Known]:
    return [
        _still(telling, idea.entry, "without an outcome by then")
        for idea in in_view.at(decision.occurred_at)
    ]


def _asked(
    telling: Telling,
    decision: Recorded,
    questions: Sequence[tuple[Recorded, Recorded | None]],
) -> list[_Known]:
    at = decision.occurred_at
    first = bisect_left(questions, at - BEFORE.time(telling.book), key=_asked_at)
    return [
        _still(telling, question, "without a reply by then")
        for question, reply in questions[first : bisect_left(questions, at, key=_asked_at)]
        if reply is None or reply.occurred_at > at
    ]


def _asked_at(asked: tuple[Recorded, Recorded | None]) -> datetime:
    return known_at(asked[0])


def _still(telling: Telling, entry: Recorded, state: str) -> _Known:
    def told() -> Statement:
        known = telling.tell_when_known(entry)
        return replace(known, text=f"{known.text}, {state}")

    return _Known(entry, told, open=True)


def _carried(telling: Telling, before: Recorded, known: Sequence[_Known]) -> list[Statement]:
    """What was known at the decision before already, and is told there or further up."""
    if not known:
        return []
    entries = [one.entry for one in known]
    still_open = [one.entry for one in known if one.open]
    then = telling.clock(before.occurred_at)
    found = [_of(entries, f"Known already at the decision of {then}, and told above.")]
    if still_open:
        found.append(_of(still_open, "Of it, still without an outcome or a reply."))
    return found


def _of(entries: Sequence[Recorded], text: str) -> Statement:
    marked = all(rank_of(entry) is Rank.MARKED for entry in entries)
    return Statement(text=text, evidence=ids(entries), rank=Rank.MARKED if marked else Rank.SYSTEM)


def _present(telling: Telling, recent: Sequence[Recorded]) -> list[Statement]:
    said = [entry for entry in recent if entry.is_said]
    people = len({entry.by for entry in said})
    if people < 2:
        return []
    return [
        Statement(
            text=f"{people} people had written in the {BEFORE.shown(telling.book)} before.",
            evidence=tuple(dict.fromkeys((said[0].id, said[-1].id))),
            rank=Rank.SYSTEM,
        )
    ]


def _after(telling: Telling, actions: Sequence[Recorded], decision: Recorded) -> list[Statement]:
    """The first action on record after it; whether it followed from it, people know."""
    place = bisect_right(actions, decision.occurred_at, key=lambda one: one.occurred_at)
    return [
        Statement(
            text=f"Next action on record: {telling.clock(action.occurred_at)}.",
            evidence=(action.id,),
            rank=rank_of(action),
        )
        for action in actions[place : place + 1]
    ]


DECISIONS = Analysis(
    id="A15",
    section="decisions",
    read=decisions,
    minimum="one decision that somebody marked or typed, or one such message by its words",
    thresholds=(BEFORE, SHOWN),
)
