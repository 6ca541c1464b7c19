"""Everything that happens to an incident is a Change: written as one, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from incibot.core.follow_up import FollowUp
from incibot.core.incident import Incident
from incibot.core.jobs import Job
from incibot.core.people import ChannelId
from incibot.core.publication import Publication
from incibot.core.timeline import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message of ours in Slack, remembered by the key of the job that keeps it right."""

    key: str
    channel: ChannelId
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The incident as it now stands, the entries that tell why, the jobs that follow.

    Attributes:
        incident: None when the incident itself stands as it did.
        about: the number of the incident that the entries belong to, where `incident` is None.
    """

    about: int | None = None
    incident: Incident | None = None
    entries: tuple[Entry, ...] = ()
    jobs: tuple[Job, ...] = ()
    posts: tuple[Post, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    publications: tuple[Publication, ...] = ()
