"""Grafana Alerting: its contact point of the type Webhook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from incibot.config import Hook
from incibot.core.evidence import Evidence
from incibot.integrations.http import Http
from incibot.web.sources.grouped import grouped
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, address, labels, lines, links, sample, unnamed
from incibot.web.sources.source import Delivery, Source, bears, matches, signature

SIGNATURE = "X-Grafana-Alerting-Signature"
TIMESTAMP = "X-Grafana-Alerting-Timestamp"
WINDOW = timedelta(minutes=5)  # in which a signed time may lie before or after ours

_bears = bears("Authorization", "X-Incibot-Token")


async def _verify(delivery: Delivery, hook: Hook, http: Http) -> bool:
    given = delivery.header(SIGNATURE).strip()
    if not given:
        return await _bears(delivery, hook, http)
    at = delivery.header(TIMESTAMP).strip()
    if not at:
        return matches(given, hook, delivery.body)
    return _is_near(at, delivery.at) and matches(given, hook, _timed(at, delivery.body))


def _is_near(at: str, now: datetime) -> bool:
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return False
    return abs(now.timestamp() - int(at)) <= WINDOW.total_seconds()


def _timed(at: str, body: bytes) -> bytes:
    return at.encode() + b":" + body


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    return [
        replace(alert, details=lines(alert.details, _values(one)))
        for alert, one in zip(grouped(told, _look), told.parts("alerts"), strict=True)
    ]


def _values(one: Part) -> str:
    return ", ".join(f"{name} = {value}" for name, value in labels(one.part("values")).items())


def _look(one: Part) -> Mapping[str, Any]:
    rule = address(one, "generatorURL")
    dashboard = address(one, "dashboardURL")
    return {
        "url": address(one, "panelURL") or dashboard or rule,
        "links": links(
            Runbook=address(one.part("annotations"), "runbook_url"),
            Dashboard=dashboard,
            Rule=rule,
            Silence=address(one, "silenceURL"),
            Image=address(one, "imageURL"),
        ),
    }


def _sample(hook: Hook, at: datetime) -> Delivery:
    alert = {
        "status": "firing",
        "labels": {"alertname": "IncibotTest"},
        "annotations": {"summary": TEST},
        "startsAt": at.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "incibot-test",
    }
    body = {"version": "1", "status": "firing", "receiver": "incibot", "alerts": [alert]}
    return sample(hook, at, body, lambda secret, sent: _signed(secret, sent, at))


def _signed(secret: str, body: bytes, at: datetime) -> Mapping[str, str]:
    stamp = str(int(at.timestamp()))
    return {
        TIMESTAMP.lower(): stamp,
        SIGNATURE.lower(): signature(secret, _timed(stamp, body)),
    }


GRAFANA = Source(
    word="grafana",
    title="Grafana",
    verify=_verify,
    read=_read,
    id=unnamed,
    sample=_sample,
)
