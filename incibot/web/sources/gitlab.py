"""GitLab: deployments, releases, pipelines, feature flags, and what reached the default branch."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from incibot.config import Hook
from incibot.core.evidence import Change, Evidence, What
from incibot.integrations.http import Http
from incibot.web.sources.part import Part, document
from incibot.web.sources.reading import sample as signed_sample
from incibot.web.sources.source import Delivery, Source, same
from incibot.web.sources.told import deployed, pushed, ran
from incibot.web.sources.watched import (
    watches_branch,
    watches_environment,
    watches_pipeline,
    wrong_with_map,
)

_SIGNING: Final = "whsec_"  # how a signing token begins; any other secret is a secret token
_WINDOW: Final = timedelta(minutes=5)
_OVER: Final = ("success", "failed", "canceled")
_ELSEWHERE: Final = ("staging", "testing", "development")  # tiers


async def verify(delivery: Delivery, hook: Hook, _http: Http) -> bool:
    """A signing token signs (GitLab 19 and later); a secret token comes as it is."""
    token = delivery.header("X-Gitlab-Token")
    found = [
        _is_signed(delivery, secret)
        if secret.startswith(_SIGNING)
        else bool(token) and same(token, secret)
        for secret in (one.reveal() for one in hook.secret)
    ]
    return any(found)


def _is_signed(delivery: Delivery, token: str) -> bool:
    id, stamp = delivery.header("webhook-id"), delivery.header("webhook-timestamp")
    given = delivery.header("webhook-signature").split()
    if not (id and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    if abs(delivery.at.timestamp() - int(stamp)) > _WINDOW.total_seconds():
        return False
    try:
        wanted = signature(token, id, stamp, delivery.body)
    except binascii.Error:
        return False
    found = [same(one, wanted) for one in given]
    return any(found)


def _wrong_with(hook: Hook) -> list[str]:
    problems = wrong_with_map(hook, "environments", "branches", "pipelines")
    for token in (one.reveal() for one in hook.secret):
        try:
            if token.startswith(_SIGNING) and not _key(token):
                raise binascii.Error
        except binascii.Error:
            problems.append(f"secret: a signing token is {_SIGNING} with base64 behind it")
    return problems


def signature(token: str, id: str, stamp: str, body: bytes) -> str:
    """By Standard Webhooks. Raises binascii.Error where the token holds no key."""
    signed = f"{id}.{stamp}.".encode(errors="surrogateescape") + body
    return "v1," + base64.b64encode(hmac.new(_key(token), signed, sha256).digest()).decode()


def _key(token: str) -> bytes:
    return base64.b64decode(token.removeprefix(_SIGNING), validate=True)


def read(delivery: Delivery, hook: Hook) -> Sequence[Evidence]:
    body = document(delivery)
    kind = body.needed("object_kind")
    if kind == "feature_flag":
        return [_feature_flag(body, delivery)]
    reader = _READERS.get(kind)
    return reader(body, hook) if reader else []


def _deployment(body: Part, hook: Hook) -> list[Change]:
    id, state = body.needed("deployment_id"), body.needed("status")
    environment, tier = body.text("environment"), body.text("environment_tier")
    if state not in _OVER or (tier in _ELSEWHERE and "environments" not in hook.map):
        return []
    if not watches_environment(hook, environment):
        return []
    project = body.part("project")
    version = body.text("ref") if body.flag("tag") else body.text("short_sha")
    return [
        Change(
            id=f"deployment/{project.text('id')}/{id}/{state}",
            what=What.DEPLOY,
            title=deployed(project.text("name"), version, environment, went=state == "success"),
            details=body.line("commit_title"),
            at=body.moment("status_changed_at"),
            service=project.text("path_with_namespace"),
            version=version,
            environment=environment,
            state=state,
            actor=_actor(body),
            url=body.text("deployable_url") or body.text("commit_url") or project.text("web_url"),
            data={"tier": tier} if tier else {},
        )
    ]


def _release(body: Part, _hook: Hook) -> list[Change]:
    id, tag, project = body.needed("id"), body.needed("tag"), body.part("project")
    if body.text("action") != "create":
        return []
    return [
        Change(
            id=f"release/{project.text('id')}/{id}",
            what=What.RELEASE,
            title=f"Released {project.text('name')} {body.line('name') or tag}",
            at=body.moment("released_at") or body.moment("created_at"),
            service=project.text("path_with_namespace"),
            version=tag,
            state="published",
            actor=_actor(body) or body.part("commit", "author").text("name"),
            url=body.text("url"),
        )
    ]


def _pipeline(body: Part, hook: Hook) -> list[Change]:
    run, project = body.part("object_attributes"), body.part("project")
    id, state, ref = run.needed("id"), run.text("status"), run.text("ref")
    name = run.line("name")
    if state not in _OVER or run.text("source") == "merge_request_event":
        return []
    is_watched = watches_branch(hook, ref, project.text("default_branch"))
    if run.flag("tag") or not is_watched:
        return []
    if "pipelines" in hook.map and not watches_pipeline(hook, name):
        return []
    web, sha = project.text("web_url"), run.text("sha")
    finished = run.moment("finished_at")
    called = f"{name or 'Pipeline'} #{run.text('iid') or id} of {project.text('name')}"
    return [
        Change(
            id=f"pipeline/{project.text('id')}/{id}/{state}/{run.text('finished_at')}",
            what=What.PIPELINE,
            title=ran(called, state),
            details=body.part("commit").line("title"),
            at=finished,
            service=project.text("path_with_namespace"),
            version=sha[:7],
            state=state,
            actor=_actor(body),
            url=run.text("url") or (f"{web}/-/pipelines/{id}" if web else ""),
            data={"commit": sha, "branch": ref},
        )
    ]


def _push(body: Part, hook: Hook) -> list[Change]:
    project = body.part("project")
    ref, after = body.needed("ref"), body.needed("after")
    branch = ref.removeprefix("refs/heads/")
    if branch == ref or not after.strip("0"):  # a tag; or the branch is gone
        return []
    if not watches_branch(hook, branch, project.text("default_branch")):
        return []
    commits = body.parts("commits")
    last = next((one for one in commits if one.text("id") == after), Part({}))
    return [
        pushed(
            after,
            repository=project.text("path_with_namespace"),
            branch=branch,
            title=last.line("title") or last.line("message"),
            commits=[one.line("title") or one.line("message") for one in commits],
            at=None,  # only commits have times, and a commit may be older than its push by days
            actor=body.text("user_name") or body.text("user_username"),
            url=last.text("url") or project.text("web_url"),
        )
    ]


def _merge_request(body: Part, hook: Hook) -> list[Change]:
    """Merged into the default branch: the same change as the push of it, whichever is heard first."""
    request, project = body.part("object_attributes"), body.part("project")
    branch, commit = request.text("target_branch"), request.text("merge_commit_sha")
    number = request.needed("iid")
    if request.text("action") != "merge" or not commit:
        return []
    if not watches_branch(hook, branch, project.text("default_branch")):
        return []
    return [
        pushed(
            commit,
            repository=project.text("path_with_namespace"),
            branch=branch,
            title=f"{request.line('title')} (!{number})",
            at=request.moment("updated_at"),
            actor=_actor(body),
            url=request.text("url"),
        )
    ]


def _feature_flag(body: Part, delivery: Delivery) -> Change:
    flag, project = body.part("object_attributes"), body.part("project")
    name, now = flag.needed("name"), "on" if flag.flag("active") else "off"
    web = project.text("web_url")
    # Its body names neither the event nor its time.
    event = delivery.header("X-Gitlab-Event-UUID") or _id(delivery)
    return Change(
        id=f"flag/{project.text('id')}/{flag.needed('id')}/{now}/{event or delivery.at.isoformat()}",
        what=What.FLAG,
        title=f"Turned {now} the flag {name}",
        details=flag.line("description"),
        service=project.text("path_with_namespace"),
        version=now,
        state=now,
        actor=_actor(body),
        url=f"{web}/-/feature_flags" if web else "",
        data={"flag": name, "from": "off" if now == "on" else "on", "to": now},
    )


def _actor(body: Part) -> str:
    user = body.part("user")
    return user.text("name") or user.text("username")


def _id(delivery: Delivery) -> str:
    return delivery.header("Idempotency-Key") or delivery.header("webhook-id")


_READERS: Final[Mapping[str, Callable[[Part, Hook], list[Change]]]] = {
    "deployment": _deployment,
    "release": _release,
    "pipeline": _pipeline,
    "push": _push,
    "merge_request": _merge_request,
}


def sample(hook: Hook, at: datetime) -> Delivery:
    stamp = str(int(at.timestamp()))
    id = f"incibot-test-{at.timestamp() * 1000:.0f}"
    body = {
        "object_kind": "release",
        "id": stamp,
        "tag": "incibot-test",
        "name": "incibot-test (a test, nothing was released)",
        "released_at": at.isoformat(),
        "action": "create",
        "project": {"id": 0, "name": "test", "path_with_namespace": "incibot/test"},
        "commit": {"author": {"name": "incibot-test"}},
    }

    def sign(secret: str, sent: bytes) -> Mapping[str, str]:
        named = {"x-gitlab-event": "Release Hook", "idempotency-key": id, "webhook-id": id}
        if not secret.startswith(_SIGNING):
            return {**named, "x-gitlab-token": secret}
        signed = signature(secret, id, stamp, sent)
        return {**named, "webhook-timestamp": stamp, "webhook-signature": signed}

    return signed_sample(hook, at, body, sign)


GITLAB: Final = Source(
    word="gitlab",
    title="GitLab",
    verify=verify,
    read=read,
    id=_id,
    sample=sample,
    check=_wrong_with,
)
