"""What is missing, since when, and when people are reminded of it: each lack once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Patience, Playbook, Reminder
from incibot.core.reminders import Kept, Lack, Stand, lacks, possible
from tests.bench import START

ANA, BELA = UserId("U1"), UserId("U2")
BOOK = Playbook()
C, U, O, R = Reminder  # noqa: E741 - commander, update, open, review


def minutes(n: float) -> datetime:
    return START + timedelta(minutes=n)


def declared(kind: Kind = Kind.INCIDENT, book: Playbook = BOOK) -> Incident:
    draft = moves.Draft(title="Checkout", severity="sev2", declared_by=ANA, kind=kind)
    return _of(moves.declare(draft, number=1, book=book, at=START))


def _of(change: Change) -> Incident:
    assert change.incident is not None
    return change.incident


def takes(incident: Incident, who: UserId, at: datetime) -> Incident:
    role = BOOK.role("commander")
    return _of(moves.assign(incident, role, [who], by=who, at=at, key=str(at)))


def gives_up(incident: Incident, at: datetime) -> Incident:
    return _of(moves.release(incident, BOOK.role("commander"), [], by=ANA, at=at, key=str(at)))


def says(incident: Incident, at: datetime) -> Incident:
    return _of(moves.update(incident, "half of it works", by=ANA, at=at, key=str(at)))


def turns(incident: Incident, status: str, at: datetime, book: Playbook = BOOK) -> Incident:
    return _of(moves.move_to(incident, status, "", book=book, by=ANA, at=at, key=str(at)))


def due(
    incident: Incident, *, reviewed: bool = False, book: Playbook = BOOK
) -> dict[Reminder, float]:
    """In how many minutes after the declaration each is due."""
    found = lacks(incident, book, reviewed=reviewed)
    return {one: (lack.due_at - START) / timedelta(minutes=1) for one, lack in found.items()}


def test_a_new_incident_lacks_a_commander_an_update_and_an_end() -> None:
    assert due(declared()) == {C: 5, U: 30, O: 1440}


def test_a_commander_ends_that_lack_and_giving_it_up_begins_another() -> None:
    incident = takes(declared(), ANA, minutes(2))
    assert due(incident) == {U: 30, O: 1440}
    incident = takes(incident, BELA, minutes(20))  # a hand-over leaves nobody without
    assert due(incident) == {U: 30, O: 1440}
    assert due(gives_up(incident, minutes(60)))[C] == 65


def test_each_update_begins_its_time_anew() -> None:
    assert due(says(declared(), minutes(10)))[U] == 40


def test_an_ended_incident_lacks_a_review_alone() -> None:
    incident = turns(declared(), "resolved", minutes(90))
    assert due(incident) == {R: 90 + 5 * 1440}
    assert due(incident, reviewed=True) == {}


def test_a_reopened_incident_starts_anew() -> None:
    incident = says(declared(), minutes(10))
    incident = turns(incident, "resolved", minutes(90))
    incident = turns(incident, "investigating", minutes(600))
    assert due(incident) == {C: 605, U: 630, O: 600 + 1440}


def test_from_one_last_status_to_another_is_no_new_end() -> None:
    closed = replace(BOOK.statuses[-1], word="closed", milestone="closed")
    book = replace(BOOK, statuses=(*BOOK.statuses, closed))
    incident = turns(declared(), "resolved", minutes(90), book)
    assert due(turns(incident, "closed", minutes(500), book), book=book) == {R: 90 + 5 * 1440}


def test_one_that_ended_before_that_was_noted_is_known_by_its_milestone() -> None:
    incident = replace(turns(declared(), "resolved", minutes(90)), turned_at=None)
    assert due(incident) == {R: 90 + 5 * 1440}
    assert due(replace(incident, milestones=())) == {}


def test_of_a_near_miss_nobody_waits_for_news() -> None:
    assert due(declared(Kind.NEAR_MISS)) == {O: 1440}
    assert possible(declared(Kind.NEAR_MISS), BOOK) == (O,)
    assert due(declared(Kind.DRILL)) == {C: 5, U: 30, O: 1440}


def test_the_playbook_says_when_for_each_severity_and_what_not_at_all() -> None:
    sooner = Patience(after=timedelta(hours=1), severities={"sev1": timedelta(minutes=1)})
    never = Patience(after=timedelta(hours=1), severities={"sev2": None})
    book = replace(BOOK, reminders={C: sooner, U: never, O: Patience(after=None)})
    assert due(declared(), book=book) == {C: 60}
    assert due(replace(declared(), severity="sev1"), book=book) == {C: 1, U: 60}
    assert due(replace(declared(), severity="forgotten"), book=book) == {C: 60, U: 60}
    assert possible(declared(), book) == (C,)


LACK = Lack(since=START, due_at=minutes(5))
LATER = Lack(since=minutes(60), due_at=minutes(65))


def test_a_lack_is_spoken_of_once_and_a_new_one_again() -> None:
    kept = Kept(spoke_of=LACK.since, times=1)
    assert kept.next(LACK) is None
    assert kept.next(LATER) == minutes(65)
    assert kept.next(None) is None


def test_a_snoozed_one_waits_for_both_its_time_and_the_lacks() -> None:
    assert Kept(snoozed_until=minutes(90)).next(LATER) == minutes(90)
    assert Kept(snoozed_until=minutes(20)).next(LATER) == minutes(65)
    assert Kept(off=True).next(LATER) is None


@pytest.mark.parametrize(
    ("kept", "lack", "stand"),
    [
        (Kept(spoke_of=START, times=2), LACK, Stand.HOLDS),
        (Kept(spoke_of=START, times=2), None, Stand.SETTLED),
        (Kept(spoke_of=START, times=2), LATER, Stand.SETTLED),
        (Kept(times=2, snoozed_until=minutes(20)), LACK, Stand.SNOOZED),
        (Kept(times=2, snoozed_until=minutes(20)), None, Stand.SETTLED),
        (Kept(spoke_of=START, times=2, off=True), LACK, Stand.OFF),
        (Kept(spoke_of=START, times=3), LACK, Stand.SAID_AGAIN),
    ],
)
def test_what_became_of_what_was_said(kept: Kept, lack: Lack | None, stand: Stand) -> None:
    assert kept.stand(lack, 2) is stand


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["takes", "gives up", "says", "resolved", "investigating", "identified"]),
        st.integers(0, 2000),
    ),
    max_size=12,
)


@given(MOVES)
def test_whatever_happens_nothing_is_missing_since_before_it_could_be(
    happens: list[tuple[str, int]],
) -> None:
    incident, at, turned = declared(), START, START
    for what, later in happens:
        at += timedelta(minutes=later)
        commanded = bool(incident.holders("commander"))
        if what == "takes" and not commanded:
            incident = takes(incident, ANA, at)
        elif what == "gives up" and commanded:
            incident = gives_up(incident, at)
        elif what == "says":
            incident = says(incident, at)
        elif what in ("resolved", "investigating", "identified") and incident.status != what:
            if BOOK.is_over(incident.status) != (what == "resolved"):
                turned = at
            incident = turns(incident, what, at)
    found = lacks(incident, BOOK, reviewed=False)
    assert set(found) <= set(possible(incident, BOOK))
    assert (C in found) == (not incident.holders("commander") and incident.status != "resolved")
    for one, lack in found.items():
        assert turned <= lack.since <= at
        assert lack.due_at - lack.since == BOOK.patience(one, "sev2")
