"""Fetch a message that somebody marked and that was never delivered to us."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import Capture, LearnPerson
from incibot.core.people import UserId
from incibot.jobs.tools import Tools
from incibot.store.unit import Transaction


async def capture(job: Capture, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        if await tx.entry_at(job.incident, job.channel, job.ts) is not None:
            return None
        here = await tx.workspace()
    message = await tools.slack.message(job.channel, job.ts)
    if message is None or (here and message.is_by(here.bot_user, here.bot_id)):
        return None
    entry, since, user = message.entry(), message.since, message.user

    async def keep(tx: Transaction) -> list[UserId]:
        await tx.record(job.incident, entry, since=since)
        return await tx.strangers([user] if user else [])

    strangers = await tools.store.write(keep)
    return Change(jobs=tuple(LearnPerson(user=user) for user in strangers))
