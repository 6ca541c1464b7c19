"""What other systems tell comes in any order and more than once, and comes to the same."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from incibot.core.evidence import Alert, Change, Evidence, Remark, State, What
from incibot.errors import NotFound
from incibot.jobs.runner import HANDS
from incibot.store.schema import alerts, changes, notices
from incibot.store.transaction.delivering import Origin
from tests.bench import START, Bench

SENT = st.lists(
    st.tuples(
        st.sampled_from(["firing", "acknowledged", "resolved", "remark", "change"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 4),  # minutes: several of one moment
    ),
    min_size=1,
    max_size=9,
)


def told(kind: str, key: str, at: datetime, name: str) -> Evidence:
    match kind:
        case "remark":
            return Remark(id=name, key=key, words=name, at=at)
        case "change":
            return Change(id=name, what=What.DEPLOY, title=name, at=at, service="Checkout")
        case _:
            return Alert(
                id=name,
                key=key,
                state=State(kind),
                title=f"title of {key}",
                at=at,
                service="Checkout",
                severity=f"{kind} at {at:%H:%M}",  # of two that are equal either may be the last
            )


async def comes_to(here: Bench, hook: str) -> Any:
    """What is kept of that hook, and its entries."""
    async with here.app.store.read() as tx:
        found = [
            (table.name, row._mapping)
            for table in (alerts, changes)
            for row in await tx.connection.execute(select(table).where(table.c.hook == hook))
        ]
        mine = {(name.removesuffix("s"), row["id"]) for name, row in found}
        query = (
            select(notices.c.at, notices.c.state, notices.c.words)
            .join(alerts, alerts.c.id == notices.c.alert)
            .where(alerts.c.hook == hook)
        )
        said = [tuple(row) for row in await tx.connection.execute(query)]
        entries = [
            (one.kind, one.occurred_at, one.words)
            async for one in tx.entries(1)
            if mine & {(name, one.data.get(name)) for name in ("alert", "change")}
        ]
    rows = [dict(row) for _, row in found]
    for row in rows:
        for name in ("id", "key", "hook", "heard_at", "delivery"):
            row.pop(name, None)
        if row["title"] == row.get("named"):  # only remarks are known: it never was any way
            del row["first_at"], row["fired_at"], row["changed_at"]
    return tuple(sorted(some, key=repr) for some in (rows, said, entries))


@pytest.fixture
async def with_incident(here: Bench) -> Bench:
    await here.types("Checkout answers 500")
    await here.person("ana").submits({"severity": "sev2", "other_service": "Checkout"})
    await here.settle()
    return here


@settings(max_examples=20)
@given(SENT, st.randoms(use_true_random=False))
async def test_any_order_and_repetition_comes_to_the_same(
    with_incident: Bench, sent: list[tuple[str, str, int]], chance: random.Random
) -> None:
    here = with_incident
    evidence = [
        told(kind, key, START + timedelta(minutes=minutes), f"{number} {kind}")
        for number, (kind, key, minutes) in enumerate(sent)
    ]
    some = evidence + [chance.choice(evidence) for _ in range(chance.randint(0, 4))]
    chance.shuffle(some)
    trial = uuid4().hex
    for hook, order in ((f"in-order-{trial}", evidence), (f"mixed-{trial}", some)):
        origin = Origin(source="generic", hook=hook, heard_at=here.clock())
        cut = chance.randint(0, len(order))
        for part in (order[:cut], order[cut:]):
            async with here.app.store.begin() as tx:
                await tx.take_in(part, origin)
    found, again = await comes_to(here, f"in-order-{trial}"), await comes_to(here, f"mixed-{trial}")
    assert found == again
    heard_of = {one.key for one in evidence if isinstance(one, Alert)}
    lone = [one for one in evidence if isinstance(one, Remark) and one.key not in heard_of]
    assert len(found[2]) == len(evidence) - len(lone), "of what is known whose it is, each once"


async def test_the_same_told_anew_is_nothing_new_on_each_database(there: Bench) -> None:
    await there.declares()
    origin = Origin(source="generic", hook="x", heard_at=there.clock(), service="Checkout")
    everything = [
        told(kind, "a", START, kind) for kind in ("remark", "firing", "resolved", "change")
    ]
    async with there.app.store.begin() as tx:
        first = await tx.take_in(everything, origin)
    assert (len(first.alerts), len(first.changes), first.entries) == (1, 1, 1)
    async with there.app.store.begin() as tx:
        again = await tx.take_in(everything, origin)
    assert (again.alerts, again.changes, again.entries) == ((), (), 0)
    async with there.app.store.read() as tx:
        (row,) = await tx.connection.execute(select(alerts))
        assert (row.state, row.fired, row.title) == ("resolved", 1, "title of a")
        with pytest.raises(NotFound, match="no delivery 99"):
            await tx.delivery(99)


async def test_many_who_tell_of_one_alert_at_once_are_all_heard(there: Bench) -> None:
    await there.declares()
    store = there.app.store
    origin = Origin(source="generic", hook="x", heard_at=there.clock(), service="Checkout")
    states = ("firing", "acknowledged", "resolved", "remark")
    sent = [
        told(states[number % 4], "a", START + timedelta(minutes=number), f"{number}")
        for number in range(8)
    ]

    hands = asyncio.Semaphore(HANDS)

    async def tell(one: Evidence) -> None:
        async with hands:
            await store.write(lambda tx: tx.take_in([one], origin))

    await asyncio.gather(*(tell(one) for one in sent + sent))
    async with store.read() as tx:
        (row,) = await tx.connection.execute(select(alerts))
        assert (row.state, row.fired, row.changed_at) == (
            *("resolved", 2, START + timedelta(minutes=6)),
        )
        assert len((await tx.connection.execute(select(notices))).all()) == len(sent)


async def test_a_time_that_cannot_be_is_when_we_heard_of_it(here: Bench) -> None:
    origin = Origin(source="generic", hook="x", heard_at=here.clock())
    moments = [None, START + timedelta(days=2), START + timedelta(hours=1), START]
    sent = [
        Change(id=f"{number}", what=What.OTHER, title="x", at=at)
        for number, at in enumerate(moments)
    ]
    async with here.app.store.begin() as tx:
        await tx.take_in(sent, origin)
        found = await tx.connection.execute(select(changes.c.at).order_by(changes.c.id))
        assert list(found.scalars()) == [START, START, START + timedelta(hours=1), START]
