"""An alert's message in the channel of its service."""

from __future__ import annotations

from functools import partial

from incibot.core.change import Change
from incibot.core.evidence import KeptAlert
from incibot.core.jobs import OpenChannel, ShowAlert, ShowStorm
from incibot.core.visibility import NOBODY, may_see
from incibot.errors import Paused
from incibot.jobs.tools import Tools
from incibot.slack import evidence

COMING = 1.0  # seconds until we look again for a channel that is still to be opened


async def show_alert(job: ShowAlert, tools: Tools, *, again: bool) -> Change | None:
    """Post the message, or make the one that is there say how the alert stands now."""
    place = await tools.store.write(lambda tx: tx.place(job.alert, partial(_room, tools)))
    if place is None:
        return None
    if place.storm is not None:
        return Change(jobs=(ShowStorm(room=place.room, storm=place.storm),))
    async with tools.store.read() as tx:
        found = await tx.alert(job.alert)
        notices = await tx.notices(job.alert)
        verdicts = await tx.verdicts(job.alert)
        incident = await tx.incident(found.incident) if found.incident is not None else None
        if incident is not None and not may_see(incident, NOBODY):
            incident = None
        coming = incident is not None and await tx.is_waiting(OpenChannel(incident=incident.number))
    text, blocks = evidence.alert(found, notices, verdicts, incident=incident)
    key = job.key if place.round == 1 else f"{job.key}:{place.round}"
    post = await tools.show_in_room(
        place.room, place.channel, key=key, text=text, blocks=blocks, look=again
    )
    shown = Change(posts=(post,))
    if coming:  # its channel, to which the message leads
        await tools.store.write(lambda tx: tx.apply(shown))
        raise Paused(COMING)
    return shown


def _room(tools: Tools, found: KeptAlert) -> str:
    """The channel that the team's file names for it; empty where it names none."""
    service = tools.store.book.service(found.service) if found.service else None
    if service is not None and service.alerts:
        return service.alerts
    hook = tools.integrations.hook(found.source, found.hook)
    return hook.channel if hook is not None else ""
