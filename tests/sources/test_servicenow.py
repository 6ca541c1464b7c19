"""ServiceNow's deliveries, in the form of our template: who is believed, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.servicenow import SERVICENOW
from tests.sources.alarmed import alert, check_test, check_token, shown
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("servicenow")
UPDATED = posted("servicenow-incident_updated.json")


def record(**values: Any) -> Delivery:
    return saying(UPDATED, with_values(body_of(UPDATED), **values))


def test_who_has_the_token_is_believed() -> None:
    check_token(SERVICENOW, UPDATED, "X-Incibot-Token", "Authorization")
    check_test(SERVICENOW, OURS)


def test_an_incident_in_progress_is_seen_by_somebody() -> None:
    found = alert(SERVICENOW, UPDATED)
    assert (found.state, found.key) == (
        State.ACKNOWLEDGED,
        "9d385017c611228701d22104cc95c371",
    )
    assert found.title == "INC0010042 Checkout failing for EU customers"
    assert found.at == datetime(2026, 11, 20, 14, 16, 40, tzinfo=UTC)
    assert found.details == "State: In Progress\nAssigned to: Priya Raman"
    assert (found.service, found.severity, found.actor) == ("Checkout", "1", "helpdesk.joe")
    assert found.url.startswith("https://acme.service-now.com/nav_to.do?uri=incident.do")


@pytest.mark.parametrize(
    ("number", "label", "state"),
    [
        ("1", "New", State.FIRING),
        ("3", "On Hold", State.ACKNOWLEDGED),
        ("6", "Resolved", State.RESOLVED),
        ("7", "Closed", State.RESOLVED),
        ("8", "Canceled", State.RESOLVED),
    ],
)
def test_each_state_is_known_by_its_number_or_its_label(
    number: str, label: str, state: State
) -> None:
    assert alert(SERVICENOW, record(state=number, state_label="Neu")).state is state
    assert alert(SERVICENOW, record(state=int(number), state_label="")).state is state
    assert alert(SERVICENOW, record(state="", state_label=label)).state is state


def test_each_update_is_a_notice_and_the_same_update_is_the_same() -> None:
    later = alert(SERVICENOW, record(sys_updated_on="2026-11-20 14:20:00"))
    assert later.id != alert(SERVICENOW, UPDATED).id == alert(SERVICENOW, record()).id
    assert later.key == alert(SERVICENOW, UPDATED).key


def test_what_the_system_itself_did_has_no_actor_and_little_is_needed() -> None:
    found = alert(SERVICENOW, record(sys_updated_by="system", number=None, short_description=None))
    assert (found.actor, found.title) == ("", found.key)
    team = alert(SERVICENOW, record(assigned_to=None, business_service=None, cmdb_ci="chk-01"))
    assert team.details.endswith("Assigned to: Checkout SRE")
    assert team.service == "chk-01"


def test_records_of_other_tables_are_nothing() -> None:
    assert SERVICENOW.read(record(table="change_request"), OURS) == []


def test_what_the_page_shows_is_read() -> None:
    assert alert(SERVICENOW, saying(UPDATED, shown("servicenow"))) == alert(SERVICENOW, UPDATED)


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="sys_id is missing"):
        SERVICENOW.read(record(sys_id=""), OURS)
    with pytest.raises(Unreadable, match="sys_updated_on is missing"):
        SERVICENOW.read(record(sys_updated_on=None), OURS)
    with pytest.raises(Unreadable, match="state is none of those"):
        SERVICENOW.read(record(state="42", state_label="Pondering"), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(SERVICENOW, (UPDATED,), OURS)
