"""Slack's limits are kept before Slack has to say so, by all processes together."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from incibot.app import App, build
from incibot.core.incident import Incident
from incibot.core.jobs import Echo, ShowCard, ShowHome, Tell
from incibot.core.pacing import SECOND
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.jobs.show_home import REST
from incibot.store.pacing import Pace, forget
from incibot.store.schema import jobs, slots
from tests.bench import Bench, Clock, bench, text_of


@asynccontextmanager
async def limited(database: str, folder: Path) -> AsyncIterator[Bench]:
    """A workspace that holds incibot to its limits, and incibot that keeps them."""
    async with bench(database, folder, paced=True) as made:
        made.slack.faults.rate_limits = True
        yield made


@pytest.fixture
async def paced(tmp_path: Path) -> AsyncIterator[Bench]:
    """One on SQLite; what differs between databases is in `tests/store/test_pacing.py`."""
    async with limited("sqlite://", tmp_path) as made:
        yield made


@asynccontextmanager
async def another(there: Bench, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """Another process beside the first, on the same database; perhaps with a clock of its own."""
    clock = clock or there.clock
    async with build(there.app.settings, Playbook(), clock=clock, paced=True) as app:
        await app.settle_in()
        # The bench's clock stands for the database's, which both ask.
        app.slack.pace = Pace(
            app.store, team=lambda: there.slack.workspace.team_id, clock=there.clock
        )
        yield app


async def due(there: Bench) -> dict[str, datetime | None]:
    async with there.app.engine.connect() as connection:
        rows = await connection.execute(select(jobs.c.key, jobs.c.due_at))
        return {row.key: row.due_at for row in rows}


async def pass_the_time(there: Bench, *apps: App) -> int:
    """Let all do what is due, and the time pass to when something is, until there is nothing left.

    How many times it had to pass.
    """
    waits = 0
    while True:
        done = 1
        while done:
            await there.slack.settled()
            await there.app.inbound.drain()
            workers = (app.runner.work_off() for app in (there.app, *apps))
            done = sum(await asyncio.gather(*workers))
        moments = [at for at in (await due(there)).values() if at is not None]
        if not moments:
            return waits
        there.clock.at = max(there.clock.at, min(moments))
        waits += 1


def refused(there: Bench) -> list[str]:
    return [call.method for call in there.slack.calls() if call.status == 429]


def posted(there: Bench, method: str, channel: str) -> list[datetime]:
    return [call.at for call in there.slack.calls(method) if call.args.get("channel") == channel]


def gaps(moments: Sequence[datetime]) -> list[float]:
    return [(b - a).total_seconds() for a, b in pairwise(moments)]


async def test_twenty_incidents_at_once_and_two_hundred_changes_get_not_a_single_429(
    database: str, tmp_path: Path
) -> None:
    async with limited(database, tmp_path) as paced:
        few = database != "sqlite://"  # there a part of it shows what there is to show
        await respond(paced, incidents=8 if few else 20, changes=24 if few else 200)


async def respond(paced: Bench, *, incidents: int, changes: int) -> None:
    people = [paced.person(name) for name in ("ana", "bela", "chidi", "dana")]
    async with another(paced) as second:
        for n in range(incidents):
            await people[n % 4].types(f"/incident declare sev2 Checkout answers {n}")
        begun = paced.clock()
        await pass_the_time(paced, second)
        opened = paced.clock() - begun
        channels = {one.number: str(one.channel) for one in await paced.incidents()}
        assert len(channels) == incidents
        for n in range(changes):
            words = f"note number {n}" if n % 4 else f"severity sev{n // incidents % 2 + 3}"
            await people[n % 4].types(f"/incident {words}", channels[n % incidents + 1])
        await pass_the_time(paced, second)
    assert refused(paced) == []
    assert await due(paced) == {}
    # The last channel follows within a minute, and all of what belongs to them soon after.
    created = [call.at for call in paced.slack.calls("conversations.create")]
    assert max(created) - begun <= timedelta(minutes=1)
    assert opened <= timedelta(minutes=3)
    for number, channel in channels.items():
        said = text_of({"all": paced.messages(channel)})
        for n in range(changes):
            assert n % incidents + 1 != number or not n % 4 or f"number {n}" in said
        assert min(gaps(posted(paced, "chat.postMessage", channel))) >= 0.75
        (card,) = [one for one in paced.ours(channel) if "Declared by" in text_of(one)]
        assert (await paced.incident(number)).severity in text_of(card)


async def test_a_hundred_changes_in_a_burst_are_a_few_edits_and_the_last_one_shows(
    paced: Bench,
) -> None:
    ana = paced.person("ana")
    async with another(paced) as second:
        await ana.types("/incident declare sev3 Checkout answers 500")
        await pass_the_time(paced, second)
        channel = str((await paced.incident()).channel)
        paced.clock.passes(minutes=1)
        before = len(posted(paced, "chat.update", channel))
        for n in range(100):  # ten a second, with both at work all the while
            await ana.types(f"/incident severity sev{n % 2 + 1}", channel)
            paced.clock.passes(seconds=0.1)
            if n % 4 == 0:
                await asyncio.gather(paced.app.runner.work_off(), second.runner.work_off())
        await ana.types("/incident severity sev4", channel)
        await pass_the_time(paced, second)
    edits = posted(paced, "chat.update", channel)[before:]
    assert 2 <= len(edits) <= 14
    assert refused(paced) == []
    (card,) = [one for one in paced.ours(channel) if "Declared by" in text_of(one)]
    assert "sev4" in text_of(card)


async def test_whoever_is_put_off_has_not_failed_and_looks_for_nothing(paced: Bench) -> None:
    channel = str((await declared(paced)).channel)
    history = len(paced.slack.calls("conversations.history"))
    asked = paced.clock()
    for n in range(5):
        await paced.types(f"note number {n}", channel=channel)
    waiting = await due(paced)
    assert sorted(at - asked for at in waiting.values() if at) == [
        timedelta(seconds=n) for n in (1, 2, 3, 4)
    ]
    async with paced.app.engine.connect() as connection:
        rows = (await connection.execute(select(jobs))).all()
    assert {(row.attempts, row.last_error, row.waits_for) for row in rows} == {
        (0, "", "chat.postMessage")
    }
    counted = paced.app.metrics.registry.get_sample_value
    put_off = {"kind": Echo.__name__, "outcome": "put_off"}
    assert counted("incibot_jobs_total", put_off) == 4
    assert counted("incibot_slack_wait_seconds_sum", {"method": "chat.postMessage"}) == 10
    await pass_the_time(paced)
    assert len(paced.slack.calls("conversations.history")) == history
    said = [text_of(one) for one in paced.messages(channel)]
    order = re.findall(r"number (\d)", " ".join(said))
    assert list(dict.fromkeys(order)) == ["0", "1", "2", "3", "4"]


async def declared(there: Bench) -> Incident:
    await there.person("ana").types("/incident declare sev3 Checkout answers 500")
    await pass_the_time(there)
    there.clock.passes(minutes=5)
    return await there.incident()


async def test_a_429_holds_back_that_method_in_all_processes(paced: Bench) -> None:
    channel = str((await declared(paced)).channel)
    ana, bela = (UserId(paced.person(name).id) for name in ("ana", "bela"))
    async with another(paced) as second:
        paced.slack.faults.limits("chat.postMessage", retry_after=30)
        asked = paced.clock()
        await paced.types("note hello", channel=channel)
        called = len(paced.slack.calls("chat.postMessage"))
        async with paced.app.store.begin() as tx:
            await tx.ask(Tell(user=bela, words="in a channel of her own", about="x"))
            await tx.ask(ShowCard(incident=1))
            await tx.ask(ShowHome(user=ana))
        await second.runner.work_off()
        assert len(paced.slack.calls("chat.postMessage")) == called
        assert paced.slack.calls("chat.update")[-1].at == asked
        waiting = await due(paced)
        assert len(waiting) == 2
        assert min(at for at in waiting.values() if at) == asked + timedelta(seconds=30)
        await pass_the_time(paced, second)
    assert len(refused(paced)) == 1
    assert "hello" in text_of({"all": paced.messages(channel)})


async def test_what_a_person_waits_for_waits_for_nothing(paced: Bench) -> None:
    """Each slot is taken for an hour to come, and each answer is there at once."""
    channel = str((await declared(paced)).channel)
    async with paced.app.engine.begin() as connection:
        later = round(paced.clock().timestamp() + 3600) * SECOND
        await connection.execute(slots.update().values(rested=later, promised=later, closed=later))
    ana = paced.person("ana")
    answer = await ana.types("/incident note hello", channel)
    assert answer.text == "On the timeline."
    await ana.types("/incident declare")
    assert len(paced.slack.calls("views.open")) == 1
    await ana.opens_home()
    await paced.person("bela").joins(channel)
    await paced.settle()
    assert "INC-1" in text_of(ana.home)
    assert "INC-1" in text_of(paced.person("bela").ephemerals(channel)[-1])
    assert [key.partition(":")[0] for key in await due(paced)] == ["echo"]


@pytest.mark.parametrize("ahead", [-90, 90])
async def test_clocks_that_differ_by_minutes_keep_to_the_limits_all_the_same(
    paced: Bench, ahead: int
) -> None:
    """The pace goes by one clock, the database's; each process's own says when a job is due."""
    channel = str((await declared(paced)).channel)
    ana = paced.person("ana")
    wrong = Clock(paced.clock() + timedelta(seconds=ahead))
    async with another(paced, clock=wrong) as second:
        begun = paced.clock()
        for n in range(12):
            await ana.types(f"/incident note number {n}", channel)
        for _ in range(120):
            await paced.slack.settled()
            for app in (second, paced.app):
                await app.runner.work_off()
            paced.clock.passes(seconds=1)
            wrong.passes(seconds=1)
    assert await due(paced) == {}
    assert refused(paced) == []
    moments = [at for at in posted(paced, "chat.postMessage", channel) if at >= begun]
    assert len(moments) == 12
    assert min(gaps(moments)) >= 1


async def test_homes_that_nobody_waits_for_are_drawn_in_rounds(paced: Bench) -> None:
    await paced.person("bela").opens_home()
    await paced.settle()
    drawn = len(paced.slack.calls("views.publish"))
    paced.clock.passes(minutes=1)
    async with paced.app.engine.begin() as connection:
        now = round(paced.clock().timestamp()) * SECOND
        await connection.execute(
            insert(slots).values(
                team=paced.slack.workspace.team_id, key="views.publish",
                rested=now + 20 * SECOND, promised=0, closed=0,
            )
        )  # fmt: skip
    asked = paced.clock()
    await paced.person("ana").types("/incident declare sev3 Checkout answers 500")
    await paced.settle()
    assert len(paced.slack.calls("views.publish")) == drawn
    assert (await due(paced))["homes"] == asked + timedelta(seconds=REST)
    await pass_the_time(paced)
    assert len(paced.slack.calls("views.publish")) == drawn + 1
    assert "INC-1" in text_of(paced.person("bela").home)


async def test_a_database_that_does_not_answer_puts_the_call_off(
    paced: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = str((await declared(paced)).channel)

    async def gone(*_: object, **__: object) -> int:
        raise OSError("it is gone")

    monkeypatch.setattr(Pace, "_take", gone)
    called = len(paced.slack.calls("chat.postMessage"))
    await paced.types("note hello", channel=channel)
    assert len(paced.slack.calls("chat.postMessage")) == called
    monkeypatch.undo()
    await pass_the_time(paced)
    assert len(paced.slack.calls("chat.postMessage")) == called + 1


async def test_slots_that_nobody_asks_for_are_thrown_away(paced: Bench) -> None:
    await declared(paced)
    paced.clock.passes(days=2)
    await paced.app.store.write(forget)
    async with paced.app.engine.connect() as connection:
        assert (await connection.execute(select(slots))).all() == []
