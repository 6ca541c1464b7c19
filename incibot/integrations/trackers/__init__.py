"""The issue trackers that follow-ups can become issues in: a line each."""

from __future__ import annotations

from collections.abc import Mapping

from incibot.config.trackers import Tracker as Config
from incibot.integrations.http import Http
from incibot.integrations.trackers.github import GitHub
from incibot.integrations.trackers.gitlab import GitLab
from incibot.integrations.trackers.jira import Jira
from incibot.integrations.trackers.linear import Linear
from incibot.integrations.trackers.tracker import Draft, Look, Make, Tracker

TRACKERS: Mapping[str, Make] = {
    "github": GitHub,
    "gitlab": GitLab,
    "jira": Jira,
    "linear": Linear,
}

__all__ = ["TRACKERS", "Draft", "Look", "Tracker", "tracker"]


def tracker(config: Config, http: Http) -> Tracker:
    return TRACKERS[config.kind](http, config)
