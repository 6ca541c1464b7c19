"""Bitbucket's deliveries, from Cloud and Data Center: which are genuine, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incibot.core.evidence import What
from incibot.web.sources import Unreadable
from incibot.web.sources.bitbucket import BITBUCKET
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

OURS = hook("bitbucket")
PUSH = posted("bitbucket-repo_push.json")
STATUS = posted("bitbucket-commit_status_updated.json")
MERGED = saying(
    PUSH,
    {
        "actor": {"display_name": "Dana Kim"},
        "repository": {"full_name": "acme/checkout-config"},
        "pullrequest": {
            "id": 7,
            "title": "Turn tax-v2 off",
            "state": "MERGED",
            "merge_commit": {"hash": "709d658dc5b6"},
            "destination": {"branch": {"name": "main"}},
            "updated_on": "2026-11-20T14:25:13.123+00:00",
            "links": {"html": {"href": "https://bitbucket.org/acme/checkout-config/7"}},
        },
    },
    x_event_key="pullrequest:fulfilled",
)
DATA_CENTER = saying(
    PUSH,
    {
        "eventKey": "repo:refs_changed",
        "date": "2026-11-20T15:25:12+0100",
        "actor": {"name": "dkim", "displayName": "Dana Kim", "emailAddress": "d@example.com"},
        "repository": {"slug": "checkout-config", "project": {"key": "CHK"}},
        "changes": [
            {
                "ref": {"id": "refs/heads/main", "displayId": "main", "type": "BRANCH"},
                "fromHash": "1" * 40,
                "toHash": "2" * 40,
                "type": "UPDATE",
            },
            {
                "ref": {"id": "refs/tags/v1", "displayId": "main", "type": "TAG"},
                "toHash": "3" * 40,
                "type": "ADD",
            },
        ],
        "toCommit": {"id": "2" * 40, "message": "Revert tax-v2"},
    },
    x_event_key="repo:refs_changed",
)


def test_what_is_signed_by_a_secret_is_genuine() -> None:
    check_signature(BITBUCKET, PUSH, "X-Hub-Signature")
    for pipelines in (["*deploy*"], ["Pipeline ?"], ["ship it"]):
        check_sample(BITBUCKET, hook("bitbucket", map={"pipelines": pipelines}))
    check_sample(BITBUCKET, OURS)


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert BITBUCKET.id(PUSH) == "3004aad8-da46-51fd-ad31-e41fa0e466ac"
    data_center = saying(PUSH, {}, x_request_uuid="", x_request_id="a1")
    assert BITBUCKET.id(data_center) == "a1"


def test_a_push_to_the_main_branch_is_told() -> None:
    told = change(BITBUCKET, PUSH, OURS)
    assert (told.what, told.title) == (What.PUSH, 'Revert "Turn on tax-v2 in prod" is on main')
    assert (told.service, told.actor) == ("acme/checkout-config", "Dana Kim")
    assert told.version == "709d658"
    assert told.url.startswith("https://bitbucket.org/acme/checkout-config/")
    body = body_of(PUSH)
    for new in ({"type": "tag", "name": "main"}, {"type": "branch", "name": "wip"}, None):
        changed = with_values(body)
        changed["push"]["changes"][0]["new"] = new
        assert changes(BITBUCKET, saying(PUSH, changed), OURS) == []
    assert changes(BITBUCKET, PUSH, hook("bitbucket", map={"branches": ["live"]})) == []


def test_a_merged_pull_request_and_its_push_are_one_change() -> None:
    told = change(BITBUCKET, MERGED, OURS)
    assert told.id == change(BITBUCKET, PUSH, OURS).id
    assert told.title == "Turn tax-v2 off (#7) is on main"
    body = with_values(body_of(MERGED), pullrequest__destination={"branch": {"name": "next"}})
    assert changes(BITBUCKET, saying(MERGED, body), OURS) == []


def test_a_build_that_deploys_is_told_when_it_is_over() -> None:
    told = change(BITBUCKET, STATUS, OURS)
    assert (told.what, told.title) == (What.PIPELINE, "Deploy production #812 failed")
    assert told.at == datetime(2026, 11, 20, 14, 24, 10, tzinfo=UTC)
    assert (told.state, told.version) == ("FAILED", "709d658")
    assert told.url == "https://bitbucket.org/acme/checkout-config/pipelines/results/812"
    for name, value in (("state", "INPROGRESS"), ("name", "Unit tests"), ("refname", "wip")):
        body = with_values(body_of(STATUS), **{f"commit_status__{name}": value})
        assert changes(BITBUCKET, saying(STATUS, body), OURS) == [], name
    tests = with_values(body_of(STATUS), commit_status__name="Unit tests")
    assert change(BITBUCKET, saying(STATUS, tests), hook("bitbucket", map={"pipelines": "*"}))


def test_data_center_tells_of_a_push_in_its_own_words() -> None:
    told = change(BITBUCKET, DATA_CENTER, OURS)
    assert told.title == "Revert tax-v2 is on main"
    assert told.at == datetime(2026, 11, 20, 14, 25, 12, tzinfo=UTC)
    assert (told.service, told.actor) == ("CHK/checkout-config", "Dana Kim")
    gone = with_values(body_of(DATA_CENTER))
    gone["changes"][0]["type"] = "DELETE"
    assert changes(BITBUCKET, saying(DATA_CENTER, gone), OURS) == []


@pytest.mark.parametrize("event", ["diagnostics:ping", "repo:fork", ""])
def test_events_that_change_nothing_are_nothing(event: str) -> None:
    assert changes(BITBUCKET, saying(PUSH, {"test": True}, x_event_key=event), OURS) == []


def test_what_is_no_such_body_is_told_by_its_place() -> None:
    with pytest.raises(Unreadable, match=r"push\.changes is no list"):
        BITBUCKET.read(saying(PUSH, {"push": {"changes": "all"}}), OURS)


def test_any_body_is_evidence_or_unreadable() -> None:
    check_reading(BITBUCKET, [PUSH, STATUS, MERGED, DATA_CENTER], OURS)
