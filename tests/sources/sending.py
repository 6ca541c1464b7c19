"""Deliveries sent to hooks, as their senders would."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from incibot.config import Hook, Integrations, Secret
from incibot.web.sources import Delivery, source_of
from tests.bench import Bench
from tests.scenarios.posting import Answered

SECRET = "correct horse battery staple"


def hook(source: str = "generic", **more: Any) -> Hook:
    return Hook(**{"source": source, "key": source, "secret": (Secret(SECRET),), **more})


def hooks(*some: Hook) -> Integrations:
    return Integrations(hooks=some or (hook(), hook("cloudevents")))


async def send(
    there: Bench,
    body: bytes | object,
    path: str = "generic/generic",
    *,
    secret: str | None = SECRET,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Answered:
    """What is answered. The jobs are not done yet.

    Args:
        body: its bytes, or what is to be sent as JSON.
        secret: the bearer token; None: none is sent.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    bearer = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    given = {"Content-Type": "application/json", **bearer, **(headers or {})}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"{there.url}/hooks/{path}", data=io.BytesIO(raw), headers=given
        ) as answer,
    ):
        return Answered(
            status=answer.status, text=await answer.text(), headers=dict(answer.headers)
        )


async def tells(there: Bench, body: object, path: str = "generic/generic") -> None:
    """It is sent, taken and read."""
    answer = await send(there, body, path)
    assert answer.status == 202, answer
    await there.settle()


async def send_sample(there: Bench, one: Hook) -> Answered:
    """The source's own sample, as it stands."""
    source = source_of(one.source)
    assert source is not None
    delivery: Delivery = source.sample(one, there.clock())
    return await send(
        there,
        delivery.body,
        f"{one.source}/{one.key}",
        secret=None,
        headers=delivery.headers,
    )
