"""PagerDuty: webhooks of version 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, Remark, State
from incibot.integrations.http import Http
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, address, lines, links, ours, sample
from incibot.web.sources.source import Delivery, Source, same, signature

_STATES = {
    "incident.triggered": State.FIRING,
    "incident.reopened": State.FIRING,
    "incident.unacknowledged": State.FIRING,
    "incident.acknowledged": State.ACKNOWLEDGED,
    "incident.resolved": State.RESOLVED,
}


async def _verify(delivery: Delivery, hook: Hook, _http: Http) -> bool:
    given = [one.strip() for one in delivery.header("X-PagerDuty-Signature").split(",")]
    signed = [f"v1={signature(one.reveal(), delivery.body)}" for one in hook.secret]
    found = [same(one, other) for one in given for other in signed]
    return any(found)


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    event = document(delivery).part("event")
    kind = event.needed("event_type")
    if kind in _STATES:
        return [_alert(event, _STATES[kind])]
    if words := _words(kind, event.part("data")):
        return [_remark(event, kind, words)]
    return []


def _alert(event: Part, state: State) -> Alert:
    incident = event.part("data")
    reason = incident.part("resolve_reason")
    merged = reason.part("incident").text("summary") if state is State.RESOLVED else ""
    assigned = _names(incident) if state is State.FIRING else ""
    return Alert(
        id=event.needed("id"),
        key=incident.needed("id"),
        state=state,
        title=incident.text("title") or f"Incident {incident.text('number')}".strip(),
        at=event.moment("occurred_at"),
        details=lines(
            f"Merged into {merged}" if merged else "", f"Assigned to {assigned}" if assigned else ""
        ),
        service=incident.part("service").text("summary"),
        severity=incident.part("priority").text("summary") or incident.text("urgency"),
        url=address(incident, "html_url"),
        actor=_agent(event),
        links=links(
            Conference=address(incident.part("conference_bridge"), "conference_url"),
            Merged_into=address(reason.part("incident"), "html_url"),
        ),
        ours=ours(incident.text("incident_key")),
    )


def _remark(event: Part, kind: str, words: str) -> Remark:
    data = event.part("data")
    incident = data.part("incident") if data.text("type") != "incident" else data
    replied = kind == "incident.responder.replied"
    return Remark(
        id=event.needed("id"),
        key=incident.needed("id"),
        words=words,
        at=event.moment("occurred_at"),
        actor=data.part("user").text("summary") if replied else _agent(event),
        url=address(incident, "html_url"),
        ours=ours(incident.text("incident_key")),
    )


def _words(kind: str, data: Part) -> str:
    """What was said, or what came of it for the people; empty for what is not told here."""
    match kind:
        case "incident.annotated":
            return data.needed("content") + _trimmed(data)
        case "incident.status_update_published":
            return f"Status update: {data.needed('message')}{_trimmed(data)}"
        case "incident.responder.added":
            return f"Asked {_responder(data)} to help{_quoted(data)}"
        case "incident.responder.replied":
            state = data.text("state") or "replied to"
            return f"{_responder(data)} {state} the request for help{_quoted(data)}"
        case "incident.escalated":
            return f"Escalated to {_names(data) or 'the next level'}"
        case "incident.reassigned":
            return f"Assigned to {_names(data) or 'somebody else'}"
        case "incident.delegated":
            policy = data.part("escalation_policy").text("summary")
            return f"Handed to {policy or 'another escalation policy'}"
        case "incident.priority_updated":
            return f"Priority is now {data.part('priority').text('summary') or 'none'}"
        case "incident.service_updated":
            return f"Moved to the service {data.part('service').text('summary') or 'none'}"
    return ""


def _trimmed(data: Part) -> str:
    return " …" if data.flag("trimmed") else ""


def _responder(data: Part) -> str:
    policy = data.part("escalation_policy").text("summary")
    return data.part("user").text("summary") or policy or "a responder"


def _quoted(data: Part) -> str:
    message = data.text("message")
    return f": “{message}”" if message else ""


def _names(incident: Part) -> str:
    return ", ".join(filter(None, (one.text("summary") for one in incident.parts("assignees"))))


def _agent(event: Part) -> str:
    """Who did it, if it was a person: services and integrations are agents too."""
    agent = event.part("agent")
    return agent.text("summary") if agent.text("type").startswith("user") else ""


def _sample(hook: Hook, at: datetime) -> Delivery:
    incident = {
        "id": "INCIBOTTEST",
        "type": "incident",
        "number": 1,
        "status": "triggered",
        "title": TEST,
        "urgency": "low",
    }
    event = {
        "id": f"incibot-test-{at:%Y%m%dT%H%M%S.%f}",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": at.isoformat(),
        "agent": None,
        "data": incident,
    }
    return sample(hook, at, {"event": event}, _signed)


def _signed(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-pagerduty-signature": f"v1={signature(secret, body)}"}


PAGERDUTY = Source(
    word="pagerduty",
    title="PagerDuty",
    verify=_verify,
    read=_read,
    id=lambda delivery: delivery.header("X-Webhook-Id"),
    sample=_sample,
)
