"""Draw somebody's App Home."""

from __future__ import annotations

from datetime import timedelta

from incibot.core.change import Change
from incibot.core.jobs import ShowHome
from incibot.jobs.tools import Tools
from incibot.slack.home import home

LATELY = timedelta(days=30)


async def show_home(job: ShowHome, tools: Tools) -> Change | None:
    async with tools.store.read() as tx:
        open_ = await tx.incidents(job.user)
        ended = await tx.incidents(job.user, over=True, since=tx.at - LATELY, limit=10)
    view = home(job.user, tools.store.book, open_=open_, ended=ended)
    await tools.slack.show_home(job.user, view)
    return None
