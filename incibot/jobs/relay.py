"""Pass an update on, under the card in the announcement channel."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Announce, Relay
from incibot.errors import Paused
from incibot.jobs.tools import Tools
from incibot.slack import cards

COMING = 1.0  # seconds until we look again for a card that is still to be posted


async def relay(job: Relay, tools: Tools, *, again: bool) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        entry = await tx.entry_by_key(job.incident, job.entry)
        card = await tx.post(Announce(incident=job.incident).key)
        known = await tx.post(job.key)
        coming = card is None and await tx.is_waiting(Announce(incident=job.incident))
    if coming and not incident.private:
        raise Paused(COMING)
    if incident.private or entry is None or card is None:
        return None
    text, blocks = cards.relay(incident, entry)
    ts = await tools.slack.ensure_message(
        card.channel,
        key=job.key,
        text=text,
        blocks=blocks,
        known=known.ts if known else None,
        look=again,
        thread_ts=card.ts,
    )
    return Change(posts=(Post(key=job.key, channel=card.channel, ts=ts),))
