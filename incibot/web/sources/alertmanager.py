"""Prometheus Alertmanager: its webhook receiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incibot.config import Hook
from incibot.core.evidence import Evidence
from incibot.web.sources.grouped import grouped
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, address, links, sample, unnamed
from incibot.web.sources.source import Delivery, Source, bears


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    return grouped(told, lambda one: _look(one, told))


def _look(one: Part, told: Part) -> Mapping[str, Any]:
    notes = one.part("annotations")
    outside = address(told, "externalURL")
    return {
        "url": address(one, "generatorURL") or outside,
        "links": links(
            Runbook=address(notes, "runbook_url"),
            Dashboard=address(notes, "dashboard") or address(notes, "dashboard_url"),
            Alertmanager=outside,
        ),
    }


def _sample(hook: Hook, at: datetime) -> Delivery:
    alert = {
        "status": "firing",
        "labels": {"alertname": "IncibotTest", "severity": "none"},
        "annotations": {"summary": TEST},
        "startsAt": at.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "incibot-test",
    }
    body = {"version": "4", "status": "firing", "receiver": "incibot", "alerts": [alert]}
    return sample(hook, at, body, lambda secret, _: {"authorization": f"Bearer {secret}"})


ALERTMANAGER = Source(
    word="alertmanager",
    title="Alertmanager",
    verify=bears("Authorization", "X-Incibot-Token"),
    read=_read,
    id=unnamed,
    sample=_sample,
)
