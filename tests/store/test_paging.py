"""Who is on call and pages, on each database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import insert

from incibot.core.on_call import Known, Shift
from incibot.core.paging import Named
from incibot.core.timeline import Entry, EntryKind
from incibot.store.schema import alerts, changes, verdicts
from incibot.store.unit import Transaction
from tests.bench import Bench


async def test_pages_at_once_have_numbers_of_their_own(there: Bench) -> None:
    await there.declares()
    team = there.slack.workspace.team_id

    async def ask(tx: Transaction) -> Named:
        page = await tx.next_page(1)
        entry = Entry(key=page.entry, kind=EntryKind.PAGE, occurred_at=tx.at)
        assert await tx.record(1, entry)
        answered = Entry(key=f"{page.entry}:x", kind=EntryKind.PAGE, occurred_at=tx.at)
        await tx.record(1, answered)
        return page

    found = await asyncio.gather(*(there.app.store.write(ask) for _ in range(5)))
    assert sorted(one.number for one in found) == [1, 2, 3, 4, 5]
    assert {(one.team, one.incident) for one in found} == {(team, 1)}


async def test_what_a_schedule_told_is_kept_and_stays_when_it_tells_nothing(there: Bench) -> None:
    store, at = there.app.store, there.clock.at
    shift = Shift(who="Ана 🔥", email="a@example.com", start=at, end=at + timedelta(hours=1))
    async with store.read() as tx:
        assert await tx.duty(["a"]) == {"a": Known()}
    await store.write(lambda tx: tx.duty_is_untold("a", "503"))
    await store.write(lambda tx: tx.keep_duty("b", [shift]))
    there.clock.passes(minutes=3, microseconds=7)
    await store.write(lambda tx: tx.duty_is_untold("b", "x" * 9000))
    async with store.read() as tx:
        found = await tx.duty(["a", "b"])
    assert found["a"] == Known(asked_at=at, error="503")
    assert found["b"].known_at == at
    assert found["b"].asked_at == there.clock.at
    assert [(one.who, one.email, one.start) for one in found["b"].shifts] == [("Ана 🔥", "", at)]
    assert len(found["b"].error) == 500
    await store.write(lambda tx: tx.keep_duty("b", []))
    async with store.read() as tx:
        assert (await tx.duty(["b"]))["b"].error == ""


async def test_a_week_counts_what_fired_and_what_of_it_was_useful(there: Bench) -> None:
    at = there.clock.at
    async with there.app.store.begin() as tx:
        for n in range(1, 5):
            row = {"id": n, "key": f"a{n}", "source": "x", "hook": "x", "named": "x", "team": ""}
            row |= {"title": "CPU", "details": "", "service": "Checkout", "severity": "", "url": ""}
            row |= {"links": {}, "state": "firing", "fired": 1}
            row |= {"first_at": at, "fired_at": at - timedelta(days=3 * n - 1), "changed_at": at}
            await tx.connection.execute(insert(alerts).values(**row))
            votes = {1: (True, False, True), 2: (True, False), 3: (True,), 4: ()}[n]
            for user, useful in enumerate(votes):
                vote = {"alert": n, "user": f"U{user}", "useful": useful, "why": "", "at": at}
                await tx.connection.execute(insert(verdicts).values(**vote, team=""))
        change = {"key": "c", "source": "x", "hook": "x", "what": "deploy", "title": "x"}
        change |= {"details": "", "service": "Checkout", "version": "", "environment": ""}
        change |= {"state": "", "actor": "", "url": "", "at": at, "heard_at": at, "data": {}}
        await tx.connection.execute(insert(changes).values(**change, team=""))
    async with there.app.store.read() as tx:
        week = await tx.week("Checkout", since=at - timedelta(days=7), until=at)
        assert (week.alerts, week.judged, week.useful, week.changes) == (2, 2, 1, 0)
        week = await tx.week("Checkout", since=at - timedelta(days=30), until=at + timedelta(1))
        assert (week.alerts, week.judged, week.useful, week.changes) == (4, 3, 2, 1)
        assert (await tx.week("Mail", since=at, until=at + timedelta(1))).alerts == 0
