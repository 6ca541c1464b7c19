"""A follow-up: something that people mean to do after an incident, and the issue that it is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incibot.core.people import UserId

LOOKS = (  # how long ago an issue was made, and how often it is looked at until then
    (timedelta(days=7), timedelta(hours=1)),
    (timedelta(days=90), timedelta(hours=6)),
)
SELDOM = timedelta(days=1)


class Stand(StrEnum):
    """Where a follow-up stands; once it is an issue, by the word of its tracker."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"  # closed without having been done
    LOST = "lost"  # the tracker has no such issue any more, or not for us

    @property
    def is_over(self) -> bool:
        return self is not Stand.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something that people mean to do; `number` counts within the incident.

    Attributes:
        words: plain text.
        origin: what it was before: ``task:3``, ``line:…`` for a line of the review, or ``said:…``.
        marker: a UUID, by which its issue is found again.
        tracker: the name of the tracker that it is, or is to be, an issue in; empty for none.
        asked_at: when the issue was asked for.
        leaving: of a private incident, the words that somebody confirmed may leave.
        issue, shown, url: the issue as the tracker's API calls it, as people do, and where it is.
        stands_since: when it came to stand so (UTC); None for one that is as it was written down.
        seen: what the tracker wants to be told, to say that nothing changed: an ETag.
        look_at: when the issue is to be looked at next; None: not any more.
        version: counts the changes; one decided on an older version is refused.
    """

    incident: int
    number: int
    words: str
    origin: str
    created_by: UserId
    created_at: datetime
    marker: str
    tracker: str = ""
    asked_at: datetime | None = None
    leaving: str = ""
    issue: str = ""
    shown: str = ""
    url: str = ""
    stand: Stand = Stand.OPEN
    stands_since: datetime | None = None
    seen: str = ""
    look_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What may become a follow-up: an open task, or a line that people wrote into the review."""

    origin: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue in a tracker, as a `FollowUp` keeps it."""

    id: str
    shown: str
    url: str


def next_look(made_at: datetime, at: datetime, *, over: bool = False) -> datetime | None:
    """When to look again at an issue that was made then; None for one that was closed long ago."""
    for age, pause in LOOKS:
        if at - made_at < age:
            return at + pause
    return None if over else at + SELDOM
