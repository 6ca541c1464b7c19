"""Lightstep's deliveries, in the form of our template: who is believed, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.lightstep import LIGHTSTEP
from tests.sources.alarmed import alert, check_test, check_token, shown
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("lightstep")
VIOLATED = posted("lightstep-alert_violated.json")


def violation(**values: Any) -> Delivery:
    return saying(VIOLATED, with_values(body_of(VIOLATED), **values))


def test_who_has_the_token_is_believed() -> None:
    check_token(LIGHTSTEP, VIOLATED, "X-Incibot-Token", "Authorization")
    check_test(LIGHTSTEP, OURS)


def test_a_threshold_that_is_violated_fires() -> None:
    found = alert(LIGHTSTEP, VIOLATED)
    assert (found.state, found.key) == (State.FIRING, "aL8sQ1/service=checkout-api")
    assert (found.title, found.service) == ("Checkout error ratio", "checkout-api")
    assert found.at == datetime(2026, 11, 20, 14, 10, 30, tzinfo=UTC)
    assert found.details == (
        "Critical Threshold Violated\n"
        "checkout errors / requests > 5%, value 18.1, threshold 5\n"
        "service=checkout-api"
    )
    assert found.severity == "critical"
    assert found.url == "https://app.lightstep.com/acme-prod/alerts/aL8sQ1"
    assert list(found.links) == ["Snapshot"]


@pytest.mark.parametrize(
    ("status", "state", "severity"),
    [
        ("Warning Threshold Violated", State.FIRING, "warning"),
        ("No Data Violation", State.FIRING, ""),
        ("condition-violated", State.FIRING, ""),
        ("Resolved", State.RESOLVED, ""),
        ("condition-not-violated", State.RESOLVED, ""),
    ],
)
def test_each_status_says_where_it_stands(status: str, state: State, severity: str) -> None:
    found = alert(LIGHTSTEP, violation(status=status))
    assert (found.state, found.severity) == (state, severity)
    assert found.key == alert(LIGHTSTEP, VIOLATED).key


def test_when_it_was_over_is_not_when_it_began() -> None:
    assert alert(LIGHTSTEP, violation(status="Resolved")).at is None
    over = violation(status="Resolved", ended_at="2026-11-20T14:31:00Z")
    assert alert(LIGHTSTEP, over).at == datetime(2026, 11, 20, 14, 31, tzinfo=UTC)


def test_each_group_is_an_alert_of_its_own_and_there_need_be_none() -> None:
    assert alert(LIGHTSTEP, violation(group="service=cart")).key == "aL8sQ1/service=cart"
    found = alert(LIGHTSTEP, violation(group=None, condition=None, alert={"id": "a"}))
    assert (found.key, found.title) == ("a", "a")


def test_what_the_page_shows_is_read() -> None:
    assert alert(LIGHTSTEP, saying(VIOLATED, shown("lightstep"))) == alert(LIGHTSTEP, VIOLATED)


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="status is none of those"):
        LIGHTSTEP.read(violation(status="Odd"), OURS)
    with pytest.raises(Unreadable, match=r"alert\.id is missing"):
        LIGHTSTEP.read(violation(alert={}), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(LIGHTSTEP, (VIOLATED, violation(status="Resolved")), OURS)
