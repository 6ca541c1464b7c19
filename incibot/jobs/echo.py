"""Show in the channel what was recorded by a command."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Echo
from incibot.jobs.tools import Tools
from incibot.slack import cards


async def echo(job: Echo, tools: Tools, *, again: bool) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        entry = await tx.entry_by_key(job.incident, job.entry)
        known = await tx.post(job.key)
        outcomes = await tx.outcomes(job.incident)
    if incident.channel is None or entry is None:
        return None
    text, blocks = cards.echo(entry, number=incident.number, outcome=outcomes.get(entry.id))
    ts = await tools.slack.ensure_message(
        incident.channel,
        key=job.key,
        text=text,
        blocks=blocks,
        known=known.ts if known else None,
        look=again,
    )
    return Change(posts=(Post(key=job.key, channel=incident.channel, ts=ts),))
