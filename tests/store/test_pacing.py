"""One row for each of Slack's limits, by one clock, whatever the processes' own say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from incibot.core.jobs import Tell
from incibot.core.pacing import SECOND, Stint, limits
from incibot.core.people import UserId
from incibot.errors import LeaseLost, PutOff
from incibot.store.pacing import Pace
from incibot.store.schema import jobs, slots
from incibot.store.unit import Store
from tests.bench import Clock

POST = "chat.postMessage"


def pace_of(store: Store, team: str = "T1", clock: Clock | None = None) -> Pace:
    return Pace(store, team=lambda: team, clock=clock)


@contextmanager
def is_put_off(seconds: float) -> Iterator[None]:
    """At most that long, and longer than a second less."""
    with pytest.raises(PutOff) as caught:
        yield
    assert seconds - 1 < caught.value.after <= seconds


async def test_the_time_is_the_databases_and_each_channel_and_workspace_has_its_own(
    store: Store,
) -> None:
    pace = pace_of(store)
    await pace.take(POST, Stint(), channel="C1")
    async with store.engine.connect() as connection:
        rows = (await connection.execute(select(slots.c.key, slots.c.rested))).all()
    rested = {row.key: row.rested / SECOND for row in rows}
    assert rested.keys() == {POST, f"{POST}:C1"}
    assert abs(rested[f"{POST}:C1"] - 1 - time.time()) < 60  # the test's own clock says 2026
    await pace.take(POST, Stint(), channel="c1")  # another to the letter, on MySQL too
    await pace_of(store, "T2").take(POST, Stint(), channel="C1")
    await pace.close(POST, 100)
    with is_put_off(100):
        await pace.take(POST, Stint(), channel="C2")
    await pace_of(store, "T2").take(POST, Stint(), channel="C2")


async def test_many_at_once_get_as_many_turns_as_there_are_and_each_other_one_its_own_moment(
    store: Store,
) -> None:
    clock = Clock()
    paces = [pace_of(store, clock=clock) for _ in range(4)]
    (limit,) = limits("pins.add").values()

    async def ask(pace: Pace) -> float:
        try:
            await pace.take("pins.add", Stint())
        except PutOff as put_off:
            return put_off.after
        return 0.0

    waits = sorted(await asyncio.gather(*(ask(paces[n % 4]) for n in range(12))))
    every = limit.every / SECOND
    assert waits == [0.0] * limit.burst + [every * n for n in range(1, 12 - limit.burst + 1)]


async def test_a_claim_that_came_back_to_its_old_count_is_another_claim(store: Store) -> None:
    """Put off, a job has as many tries as before it was claimed; a late worker is not fooled."""
    lease = timedelta(minutes=2)
    clock = store.clock
    assert isinstance(clock, Clock)
    await store.write(lambda tx: tx.ask(Tell(user=UserId("U1"), words="hello", about="x")))
    (late,) = await store.write(lambda tx: tx.claim(limit=1, lease=lease))
    clock.passes(minutes=3)
    (second,) = await store.write(lambda tx: tx.claim(limit=1, lease=lease))
    await store.write(
        lambda tx: tx.put_back(second, error=None, due_at=tx.at, attempts=0, waits_for=POST)
    )
    (third,) = await store.write(lambda tx: tx.claim(limit=1, lease=lease))
    assert (third.attempts, third.waits_for) == (late.attempts, POST)
    with pytest.raises(LeaseLost):
        await store.write(lambda tx: tx.finish(late))
    assert not await store.write(lambda tx: tx.put_back(late, error="late", due_at=None))
    await store.write(lambda tx: tx.finish(third))
    assert await store.write(lambda tx: tx.waiting()) == (0, 0, None)


async def test_a_job_that_an_older_release_took_meanwhile_is_no_longer_ours(store: Store) -> None:
    """It counts the try, and knows nothing of what tells claims apart."""
    await store.write(lambda tx: tx.ask(Tell(user=UserId("U1"), words="hello", about="x")))
    (ours,) = await store.write(lambda tx: tx.claim(limit=1, lease=timedelta(minutes=2)))
    async with store.engine.begin() as connection:
        await connection.execute(update(jobs).values(attempts=jobs.c.attempts + 1))
    with pytest.raises(LeaseLost):
        await store.write(lambda tx: tx.finish(ours))
