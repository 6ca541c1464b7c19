"""What other systems are told of by webhooks: which entries are events, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from incibot.core.change import Change
from incibot.core.jobs import SendWebhook
from incibot.core.timeline import Entry, EntryKind

EVENTS = (
    "incident.declared",
    "incident.changed",
    "incident.resolved",
    "incident.reopened",
    "update.posted",
    "update.published",
    "review.drafted",
    "followup.created",
    "followup.linked",
    "followup.changed",
)


def event_of(entry: Entry) -> str:
    """The event that an entry is; empty for one that nobody is told of."""
    match entry.kind:
        case EntryKind.DECLARED:
            return "incident.declared"
        case EntryKind.STATUS:
            if entry.data.get("reopened"):
                return "incident.reopened"
            return "incident.resolved" if entry.data.get("over") else "incident.changed"
        case EntryKind.SEVERITY | EntryKind.ROLE:
            return "incident.changed"
        case EntryKind.UPDATE:
            return "update.posted"
        case EntryKind.REVIEW:
            return "review.drafted"
        case EntryKind.LINK if "published" in entry.data:
            return "update.published"
        case EntryKind.LINK if "follow_up" in entry.data:
            return f"followup.{entry.data.get('step')}"
    return ""


def told(change: Change, wanted: Mapping[str, frozenset[str]]) -> Iterator[SendWebhook]:
    """The webhooks to be sent of what happened.

    Args:
        wanted: by the name of each webhook, the events that it is told of.
    """
    number = change.incident.number if change.incident else change.about
    for entry in change.entries:
        event = event_of(entry)
        if event and number is not None:
            for name, events in wanted.items():
                if event in events:
                    yield SendWebhook(incident=number, to=name, entry=entry.key, event=event)
