"""The pages of incidents: the way in, the list, a timeline and its downloads."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from incibot.core.history import Completeness, Head
from incibot.core.timeline import Recorded
from incibot.errors import NotFound
from incibot.exports import FORMATS
from incibot.store.unit import Transaction
from incibot.web.api import number_of, read_zone
from incibot.web.site import VISITOR, Site
from incibot.web.streaming import Streams, send
from incibot.web.trouble import Denied

OPEN = 300  # open incidents on the list
ENDED = 50  # ended ones on a page of it
NAMES = {
    "md": "Markdown",
    "markers": "Markers",
    "transcript": "Transcript",
}  # of formats that people call by more than their letters


class Pages:
    """The routes for people who look at incidents."""

    def __init__(self, site: Site, streams: Streams) -> None:
        self._site = site
        self._streams = streams

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.start),
            web.get("/enter", self.show_door),
            web.post("/enter", self.enter),
            web.post("/leave", self.leave),
            web.get("/incidents", self.incidents),
            web.get("/incidents/{ref}", self.incident),
            web.get("/incidents/{ref}/timeline.{extension}", self.download),
        ]

    # The way in

    async def start(self, _request: web.Request) -> web.StreamResponse:
        return self._site.go_to("/incidents")

    async def show_door(self, request: web.Request) -> web.StreamResponse:
        """A button. Looking does not use the ticket up, since programs look at links too."""
        site, text = self._site, request.query.get("ticket", "")
        ticket = site.read_ticket(text)
        if ticket is None:
            raise _used_up()
        async with site.store_of(ticket.who).read() as tx:
            person = await tx.person(ticket.who.user)
        if site.signed_in(request) == ticket.who:
            return site.go_to(_goal(ticket.number))
        cookie = request.cookies.get(VISITOR) or secrets.token_urlsafe(18)
        answer = site.page(
            "web/enter.html.j2",
            ticket=text,
            token=site.doors.form_token(cookie),
            who=person.name if person else ticket.who.user,
        )
        site.know_visitor(answer, cookie)
        return answer

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Uses the ticket up, and signs its holder in."""
        site, fields = self._site, await self._site.form(request)
        site.check(request, fields, cookie=VISITOR)
        ticket = site.read_ticket(fields.get("ticket", ""))
        if ticket is None:
            raise _used_up()
        nonce = ticket.nonce

        async def use_up(tx: Transaction) -> None:
            if not await tx.is_installed() or not await tx.receive(f"ticket:{nonce}"):
                raise _used_up()

        await site.store_of(ticket.who).write(use_up)
        answer = site.go_to(_goal(ticket.number))
        site.sign_in(answer, ticket.who)
        return answer

    async def leave(self, request: web.Request) -> web.StreamResponse:
        site = self._site
        site.check(request, await site.form(request))
        answer = site.go_to("/incidents")
        site.sign_out(answer)
        return answer

    # Incidents

    async def incidents(self, request: web.Request) -> web.StreamResponse:
        """Open ones, and ended ones a page at a time (`?before=` a number)."""
        text = request.query.get("before", "")
        before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        async with self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            running = []
            if before is None:
                running = await tx.incidents_before(
                    viewer.user, over=False, before=None, limit=OPEN + 1
                )
            ended = await tx.incidents_before(
                viewer.user, over=True, before=before, limit=ENDED + 1
            )
            people = await tx.people()
        first = next(iter(running + ended), None)
        heads = []
        if first is not None:
            head = Head(
                incident=first,
                people=people,
                completeness=Completeness(),
                workspace_url="",
                zone=viewer.zone,
                at=tx.at,
            )
            heads = [replace(head, incident=one) for one in running + ended]
        return self._site.page(
            "web/incidents.html.j2",
            viewer=viewer,
            book=self._site.book,
            running=heads[: min(len(running), OPEN)],
            ended=heads[len(running) :][:ENDED],
            older=ended[ENDED - 1].number if len(ended) > ENDED else None,
            before=before,
        )

    async def incident(self, request: web.Request) -> web.StreamResponse:
        """The timeline, whole or (`?only=key`) its key moments, as the HTML export shows it."""
        asked, number, only = read_zone(request), number_of(request), request.query.get("only", "")
        nonce = secrets.token_urlsafe(18)
        async with self._streams, self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            incident = await tx.incident_seen_by(number, viewer.user)
            head = await tx.head(incident, zone=asked or viewer.zone)
            entries, zone = tx.entries(number), urlencode({"tz": head.zone.key})
            chunks = self._site.renderer.stream(
                "web/incident.html.j2",
                **self._site.frame(viewer, nonce),
                head=head,
                entries=_key_moments(entries) if only == "key" else entries,
                only=only,
                files=[
                    (NAMES.get(one.word, one.word.upper()), f"timeline.{one.extension}?{zone}")
                    for one in FORMATS
                ],
            )
            return await send(
                request, chunks, media_type="text/html", headers=self._site.headers(nonce)
            )

    async def download(self, request: web.Request) -> web.StreamResponse:
        asked, extension = read_zone(request), request.match_info["extension"]
        format = next((one for one in FORMATS if one.extension == extension), None)
        async with self._streams as streams, self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            incident = await tx.incident_seen_by(number_of(request), viewer.user)
            if format is None:
                raise NotFound("There is no such format.")
            head = await tx.head(incident, zone=asked or viewer.zone)
            return await streams.timeline(request, tx, head, format)


async def _key_moments(entries: AsyncIterator[Recorded]) -> AsyncIterator[Recorded]:
    async for entry in entries:
        if entry.key_moment:
            yield entry


def _goal(number: int | None) -> str:
    return f"/incidents/INC-{number}" if number else "/incidents"


def _used_up() -> Denied:
    return Denied(
        403,
        "ticket",
        "This link has been used, or its ten minutes are over. "
        "Type /incident web in Slack to get a new one.",
    )
