"""LaunchDarkly's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incibot.core.evidence import What
from incibot.web.sources import Unreadable
from incibot.web.sources.launchdarkly import LAUNCHDARKLY
from tests.sources.posted import (
    body_of,
    change,
    changes,
    check_reading,
    check_sample,
    check_signature,
    hook,
    posted,
    saying,
    with_values,
)

OURS = hook("launchdarkly")
ON = posted("launchdarkly-flag_on.json")
OFF = posted("launchdarkly-flag_off.json")


def accessed(action: str, resource: str) -> list[dict[str, str]]:
    return [{"action": action, "resource": resource}]


def test_what_is_signed_by_a_secret_is_genuine() -> None:
    check_signature(LAUNCHDARKLY, ON, "X-LD-Signature")
    check_sample(LAUNCHDARKLY, OURS)


def test_a_flag_says_from_where_to_where_it_went_and_when() -> None:
    on, off = change(LAUNCHDARKLY, ON, OURS), change(LAUNCHDARKLY, OFF, OURS)
    assert (on.what, on.id) == (What.FLAG, "65f1795183510000")
    assert on.title == "Turned on the flag Checkout tax v2 in production"
    assert on.details == "ramp to 100%"
    assert on.at == datetime(2026, 11, 20, 14, 5, 10, tzinfo=UTC)
    assert (on.environment, on.state, on.version) == ("production", "on", "on")
    assert (on.data["from"], on.data["to"]) == ("off", "on")
    assert on.data["flag"] == "checkout-tax-v2"
    assert (off.data["from"], off.data["to"]) == ("on", "off")
    assert (on.service, on.actor) == ("default", "Dana Kim")
    assert on.url == ("https://app.launchdarkly.com/default/production/features/checkout-tax-v2")


def test_who_has_no_name_is_a_token_or_the_name_before_the_at_of_an_address() -> None:
    def actor(**values: object) -> str:
        body = {**body_of(ON), **values}
        told = change(LAUNCHDARKLY, saying(ON, body), OURS)
        assert "@" not in told.actor
        return told.actor

    assert actor(member={"email": "dkim@example.com"}) == "dkim"
    assert actor(member=None, token={"name": "terraform"}) == "terraform"
    assert actor(member=None) == ""


def test_versions_tell_what_a_title_does_not() -> None:
    versions = {
        "titleVerb": "updated the flag",
        "previousVersion": {"environments": {"production": {"on": True}}},
        "currentVersion": {"environments": {"production": {"on": False}}},
    }
    told = change(LAUNCHDARKLY, saying(ON, {**body_of(ON), **versions}), OURS)
    assert (told.title, told.state) == ("Updated the flag Checkout tax v2 in production", "off")
    assert (told.data["from"], told.data["to"]) == ("on", "off")
    versions["previousVersion"] = versions["currentVersion"]
    told = change(LAUNCHDARKLY, saying(ON, {**body_of(ON), **versions}), OURS)
    assert told.state == "", "its rules have changed, and not its switch"
    assert "from" not in told.data


def test_what_is_said_of_it_other_environments_and_other_things_are_nothing() -> None:
    place = "proj/default:env/production:flag/checkout-tax-v2"
    for values in (
        {"accesses": accessed("updateDescription", place)},
        {"accesses": accessed("updateOn", place.replace("production", "staging"))},
        {"kind": "member"},
    ):
        assert changes(LAUNCHDARKLY, saying(ON, {**body_of(ON), **values}), OURS) == []
    staging = {**body_of(ON), "accesses": accessed("updateOn", place.replace("production", "stg"))}
    asked = hook("launchdarkly", map={"environments": ["stg"]})
    assert change(LAUNCHDARKLY, saying(ON, staging), asked).environment == "stg"
    assert changes(LAUNCHDARKLY, ON, asked) == []


def test_a_flag_of_all_environments_and_a_segment_are_told() -> None:
    made = with_values(
        body_of(ON),
        accesses=accessed("createFlag", "proj/default:env/*:flag/new;tag1,tag2"),
        titleVerb="created the flag",
        name="New",
    )
    told = change(LAUNCHDARKLY, saying(ON, made), OURS)
    assert (told.title, told.environment) == ("Created the flag New", "")
    assert told.data["flag"] == "new"
    segment = with_values(
        body_of(ON),
        kind="segment",
        accesses=accessed("updateIncluded", "proj/default:env/production:segment/beta"),
        titleVerb="",
        name="Beta",
    )
    told = change(LAUNCHDARKLY, saying(ON, segment), OURS)
    assert told.title == "Changed the segment Beta in production"


def test_what_is_no_such_body_is_told_by_its_place() -> None:
    for body, reason in (
        ({}, "_id is missing"),
        ({**body_of(ON), "date": "today"}, "date is no number"),
        ({**body_of(ON), "date": 10**30}, "date is no time"),
        ({**body_of(ON), "accesses": [1]}, r"accesses\[0\] is no object"),
    ):
        with pytest.raises(Unreadable, match=reason):
            LAUNCHDARKLY.read(saying(ON, body), OURS)


def test_any_body_is_evidence_or_unreadable() -> None:
    check_reading(LAUNCHDARKLY, [ON, OFF], OURS)
