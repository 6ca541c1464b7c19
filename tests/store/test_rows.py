"""What is written is read again to the letter and to the microsecond, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.incident import Incident, Known, Milestone, Task, Update
from incibot.core.jobs import KINDS, Invite, Job, ShowCard, Tell, pack, unpack
from incibot.core.people import Assignment, ChannelId, Person, UserId
from incibot.core.playbook import Kind, Playbook
from incibot.core.timeline import Entry, EntryKind, Mark, MarkEvent, Source, ts_of
from incibot.errors import Conflict
from incibot.store.unit import Store, Transaction
from tests.bench import START

NUMBERS = count(1)

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=200
)  # what Slack may send; a zero byte is none of it
MOMENTS = st.datetimes(
    datetime(2001, 9, 9, 1, 46, 40),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
USERS = st.sampled_from([UserId("U1"), UserId("W2"), UserId("u1")])
DATA = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**31), 2**31) | WORDS,
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


async def declared(tx: Transaction) -> Incident:
    number = await tx.next_number()
    draft = moves.Draft(title="Checkout", severity="sev2", declared_by=UserId("U1"))
    await tx.apply(moves.declare(draft, number=number, book=Playbook(), at=tx.at))
    return await tx.incident(number)


@settings(max_examples=40)
@given(words=WORDS, at=MOMENTS, by=st.none() | USERS, name=WORDS, data=DATA)
@example(
    words="👩‍🚒 ‮שלום‬ é",
    at=START.replace(microsecond=999999),
    by=None,
    name="🤖",
    data={"é": ["🚢"]},
)
async def test_an_entry_is_read_as_it_was_written(
    store: Store, words: str, at: datetime, by: UserId | None, name: str, data: dict[str, object]
) -> None:
    entry = Entry(
        key=f"note:{next(NUMBERS)}",
        kind=EntryKind.NOTE,
        occurred_at=at,
        words=words,
        by=by,
        by_name=name,
        source=Source(channel=ChannelId("C1"), ts=ts_of(at), thread_ts=None, url=words),
        data=data,
    )
    async with store.begin() as tx:
        incident = await declared(tx)
        assert await tx.record(incident.number, entry)
    async with store.read() as tx:
        found = await tx.entry_by_key(incident.number, entry.key)
    assert found is not None
    assert found.words == words
    assert found.occurred_at == at
    assert (found.by, found.by_name, found.source, dict(found.data)) == (
        by,
        name,
        entry.source,
        data,
    )


@pytest.mark.parametrize("words", ["x" * 40_000, "🙂" * 40_000, "ש" * 40_000, "<&>" * 13_000])
async def test_the_longest_message_is_kept_whole(store: Store, words: str) -> None:
    entry = Entry(key="slack:C:1", kind=EntryKind.MESSAGE, occurred_at=START, words=words)
    async with store.begin() as tx:
        await tx.record((await declared(tx)).number, entry)
    async with store.read() as tx:
        (found,) = [one async for one in tx.entries(1) if one.key == entry.key]
    assert found.words == words


async def test_keys_that_differ_in_case_or_accent_are_two(store: Store) -> None:
    async with store.begin() as tx:
        number = (await declared(tx)).number
        for key in ("note:a", "note:A", "note:á"):
            entry = Entry(key=key, kind=EntryKind.NOTE, occurred_at=START, words=key)
            assert await tx.record(number, entry)
            assert not await tx.record(number, entry)
        for reaction in ("bulb", "BULB"):
            assert await tx.mark(
                MarkEvent(
                    channel=ChannelId("C1"),
                    ts="1795183200.000001",
                    mark=Mark.HYPOTHESIS,
                    user=UserId("U1"),
                    via=reaction,
                    at="1795183200.000002",
                    on=True,
                )
            )


@settings(max_examples=25)
@given(
    title=WORDS,
    at=MOMENTS,
    update=st.none() | st.builds(Update, words=WORDS, at=MOMENTS, by=USERS),
    held=st.lists(
        st.builds(
            Assignment,
            role=st.sampled_from(["commander", "Commander", "ops"]),
            user=USERS,
            since=MOMENTS,
            until=st.none() | MOMENTS,
        ),
        unique_by=lambda one: (one.role, one.user, one.since),
        max_size=4,
    ),
    tasks=st.lists(
        st.builds(
            Task,
            number=st.integers(1, 50),
            words=WORDS,
            created_by=USERS,
            created_at=MOMENTS,
            assignee=st.none() | USERS,
            done_at=st.none() | MOMENTS,
            done_by=st.none() | USERS,
        ),
        unique_by=lambda one: one.number,
        max_size=3,
    ),
    reached=st.lists(
        st.builds(
            Milestone,
            name=st.sampled_from(["started", "détecté", "🚢"]),
            at=MOMENTS,
            known=st.sampled_from(Known),
            key=st.just("k"),
            by=st.none() | USERS,
        ),
        unique_by=lambda one: one.name,
        max_size=3,
    ),
)
async def test_an_incident_is_read_as_it_was_written(
    store: Store,
    title: str,
    at: datetime,
    update: Update | None,
    held: list[Assignment],
    tasks: list[Task],
    reached: list[Milestone],
) -> None:
    async with store.begin() as tx:
        incident = Incident(
            number=await tx.next_number(),
            title=title,
            kind=Kind.NEAR_MISS,
            severity="sev2",
            status="investigating",
            private=False,
            declared_by=UserId("U1"),
            declared_at=at,
            summary=title,
            service=title,
            update=update,
            assignments=tuple(sorted(held, key=lambda one: (one.since, one.role, one.user))),
            milestones=tuple(sorted(reached, key=lambda one: (one.at, one.name))),
            tasks=tuple(sorted(tasks, key=lambda one: one.number)),
        )
        await tx.apply(Change(incident=incident))
    async with store.read() as tx:
        found = await tx.incident(incident.number)
    assert found == replace(incident, version=1)


async def test_a_decision_on_what_is_no_longer_so_is_a_conflict(store: Store) -> None:
    async with store.begin() as tx:
        before = await declared(tx)
    async with store.begin() as tx:
        await tx.apply(Change(incident=before))
    with pytest.raises(Conflict):
        async with store.begin() as tx:
            await tx.apply(Change(incident=before))


async def test_a_change_is_written_whole_or_not_at_all(store: Store) -> None:
    async with store.begin() as tx:
        incident = await declared(tx)
    entry = Entry(key="note:1", kind=EntryKind.NOTE, occurred_at=START, words="x")

    async def dies() -> None:
        async with store.begin() as tx:
            await tx.apply(
                Change(incident=incident, entries=(entry,), jobs=(ShowCard(incident=1),))
            )
            assert await tx.receive("event:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await dies()
    async with store.begin() as tx:
        assert (await tx.incident(1)).version == 1
        assert await tx.entry_by_key(1, "note:1") is None
        assert (await tx.waiting())[0] == 2  # the channel to be opened, and the App Homes
        assert await tx.receive("event:1")


async def test_receipts_are_kept_as_long_as_slack_may_try_again(store: Store) -> None:
    start = store.clock()
    async with store.begin() as tx:
        assert await tx.receive("event:1")
        tx.at = start + timedelta(hours=47)
        await tx.forget_receipts()
        assert not await tx.receive("event:1")
        tx.at = start + timedelta(hours=49)
        await tx.forget_receipts()
        assert await tx.receive("event:1")


@given(words=WORDS)
def test_every_job_is_read_as_it_was_written(words: str) -> None:
    job: Job = Tell(user=UserId("U1"), words=words, about="x")
    assert unpack("Tell", pack(job)) == job
    invite: Job = Invite(incident=1, who=("U1", "@oncall"))
    assert unpack("Invite", pack(invite)) == invite
    assert set(KINDS) >= {"Tell", "Invite"}


@settings(max_examples=20)
@given(person=st.builds(Person, id=USERS, name=WORDS, zone=st.just("Asia/Tokyo")))
async def test_people_are_known_by_their_latest_name(store: Store, person: Person) -> None:
    async with store.begin() as tx:
        await tx.learn([person])
    async with store.read() as tx:
        assert await tx.person(person.id) == person


async def test_a_long_timeline_is_read_in_pages_and_in_order(store: Store) -> None:
    async with store.begin() as tx:
        number = (await declared(tx)).number
        for n in range(1003):
            at = START + timedelta(seconds=(n * 7) % 40)  # many of the same instant
            entry = Entry(key=f"note:{n}", kind=EntryKind.NOTE, occurred_at=at, words=str(n))
            await tx.record(number, entry)
    async with store.read() as tx:
        found = [one async for one in tx.entries(number)]
    assert [(one.occurred_at, one.id) for one in found] == sorted(
        (one.occurred_at, one.id) for one in found
    )
    assert len(found) == 1004
