"""GitHub: deployments, releases, workflow runs, and what reached the default branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from incibot.config import Hook
from incibot.core.evidence import Change, Evidence, What
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import sample as signed_sample
from incibot.web.sources.source import Delivery, Source, signature, signed_by
from incibot.web.sources.told import deployed, pushed, ran
from incibot.web.sources.watched import (
    watches_branch,
    watches_environment,
    watches_pipeline,
    wrong_with_map,
)

_OVER: Final = ("success", "failure", "error")
_ENDS: Final = ("success", "failure", "timed_out", "cancelled", "startup_failure")
_FOR_A_PULL_REQUEST: Final = ("pull_request", "pull_request_target")


def read(delivery: Delivery, hook: Hook) -> Sequence[Evidence]:
    reader = _READERS.get(delivery.header("X-GitHub-Event"))
    return reader(document(delivery), hook) if reader else []


def _deployment_status(body: Part, hook: Hook) -> list[Change]:
    deployment, status = body.part("deployment"), body.part("deployment_status")
    state = status.needed("state")
    id = deployment.needed("id")
    environment = status.text("environment") or deployment.text("environment")
    # The preview of a pull request, mostly.
    fleeting = deployment.flag("transient_environment") and "environments" not in hook.map
    if state not in _OVER or fleeting or not watches_environment(hook, environment):
        return []
    repository = body.part("repository")
    back = "rollback" in deployment.text("task").casefold()
    version = _version(deployment, repository)
    began = deployment.moment("created_at")
    said = (deployment.text("description"), status.text("description"))
    return [
        Change(
            id=f"deployment/{id}/{state}",
            what=What.ROLLBACK if back else What.DEPLOY,
            title=deployed(
                repository.text("name"), version, environment, went=state == "success", back=back
            ),
            details="\n".join(dict.fromkeys(filter(None, said))),
            at=status.moment("created_at"),
            service=repository.text("full_name"),
            version=version,
            environment=environment,
            state=state,
            actor=_actor(body.part("sender"), deployment.part("creator")),
            url=status.text("log_url")
            or status.text("target_url")
            or status.text("environment_url")
            or repository.text("html_url"),
            data=_told(
                commit=deployment.text("sha"),
                ref=deployment.text("ref"),
                began=began.isoformat() if began else "",
            ),
        )
    ]


def _version(deployment: Part, repository: Part) -> str:
    """The tag that was deployed; the commit, where it was a branch."""
    sha, ref = deployment.text("sha"), deployment.text("ref")
    branches = (repository.text("default_branch"), "main", "master")
    return sha[:7] if not ref or ref in branches or "/" in ref or ref == sha else ref


def _release(body: Part, _hook: Hook) -> list[Change]:
    release, repository = body.part("release"), body.part("repository")
    id, tag = release.needed("id"), release.needed("tag_name")
    if body.text("action") != "published":
        return []
    name = release.line("name") or tag
    return [
        Change(
            id=f"release/{id}",
            what=What.RELEASE,
            title=f"Released {repository.text('name')} {name}",
            at=release.moment("published_at"),
            service=repository.text("full_name"),
            version=tag,
            state="prerelease" if release.flag("prerelease") else "published",
            actor=_actor(body.part("sender"), release.part("author")),
            url=release.text("html_url"),
        )
    ]


def _push(body: Part, hook: Hook) -> list[Change]:
    repository, head = body.part("repository"), body.part("head_commit")
    ref, after = body.needed("ref"), body.needed("after")
    branch = ref.removeprefix("refs/heads/")
    gone = body.flag("deleted") or not after.strip("0")
    if branch == ref or gone or not watches_branch(hook, branch, repository.text("default_branch")):
        return []
    # A commit may be older than its push by days; in this event alone, pushed_at is a number.
    pushed_at = repository.values.get("pushed_at")
    at = repository.epoch("pushed_at") if isinstance(pushed_at, int) else head.moment("timestamp")
    return [
        pushed(
            after,
            repository=repository.text("full_name"),
            branch=branch,
            title=head.line("message"),
            commits=[one.line("message") for one in body.parts("commits")],
            at=at,
            actor=body.part("pusher").text("name") or body.part("sender").text("login"),
            url=body.text("compare"),
            forced=body.flag("forced"),
        )
    ]


def _pull_request(body: Part, hook: Hook) -> list[Change]:
    """Merged into the default branch: the same change as the push of it, whichever is heard first."""
    request, repository = body.part("pull_request"), body.part("repository")
    number = request.needed("number")
    branch = request.part("base").text("ref")
    if body.text("action") != "closed" or not request.flag("merged"):
        return []
    if not watches_branch(hook, branch, repository.text("default_branch")):
        return []
    return [
        pushed(
            request.needed("merge_commit_sha"),
            repository=repository.text("full_name"),
            branch=branch,
            title=f"{request.line('title')} (#{number})",
            at=request.moment("merged_at"),
            actor=_actor(request.part("merged_by"), body.part("sender")),
            url=request.text("html_url"),
        )
    ]


def _workflow_run(body: Part, hook: Hook) -> list[Change]:
    run, repository = body.part("workflow_run"), body.part("repository")
    id, conclusion = run.needed("id"), run.text("conclusion")
    name, path = run.text("name"), run.text("path").removeprefix(".github/workflows/")
    if body.text("action") != "completed" or conclusion not in _ENDS:
        return []
    if run.text("event") in _FOR_A_PULL_REQUEST or not watches_pipeline(hook, name, path):
        return []
    sha = run.text("head_sha")
    return [
        Change(
            id=f"workflow_run/{id}/{run.text('run_attempt') or 1}",
            what=What.PIPELINE,
            title=ran(f"{name or path} #{run.text('run_number')}", conclusion),
            details=run.line("display_title"),
            at=run.moment("updated_at"),
            service=repository.text("full_name"),
            version=sha[:7],
            state=conclusion,
            actor=_actor(run.part("triggering_actor"), run.part("actor"), body.part("sender")),
            url=run.text("html_url"),
            data=_told(commit=sha, ref=run.text("head_branch")),
        )
    ]


def _actor(*people: Part) -> str:
    """The first who is a person; a machine where there is none."""
    named = [one for one in people if one.text("login")]
    persons = [one for one in named if one.text("type") != "Bot"]
    return next((one.text("login") for one in [*persons, *named]), "")


def _told(**values: str) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if value}


_READERS: Final[Mapping[str, Callable[[Part, Hook], list[Change]]]] = {
    "deployment_status": _deployment_status,
    "release": _release,
    "push": _push,
    "pull_request": _pull_request,
    "workflow_run": _workflow_run,
}


def sample(hook: Hook, at: datetime) -> Delivery:
    id = int(at.timestamp() * 1000)
    body = {
        "action": "published",
        "release": {
            "id": id,
            "tag_name": "incibot-test",
            "name": "incibot-test (a test, nothing was released)",
            "published_at": at.isoformat(),
            "author": {"login": "incibot-test", "type": "User"},
        },
        "repository": {"name": "test", "full_name": "incibot/test"},
        "sender": {"login": "incibot-test", "type": "User"},
    }
    return signed_sample(
        hook,
        at,
        body,
        lambda secret, sent: {
            "x-github-event": "release",
            "x-github-delivery": f"incibot-test-{id}",
            "x-hub-signature-256": f"sha256={signature(secret, sent)}",
        },
    )


GITHUB: Final = Source(
    word="github",
    title="GitHub",
    verify=signed_by(header="X-Hub-Signature-256", prefix="sha256="),
    read=read,
    id=lambda delivery: delivery.header("X-GitHub-Delivery"),
    sample=sample,
    check=lambda hook: wrong_with_map(hook, "environments", "branches", "pipelines"),
)
