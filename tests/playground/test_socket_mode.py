"""Socket Mode of the local Slack, with Bolt's own handler and with a bare WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from conftest import Clock, no_pause
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def address(slack: Playground) -> str:
    client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


async def connect(slack: Playground, session: aiohttp.ClientSession) -> Any:
    socket = await session.ws_connect(await address(slack))
    assert (await socket.receive_json())["type"] == "hello"
    return socket


async def test_bolt_connects_answers_and_comes_back() -> None:
    slack = Playground()
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client)
    heard: list[str] = []

    @app.command("/incident")
    async def incident(ack, command) -> None:  # type: ignore[no-untyped-def]
        await ack(text=f"you said {command['text']}")

    @app.event("message")
    async def message(event) -> None:  # type: ignore[no-untyped-def]
        heard.append(event["text"])

    handler = AsyncSocketModeHandler(app, slack.app_token)
    handler.client.web_client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    await handler.connect_async()
    ana = slack.person("ana")
    assert (await ana.types("/incident list")).text == "you said list"
    await ana.writes("one", "incidents")
    await slack.settled()
    await slack.delivery.sockets.disconnect()
    await ana.writes("two", "incidents")
    await slack.settled()
    assert heard == ["one", "two"]
    assert {one.attempts[-1].via for one in slack.delivery.sent} == {"socket"}
    await handler.close_async()
    await slack.stop()


async def test_a_ticket_is_good_for_one_connection(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    url = await address(slack)
    socket = await session.ws_connect(url)
    hello = await socket.receive_json()
    assert hello["connection_info"]["app_id"] == slack.workspace.app_id
    assert hello["num_connections"] == 1
    for used in (url, url.partition("?")[0]):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(used)
    await socket.close()


async def test_an_eleventh_connection_is_refused(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    sockets = [await connect(slack, session) for _ in range(10)]
    one_more = await session.ws_connect(await address(slack))
    frame = await one_more.receive_json()
    assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
    assert (await one_more.receive()).type is aiohttp.WSMsgType.CLOSE
    for socket in sockets:
        await socket.close()


async def test_each_kind_has_its_envelope(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, session)
    ana = slack.person("ana")

    await ana.writes("hi", "incidents")
    event = await socket.receive_json()
    assert event["type"] == "events_api"
    assert event["accepts_response_payload"] is False
    assert (event["retry_attempt"], event["retry_reason"]) == (0, "")
    assert event["payload"]["event"]["text"] == "hi"
    await socket.send_json({"envelope_id": event["envelope_id"]})

    typing = asyncio.create_task(ana.types("/incident list"))
    command = await socket.receive_json()
    assert command["type"] == "slash_commands"
    assert command["accepts_response_payload"] is True
    assert command["payload"]["text"] == "list"
    await socket.send_json(
        {"envelope_id": command["envelope_id"], "payload": {"text": "nothing open"}}
    )
    assert (await typing).text == "nothing open"

    running = asyncio.create_task(ana.shortcut("declare"))
    shortcut = await socket.receive_json()
    assert shortcut["type"] == "interactive"
    assert shortcut["payload"]["callback_id"] == "declare"
    await socket.send_json({"envelope_id": shortcut["envelope_id"]})
    assert (await running).trouble is None
    await slack.settled()
    await socket.close()


async def test_what_is_not_acknowledged_comes_again(
    clock: Clock, session: aiohttp.ClientSession
) -> None:
    slack = Playground(clock=clock, sleep=no_pause, ack_seconds=0.05)
    await slack.start()
    socket = await connect(slack, session)
    await slack.person("ana").writes("hi", "incidents")
    first = await socket.receive_json()
    second = await socket.receive_json()
    assert second["envelope_id"] != first["envelope_id"]
    assert second["payload"] == first["payload"]
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    await socket.send_json({"envelope_id": second["envelope_id"]})
    await slack.settled(retries=True)
    assert slack.delivery.sent[-1].delivered

    assert (await slack.person("ana").types("/incident")).trouble == "operation_timeout"
    await socket.close()
    await slack.stop()


async def test_nothing_is_lost_between_two_connections(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, session)
    await slack.delivery.sockets.disconnect()
    frame = await socket.receive_json()
    assert (frame["type"], frame["reason"]) == ("disconnect", "refresh_requested")
    await slack.person("ana").writes("in between", "incidents")

    fresh = await connect(slack, session)
    envelope = await fresh.receive_json()
    assert envelope["payload"]["event"]["text"] == "in between"
    await fresh.send_json({"envelope_id": envelope["envelope_id"]})
    await slack.settled()
    assert slack.delivery.sent[-1].delivered
    await socket.close()
    await fresh.close()


async def test_an_event_on_a_connection_that_breaks_is_sent_on_the_next(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    socket = await connect(slack, session)
    await slack.person("ana").writes("hi", "incidents")
    first = await socket.receive_json()
    await socket.close()
    fresh = await connect(slack, session)
    again = await fresh.receive_json()
    assert again["payload"] == first["payload"]
    assert again["retry_attempt"] == 1
    await fresh.send_json({"envelope_id": again["envelope_id"]})
    await slack.settled(retries=True)
    await fresh.close()


async def test_each_payload_goes_to_one_of_the_connections(
    slack: Playground, session: aiohttp.ClientSession
) -> None:
    sockets = [await connect(slack, session) for _ in range(2)]
    got: list[list[str]] = [[], []]

    async def listen(number: int) -> None:
        async for frame in sockets[number]:
            envelope = frame.json()
            got[number].append(envelope["payload"]["event"]["text"])
            await sockets[number].send_json({"envelope_id": envelope["envelope_id"]})

    listeners = [asyncio.create_task(listen(number)) for number in range(2)]
    for word in ("a", "b", "c", "d"):
        await slack.person("ana").writes(word, "incidents")
    await slack.settled()
    assert got == [["a", "c"], ["b", "d"]]
    await slack.delivery.sockets.cut()
    await asyncio.gather(*listeners)
