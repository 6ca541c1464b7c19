"""Make or refresh the review draft, and hand it to the asker."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from incibot.core.change import Change
from incibot.core.incident import Incident
from incibot.core.jobs import DraftReview, Echo, ShowHomes
from incibot.core.markup import shorten
from incibot.core.playbook import Depth, Playbook
from incibot.core.review.language import Note, check
from incibot.core.review.pictures import without_words
from incibot.core.review.telling import Telling
from incibot.core.timeline import Entry, EntryKind
from incibot.core.visibility import may_see
from incibot.jobs.tools import Tools
from incibot.paper import draft_markdown, draw, to_html
from incibot.png import png
from incibot.slack.blocks import time
from incibot.slack.gateway import ALT, Attachment

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

    def write() -> tuple[str, list[Attachment], list[Note]]:
        book, renderer = _of_depth(tools.store.book, job.depth), tools.renderer
        made = draft_markdown(history, book, renderer, previous, past=past)
        drawn = draw(history, book, renderer)
        page = to_html(made, title=title, renderer=renderer, drawn=drawn)
        files = [
            Attachment(name=f"{incident.ref}-review.html", content=page.encode()),
            Attachment(name=f"{incident.ref}-review.md", content=made.encode()),
            *_picture(incident, Telling(history, book)),
        ]
        return made, files, _about(made, own) if own else []

    # In a thread: a long timeline takes seconds, in which Slack must be answered all the same.
    markdown, files, notes = await asyncio.to_thread(write)
    if markdown != previous:
        over = kept.version if kept else 0
        await tools.store.write(
            lambda tx: tx.rewrite_review(
                job.incident, markdown, over=over, by=job.user, heard=history.voices
            )
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
        files,
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


def _of_depth(book: Playbook, depth: str) -> Playbook:
    return replace(book, review=replace(book.review, depth=Depth(depth))) if depth else book


def _picture(incident: Incident, telling: Telling) -> list[Attachment]:
    """One of the record, to be seen in the message; it says the same in words."""
    picture = without_words(telling)
    if picture is None:
        return []
    says = shorten(" ".join(picture.says), ALT)
    return [Attachment(name=f"{incident.ref}-review.png", content=png(picture), alt=says)]


def _about(markdown: str, own: frozenset[str]) -> list[Note]:
    """Advice on what the asker wrote; on others' words it is for these others."""
    lines = markdown.split("\n")
    return [
        note for note in check(markdown) if not own.isdisjoint(lines[note.line - 1 : note.end_line])
    ]
