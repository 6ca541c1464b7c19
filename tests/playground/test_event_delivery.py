"""How the local Slack delivers over HTTP: signatures, retries, order, deadlines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from conftest import Bot, Clock, Received
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground, sign


def test_the_signature_is_the_one_that_slack_publishes() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)
    assert signature == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


async def test_every_delivery_is_signed_by_the_clock_of_the_workspace(
    slack: Playground, bot: Bot, clock: Clock
) -> None:
    ana = slack.person("ana")
    await ana.writes("naïve Ω 🎉", "incidents")
    await ana.types("/incident", "incidents")
    await ana.shortcut("declare")
    await slack.settled()
    assert len(bot.received) == 3
    for one in bot.received:
        stamp = one.headers["x-slack-request-timestamp"]
        assert stamp == str(int(clock.now.timestamp()))
        expected = sign(slack.signing_secret, stamp, one.body)
        assert one.headers["x-slack-signature"] == expected


async def test_bolt_takes_what_is_signed_with_its_secret_and_refuses_the_rest() -> None:
    slack = Playground()
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)

    async def taken(ack: Any) -> None:
        await ack("taken")

    server = web.Application()
    for secret in (slack.signing_secret, "another"):
        app = AsyncApp(client=client, signing_secret=secret)
        app.command("/incident")(taken)

        async def handle(request: web.Request, app: AsyncApp = app) -> web.Response:
            answer = await app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(answer)

        server.router.add_post(f"/{secret}", handle)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    slack.request_url = f"{base}/{slack.signing_secret}"
    good = await slack.person("ana").types("/incident")
    handshakes = await slack.delivery.verify_url(), await slack.delivery.ssl_check()
    slack.request_url = f"{base}/another"
    bad = await slack.person("ana").types("/incident")
    await runner.cleanup()
    await slack.stop()

    assert good.text == "taken"
    assert handshakes == (True, True)
    assert (bad.status, bad.trouble) == (401, "dispatch_failed")


async def test_an_event_is_sent_four_times_and_no_more(clock: Clock, bot: Bot) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    slack = Playground(clock=clock, sleep=sleep, request_url=bot.url)
    await slack.start()

    async def fails(received: Received) -> web.Response:
        return web.Response(status=500)

    bot.answer = fails
    await slack.person("ana").writes("hello?", "incidents")
    await slack.settled(retries=True)
    await slack.stop()

    assert pauses == [60.0, 300.0]
    assert [one.headers.get("x-slack-retry-num") for one in bot.received] == [None, "1", "2", "3"]
    reasons = [one.headers.get("x-slack-retry-reason") for one in bot.received]
    assert reasons == [None, "http_error", "http_error", "http_error"]
    assert len({one.body for one in bot.received}) == 1


async def test_retries_stop_when_the_bot_takes_it_or_wants_no_more(
    slack: Playground, bot: Bot
) -> None:
    async def second_time(received: Received) -> web.Response:
        return web.Response(status=200 if len(bot.received) == 2 else 503)

    bot.answer = second_time
    await slack.person("ana").writes("a", "incidents")
    await slack.settled(retries=True)
    assert len(bot.received) == 2
    assert slack.delivery.sent[-1].delivered

    async def no_more(received: Received) -> web.Response:
        return web.Response(status=500, headers={"x-slack-no-retry": "1"})

    bot.received.clear()
    bot.answer = no_more
    await slack.person("ana").writes("b", "incidents")
    await slack.settled(retries=True)
    assert len(bot.received) == 1
    assert not slack.delivery.sent[-1].delivered


async def test_a_slow_answer_counts_as_none(clock: Clock, bot: Bot) -> None:
    slack = Playground(clock=clock, request_url=bot.url, ack_seconds=0.05, retry_delays=(0.0,))
    await slack.start()
    never = asyncio.Event()

    async def slow(received: Received) -> web.Response:
        await never.wait()
        return web.Response()

    bot.answer = slow
    ana = slack.person("ana")
    answer = await ana.types("/incident")
    assert answer.trouble == "operation_timeout"
    assert (await ana.shortcut("declare")).trouble == "operation_timeout"
    # Commands and interactions are not tried again.
    assert len(bot.received) == 2
    await ana.writes("hello?", "incidents")
    await slack.settled(retries=True)
    assert bot.received[-1].headers["x-slack-retry-reason"] == "http_timeout"
    never.set()
    await slack.stop()


async def test_a_bot_that_is_down_is_a_failed_connection(
    slack: Playground, unused_tcp_port: int
) -> None:
    slack.request_url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    answer = await slack.person("ana").types("/incident")
    assert (answer.status, answer.trouble) == (0, "dispatch_failed")
    await slack.person("ana").writes("hello?", "incidents")
    await slack.settled(retries=True)
    attempts = slack.delivery.sent[-1].attempts
    assert [one.trouble for one in attempts] == ["connection_failed"] * 4


async def test_two_redirects_are_followed_and_not_three(slack: Playground) -> None:
    hops: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        hops.append(request.path)
        left = int(request.match_info["left"])
        if left:
            raise web.HTTPTemporaryRedirect(f"/{left - 1}")
        return web.Response()

    app = web.Application()
    app.router.add_post("/{left}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    slack.request_url = f"{base}/2"
    await slack.person("ana").writes("two", "incidents")
    await slack.settled(retries=True)
    assert slack.delivery.sent[-1].delivered
    slack.request_url = f"{base}/3"
    await slack.person("ana").writes("three", "incidents")
    await slack.settled(retries=True)
    assert slack.delivery.sent[-1].attempts[0].trouble == "too_many_redirects"
    await runner.cleanup()


async def test_a_bot_may_call_slack_before_it_answers(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    async def answers_in_channel(received: Received) -> web.Response:
        if received.event.get("text") == "ping":
            await client.chat_postMessage(channel=received.event["channel"], text="pong")
        return web.Response()

    bot.answer = answers_in_channel
    await slack.person("ana").writes("ping", "incidents")
    await slack.settled()
    assert [one["text"] for one in bot.events("message")] == ["ping", "pong"]
    pong = bot.events("message")[1]
    assert pong["bot_id"] == slack.workspace.bot_id
    assert "subtype" not in pong


async def test_one_event_that_fails_does_not_hold_up_the_others(clock: Clock, bot: Bot) -> None:
    woken = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await woken.wait()

    async def fails_once(received: Received) -> web.Response:
        first = received.event["text"] == "one" and "x-slack-retry-num" not in received.headers
        return web.Response(status=500 if first else 200)

    slack = Playground(clock=clock, sleep=sleep, retry_delays=(60.0,), request_url=bot.url)
    await slack.start()
    bot.answer = fails_once
    ana = slack.person("ana")
    await ana.writes("one", "incidents")
    await ana.writes("two", "incidents")
    await slack.settled()
    assert [one["text"] for one in bot.events()] == ["one", "two"]
    woken.set()
    await slack.settled(retries=True)
    assert [one["text"] for one in bot.events()] == ["one", "two", "one"]
    await slack.stop()


async def test_only_what_is_subscribed_and_in_scope_is_sent(clock: Clock, bot: Bot) -> None:
    slack = Playground(clock=clock, request_url=bot.url, subscriptions={"message", "pin_added"})
    await slack.start()
    ana = slack.person("ana")
    ts = await ana.writes("hi", "incidents")
    await ana.reacts("incidents", ts, "eyes")
    await slack.settled()
    assert [one["type"] for one in bot.events()] == ["message"]
    slack.faults.without_scopes.add("channels:history")
    await ana.writes("unheard", "incidents")
    await slack.settled()
    assert len(bot.events()) == 1
    await slack.stop()


@pytest.mark.parametrize("tab", ["home", "messages"])
async def test_opening_the_app_home_is_told(slack: Playground, bot: Bot, tab: str) -> None:
    await slack.person("ana").opens_home(tab)
    await slack.settled()
    (event,) = bot.events("app_home_opened")
    assert event["tab"] == tab
    assert event["channel"].startswith("D")
    assert "view" not in event
