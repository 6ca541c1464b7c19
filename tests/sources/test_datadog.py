"""Datadog's deliveries, in the form of our template and of its default: who is believed, what they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.datadog import DATADOG
from tests.sources.alarmed import alert, check_test, check_token, shown
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("datadog")
TRIGGERED = posted("datadog-monitor_triggered.json")
RECOVERED = posted("datadog-monitor_recovered.json")
DEFAULT = posted("datadog-default_body.json")


def monitor(**values: Any) -> Delivery:
    return saying(TRIGGERED, with_values(body_of(TRIGGERED), **values))


def default(**values: Any) -> Delivery:
    return saying(DEFAULT, with_values(body_of(DEFAULT), **values))


def test_who_has_the_token_is_believed() -> None:
    check_token(DATADOG, TRIGGERED, "X-Incibot-Token", "Authorization")
    check_test(DATADOG, OURS)


def test_a_monitor_that_is_triggered_fires() -> None:
    found = alert(DATADOG, TRIGGERED)
    assert (found.state, found.key) == (State.FIRING, "1234/env:prod,service:checkout-api")
    assert found.title == "Checkout error rate on service:checkout-api"
    assert found.at == datetime(2026, 11, 20, 14, 7, 20, tzinfo=UTC)
    assert found.details == "18% errors on checkout", "without those who are notified"
    assert (found.service, found.severity, found.actor) == ("checkout-api", "P1", "")
    assert found.url == "https://app.datadoghq.eu/event/event?id=7012345678901234567"
    assert list(found.links) == ["Snapshot"]


def test_what_recovers_is_the_same_alert_and_so_is_what_fires_in_another_cycle() -> None:
    over = alert(DATADOG, RECOVERED)
    assert (over.state, over.key) == (State.RESOLVED, alert(DATADOG, TRIGGERED).key)
    assert over.at == datetime(2026, 11, 20, 14, 33, 40, tzinfo=UTC)
    assert alert(DATADOG, monitor(alert_cycle_key="7")).key == over.key


@pytest.mark.parametrize(
    ("transition", "state"),
    [
        ("Triggered", State.FIRING),
        ("Re-Triggered", State.FIRING),
        ("Warn", State.FIRING),
        ("Re-Warn", State.FIRING),
        ("No Data", State.FIRING),
        ("Re-No Data", State.FIRING),
        ("Renotify", State.FIRING),
        ("Recovered", State.RESOLVED),
        ("Warn Recovered", State.RESOLVED),
        ("No Data Recovered", State.RESOLVED),
    ],
)
def test_each_transition_says_where_it_stands(transition: str, state: State) -> None:
    assert alert(DATADOG, monitor(alert_transition=transition)).state is state
    plain = default(title=f"[P2] [{transition} on {{host:a,service:cart}}] Cart is [very] slow")
    found = alert(DATADOG, plain)
    assert (found.state, found.title) == (state, "Cart is [very] slow")
    assert (found.severity, found.service) == ("P2", "cart")


def test_the_default_body_is_read_by_its_title() -> None:
    found = alert(DATADOG, DEFAULT)
    assert (found.state, found.severity) == (State.FIRING, "P1")
    assert (found.title, found.service) == ("Checkout error rate", "checkout-api")
    assert found.details == "18% errors on checkout"
    assert found.at == datetime(2026, 11, 20, 14, 7, 20, tzinfo=UTC)
    over = default(
        title="[P1] [Recovered on {service:checkout-api}] Checkout error rate",
        id="7012345678901234568",
    )
    assert alert(DATADOG, over).state is State.RESOLVED
    assert alert(DATADOG, over).key == found.key
    assert alert(DATADOG, default(title="[Triggered] Disk")).title == "Disk"


def test_a_monitor_without_a_scope_goes_by_its_id_and_one_without_that_by_its_group() -> None:
    assert alert(DATADOG, monitor(alert_scope="", title="[Triggered] x")).key == "1234"
    assert alert(DATADOG, monitor(alert_id="")).key == "9bd4ac313a4d1e8fae2482df7b77628"
    assert alert(DATADOG, monitor(alert_id="", aggreg_key=None)).key == "99482716320"


def test_what_an_event_does_not_have_is_empty_however_datadog_writes_that() -> None:
    found = alert(DATADOG, monitor(alert_priority="null", snapshot="null", link="$LINK"))
    assert (found.severity, found.url, dict(found.links)) == ("P1", "", {}), "the title says P1"
    found = alert(DATADOG, monitor(alert_priority="", title="[Warn] x"))
    assert found.severity == "error"


def test_the_state_is_told_by_the_kind_where_nothing_else_tells_it() -> None:
    plain = monitor(alert_transition="", title="Checkout")
    assert alert(DATADOG, plain).state is State.FIRING
    over = monitor(alert_transition="", title="Checkout", alert_type="success")
    assert alert(DATADOG, over).state is State.RESOLVED


def test_the_template_that_we_publish_is_filled_in_by_datadog_and_then_read() -> None:
    sent, template = body_of(TRIGGERED), shown("datadog")
    filled = {key: sent[key] for key in template}
    assert alert(DATADOG, saying(TRIGGERED, filled)) == alert(DATADOG, TRIGGERED)
    bare = alert(DATADOG, saying(TRIGGERED, template | {"title": "[Triggered] x", "date": ""}))
    assert (bare.state, bare.title, bare.url) == (State.FIRING, "x", ""), "no variable is shown"


def test_people_are_named_without_their_domain() -> None:
    assert alert(DATADOG, monitor(username="priya@example.com")).actor == "priya"


def test_what_is_no_monitors_is_nothing() -> None:
    assert DATADOG.read(default(title="Priya deployed checkout", event_type="event"), OURS) == []
    assert DATADOG.read(monitor(alert_transition="Muted"), OURS) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="title is missing"):
        DATADOG.read(monitor(title=""), OURS)
    with pytest.raises(Unreadable, match="date is no time since 1970"):
        DATADOG.read(monitor(date="now"), OURS)
    with pytest.raises(Unreadable, match="the body is no JSON"):
        DATADOG.read(replace(TRIGGERED, body=b"id=1&title=x"), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(DATADOG, (TRIGGERED, RECOVERED, DEFAULT), OURS)
