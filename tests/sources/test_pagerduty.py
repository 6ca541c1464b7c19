"""PagerDuty's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Unreadable
from incibot.web.sources.pagerduty import PAGERDUTY
from tests.sources.alarmed import alert, check_test, remark
from tests.sources.posted import (
    body_of,
    check_reading,
    check_signature,
    hook,
    is_genuine,
    posted,
    saying,
    with_values,
)

OURS = hook("pagerduty")
HEADER = "X-PagerDuty-Signature"
TRIGGERED = posted("pagerduty-incident_triggered.json")
ACKNOWLEDGED = posted("pagerduty-incident_acknowledged.json")
RESOLVED = posted("pagerduty-incident_resolved.json")
ANNOTATED = posted("pagerduty-incident_annotated.json")
REPLIED = posted("pagerduty-incident_responder_replied.json")
ALL = (TRIGGERED, ACKNOWLEDGED, RESOLVED, ANNOTATED, REPLIED)


def event(kind: str, **values: Any) -> Any:
    """The triggered incident, as it is in an event of another kind."""
    return saying(TRIGGERED, with_values(body_of(TRIGGERED), event__event_type=kind, **values))


def test_what_is_signed_by_a_secret_is_genuine() -> None:
    for delivery in ALL:
        check_signature(PAGERDUTY, delivery, HEADER)
    check_test(PAGERDUTY, OURS)


def test_one_of_several_signatures_suffices_and_other_versions_count_for_nothing() -> None:
    good = TRIGGERED.header(HEADER)

    def signed(text: str) -> bool:
        sent = replace(TRIGGERED, headers={**TRIGGERED.headers, HEADER.lower(): text})
        return is_genuine(PAGERDUTY, sent, OURS)

    assert signed(f"v1={'0' * 64},{good}")
    assert signed(f"{good} , v2=abc")
    assert not signed(good.replace("v1=", "v2="))
    assert not signed(good.replace("v1=", ""))


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert PAGERDUTY.id(TRIGGERED) == "2ff9dc97-e329-542e-a5ef-8c4f594e91eb"


def test_an_incident_that_is_triggered_fires() -> None:
    found = alert(PAGERDUTY, TRIGGERED)
    assert (found.id, found.key) == ("01EV0001TRIGGERED0000000001", "Q1CHECKOUT0001")
    assert found.state is State.FIRING
    assert found.title == "CheckoutErrorRateHigh: 18% of POST /checkout fail (prod)"
    assert found.at == datetime(2026, 11, 20, 14, 8, 2, 412000, tzinfo=UTC)
    assert (found.service, found.severity, found.actor) == ("Checkout API", "P1", "")
    assert found.url == "https://acme.pagerduty.com/incidents/Q1CHECKOUT0001"
    assert found.details == "Assigned to Priya Raman"
    assert (found.ours, dict(found.links)) == ("", {})


def test_who_acknowledged_and_who_resolved_is_told_and_it_stays_one_alert() -> None:
    seen, over = alert(PAGERDUTY, ACKNOWLEDGED), alert(PAGERDUTY, RESOLVED)
    assert (seen.state, seen.actor) == (State.ACKNOWLEDGED, "Priya Raman")
    assert (over.state, over.actor) == (State.RESOLVED, "Priya Raman")
    assert seen.key == over.key == alert(PAGERDUTY, TRIGGERED).key
    machine = {"type": "service_reference", "summary": "Checkout API", "id": "PCHKAPI"}
    assert alert(PAGERDUTY, event("incident.resolved", event__agent=machine)).actor == ""


def test_what_is_reopened_or_no_longer_acknowledged_fires_again() -> None:
    for kind in ("incident.reopened", "incident.unacknowledged"):
        assert alert(PAGERDUTY, event(kind)).state is State.FIRING


def test_an_incident_that_was_merged_says_into_which() -> None:
    into = {
        "id": "Q2",
        "summary": "Everything is slow",
        "html_url": "https://acme.pagerduty.com/incidents/Q2",
    }
    reason = {"type": "merge_resolve_reason", "incident": into}
    found = alert(PAGERDUTY, event("incident.resolved", event__data__resolve_reason=reason))
    assert found.details == "Merged into Everything is slow"
    assert found.links == {"Merged into": "https://acme.pagerduty.com/incidents/Q2"}


def test_an_incident_has_a_severity_without_a_priority_and_a_conference_if_there_is_one() -> None:
    bridge = {"conference_number": "+1 123", "conference_url": "https://meet.example.com/1"}
    found = alert(
        PAGERDUTY,
        event(
            "incident.triggered", event__data__priority=None, event__data__conference_bridge=bridge
        ),
    )
    assert found.severity == "high"
    assert found.links == {"Conference": "https://meet.example.com/1"}


def test_a_page_of_ours_is_known_by_its_key() -> None:
    page = event("incident.triggered", event__data__incident_key="incibot:T1:7:checkout")
    assert alert(PAGERDUTY, page).ours == "incibot:T1:7:checkout"
    moved = event("incident.escalated", event__data__incident_key="incibot:T1:7:checkout")
    assert remark(PAGERDUTY, moved).ours == "incibot:T1:7:checkout"


def test_a_note_is_a_remark_on_the_incident() -> None:
    found = remark(PAGERDUTY, ANNOTATED)
    assert found.key == "Q1CHECKOUT0001"
    assert found.words.startswith("Errors started with the 14:04 deploy;")
    assert (found.actor, found.at) == (
        "Priya Raman",
        datetime(2026, 11, 20, 14, 17, 31, 700000, tzinfo=UTC),
    )
    cut = saying(ANNOTATED, with_values(body_of(ANNOTATED), event__data__trimmed=True))
    assert remark(PAGERDUTY, cut).words.endswith("at 2 s. …")


def test_who_was_asked_to_help_and_what_they_said_are_remarks() -> None:
    found = remark(PAGERDUTY, REPLIED)
    assert found.words == (
        "Maeve Lin accepted the request for help: “Please help with the database side”"
    )
    assert found.actor == "Maeve Lin"
    body = with_values(body_of(REPLIED), event__event_type="incident.responder.added")
    asked = remark(PAGERDUTY, saying(REPLIED, body))
    assert asked.words == "Asked Maeve Lin to help: “Please help with the database side”"
    declined = with_values(body_of(REPLIED), event__data__state="declined", event__data__message="")
    said = remark(PAGERDUTY, saying(REPLIED, declined))
    assert said.words == "Maeve Lin declined the request for help"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("incident.escalated", "Escalated to Priya Raman"),
        ("incident.reassigned", "Assigned to Priya Raman"),
        ("incident.delegated", "Handed to Checkout on-call"),
        ("incident.priority_updated", "Priority is now P1"),
        ("incident.service_updated", "Moved to the service Checkout API"),
    ],
)
def test_what_comes_of_it_for_people_is_a_remark_and_no_new_alert(kind: str, words: str) -> None:
    found = remark(PAGERDUTY, event(kind))
    assert (found.words, found.key) == (words, "Q1CHECKOUT0001")


def test_a_status_update_is_a_remark() -> None:
    data = with_values(body_of(ANNOTATED)["event"]["data"], type="incident_status_update")
    data["message"] = "A fix is on its way"
    body = with_values(
        body_of(ANNOTATED), event__event_type="incident.status_update_published", event__data=data
    )
    assert remark(PAGERDUTY, saying(ANNOTATED, body)).words == "Status update: A fix is on its way"


@pytest.mark.parametrize(
    "kind", ["pagey.ping", "service.updated", "incident.workflow.started", "incident.brand_new"]
)
def test_what_is_no_alert_is_nothing(kind: str) -> None:
    assert PAGERDUTY.read(event(kind, event__data={"type": "ping"}), OURS) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="the body is no JSON"):
        PAGERDUTY.read(replace(TRIGGERED, body=b"{"), OURS)
    with pytest.raises(Unreadable, match=r"event\.event_type is missing"):
        PAGERDUTY.read(saying(TRIGGERED, {"messages": []}), OURS)
    with pytest.raises(Unreadable, match=r"event\.data\.id is missing"):
        PAGERDUTY.read(event("incident.triggered", event__data__id=None), OURS)
    with pytest.raises(Unreadable, match=r"event\.data\.title is no text"):
        PAGERDUTY.read(event("incident.triggered", event__data__title=[]), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(PAGERDUTY, ALL, OURS)
