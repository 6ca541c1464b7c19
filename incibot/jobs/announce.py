"""Make the card in the announcement channel say how things stand; public incidents only."""

from __future__ import annotations

from functools import partial

from incibot.core.change import Change, Post
from incibot.core.jobs import Announce
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools
from incibot.slack import cards
from incibot.slack.gateway import GONE


async def announce(job: Announce, tools: Tools, *, again: bool) -> Change | None:
    if tools.announce_channel is None:
        return None
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.post(job.key)
    if incident.private:
        return None
    text, blocks = cards.announcement(incident, tools.store.book, page=tools.page(incident.number))
    show = partial(tools.slack.ensure_message, key=job.key, text=text, blocks=blocks, look=again)
    if known is not None:
        try:
            ts = await show(known.channel, known=known.ts)
        except SlackRefused as refused:
            if refused.code not in GONE:
                raise
            channel = await tools.slack.channel_id(tools.announce_channel)
            if channel == known.channel:  # else another has been named since
                raise
        else:
            if ts == known.ts:
                return None
            return Change(posts=(Post(key=job.key, channel=known.channel, ts=ts),))
    else:
        channel = await tools.slack.channel_id(tools.announce_channel)
    ts = await show(channel, known=None)
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
