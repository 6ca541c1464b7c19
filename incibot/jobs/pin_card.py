"""Pin the incident's card in its channel."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import PinCard, ShowCard
from incibot.jobs.tools import Tools


async def pin_card(job: PinCard, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        card = await tx.post(ShowCard(incident=job.incident).key)
    if card is not None:
        await tools.slack.ensure_pin(card.channel, card.ts)
    return None
