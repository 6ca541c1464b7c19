"""Many at once: no number twice, no job lost, nobody waits for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from incibot.core import moves
from incibot.core.incident import Incident
from incibot.core.jobs import Announce, LearnPerson, ShowCard
from incibot.core.people import ChannelId, Person, UserId
from incibot.core.playbook import Playbook
from incibot.core.timeline import Entry, EntryKind, Mark, MarkEvent, Source
from incibot.errors import Conflict, LeaseLost
from incibot.store.unit import Store, Transaction
from incibot.store.workspaces import Workspace
from tests.bench import START, Bench

LEASE = timedelta(minutes=2)


async def declared(store: Store) -> Incident:
    async def declare(tx: Transaction) -> Incident:
        number = await tx.next_number()
        draft = moves.Draft(title="Checkout", severity="sev2", declared_by=UserId("U1"))
        await tx.apply(moves.declare(draft, number=number, book=Playbook(), at=tx.at))
        return await tx.incident(number)

    return await store.write(declare)


async def test_twenty_declarations_at_once_are_twenty_incidents_with_channels(
    there: Bench,
) -> None:
    people = [there.person(name) for name in ("ana", "bela", "chidi", "dana")]
    answers = await asyncio.gather(
        *(people[n % 4].types(f"/incident declare sev2 Checkout answers 50{n}") for n in range(20))
    )
    assert [one.trouble for one in answers] == [None] * 20
    assert all("is declared" in one.text for one in answers), [one.text for one in answers]
    await there.settle()
    incidents = await there.incidents()
    assert sorted(one.number for one in incidents) == list(range(1, 21))
    assert len({one.channel for one in incidents if one.channel}) == 20


async def test_four_workers_open_twenty_channels_side_by_side(store: Store) -> None:
    await asyncio.gather(*(declared(store) for _ in range(20)))
    claimed: list[int] = []

    async def work() -> None:
        while True:
            claims = await store.write(lambda tx: tx.claim(limit=4, lease=LEASE))
            if not claims:
                return
            claimed.extend(claim.id for claim in claims)
            for claim in claims:
                await store.write(partial(Transaction.finish, claim=claim))

    await asyncio.gather(*(work() for _ in range(4)))
    assert len(claimed) == 21, "and one for all App Homes"
    assert len(set(claimed)) == 21


async def test_the_same_delivery_at_once_is_signed_for_once(store: Store) -> None:
    async def receive() -> bool:
        return await store.write(lambda tx: tx.receive("event:1"))

    assert sorted(await asyncio.gather(*(receive() for _ in range(12)))) == [False] * 11 + [True]


async def test_the_same_message_at_once_is_one_entry(store: Store) -> None:
    number = (await declared(store)).number
    source = Source(channel=ChannelId("C1"), ts="1795183200.000001")
    entry = Entry(
        key="slack:C1:1", kind=EntryKind.MESSAGE, occurred_at=START, words="x", source=source
    )

    async def record() -> bool:
        return await store.write(lambda tx: tx.record(number, entry))

    assert sum(await asyncio.gather(*(record() for _ in range(10)))) == 1
    async with store.read() as tx:
        assert len([one async for one in tx.entries(number)]) == 2


async def test_words_that_come_while_their_message_is_deleted_are_gone_too(store: Store) -> None:
    number = (await declared(store)).number
    for n in range(12):
        channel, ts = ChannelId("C1"), f"17951832{n:02d}.000001"
        entry = Entry(
            key=f"slack:C1:{ts}",
            kind=EntryKind.MESSAGE,
            occurred_at=START,
            words="secret",
            source=Source(channel=channel, ts=ts),
        )
        gone = replace(entry, words="")

        async def write(entry: Entry = entry) -> None:
            async def work(tx: Transaction) -> None:
                await tx.record(number, entry)
                await tx.reword(entry.key, "more secret", since="1795183300.000001")

            await store.write(work)

        async def erase(entry: Entry = gone, ts: str = ts, at: ChannelId = channel) -> None:
            async def work(tx: Transaction) -> None:
                await tx.record(number, entry)
                await tx.erase(at, ts, at=START)

            await store.write(work)

        await asyncio.gather(*((write(), erase()) if n % 2 else (erase(), write())))
    async with store.read() as tx:
        said = [one async for one in tx.entries(number) if one.kind is EntryKind.MESSAGE]
    assert len(said) == 12
    assert {(one.words, one.revisions) for one in said} == {("", ())}


async def test_a_job_asked_for_while_it_is_done_is_done_again(store: Store) -> None:
    """Whoever asks is served by a try that began afterwards."""
    wanted = served = 0
    asking = 4

    async def ask() -> None:
        nonlocal wanted, asking
        for _ in range(25):
            await store.write(lambda tx: tx.ask(LearnPerson(user=UserId("U1"))))
            wanted += 1
        asking -= 1

    async def work() -> None:
        nonlocal served
        while True:
            done = asking == 0
            claims = await store.write(lambda tx: tx.claim(limit=1, lease=LEASE))
            for claim in claims:
                seen = wanted
                await asyncio.sleep(0)
                await store.write(partial(Transaction.finish, claim=claim))
                served = max(served, seen)
            if done and not claims:
                return

    async with asyncio.timeout(60):
        await asyncio.gather(*(ask() for _ in range(4)), work())
    assert wanted == 100
    assert served == wanted


async def test_two_decisions_at_once_get_one_order_and_the_second_is_taken_anew(
    store: Store,
) -> None:
    number = (await declared(store)).number
    book = Playbook()
    roles = [book.role(word) for word in ("commander", "scribe", "comms", "ops")]

    async def assign(n: int) -> None:
        async def work(tx: Transaction) -> None:
            incident = await tx.incident(number)
            user = UserId(f"U{n}")
            await tx.apply(moves.assign(incident, roles[n], [user], by=user, at=tx.at, key=str(n)))

        for _ in range(50):
            try:
                await store.write(work)
                return
            except Conflict:
                await asyncio.sleep(0)
        raise AssertionError("never got a turn")

    await asyncio.gather(*(assign(n) for n in range(4)))
    async with store.read() as tx:
        incident = await tx.incident(number)
        assert incident.version == 5
        assert [incident.holders(role.word) for role in roles] == [(f"U{n}",) for n in range(4)]
        assert (await tx.waiting())[0] == len({"channel", "card", "announce", "homes"}) + 3 * 4


async def test_the_same_mark_and_the_same_card_at_once_are_one(store: Store) -> None:
    event = MarkEvent(
        channel=ChannelId("C1"),
        ts="1795183200.000001",
        mark=Mark.KEY_MOMENT,
        user=UserId("U1"),
        via="pin",
        at="1795183200.000002",
        on=True,
    )

    async def mark() -> bool:
        async def work(tx: Transaction) -> bool:
            await tx.ask(ShowCard(incident=1))
            return await tx.mark(event)

        return await store.write(work)

    assert sum(await asyncio.gather(*(mark() for _ in range(8)))) == 1
    async with store.read() as tx:
        assert (await tx.waiting())[0] == 1


async def test_processes_that_start_at_once_agree_on_the_workspace(store: Store) -> None:
    here = Workspace(
        team="T1", name="Northwind", url="https://n/", bot_user=UserId("U0"), bot_id="B0"
    )

    async def settle_in() -> None:
        await store.whole.write(lambda tx: tx.settle_in(here))

    await asyncio.gather(*(settle_in() for _ in range(6)))
    async with store.read() as tx:
        assert await tx.workspace() == here
    other = Workspace(
        team="T2", name="Southwind", url="https://s/", bot_user=UserId("U9"), bot_id="B9"
    )
    async with store.whole.begin() as tx:
        await tx.settle_in(other)
        assert await tx.workspaces() == [here, other]
    for team, found in (("T1", here), ("T2", other)):
        async with store.of(team).read() as tx:
            assert await tx.workspace() == found


async def test_a_late_worker_finishes_no_job_but_its_own(store: Store) -> None:
    async with store.begin() as tx:
        await tx.ask(ShowCard(incident=1))
    async with store.begin() as tx:
        (late,) = await tx.claim(limit=1, lease=timedelta(0))
    async with store.begin() as tx:  # its lease is over: another one does it
        (other,) = await tx.claim(limit=1, lease=timedelta(minutes=1))
        await tx.finish(other)
        await tx.ask(Announce(incident=1))
    async with store.begin() as tx:
        (fresh,) = await tx.claim(limit=1, lease=timedelta(minutes=1))

    assert fresh.id != late.id
    with pytest.raises(LeaseLost):
        async with store.begin() as tx:
            await tx.finish(late)
    async with store.begin() as tx:
        await tx.finish(fresh)


async def test_two_who_block_each_other_both_get_their_turn(store: Store) -> None:
    """A server gives one of the two up; whoever was given up comes again, and nothing is lost."""
    async with store.begin() as tx:
        await tx.learn([Person(id=UserId(f"U{n}"), name="as it was") for n in (1, 2)])
    begun = {"ana": 0, "bela": 0}
    both = asyncio.Barrier(2)

    async def write(name: str, first: int, second: int) -> None:
        async def work(tx: Transaction) -> None:
            begun[name] += 1
            await tx.learn([Person(id=UserId(f"U{first}"), name=name)])
            if begun[name] == 1 and store.engine.dialect.name != "sqlite":  # there one has the turn
                await both.wait()
            await tx.learn([Person(id=UserId(f"U{second}"), name=name)])

        await store.write(work)

    async with asyncio.timeout(60):
        await asyncio.gather(write("ana", 1, 2), write("bela", 2, 1))
    async with store.read() as tx:
        names = set((await tx.people()).names().values())
    assert len(names) == 1
    assert names < {"ana", "bela"}
    assert sum(begun.values()) == (2 if store.engine.dialect.name == "sqlite" else 3)
