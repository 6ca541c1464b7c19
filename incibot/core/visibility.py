"""Who may see an incident: the one check that every way out passes through."""

from __future__ import annotations

from incibot.core.incident import Incident
from incibot.core.people import UserId


def may_see(incident: Incident, viewer: UserId) -> bool:
    """A public incident is everybody's; a private one is its declarer's, its channel's and its role holders'."""
    return (
        not incident.private
        or viewer == incident.declared_by
        or viewer in incident.members
        or any(held.user == viewer and held.until is None for held in incident.assignments)
    )
