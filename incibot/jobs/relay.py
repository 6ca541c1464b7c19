"""Pass an update on, under the card in the announcement channel."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Announce, Relay
from incibot.errors import Paused, SlackBusy, SlackRefused
from incibot.jobs.tools import Tools
from incibot.slack import cards
from incibot.slack.gateway import GONE

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
    try:
        ts = await tools.slack.ensure_message(
            card.channel,
            key=job.key,
            text=text,
            blocks=blocks,
            known=known.ts if known else None,
            look=again,
            thread_ts=card.ts,
        )
    except SlackRefused as refused:
        if refused.code not in GONE or tools.announce_channel is None:
            raise
        if await tools.slack.channel_id(tools.announce_channel) == card.channel:
            raise
        # Another channel has been named since: the card moves there first.
        await tools.store.write(lambda tx: tx.ask(Announce(incident=job.incident)))
        raise SlackBusy(refused.method, refused.code, refused.detail) from refused
    return Change(posts=(Post(key=job.key, channel=card.channel, ts=ts),))
