"""Grafana's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.grafana import GRAFANA, SIGNATURE, TIMESTAMP, WINDOW
from incibot.web.sources.source import signature
from tests.sources.alarmed import alert, check_test, check_token
from tests.sources.posted import (
    SECRET,
    body_of,
    check_reading,
    check_signature,
    hook,
    is_genuine,
    posted,
    saying,
    with_values,
)

OURS = hook("grafana")
SENT = datetime(2026, 11, 20, 14, 7, 5, tzinfo=UTC)  # the time in the samples' headers
FIRING = replace(posted("grafana-alert_firing.json"), at=SENT)
RESOLVED = replace(posted("grafana-alert_resolved.json"), at=SENT)


def without(delivery: Delivery, *names: str) -> dict[str, str]:
    gone = {name.lower() for name in names}
    return {name: value for name, value in delivery.headers.items() if name not in gone}


def group(**values: Any) -> Delivery:
    body = body_of(FIRING)
    body["alerts"][0] = with_values(body["alerts"][0], **values)
    return saying(FIRING, body)


def test_what_is_signed_with_its_time_is_genuine() -> None:
    check_signature(GRAFANA, FIRING, SIGNATURE)
    check_signature(GRAFANA, RESOLVED, SIGNATURE)
    check_test(GRAFANA, OURS)


def test_what_was_signed_long_ago_is_sent_by_somebody_else() -> None:
    second = timedelta(seconds=1)
    for near in (WINDOW, -WINDOW):
        assert is_genuine(GRAFANA, replace(FIRING, at=SENT + near), OURS)
    for far in (WINDOW + second, -WINDOW - second):
        assert not is_genuine(GRAFANA, replace(FIRING, at=SENT + far), OURS)


def test_a_time_that_was_not_signed_counts_for_nothing() -> None:
    later = str(int(FIRING.header(TIMESTAMP)) + 60)
    for wrong in (later, "now", "-5", "9" * 30, "٣"):
        sent = replace(FIRING, headers={**FIRING.headers, TIMESTAMP.lower(): wrong})
        assert not is_genuine(GRAFANA, sent, OURS), wrong
    assert not is_genuine(GRAFANA, replace(FIRING, headers=without(FIRING, TIMESTAMP)), OURS)


def test_without_a_time_the_body_alone_is_signed() -> None:
    headers = without(FIRING, TIMESTAMP) | {SIGNATURE.lower(): signature(SECRET, FIRING.body)}
    check_signature(GRAFANA, replace(FIRING, headers=headers), SIGNATURE)


def test_without_a_signature_the_secret_itself_is_asked_for() -> None:
    bare = without(FIRING, TIMESTAMP, SIGNATURE)
    sent = replace(FIRING, headers={**bare, "authorization": f"Bearer {SECRET}"})
    check_token(GRAFANA, sent, "Authorization", "X-Incibot-Token")
    forged = replace(sent, headers={**sent.headers, SIGNATURE.lower(): "0" * 64})
    assert not is_genuine(GRAFANA, forged, OURS), "a signature that is wrong is not passed over"


def test_an_alert_that_fires_is_told_with_its_values_and_where_to_look() -> None:
    found = alert(GRAFANA, FIRING)
    assert (found.state, found.key) == (State.FIRING, "c6eadffa33fcdf37")
    assert found.title == "p95 of POST /checkout is 6.2 s"
    assert found.at == datetime(2026, 11, 20, 14, 7, tzinfo=UTC)
    assert found.details == (
        "Threshold 1.5 s for 1m\ngrafana_folder=Checkout, zone=eu-1\nB = 6.21, C = 1"
    )
    assert found.service == "checkout-api"
    assert found.url == "https://grafana.example.com/d/chk?orgId=1&viewPanel=4"
    assert list(found.links) == ["Runbook", "Dashboard", "Rule", "Silence"]


def test_it_is_over_when_it_ended() -> None:
    found = alert(GRAFANA, RESOLVED)
    assert (found.state, found.key) == (State.RESOLVED, alert(GRAFANA, FIRING).key)
    assert found.at == datetime(2026, 11, 20, 14, 32, tzinfo=UTC)


def test_a_rule_without_data_and_without_a_dashboard_fires_too() -> None:
    labels = {"alertname": "DatasourceNoData", "rulename": "p95", "datasource_uid": "x"}
    found = alert(
        GRAFANA,
        group(labels=labels, annotations={}, values=None, dashboardURL="", panelURL=""),
    )
    assert (found.state, found.title) == (State.FIRING, "DatasourceNoData")
    assert found.details == "datasource_uid=x, rulename=p95"
    assert found.url.startswith("https://grafana.example.com/alerting/")


def test_a_picture_of_it_is_a_link() -> None:
    image = "https://grafana.example.com/img/1.png"
    assert alert(GRAFANA, group(imageURL=image)).links["Image"] == image


def test_a_payload_of_ones_own_is_told_to_be_one() -> None:
    with pytest.raises(Unreadable, match="a payload of your own is not read here"):
        GRAFANA.read(saying(FIRING, {"title": "x", "message": "y"}), OURS)
    with pytest.raises(Unreadable, match=r"values is neither a text nor a number"):
        GRAFANA.read(group(values={"B": []}), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(GRAFANA, (FIRING, RESOLVED), OURS)
