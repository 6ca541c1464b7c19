"""Invite people and user groups to the incident's channel."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import Invite
from incibot.core.people import UserId
from incibot.errors import NotAllowed
from incibot.jobs.tools import Tools

ONLY_BY_PEOPLE = (
    "guests and people of another workspace are let into a private incident’s channel by people"
)


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
    coming = [user for user in users if user not in present]
    kept_out = await _outside(coming, tools) if incident.private else []
    await tools.slack.ensure_members(
        incident.channel, (user for user in coming if user not in kept_out)
    )
    if kept_out:
        who = ", ".join(f"<@{user}>" for user in kept_out)
        raise NotAllowed(f"{who}: {ONLY_BY_PEOPLE}")
    return None


async def _outside(users: list[UserId], tools: Tools) -> list[UserId]:
    """Those of them who are guests, or of another workspace."""
    for user in users:
        await tools.meet(user)
    async with tools.store.read() as tx:
        people = (await tx.people()).people
    return [user for user in users if user not in people or people[user].outside is not False]
