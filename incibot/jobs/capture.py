"""Fetch a message that somebody marked and that was never delivered to us."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import Capture, LearnPerson
from incibot.jobs.tools import Tools


async def capture(job: Capture, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        if await tx.entry_at(job.incident, job.channel, job.ts) is not None:
            return None
        here = await tx.workspace()
    message = await tools.slack.message(job.channel, job.ts)
    if message is None or (here and message.is_by(here.bot_user, here.bot_id)):
        return None
    async with tools.store.begin() as tx:
        await tx.record(job.incident, message.entry(), since=message.since)
        strangers = await tx.strangers([message.user] if message.user else [])
    return Change(jobs=tuple(LearnPerson(user=user) for user in strangers))
