"""Bitbucket, Cloud and Data Center: what reached the main branch, and builds that deploy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from incibot.config import Hook
from incibot.core.evidence import Change, Evidence, What
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import sample as signed_sample
from incibot.web.sources.source import Delivery, Source, signature, signed_by
from incibot.web.sources.told import pushed, ran
from incibot.web.sources.watched import (
    watched_pipeline,
    watches_branch,
    watches_pipeline,
    wrong_with_map,
)

_OVER: Final = ("SUCCESSFUL", "FAILED", "STOPPED")


def read(delivery: Delivery, hook: Hook) -> Sequence[Evidence]:
    reader = _READERS.get(delivery.header("X-Event-Key"))
    return reader(document(delivery), hook) if reader else []


def _push(body: Part, hook: Hook) -> list[Change]:
    repository, found = body.part("repository"), []
    for change in body.part("push").parts("changes"):
        new = change.part("new")
        branch, target = new.text("name"), new.part("target")
        if new.text("type") != "branch" or not watches_branch(hook, branch, _default(repository)):
            continue
        found.append(
            pushed(
                target.needed("hash"),
                repository=repository.text("full_name"),
                branch=branch,
                title=target.line("message"),
                commits=[one.line("message") for one in change.parts("commits")],
                at=None,  # a commit may be older than its push by days
                actor=_actor(body),
                url=_link(change) or _link(target),
                forced=change.flag("forced"),
            )
        )
    return found


def _fulfilled(body: Part, hook: Hook) -> list[Change]:
    """Merged into the main branch: the same change as the push of it, whichever is heard first."""
    request, repository = body.part("pullrequest"), body.part("repository")
    number = request.needed("id")
    branch = request.part("destination", "branch").text("name")
    commit = request.part("merge_commit").text("hash")
    if not commit or not watches_branch(hook, branch, _default(repository)):
        return []
    return [
        pushed(
            commit,
            repository=repository.text("full_name"),
            branch=branch,
            title=f"{request.line('title')} (#{number})",
            at=request.moment("updated_on"),
            actor=_actor(body),
            url=_link(request),
        )
    ]


def _commit_status(body: Part, hook: Hook) -> list[Change]:
    status, repository = body.part("commit_status"), body.part("repository")
    state, key, name = status.needed("state"), status.needed("key"), status.line("name")
    branch = status.text("refname")
    if state not in _OVER or not watches_pipeline(hook, name, key):
        return []
    if branch and not watches_branch(hook, branch, _default(repository)):
        return []
    commit = status.part("links", "commit").text("href").rpartition("/")[2]
    full_name = repository.text("full_name")
    return [
        Change(
            id=f"status/{full_name}/{commit}/{key}/{state}/{status.text('updated_on')}",
            what=What.PIPELINE,
            title=ran(name or key, state),
            details=status.line("description"),
            at=status.moment("updated_on"),
            service=full_name,
            version=commit[:7],
            state=state,
            actor=_actor(body),
            url=status.text("url"),
            data={"commit": commit, "branch": branch},
        )
    ]


def _refs_changed(body: Part, hook: Hook) -> list[Change]:
    """A push, as Data Center tells of it."""
    repository, last = body.part("repository"), body.part("toCommit")
    project = repository.part("project").text("key")
    full_name = "/".join(filter(None, (project, repository.text("slug"))))
    found = []
    for change in body.parts("changes"):
        ref, commit = change.part("ref"), change.needed("toHash")
        branch = ref.text("displayId")
        if ref.text("type") != "BRANCH" or change.text("type") == "DELETE":
            continue
        if not watches_branch(hook, branch):
            continue
        found.append(
            pushed(
                commit,
                repository=full_name,
                branch=branch,
                title=last.line("message") if last.text("id") == commit else "",
                at=body.moment("date"),
                actor=_actor(body),
                url="",
            )
        )
    return found


def _default(repository: Part) -> str:
    return repository.part("mainbranch").text("name")


def _actor(body: Part) -> str:
    actor = body.part("actor")
    names = ("display_name", "displayName", "nickname", "name")
    return next(filter(None, (actor.text(name) for name in names)), "")


def _link(part: Part) -> str:
    return part.part("links", "html").text("href")


_READERS: Final[Mapping[str, Callable[[Part, Hook], list[Change]]]] = {
    "repo:push": _push,
    "pullrequest:fulfilled": _fulfilled,
    "repo:commit_status_created": _commit_status,
    "repo:commit_status_updated": _commit_status,
    "repo:refs_changed": _refs_changed,
}


def sample(hook: Hook, at: datetime) -> Delivery:
    id = f"incibot-test-{at.timestamp() * 1000:.0f}"
    body = {
        "actor": {"display_name": "incibot-test"},
        "repository": {"full_name": "incibot/test"},
        "commit_status": {
            "key": watched_pipeline(hook),
            "name": "incibot-test (a test, nothing was deployed)",
            "state": "SUCCESSFUL",
            "updated_on": at.isoformat(),
        },
    }
    return signed_sample(
        hook,
        at,
        body,
        lambda secret, sent: {
            "x-event-key": "repo:commit_status_updated",
            "x-request-uuid": id,
            "x-hub-signature": f"sha256={signature(secret, sent)}",
        },
    )


BITBUCKET: Final = Source(
    word="bitbucket",
    title="Bitbucket",
    verify=signed_by(header="X-Hub-Signature", prefix="sha256="),
    read=read,
    id=lambda delivery: delivery.header("X-Request-UUID") or delivery.header("X-Request-Id"),
    sample=sample,
    check=lambda hook: wrong_with_map(hook, "branches", "pipelines"),
)
