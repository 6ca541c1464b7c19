"""A word to the public, on a status page: what somebody confirmed, and whether it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incibot.core.incident import Incident
from incibot.core.markup import mentions, plain
from incibot.core.people import UserId
from incibot.core.playbook import Playbook

STATUSES = ("investigating", "identified", "monitoring", "resolved")
IMPACTS = ("none", "minor", "major", "critical")
WORKING = ("operational", "degraded_performance", "partial_outage", "major_outage")


class Way(StrEnum):
    """How far a publication has come."""

    WAITING = "waiting"
    POSTED = "posted"
    REFUSED = "refused"  # the page would not have it; another may follow all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """An update for the public, as somebody confirmed it; `number` counts within the incident.

    Attributes:
        title, words: plain text.
        status, impact: the status page's own words, of `STATUSES` and `IMPACTS`.
        components: the page's ids of what is affected, each with how well it works, of `WORKING`.
        marker: what the page keeps beside it, by which it is found again.
        there: the id of the status page's incident, once there is one.
        version: counts the changes; one decided on an older version is refused.
    """

    incident: int
    number: int
    title: str
    words: str
    status: str
    impact: str
    components: dict[str, str]
    by: UserId
    at: datetime
    marker: str
    way: Way = Way.WAITING
    there: str = ""
    url: str = ""
    version: int = 0


def status_of(incident: Incident, book: Playbook, mapped: dict[str, str]) -> str:
    """The page's word for where the incident stands.

    Args:
        mapped: the page's words by ours, as the team has set them.
    """
    usual = {"mitigated": "monitoring", **{word: word for word in STATUSES}, **mapped}
    ended = STATUSES[-1] if book.is_over(incident.status) else STATUSES[0]
    return usual.get(incident.status, ended)


def draft(incident: Incident) -> str:
    """The last update as words for the public: whom it mentions is left out."""
    if incident.update is None:
        return ""
    words = incident.update.words
    somebody = dict.fromkeys(mentions(words), "somebody")
    return plain(words, somebody).replace("@somebody", "somebody").strip()
