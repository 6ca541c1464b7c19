"""Alertmanager's deliveries: who is believed, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import Alert, State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.alertmanager import ALERTMANAGER
from tests.sources.alarmed import check_test, check_token
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("alertmanager")
FIRING = posted("alertmanager-firing.json")
RESOLVED = posted("alertmanager-resolved.json")


def alerts(delivery: Delivery) -> list[Alert]:
    found = ALERTMANAGER.read(delivery, OURS)
    assert all(isinstance(one, Alert) for one in found)
    return [one for one in found if isinstance(one, Alert)]


def group(*, first: dict[str, Any] | None = None, **values: Any) -> Delivery:
    body = with_values(body_of(FIRING), **values)
    body["alerts"][0] |= first or {}
    return saying(FIRING, body)


def test_who_has_the_secret_is_believed_by_bearer_or_basic() -> None:
    check_token(ALERTMANAGER, FIRING, "Authorization", "X-Incibot-Token")
    check_test(ALERTMANAGER, OURS)


def test_each_alert_of_a_group_is_an_alert() -> None:
    one, other = alerts(FIRING)
    assert (one.key, other.key) == ("b3f3a1f5c0de1234", "c0ffee00c0de5678")
    assert one.state is other.state is State.FIRING
    assert one.at == datetime(2026, 11, 20, 14, 6, 30, 512000, tzinfo=UTC)
    assert one.title == "18% of POST /checkout fail"
    assert one.details == "5xx ratio above 5% for 2m\npod=checkout-7d9f-abcde"
    assert other.details.endswith("pod=checkout-7d9f-fghij"), "what tells it from the other"
    assert (one.service, one.severity, one.actor) == ("checkout-api", "page", "")
    assert one.url.startswith("https://prometheus.example.com/graph?g0.expr=")
    assert one.links == {
        "Runbook": "https://runbooks.example.com/checkout/error-rate",
        "Dashboard": "https://grafana.example.com/d/chk",
        "Alertmanager": "https://alertmanager.example.com",
    }


def test_it_is_over_when_it_ended() -> None:
    for before, after in zip(alerts(FIRING), alerts(RESOLVED), strict=True):
        assert after.state is State.RESOLVED
        assert after.key == before.key
        assert after.at == datetime(2026, 11, 20, 14, 33, 30, 512000, tzinfo=UTC)


def test_what_is_repeated_is_the_same_notice_whichever_group_tells_it() -> None:
    again = group(groupKey="{}:{another}", notification_reason="repeat interval")
    assert [one.id for one in alerts(again)] == [one.id for one in alerts(FIRING)]
    later = group(first={"startsAt": "2026-11-20T18:00:00Z"})
    assert alerts(later)[0].id != alerts(FIRING)[0].id


def test_a_group_may_hold_alerts_that_fire_and_alerts_that_are_over() -> None:
    one, other = alerts(group(first={"status": "resolved", "endsAt": "2026-11-20T14:20:00Z"}))
    assert (one.state, other.state) == (State.RESOLVED, State.FIRING)


def test_a_time_that_is_not_set_is_none() -> None:
    assert alerts(group(first={"startsAt": "0001-01-01T00:00:00Z"}))[0].at is None
    assert alerts(group(first={"startsAt": None}))[0].at is None


def test_an_alert_with_a_name_alone_is_one_too() -> None:
    bare = {"annotations": {}, "generatorURL": "", "labels": {"alertname": "Watchdog"}}
    found = alerts(group(first=bare))[0]
    assert (found.title, found.details, found.service) == ("Watchdog", "", "")
    assert found.url == "https://alertmanager.example.com"
    job = alerts(group(first={"labels": {"alertname": "Down", "job": "checkout"}}))[0]
    assert job.service == "checkout"


def test_an_alert_without_a_fingerprint_goes_by_its_labels() -> None:
    one = alerts(group(first={"fingerprint": None}))[0]
    same = alerts(group(first={"fingerprint": None, "startsAt": "2026-11-20T15:00:00Z"}))[0]
    assert one.key == same.key != alerts(FIRING)[0].key


def test_what_was_left_out_of_a_group_is_told() -> None:
    assert alerts(group(truncatedAlerts=3))[1].details.endswith(
        "3 more alerts of the group were left out"
    )


def test_an_address_that_is_none_of_the_webs_is_no_link() -> None:
    notes = {"runbook_url": "javascript:alert(1)", "dashboard": "see the wiki"}
    found = alerts(group(first={"annotations": notes, "generatorURL": "/graph"}))[0]
    assert found.links == {"Alertmanager": "https://alertmanager.example.com"}


def test_an_empty_group_is_nothing() -> None:
    assert alerts(saying(FIRING, {"alerts": []})) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="alerts is no list"):
        alerts(saying(FIRING, {"text": "a template of our own"}))
    with pytest.raises(Unreadable, match=r"alerts\[0\]\.status is neither firing nor resolved"):
        alerts(group(first={"status": "suppressed"}))
    with pytest.raises(Unreadable, match=r"alerts\[0\] has neither a fingerprint nor labels"):
        alerts(group(first={"fingerprint": "", "labels": {}}))
    with pytest.raises(Unreadable, match=r"alerts\[0\]\.startsAt is no time"):
        alerts(group(first={"startsAt": "soon"}))


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(ALERTMANAGER, (FIRING, RESOLVED), OURS)
