"""Trackers, the status page and webhooks, as the team's file names them; each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from incibot.config import Integrations, read_team
from incibot.config.trackers import usual
from incibot.errors import ConfigError

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRON = {"TOKEN": "t0ken-of-theirs", "KEY": KEY, "OTHER": "hunter2hunter2hunter2"}
WHOLE = """
services: [Checkout, Login]
trackers:
  - {kind: github, repository: acme/checkout, token: TOKEN, labels: [follow-up], services: [Checkout]}
  - {kind: gitlab, name: ours, project: acme/web/shop, token: TOKEN, address: https://git.acme.example/}
  - {kind: jira, address: https://acme.atlassian.net, project: OPS, user: ana@acme.example, token: TOKEN}
  - {kind: linear, team: ENG, token: TOKEN}
status_page:
  page: kctbh9vrtdwd
  token: TOKEN
  components: {Checkout: ftgks51sfs2d}
  statuses: {mitigated: monitoring}
webhooks:
  - {address: https://hooks.acme.example/in, secret: [KEY], events: [incident.declared]}
  - {name: all, address: https://data.acme.example, secret: KEY, private: true}
"""


def read(folder: Path, text: str) -> Integrations:
    file = folder / "incibot.yaml"
    file.write_text(text)
    return read_team(file, environ=ENVIRON).integrations


def test_all_of_it_is_read_and_only_its_hosts_may_be_called(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert [one.name for one in found.trackers] == ["github", "ours", "jira", "linear"]
    assert [one.type for one in found.trackers if one.kind == "jira"] == ["Task"]
    assert found.hosts == {
        *("api.github.com", "git.acme.example", "acme.atlassian.net", "api.linear.app"),
        *("api.statuspage.io", "hooks.acme.example", "data.acme.example"),
    }
    assert [one.name for one in found.webhooks] == ["hooks.acme.example", "all"]
    assert found.status_page is not None
    assert dict(found.status_page.components) == {"Checkout": "ftgks51sfs2d"}
    assert ENVIRON["TOKEN"] not in repr(found)
    assert KEY not in repr(found)
    chosen = [usual(found.trackers, service) for service in ("Checkout", "Login", "")]
    assert [one.name for one in chosen if one] == ["github", "ours", "ours"]
    assert usual((), "Checkout") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trackers: [{kind: github, token: TOKEN}]", "repository: is missing; it wants owner/name"),
        ("trackers: [{kind: bugzilla, token: TOKEN}]", "got “bugzilla”; it wants one of github"),
        ("trackers: [{kind: linear, team: ENG}]", "token: is missing"),
        (
            "trackers: [{kind: linear, team: ENG, token: t0ken-of-theirs}]",
            "is no name of a setting",
        ),
        ("trackers: [{kind: linear, team: ENG, token: NONE}]", "the setting NONE is not set"),
        ("trackers: [{kind: linear, team: ENG, token: TOKEN, user: a@b}]", "Linear has none"),
        ("trackers: [{kind: jira, project: OPS, token: TOKEN, user: a@b}]", "address: is missing"),
        ("trackers: [{kind: github, repository: x, token: TOKEN}]", "it wants owner/name"),
        ("trackers: [{kind: github, repository: a/b, token: TOKEN, services: [X]}]", "“X”"),
        (
            "trackers: [{kind: linear, team: A, token: TOKEN}, {kind: linear, team: B, token: TOKEN}]",
            "“linear” comes 2 times",
        ),
        ("status_page: {token: TOKEN}", "status_page.page: is missing"),
        ("status_page: {page: x}", "status_page.token: is missing"),
        ("status_page: {page: x, token: TOKEN, components: {A: 1}}", "in quotes"),
        ("status_page: {page: x, token: TOKEN, statuses: {nope: resolved}}", "“nope”"),
        ("status_page: {page: x, token: TOKEN, statuses: {mitigated: well}}", "“well”"),
        ("status_page: {page: x, token: TOKEN, notfy: true}", "did you mean notify?"),
        ("webhooks: [{secret: KEY}]", "address: is missing"),
        ("webhooks: [{address: https://a.example}]", "secret: is missing"),
        ("webhooks: [{address: https://a.example, secret: OTHER}]", "is no signing secret"),
        (
            "webhooks: [{address: https://a.example, secret: KEY, events: [incident.declare]}]",
            "did you mean incident.declared?",
        ),
    ],
)
def test_each_mistake_is_told_and_no_secret_with_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text)
    assert says in str(raised.value)
    assert not any(secret in str(raised.value) for secret in ENVIRON.values())
