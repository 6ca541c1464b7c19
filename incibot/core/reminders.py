"""What an incident lacks, since when, and when people are reminded of it.

A lack is known by the moment since which it has been there, so that each is spoken of once: whoever
takes command and gives it up again makes a new one. Nothing here depends on a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Playbook, Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that is missing since then, and of which people are reminded at `due_at`; UTC."""

    since: datetime
    due_at: datetime


class Stand(StrEnum):
    """What has become of something that people were reminded of."""

    HOLDS = "holds"
    SNOOZED = "snoozed"
    OFF = "off"
    SAID_AGAIN = "said again"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One reminder of one incident, as it is kept.

    Attributes:
        due_at: when it speaks next; None: not at all, as things stand.
        spoke_of: since when that had been missing of which it spoke last.
        times: how often it spoke.
        snoozed_until: it does not speak before.
        snoozed_by: who snoozed it, or turned it off.
        off: it does not speak for this incident any more.
        post: the key of the message in which it spoke last, as long as that asks for something.
    """

    due_at: datetime | None = None
    spoke_of: datetime | None = None
    times: int = 0
    snoozed_until: datetime | None = None
    snoozed_by: UserId | None = None
    off: bool = False
    post: str | None = None

    def next(self, lack: Lack | None) -> datetime | None:
        """When it is to speak; None: not of what is missing now."""
        if lack is None or self.off or self.spoke_of == lack.since:
            return None
        return max(lack.due_at, self.snoozed_until) if self.snoozed_until else lack.due_at

    def stand(self, lack: Lack | None, times: int) -> Stand:
        """What has become of that of which it spoke the so manieth time."""
        if lack is None:
            return Stand.SETTLED
        if self.times != times:
            return Stand.SAID_AGAIN
        if self.off:
            return Stand.OFF
        if self.spoke_of == lack.since:
            return Stand.HOLDS
        # Who snoozes something wants to hear of the same again.
        return Stand.SETTLED if self.spoke_of or not self.snoozed_until else Stand.SNOOZED


def lacks(incident: Incident, book: Playbook, *, reviewed: bool) -> dict[Reminder, Lack]:
    """What is missing now, of that of which the playbook reminds people.

    Args:
        reviewed: whether there is a review, if only a draft.
    """
    missing = _missing(incident, book, reviewed=reviewed)
    return {
        reminder: Lack(since=since, due_at=since + patience)
        for reminder, since in missing.items()
        if (patience := book.patience(reminder, incident.severity)) is not None
    }


def possible(incident: Incident, book: Playbook) -> tuple[Reminder, ...]:
    """The reminders that may speak while the incident is open, or now that it is over."""
    over = book.is_over(incident.status)
    return tuple(
        one
        for one in Reminder
        if (one is Reminder.REVIEW) == over
        and book.patience(one, incident.severity) is not None
        and not (incident.kind is Kind.NEAR_MISS and one in OF_A_RESPONSE)
    )


# Of a near miss people are told afterwards: there is nothing to command, and nobody waits for news.
OF_A_RESPONSE = (Reminder.COMMANDER, Reminder.UPDATE)


def _missing(incident: Incident, book: Playbook, *, reviewed: bool) -> dict[Reminder, datetime]:
    """What is missing, and since when."""
    since = _begun(incident, book)
    if book.is_over(incident.status):
        return {Reminder.REVIEW: since} if since and not reviewed else {}
    since = since or incident.declared_at
    found = {Reminder.OPEN: since}
    if incident.kind is not Kind.NEAR_MISS:
        role = book.roles[0].word
        if not incident.holders(role):
            given_up = [held.until for held in incident.assignments if held.role == role]
            found[Reminder.COMMANDER] = max([since, *(at for at in given_up if at)])
        found[Reminder.UPDATE] = max(since, incident.update.at) if incident.update else since
    return found


def _begun(incident: Incident, book: Playbook) -> datetime | None:
    """Since when it is open, or over; None for one that was over before that was noted."""
    if incident.turned_at or not book.is_over(incident.status):
        return incident.turned_at
    ends = {status.milestone for status in book.statuses if status.ends}
    return max((one.at for one in incident.milestones if one.name in ends), default=None)
