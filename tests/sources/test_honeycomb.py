"""Honeycomb's deliveries: who is believed, and what they tell."""

from __future__ import annotations

from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.honeycomb import DELIVERY, HONEYCOMB, TOKEN
from tests.sources.alarmed import alert, check_test, check_token
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("honeycomb")
TRIGGERED = posted("honeycomb-trigger_triggered.json")
OK = posted("honeycomb-trigger_ok.json")
SLO = "https://ui.honeycomb.io/acme/environments/prod/datasets/checkout/slo/abc/Checkout"


def trigger(**values: Any) -> Delivery:
    return saying(TRIGGERED, with_values(body_of(TRIGGERED), **values))


def burn(**values: Any) -> Delivery:
    """A burn alert: it has an SLO, and neither groups nor a trigger."""
    body = {
        "version": "v0.1.0",
        "id": "fS7vfB81Wcy",
        "name": "Checkout succeeds",
        "status": "TRIGGERED",
        "summary": "Triggered: Checkout succeeds: budget is gone in 2 hours",
        "description": "The budget will be exhausted in 113 minutes",
        "slo_description": "99.9% of checkouts in 30 days",
        "slo_url": SLO,
        "is_test": False,
    }
    return saying(TRIGGERED, body | values)


def test_who_has_the_shared_secret_is_believed() -> None:
    check_token(HONEYCOMB, TRIGGERED, TOKEN, "X-Incibot-Token", "Authorization")
    check_test(HONEYCOMB, OURS)


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert HONEYCOMB.id(TRIGGERED) == "5d4f88d5-3dae-556d-a6cf-5f5d6a749c22"


def test_a_trigger_fires_with_the_groups_that_set_it_off() -> None:
    found = alert(HONEYCOMB, TRIGGERED)
    assert (found.state, found.key, found.at) == (State.FIRING, "HpPzqZtCNA5", None)
    assert found.title == "Triggered: Checkout 5xx by route"
    assert found.details == (
        "Currently greater than threshold value (50) for route:/checkout (value 913)\n"
        "5xx above 50/min\n"
        "route=/checkout: 913"
    )
    assert found.service == "checkout", "the dataset"
    assert found.url.endswith("/result/g8Pwij7UvK7")
    assert list(found.links) == ["Result", "Trigger"]


def test_it_is_right_again_when_the_status_says_so_in_whatever_case() -> None:
    found = alert(HONEYCOMB, OK)
    assert (found.state, found.key) == (State.RESOLVED, alert(HONEYCOMB, TRIGGERED).key)
    for word in ("ok", "Ok", "RESOLVED"):
        assert alert(HONEYCOMB, trigger(status=word)).state is State.RESOLVED
    assert alert(HONEYCOMB, trigger(status="triggered")).state is State.FIRING


def test_what_fires_again_with_the_same_words_is_another_notice() -> None:
    again = saying(TRIGGERED, body_of(TRIGGERED), **{DELIVERY.lower(): "another"})
    assert alert(HONEYCOMB, again).id != alert(HONEYCOMB, TRIGGERED).id
    assert alert(HONEYCOMB, again).key == alert(HONEYCOMB, TRIGGERED).key


def test_a_burn_alert_fires_and_leads_to_its_slo() -> None:
    found = alert(HONEYCOMB, burn())
    assert (found.state, found.key, found.service) == (State.FIRING, "fS7vfB81Wcy", "checkout")
    assert found.title == "Triggered: Checkout succeeds: budget is gone in 2 hours"
    assert found.details == (
        "The budget will be exhausted in 113 minutes\n99.9% of checkouts in 30 days"
    )
    assert (found.url, dict(found.links)) == (SLO, {"SLO": SLO})
    assert alert(HONEYCOMB, burn(status="OK")).state is State.RESOLVED


def test_a_test_says_that_it_is_one_and_is_none_of_the_trigger_itself() -> None:
    found = alert(HONEYCOMB, trigger(is_test=True))
    assert found.title == "Test: Triggered: Checkout 5xx by route"
    assert found.key != alert(HONEYCOMB, TRIGGERED).key


def test_an_old_body_without_an_id_goes_by_its_name() -> None:
    assert alert(HONEYCOMB, trigger(id=None, result_url="")).key == "Checkout 5xx by route"


def test_a_trigger_without_groups_has_one_value_for_all() -> None:
    groups = [{"Group": {}, "Result": 12.5}, {"Group": {"code": 500, "ok": False}, "Result": None}]
    found = alert(HONEYCOMB, trigger(result_groups_triggered=groups))
    assert found.details.splitlines()[-2:] == ["all: 12.5", "code=500, ok=false: no value"]


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="status is neither TRIGGERED nor OK"):
        HONEYCOMB.read(trigger(status=""), OURS)
    with pytest.raises(Unreadable, match="name is missing"):
        HONEYCOMB.read(trigger(id=None, name=None), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(HONEYCOMB, (TRIGGERED, OK, burn()), OURS)
