"""The one message of many alerts at once."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import ShowStorm
from incibot.errors import Paused
from incibot.jobs.tools import Tools
from incibot.slack import evidence

OFTEN = 5.0  # seconds between two edits while the storm goes on


async def show_storm(job: ShowStorm, tools: Tools, *, again: bool) -> Change | None:
    """Make it say how many they are now; and, while more may come, look again."""
    async with tools.store.read() as tx:
        storm, at = await tx.storm(job.room, job.storm), tx.at
    if storm is None:
        return None
    text, blocks = evidence.storm(storm, at=at)
    post = await tools.show_in_room(
        job.room, storm.channel, key=job.key, text=text, blocks=blocks, look=again
    )
    if at >= storm.ends_at:
        return Change(posts=(post,))
    await tools.store.write(lambda tx: tx.apply(Change(posts=(post,))))
    raise Paused(min(OFTEN, (storm.ends_at - at).total_seconds()))
