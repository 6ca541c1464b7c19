"""The same over a socket: nothing is lost when it breaks, nothing doubled when it comes again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from incibot.playground import Playground
from tests.bench import Bench, Clock, bench, text_of
from tests.scenarios.outage import fragile
from tests.scenarios.posting import deliver, deliveries, events


@asynccontextmanager
async def socketed(
    database: str,
    folder: Path,
    slack: Playground,
    clock: Clock,
    *,
    http: bool = False,
) -> AsyncIterator[Bench]:
    """A workspace whose deliveries come over a socket; with `http`, both ways are open."""
    async with bench(
        database, folder, playground=slack, clock=clock, SLACK_APP_TOKEN=slack.app_token
    ) as there:
        if not http:
            slack.request_url = None
        await there.app.connect()
        assert there.app.sockets is not None
        try:
            async with asyncio.timeout(10):
                while not slack.delivery.sockets.count:  # noqa: ASYNC110 - the far end says when
                    await asyncio.sleep(0.01)
            yield there
            await slack.settled()
        finally:
            await there.app.sockets.close_async()


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[Playground]:
    made = Playground(clock=clock, retry_delays=(0.0, 0.0, 0.0))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def there(
    database: str, tmp_path: Path, slack: Playground, clock: Clock
) -> AsyncIterator[Bench]:
    async with socketed(database, tmp_path, slack, clock) as made:
        yield made


def by_socket(there: Bench) -> bool:
    """Whether all that Slack has sent went over a socket."""
    return {try_.via for sent in there.slack.delivery.sent for try_ in sent.attempts} == {"socket"}


async def test_an_incident_is_declared_told_and_marked_over_a_socket(there: Bench) -> None:
    answer = await there.types("declare sev2 Checkout answers 500")
    assert "INC-1 is declared" in answer.text
    channel = str((await there.incident()).channel)
    ana = there.person("ana")
    ts = await ana.writes("db is down", channel)
    await ana.edits(channel, ts, "db is up")
    await ana.reacts(channel, ts, "ballot_box_with_check")
    await there.types("hypothesis the cache is cold", channel=channel)
    await ana.clicks("run:ruled_out", channel=channel)
    await there.settle()

    told = ["decision", "declared", "hypothesis", "joined", "link", "observation", "role"]
    assert sorted(await there.kinds()) == told
    assert by_socket(there)


async def test_a_form_over_a_socket_shows_what_is_wrong_and_then_closes(there: Bench) -> None:
    ana = there.person("ana")
    await ana.types("/incident")
    wrong = await ana.submits({"title": "Checkout", "started": "half past never"})
    assert wrong.errors is not None
    assert "half past never" in text_of(wrong.errors)
    right = await ana.submits({"started": "13:30"})
    assert (right.errors, right.trouble) == (None, None)
    await there.settle()
    assert (await there.incident()).title == "Checkout"
    assert by_socket(there)


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_new_connection_is_made_when_slack_asks_and_nothing_is_missed(
    there: Bench, reason: str
) -> None:
    channel = str((await there.declares()).channel)
    ana = there.person("ana")
    for n in range(3):
        await ana.writes(f"before {n}", channel)
    await there.slack.delivery.sockets.disconnect(reason)
    for n in range(3):
        await ana.writes(f"after {n}", channel)
    await there.settle()
    said = [one.words for one in await there.timeline() if one.kind.value == "message"]
    assert said == [*(f"before {n}" for n in range(3)), *(f"after {n}" for n in range(3))]


async def test_a_connection_that_breaks_is_mended_and_what_was_on_it_comes_again(
    there: Bench,
) -> None:
    channel = str((await there.declares()).channel)
    ana = there.person("ana")
    for n in range(5):
        await ana.writes(f"words {n}", channel)
    await there.slack.delivery.sockets.cut()
    await ana.writes("after the break", channel)
    await there.slack.settled(retries=True)
    await there.settle()
    said = [one.words for one in await there.timeline() if one.kind.value == "message"]
    assert said == [*(f"words {n}" for n in range(5)), "after the break"]
    assert by_socket(there)


async def test_an_event_that_could_not_be_kept_is_not_acknowledged(
    database: str, tmp_path: Path, clock: Clock
) -> None:
    slack = Playground(clock=clock, retry_delays=(0.0, 0.0, 0.0), ack_seconds=1.5)
    await slack.start()
    async with (
        fragile(database, tmp_path) as (url, fails, is_back),
        socketed(url, tmp_path, slack, clock) as there,
    ):
        channel = str((await there.declares()).channel)
        await fails()
        sent = len(slack.delivery.sent)
        await there.person("ana").writes("in the dark", channel)
        async with asyncio.timeout(10):
            while not any(one.attempts for one in slack.delivery.sent[sent:]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await is_back()
        await there.settle()
        (event,) = [
            one for one in events(there, "message") if one.payload["event"]["text"] == "in the dark"
        ]
        assert event.attempts[0].trouble == "timeout"
        assert event.delivered
        assert [one.words for one in await there.timeline()].count("in the dark") == 1
    await slack.stop()


async def test_a_connection_that_was_away_for_long_is_a_gap_that_is_filled(there: Bench) -> None:
    await there.app.pulse()
    channel = str((await there.declares()).channel)
    assert there.app.sockets is not None
    client = there.app.sockets.client
    there.clock.passes(minutes=2)
    await there.app.pulse()
    client.auto_reconnect_enabled = False
    await client.disconnect()
    there.slack.faults.drop_events = 100
    await there.person("ana").writes("in the dark", channel)
    there.clock.passes(minutes=20)
    await there.app.pulse()  # it is not connected, and does not say that it listens
    there.clock.passes(minutes=1)
    there.slack.faults.drop_events = 0
    await client.connect_to_new_endpoint(force=True)
    await there.app.pulse()
    await there.settle()
    said = [one.words for one in await there.timeline() if one.kind.value == "message"]
    assert said == ["in the dark"]
    (interval,) = (await there.exported())["completeness"]["not_listening"]
    assert interval == {
        "from": "2026-11-20T14:02:00.000000+00:00",
        "to": "2026-11-20T14:23:00.000000+00:00",
        "filled": True,
    }


async def test_after_each_new_connection_each_channel_is_looked_at_once(there: Bench) -> None:
    await there.app.pulse()
    await there.declares()
    assert there.app.sockets is not None
    for _ in range(2):
        before = len(there.slack.calls("conversations.history"))
        await there.app.sockets.client.connect_to_new_endpoint(force=True)
        for _ in range(3):
            await there.app.pulse()
            await there.settle()
        assert len(there.slack.calls("conversations.history")) == before + 1


async def test_over_a_socket_and_http_at_once_nothing_is_doubled(
    database: str, tmp_path: Path, slack: Playground, clock: Clock
) -> None:
    async with socketed(database, tmp_path, slack, clock, http=True) as there:
        channel = str((await there.declares()).channel)
        ana = there.person("ana")
        ts = await ana.writes("once", channel)
        await ana.reacts(channel, ts, "pushpin")
        await there.types("note 13:30 noted once", channel=channel)
        await there.settle()
        before = await there.timeline()
        assert by_socket(there)
        for kind in ("slash_commands", "events_api"):
            for sent in deliveries(there, kind):
                assert (await deliver(there, sent)).status == 200
        await there.settle()
        assert await there.timeline() == before
        assert len(await there.incidents()) == 1
