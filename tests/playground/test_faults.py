"""What can be made to go wrong: calls that fail, limits, events doubled, dropped, out of order."""

from __future__ import annotations

import aiohttp
import pytest
from conftest import Bot, Clock, refusal
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground


async def test_the_next_calls_of_a_method_fail_and_then_work(
    slack: Playground, client: AsyncWebClient
) -> None:
    slack.faults.fails("chat.postMessage", "internal_error", times=2)
    channel = slack.channel("incidents").id
    for _ in range(2):
        answer = await refusal(client.chat_postMessage(channel=channel, text="x"))
        assert answer["error"] == "internal_error"
    assert (await client.chat_postMessage(channel=channel, text="x"))["ok"]
    assert len(slack.person("ana").sees(channel)) == 1


async def test_429_says_how_long_to_wait(slack: Playground, client: AsyncWebClient) -> None:
    slack.faults.limits("auth.test", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    response = caught.value.response
    assert response.status_code == 429
    assert response["error"] == "ratelimited"
    assert response.headers["Retry-After"] == "7"


async def test_the_sdk_comes_back_after_a_429(slack: Playground, client: AsyncWebClient) -> None:
    slack.faults.limits("auth.test", retry_after=0)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.auth_test())["ok"]


async def test_an_outage_is_an_http_error(slack: Playground, client: AsyncWebClient) -> None:
    slack.faults.breaks("auth.test", status=503)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert caught.value.response.status_code == 503


async def test_a_connection_can_break_before_the_work_or_after_it(
    slack: Playground, client: AsyncWebClient
) -> None:
    client.retry_handlers.clear()
    slack.faults.drops("conversations.create")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.conversations_create(name="inc-1")
    assert "inc-1" not in [one["name"] for one in slack.person("ana").channels()]

    slack.faults.loses_answer("conversations.create")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.conversations_create(name="inc-1")
    assert slack.channel("inc-1").creator == slack.workspace.bot.id
    assert (await refusal(client.conversations_create(name="inc-1")))["error"] == "name_taken"
    assert [one.status for one in slack.calls("conversations.create")] == [0, 0, 200]


async def test_auth_can_fail(slack: Playground, client: AsyncWebClient) -> None:
    slack.faults.auth_error = "token_revoked"
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"
    slack.faults.clear()
    assert (await client.auth_test())["ok"]


async def test_posts_are_limited_by_channel_and_second(
    slack: Playground, client: AsyncWebClient, clock: Clock
) -> None:
    slack.faults.rate_limits = True
    incidents, general = slack.channel("incidents").id, slack.channel("general").id
    for _ in range(4):
        await client.chat_postMessage(channel=incidents, text="burst")
    limited = client.chat_postMessage(channel=incidents, text="too much")
    assert (await refusal(limited))["error"] == "ratelimited"
    await client.chat_postMessage(channel=general, text="another channel")
    clock.passes(seconds=1)
    await client.chat_postMessage(channel=incidents, text="a second later")
    limited = client.chat_postMessage(channel=incidents, text="too much")
    assert (await refusal(limited))["error"] == "ratelimited"


async def test_a_tier_is_a_number_of_calls_a_minute(
    slack: Playground, client: AsyncWebClient, clock: Clock
) -> None:
    slack.faults.rate_limits = True
    for number in range(20):
        await client.conversations_create(name=f"inc-{number}")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_create(name="one-more")
    assert caught.value.response.headers["Retry-After"] == "3"
    clock.passes(seconds=3)
    assert (await client.conversations_create(name="one-more"))["ok"]


async def test_a_distributed_app_reads_fifteen_messages_a_minute(
    slack: Playground, client: AsyncWebClient, clock: Clock
) -> None:
    slack.faults.distributed_app = True
    ana, channel = slack.person("ana"), slack.channel("incidents").id
    for number in range(20):
        await ana.writes(f"{number}", channel)
    page = await client.conversations_history(channel=channel, limit=100)
    assert len(page["messages"]) == 15
    assert page["has_more"]
    soon = client.conversations_history(channel=channel)
    assert (await refusal(soon))["error"] == "ratelimited"
    clock.passes(seconds=60)
    assert (await client.conversations_history(channel=channel))["ok"]


async def test_events_can_come_twice_or_never_or_in_another_order(
    slack: Playground, bot: Bot
) -> None:
    ana = slack.person("ana")
    slack.faults.double_events = 1
    await ana.writes("twice", "incidents")
    slack.faults.drop_events = 1
    await ana.writes("never", "incidents")
    slack.faults.reorder_events = 2
    await ana.writes("first", "incidents")
    await ana.writes("second", "incidents")
    await ana.writes("third", "incidents")
    await slack.settled()
    assert [one["text"] for one in bot.events()] == ["twice", "twice", "second", "first", "third"]
    one, other = bot.received[:2]
    assert one.payload["event_id"] == other.payload["event_id"]
    assert "x-slack-retry-num" not in other.headers


async def test_events_that_are_held_back_come_when_things_settle(
    slack: Playground, bot: Bot
) -> None:
    slack.faults.reorder_events = 10
    await slack.person("ana").writes("only one", "incidents")
    await slack.settled()
    assert [one["text"] for one in bot.events()] == ["only one"]
