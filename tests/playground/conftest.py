"""Fixtures: the local Slack, a client of its Web API, and a bot that writes down what it is sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground


class Clock:
    """A clock that goes only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class Received:
    """One delivery, as the bot got it."""

    headers: dict[str, str]
    body: bytes
    payload: dict[str, Any]

    @property
    def event(self) -> dict[str, Any]:
        return self.payload.get("event", {})


async def ok(received: Received) -> web.Response:
    return web.Response()


@dataclass
class Bot:
    """A bot that remembers; `answer` is what it does with a delivery."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Awaitable[web.Response]] = ok

    async def serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.content_type == "application/json":
            payload = json.loads(body)
        else:
            payload = dict(parse_qsl(body.decode(), keep_blank_values=True))
            payload = json.loads(payload["payload"]) if "payload" in payload else payload
        headers = {key.lower(): value for key, value in request.headers.items()}
        received = Received(headers, body, payload)
        self.received.append(received)
        return await self.answer(received)

    def answers(self, body: object) -> None:
        """From now on, answer with this JSON."""

        async def answer(received: Received) -> web.Response:
            return web.json_response(body)

        self.answer = answer

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """The events received, of these types: ``message`` or ``message/channel_topic``."""
        found = []
        for one in self.received:
            event = one.event
            name = f"{event.get('type')}/{event.get('subtype', '')}".rstrip("/")
            if event and (not kinds or name in kinds):
                found.append(event)
        return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def no_pause(seconds: float) -> None:
    """Waits for nothing."""


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[Playground]:
    made = Playground(clock=clock, sleep=no_pause, ack_seconds=2.0)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def client(slack: Playground) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
async def bot(slack: Playground) -> AsyncIterator[Bot]:
    made = Bot()
    app = web.Application()
    app.router.add_post("/slack/events", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.request_url = made.url
    yield made
    await runner.cleanup()


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    """The answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


@pytest.fixture
def refused() -> Callable[[Awaitable[Any]], Awaitable[str]]:
    """The error code of a call that Slack refuses."""

    async def code(call: Awaitable[Any]) -> str:
        return str((await refusal(call))["error"])

    return code
