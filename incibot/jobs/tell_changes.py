"""List in the incident's channel what was changed in production before it was declared."""

from __future__ import annotations

from datetime import timedelta

from incibot.core.change import Change, Post
from incibot.core.jobs import TellChanges
from incibot.jobs.tools import Tools
from incibot.slack import evidence

BEFORE = timedelta(hours=24)


async def tell_changes(job: TellChanges, tools: Tools, *, again: bool) -> Change | None:
    """Only if there are any, and only once: `/incident changes` shows how it is later."""
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.post(job.key)
        until = incident.declared_at
        found = await tx.changes(since=until - BEFORE, until=until)
    if incident.channel is None or known is not None or not found:
        return None
    service = tools.store.book.service(incident.service)
    named = service.name if service else incident.service
    text, blocks = evidence.changes(found, incident, [named])
    ts = await tools.slack.ensure_message(
        incident.channel, key=job.key, text=text, blocks=blocks, known=None, look=again
    )
    return Change(posts=(Post(key=job.key, channel=incident.channel, ts=ts),))
