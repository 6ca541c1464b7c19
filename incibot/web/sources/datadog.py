"""Datadog: monitors, by its webhooks, in the form of our template or of its default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import (
    TEST,
    address,
    instant,
    links,
    person,
    sample,
    token,
    unnamed,
)
from incibot.web.sources.source import Delivery, Source, bears

_FIRING = (
    "triggered", "re-triggered", "warn", "re-warn", "no data", "re-no data", "renotify",
)  # fmt: skip
_BRACKETS = re.compile(r"\s*\[([^\[\]]*)\]\s*")  # of [P1] [Triggered on {service:api}] in a title
_ON = re.compile(r"(?P<transition>[^{}]*?)(?: on \{(?P<scope>.*)\})?", re.DOTALL)
_PRIORITY = re.compile(r"P[1-5]")
_SERVICE = re.compile(r"(?:^|[,\s{])service:([^,\s{}]+)")
_ADDRESSEE = re.compile(r"(?<!\S)@[a-z]+-[\w.-]+")  # @webhook-incibot, @slack-ops


@dataclass(frozen=True, slots=True)
class _Title:
    """A title as Datadog writes it: what stands in brackets before the monitor's name is read."""

    name: str
    transition: str = ""
    scope: str = ""
    priority: str = ""


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    title = _title(told.needed("title"))
    transition = _said(told, "alert_transition") or title.transition
    state = _state(transition, _said(told, "alert_type"))
    if state is None:
        return []
    scope = _said(told, "alert_scope") or title.scope
    key = _key(told, scope, title)
    event, when = _said(told, "id"), _said(told, "date")
    at = instant(told, "date") if when else None
    return [
        Alert(
            id=event or f"{key}/{transition.casefold()}/{when}",
            key=key,
            state=state,
            title=_said(told, "alert_title") or title.name or "A monitor of Datadog",
            at=at,
            details=_plain(_said(told, "text") or _said(told, "body")),
            service=_service(_said(told, "tags"), scope, told.text("title")),
            severity=_said(told, "alert_priority") or title.priority or _said(told, "alert_type"),
            url=address(told, "link"),
            actor=person(_said(told, "username") or _said(told, "user")),
            links=links(Snapshot=address(told, "snapshot")),
        )
    ]


def _said(told: Part, key: str) -> str:
    """A field of the template; Datadog writes `null` for what an event does not have."""
    text = told.text(key)
    return "" if text in ("null", "N/A") or text.startswith("$") else text


def _title(text: str) -> _Title:
    transition = scope = priority = ""
    while found := _BRACKETS.match(text):
        text = text[found.end() :]
        inside = found[1].strip()
        on = _ON.fullmatch(inside)
        if _PRIORITY.fullmatch(inside):
            priority = inside
        elif on and not transition and _state(on["transition"], ""):
            transition, scope = on["transition"].strip(), (on["scope"] or "").strip()
    return _Title(text.strip(), transition, scope, priority)


def _state(transition: str, kind: str) -> State | None:
    """None for an event that is no monitor's."""
    match transition.strip().casefold():
        case text if "recovered" in text:
            return State.RESOLVED
        case text if text in _FIRING:
            return State.FIRING
        case "":
            return {"success": State.RESOLVED, "error": State.FIRING, "warning": State.FIRING}.get(
                kind
            )
    return None


def _key(told: Part, scope: str, title: _Title) -> str:
    """The monitor and its group, not the cycle: what fires again is the same alert."""
    if monitor := _said(told, "alert_id"):
        return f"{monitor}/{scope}".rstrip("/")
    cycle = _said(told, "aggreg_key") or _said(told, "alert_cycle_key")
    return cycle or f"{title.name}/{scope}".rstrip("/")


def _service(*texts: str) -> str:
    return next((found[1] for text in texts if (found := _SERVICE.search(text))), "")


def _plain(text: str) -> str:
    """Without the fences of Markdown and the names of those who are notified."""
    lines = (_ADDRESSEE.sub("", line).rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip() != "%%%").strip()


def _sample(hook: Hook, at: datetime) -> Delivery:
    body = {
        "id": f"incibot-test-{at:%Y%m%dT%H%M%S.%f}",
        "alert_id": "incibot-test",
        "alert_transition": "Triggered",
        "alert_type": "warning",
        "alert_title": TEST,
        "title": f"[Triggered] {TEST}",
        "date": str(int(at.timestamp() * 1000)),
        "event_type": "metric_alert_monitor",
    }
    return sample(hook, at, body, token)


DATADOG = Source(
    word="datadog",
    title="Datadog",
    verify=bears("X-Incibot-Token", "Authorization"),
    read=_read,
    id=unnamed,
    sample=_sample,
)
