"""Invite people and user groups to the incident's channel."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import Invite
from incibot.core.people import UserId
from incibot.jobs.tools import Tools


async def invite(job: Invite, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        present = await tx.present(job.incident)
    if incident.channel is None:
        return None
    users: list[UserId] = []
    for who in job.who:
        if who.startswith(("U", "W")):
            users.append(UserId(who))
        else:
            users += await tools.slack.group(who)
    await tools.slack.ensure_members(
        incident.channel, (user for user in users if user not in present)
    )
    return None
