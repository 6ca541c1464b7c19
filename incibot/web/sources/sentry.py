"""Sentry: webhooks of an internal integration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, Remark, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, address, lines, person, sample, told_by
from incibot.web.sources.source import Delivery, Source, signature, signed_by

REQUEST, RESOURCE = "Request-ID", "Sentry-Hook-Resource"
SIGNATURE, TIMESTAMP = "Sentry-Hook-Signature", "Sentry-Hook-Timestamp"
NEAR = timedelta(hours=1)

_ISSUES = {
    "created": State.FIRING,
    "unresolved": State.FIRING,
    "archived": State.ACKNOWLEDGED,  # somebody has seen it; it is not right again
    "ignored": State.ACKNOWLEDGED,
    "resolved": State.RESOLVED,
}
_METRICS = {"critical": State.FIRING, "warning": State.FIRING, "resolved": State.RESOLVED}
_PROJECT = re.compile(r"/projects/[^/]+/([^/]+)/")


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    action, data = told.needed("action"), told.part("data")
    found: Evidence | None = None
    match _resource(delivery, data):
        case "event_alert" | "activity_alert" if action == "triggered":
            found = _event(told, data, delivery)
        case "issue" if action in _ISSUES:
            found = _issue(told, data.part("issue"), action, delivery)
        case "issue" if action == "assigned":
            found = _assigned(told, data.part("issue"), delivery)
        case "metric_alert" if action in _METRICS:
            found = _metric(data, action, delivery)
        case "comment" if action == "created":
            found = _comment(told, data, delivery)
    return [found] if found else []


def _resource(delivery: Delivery, data: Part) -> str:
    """By the header, which is not signed: it says no more than the data does."""
    named = delivery.header(RESOURCE).strip()
    if not named:
        kinds = {"event": "event_alert", "issue": "issue", "metric_alert": "metric_alert"}
        return next((kinds[key] for key in kinds if key in data.values), "")
    return named


def _event(told: Part, data: Part, delivery: Delivery) -> Alert:
    """An issue alert: an event of an issue met a rule."""
    if "event" not in data.values:
        return _issue(told, data.part("issue"), "unresolved", delivery)
    event, rule = data.part("event"), data.text("triggered_rule")
    return Alert(
        id=_id("alert", delivery),
        key=f"issue/{event.needed('issue_id')}",
        state=State.FIRING,
        title=event.text("title") or rule or "An issue of Sentry's",
        at=event.moment("datetime"),
        details=lines(
            f"Rule: {rule}" if rule else "",
            event.text("culprit"),
            f"Release: {event.text('release')}" if event.text("release") else "",
        ),
        service=_setting(data, "incibot_service", "service") or _project(event),
        severity=event.text("level"),
        url=address(event, "web_url"),
    )


def _setting(data: Part, *names: str) -> str:
    """What was filled in for our integration where the rule was made."""
    settings = data.part("issue_alert").parts("settings")
    return next((one.text("value") for one in settings if one.text("name") in names), "")


def _project(event: Part) -> str:
    found = _PROJECT.search(event.text("url"))
    return found[1] if found else ""


def _issue(told: Part, issue: Part, action: str, delivery: Delivery) -> Alert:
    return Alert(
        id=_id(action, delivery),
        key=f"issue/{issue.needed('id')}",
        state=_ISSUES[action],
        title=issue.text("title") or issue.text("shortId") or "An issue of Sentry's",
        at=_sent(delivery),
        details=lines(
            issue.text("culprit"), (issue.text("substatus")).replace("_", " ").capitalize()
        ),
        service=issue.part("project").text("slug"),
        severity=issue.text("level"),
        url=address(issue, "permalink") or address(issue, "web_url"),
        actor=_actor(told),
    )


def _assigned(told: Part, issue: Part, delivery: Delivery) -> Remark:
    to = issue.part("assignedTo")
    name = to.text("name") or to.text("email")
    return Remark(
        id=_id("assigned", delivery),
        key=f"issue/{issue.needed('id')}",
        words=f"Assigned to {person(name) or 'somebody'}",
        at=_sent(delivery),
        actor=_actor(told),
        url=address(issue, "permalink") or address(issue, "web_url"),
    )


def _metric(data: Part, action: str, delivery: Delivery) -> Alert:
    alert = data.part("metric_alert")
    rule = alert.part("alert_rule")
    projects = alert.values.get("projects")
    first = projects[0] if isinstance(projects, list) and projects else None
    over = _METRICS[action] is State.RESOLVED
    at = alert.moment("date_closed") if over else alert.moment("date_detected")
    return Alert(
        id=_id(action, delivery),
        # The rule, not this time that it was met: what fires again is the same alert.
        key=f"metric/{rule.text('id') or alert.needed('id')}",
        state=_METRICS[action],
        title=rule.text("name")
        or alert.text("title")
        or data.text("description_title")
        or "A metric alert",
        at=at or _sent(delivery),
        details=lines(data.text("description_title"), data.text("description_text")),
        service=first if isinstance(first, str) else "",
        severity="" if over else action,
        url=address(data, "web_url"),
    )


def _comment(told: Part, data: Part, delivery: Delivery) -> Remark:
    return Remark(
        id=_id("comment", delivery),
        key=f"issue/{data.needed('issue_id')}",
        words=data.needed("comment"),
        at=data.moment("timestamp") or _sent(delivery),
        actor=_actor(told),
    )


def _id(what: str, delivery: Delivery) -> str:
    return f"{what}/{told_by(delivery, REQUEST)}"


def _actor(told: Part) -> str:
    actor = told.part("actor")
    return person(actor.text("name")) if actor.text("type") == "user" else ""


def _sent(delivery: Delivery) -> datetime | None:
    """When Sentry says that it sent it; nobody has signed that, so that it has to be near our time."""
    text = delivery.header(TIMESTAMP).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return None
    if abs(delivery.at.timestamp() - int(text)) > NEAR.total_seconds():
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _sample(hook: Hook, at: datetime) -> Delivery:
    event = {
        "event_id": "incibot-test",
        "issue_id": "incibot-test",
        "title": TEST,
        "level": "info",
        "datetime": at.isoformat(),
    }
    body = {
        "action": "triggered",
        "actor": {"id": "sentry", "name": "Sentry", "type": "application"},
        "data": {"event": event, "triggered_rule": "Test"},
    }
    return sample(hook, at, body, lambda secret, sent: _proof(secret, sent, at))


def _proof(secret: str, body: bytes, at: datetime) -> Mapping[str, str]:
    return {
        SIGNATURE.lower(): signature(secret, body),
        RESOURCE.lower(): "event_alert",
        TIMESTAMP.lower(): str(int(at.timestamp())),
        REQUEST.lower(): f"test-{at:%Y%m%dT%H%M%S.%f}",
    }


SENTRY = Source(
    word="sentry",
    title="Sentry",
    verify=signed_by(header=SIGNATURE),
    read=_read,
    id=lambda delivery: delivery.header(REQUEST),
    sample=_sample,
)
