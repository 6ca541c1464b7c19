"""Make or refresh the review draft, and hand it to the asker."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from incibot.core.change import Change
from incibot.core.jobs import DraftReview, Echo, ShowHomes
from incibot.core.review.language import Note, check
from incibot.core.timeline import Entry, EntryKind
from incibot.core.visibility import may_see
from incibot.jobs.tools import Tools
from incibot.paper import draft_markdown, to_html
from incibot.slack.blocks import time

SHOWN = 3  # notes in a message; the editor of the pages has them all


async def draft_review(job: DraftReview, tools: Tools, *, again: bool) -> Change | None:
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        if not may_see(incident, job.user):
            return None  # they could when they asked
        history = await tx.history(incident, zone=tools.zone)
        past = await tx.past(history)
        kept = await tx.kept_review(job.incident)
        own = await tx.own_lines(job.incident, job.user)
    title = f"{incident.ref} review draft"
    previous = kept.markdown if kept else None

    def write() -> tuple[str, str, list[Note]]:
        made = draft_markdown(history, tools.store.book, tools.renderer, previous, past=past)
        notes = _about(made, own) if own else []
        return made, to_html(made, title=title, renderer=tools.renderer), notes

    # In a thread: a long timeline takes seconds, in which Slack must be answered all the same.
    markdown, page, notes = await asyncio.to_thread(write)
    if markdown != previous:
        over = kept.version if kept else 0
        await tools.store.write(
            lambda tx: tx.rewrite_review(job.incident, markdown, over=over, by=job.user)
        )
    asked = datetime.fromtimestamp(job.at, UTC)
    channel = await tools.slack.direct_channel(job.user)
    words = tools.renderer.text(
        "slack/review.txt.j2",
        ref=incident.ref,
        asked=time(asked),
        advice=notes[:SHOWN],
        more=len(notes) > SHOWN,
    ).strip()
    await tools.slack.ensure_files(
        channel,
        [
            (f"{incident.ref}-review.html", page.encode()),
            (f"{incident.ref}-review.md", markdown.encode()),
        ],
        title=title,
        words=words,
        look=again,
    )
    entry = Entry(
        key=f"review:{job.asked}",
        kind=EntryKind.REVIEW,
        occurred_at=asked,
        by=job.user,
        words="Drafted the review" if previous is None else "Refreshed the review draft",
    )
    return Change(
        about=incident.number,
        entries=(entry,),
        jobs=(Echo(incident=incident.number, entry=entry.key), ShowHomes()),
    )


def _about(markdown: str, own: frozenset[str]) -> list[Note]:
    """Advice on what the asker wrote; on others' words it is for these others."""
    lines = markdown.split("\n")
    return [
        note for note in check(markdown) if not own.isdisjoint(lines[note.line - 1 : note.end_line])
    ]
