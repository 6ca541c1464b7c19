"""Who may see an incident: the one check that every way out passes through.

docs/threat-model.md says for whom, and tests/walk walks every way out as each of them.
"""

from __future__ import annotations

from incibot.core.incident import Incident
from incibot.core.people import UserId

NOBODY = UserId("")  # in no channel and of no role, such as whoever holds a token of the API


def may_see(incident: Incident, viewer: UserId) -> bool:
    """A public incident is everybody's; a private one is its declarer's, its channel's and its role holders'.

    Whoever left the channel, or was removed, sees it no more, unless a role is given to them after
    that. Guests and people of another workspace never do, though they be in the channel: they read
    what stands there in Slack, and nothing through incibot.
    """
    if not incident.private:
        return True
    if viewer in incident.outside:
        return False
    if viewer in incident.members:
        return True
    left = incident.left.get(viewer)
    if left is None and viewer == incident.declared_by:
        return True
    return any(
        held.user == viewer and held.until is None and (left is None or held.since > left)
        for held in incident.assignments
    )
