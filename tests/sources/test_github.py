"""GitHub's deliveries: which are genuine, and what they tell."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from incibot.core.evidence import What
from incibot.web.sources import Delivery, Unreadable
from incibot.web.sources.github import GITHUB
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

OURS = hook("github")
STATUS = posted("github-deployment_status_success.json")
CREATED = posted("github-deployment_created.json")
MERGED = posted("github-pull_request_merged.json")
PUSH = posted("github-push_main.json")
RELEASE = posted("github-release_published.json")
RUN = posted("github-workflow_run_failed.json")


def pushed(**values: object) -> Delivery:
    """A push of commits to the default branch; the sample is of a branch that is deleted."""
    commit = {"message": "Move tax lookup\n\nMore words.", "timestamp": "2026-11-18T09:00:00Z"}
    body = with_values(
        body_of(PUSH),
        ref="refs/heads/master",
        deleted=False,
        head_commit=commit,
        commits=[{"message": "Tidy"}, commit],
        repository__pushed_at=1795183212,
    )
    return saying(PUSH, with_values(body, **values))


def test_what_is_signed_by_a_secret_is_genuine() -> None:
    check_signature(GITHUB, STATUS, "X-Hub-Signature-256")
    check_sample(GITHUB, OURS)


def test_each_try_of_a_delivery_has_one_id() -> None:
    assert GITHUB.id(STATUS) == "2eaa5bb9-a97b-5798-ac5a-5c05928eddc1"


def test_a_deployment_that_went_well_is_a_deploy() -> None:
    told = change(GITHUB, STATUS, OURS)
    assert told.what is What.DEPLOY
    assert told.title == "Deployed checkout 9f2c1a4 to production"
    assert told.details == "Release 2026.11.20-3\nDeployed 9f2c1a4 to production"
    assert told.at == datetime(2026, 11, 20, 14, 4, 5, tzinfo=UTC)
    assert (told.service, told.environment, told.state) == (
        "acme/checkout",
        "production",
        "success",
    )
    assert (told.actor, told.version) == ("dkim", "9f2c1a4")
    assert told.url == "https://github.com/acme/checkout/actions/runs/81233123"
    assert told.data["began"] == "2026-11-20T14:02:40+00:00"


def test_a_deployment_is_told_once_as_it_ends_and_once_more_if_it_ends_otherwise() -> None:
    def state(word: str, **values: object) -> list[str]:
        body = with_values(body_of(STATUS), deployment_status__state=word, **values)
        return [one.id for one in changes(GITHUB, saying(STATUS, body), OURS)]

    for on_the_way in ("queued", "pending", "in_progress", "waiting", "inactive"):
        assert state(on_the_way) == []
    assert changes(GITHUB, CREATED, OURS) == []
    assert state("success") == state("success", deployment_status__id=7)
    assert state("failure") != state("success")
    body = with_values(body_of(STATUS), deployment_status__state="error")
    failed = change(GITHUB, saying(STATUS, body), OURS)
    assert failed.title == "Deploy of checkout 9f2c1a4 to production failed"


def test_a_tag_is_the_version_and_a_rollback_is_called_so() -> None:
    body = with_values(body_of(STATUS), deployment__ref="v1.2.3", deployment__task="rollback")
    told = change(GITHUB, saying(STATUS, body), OURS)
    assert (told.what, told.version) == (What.ROLLBACK, "v1.2.3")
    assert told.title == "Rolled back checkout to v1.2.3 in production"


def test_deployments_elsewhere_are_none_of_production_unless_the_hook_says_so() -> None:
    staging = saying(STATUS, with_values(body_of(STATUS), deployment_status__environment="Staging"))
    preview = saying(STATUS, with_values(body_of(STATUS), deployment__transient_environment=True))
    assert changes(GITHUB, staging, OURS) == changes(GITHUB, preview, OURS) == []
    asked = hook("github", map={"environments": ["prod*", "staging"]})
    assert change(GITHUB, staging, asked).environment == "Staging"
    assert change(GITHUB, preview, asked).environment == "production"
    assert changes(GITHUB, STATUS, hook("github", map={"environments": "eu-*"})) == []


def test_a_push_to_the_default_branch_is_at_the_time_of_the_push() -> None:
    told = change(GITHUB, pushed(), OURS)
    assert (told.what, told.title) == (What.PUSH, "Move tax lookup is on master")
    assert told.at == datetime(2026, 11, 20, 14, 0, 12, tzinfo=UTC)
    assert told.details == "Tidy\nMove tax lookup"
    assert (told.actor, told.url) == (
        "dkim",
        "https://github.com/acme/checkout/compare/0011223...9f2c1a4",
    )


def test_other_branches_tags_and_deletions_are_nothing() -> None:
    assert changes(GITHUB, PUSH, OURS) == []
    assert changes(GITHUB, pushed(ref="refs/heads/wip"), OURS) == []
    assert changes(GITHUB, pushed(ref="refs/tags/master"), OURS) == []
    assert changes(GITHUB, pushed(after="0" * 40), OURS) == []
    assert change(GITHUB, pushed(ref="refs/heads/live"), hook("github", map={"branches": ["live"]}))


def test_a_merged_pull_request_and_its_push_are_one_change() -> None:
    told = change(GITHUB, MERGED, OURS)
    assert told.id == change(GITHUB, pushed(), OURS).id
    assert told.title == "Checkout: move tax lookup to the v2 client (#4812) is on master"
    assert told.at == datetime(2026, 11, 20, 14, 0, 12, tzinfo=UTC)
    assert told.url == "https://github.com/acme/checkout/pull/4812"
    for not_merged in ({"action": "opened"}, {"pull_request__merged": False}):
        assert (
            changes(GITHUB, saying(MERGED, with_values(body_of(MERGED), **not_merged)), OURS) == []
        )
    elsewhere = with_values(body_of(MERGED), pull_request__base__ref="next")
    assert changes(GITHUB, saying(MERGED, elsewhere), OURS) == []


def test_a_release_is_told_when_it_is_published() -> None:
    told = change(GITHUB, RELEASE, OURS)
    assert (told.what, told.title) == (What.RELEASE, "Released checkout 2026.11.20-4 (rollback)")
    assert (told.version, told.state) == ("2026.11.20-4", "published")
    for action in ("created", "edited", "released", "deleted"):
        assert (
            changes(GITHUB, saying(RELEASE, with_values(body_of(RELEASE), action=action)), OURS)
            == []
        )


def test_a_workflow_that_deploys_is_told_when_it_is_over() -> None:
    told = change(GITHUB, RUN, OURS)
    assert (told.what, told.state) == (What.PIPELINE, "failure")
    assert told.title == "Deploy to production #163 failed"
    assert told.at == datetime(2026, 11, 20, 14, 24, 10, tzinfo=UTC)
    again = saying(RUN, with_values(body_of(RUN), workflow_run__run_attempt=2))
    assert change(GITHUB, again, OURS).id != told.id


@pytest.mark.parametrize(
    "values",
    [
        {"action": "requested"},
        {"workflow_run__conclusion": "skipped"},
        {"workflow_run__name": "Lint"},
        {"workflow_run__event": "pull_request"},
    ],
    ids=str,
)
def test_other_workflow_runs_are_nothing(values: dict[str, object]) -> None:
    assert changes(GITHUB, saying(RUN, with_values(body_of(RUN), **values)), OURS) == []


def test_a_hook_may_name_the_workflows() -> None:
    lint = saying(RUN, with_values(body_of(RUN), workflow_run__name="Lint"))
    assert change(GITHUB, lint, hook("github", map={"pipelines": ["lint"]}))
    assert change(GITHUB, lint, hook("github", map={"pipelines": ["test.yml"]}))
    with pytest.raises(Unreadable, match="pipelines"):
        GITHUB.read(RUN, hook("github", map={"pipelines": {"a": "b"}}))


def test_a_map_that_names_something_else_is_told_at_the_start() -> None:
    wrong = hook("github", map={"workflows": ["deploy"], "branches": [1], "environments": "prod"})
    assert GITHUB.check(wrong) == [
        "map.workflows: incibot knows no such key; there are environments, branches, pipelines",
        "map.branches: it wants a list of names, such as main or prod*",
    ]
    assert GITHUB.check(OURS) == []


@pytest.mark.parametrize("event", ["ping", "issues", "deployment", "star", ""])
def test_events_that_change_nothing_are_nothing(event: str) -> None:
    assert changes(GITHUB, saying(STATUS, body_of(STATUS), x_github_event=event), OURS) == []


def test_a_form_is_read_as_well() -> None:
    form = urlencode({"payload": STATUS.body.decode()}).encode()
    headers = {**STATUS.headers, "content-type": "application/x-www-form-urlencoded"}
    told = change(GITHUB, Delivery(headers=headers, body=form, at=STATUS.at), OURS)
    assert told == change(GITHUB, STATUS, OURS)


def test_what_is_no_such_body_is_told_by_its_place() -> None:
    for values, reason in (
        ({"deployment": {}}, "deployment.id is missing"),
        ({"deployment_status": []}, "deployment_status is no object"),
        ({"deployment_status__created_at": "soon"}, "deployment_status.created_at is no time"),
        ({"deployment__sha": True}, "deployment.sha is no text"),
    ):
        with pytest.raises(Unreadable, match=reason):
            GITHUB.read(saying(STATUS, with_values(body_of(STATUS), **values)), OURS)


def test_any_body_is_evidence_or_unreadable() -> None:
    check_reading(GITHUB, [STATUS, pushed(), MERGED, RELEASE, RUN], OURS)
