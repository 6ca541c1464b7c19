"""Webhooks that go out: signed so that anybody can check it, with one id an event, and no private word."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from incibot.config import Integrations, Secret
from incibot.config.webhooks import Webhook
from incibot.core.outgoing import EVENTS
from incibot.integrations.webhooks import signed
from tests.bench import Bench, bench, text_of
from tests.integrations.elsewhere import DOWN, HALF, LOST, Call, Elsewhere, Fault, Listener, served

KEYS = tuple("whsec_" + b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@asynccontextmanager
async def listening(folder: Path, **more: Any) -> AsyncIterator[tuple[Bench, Listener, Elsewhere]]:
    product = Listener()
    async with served(product) as server:
        hook = Webhook(name="data", address=f"{server.address}/in", secret=tuple(map(Secret, KEYS)))
        integrations = Integrations(webhooks=(replace(hook, **more),), private_hosts=("127.0.0.1",))
        async with bench("sqlite://", folder, integrations=integrations) as there:
            yield there, product, server


def is_genuine(call: Call, key: str) -> bool:
    """As the text of Standard Webhooks says it is checked."""
    secret = b64decode(key.removeprefix("whsec_"))
    headers = call.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    digest = b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return f"v1,{digest}" in headers["webhook-signature"].split()


def test_a_signature_is_that_of_the_published_example() -> None:
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [Secret(key)]
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_each_event_is_told_signed_and_in_order_of_its_version(tmp_path: Path) -> None:
    async with listening(tmp_path) as (there, _, server):
        channel = (await there.declares()).channel_name
        for words in (
            "severity sev1 more of it",
            "commander me",
            "update Payments fail, token=hunter2secret9",
            "followups Alert on slow payments",
            "resolve it is over",
            "reopen it is not",
            "followups done 1",
            "review",
        ):
            await there.types(words, channel=channel)
        told = [call.json for call in server.calls]
        # Of what is told at one time either may be there first; each bears its version.
        assert {one["type"] for one in told[:2]} == {"incident.declared", "incident.changed"}
        assert [one["type"] for one in told[2:]] == [
            "incident.changed",
            "update.posted",
            "followup.created",
            "incident.resolved",
            "incident.reopened",
            "followup.changed",
            "review.drafted",
        ]
        assert {one["type"] for one in told} <= set(EVENTS)
        assert all(is_genuine(call, key) for call in server.calls for key in KEYS)
        assert not is_genuine(server.calls[0], "whsec_" + b64encode(b"x" * 32).decode())
        assert len({call.headers["webhook-id"] for call in server.calls}) == len(told)
        versions = [one["data"]["incident"]["version"] for one in told]
        assert versions == sorted(versions)
        assert told[5]["data"]["incident"]["status"] == "resolved"
        assert told[3]["data"]["entry"]["text"].startswith("Payments fail, token=[masked")
        assert "hunter2secret9" not in server.calls[3].body.decode()
        assert told[4]["data"]["entry"]["data"]["words"] == "Alert on slow payments"


async def test_what_goes_wrong_is_tried_again_under_the_same_id(tmp_path: Path) -> None:
    async with listening(tmp_path, events=("incident.declared",)) as (there, _, server):
        for fault in (LOST, HALF, DOWN, Fault(status=429), Fault(status=500)):
            server.calls.clear()
            server.faults.append(fault)
            await there.declares()
            there.clock.passes(minutes=2)
            await there.settle()
            assert len(server.calls) == 2 or fault is LOST or fault is HALF
            assert len({call.headers["webhook-id"] for call in server.calls}) == 1
            assert is_genuine(server.calls[-1], KEYS[0])
        for status in (401, 404, 409, 422):
            server.faults.append(Fault(status=status, body="so it is"))
            incident = await there.declares()
            card = text_of(there.ours(incident.channel_name)[0])
            assert f"Could not send a webhook: Webhook data: {status} (so it is)" in card
        assert len([call for call in server.calls if call.json["type"] != "incident.declared"]) == 0


async def test_an_address_that_is_gone_is_told_nothing_more_until_somebody_says_so(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path, events=("incident.declared",)) as (there, product, server):
        product.gone = True
        first = await there.declares()
        card = text_of(there.ours(first.channel_name)[0])
        assert "Webhook data: 410 (nothing more is sent there until `incibot jobs retry`" in card
        await there.declares()
        assert len(server.calls) == 1
        async with there.app.store.begin() as tx:
            await tx.retry()
        await there.settle()
        assert len(server.calls) == 2  # it was asked, and is still gone
        product.gone = False
        async with there.app.store.begin() as tx:
            await tx.retry()
        await there.settle()
        await there.declares()
        assert [call.json["data"]["incident"]["ref"] for call in server.calls] == [
            *("INC-1", "INC-1", "INC-1", "INC-3"),
        ]


async def test_a_private_incident_is_told_of_only_where_that_was_wished(tmp_path: Path) -> None:
    for name, private in (("closed", False), ("open", True)):
        folder = tmp_path / name
        folder.mkdir()
        async with listening(folder, private=private) as (there, _, server):
            await there.types("")
            await there.person("ana").submits(
                {"title": "A leak", "severity": "sev2", "private": "private"}
            )
            await there.settle()
            await there.types("update INC-1 it goes on")
            assert bool(server.calls) == private
            async with there.app.store.read() as tx:
                assert not await tx.parked()
