"""Slack delivers twice, late, or not at all, and others pretend to be Slack: the record is the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import func, select

from incibot.app import build, serving
from incibot.config import Settings
from incibot.core.playbook import Playbook
from incibot.playground import Playground
from incibot.store.schema import metadata
from tests.bench import Bench, Clock, bench, text_of
from tests.scenarios.outage import fragile
from tests.scenarios.posting import FORM, Answered, deliver, deliveries, events, post


async def everything(there: Bench) -> dict[str, int]:
    """How many rows each table has."""
    async with there.app.engine.connect() as connection:
        return {
            table.name: (
                await connection.execute(select(func.count()).select_from(table))
            ).scalar_one()
            for table in metadata.sorted_tables
        }


async def opened(there: Bench) -> str:
    return str((await there.declares()).channel)


# Who may deliver


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another"},
        {"age": 301.0},
        {"age": -301.0},
        {"headers": {"X-Slack-Signature": ""}},
        {"headers": {"X-Slack-Request-Timestamp": ""}},
        {"headers": {"X-Slack-Signature": "v0=", "X-Slack-Request-Timestamp": "soon"}},
        {"headers": {"X-Slack-Signature": "v0=é"}},
    ],
    ids=["secret", "old", "ahead", "unsigned", "timeless", "no-number", "no-ascii"],
)
async def test_what_slack_did_not_sign_is_refused_and_nothing_is_written(
    there: Bench, how: dict[str, Any]
) -> None:
    channel = await opened(there)
    await there.person("ana").writes("genuine", channel)
    await there.settle()
    await there.types("declare sev1 Genuine")
    before = await everything(there)
    for kind in ("events_api", "slash_commands"):
        forged = deliveries(there, kind)[-1]
        key = "event_id" if kind == "events_api" else "trigger_id"
        forged.payload[key] = "forged"
        assert (await deliver(there, forged, **how)).status == 401
    assert await everything(there) == before


async def test_a_tampered_body_is_refused(there: Bench) -> None:
    answer = await post(there, b'{"type": "event_callback"}', secret="x")
    assert answer.status == 401
    assert (await post(there, b"\xff\xfe", secret="x")).status == 401


async def test_a_genuine_request_may_hold_any_letters(there: Bench) -> None:
    answer = await there.types("declare sev2 Kassensystem für Übersee 🚢 down")
    assert "INC-1 is declared" in answer.text
    assert (await there.incident()).title == "Kassensystem für Übersee 🚢 down"


async def test_slacks_own_checks_of_the_address_pass(there: Bench) -> None:
    assert await there.slack.delivery.verify_url()
    assert await there.slack.delivery.ssl_check()


# Twice


async def test_the_same_event_twice_changes_nothing(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    ts = await ana.writes("once", channel)
    await ana.edits(channel, ts, "once only")
    await ana.reacts(channel, ts, "pushpin")
    await ana.pins(channel, ts)
    await ana.sets_topic(channel, "topic")
    await there.person("bela").joins(channel)
    await ana.deletes(channel, ts)
    await there.settle()
    before, timeline = await everything(there), await there.timeline()
    for sent in deliveries(there, "events_api"):
        assert (await deliver(there, sent)).status == 200
    await there.settle()
    assert await everything(there) == before
    assert await there.timeline() == timeline


async def test_slacks_retry_of_an_event_that_it_has_not_sent_before_counts(there: Bench) -> None:
    channel = await opened(there)
    url, there.slack.request_url = there.slack.request_url, None
    await there.person("ana").writes("came by retry", channel)
    await there.slack.settled()
    there.slack.request_url = url
    (missed,) = [one for one in events(there, "message") if not one.delivered]
    retried = {"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}
    assert (await deliver(there, missed, headers=retried)).status == 200
    assert "came by retry" in [one.words for one in await there.timeline()]


async def test_the_same_event_under_two_ids_is_one_entry(there: Bench) -> None:
    channel = await opened(there)
    await there.person("ana").writes("once", channel)
    await there.settle()
    (sent,) = [one for one in events(there, "message") if one.payload["event"]["text"] == "once"]
    sent.payload["event_id"] = "Ev-another"
    assert (await deliver(there, sent)).status == 200
    assert [one.words for one in await there.timeline()].count("once") == 1


async def test_the_same_command_twice_declares_once(there: Bench) -> None:
    await there.types("declare sev2 Checkout answers 500")
    (sent,) = deliveries(there, "slash_commands")
    before = await everything(there)
    both = await asyncio.gather(deliver(there, sent), deliver(there, sent))
    assert [one.status for one in both] == [200, 200]
    await there.settle()
    assert await everything(there) == before
    assert len(there.slack.calls("conversations.create")) == 1


async def test_the_same_command_at_once_declares_once(there: Bench) -> None:
    await there.types("help")
    (sent,) = deliveries(there, "slash_commands")
    sent.payload |= {"text": "declare sev2 At once", "trigger_id": "1.2.same"}
    answers = await asyncio.gather(*(deliver(there, sent) for _ in range(5)))
    assert {one.status for one in answers} == {200}
    assert sum("is declared" in one.text for one in answers) == 1
    assert len(await there.incidents()) == 1


async def test_the_same_form_sent_twice_declares_once(there: Bench) -> None:
    ana = there.person("ana")
    await ana.types("/incident")
    await ana.submits({"title": "Checkout answers 500"})
    await there.settle()
    sent = deliveries(there, "interactive")[-1]
    before = await everything(there)
    answer = await deliver(there, sent)
    assert answer.status == 200
    assert "errors" not in answer.text
    await there.settle()
    assert await everything(there) == before


async def test_the_same_press_of_a_button_twice_does_it_once(there: Bench) -> None:
    channel = await opened(there)
    await there.types("hypothesis the cache is cold", channel=channel)
    await there.person("ana").clicks("run:confirmed", channel=channel)
    await there.settle()
    sent = deliveries(there, "interactive")[-1]
    before, posts = await everything(there), len(there.messages(channel))
    answers = await asyncio.gather(deliver(there, sent), deliver(there, sent))
    assert [one.status for one in answers] == [200, 200]
    await there.settle()
    assert await everything(there) == before
    assert len(there.messages(channel)) == posts


# What incibot does not know


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event_id": "E1", "event": {"type": "star_added"}},
        {"type": "event_callback", "event_id": "E2", "event": {"type": "message", "channel": "C"}},
        {
            "type": "event_callback",
            "event_id": "E3",
            "event": {"type": "message", "subtype": "huddle_thread", "channel": "C", "ts": "1.2"},
        },
        {
            "type": "event_callback",
            "event_id": "E4",
            "event": {"type": "reaction_added", "user": "U", "reaction": "x", "item": {}},
        },
        {"type": "app_rate_limited", "minute_rate_limited": 1795183200},
    ],
    ids=["type", "message-without-ts", "subtype", "reaction-on-a-file", "rate-limited"],
)
async def test_an_event_that_means_nothing_is_taken_and_forgotten(
    there: Bench, body: dict[str, Any]
) -> None:
    channel = await opened(there)
    if body.get("event", {}).get("channel"):
        body["event"]["channel"] = channel
    before = await everything(there)
    answer = await post(there, json.dumps({"team_id": "T0000000001", **body}).encode())
    assert answer.status == 200
    assert await everything(there) == before


async def test_a_closed_form_is_no_news(there: Bench) -> None:
    body = {"type": "view_closed", "user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "x"}}
    sent = urlencode({"payload": json.dumps({"team": {"id": "T0000000001"}, **body})}).encode()
    assert (await post(there, sent, kind=FORM)).status == 200


# When the database does not answer


@dataclass(slots=True, kw_only=True)
class Fragile:
    """A workspace with incibot in it, on a database that can be made to fail."""

    there: Bench
    fails: Callable[[], Awaitable[None]]
    is_back: Callable[[], Awaitable[None]]
    retry: asyncio.Event  # set: Slack tries again what failed


@pytest.fixture
async def fragile_there(database: str, tmp_path: Path) -> AsyncIterator[Fragile]:
    clock, retry = Clock(), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await retry.wait()

    slack = Playground(clock=clock, sleep=sleep, retry_delays=(1.0, 1.0, 1.0))
    await slack.start()
    try:
        async with (
            fragile(database, tmp_path) as (url, fails, is_back),
            bench(url, tmp_path, playground=slack, clock=clock) as there,
        ):
            yield Fragile(there=there, fails=fails, is_back=is_back, retry=retry)
            await is_back()
    finally:
        await slack.stop()


async def test_an_event_that_could_not_be_kept_is_refused_and_comes_again(
    fragile_there: Fragile,
) -> None:
    there = fragile_there.there
    channel = await opened(there)
    await fragile_there.fails()
    await there.person("ana").writes("in the dark", channel)
    await there.slack.settled()
    (sent,) = [
        one for one in events(there, "message") if one.payload["event"]["text"] == "in the dark"
    ]
    assert [one.status for one in sent.attempts] == [503]

    await fragile_there.is_back()
    fragile_there.retry.set()
    await there.slack.settled(retries=True)
    await there.settle()
    assert sent.delivered
    assert [one.words for one in await there.timeline()].count("in the dark") == 1


async def test_a_command_during_an_outage_is_answered_kindly_and_works_afterwards(
    fragile_there: Fragile,
) -> None:
    there = fragile_there.there
    await there.types("help")
    await fragile_there.fails()
    answer = await there.person("ana").types("/incident declare sev1 Checkout answers 500")
    assert (answer.status, answer.trouble) == (200, None)
    assert "nothing was changed" in answer.text
    assert "try again" in answer.text

    await fragile_there.is_back()
    again = await there.types("declare sev1 Checkout answers 500")
    assert "INC-1 is declared" in again.text


async def test_a_form_sent_during_an_outage_keeps_what_was_typed(fragile_there: Fragile) -> None:
    there = fragile_there.there
    ana = there.person("ana")
    await ana.types("/incident")
    await fragile_there.fails()
    answer = await ana.submits({"title": "Checkout answers 500", "summary": "since 13:58"})
    assert answer.trouble is None
    assert answer.errors is not None
    assert "try again" in text_of(answer.errors)
    assert ana.view is not None

    await fragile_there.is_back()
    again = await ana.submits({})
    assert again.errors is None
    await there.settle()
    incident = await there.incident()
    assert (incident.title, incident.summary) == ("Checkout answers 500", "since 13:58")


async def test_readyz_says_that_the_database_is_away_and_that_it_is_back(
    fragile_there: Fragile, database: str
) -> None:
    there = fragile_there.there
    assert (await ready(there.url))[0] in (200, 503)
    await fragile_there.fails()
    status, waits = await ready(there.url)
    locked = database == "sqlite://"  # a locked file can still be read; what is written waits
    assert (
        (status, any("database" in one for one in waits)) == (200, False) if locked else (503, True)
    )
    await fragile_there.is_back()
    assert not any("database" in one for one in (await ready(there.url))[1])


# When Slack does not know us yet


async def ready(url: str) -> tuple[int, list[str]]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/readyz") as answer:
        return answer.status, (await answer.json())["waits_for"]


async def test_a_token_that_slack_refuses_is_said_and_a_good_one_is_enough_later(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path) as there:
        there.slack.faults.auth_error = "account_inactive"
        settings = Settings.from_env(
            {
                "SLACK_BOT_TOKEN": there.slack.bot_token,
                "SLACK_SIGNING_SECRET": there.slack.signing_secret,
                "SLACK_API_URL": there.slack.api_url,
                "DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.db'}",
                "HOST": "127.0.0.1",
                "PORT": "0",
            },
            dotenv=None,
        )
        async with build(settings, Playbook(), clock=there.clock) as app, serving(app) as url:
            status, waits = await ready(url)
            assert status == 503
            assert any("Slack" in one for one in waits)
            event = b'{"type": "event_callback", "event_id": "E1", "event": {"type": "star_added"}}'
            refused = await post(there, event, url=url)
            assert refused.status == 503  # so that Slack tries again

            there.slack.faults.auth_error = None
            async with asyncio.timeout(10):
                while (await ready(url))[0] != 200:  # noqa: ASYNC110 - asked as a host would ask
                    await asyncio.sleep(0.05)
            taken: Answered = await post(there, event, url=url)
            assert taken.status == 200
