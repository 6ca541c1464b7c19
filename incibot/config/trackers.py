"""Issue trackers, in which follow-ups become issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from incibot.config.document import Section
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook

KINDS: Mapping[str, tuple[str, ...]] = {  # what each needs besides its token
    "github": ("repository",),
    "gitlab": ("project",),
    "jira": ("address", "project", "user"),
    "linear": ("team",),
}
ADDRESSES = {
    "github": "https://api.github.com",
    "gitlab": "https://gitlab.com",
    "linear": "https://api.linear.app",
}
TITLES = {"github": "GitHub", "gitlab": "GitLab", "jira": "Jira", "linear": "Linear"}
WANTS = {
    "repository": "owner/name, such as acme/checkout",
    "project": "a project's path, such as acme/checkout; for Jira its key, such as OPS",
    "address": "an address, such as https://acme.atlassian.net",
    "user": "the e-mail address that the token belongs to",
    "team": "a team's key in Linear, such as ENG",
}
_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_PROJECT = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)
_TEAM = re.compile(r"[A-Za-z0-9-]{1,40}")
_MAIL = re.compile(r"[^\s@:]+@[^\s@:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """An issue tracker. Names as in the file.

    Attributes:
        name: what people call it; its kind, where the file names none.
        kind: a key of `KINDS`.
        address: of its API; for GitLab and Jira of the site.
        repository, project, team: where issues are made; each kind has one of them.
        type: of the issues, in Jira.
        services: whose follow-ups go there; empty: those of every service that no other names.
    """

    name: str
    kind: str
    token: Secret
    address: str
    repository: str = ""
    project: str = ""
    team: str = ""
    user: str = ""
    type: str = "Task"
    labels: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        return (urlsplit(self.address).hostname or "",)

    @property
    def title(self) -> str:
        return TITLES[self.kind]


def trackers(
    top: Section, key: str, environ: Mapping[str, str], book: Playbook
) -> tuple[Tracker, ...]:
    found = []
    for one in top.sections(key, Tracker):
        kind = one.choice("kind", tuple(KINDS), default="github")
        for needed in ("kind", "token", *KINDS[kind]):
            if not one.has(needed):
                wants = WANTS.get(needed, f"one of {', '.join(KINDS)}")
                wants = "the name of the setting that holds it" if needed == "token" else wants
                one.problems.append(f"{one.path}.{needed}: is missing; it wants {wants}")
        for others in ("repository", "project", "team", "user", "type"):
            if one.has(others) and others not in (*KINDS[kind], *_also(kind)):
                one.wrong(others, one.value(others), f"to be left out: {TITLES[kind]} has none")
        for service in one.texts("services", "the name of a service"):
            if book.service(service) is None:
                one.wrong("services", service, "names of services:")
        tokens = one.secrets("token", environ)
        found.append(
            Tracker(
                name=one.word("name", "checkout-issues", default=kind),
                kind=kind,
                token=tokens[0] if tokens else Secret(""),
                address=one.address("address", default=ADDRESSES.get(kind, "")),
                repository=one.pattern("repository", _REPOSITORY, WANTS["repository"]),
                project=one.pattern("project", _PROJECT, WANTS["project"]),
                team=one.pattern("team", _TEAM, WANTS["team"]),
                user=one.pattern("user", _MAIL, WANTS["user"]),
                type=one.text("type", "a type of issues, such as Task", default="Task"),
                labels=one.texts("labels", "a label"),
                services=one.texts("services", "the name of a service"),
            )
        )
    top.each_once(key, (one.name for one in found), ("all",))
    return tuple(found)


def _also(kind: str) -> tuple[str, ...]:
    return ("type",) if kind == "jira" else ()


def usual(found: tuple[Tracker, ...], service: str) -> Tracker | None:
    """Where follow-ups of that service go; None where there is no tracker."""
    ours = [one for one in found if service and service in one.services]
    return next(iter(ours or [one for one in found if not one.services] or found), None)
