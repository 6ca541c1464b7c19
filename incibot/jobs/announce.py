"""Make the card in the announcement channel say how things stand; public incidents only."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Announce
from incibot.jobs.tools import Tools
from incibot.slack import cards


async def announce(job: Announce, tools: Tools, *, again: bool) -> Change | None:
    if tools.announce_channel is None:
        return None
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.post(job.key)
    if incident.private:
        return None
    channel = known.channel if known else await tools.slack.channel_id(tools.announce_channel)
    text, blocks = cards.announcement(incident, tools.store.book, page=tools.page(incident.number))
    ts = await tools.slack.ensure_message(
        channel,
        key=job.key,
        text=text,
        blocks=blocks,
        known=known.ts if known else None,
        look=again,
    )
    if known is not None and known.ts == ts:
        return None
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
