"""Tell a service's channel what the week was like, for whoever takes over on call."""

from __future__ import annotations

from datetime import UTC, datetime

from incibot.core.change import Change, Post
from incibot.core.jobs import HandOver
from incibot.core.on_call import week_before
from incibot.jobs.tools import Tools
from incibot.slack import blocks, handing_over


async def hand_over(job: HandOver, tools: Tools, *, again: bool) -> Change | None:
    duty = tools.integrations.on_call.duty(job.service)
    if duty is None or duty.brief is None:  # the file asks for none any more
        return None
    until = datetime.fromtimestamp(job.until, UTC)
    tiers = await tools.rota.tiers(duty)
    async with tools.store.read() as tx:
        known = await tx.post(job.key)
        week = await tx.week(duty.service, since=week_before(until, tools.zone), until=until)
    if known is not None:
        return None
    channel = await tools.slack.channel_id(duty.brief.channel)
    text = f"{duty.service}: the week before this hand-over"
    shown = [
        blocks.header(text),
        *handing_over.brief(duty.service, week, tiers, tools.store.book, at=tools.clock()),
    ]
    ts = await tools.slack.ensure_message(
        channel,
        key=job.key,
        text=blocks.title(text),
        blocks=blocks.fitting(shown),
        known=None,
        look=again,
    )
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
