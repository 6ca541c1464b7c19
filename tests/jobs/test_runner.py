"""Jobs are done once, again when something failed, and set aside when it will not pass."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import insert, select

from incibot.core.jobs import ShowCard, Tell
from incibot.core.people import UserId
from incibot.jobs.runner import LEASE, TRIES, Runner
from incibot.slack.gateway import Gateway
from incibot.store.schema import jobs
from tests.bench import Bench, bench, text_of
from tests.scenarios.outage import fragile


class Slow(Gateway):
    """A way to Slack on which one method waits: before it is asked, or with its answer."""

    def __init__(
        self, there: Bench, session: aiohttp.ClientSession, method: str, *, obeyed: bool = False
    ) -> None:
        super().__init__(there.slack.bot_token, there.slack.api_url, session)
        self._method = method
        self._obeyed = obeyed
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def _ask(self, method: str, call: Awaitable[Any], **where: Any) -> dict[str, Any]:
        if method != self._method:
            return await super()._ask(method, call, **where)
        answer = await super()._ask(method, call, **where) if self._obeyed else None
        self.reached.set()
        await self.go_on.wait()
        return await super()._ask(method, call, **where) if answer is None else answer


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def due(there: Bench) -> dict[str, datetime | None]:
    """When each waiting job is due, by its kind; None for a parked one."""
    async with there.app.engine.connect() as connection:
        rows = await connection.execute(select(jobs.c.kind, jobs.c.due_at))
        return {row.kind: row.due_at for row in rows}


def keys(there: Bench, channel: str) -> Counter[str]:
    found = [
        (one.get("metadata") or {}).get("event_payload", {}).get("key")
        for one in there.messages(channel)
    ]
    return Counter(key for key in found if key)


def card(there: Bench, channel: str) -> str:
    (found,) = [one for one in there.ours(channel) if "Declared by" in text_of(one)]
    return text_of(found)


async def opened(there: Bench) -> str:
    return str((await there.declares("sev3 Checkout answers 500")).channel)


async def test_many_changes_at_once_are_one_change_of_the_card(there: Bench) -> None:
    channel = await opened(there)
    before = len(there.slack.calls("chat.update"))
    ana = there.person("ana")
    for severity in ("sev1", "sev2", "sev4", "sev1"):
        await ana.types(f"/incident severity {severity}", channel)
    await there.settle()
    assert "sev1" in card(there, channel)
    # The card here and the card in the announcement channel, each once.
    assert len(there.slack.calls("chat.update")) - before == 2


async def test_a_change_while_the_card_is_drawn_draws_it_again(
    there: Bench, session: aiohttp.ClientSession
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await ana.types("/incident severity sev2", channel)
    slow = Slow(there, session, "chat.update")
    drawing = asyncio.create_task(Runner(replace(there.app.tools, slack=slow)).work_off())
    await slow.reached.wait()  # it has read sev2, and has not shown it yet
    await ana.types("/incident severity sev1", channel)
    slow.go_on.set()
    await drawing
    await there.settle()
    assert "sev1" in card(there, channel)


async def test_a_worker_that_was_thought_dead_doubles_nothing_and_leaves_no_old_card(
    there: Bench, session: aiohttp.ClientSession
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await ana.types("/incident severity sev2", channel)
    slow = Slow(there, session, "chat.update")
    late = asyncio.create_task(Runner(replace(there.app.tools, slack=slow)).work_off())
    await slow.reached.wait()
    there.clock.passes(seconds=LEASE.total_seconds() + 1)
    await ana.types("/incident severity sev1", channel)
    await there.settle()
    assert "sev1" in card(there, channel)

    slow.go_on.set()  # and now the first one writes what it read long ago
    await late
    await there.settle()
    assert "sev1" in card(there, channel)
    assert "sev2" not in card(there, channel)
    assert set(keys(there, channel).values()) == {1}
    assert await due(there) == {}


async def test_what_a_lost_worker_has_posted_is_found_and_not_posted_again(
    there: Bench, session: aiohttp.ClientSession
) -> None:
    channel = await opened(there)
    await there.person("ana").types("/incident decision roll back", channel)
    slow = Slow(there, session, "chat.postMessage", obeyed=True)
    lost = asyncio.create_task(Runner(replace(there.app.tools, slack=slow)).work_off())
    await slow.reached.wait()
    there.clock.passes(seconds=LEASE.total_seconds() + 1)
    await there.settle()
    slow.go_on.set()
    await lost
    echoes = [key for key in keys(there, channel).elements() if key.startswith("echo:decision")]
    assert len(echoes) == 1
    assert await due(there) == {}


async def test_two_workers_never_do_one_job_twice(there: Bench) -> None:
    channel = await opened(there)
    for n in range(8):
        await there.person("ana").types(f"/incident note number {n}", channel)
    await asyncio.gather(*(Runner(there.app.tools).work_off() for _ in range(4)))
    await there.settle()
    echoes = {key: n for key, n in keys(there, channel).items() if key.startswith("echo:note")}
    assert list(echoes.values()) == [1] * 8
    posted = [call for call in there.slack.calls("chat.postMessage") if "number" in str(call.args)]
    assert len(posted) == 8


async def test_slacks_time_to_wait_is_when_the_job_is_due(there: Bench) -> None:
    channel = await opened(there)
    there.slack.faults.limits("chat.postMessage", retry_after=30)
    asked = there.clock()
    await there.types("note hello", channel=channel)
    assert await due(there) == {"Echo": asked + timedelta(seconds=30)}
    there.clock.passes(seconds=29)
    await there.settle()
    assert not [key for key in keys(there, channel) if key.startswith("echo:note")]
    there.clock.passes(seconds=1)
    await there.settle()
    assert [n for key, n in keys(there, channel).items() if key.startswith("echo:note")] == [1]


async def test_what_may_pass_is_tried_again_less_and_less_often_and_then_laid_aside(
    there: Bench,
) -> None:
    channel = await opened(there)
    there.slack.faults.breaks("chat.postMessage", status=503, times=TRIES)
    await there.types("note hello", channel=channel)
    waits = []
    while (at := (await due(there)).get("Echo")) is not None:
        waits.append((at - there.clock()).total_seconds())
        there.clock.at = at
        await there.settle()
    assert len(waits) == TRIES - 1
    assert all(2**n * 0.5 <= wait <= 2**n * 1.5 for n, wait in enumerate(waits[:8]))
    assert max(waits) <= 900
    assert 4400 < sum(waits) < 13300  # half and one and a half of the nominal pauses
    assert "Could not" in card(there, channel)

    async with there.app.store.begin() as tx:
        assert await tx.retry() == 1
    await there.settle()
    assert [n for key, n in keys(there, channel).items() if key.startswith("echo:note")] == [1]
    assert "Could not" not in card(there, channel)


async def test_a_short_time_to_wait_again_and_again_does_not_use_up_the_tries(
    there: Bench,
) -> None:
    channel = await opened(there)
    there.slack.faults.limits("chat.postMessage", retry_after=1, times=TRIES)
    begun = there.clock()
    await there.types("note hello", channel=channel)
    while (at := (await due(there)).get("Echo")) is not None:
        there.clock.at = at
        await there.settle()
    assert there.clock() - begun > timedelta(minutes=20)


async def test_what_slack_will_refuse_again_is_laid_aside_and_holds_up_nothing(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, announce="#nowhere") as there:
        channel = await opened(there)
        assert (await due(there)) == {"Announce": None}
        assert len(there.slack.calls("pins.add")) == 1
        assert "channel_not_found" in card(there, channel)
        async with there.app.store.read() as tx:
            (parked,) = await tx.parked(1)
        assert (parked.kind, parked.attempts) == ("Announce", 1)
        tried = len(there.slack.calls("conversations.list"))
        there.clock.passes(hours=3)
        await there.settle()
        assert len(there.slack.calls("conversations.list")) == tried


async def test_a_job_of_a_newer_release_waits_and_the_others_are_done(there: Bench) -> None:
    channel = await opened(there)
    async with there.app.engine.begin() as connection:
        await connection.execute(
            insert(jobs).values(
                key="dance:1",
                kind="Dance",
                fields={"incident": 1},
                incident=1,
                created_at=there.clock(),
                due_at=there.clock(),
                attempts=0,
                asked=1,
                last_error="",
            )
        )
    await there.types("note hello", channel=channel)
    assert [n for key, n in keys(there, channel).items() if key.startswith("echo:note")] == [1]
    assert list(await due(there)) == ["Dance"]


async def test_fields_of_a_newer_release_are_left_out(there: Bench) -> None:
    async with there.app.store.begin() as tx:
        await tx.ask(Tell(user=UserId(there.person("ana").id), words="hello", about="x"))
    async with there.app.engine.begin() as connection:
        fields = (await connection.execute(select(jobs.c.fields))).scalar_one()
        await connection.execute(jobs.update().values(fields={**fields, "tone": "warm"}))
    await there.settle()
    assert "hello" in text_of(there.person("ana").direct_messages()[-1])


async def test_a_worker_does_what_comes_and_ends_when_it_is_told_to(there: Bench) -> None:
    working = asyncio.create_task(there.app.runner.run())
    await there.person("ana").types("/incident declare sev2 Checkout answers 500")
    async with asyncio.timeout(10):
        while not there.slack.calls("pins.add"):  # noqa: ASYNC110 - what Slack sees
            await asyncio.sleep(0.02)
    there.app.runner.stop()
    async with asyncio.timeout(10):
        await working


async def test_a_worker_outlives_an_outage_of_the_database(database: str, tmp_path: Path) -> None:
    async with fragile(database, tmp_path) as (url, fails, is_back), bench(url, tmp_path) as there:
        working = asyncio.create_task(there.app.runner.run())
        await fails()
        await asyncio.sleep(1.0)  # a look or two at a database that does not answer
        await is_back()
        assert not working.done()
        await there.person("ana").types("/incident declare sev2 Checkout answers 500")
        async with asyncio.timeout(15):
            while not there.slack.calls("pins.add"):  # noqa: ASYNC110 - what Slack sees
                await asyncio.sleep(0.02)
        there.app.runner.stop()
        async with asyncio.timeout(10):
            await working


async def test_an_update_waits_for_the_announcement_that_it_stands_under(there: Bench) -> None:
    there.slack.faults.breaks("conversations.list", status=503)  # so that it comes later
    channel = await opened(there)
    assert list(await due(there)) == ["Announce"]
    await there.types("update half of it works", channel=channel)
    assert sorted(await due(there)) == ["Announce", "Relay"]
    there.clock.passes(minutes=1)
    await there.settle()
    there.clock.passes(minutes=1)
    await there.settle()
    announced, passed_on = there.ours("incidents")
    assert passed_on["thread_ts"] == announced["ts"]
    assert "half of it works" in text_of(passed_on)
    assert await due(there) == {}


async def test_an_update_goes_nowhere_where_the_announcement_was_given_up(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path, announce="#nowhere") as there:
        channel = await opened(there)
        await there.types("update half of it works", channel=channel)  # and it is tried once more
        there.clock.passes(seconds=2)
        await there.settle()
        assert await due(there) == {"Announce": None}


async def test_a_card_of_an_incident_without_a_channel_is_no_error(there: Bench) -> None:
    there.slack.faults.fails("conversations.create", "restricted_action")
    await there.types("declare sev2 Checkout answers 500")
    async with there.app.store.begin() as tx:
        await tx.ask(ShowCard(incident=1))
    await there.settle()
    assert await due(there) == {"OpenChannel": None}
