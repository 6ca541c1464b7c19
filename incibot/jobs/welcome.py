"""Show somebody who joined, and nobody else, what they need."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import Welcome
from incibot.core.timeline import EntryKind
from incibot.core.visibility import may_see
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools
from incibot.slack import cards

SHOWN = 6  # entries
DULL = (EntryKind.JOINED, EntryKind.LEFT, EntryKind.LINK)


async def welcome(job: Welcome, tools: Tools) -> Change | None:
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        person = await tx.person(job.user)
        last = await tx.last_entries(job.incident, SHOWN * 5)
    if incident.channel is None or (person is not None and person.is_bot):
        return None
    if not may_see(incident, job.user):
        return None  # a guest reads what stands in the channel, and no more
    telling = [entry for entry in last if entry.kind not in DULL][-SHOWN:]
    text, blocks = cards.welcome(
        incident,
        tools.store.book,
        last=telling,
        closing=tools.renderer.text("slack/welcome.txt.j2").strip(),
    )
    try:
        await tools.slack.whisper(incident.channel, job.user, text=text, blocks=blocks)
    except SlackRefused as refused:
        if refused.code != "user_not_in_channel":  # they have left again
            raise
    return None
