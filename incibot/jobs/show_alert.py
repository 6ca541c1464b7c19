"""An alert's message in the channel of its service."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import ShowAlert
from incibot.jobs.tools import Tools


async def show_alert(job: ShowAlert, tools: Tools, *, again: bool) -> Change | None:
    """Post the message, or make the one that is there say how the alert stands now."""
    return None
