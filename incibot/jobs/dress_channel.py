"""Set the channel's topic, and bookmark the timeline page where there is one."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import DressChannel
from incibot.core.markup import escape, shorten
from incibot.core.secrets import mask
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools

TOPIC = 250  # characters that Slack takes


async def dress_channel(job: DressChannel, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
    if incident.channel is None:
        return None
    refused = None
    try:
        await tools.slack.ensure_topic(
            incident.channel,
            shorten(escape(f"{incident.ref}: {mask(incident.title)}"), TOPIC, words=True),
        )
    except SlackRefused as error:  # the bookmark can do without
        refused = error
    page = tools.page(incident.number)
    if page:
        await tools.slack.ensure_bookmark(incident.channel, "Timeline", page)
    if refused is not None:
        raise refused
    return None
