"""Send somebody a direct message."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Tell
from incibot.jobs.tools import Tools
from incibot.slack import blocks


async def tell(job: Tell, tools: Tools, *, again: bool) -> Change | None:
    channel = await tools.slack.direct_channel(job.user)
    ts = await tools.slack.ensure_message(
        channel,
        key=job.key,
        text=blocks.fallback(job.words),
        blocks=blocks.said(job.words),
        known=None,
        look=again,
    )
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
