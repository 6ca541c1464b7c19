"""The senders that incibot understands: one module each, one line here. `source.py` says what one is."""

from __future__ import annotations

from incibot.web.sources.alertmanager import ALERTMANAGER
from incibot.web.sources.aws_sns import AWS_SNS
from incibot.web.sources.bitbucket import BITBUCKET
from incibot.web.sources.cloudevents import CLOUDEVENTS
from incibot.web.sources.datadog import DATADOG
from incibot.web.sources.generic import GENERIC
from incibot.web.sources.github import GITHUB
from incibot.web.sources.gitlab import GITLAB
from incibot.web.sources.grafana import GRAFANA
from incibot.web.sources.honeycomb import HONEYCOMB
from incibot.web.sources.launchdarkly import LAUNCHDARKLY
from incibot.web.sources.lightstep import LIGHTSTEP
from incibot.web.sources.opsgenie import OPSGENIE
from incibot.web.sources.pagerduty import PAGERDUTY
from incibot.web.sources.sentry import SENTRY
from incibot.web.sources.servicenow import SERVICENOW
from incibot.web.sources.source import Delivery, Source, Unreadable

__all__ = ["SOURCES", "Delivery", "Source", "Unreadable", "source_of"]

SOURCES: tuple[Source, ...] = (
    ALERTMANAGER,
    AWS_SNS,
    BITBUCKET,
    CLOUDEVENTS,
    DATADOG,
    GENERIC,
    GITHUB,
    GITLAB,
    GRAFANA,
    HONEYCOMB,
    LAUNCHDARKLY,
    LIGHTSTEP,
    OPSGENIE,
    PAGERDUTY,
    SENTRY,
    SERVICENOW,
)


def source_of(word: str) -> Source | None:
    return next((one for one in SOURCES if one.word == word), None)
