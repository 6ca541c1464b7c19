"""Sentry's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.sentry import RESOURCE, SENTRY, SIGNATURE, TIMESTAMP
from tests.sources.alarmed import alert, check_test, remark
from tests.sources.posted import (
    body_of,
    check_reading,
    check_signature,
    hook,
    posted,
    saying,
    with_values,
)

OURS = hook("sentry")
SENT = datetime(2026, 11, 20, 14, 7, 45, tzinfo=UTC)  # the time in the samples' headers
EVENT = replace(posted("sentry-event_alert_triggered.json"), at=SENT)
ISSUE = replace(posted("sentry-issue_resolved.json"), at=SENT)
METRIC = replace(posted("sentry-metric_alert_critical.json"), at=SENT)
COMMENT = saying(
    ISSUE,
    {
        "action": "created",
        "data": {
            "comment": "Looks like the tax service",
            "project_slug": "checkout",
            "comment_id": 1234,
            "issue_id": 1117540176,
            "timestamp": "2026-11-20T14:12:44.118160Z",
        },
        "actor": {"type": "user", "id": 1, "name": "colleen"},
    },
    sentry_hook_resource="comment",
)


def variant(delivery: Delivery, **values: Any) -> Delivery:
    return saying(delivery, with_values(body_of(delivery), **values))


def test_what_is_signed_by_the_client_secret_is_genuine() -> None:
    for delivery in (EVENT, ISSUE, METRIC):
        check_signature(SENTRY, delivery, SIGNATURE)
    check_test(SENTRY, OURS)


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert SENTRY.id(EVENT) == "04da08ac-74c0-590d-a865-3a1f5be7bdb6"


def test_an_event_that_met_a_rule_fires_its_issue() -> None:
    found = alert(SENTRY, EVENT)
    assert (found.state, found.key) == (State.FIRING, "issue/1117540176")
    assert found.title == "TimeoutError: tax-v2 client exceeded 2s"
    assert found.at == datetime(2026, 11, 20, 14, 7, 41, 677000, tzinfo=UTC)
    assert found.details == (
        "Rule: Checkout: more than 100 errors in 5 m\n"
        "checkout.tax in lookup\n"
        "Release: checkout@2026.11.20-3"
    )
    assert (found.service, found.severity, found.actor) == ("checkout-api", "error", "")
    assert found.url.startswith("https://sentry.io/organizations/acme/issues/1117540176/")


def test_without_a_setting_of_the_rule_the_project_is_the_service() -> None:
    assert alert(SENTRY, variant(EVENT, data__issue_alert=None)).service == "checkout"


def test_an_issue_that_is_resolved_is_the_same_alert() -> None:
    found = alert(SENTRY, ISSUE)
    assert (found.state, found.key) == (State.RESOLVED, alert(SENTRY, EVENT).key)
    assert (found.actor, found.service, found.at) == ("dkim", "checkout", SENT)
    assert found.url == "https://sentry.io/organizations/acme/issues/1117540176/"


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("created", State.FIRING),
        ("unresolved", State.FIRING),
        ("archived", State.ACKNOWLEDGED),
        ("ignored", State.ACKNOWLEDGED),
    ],
)
def test_each_change_of_an_issue_says_where_it_stands(action: str, state: State) -> None:
    found = alert(SENTRY, variant(ISSUE, action=action, data__issue__substatus="regressed"))
    assert (found.state, found.details) == (state, "checkout.tax in lookup\nRegressed")


def test_who_an_issue_is_assigned_to_is_a_remark() -> None:
    to = {"type": "user", "id": "1", "name": "Sam Lee", "email": "sam@example.com"}
    assert remark(SENTRY, variant(ISSUE, action="assigned", data__issue__assignedTo=to)).words == (
        "Assigned to Sam Lee"
    )
    nobody = variant(ISSUE, action="assigned", data__issue__assignedTo=None)
    assert remark(SENTRY, nobody).words == "Assigned to somebody"


def test_a_metric_alert_fires_and_is_over_and_fires_again_as_one() -> None:
    found = alert(SENTRY, METRIC)
    assert (found.state, found.key) == (State.FIRING, "metric/9")
    assert (found.title, found.severity) == ("Checkout error count", "critical")
    assert found.at == datetime(2026, 11, 20, 14, 7, tzinfo=UTC)
    assert found.details.startswith("Critical: Checkout error count\n1204 events")
    assert (found.service, found.url) == (
        "checkout",
        "https://sentry.io/organizations/acme/alerts/rules/details/9/?alert=4",
    )
    assert alert(SENTRY, variant(METRIC, action="warning")).severity == "warning"
    over = alert(
        SENTRY,
        variant(METRIC, action="resolved", data__metric_alert__date_closed="2026-11-20T14:31:00Z"),
    )
    assert (over.state, over.key) == (State.RESOLVED, found.key)
    assert over.at == datetime(2026, 11, 20, 14, 31, tzinfo=UTC)
    again = variant(METRIC, data__metric_alert__id="5", data__metric_alert__projects=None)
    assert (alert(SENTRY, again).key, alert(SENTRY, again).service) == (found.key, "")


def test_a_comment_is_a_remark_on_its_issue() -> None:
    found = remark(SENTRY, COMMENT)
    assert (found.words, found.actor) == ("Looks like the tax service", "colleen")
    assert found.key == alert(SENTRY, EVENT).key
    assert found.at == datetime(2026, 11, 20, 14, 12, 44, 118160, tzinfo=UTC)


def test_an_activity_alert_fires_its_issue() -> None:
    sent = saying(
        ISSUE,
        with_values(body_of(ISSUE), action="triggered"),
        sentry_hook_resource="activity_alert",
    )
    assert alert(SENTRY, sent).state is State.FIRING
    assert alert(SENTRY, sent).key == "issue/1117540176"


def test_the_resource_is_told_by_the_body_where_no_header_tells_it() -> None:
    for delivery in (EVENT, ISSUE, METRIC):
        headers = {name: one for name, one in delivery.headers.items() if name != RESOURCE.lower()}
        assert alert(SENTRY, replace(delivery, headers=headers)) == alert(SENTRY, delivery)


def test_a_time_that_nobody_signed_has_to_be_near() -> None:
    """An issue says no time of its own."""
    assert alert(SENTRY, replace(ISSUE, at=SENT + timedelta(minutes=59))).at == SENT
    assert alert(SENTRY, replace(ISSUE, at=SENT + timedelta(hours=2))).at is None
    for wrong in ("", "soon", "9" * 12, "-1"):
        sent = replace(ISSUE, headers={**ISSUE.headers, TIMESTAMP.lower(): wrong})
        assert alert(SENTRY, sent).at is None


def test_other_resources_and_actions_are_nothing() -> None:
    for resource in ("installation", "error", "seer", "preprod_artifact"):
        sent = saying(ISSUE, body_of(ISSUE), sentry_hook_resource=resource)
        assert SENTRY.read(sent, OURS) == []
    assert SENTRY.read(variant(COMMENT, action="deleted"), OURS) == []
    assert SENTRY.read(variant(METRIC, action="open"), OURS) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="action is missing"):
        SENTRY.read(saying(EVENT, {}), OURS)
    with pytest.raises(Unreadable, match=r"data\.event\.issue_id is missing"):
        SENTRY.read(variant(EVENT, data__event__issue_id=None), OURS)
    with pytest.raises(Unreadable, match=r"data\.issue\.id is missing"):
        SENTRY.read(variant(ISSUE, data__issue={}), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(SENTRY, (EVENT, ISSUE, METRIC, COMMENT), OURS)
