"""Alerts in a group, as Alertmanager sends them, and Grafana after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from incibot.core.evidence import Alert, State
from incibot.web.sources.part import Part
from incibot.web.sources.reading import digest, labels, lines, moment
from incibot.web.sources.source import Unreadable

_STATES = {"firing": State.FIRING, "resolved": State.RESOLVED}
_TOLD = ("alertname", "severity", "service", "job")  # labels that have a place of their own


def grouped(told: Part, look: Callable[[Part], Mapping[str, Any]]) -> Sequence[Alert]:
    """Each of the group's alerts. `look` says where to look at one: its `url` and `links`."""
    if not isinstance(told.values.get("alerts"), list):
        raise Unreadable("alerts is no list: a payload of your own is not read here")
    common = labels(told.part("commonLabels"))
    more = told.text("truncatedAlerts")
    left = f"{more} more alerts of the group were left out" if more not in ("", "0") else ""
    return [_alert(one, told, common, look, left) for one in told.parts("alerts")]


def _alert(
    one: Part,
    told: Part,
    common: Mapping[str, str],
    look: Callable[[Part], Mapping[str, Any]],
    left: str,
) -> Alert:
    status = one.text("status") or told.text("status")
    if status not in _STATES:
        raise Unreadable(f"{one.place}.status is neither firing nor resolved")
    label, notes = labels(one.part("labels")), labels(one.part("annotations"))
    key = one.text("fingerprint") or _fingerprint(label, one.place)
    state = _STATES[status]
    at = moment(one, "startsAt" if state is State.FIRING else "endsAt")
    own = [
        f"{name}={value}"
        for name, value in sorted(label.items())
        if name not in common and name not in _TOLD and not name.startswith("__")
    ]
    return Alert(
        # Not the group's name: an alert that two groups have is told of twice, and is one.
        id=f"{key}/{status}/{at.isoformat() if at else ''}",
        key=key,
        state=state,
        title=notes.get("summary") or notes.get("title") or label.get("alertname") or key,
        at=at,
        details=lines(notes.get("description") or notes.get("message") or "", ", ".join(own), left),
        service=label.get("service") or label.get("job") or "",
        severity=label.get("severity") or label.get("priority") or "",
        **look(one),
    )


def _fingerprint(label: Mapping[str, str], place: str) -> str:
    if not label:
        raise Unreadable(f"{place} has neither a fingerprint nor labels")
    return digest(*(f"{name}={value}" for name, value in sorted(label.items())))
