"""The control API: looking at the workspace, acting in people's names, and the stream of changes."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from conftest import Bot
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground


@pytest.fixture
async def page(slack: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{slack.url}playground/api/") as session:
        yield session


async def get(page: aiohttp.ClientSession, path: str) -> Any:
    async with page.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def post(page: aiohttp.ClientSession, path: str, status: int = 200, **args: Any) -> Any:
    async with page.post(path, json=args) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def told(stream: aiohttp.ClientResponse) -> tuple[str, Any]:
    """The next event of a stream: its kind and its data."""
    lines = [await stream.content.readline() for _ in range(3)]
    kind, data, nothing = (line.decode().rstrip("\n") for line in lines)
    assert not nothing
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_the_page_sees_who_and_what_is_there(page: aiohttp.ClientSession) -> None:
    seen = await get(page, "workspace")
    assert seen["team"]["name"] == "Northwind"
    assert [one["name"] for one in seen["people"]] == [
        "ana", "bela", "chidi", "dana", "emre", "fumiko",
    ]  # fmt: skip
    assert [one["name"] for one in seen["channels"]] == [
        "general", "incidents", "checkout", "platform",
    ]  # fmt: skip
    assert seen["now"] == "2026-11-23T14:00:00+00:00"


async def test_a_page_can_do_what_a_person_can(
    slack: Playground, page: aiohttp.ClientSession, bot: Bot, client: AsyncWebClient
) -> None:
    content = base64.b64encode(b"hello").decode()
    written = await post(
        page,
        "people/ana/writes",
        text="look",
        channel="incidents",
        files=[{"name": "a.txt", "content": content}],
    )
    ts = written["answer"]
    await post(page, "people/bela/reacts", channel="incidents", ts=ts, name="eyes")
    await post(page, "people/bela/writes", channel="incidents", thread_ts=ts, text="looking")
    await post(page, "people/ana/edits", channel="incidents", ts=ts, text="look here")
    (message,) = (await get(page, "people/bela/messages?channel=incidents"))["messages"]
    assert message["text"] == "look here"
    assert message["reactions"][0]["name"] == "eyes"
    thread = await get(page, f"people/bela/messages?channel=incidents&thread={ts}")
    assert [one["text"] for one in thread["messages"]] == ["look here", "looking"]
    (file,) = (await get(page, "people/bela/files"))["files"]
    async with page.get(f"people/bela/files/{file['id']}") as response:
        assert await response.read() == b"hello"
        assert response.headers["Content-Disposition"].startswith("attachment")

    await post(page, "people/ana/pins", channel="incidents", ts=ts)
    pinned = await get(page, "people/ana/pinned?channel=incidents")
    assert [one["ts"] for one in pinned["messages"]] == [ts]
    bot.answers({"text": "hello"})
    answer = await post(page, "people/ana/types", text="/incident", channel="general")
    assert answer["text"] == "hello"
    said = await get(page, "people/ana/ephemerals?channel=general")
    assert [one["text"] for one in said["messages"]] == ["hello"]
    await post(page, "settled")
    deliveries = (await get(page, "deliveries"))["deliveries"]
    assert {one["kind"] for one in deliveries} == {"events_api", "slash_commands"}
    await client.auth_test()
    assert [one["method"] for one in (await get(page, "calls?method=auth.test"))["calls"]] == [
        "auth.test"
    ]


async def test_a_form_is_filled_in_over_http(
    slack: Playground, page: aiohttp.ClientSession, bot: Bot, client: AsyncWebClient
) -> None:
    label = {"type": "plain_text", "text": "Title"}
    element = {"type": "plain_text_input", "action_id": "it"}
    block = {"type": "input", "block_id": "title", "label": label, "element": element}
    view = {"type": "modal", "title": label, "submit": label, "blocks": [block]}
    await post(page, "people/ana/shortcut", callback_id="declare")
    await client.views_open(trigger_id=bot.received[-1].payload["trigger_id"], view=view)
    (shown,) = (await get(page, "people/ana/views"))["views"]
    assert shown["blocks"][0]["block_id"] == "title"
    empty = await post(page, "people/ana/submits", values={})
    assert empty["errors"] == {"title": "Please complete this required field."}
    good = await post(page, "people/ana/submits", values={"title": "Checkout"})
    assert good["errors"] is None
    assert (await get(page, "people/ana/views"))["views"] == []
    assert (await get(page, "people/ana/home"))["view"] is None
    assert (await get(page, "people/ana/direct-messages"))["messages"] == []


async def test_what_cannot_be_done_is_said(page: aiohttp.ClientSession) -> None:
    refused = await post(page, "people/ana/writes", 409, channel="platform", text="x")
    assert refused["error"] == "not_in_channel"
    assert (await post(page, "people/ana/clicks", 409, action_id="x"))["error"] == "not_there"
    assert (await post(page, "people/ana/writes", 400, colour="red"))["error"] == "bad_request"
    for path in ("people/zoe/channels", "people/ana/dreams"):
        async with page.get(path) as response:
            assert response.status == 404
    async with page.post("people/ana/dances", json={}) as response:
        assert response.status == 404


async def test_faults_are_switched_over_http(
    slack: Playground, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    told = await post(
        page,
        "faults",
        rate_limits=True,
        without_scopes=["pins:write"],
        calls=[{"method": "auth.test", "what": "error", "error": "internal_error"}],
    )
    assert told["rate_limits"] is True
    assert told["calls"]["auth.test"][0]["times"] == 1
    assert "pins:write" not in slack.web_api.scopes()
    cleared = await post(page, "faults", clear=True)
    assert cleared == await get(page, "faults")
    assert cleared["without_scopes"] == []
    assert (await client.auth_test())["ok"]
    assert (await post(page, "faults", 400, nonsense=1))["error"] == "bad_request"
    wrong = [{"method": "auth.test", "what": "explode"}]
    assert (await post(page, "faults", 400, calls=wrong))["error"] == "bad_request"


async def test_the_stream_tells_what_changes(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    async with page.get("stream") as response:
        assert response.content_type == "text/event-stream"
        assert await response.content.readline() == b"retry: 300\n"
        kind, hello = await told(response)
        assert (kind, hello["id"]) == ("hello", slack.workspace.id)
        await slack.person("ana").writes("hi", "incidents")
        kind, told_of = await told(response)
    assert kind == "message"
    assert told_of["event"]["text"] == "hi"
    assert told_of["channel"] == slack.channel("incidents").id
