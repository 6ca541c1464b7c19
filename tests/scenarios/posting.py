"""Slack's deliveries sent by hand: again, out of order, late, or signed by somebody else."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from incibot.playground.delivery import Sent, sign
from tests.bench import Bench

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What incibot answered a request with."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.text)


async def post(
    there: Bench,
    body: bytes,
    *,
    kind: str = "application/json",
    secret: str | None = None,
    age: float = 0.0,
    headers: Mapping[str, str] | None = None,
    url: str | None = None,
) -> Answered:
    """A signed request.

    Args:
        secret: what it is signed with; by default the right one.
        age: seconds since it was signed.
        headers: in place of those that it would have; an empty value leaves one out.
    """
    at = str(int(there.clock().timestamp() - age))
    signature = sign(secret or there.slack.signing_secret, at, body)
    sent = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signature,
        **(headers or {}),
    }
    given = {name: value for name, value in sent.items() if value}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url or there.url}/slack/events", data=io.BytesIO(body), headers=given
        ) as answer,
    ):
        return Answered(status=answer.status, text=await answer.text())


async def deliver(there: Bench, sent: Sent, **how: Any) -> Answered:
    """Something that Slack has sent before, sent again, byte for byte."""
    if sent.kind == "events_api":
        return await post(there, json.dumps(sent.payload).encode(), **how)
    if sent.kind == "slash_commands":
        return await post(there, urlencode(sent.payload).encode(), kind=FORM, **how)
    payload = urlencode({"payload": json.dumps(sent.payload)})
    return await post(there, payload.encode(), kind=FORM, **how)


def deliveries(there: Bench, kind: str) -> list[Sent]:
    """What Slack has sent so far: events_api, slash_commands or interactive."""
    return [sent for sent in there.slack.delivery.sent if sent.kind == kind]


def events(there: Bench, named: str, subtype: str | None = None) -> list[Sent]:
    """The events of a type, of all that Slack has sent so far."""
    return [
        sent
        for sent in deliveries(there, "events_api")
        if sent.payload["event"]["type"] == named
        and (subtype is None or sent.payload["event"].get("subtype") == subtype)
    ]


def elsewhere(sent: Sent, old: str, new: str) -> Sent:
    """The same delivery with another id in place of one, such as a channel's; a delivery of its own."""
    payload = json.loads(json.dumps(sent.payload).replace(old, new))
    payload["event_id"] = f"{payload['event_id']}-{new}"
    return Sent(kind=sent.kind, payload=payload)


def as_slack_rounds(sent: Sent) -> Sent:
    """The same event with the time of an edit as Slack gives it: the second, no fraction of it."""
    payload = copy.deepcopy(sent.payload)
    event = payload["event"]
    for message in (event, event.get("message"), event.get("previous_message")):
        if message and message.get("edited"):
            message["edited"]["ts"] = message["edited"]["ts"].partition(".")[0] + ".000000"
    return Sent(kind=sent.kind, payload=payload)
