"""Whatever people do, in any order: the incident stays valid, and the record tells the same story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.incident import Incident, Known
from incibot.core.jobs import (
    Announce,
    Brief,
    Echo,
    Invite,
    OpenChannel,
    Relay,
    ShowCard,
    ShowHomes,
    pack,
    unpack,
)
from incibot.core.people import ChannelId, UserId
from incibot.core.playbook import Kind, Playbook, Role, Severity
from incibot.core.timeline import Entry, EntryKind
from incibot.errors import NotAllowed, NotFound, Refused, Unclear

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
BOOK = Playbook()
PEOPLE = [UserId(f"U{n}") for n in range(1, 5)]
people = st.sampled_from(PEOPLE)
roles = st.sampled_from(BOOK.roles)
words = st.text(max_size=20)
ON_THE_CARDS = {EntryKind.STATUS, EntryKind.SEVERITY, EntryKind.ROLE, EntryKind.UPDATE, EntryKind.MILESTONE}  # fmt: skip


class Response(RuleBasedStateMachine):
    """An incident, and all that was recorded of it."""

    incident: Incident
    entries: list[Entry]
    at: datetime
    count: int

    @initialize(
        private=st.booleans(),
        commander=st.none() | people,
        started=st.none() | st.integers(0, 9000),
        severity=st.sampled_from(BOOK.severities),
    )
    def declares(
        self, private: bool, commander: UserId | None, started: int | None, severity: Severity
    ) -> None:
        self.at = START
        self.count = 0
        self.entries = []
        draft = moves.Draft(
            title="Checkout",
            severity=severity.word,
            declared_by=PEOPLE[0],
            private=private,
            commander=commander,
            started_at=None if started is None else START - timedelta(seconds=started),
        )
        change = moves.declare(draft, number=7, book=BOOK, at=START)
        assert change.jobs == (OpenChannel(incident=7), ShowHomes())
        self.write(change)

    def write(self, change: Change) -> None:
        """As the store would."""
        if change.incident is not None:
            before = getattr(self, "incident", None)
            assert before is None or change.incident.version == before.version
            self.incident = replace(change.incident, version=change.incident.version + 1)
        self.entries += change.entries
        for job in change.jobs:
            assert unpack(type(job).__name__, pack(job)) == job
            assert len(job.key) <= 190

    def does(self, move: Callable[[str], Change], by: UserId, *kinds: EntryKind) -> None:
        """Somebody makes a move: it is recorded under their name, or refused."""
        self.at += timedelta(seconds=1)
        self.count += 1
        try:
            change = move(f"key{self.count}")
        except Refused:
            return
        (entry,) = change.entries
        assert entry.by == by
        assert entry.kind in kinds
        assert entry.words
        number = change.incident.number if change.incident else change.about
        assert number == self.incident.number
        assert Echo(incident=7, entry=entry.key) in change.jobs
        if entry.kind in ON_THE_CARDS:
            assert ShowCard(incident=7) in change.jobs
            assert (Announce(incident=7) in change.jobs) != self.incident.private
        if self.incident.private:
            assert not any(isinstance(job, Announce | Relay) for job in change.jobs)
        self.write(change)

    @rule(role=roles, users=st.lists(people, min_size=1, max_size=3), by=people)
    def assigns(self, role: Role, users: list[UserId], by: UserId) -> None:
        before = self.incident.holders(role.word)
        self.does(
            lambda key: moves.assign(self.incident, role, users, by=by, at=self.at, key=key),
            by,
            EntryKind.ROLE,
        )
        after = self.incident.holders(role.word)
        if after != before:
            assert set(users) <= set(after)

    @rule(role=roles, users=st.lists(people, max_size=2), by=people)
    def releases(self, role: Role, users: list[UserId], by: UserId) -> None:
        self.does(
            lambda key: moves.release(self.incident, role, users, by=by, at=self.at, key=key),
            by,
            EntryKind.ROLE,
        )
        assert not set(users or PEOPLE) & set(self.incident.holders(role.word))

    @rule(
        word=st.sampled_from([*(one.word for one in BOOK.severities), "sev9"]), why=words, by=people
    )
    def rates(self, word: str, why: str, by: UserId) -> None:
        self.does(
            lambda key: moves.rate(self.incident, word, why, book=BOOK, by=by, at=self.at, key=key),
            by,
            EntryKind.SEVERITY,
        )

    @rule(
        word=st.sampled_from([*(one.word for one in BOOK.statuses), "gone"]), note=words, by=people
    )
    def moves_on(self, word: str, note: str, by: UserId) -> None:
        self.does(
            lambda key: moves.move_to(
                self.incident, word, note, book=BOOK, by=by, at=self.at, key=key
            ),
            by,
            EntryKind.STATUS,
        )

    @rule(by=people, summary=words)
    def resolves(self, by: UserId, summary: str) -> None:
        self.does(
            lambda key: moves.resolve(
                self.incident, summary, book=BOOK, by=by, at=self.at, key=key
            ),
            by,
            EntryKind.STATUS,
        )
        assert BOOK.is_over(self.incident.status)

    @precondition(lambda self: BOOK.is_over(self.incident.status))
    @rule(by=people, why=words)
    def reopens(self, by: UserId, why: str) -> None:
        self.does(
            lambda key: moves.reopen(self.incident, why, book=BOOK, by=by, at=self.at, key=key),
            by,
            EntryKind.STATUS,
        )
        assert BOOK.is_over(self.incident.status) != bool(why)

    @rule(by=people, text=words)
    def updates(self, by: UserId, text: str) -> None:
        self.does(
            lambda key: moves.update(self.incident, text, by=by, at=self.at, key=key),
            by,
            EntryKind.UPDATE,
        )

    @rule(by=people, name=st.sampled_from(["started", "mitigated", "resolved", "war room"]),
          seconds=st.integers(0, 9000))  # fmt: skip
    def sets_a_milestone(self, by: UserId, name: str, seconds: int) -> None:
        when = self.at - timedelta(seconds=seconds)
        self.does(
            lambda key: moves.set_milestone(self.incident, name, when, by=by, at=self.at, key=key),
            by,
            EntryKind.MILESTONE,
        )
        found = self.incident.milestone(name)
        assert found is not None
        assert (found.at, found.known) == (when, Known.STATED)

    @rule(by=people, text=words, who=st.none() | people)
    def adds_a_task(self, by: UserId, text: str, who: UserId | None) -> None:
        self.does(
            lambda key: moves.add_task(self.incident, text, who, by=by, at=self.at, key=key),
            by,
            EntryKind.TASK,
        )

    @rule(by=people, number=st.integers(1, 5))
    def finishes_a_task(self, by: UserId, number: int) -> None:
        self.does(
            lambda key: moves.finish_task(self.incident, number, by=by, at=self.at, key=key),
            by,
            EntryKind.TASK,
        )

    @rule(by=people, text=words, seconds=st.integers(0, 9000))
    def notes(self, by: UserId, text: str, seconds: int) -> None:
        before = self.incident
        self.does(
            lambda key: moves.note(
                self.incident,
                EntryKind.DECISION,
                text,
                by=by,
                occurred_at=self.at - timedelta(seconds=seconds),
                key=key,
            ),
            by,
            EntryKind.DECISION,
        )
        assert self.incident == before

    @precondition(lambda self: self.incident.channel is None)
    @rule(refused=st.booleans())
    def slack_makes_the_channel_or_not(self, refused: bool) -> None:
        if refused:
            change = moves.channel_refused(self.incident, "missing_scope", at=self.at)
        else:
            change = moves.channel_opened(
                self.incident, ChannelId("C1"), "inc-7", book=BOOK, at=self.at
            )
            holders = {held.user for held in self.incident.assignments if held.until is None}
            assert {job.user for job in change.jobs if isinstance(job, Brief)} == holders
            (first, *_) = (job for job in change.jobs if isinstance(job, Invite))
            assert {self.incident.declared_by, *holders} <= set(first.who)
        assert any(isinstance(job, Announce) for job in change.jobs) != self.incident.private
        self.write(change)
        assert bool(self.incident.trouble) == refused

    @invariant()
    def severity_and_status_are_the_playbooks(self) -> None:
        assert BOOK.severity(self.incident.severity).word == self.incident.severity
        assert BOOK.status(self.incident.status).word == self.incident.status

    @invariant()
    def each_role_is_held_as_it_may_be(self) -> None:
        for role in BOOK.roles:
            holders = self.incident.holders(role.word)
            assert len(set(holders)) == len(holders)
            assert role.several or len(holders) <= 1
        for held in self.incident.assignments:
            assert held.until is None or held.until > held.since

    @invariant()
    def each_milestone_stands_once_and_rests_on_an_entry(self) -> None:
        names = [one.name for one in self.incident.milestones]
        assert len(set(names)) == len(names)
        assert "declared" in names
        keys = {entry.key for entry in self.entries}
        assert all(one.key in keys for one in self.incident.milestones)
        for status in BOOK.statuses:
            found = self.incident.milestone(status.milestone)
            if self.incident.status == status.word and status.milestone:
                assert found is not None
            elif status.ends:
                assert found is None or found.known is Known.STATED

    @invariant()
    def the_record_tells_how_things_stand(self) -> None:
        keys = [entry.key for entry in self.entries]
        assert len(set(keys)) == len(keys)
        status, severity = BOOK.statuses[0].word, str(self.entries[0].data["severity"])
        held: dict[str, list[str]] = {}
        update = None
        tasks: dict[int, str] = {}
        for entry in self.entries:
            data = entry.data
            match entry.kind:
                case EntryKind.STATUS:
                    assert data["from"] == status
                    assert data["reopened"] == (
                        BOOK.is_over(status) and not BOOK.is_over(data["to"])
                    )
                    status = data["to"]
                case EntryKind.SEVERITY:
                    assert data["from"] == severity
                    severity = data["to"]
                case EntryKind.ROLE:
                    assert set(data["from"]) == set(held.get(data["role"], ()))
                    held[data["role"]] = data["to"]
                case EntryKind.UPDATE:
                    update = entry.words
                case EntryKind.TASK:
                    tasks[data["task"]] = data["state"]
        now = self.incident
        assert (status, severity) == (now.status, now.severity)
        assert {role: set(who) for role, who in held.items() if who} == {
            role.word: set(now.holders(role.word)) for role in BOOK.roles if now.holders(role.word)
        }
        assert update == (now.update.words if now.update else None)
        assert tasks == {one.number: "done" if one.done_at else "open" for one in now.tasks}
        assert list(tasks) == list(range(1, len(tasks) + 1))


TestResponse = Response.TestCase


def incident() -> Incident:
    draft = moves.Draft(title=" Checkout \n answers ", severity="SEV2", declared_by=PEOPLE[0])
    change = moves.declare(draft, number=7, book=BOOK, at=START)
    assert change.incident is not None
    return change.incident


def test_a_title_stands_on_one_line_and_a_severity_in_the_playbooks_spelling() -> None:
    made = incident()
    assert (made.title, made.severity) == ("Checkout answers", "sev2")


@pytest.mark.parametrize(("title", "severity"), [(" \n ", "sev1"), ("Checkout", "sev9")])
def test_nothing_is_declared_without_a_title_or_of_an_unknown_severity(
    title: str, severity: str
) -> None:
    draft = moves.Draft(title=title, severity=severity, declared_by=PEOPLE[0])
    with pytest.raises(Unclear):
        moves.declare(draft, number=7, book=BOOK, at=START)


def test_what_is_declared_says_so_and_how() -> None:
    draft = moves.Draft(
        title="<b>",
        severity="sev1",
        declared_by=PEOPLE[0],
        kind=Kind.NEAR_MISS,
        summary="a & b",
        service="carts",
        private=True,
        link="https://slack.example/archives/C1/p1",
        started_at=START - timedelta(minutes=5),
    )
    change = moves.declare(draft, number=7, book=BOOK, at=START)
    declared, started, link = change.entries
    assert declared.words == "&lt;b&gt;\na &amp; b"
    assert declared.data == {
        "severity": "sev1", "kind": "near_miss", "service": "carts", "private": True,
    }  # fmt: skip
    assert started.data["milestone"] == "started"
    assert link.source.url == draft.link
    assert len({entry.key for entry in change.entries}) == 3


def test_tasks_that_are_not_there_or_done_are_refused() -> None:
    made = incident()
    with pytest.raises(NotFound, match="no task 1"):
        moves.finish_task(made, 1, by=PEOPLE[0], at=START, key="k")
    added = moves.add_task(made, "look", None, by=PEOPLE[0], at=START, key="k").incident
    assert added is not None
    done = moves.finish_task(added, 1, by=PEOPLE[1], at=START, key="l").incident
    assert done is not None
    assert done.open_tasks == ()
    with pytest.raises(NotAllowed, match="done already"):
        moves.finish_task(done, 1, by=PEOPLE[0], at=START, key="m")


def test_the_times_that_a_milestone_had_before_are_told_by_what_changed_them() -> None:
    ana, later = UserId("U1"), START + timedelta(minutes=30)
    draft = moves.Draft(title="Checkout", severity="sev2", declared_by=ana)
    incident = moves.declare(draft, number=7, book=BOOK, at=START).incident
    assert incident is not None
    for minutes in (1, 2):
        when = START + timedelta(minutes=minutes)
        change = moves.set_milestone(incident, "mitigated", when, by=ana, at=later, key="1")
        assert change.incident is not None
        incident = change.incident
    assert change.entries[0].data["from"] == (START + timedelta(minutes=1)).isoformat()

    change = moves.move_to(incident, "mitigated", "", book=BOOK, by=ana, at=later, key="2")
    assert change.entries[0].data["milestones"] == {
        "mitigated": {"from": when.isoformat(), "to": later.isoformat()}
    }
