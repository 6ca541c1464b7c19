"""Opsgenie, and Jira Service Management's Operations, which took over its webhook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, Remark, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import (
    TEST,
    digest,
    instant,
    lines,
    ours,
    person,
    sample,
    token,
    unnamed,
)
from incibot.web.sources.source import Delivery, Source, bears

_STATES = {
    "Create": State.FIRING,
    "UnAcknowledge": State.FIRING,
    "Acknowledge": State.ACKNOWLEDGED,
    "Close": State.RESOLVED,
    "Delete": State.RESOLVED,
}
_MACHINES = ("system", "alert api", "")


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    action, alert = told.needed("action"), told.part("alert")
    named = alert.needed("alertId")
    key = alert.text("alias") or named
    at = instant(alert, "updatedAt") or instant(alert, "createdAt")
    # Without a time, what else was sent must tell one note from the next.
    id = f"{named}/{action}/{alert.text('updatedAt') or digest(delivery.body.hex())}"
    actor = alert.text("username")
    actor = "" if actor.casefold() in _MACHINES else person(actor)
    if action in _STATES:
        return [
            Alert(
                id=id,
                key=key,
                state=_STATES[action],
                title=alert.text("message") or key,
                at=at,
                details=lines(
                    alert.text("description"),
                    alert.text("note"),
                    "Deleted in Opsgenie" if action == "Delete" else "",
                ),
                service=alert.text("entity"),
                severity=alert.text("priority"),
                actor=actor,
                ours=ours(key),
            )
        ]
    if words := _words(action, told, alert):
        return [Remark(id=id, key=key, words=words, at=at, actor=actor, ours=ours(key))]
    return []


def _words(action: str, told: Part, alert: Part) -> str:
    """What was said, or what came of it for the people; empty for what is not told here."""
    match action:
        case "AddNote":
            return alert.needed("note")
        case "AssignOwnership":
            return f"Assigned to {person(alert.text('owner')) or 'somebody'}"
        case "TakeOwnership":
            return "Took it over"
        case "AddTeam":
            return f"Added the team {alert.text('team')}".strip()
        case "AddRecipient" | "AddResponder":
            return f"Called in {person(alert.text('recipient'))}".removesuffix(" ")
        case "Escalate" | "EscalateNext" | "EscalateToNext":
            name = told.part("escalationNotify").text("name")
            return f"Escalated to {name or 'the next level'}"
        case "Snooze":
            until = instant(alert, "snoozeEndDate") if _is_number(alert, "snoozeEndDate") else None
            return f"Snoozed until {until:%Y-%m-%d %H:%M} UTC" if until else "Snoozed"
        case "UpdatePriority":
            return f"Priority is now {alert.text('priority') or 'another'}"
    return ""


def _is_number(part: Part, key: str) -> bool:
    text = part.text(key)
    return text.isascii() and text.isdigit()


def _sample(hook: Hook, at: datetime) -> Delivery:
    milliseconds = int(at.timestamp() * 1000)
    alert = {
        "alertId": "incibot-test",
        "alias": "incibot-test",
        "message": TEST,
        "username": "System",
        "priority": "P5",
        "createdAt": milliseconds,
        "updatedAt": milliseconds * 1_000_000,
    }
    body = {"action": "Create", "alert": alert, "source": {"name": "incibot", "type": "API"}}
    return sample(hook, at, body, token)


OPSGENIE = Source(
    word="opsgenie",
    title="Opsgenie",
    verify=bears("X-Incibot-Token", "Authorization"),
    read=_read,
    id=unnamed,
    sample=_sample,
)
