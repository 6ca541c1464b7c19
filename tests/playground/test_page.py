"""The page and its files, and what the control API tells a page beside the workspace itself."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from conftest import Bot, Clock
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from incibot.playground import Beside, Playground, Refusal
from incibot.playground.page import FILES

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Pager"},
    "features": {
        "slash_commands": [
            {"command": "/page", "description": "Page somebody", "usage_hint": "[who]"}
        ],
        "shortcuts": [
            {
                "name": "Page",
                "type": "global",
                "callback_id": "page",
                "description": "Page somebody",
            }
        ],
    },
    "oauth_config": {"scopes": {"bot": ["channels:history", "im:history", "commands"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels", "pin_added"]}},
}


@pytest.fixture
async def page(slack: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{slack.url}playground/api/") as session:
        yield session


async def get(page: aiohttp.ClientSession, path: str, status: int = 200) -> Any:
    async with page.get(path) as response:
        assert response.status == status, await response.text()
        return await response.json() if status == 200 else None


async def post(page: aiohttp.ClientSession, path: str, status: int = 200, **args: Any) -> Any:
    async with page.post(path, json=args) as response:
        assert response.status == status, await response.text()
        return await response.json() if response.content_type == "application/json" else None


async def room(page: aiohttp.ClientSession, who: str, name: str) -> Any:
    """A conversation as it stands in somebody's list."""
    listed = (await get(page, f"people/{who}/channels"))["channels"]
    return next(one for one in listed if one.get("name") == name)


# The files


@pytest.fixture
async def site(slack: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url) as session:
        yield session


async def test_the_page_runs_no_script_and_no_style_but_its_own(
    site: aiohttp.ClientSession,
) -> None:
    async with site.get("/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        text = await response.text()
    assert "<style" not in text
    assert "onclick" not in text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app.js", "text/javascript"),
        ("tokens.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/emoji.json", "application/json"),
    ],
)
async def test_each_kind_of_file_is_served_as_what_it_is(
    site: aiohttp.ClientSession, path: str, kind: str
) -> None:
    async with site.get(f"/page/{path}") as response:
        assert (response.status, response.content_type) == (200, kind)
        assert await response.read()


def test_all_that_the_page_names_is_there() -> None:
    named = re.compile(r"""(?:from|import)\s*\(?\s*"(\./[^"]+)"|(?:src|href)="/page/([^"]+)\"""")
    for path in FILES.rglob("*"):
        if path.suffix not in (".js", ".html") or "node_modules" in path.parts:
            continue
        for beside, below in named.findall(path.read_text(encoding="utf-8")):
            there = path.parent / beside if beside else FILES / below
            assert there.is_file(), f"{path.name} names {beside or below}"


@pytest.mark.parametrize(
    "path",
    [
        "/page/../page.py",
        "/page/..%2f..%2fplayground%2fpage.py",
        "/page/%2e%2e/server.py",
        "/page//etc/passwd",
        "/page/vendor",
        "/page/vendor/README.md",
        "/page/nothing.js",
        "/page/a%00.js",
        "/page/" + "a" * 5000 + ".js",
    ],
)
async def test_nothing_but_the_pages_own_files_is_served(
    slack: Playground, site: aiohttp.ClientSession, path: str
) -> None:
    async with site.get(URL(slack.url.rstrip("/") + path, encoded=True)) as response:
        assert response.status in (400, 404)


# The app


async def test_the_page_learns_from_the_manifest_what_the_app_offers(
    clock: Clock, bot: Bot
) -> None:
    slack = Playground(clock=clock, manifest=MANIFEST, request_url=bot.url)
    await slack.start()
    try:
        async with aiohttp.ClientSession(f"{slack.url}playground/api/") as page:
            app = (await get(page, "workspace"))["app"]
        assert app["name"] == "Pager"
        assert [one["command"] for one in app["commands"]] == ["/page"]
        assert [one["callback_id"] for one in app["shortcuts"]] == ["page"]
        assert slack.web_api.scopes() == {"channels:history", "im:history", "commands"}

        ana = slack.person("ana")
        await ana.writes("in a channel", "incidents")
        await ana.writes("to the bot alone", "@incibot")  # no message.im in the manifest
        await slack.settled()
        assert [event["text"] for event in bot.events("message")] == ["in a channel"]
    finally:
        await slack.stop()


async def test_a_workspace_without_a_manifest_offers_nothing(page: aiohttp.ClientSession) -> None:
    seen = await get(page, "workspace")
    assert (seen["app"]["commands"], seen["app"]["shortcuts"]) == ([], [])
    assert (seen["story"], seen["try"], seen["touched"]) == (None, None, False)
    assert seen["clock"] == {"now": "2026-11-23T14:00:00+00:00", "pace": 1.0}
    for path in ("bot", "story", "setup"):
        await get(page, path, 404)


class Double:
    """A machine and a show that write down what they are told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def state(self) -> dict[str, Any]:
        return {"state": "running", "pace": 10}

    async def kill(self) -> None:
        self.told.append("kill")

    async def stop(self) -> None:
        self.told.append("stop")

    async def start(self) -> None:
        self.told.append("start")

    async def do(self, what: str, pace: float | None) -> None:
        if what == "resume":
            raise Refusal("story_is_ready")
        self.told.append((what, pace))


async def test_what_stands_beside_the_workspace_is_asked_and_told_over_http(clock: Clock) -> None:
    double = Double()
    beside = Beside(machine=double, show=double, setup={"steps": []}, tries=[{"title": "Look"}])
    slack = Playground(clock=clock, beside=beside)
    await slack.start()
    try:
        async with aiohttp.ClientSession(f"{slack.url}playground/api/") as page:
            seen = await get(page, "workspace")
            assert (seen["try"], seen["story"]["pace"]) == ([{"title": "Look"}], 10)
            assert (seen["bot"]["name"], seen["bot"]["state"]) == ("incibot", "running")
            assert (await get(page, "bot"))["state"] == "running"
            assert await get(page, "setup") == {"steps": []}
            for do in ("kill", "stop", "start"):
                await post(page, "bot", do=do)
            await post(page, "bot", 400, do="explode")
            await post(page, "story", do="play", pace=None)
            await post(page, "story", do="pace")  # as it is
            await post(page, "story", 400, do="play", pace=0)
            assert (await post(page, "story", 409, do="resume"))["error"] == "story_is_ready"
        assert double.told == ["kill", "stop", "start", ("play", None), ("pace", 10)]
    finally:
        await slack.stop()


# What people see


async def test_what_others_say_is_unread_until_it_is_read(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    await post(page, "people/ana/writes", text="one", channel="incidents")
    ts = (await post(page, "people/ana/writes", text="two, @bela", channel="incidents"))["answer"]
    await post(page, "people/chidi/writes", text="a reply", channel="incidents", thread_ts=ts)
    seen = await room(page, "bela", "incidents")
    assert (seen["unread"], seen["mentioned"], seen["latest"], seen["last_read"]) == (
        2, True, ts, "0",
    )  # fmt: skip
    assert slack.person("bela").id in seen["members"]
    assert not (await room(page, "chidi", "incidents"))["mentioned"]
    assert (await room(page, "ana", "incidents"))["unread"] == 0

    async with page.get("stream") as stream:
        await stream.content.readuntil(b"\n\n")
        await post(page, "people/bela/marks", channel="incidents", ts=ts)
        told = await stream.content.readuntil(b"\n\n")
    assert told.startswith(b"event: marked\n")
    assert json.loads(told.partition(b"data: ")[2])["user"] == slack.person("bela").id
    seen = await room(page, "bela", "incidents")
    assert (seen["unread"], seen["mentioned"], seen["last_read"]) == (0, False, ts)
    await post(page, "people/bela/marks", channel="incidents", ts="1.0")  # an older window
    assert (await room(page, "bela", "incidents"))["last_read"] == ts
    await post(page, "people/bela/marks", 400, channel="incidents", ts="soon")


@pytest.mark.parametrize("words", ["@here look", "@channel look", "@oncall-checkout look"])
async def test_a_call_for_all_or_for_a_group_is_a_mention(
    page: aiohttp.ClientSession, words: str
) -> None:
    await post(page, "people/ana/writes", text=words, channel="incidents")
    assert (await room(page, "bela", "incidents"))["mentioned"]


async def test_who_joins_or_leaves_makes_nothing_unread_and_strangers_have_nothing_to_read(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    await post(page, "people/dana/joins", channel="checkout")
    assert (await room(page, "ana", "checkout"))["unread"] == 0
    await post(page, "people/dana/writes", text="hello", channel="checkout")
    assert (await room(page, "ana", "checkout"))["unread"] == 1
    assert (await room(page, "fumiko", "checkout"))["unread"] == 0


async def test_everybody_has_a_conversation_with_the_bot_and_what_it_says_there_is_a_mention(
    slack: Playground, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    listed = (await get(page, "people/emre/channels"))["channels"]
    (direct,) = [one for one in listed if one["is_im"]]
    assert direct["user"] == slack.workspace.bot.id
    await client.chat_postMessage(channel=direct["id"], text="your duties")
    listed = (await get(page, "people/emre/channels"))["channels"]
    (direct,) = [one for one in listed if one["is_im"]]
    assert (direct["unread"], direct["mentioned"]) == (1, True)


async def test_a_channel_comes_with_its_messages_and_what_was_said_to_one_alone(
    slack: Playground, page: aiohttp.ClientSession, bot: Bot
) -> None:
    await post(page, "people/ana/writes", text="*look*", channel="incidents")
    await post(page, "people/ana/sets-topic", channel="incidents", topic="Quiet")
    bot.answers({"text": "only for <you>"})
    await post(page, "people/ana/types", text="/incident", channel="incidents")
    seen = await get(page, "people/ana/messages?channel=incidents")
    assert seen["channel"]["topic"]["value"] == "Quiet"
    assert seen["channel"]["bookmarks"] == []
    assert "bold" in json.dumps(seen["messages"][0]["rich"])
    (said,) = seen["ephemerals"]
    assert said["is_ephemeral"]
    assert not (await get(page, "people/bela/messages?channel=incidents"))["ephemerals"]

    await post(page, "people/bela/dismisses", 409, channel="incidents", ts=said["ts"])
    await post(page, "people/ana/dismisses", channel="incidents", ts=said["ts"])
    assert not (await get(page, "people/ana/messages?channel=incidents"))["ephemerals"]


async def test_a_workspace_is_touched_by_deeds_and_not_by_looking(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    await post(page, "people/ana/opens-home")
    await post(page, "people/ana/marks", channel="general", ts="1")
    assert not (await get(page, "workspace"))["touched"]
    await post(page, "people/ana/writes", text="hi")
    assert (await get(page, "workspace"))["touched"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("review.html", "text/html"),
        ("notes.md", "text/plain"),
        ("table.csv", "text/plain"),
        ("timeline.json", "application/json"),
        ("graph.svg", "image/svg+xml"),
    ],
)
async def test_a_file_is_shown_in_a_sandbox(
    slack: Playground, page: aiohttp.ClientSession, name: str, kind: str
) -> None:
    await slack.person("ana").writes("look", "incidents", files=[(name, "é".encode())])
    (file,) = slack.person("ana").files()
    async with page.get(f"people/ana/files/{file['id']}?show=1") as response:
        assert response.content_type == kind
        assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Disposition" not in response.headers
        assert await response.read() == "é".encode()


async def test_a_file_of_another_kind_is_only_handed_out(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    await slack.person("ana").writes("look", "incidents", files=[("a.zip", b"PK")])
    (file,) = slack.person("ana").files()
    async with page.get(f"people/ana/files/{file['id']}?show=1") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")


# The console


async def test_deliveries_are_listed_in_short_and_shown_whole(
    page: aiohttp.ClientSession, bot: Bot
) -> None:
    await post(page, "people/ana/writes", text="hi", channel="incidents")
    await post(page, "people/ana/types", text="/incident list", channel="incidents")
    await post(page, "people/ana/shortcut", callback_id="declare")
    await post(page, "settled")
    listed = (await get(page, "deliveries"))["deliveries"]
    assert {one["what"] for one in listed} == {"message", "/incident list", "shortcut declare"}
    assert {one["state"] for one in listed} == {"delivered"}
    assert [one["n"] for one in listed] == [1, 2, 3]
    assert all("payload" not in one for one in listed)
    assert [one["n"] for one in (await get(page, "deliveries?limit=2"))["deliveries"]] == [2, 3]
    command = next(one["n"] for one in listed if one["kind"] == "slash_commands")
    assert (await get(page, f"deliveries/{command}"))["payload"]["text"] == "list"
    for n in ("0", "4", "x"):
        await get(page, f"deliveries/{n}", 404)


async def test_a_delivery_says_when_it_is_tried_again_and_when_it_is_lost(
    clock: Clock, bot: Bot
) -> None:
    released: list[float] = []

    async def sleep(seconds: float) -> None:
        released.append(seconds)
        async with aiohttp.ClientSession(f"{slack.url}playground/api/") as page:
            (waits,) = (await get(page, "deliveries"))["deliveries"]
        assert waits["state"] == "waiting"
        assert waits["next_try_at"] == "2026-11-23T14:01:00+00:00"

    slack = Playground(
        clock=clock, request_url="http://127.0.0.1:9/", sleep=sleep, retry_delays=(0.0, 60.0)
    )
    await slack.start()
    try:
        await slack.person("ana").writes("hi", "incidents")
        await slack.settled(retries=True)
        (sent,) = slack.delivery.sent
        assert released == [60.0]
        assert [attempt.retry for attempt in sent.attempts] == [0, 1, 2]
        assert (sent.state, sent.next_try_at) == ("lost", None)
    finally:
        await slack.stop()


async def test_calls_are_listed_in_short_and_shown_whole(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    await client.auth_test()
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0", text="hi")
    good, bad = (await get(page, "calls?limit=50"))["calls"]
    assert (good["n"], good["ok"], good["error"], good["status"]) == (1, True, None, 200)
    assert (bad["ok"], bad["error"]) == (False, "channel_not_found")
    assert good["took_ms"] >= 0
    assert (await get(page, "calls/2"))["args"]["text"] == "hi"
    assert (await get(page, "calls/1"))["answer"]["ok"]
    await get(page, "calls/3", 404)


async def test_the_stream_tells_of_deliveries_and_calls_without_what_is_in_them(
    page: aiohttp.ClientSession, bot: Bot, client: AsyncWebClient
) -> None:
    async with page.get("stream") as stream:
        await stream.content.readuntil(b"\n\n")
        await post(page, "people/ana/types", text="/incident secret words")
        await client.auth_test()
        told = {}
        while "call" not in told:
            event = (await stream.content.readuntil(b"\n\n")).decode()
            kind, _, data = event.removeprefix("event: ").partition("\ndata: ")
            told[kind] = json.loads(data)
    assert told["delivery"]["state"] == "delivered"
    assert "payload" not in told["delivery"]
    assert told["call"]["method"] == "auth.test"
    assert "answer" not in told["call"]


async def test_calls_can_be_made_slow_and_a_share_of_them_turned_away(
    page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    await post(page, "faults", slow_calls=0.05)
    await client.auth_test()
    assert (await get(page, "calls"))["calls"][0]["took_ms"] >= 50
    await post(page, "faults", slow_calls=0, busy_calls=50)
    for _ in range(4):
        await client.auth_test()
        with pytest.raises(SlackApiError) as busy:
            await client.auth_test()
        assert busy.value.response.status_code == 429
        assert busy.value.response.headers["Retry-After"] == "1"
    cleared = await post(page, "faults", clear=True)
    assert (cleared["slow_calls"], cleared["busy_calls"]) == (0, 0)
    await client.auth_test()
    for wrong in ("soon", -1, True, None):
        assert (await post(page, "faults", 400, slow_calls=wrong))["error"] == "bad_request"


# A fresh workspace


async def test_a_fresh_workspace_is_another_one_at_the_same_address(
    slack: Playground, page: aiohttp.ClientSession, bot: Bot, clock: Clock
) -> None:
    before = (await get(page, "workspace"))["id"]
    await post(page, "people/ana/writes", text="hi", channel="incidents")
    await post(page, "faults", drop_events=5)
    async with page.get("stream") as stream:
        await slack.renew(clock)
        rest = await stream.content.read()  # it ends
    assert rest.startswith(b"retry: 300\nevent: hello\n")
    seen = await get(page, "workspace")
    assert seen["id"] != before
    assert seen["faults"]["drop_events"] == 0
    assert not (await get(page, "people/ana/messages?channel=incidents"))["messages"]
    await post(page, "people/ana/writes", text="again", channel="incidents")
    await post(page, "settled")
    assert [event["text"] for event in bot.events("message")][-1] == "again"
    async with page.get("stream") as stream:
        assert seen["id"] in (await stream.content.readuntil(b"\n\n")).decode()


async def test_a_long_channel_is_read_from_its_end(
    slack: Playground, page: aiohttp.ClientSession
) -> None:
    for n in range(5):
        await slack.person("ana").writes(f"word {n}")
    last = await get(page, "people/ana/messages?channel=general&limit=2")
    assert [one["text"] for one in last["messages"]] == ["word 3", "word 4"]
    assert last["earlier"] == 3
