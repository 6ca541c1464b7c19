"""The pages of a review draft: read it, make it anew from the timeline, and write in it together."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from incibot.config import Integrations
from incibot.config.trackers import usual
from incibot.core import following
from incibot.core.change import Change
from incibot.core.history import Head, History
from incibot.core.incident import Incident
from incibot.core.jobs import Echo, ShowHomes
from incibot.core.review.language import SHOWN, Note, check
from incibot.core.review.pictures import Picture
from incibot.core.review.prose import lines_of
from incibot.core.secrets import mask
from incibot.core.timeline import Entry, EntryKind, Recorded
from incibot.errors import Conflict, NotFound, Refused
from incibot.log import logger
from incibot.paper import body_of, draft_markdown, draw
from incibot.store.unit import KeptReview, Transaction
from incibot.web.api import number_of, review_file
from incibot.web.site import CHARACTERS, Site, Viewer
from incibot.web.streaming import Streams
from incibot.web.trouble import Denied, Unsaved

TRIES = 3  # to make a draft anew while others write in it
COMPARED = 4000  # lines of a text up to which two are compared line by line
DRAWN = 5000  # entries of which pictures are drawn while somebody waits for the page
SAID_OF = 100  # lines of which an address speaks at most
AROUND = 90  # characters that are shown to the left and right of words that advice is about

log = logger(__name__)


class Reviews:
    """The routes for people who learn from an incident."""

    def __init__(self, site: Site, streams: Streams, integrations: Integrations) -> None:
        self._site = site
        self._streams = streams
        self._trackers = integrations.trackers

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/incidents/{ref}/review", self.show),
            web.post("/incidents/{ref}/review", self.refresh),
            web.get("/incidents/{ref}/review.{extension:md|html}", self.download),
            web.get("/incidents/{ref}/review/edit", self.edit),
            web.post("/incidents/{ref}/review/edit", self.save),
            web.post("/incidents/{ref}/followups", self.make_issues),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        async with self._site.reading(request) as tx:
            viewer, incident, kept = await self._read(request, tx)
            head = await tx.head(incident, zone=viewer.zone)
            intended = await tx.intended(incident)
            read = _first(tx.entries(incident.number), DRAWN + 1 if kept else 0)
            entries = [one async for one in read]
        long = len(entries) > DRAWN
        history = History(head=head, entries=() if long else tuple(entries))
        # In a thread, since the text may be long as well.
        body, drawn = await asyncio.to_thread(self._shown, kept, history)
        return self._site.page(
            "web/review.html.j2",
            viewer=viewer,
            head=head,
            kept=kept,
            intended=intended,
            tracker=usual(self._trackers, incident.service),
            body=body,
            drawn=drawn,
            long=long,
            said=SAID.get(request.query.get("said", ""), ""),
        )

    def _shown(
        self, kept: KeptReview | None, history: History
    ) -> tuple[str, list[tuple[Picture, Markup]]]:
        """The draft as HTML, and the pictures that go with it."""
        if kept is None:
            return "", []
        return body_of(kept.markdown), draw(history, self._site.book, self._site.renderer)

    async def download(self, request: web.Request) -> web.StreamResponse:
        async with self._site.reading(request) as tx:
            _, incident, kept = await self._read(request, tx)
        if kept is None:
            raise NotFound("There is no review yet.")
        return review_file(incident, kept.markdown, request.match_info["extension"], self._streams)

    async def refresh(self, request: web.Request) -> web.StreamResponse:
        """Make the draft, or make it anew; what people wrote in it stays."""
        fields = await self._site.form(request)
        number = number_of(request)
        for attempt in range(1, TRIES + 1):
            async with self._site.reading(request) as tx:
                viewer = await self._site.viewer(request, tx)
                self._site.check(request, fields)
                incident = await tx.incident_seen_by(number, viewer.user)
                history = await tx.history(incident, zone=self._site.zone)
                past = await tx.past(history)
                kept = await tx.kept_review(number)
            # In a thread, since a long timeline takes longer than Slack waits for an answer.
            markdown = await asyncio.to_thread(
                draft_markdown,
                history,
                self._site.book,
                self._site.renderer,
                kept.markdown if kept else None,
                past=past,
            )
            if kept is not None and markdown == kept.markdown:
                return self._go_to_review(incident, "same")
            try:
                await self._site.store_for(request).write(
                    partial(_keep, history, markdown, kept, viewer)
                )
                return self._go_to_review(incident, "refreshed" if kept else "drafted")
            except Conflict:
                if attempt == TRIES:
                    raise
        raise Conflict(f"the review of INC-{number}")

    async def make_issues(self, request: web.Request) -> web.StreamResponse:
        """Have an issue made of one follow-up, or of all; of a private incident, of confirmed words."""
        fields = await self._site.form(request)
        number = number_of(request)
        which = fields.get("which", "")
        async with self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            self._site.check(request, fields)
            incident = await tx.incident_seen_by(number, viewer.user)
        words = mask(fields.get("words", "").strip()) if "confirm" in fields else ""
        tracker = usual(self._trackers, incident.service)
        if tracker is None or (incident.private and not words):
            return self._go_to_review(incident, "unconfirmed")

        async def make(tx: Transaction) -> None:
            now = await tx.incident_seen_by(number, viewer.user)
            found = await tx.intended(now)
            chosen = found.without_issue if which == "all" else (found.find(which),)
            await tx.apply(
                following.make_issues(
                    now,
                    chosen,
                    found.known,
                    tracker.name,
                    by=viewer.user,
                    at=tx.at,
                    key=f"web:{which}",
                    leaving={which: words} if words else {},
                )
            )

        await self._site.store_for(request).write(make)
        return self._go_to_review(incident, "asked")

    async def edit(self, request: web.Request) -> web.StreamResponse:
        async with self._site.reading(request) as tx:
            viewer, incident, kept = await self._read(request, tx)
            head = await tx.head(incident, zone=viewer.zone)
        if kept is None:
            return self._go_to_review(incident, "")
        advice: list[Advice] = []
        query = request.query
        if query.get("saved") == str(
            kept.version
        ):  # they have just saved it, and nobody else since
            named = query.get("lines", "").split(",")
            lines = {int(one) for one in named if one.isdecimal() and len(one) < 8}
            advice = await _advice(kept.markdown, lines)
        return self._editor(
            viewer, head, text=kept.markdown, over=kept.version, advice=advice, saved=bool(advice)
        )

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Keep what somebody typed, unless somebody else saved since they began.

        Raises:
            Unsaved: it could not be kept; the answer hands it back to them.
        """
        fields = await self._site.form(request)
        typed = fields.get("markdown", "").replace("\r\n", "\n").replace("\r", "\n")
        typed = typed.replace("\0", "")  # PostgreSQL stores none
        # In a thread, as below: it may be long. What is in a review is for many to read.
        masked = await asyncio.to_thread(mask, typed)
        try:
            return await self._save(request, fields, masked)
        except (Refused, SQLAlchemyError, OSError) as cause:
            raise Unsaved(typed, cause) from cause

    async def _save(
        self, request: web.Request, fields: dict[str, str], typed: str
    ) -> web.StreamResponse:
        async with self._site.reading(request) as tx:
            viewer, incident, kept = await self._read(request, tx)
            head = await tx.head(incident, zone=viewer.zone)
        self._site.check(request, fields)
        if len(typed) > CHARACTERS:
            raise Denied(413, "too_large", f"A review has at most {CHARACTERS:,} characters.")
        version = fields.get("version", "")
        if not (version.isascii() and version.isdigit() and len(version) < 10) or kept is None:
            raise Denied(400, "bad_form", "That is no form of incibot's.")
        if "look" in fields:
            advice = await _advice(typed, None)
            return self._editor(
                viewer, head, text=typed, over=int(version), advice=advice, looked=True
            )
        if typed == kept.markdown:
            return self._go_to_review(incident, "saved")
        try:
            await self._site.store_for(request).write(
                lambda tx: tx.rewrite_review(
                    incident.number, typed, over=int(version), by=viewer.user
                )
            )
        except Conflict:
            async with self._site.reading(request) as tx:
                _, _, now = await self._read(request, tx)
            return self._editor(viewer, head, text=typed, over=int(version), now=now)
        log.info("review.saved", incident=incident.number, user=viewer.user)
        lines = {one.line for one in await _advice(typed, _new_lines(kept.markdown, typed))}
        if lines:  # shown to the writer alone, so not on the page that all read
            listed = ",".join(map(str, sorted(lines)[:SAID_OF]))
            path = f"/incidents/{incident.ref}/review/edit"
            return self._site.go_to(f"{path}?saved={int(version) + 1}&lines={listed}#advice")
        return self._go_to_review(incident, "saved")

    def _editor(
        self,
        viewer: Viewer,
        head: Head,
        *,
        text: str,
        over: int,
        now: KeptReview | None = None,
        advice: list[Advice] | None = None,
        saved: bool = False,
        looked: bool = False,
    ) -> web.Response:
        """The text to write in.

        Args:
            now: what somebody else saved meanwhile, to be looked at first.
            advice: on words of the one who writes; nobody else is shown it.
            saved, looked: it comes after they saved the text, or asked for the advice.
        """
        advice = advice or []
        return self._site.page(
            "web/edit.html.j2",
            status=409 if now else 200,
            viewer=viewer,
            head=head,
            text=text,
            version=now.version if now else over,
            now=now,
            differences=_differences(now.markdown, text) if now else [],
            advice=advice[:SHOWN],
            more=advice[SHOWN:],
            saved=saved,
            looked=looked,
        )

    async def _read(
        self, request: web.Request, tx: Transaction
    ) -> tuple[Viewer, Incident, KeptReview | None]:
        viewer = await self._site.viewer(request, tx)
        incident = await tx.incident_seen_by(number_of(request), viewer.user)
        return viewer, incident, await tx.kept_review(incident.number)

    def _go_to_review(self, incident: Incident, said: str) -> web.Response:
        query = f"?said={said}" if said else ""
        return self._site.go_to(f"/incidents/{incident.ref}/review{query}")


SAID = {
    "saved": "Saved.",
    "drafted": "Here is the draft, from the timeline. What it means is yours to add.",
    "refreshed": "Made anew from the timeline. What people wrote stayed.",
    "asked": "The issue is being made; its link is here when you load the page again.",
    "unconfirmed": "No issue is made: the words that may leave were not confirmed.",
    "same": "The timeline says nothing that is not here already.",
}


async def _first(entries: AsyncIterator[Recorded], most: int) -> AsyncIterator[Recorded]:
    """No more than so many of them."""
    if not most:
        return
    async for entry in entries:
        yield entry
        most -= 1
        if not most:
            return


async def _keep(
    history: History, markdown: str, kept: KeptReview | None, viewer: Viewer, tx: Transaction
) -> None:
    over, incident = kept.version if kept else 0, history.incident
    await tx.rewrite_review(
        incident.number, markdown, over=over, by=viewer.user, heard=history.voices
    )
    if kept is None:
        await tx.apply(_drafted(incident, viewer, tx))


def _drafted(incident: Incident, viewer: Viewer, tx: Transaction) -> Change:
    """The same note of it as `/incident review` leaves."""
    entry = Entry(
        key=f"review:web:{incident.number}",
        kind=EntryKind.REVIEW,
        occurred_at=tx.at,
        by=viewer.user,
        words="Drafted the review",
    )
    echo = Echo(incident=incident.number, entry=entry.key)
    return Change(about=incident.number, entries=(entry,), jobs=(echo, ShowHomes()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A note on the writer's words, with what stands around them."""

    note: Note
    line: int
    before: str
    after: str


async def _advice(text: str, lines: set[int] | None) -> list[Advice]:
    """On the words in those lines; None: in all. In a thread, since a text may be long."""
    if lines is not None and not lines:
        return []
    notes = await asyncio.to_thread(check, text)
    written = lines_of(text)
    found = []
    for note in notes:
        if lines is None or not lines.isdisjoint(range(note.line, note.end_line + 1)):
            before = written[note.line - 1][: note.column - 1]
            after = written[note.end_line - 1][note.end_column - 1 :].rstrip()
            found.append(
                Advice(
                    note=note,
                    line=note.line,
                    before=f"…{before[-AROUND:]}" if len(before) > AROUND else before,
                    after=f"{after[:AROUND]}…" if len(after) > AROUND else after,
                )
            )
    return found


def _new_lines(before: str, after: str) -> set[int]:
    """The lines of the text, counted from 1, that the one before did not have."""
    known = set(lines_of(before))
    return {number for number, line in enumerate(lines_of(after), start=1) if line not in known}


def _differences(theirs: str, ours: str) -> list[tuple[str, str]]:
    """What differs, as lines: ``theirs`` and ``ours``, with ``same`` ones around, ``gap`` between."""
    before, after = theirs.splitlines(), ours.splitlines()
    if max(len(before), len(after)) > COMPARED:
        return []
    sides = {"-": "theirs", "+": "ours", " ": "same", "@": "gap"}
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    return [(sides[line[0]], line[1:]) for line in lines]
