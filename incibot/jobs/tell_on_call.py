"""Tell somebody, and nobody else, who is on call."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import TellOnCall
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools
from incibot.slack import blocks
from incibot.slack.on_call import told


async def tell_on_call(job: TellOnCall, tools: Tools, *, again: bool) -> Change | None:
    """Ask the schedules, and answer where it was asked; in a direct message where that is too late."""
    duties = [tools.integrations.on_call.duty(service) for service in job.services]
    found = {duty.service: await tools.rota.tiers(duty) for duty in duties if duty}
    text = "Who is on call"
    shown = blocks.fitting(told(found, tools.clock()))
    if not shown:
        return None  # the file names none of them any more
    if job.response_url:
        try:
            await tools.slack.respond(job.response_url, text=text, blocks=shown)
        except SlackRefused:
            pass  # it has been too long
        else:
            return None
    channel = await tools.slack.direct_channel(job.user)
    ts = await tools.slack.ensure_message(
        channel, key=job.key, text=text, blocks=shown, known=None, look=again
    )
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
