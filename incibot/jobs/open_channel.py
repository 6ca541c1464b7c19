"""Make the incident's channel, once, wherever an earlier try may have died."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.jobs import OpenChannel
from incibot.core.naming import channel_name
from incibot.core.people import ChannelId
from incibot.core.secrets import mask
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools


async def open_channel(job: OpenChannel, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
    if incident.channel is not None:
        return None
    book = tools.store.book

    def name(suffix: int) -> str:
        return channel_name(
            book.channel_template,
            number=incident.number,
            title=mask(incident.title),
            severity=incident.severity,
            date=incident.declared_at,
            suffix=suffix,
        )

    async def is_anothers(channel: ChannelId) -> bool:
        async with tools.store.read() as tx:
            return await tx.number_in(channel) is not None

    try:
        channel, found = await tools.slack.ensure_channel(
            name,
            private=incident.private,
            marker=f"{incident.ref}, kept by incibot",
            since=incident.declared_at,
            anothers=is_anothers,
        )
    except SlackRefused as refused:
        if not incident.trouble:
            change = moves.channel_refused(incident, str(refused), at=tools.clock())
            await tools.store.write(lambda tx: tx.apply(change))
        raise
    return moves.channel_opened(incident, channel, found, book=book, at=tools.clock())
