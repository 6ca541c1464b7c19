"""Put what somebody confirmed on the public status page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from incibot.core import publishing
from incibot.core.change import Change
from incibot.core.jobs import Publish
from incibot.core.publication import Publication, Way
from incibot.errors import CallRefused
from incibot.integrations.status_page import SYSTEM, StatusPage
from incibot.jobs.tools import Tools
from incibot.store.unit import Transaction


async def publish(job: Publish, tools: Tools, *, again: bool) -> Change | None:
    """The oldest that waits; one that was refused only when nothing newer waits."""
    async with tools.store.read() as tx:
        all_of_it = await tx.publications(job.incident)
    config = tools.integrations.status_page
    waiting = [one for one in all_of_it if one.way is Way.WAITING]
    last = all_of_it[-1] if all_of_it else None
    if not waiting and last is not None and last.way is Way.REFUSED:
        waiting = [last]
    if not waiting:
        return None
    if config is None:
        raise CallRefused(SYSTEM, "there is no status_page in the configuration any more")
    there = next((one.there for one in reversed(all_of_it) if one.there), "")
    publication = replace(waiting[0], there=there)
    page = StatusPage(tools.http, config)
    try:
        found = await page.find(publication) if again else None
        if found is None:
            found = await page.post(publication)
    except CallRefused:
        await tools.store.write(lambda tx: tx.apply(_refused(publication)))
        if len(waiting) > 1:
            await _go_on(job, tools)
        raise
    return publishing.posted(
        publication, found.id, found.url, more=len(waiting) > 1, at=tools.clock()
    )


async def _go_on(job: Publish, tools: Tools) -> None:
    """Those that came after one that was refused: it is laid aside, and they need not wait for it."""
    while change := await publish(job, tools, again=True):
        await tools.store.write(partial(Transaction.apply, change=change))


def _refused(publication: Publication) -> Change:
    refused = replace(publication, way=Way.REFUSED, there="")
    return Change(about=publication.incident, publications=(refused,))
