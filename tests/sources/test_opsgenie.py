"""Opsgenie's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incibot.core.evidence import State
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.opsgenie import OPSGENIE
from tests.sources.alarmed import alert, check_test, check_token, remark
from tests.sources.posted import body_of, check_reading, hook, posted, saying, with_values

OURS = hook("opsgenie")
CREATE = posted("opsgenie-create.json")
ACKNOWLEDGE = posted("opsgenie-acknowledge.json")
CLOSE = posted("opsgenie-close.json")


def action(word: str, **values: Any) -> Delivery:
    return saying(ACKNOWLEDGE, with_values(body_of(ACKNOWLEDGE), action=word, **values))


def test_who_has_the_token_is_believed() -> None:
    check_token(OPSGENIE, CREATE, "X-Incibot-Token", "Authorization")
    check_test(OPSGENIE, OURS)


def test_an_alert_that_is_created_fires() -> None:
    found = alert(OPSGENIE, CREATE)
    assert (found.state, found.key) == (State.FIRING, "checkout-error-rate-prod")
    assert found.title == "Checkout API: error rate 18%"
    assert found.at == datetime(2026, 11, 20, 14, 8, 5, tzinfo=UTC), "in billionths of a second"
    assert (found.service, found.severity, found.actor) == ("checkout-api", "P1", "")
    assert found.details == "POST /checkout 5xx ratio above 5% for 2m"


def test_it_stays_one_alert_and_people_are_named_without_their_domain() -> None:
    seen, over = alert(OPSGENIE, ACKNOWLEDGE), alert(OPSGENIE, CLOSE)
    assert (seen.state, seen.actor) == (State.ACKNOWLEDGED, "priya")
    assert (over.state, over.actor) == (State.RESOLVED, "priya")
    assert len({seen.key, over.key, alert(OPSGENIE, CREATE).key}) == 1
    assert len({seen.id, over.id, alert(OPSGENIE, CREATE).id}) == 3


def test_times_are_read_in_whatever_unit_they_are() -> None:
    moment = datetime(2026, 11, 20, 14, 9, 25, tzinfo=UTC)
    for number in (1795183765, 1795183765000, 1795183765000000, 1795183765000000000):
        assert alert(OPSGENIE, action("Acknowledge", alert__updatedAt=number)).at == moment
    created = action("Acknowledge", alert__updatedAt=None)
    assert alert(OPSGENIE, created).at == datetime(2026, 11, 20, 14, 8, 5, tzinfo=UTC)
    neither = action("Acknowledge", alert__updatedAt=None, alert__createdAt=None)
    assert alert(OPSGENIE, neither).at is None


def test_what_is_no_longer_acknowledged_fires_and_what_is_deleted_is_over() -> None:
    assert alert(OPSGENIE, action("UnAcknowledge")).state is State.FIRING
    gone = alert(OPSGENIE, action("Delete"))
    assert gone.state is State.RESOLVED
    assert gone.details.endswith("Deleted in Opsgenie")


def test_a_page_of_ours_is_known_by_its_alias() -> None:
    page = action("Acknowledge", alert__alias="incibot:T1:7:checkout")
    assert alert(OPSGENIE, page).ours == alert(OPSGENIE, page).key == "incibot:T1:7:checkout"


def test_an_alert_without_an_alias_goes_by_its_id() -> None:
    found = alert(OPSGENIE, action("Acknowledge", alert__alias=None))
    assert found.key == "70413a06-38d6-4c85-92b8-5ebc900d42e2-1795183685000"


@pytest.mark.parametrize(
    ("word", "values", "words"),
    [
        ("AddNote", {"alert__note": "The cache is cold"}, "The cache is cold"),
        ("AssignOwnership", {"alert__owner": "sam@example.com"}, "Assigned to sam"),
        ("TakeOwnership", {}, "Took it over"),
        ("AddTeam", {"alert__team": "Payments"}, "Added the team Payments"),
        ("AddRecipient", {"alert__recipient": "sam@example.com"}, "Called in sam"),
        (
            "EscalateNext",
            {"escalationNotify": {"name": "checkout_escalation", "type": "escalation"}},
            "Escalated to checkout_escalation",
        ),
        ("Escalate", {}, "Escalated to the next level"),
        ("Snooze", {"alert__snoozeEndDate": 1795190400000}, "Snoozed until 2026-11-20 16:00 UTC"),
        ("Snooze", {}, "Snoozed"),
        ("UpdatePriority", {"alert__priority": "P2"}, "Priority is now P2"),
    ],
)
def test_what_is_said_of_it_is_a_remark(word: str, values: dict[str, Any], words: str) -> None:
    found = remark(OPSGENIE, action(word, **values))
    assert (found.words, found.actor) == (words, "priya")
    assert found.key == "checkout-error-rate-prod"


def test_two_notes_without_a_time_are_two() -> None:
    one, other = (
        remark(OPSGENIE, action("AddNote", alert__note=words, alert__updatedAt=None))
        for words in ("one", "another")
    )
    assert one.id != other.id


def test_what_is_no_news_of_an_alert_is_nothing() -> None:
    for word in ("AddTags", "RemoveTags", "UpdateMessage", "restart the pod"):
        assert OPSGENIE.read(action(word), OURS) == []


def test_what_is_no_such_body_says_what_is_amiss() -> None:
    with pytest.raises(Unreadable, match="action is missing"):
        OPSGENIE.read(saying(CREATE, {}), OURS)
    with pytest.raises(Unreadable, match=r"alert\.alertId is missing"):
        OPSGENIE.read(action("Create", alert={}), OURS)
    with pytest.raises(Unreadable, match=r"alert\.updatedAt is no time since 1970"):
        OPSGENIE.read(action("Create", alert__updatedAt="yesterday"), OURS)


def test_whatever_a_body_holds_it_is_evidence_or_unreadable() -> None:
    check_reading(OPSGENIE, (CREATE, ACKNOWLEDGE, CLOSE, action("Snooze")), OURS)
