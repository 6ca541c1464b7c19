"""The systems around the shop in the story: what they post to incibot's hooks, signed as they sign it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import aiohttp

from incibot.config import Hook, Integrations, Secret
from incibot.demo.story import Step, StoryBroken
from incibot.web.sources.source import signature

SECRET: Final = "northwind-tells-incibot"  # noqa: S105 - of hooks that only this machine reaches
WORDS: Final = ("github", "launchdarkly", "alertmanager")
INTEGRATIONS: Final = Integrations(
    hooks=tuple(
        Hook(source=word, key="northwind", secret=(Secret(SECRET),), service="checkout")
        for word in WORDS
    )
)

Headers = Mapping[str, str]


async def post(step: Step, at: datetime, address: str) -> None:
    """Have a system tell incibot at that address what the step says, as of that time.

    Raises:
        StoryBroken: incibot did not take it.
    """
    headers, body = _WRITERS[step.who](at, **step.args)
    url = f"{address}/hooks/{step.who}/northwind"
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            status = answer.status
    except aiohttp.ClientError:
        status = 0
    if status != 202:
        why = "the bot did not take it" if status else "the bot did not answer"
        raise StoryBroken(f"{step}: {status or 'no answer'}", step=step, why=why)


def _github(
    at: datetime, *, version: str, commit: str, by: str, task: str = "deploy", says: str = ""
) -> tuple[Headers, bytes]:
    """A deployment that has succeeded."""
    body = _sent(
        {
            "action": "created",
            "deployment_status": {
                "id": int(at.timestamp()),
                "state": "success",
                "environment": "production",
                "log_url": f"https://github.com/northwind/checkout/actions/runs/{at:%m%d%H%M}",
                "created_at": at.isoformat(),
            },
            "deployment": {
                "id": int(at.timestamp()),
                "sha": commit,
                "ref": version,
                "task": task,
                "environment": "production",
                "description": says,
                "creator": {"login": by, "type": "User"},
                "created_at": at.isoformat(),
            },
            "repository": {
                "name": "checkout",
                "full_name": "northwind/checkout",
                "html_url": "https://github.com/northwind/checkout",
                "default_branch": "main",
            },
            "sender": {"login": by, "type": "User"},
        }
    )
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": "deployment_status",
        "X-GitHub-Delivery": str(uuid5(NAMESPACE_URL, f"{version} {at}")),
        "X-Hub-Signature-256": f"sha256={signature(SECRET, body)}",
    }, body


def _launchdarkly(
    at: datetime, *, flag: str, to: str, by: str, says: str = ""
) -> tuple[Headers, bytes]:
    """A flag that was turned on or off in production."""
    first, _, last = by.partition(" ")
    body = _sent(
        {
            "_id": str(uuid5(NAMESPACE_URL, f"{flag} {at}")),
            "_links": {"site": {"href": f"/shop/production/features/{flag}"}},
            "date": int(at.timestamp() * 1000),
            "kind": "flag",
            "name": flag,
            "comment": says,
            "accesses": [
                {"action": "updateOn", "resource": f"proj/shop:env/production:flag/{flag}"}
            ],
            "member": {"firstName": first, "lastName": last},
            "titleVerb": f"turned {to} the flag",
        }
    )
    return {"Content-Type": "application/json", "X-LD-Signature": signature(SECRET, body)}, body


def _alertmanager(
    at: datetime, *, alert: str, state: str, summary: str, since: str
) -> tuple[Headers, bytes]:
    """An alert that fires, or is over; `since` is the time of day when it began."""
    day = at.date().isoformat()
    body = _sent(
        {
            "version": "4",
            "groupKey": f'{{}}:{{alertname="{alert}"}}',
            "status": state,
            "receiver": "incibot",
            "externalURL": "https://alerts.northwind.example",
            "alerts": [
                {
                    "status": state,
                    "labels": {"alertname": alert, "service": "checkout", "severity": "page"},
                    "annotations": {"summary": summary},
                    "startsAt": f"{day}T{since}Z",
                    "endsAt": at.isoformat() if state == "resolved" else "0001-01-01T00:00:00Z",
                    "generatorURL": "https://graphs.northwind.example/d/checkout",
                    "fingerprint": "b3f3a1f5c0de1234",
                }
            ],
        }
    )
    return {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}, body


def _sent(body: Any) -> bytes:
    return json.dumps(body).encode()


_WRITERS: Final[Mapping[str, Callable[..., tuple[Headers, bytes]]]] = {
    "github": _github,
    "launchdarkly": _launchdarkly,
    "alertmanager": _alertmanager,
}
