"""Lightstep, which became ServiceNow Cloud Observability: its webhooks, in the form of our template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import (
    TEST,
    address,
    digest,
    lines,
    links,
    sample,
    token,
    unnamed,
    word,
)
from incibot.web.sources.source import Delivery, Source, Unreadable, bears

_STATES = {
    "critical threshold violated": State.FIRING,
    "warning threshold violated": State.FIRING,
    "no data violation": State.FIRING,
    "condition-violated": State.FIRING,
    "resolved": State.RESOLVED,
    "condition-not-violated": State.RESOLVED,
}


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    status = told.text("status")
    if status.casefold() not in _STATES:
        raise Unreadable("status is none of those that Lightstep has for alerts")
    state = _STATES[status.casefold()]
    alert, group = told.part("alert"), told.text("group")
    key = f"{alert.needed('id')}/{group}".rstrip("/")
    started, ended = told.moment("started_at"), told.moment("ended_at")
    begun = started.isoformat() if started else digest(delivery.body.hex())
    return [
        Alert(
            id=f"{key}/{status.casefold()}/{begun}",
            key=key,
            state=state,
            title=alert.text("name") or told.part("condition").text("name") or key,
            # A violation's start is no time at which it was over.
            at=started if state is State.FIRING else ended,
            details=lines(status, _condition(told.part("condition")), group),
            service=told.text("service"),
            severity=status.split()[0].casefold() if "threshold" in status.casefold() else "",
            url=address(alert, "url"),
            links=links(Snapshot=address(told, "snapshot_url")),
        )
    ]


def _condition(condition: Part) -> str:
    value = word(condition.values.get("value"), "condition.value")
    threshold = word(condition.values.get("threshold"), "condition.threshold")
    return ", ".join(
        filter(
            None,
            (
                condition.text("name"),
                f"value {value}" if value else "",
                f"threshold {threshold}" if threshold else "",
            ),
        )
    )


def _sample(hook: Hook, at: datetime) -> Delivery:
    body = {
        "source": "metric",
        "status": "Warning Threshold Violated",
        "alert": {"id": "incibot-test", "name": TEST},
        "started_at": at.isoformat(),
    }
    return sample(hook, at, body, token)


LIGHTSTEP = Source(
    word="lightstep",
    title="Lightstep",
    verify=bears("X-Incibot-Token", "Authorization"),
    read=_read,
    id=unnamed,
    sample=_sample,
)
