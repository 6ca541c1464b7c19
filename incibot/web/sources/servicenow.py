"""ServiceNow: incidents of its own, sent by a business rule in the form of our template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, State
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import TEST, address, lines, person, sample, token, unnamed
from incibot.web.sources.source import Delivery, Source, Unreadable, bears

# By the number in the table, and by its label, for those who send only that.
_STATES = {
    "1": State.FIRING,
    "new": State.FIRING,
    "2": State.ACKNOWLEDGED,
    "in progress": State.ACKNOWLEDGED,
    "3": State.ACKNOWLEDGED,
    "on hold": State.ACKNOWLEDGED,
    "6": State.RESOLVED,
    "resolved": State.RESOLVED,
    "7": State.RESOLVED,
    "closed": State.RESOLVED,
    "8": State.RESOLVED,
    "canceled": State.RESOLVED,
}


def _read(delivery: Delivery, _hook: Hook) -> Sequence[Evidence]:
    told = document(delivery)
    key = told.needed("sys_id")
    if (told.text("table") or "incident") != "incident":
        return []
    updated = told.needed("sys_updated_on")
    state = _state(told)
    return [
        Alert(
            id=f"{key}/{updated}",
            key=key,
            state=state,
            title=" ".join(filter(None, (told.text("number"), told.text("short_description"))))
            or key,
            at=told.moment("sys_updated_on"),
            details=lines(
                told.text("description"),
                _said("State", told.text("state_label")),
                _said("Assigned to", told.text("assigned_to") or told.text("assignment_group")),
            ),
            service=told.text("business_service") or told.text("cmdb_ci"),
            severity=told.text("priority"),
            url=address(told, "url"),
            actor="" if told.text("sys_updated_by") == "system" else _updater(told),
        )
    ]


def _state(told: Part) -> State:
    for key in ("state", "state_label"):
        if found := _STATES.get(told.text(key).casefold()):
            return found
    raise Unreadable("state is none of those that incidents have in ServiceNow")


def _said(what: str, words: str) -> str:
    return f"{what}: {words}" if words else ""


def _updater(told: Part) -> str:
    return person(told.text("sys_updated_by"))


def _sample(hook: Hook, at: datetime) -> Delivery:
    body = {
        "source": "servicenow",
        "table": "incident",
        "sys_id": "incibot-test",
        "number": "INC0000000",
        "short_description": TEST,
        "state": "1",
        "state_label": "New",
        "priority": "5",
        "sys_updated_on": f"{at:%Y-%m-%d %H:%M:%S}",
        "sys_updated_by": "system",
    }
    return sample(hook, at, body, token)


SERVICENOW = Source(
    word="servicenow",
    title="ServiceNow",
    verify=bears("X-Incibot-Token", "Authorization"),
    read=_read,
    id=unnamed,
    sample=_sample,
)
