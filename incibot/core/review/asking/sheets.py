"""Which of the questions are asked: few for each person, few for a meeting, about all of the story."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from incibot.core.people import UserId
from incibot.core.review.analyses.phases import usual
from incibot.core.review.asking.occasion import Occasion, asks
from incibot.core.review.asking.occasions import occasions
from incibot.core.review.asking.template import Turn
from incibot.core.review.asking.templates import CLOSING, HANDS_UP, OPENING
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling, known_at, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

EACH = 6  # questions for a person, between those that open and close a talk
IN_MEETING = 12
IN_DRAFT = 8
ALIKE = 3  # questions of one kind on a list

OTHERS = "Others who were there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """For a talk with one person: how to begin, what to ask, how to end."""

    user: UserId
    opening: tuple[Occasion, ...]
    questions: tuple[Occasion, ...]
    closing: Occasion


class Kit:
    """What may be worth asking about one record: the same record gives the same questions."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._found = occasions(telling)
        points = sorted(one.at for one in usual(telling.incident))
        self._phase = partial(bisect_right, points)

    @cached_property
    def draft(self) -> tuple[Occasion, ...]:
        """The few of all of them that a draft has room for.

        A question of somebody's without a reply is none of them: the draft lists all of these.
        """
        return choose(
            (one for one in self._found if one.template.id != "Q23"), IN_DRAFT, self._phase
        )

    @cached_property
    def meeting(self) -> tuple[Occasion, ...]:
        """For the meeting, without what is better asked of somebody alone first."""
        open_to_all = [one for one in self._found if not one.template.private_first]
        chosen = choose(open_to_all, IN_MEETING - 1, self._phase)
        last = self._telling.history.entries[-1:]
        return (*chosen, asks(self._telling, HANDS_UP.id, *last)) if chosen else ()

    @cached_property
    def by_role(self) -> tuple[tuple[str, tuple[Occasion, ...]], ...]:
        """By the role that people had then, for all to read; no names."""
        found: dict[str, list[Occasion]] = {}
        for one in self._found:
            for label in whom(self._telling, one):
                found.setdefault(label, []).append(one)
        return tuple(
            (label, choose(found[label], EACH, self._phase))
            for label in _in_order(self._telling, found)
        )

    @cached_property
    def people(self) -> tuple[UserId, ...]:
        """Everybody who took part, in an order in which to talk to them."""
        return tuple(self._first)

    def sheet(self, user: UserId) -> Sheet | None:
        """For a talk with them; None where they took no part."""
        first = self._first.get(user)
        if first is None:
            return None
        theirs = [one for one in self._found if user in one.to and not one.template.group]
        return Sheet(
            user=user,
            opening=tuple(asks(self._telling, one.id, first, to=[user]) for one in OPENING),
            questions=choose(theirs, EACH, self._phase),
            closing=asks(self._telling, CLOSING.id, first, to=[user]),
        )

    @cached_property
    def _first(self) -> dict[UserId, Recorded]:
        return dict(_people(self._telling))


def ask(telling: Telling) -> Kit:
    return Kit(telling)


def whom(telling: Telling, one: Occasion) -> tuple[str, ...]:
    """Whom it is for, as all may read it: the roles that they had then, or what makes it theirs."""
    if one.template.group or not one.to:
        audience = one.template.audience
        return (audience[:1].upper() + audience[1:],)
    titles = [title for user in one.to for title in _titles(telling, user, one.at) or (OTHERS,)]
    return tuple(dict.fromkeys(titles))


def choose(
    candidates: Iterable[Occasion], most: int, phase: Callable[[datetime], int]
) -> tuple[Occasion, ...]:
    """A few of them, in the order of time: the best of each phase, of each kind, then of the rest.

    What people marked comes first, then decisions, surprises, hand-overs and waits. No two are
    about the same entry.
    """
    ranked = sorted(
        candidates,
        key=lambda one: (not one.marked, one.template.turn, one.at, one.evidence, one.template.id),
    )
    chosen: list[Occasion] = []
    used: set[int] = set()
    alike: Counter[str] = Counter()
    phases: set[int] = set()
    turns: set[Turn] = set()
    wanted: tuple[Callable[[Occasion], bool], ...] = (
        lambda one: phase(one.at) not in phases,
        lambda one: one.template.turn not in turns,
        lambda one: True,
    )
    for is_wanted in wanted:
        for one in ranked:
            if len(chosen) == most:
                break
            if is_wanted(one) and used.isdisjoint(one.evidence) and alike[one.template.id] < ALIKE:
                chosen.append(one)
                used.update(one.evidence)
                alike[one.template.id] += 1
                phases.add(phase(one.at))
                turns.add(one.template.turn)
    return tuple(sorted(chosen, key=lambda one: (one.at, one.evidence)))


def _people(telling: Telling) -> list[tuple[UserId, Recorded]]:
    """Whom to talk to, each with their first entry.

    Those who held a role come first, in the order of the playbook's roles; then those whose words
    somebody marked; then all others who wrote. Nobody's words are counted.
    """
    bots = {user for user, person in telling.head.people.people.items() if person.is_bot}
    first: dict[UserId, Recorded] = {}
    wrote: set[UserId] = set()
    marked: set[UserId] = set()
    for entry in telling.history.entries:
        if entry.by is None or entry.by in bots or not stands(entry):
            continue
        if entry.by not in first or known_at(entry) < known_at(first[entry.by]):
            first[entry.by] = entry
        if entry.is_said or entry.kind is EntryKind.DECLARED:
            wrote.add(entry.by)
        if entry.is_said and rank_of(entry) is Rank.MARKED:
            marked.add(entry.by)
    order = {role.word: place for place, role in enumerate(telling.book.roles)}
    roles: dict[UserId, int] = {}
    for held in telling.incident.assignments:
        place = order.get(held.role, len(order))
        roles[held.user] = min(roles.get(held.user, place), place)
    return sorted(
        ((user, entry) for user, entry in first.items() if user in wrote or user in roles),
        key=lambda one: (
            roles.get(one[0], len(order) + 1),
            one[0] not in marked,
            known_at(one[1]),
            one[1].id,
        ),
    )


def _titles(telling: Telling, user: UserId, at: datetime) -> tuple[str, ...]:
    held = (
        one.role
        for one in telling.incident.assignments
        if one.user == user and one.since <= at and (one.until is None or at <= one.until)
    )
    return tuple(dict.fromkeys(telling.role_name(word) for word in held))


def _in_order(telling: Telling, labels: Iterable[str]) -> list[str]:
    """Roles as in the playbook, then whatever else there is, those without a role last."""
    titles = [telling.role_name(role.word) for role in telling.book.roles]
    order = {title: place for place, title in enumerate(titles)}
    return sorted(labels, key=lambda one: (order.get(one, len(order)), one == OTHERS, one))
