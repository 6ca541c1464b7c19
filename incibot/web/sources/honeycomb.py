"""Honeycomb: triggers, and burn alerts of SLOs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import (
    TEST,
    address,
    labels,
    lines,
    links,
    sample,
    told_by,
    word,
)
from incibot.web.sources.source import Delivery, Source, Unreadable, bears

DELIVERY = "X-Honeycomb-Webhook-Delivery-ID"
TOKEN = "X-Honeycomb-Webhook-Token"  # noqa: S105 - the header's name

_STATES = {"triggered": State.FIRING, "ok": State.RESOLVED, "resolved": State.RESOLVED}
_DATASET = re.compile(r"/datasets/([^/?#]+)")


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    status = told.text("status")
    if status.casefold() not in _STATES:
        raise Unreadable("status is neither TRIGGERED nor OK")
    name = told.text("id") or told.needed("name")
    title = told.text("summary") or told.needed("name")
    test = told.flag("is_test")
    where = address(told, "result_url"), address(told, "slo_url"), address(told, "trigger_url")
    return [
        Alert(
            # No time is in the body: what tells one firing from the next is the delivery.
            id=f"{name}/{status.casefold()}/{told_by(delivery, DELIVERY)}",
            key=f"test:{name}" if test else name,
            state=_STATES[status.casefold()],
            title=f"Test: {title}" if test else title,
            details=_details(told),
            service=next(filter(None, map(_dataset, where)), ""),
            severity=told.text("severity"),
            url=next(filter(None, where), ""),
            links=links(Result=where[0], SLO=where[1], Trigger=where[2]),
        )
    ]


def _details(told: Part) -> str:
    groups = [
        f"{_group(one)}: {word(one.values.get('Result'), one.place) or 'no value'}"
        for one in told.parts("result_groups_triggered")
    ]
    about = told.text("trigger_description") or told.text("slo_description")
    return lines(told.text("description"), about, *groups)


def _group(one: Part) -> str:
    named = labels(one.part("Group"))
    return ", ".join(f"{name}={value}" for name, value in named.items()) or "all"


def _dataset(url: str) -> str:
    found = _DATASET.search(url)
    return found[1] if found else ""


def _sample(hook: Hook, at: datetime) -> Delivery:
    body = {
        "version": "v0.1.0",
        "id": "incibot-test",
        "name": TEST,
        "status": "TRIGGERED",
        "summary": TEST,
        "result_groups_triggered": [],
        "is_test": True,
    }
    return sample(hook, at, body, lambda secret, _: _proof(secret, at))


def _proof(secret: str, at: datetime) -> Mapping[str, str]:
    return {TOKEN.lower(): secret, DELIVERY.lower(): f"test-{at:%Y%m%dT%H%M%S.%f}"}


HONEYCOMB = Source(
    word="honeycomb",
    title="Honeycomb",
    verify=bears(TOKEN, "X-Incibot-Token", "Authorization"),
    read=_read,
    id=lambda delivery: delivery.header(DELIVERY),
    sample=_sample,
)
