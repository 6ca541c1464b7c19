"""Send a role's new holder its duties, and what they need to take over."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import Brief
from incibot.core.timeline import EntryKind, Recorded
from incibot.core.visibility import may_see
from incibot.errors import Unclear
from incibot.jobs.tools import Tools
from incibot.slack import cards
from incibot.slack.blocks import person, title

WANTED = (EntryKind.DECISION, EntryKind.HYPOTHESIS, EntryKind.QUESTION)


async def brief(job: Brief, tools: Tools, *, again: bool) -> Change | None:
    book = tools.store.book
    try:
        role = book.role(job.role)
    except Unclear:  # the playbook has lost the role meanwhile
        return None
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.post(job.key)
        outcomes = await tx.outcomes(job.incident)
        recent: list[Recorded] = []
        replies: set[tuple[str | None, str | None]] = set()  # who replied in which thread
        async for entry in tx.entries(job.incident):
            if entry.kind is EntryKind.ROLE and entry.data.get("role") == job.role:
                if job.user in entry.data.get("to", ()) and job.user not in entry.data.get(
                    "from", ()
                ):
                    continue
                recent.clear()  # what was said before the last hand-over was handed over then
                continue
            replies.add((entry.source.thread_ts, entry.by))
            if entry.kind in WANTED and entry.retracted_at is None:
                recent.append(entry)
    if not may_see(incident, job.user):
        return None
    recent = [
        entry
        for entry in recent
        if entry.kind is not EntryKind.QUESTION
        or not any(thread == entry.source.ts and by != entry.by for thread, by in replies if thread)
    ]
    channel = known.channel if known else await tools.slack.direct_channel(job.user)
    head = tools.renderer.text(
        "slack/brief.txt.j2",
        role=title(role.title, 100),
        ref=incident.ref,
        title=title(incident.title, 200),
        channel=f"<#{incident.channel}>" if incident.channel else "",
        previous=person(job.previous) if job.previous else "",
    ).strip()
    text, blocks = cards.brief(incident, role, book, head=head, recent=recent, outcomes=outcomes)
    ts = await tools.slack.ensure_message(
        channel,
        key=job.key,
        text=text,
        blocks=blocks,
        known=known.ts if known else None,
        look=again,
    )
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
