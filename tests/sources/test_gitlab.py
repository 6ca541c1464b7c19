"""GitLab's deliveries: which are genuine, by either kind of secret, and what they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incibot.core.evidence import What
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.gitlab import GITLAB, signature
from tests.sources.posted import (
    SECRET,
    body_of,
    change,
    changes,
    check_reading,
    check_sample,
    hook,
    is_genuine,
    posted,
    saying,
    with_values,
)

OURS = hook("gitlab")
DEPLOYMENT = posted("gitlab-deployment_success.json")
FLAG = posted("gitlab-feature_flag.json")
MERGED = posted("gitlab-merge_request_merge.json")
TOKEN = DEPLOYMENT.headers["_signing_token"]
PROJECT = body_of(DEPLOYMENT)["project"]
COMMIT = "279484c09fbe69ededfced8c1bb6e6d24616b468"


def sent(**body: Any) -> Delivery:
    """What GitLab documents beside the samples."""
    return saying(DEPLOYMENT, {"project": PROJECT, "user": {"name": "Maeve Lin"}, **body})


PIPELINE = sent(
    object_kind="pipeline",
    object_attributes={
        "id": 31,
        "iid": 3,
        "name": "Deploy all",
        "ref": "main",
        "tag": False,
        "sha": COMMIT,
        "source": "push",
        "status": "failed",
        "created_at": "2026-11-20 14:20:00 UTC",
        "finished_at": "2026-11-20 14:24:09 UTC",
        "url": "https://gitlab.example.com/acme/checkout-infra/-/pipelines/31",
    },
    commit={"id": COMMIT, "title": "Roll back"},
)
RELEASE = sent(
    object_kind="release",
    id=1,
    action="create",
    tag="v1.1",
    name="New release",
    created_at="2026-11-20 14:20:40 UTC",
    released_at="2026-11-20 14:26:00 UTC",
    url="https://gitlab.example.com/acme/checkout-infra/-/releases/v1.1",
    commit={"author": {"name": "Maeve Lin", "email": "maeve@example.com"}},
)
PUSH = sent(
    object_kind="push",
    ref="refs/heads/main",
    before="1" * 40,
    after=COMMIT,
    user_name="Maeve Lin",
    commits=[
        {"id": "2" * 40, "title": "Tidy", "url": "https://gitlab.example.com/c/2"},
        {"id": COMMIT, "title": "Roll back", "url": "https://gitlab.example.com/c/279484c0"},
    ],
)


def test_a_secret_token_comes_as_it_is() -> None:
    assert is_genuine(GITLAB, DEPLOYMENT, OURS)
    assert is_genuine(GITLAB, DEPLOYMENT, hook("gitlab", "the new one", SECRET))
    assert not is_genuine(GITLAB, DEPLOYMENT, hook("gitlab", "the new one"))
    for headers in ({}, {"x-gitlab-token": ""}, {"x-gitlab-token": SECRET[:-1]}):
        assert not is_genuine(GITLAB, replace(DEPLOYMENT, headers=headers), OURS)
    check_sample(GITLAB, OURS)


def test_a_signing_token_signs_body_id_and_time() -> None:
    ours = hook("gitlab", TOKEN)
    assert is_genuine(GITLAB, DEPLOYMENT, ours)
    assert is_genuine(GITLAB, DEPLOYMENT, hook("gitlab", "whsec_bmV3", TOKEN))
    assert not is_genuine(GITLAB, DEPLOYMENT, hook("gitlab", "whsec_bmV3"))
    assert not is_genuine(GITLAB, DEPLOYMENT, hook("gitlab", "whsec_no base64!"))
    assert not is_genuine(GITLAB, replace(DEPLOYMENT, body=DEPLOYMENT.body + b" "), ours)
    signed = DEPLOYMENT.headers["webhook-signature"]
    for name, value in (
        ("webhook-id", "another"),
        ("webhook-timestamp", "1795184791"),
        ("webhook-timestamp", "soon"),
        ("webhook-signature", signed.replace("v1,", "v2,")),
        ("webhook-signature", ""),
    ):
        forged = replace(DEPLOYMENT, headers={**DEPLOYMENT.headers, name: value})
        assert not is_genuine(GITLAB, forged, ours), (name, value)
    two = {**DEPLOYMENT.headers, "webhook-signature": f"v1,AAAA {signed}"}
    assert is_genuine(GITLAB, replace(DEPLOYMENT, headers=two), ours)
    check_sample(GITLAB, ours)


def test_a_signing_token_is_no_secret_token() -> None:
    headers = {**DEPLOYMENT.headers, "x-gitlab-token": TOKEN, "webhook-signature": "v1,"}
    assert not is_genuine(GITLAB, replace(DEPLOYMENT, headers=headers), hook("gitlab", TOKEN))


def test_a_signing_token_without_a_key_is_told_at_the_start() -> None:
    (problem,) = GITLAB.check(hook("gitlab", SECRET, "whsec_no base64!"))
    assert "whsec_ with base64" in problem
    assert "no base64!" not in problem
    assert GITLAB.check(hook("gitlab", SECRET, TOKEN)) == []


@pytest.mark.parametrize(("late", "genuine"), [(299, True), (301, False), (-301, False)])
def test_what_was_signed_long_ago_is_not_genuine(late: int, genuine: bool) -> None:
    heard = replace(DEPLOYMENT, at=DEPLOYMENT.at + timedelta(seconds=late))
    assert is_genuine(GITLAB, heard, hook("gitlab", TOKEN)) is genuine


def test_a_signature_over_other_bytes_than_what_came_fails() -> None:
    stamp = DEPLOYMENT.headers["webhook-timestamp"]
    wrong = signature(TOKEN, "another", stamp, DEPLOYMENT.body)
    forged = {**DEPLOYMENT.headers, "webhook-signature": wrong}
    assert not is_genuine(GITLAB, replace(DEPLOYMENT, headers=forged), hook("gitlab", TOKEN))


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert GITLAB.id(DEPLOYMENT) == "8a9d1a79-a529-5054-95bc-027d83548649"
    old = {"x-gitlab-event-uuid": "shared by all that follows from one event"}
    assert GITLAB.id(replace(DEPLOYMENT, headers=old)) == ""


def test_a_deployment_is_told_as_it_ends() -> None:
    told = change(GITLAB, DEPLOYMENT, OURS)
    assert (told.what, told.state) == (What.DEPLOY, "success")
    assert told.title == "Deployed checkout-infra 279484c0 to production"
    assert told.details == "Roll back checkout to 2026.11.20-2"
    assert told.at == datetime(2026, 11, 20, 14, 26, 30, tzinfo=UTC)
    assert (told.service, told.actor) == ("acme/checkout-infra", "Maeve Lin")
    assert told.url == "https://gitlab.example.com/acme/checkout-infra/-/jobs/79600"
    body = body_of(DEPLOYMENT)
    assert changes(GITLAB, saying(DEPLOYMENT, with_values(body, status="running")), OURS) == []
    failed = change(GITLAB, saying(DEPLOYMENT, with_values(body, status="failed")), OURS)
    assert failed.title == "Deploy of checkout-infra 279484c0 to production failed"
    assert failed.id != told.id


def test_deployments_of_another_tier_are_none_of_production_unless_the_hook_says_so() -> None:
    body = with_values(body_of(DEPLOYMENT), environment="blue", environment_tier="staging")
    assert changes(GITLAB, saying(DEPLOYMENT, body), OURS) == []
    asked = hook("gitlab", map={"environments": ["blue"]})
    assert change(GITLAB, saying(DEPLOYMENT, body), asked).data == {"tier": "staging"}


def test_a_pipeline_of_the_default_branch_is_told_when_it_is_over() -> None:
    told = change(GITLAB, PIPELINE, OURS)
    assert (told.what, told.title) == (What.PIPELINE, "Deploy all #3 of checkout-infra failed")
    assert told.at == datetime(2026, 11, 20, 14, 24, 9, tzinfo=UTC)
    assert told.url.endswith("/-/pipelines/31")
    body = body_of(PIPELINE)
    for name, value in (
        ("status", "running"),
        ("ref", "wip"),
        ("tag", True),
        ("source", "merge_request_event"),
    ):
        other = with_values(body, **{f"object_attributes__{name}": value})
        assert changes(GITLAB, saying(PIPELINE, other), OURS) == [], name
    assert changes(GITLAB, PIPELINE, hook("gitlab", map={"pipelines": ["nightly"]})) == []
    plain = with_values(body, object_attributes__name=None, object_attributes__url=None)
    unnamed = change(GITLAB, saying(PIPELINE, plain), OURS)
    assert unnamed.title == "Pipeline #3 of checkout-infra failed"
    assert unnamed.url == "https://gitlab.example.com/acme/checkout-infra/-/pipelines/31"


def test_a_release_is_told_when_it_is_made() -> None:
    told = change(GITLAB, RELEASE, OURS)
    assert (told.what, told.title) == (What.RELEASE, "Released checkout-infra New release")
    assert (told.version, told.at) == ("v1.1", datetime(2026, 11, 20, 14, 26, tzinfo=UTC))
    assert (
        changes(GITLAB, saying(RELEASE, with_values(body_of(RELEASE), action="update")), OURS) == []
    )


def test_a_flag_says_where_it_went_and_each_time_anew() -> None:
    told = change(GITLAB, FLAG, OURS)
    assert (told.what, told.title) == (What.FLAG, "Turned off the flag checkout-tax-v2")
    assert told.at is None, "its body has no time: when it was heard"
    assert told.data == {"flag": "checkout-tax-v2", "from": "on", "to": "off"}
    assert told.url == "https://gitlab.example.com/acme/checkout-infra/-/feature_flags"
    assert change(GITLAB, FLAG, OURS).id == told.id
    later = saying(FLAG, body_of(FLAG), x_gitlab_event_uuid="another")
    assert change(GITLAB, later, OURS).id != told.id


def test_a_merge_and_its_push_are_one_change() -> None:
    told, pushed = change(GITLAB, MERGED, OURS), change(GITLAB, PUSH, OURS)
    assert told.id == pushed.id
    assert told.title == "Roll back checkout to 2026.11.20-2 (!16) is on main"
    assert told.at == datetime(2026, 11, 20, 14, 25, 1, tzinfo=UTC)
    assert (pushed.title, pushed.details) == ("Roll back is on main", "Tidy\nRoll back")
    opened = with_values(body_of(MERGED), object_attributes__action="open")
    elsewhere = with_values(body_of(MERGED), object_attributes__target_branch="next")
    assert changes(GITLAB, saying(MERGED, opened), OURS) == []
    assert changes(GITLAB, saying(MERGED, elsewhere), OURS) == []


@pytest.mark.parametrize(
    "values",
    [{"ref": "refs/heads/wip"}, {"ref": "refs/tags/main"}, {"after": "0" * 40}],
    ids=str,
)
def test_other_branches_tags_and_deletions_are_nothing(values: dict[str, str]) -> None:
    assert changes(GITLAB, saying(PUSH, with_values(body_of(PUSH), **values)), OURS) == []


def test_events_that_change_nothing_are_nothing_and_what_is_no_event_is_unreadable() -> None:
    assert changes(GITLAB, sent(object_kind="note"), OURS) == []
    with pytest.raises(Unreadable, match="object_kind is missing"):
        GITLAB.read(sent(), OURS)


def test_any_body_is_evidence_or_unreadable() -> None:
    check_reading(GITLAB, [DEPLOYMENT, FLAG, MERGED, PIPELINE, RELEASE, PUSH], OURS)
