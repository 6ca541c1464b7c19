"""CloudEvents over HTTP (1.0): structured, batched and binary; what they tell goes by their types.

Without a `map` the words of a type say what it is: `com.example.deploy.finished` is a deploy,
`dev.cdevents.incident.resolved` an alert that is over. Types that say none of this tell us nothing.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from incibot.config import Hook
from incibot.core.evidence import Alert, Change, Evidence, State, What
from incibot.web.sources.generic import at as place
from incibot.web.sources.generic import moment, read_mapped, wrong_with
from incibot.web.sources.source import Delivery, Source, Unreadable, bears

_STRUCTURED, _BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_ORIGIN = re.compile(r"[A-Za-z0-9.*-]{1,253}(:\d{1,5})?")
_ALERTS = frozenset({"alert", "alarm", "incident"})
_OVER = frozenset({"resolved", "closed", "recovered", "cleared", "ok"})
_SEEN = frozenset({"acknowledged", "acked"})
# The first that fits holds: to take back a deploy is no deploy.
_WHATS = (
    (re.compile(r"rolled?_?back|revert"), What.ROLLBACK),
    (re.compile(r"deploy|upgraded"), What.DEPLOY),
    (re.compile(r"release|published"), What.RELEASE),
    (re.compile(r"flag|toggle"), What.FLAG),
    (re.compile(r"config"), What.CONFIG),
    (re.compile(r"experiment|chaos"), What.EXPERIMENT),
    (re.compile(r"pipeline|build"), What.PIPELINE),
    (
        re.compile(r"infrastructure|scaled|environment\.(created|modified|deleted)"),
        What.INFRASTRUCTURE,
    ),
    (re.compile(r"push"), What.PUSH),
)


def _read(delivery: Delivery, hook: Hook) -> tuple[Evidence, ...]:
    return tuple(found for one in events(delivery) for found in _told(one, hook))


def events(delivery: Delivery) -> list[dict[str, Any]]:
    """The events, each as its JSON format has it. Raises Unreadable."""
    kind = delivery.header("content-type").partition(";")[0].strip().casefold()
    if kind != _STRUCTURED and kind != _BATCH and delivery.header("ce-specversion"):
        return [_checked(_binary(delivery, kind))]
    document = _json(delivery.body)
    several = document if isinstance(document, list) else [document]
    return [_checked(one) for one in several]


def _binary(delivery: Delivery, kind: str) -> dict[str, Any]:
    event: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value)
        for name, value in delivery.headers.items()
        if name.startswith("ce-")
    }
    if delivery.body:
        is_json = kind.endswith(("/json", "+json"))
        event["data"] = _json(delivery.body) if is_json else delivery.body.decode(errors="replace")
    return event


def _checked(event: Any) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise Unreadable("an event is no JSON object")
    for name in ("specversion", "id", "source", "type"):
        if not isinstance(event.get(name), str) or not event[name]:
            raise Unreadable(f"{name} is missing, or no text")
    if not event["specversion"].startswith("1."):
        raise Unreadable(f"specversion “{event['specversion'][:20]}” is none that incibot reads")
    if "data_base64" in event and "data" not in event:
        try:
            return {**event, "data": json.loads(b64decode(event["data_base64"]))}
        except (ValueError, TypeError, RecursionError):
            return event  # what it carries is not for us to read
    return event


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None


def _told(event: dict[str, Any], hook: Hook) -> tuple[Evidence, ...]:
    if hook.map:
        return read_mapped(event, hook.map, unnamed=_name(event))
    kind = event["type"].casefold()
    words = re.split(r"[^a-z]+", kind)
    parts = [one for one in kind.split(".") if not one.isdigit()]  # a version may be the end
    subject, data = _text(event, "subject"), event.get("data")
    more: dict[str, Any] = {
        "id": _name(event),
        "title": _text(data, "title")
        or (f"{subject} ({event['type']})" if subject else event["type"]),
        "at": moment(event.get("time"), place="time"),
        "service": _text(data, "service") or event["source"],
        "url": _text(data, "url") or event["source"],
        "actor": _text(data, "actor"),
    }
    if _ALERTS & set(words):
        over, seen = _OVER & set(words), _SEEN & set(words)
        state = State.RESOLVED if over else State.ACKNOWLEDGED if seen else State.FIRING
        key, severity = f"{event['source']} {subject}".strip(), _text(data, "severity")
        return (Alert(key=key, state=state, severity=severity, **more),)
    what = next((what for pattern, what in _WHATS if pattern.search(kind)), None)
    if what is None:
        return ()
    return (
        Change(
            what=what,
            state=parts[-1].replace("_", " ") if parts else "",
            version=_text(data, "version") or _text(data, "to"),
            environment=_text(data, "environment"),
            data={name: value for name in ("from", "to") if (value := _text(data, name))},
            **more,
        ),
    )


def _name(event: Mapping[str, Any]) -> str:
    """Its producer sees to it that no two events have the same."""
    return f"{event['source']} {event['id']}"


def _text(part: Any, name: str) -> str:
    found = place(part, name)
    return found.strip() if isinstance(found, str) else ""


def _id(delivery: Delivery) -> str:
    found = events(delivery)
    return _name(found[0]) if len(found) == 1 else ""


def _options(headers: Mapping[str, str]) -> Mapping[str, str] | None:
    """Who proves that they know the secret may send: asking beforehand opens nothing else."""
    origin, rate = (
        headers.get("webhook-request-origin", ""),
        headers.get("webhook-request-rate", ""),
    )
    if not _ORIGIN.fullmatch(origin):
        return None
    return {
        "Allow": "POST",
        "WebHook-Allowed-Origin": origin,
        "WebHook-Allowed-Rate": rate if re.fullmatch(r"[1-9]\d{0,8}", rate) else "*",
    }


def _sample(hook: Hook, at: datetime) -> Delivery:
    event = {
        "specversion": "1.0",
        "id": f"test-{at.isoformat()}",
        "source": "/incibot/test",
        "type": "org.example.deploy.finished",
        "subject": "A test of incibot's hook: nothing was deployed",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": {"environment": "test"},
    }
    return Delivery(
        headers={
            "content-type": _STRUCTURED,
            "authorization": f"Bearer {hook.secret[0].reveal() if hook.secret else ''}",
        },
        body=json.dumps(event).encode(),
        at=at,
    )


CLOUDEVENTS = Source(
    word="cloudevents",
    title="CloudEvents",
    verify=bears("Authorization", "X-Incibot-Token"),
    read=_read,
    id=_id,
    sample=_sample,
    check=lambda hook: wrong_with(hook.map),
    options=_options,
)
