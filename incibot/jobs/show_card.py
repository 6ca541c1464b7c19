"""Make the card in the incident's channel say how things stand."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import PinCard, ShowCard
from incibot.jobs.tools import Tools
from incibot.slack import cards


async def show_card(job: ShowCard, tools: Tools, *, again: bool) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.post(job.key)
        parked = await tx.parked(job.incident)
    if incident.channel is None:
        return None
    text, blocks = cards.card(
        incident, tools.store.book, parked=parked, page=tools.page(incident.number)
    )
    ts = await tools.slack.ensure_message(
        incident.channel,
        key=job.key,
        text=text,
        blocks=blocks,
        known=known.ts if known else None,
        look=again,
    )
    if known is not None and known.ts == ts:
        return None
    return Change(
        posts=(Post(key=job.key, channel=incident.channel, ts=ts),),
        jobs=(PinCard(incident=incident.number),),
    )
