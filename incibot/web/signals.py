"""The pages for those who own an alert or a tool: what alerts were worth, and what got in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby

from aiohttp import web

from incibot.core.history import Completeness, Head
from incibot.core.secrets import mask
from incibot.core.usefulness import Usefulness, usefulness
from incibot.exports.csv_table import inert, line
from incibot.web.site import Site, Viewer

DAYS = (7, 30, 90, 366)
NOTES = 1000  # of friction, on the page
COLUMNS = (
    "title",
    "service",
    "source",
    "fired",
    "outside_08_18_or_paged",
    "acknowledged",
    "led_to_an_incident",
    "useful",
    "not_useful",
    "why",
)


class Signals:
    """The routes."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/alerts", self.alerts),
            web.get("/alerts.csv", self.alerts_table),
            web.get("/friction", self.friction),
        ]

    async def alerts(self, request: web.Request) -> web.StreamResponse:
        viewer, days, found = await self._found(request)
        return self._site.page(
            "web/alerts.html.j2", viewer=viewer, found=found, days=days, spans=DAYS, mask=mask
        )

    async def alerts_table(self, request: web.Request) -> web.StreamResponse:
        _, days, found = await self._found(request)
        return web.Response(
            text=line(COLUMNS)
            + "".join(line([inert(mask(cell)) for cell in _cells(one)]) for one in found),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="alerts-{days}-days.csv"'},
        )

    async def _found(self, request: web.Request) -> tuple[Viewer, int, list[Usefulness]]:
        """Of so many days (`?days=`), night and day by the viewer's own clock."""
        text = request.query.get("days", "")
        days = next((one for one in DAYS if str(one) == text), 30)
        async with self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            heard = await tx.heard(since=tx.at - timedelta(days=days))
        return viewer, days, usefulness(heard, viewer.zone)

    async def friction(self, request: web.Request) -> web.StreamResponse:
        """By month, of incidents that the viewer may see."""
        async with self._site.reading(request) as tx:
            viewer = await self._site.viewer(request, tx)
            found = await tx.frictions(viewer.user, limit=NOTES)
            people = await tx.people()
        heads = {
            incident.number: Head(
                incident=incident,
                people=people,
                completeness=Completeness(),
                workspace_url="",
                zone=viewer.zone,
                at=tx.at,
            )
            for incident, _ in found
        }
        months = groupby(found, lambda one: f"{one[1].occurred_at.astimezone(viewer.zone):%B %Y}")
        return self._site.page(
            "web/friction.html.j2",
            viewer=viewer,
            months=[
                (month, [(heads[incident.number], entry) for incident, entry in some])
                for month, some in months
            ],
        )


def _cells(one: Usefulness) -> Iterator[str]:
    yield from (one.title, one.service, one.source)
    counts = (one.fired, one.woke, one.acknowledged, one.led, one.useful, one.not_useful)
    yield from map(str, counts)
    yield _whys(one.whys)


def _whys(whys: Iterable[tuple[bool, str]]) -> str:
    return "; ".join(f"{'useful' if useful else 'not useful'}: {why}" for useful, why in whys)
