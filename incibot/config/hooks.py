"""Webhooks that come in: who may send them, and how their senders are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from incibot.config.document import Section
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_TOPIC = re.compile(r"arn:(aws[a-z-]*):sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_TEAM = re.compile(r"[TE][A-Z0-9]{2,20}")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One address that a sender is given: ``/hooks/<source>/<key>``. Names as in the file.

    Attributes:
        source: a word of `web.sources.SOURCES`.
        key: the last part of the address; the source's own word, where the file names none.
        secret: what the sender proves that it knows; the first is today's, the others are on
            their way out. The file names the settings that hold them, not the secrets themselves.
        service: the service that it tells of, where the sender names none that the playbook knows.
        channel: where its alerts are shown, where the service has no channel for them.
        workspace: the id of the Slack workspace that it is for, where there are several.
        topics: for AWS SNS, the ARNs of the topics that may be subscribed.
        map: for the generic source, where in the body each field stands.
    """

    source: str
    key: str
    secret: tuple[Secret, ...] = ()
    service: str = ""
    channel: str = ""
    workspace: str = ""
    topics: tuple[str, ...] = ()
    map: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where SNS is called for these topics: for certificates, and to confirm a subscription."""
        return tuple(dict.fromkeys(map(sns_host, self.topics)))


def sns_host(topic: str) -> str:
    """The host of SNS in the topic's region; empty where the ARN is none."""
    found = _TOPIC.fullmatch(topic)
    if not found:
        return ""
    partition, region = found[1], found[2]
    return f"sns.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def hooks(top: Section, key: str, environ: Mapping[str, str], book: Playbook) -> tuple[Hook, ...]:
    found = []
    for one in top.sections(key, Hook):
        source = one.word("source", "pagerduty")
        service = one.text("service", "the name of a service", default="")
        if service and book.service(service) is None:
            one.wrong("service", service, "the name of one of services:")
        found.append(
            Hook(
                source=source,
                key=one.pattern("key", _KEY, "letters, digits, - and _", default=source),
                secret=one.secrets("secret", environ),
                service=service,
                channel=one.channel("channel"),
                workspace=one.pattern("workspace", _TEAM, "a workspace's id, such as T0123ABCD"),
                topics=_topics(one),
                map=one.any_mapping("map", "fields, each with its place in the body"),
            )
        )
    top.each_once(key, (f"{one.source}/{one.key}" for one in found))
    return tuple(found)


def _topics(one: Section) -> tuple[str, ...]:
    wants = "the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:alarms"
    topics = one.texts("topics", wants)
    for topic in topics:
        if not sns_host(topic):
            one.wrong("topics", topic, wants)
    return topics
