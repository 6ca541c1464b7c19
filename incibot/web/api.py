"""`/api/v1`: the record for programs, read-only, in JSON. `docs/api.md` describes it.

A token stands for no person, so it sees what everybody in its workspace may see: public incidents,
no private one.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from incibot.config import ApiToken
from incibot.core import disclosure
from incibot.core.history import Completeness, Head
from incibot.core.incident import Incident, number_in
from incibot.core.people import Directory, zone_of
from incibot.core.secrets import mask
from incibot.core.visibility import NOBODY
from incibot.errors import NotFound, NotInstalled
from incibot.exports import FORMATS
from incibot.exports.json_timeline import compact, person, roles, stamp
from incibot.exports.json_timeline import incident as told
from incibot.paper import to_html
from incibot.store.unit import Store, Transaction
from incibot.web.streaming import SANDBOX, Streams
from incibot.web.trouble import Denied, Handler

ROOT = "/api/v1"
USUAL = 50
MOST = 200
OVER = {"open": False, "ended": True, "all": None}


class Api:
    """The routes below `/api/v1`.

    Args:
        tokens: those that are let in.
        usual: the workspace of a token that names none; None while there is none, or no one of them.
        base_url: where the pages are; None: there are none.
    """

    def __init__(
        self,
        store: Store,
        streams: Streams,
        *,
        tokens: Sequence[ApiToken],
        usual: Callable[[], str | None],
        zone: ZoneInfo,
        base_url: str | None,
    ) -> None:
        self._store = store
        self._usual = usual
        self._streams = streams
        self._tokens = tuple(tokens)
        self._zone = zone
        self._base_url = base_url

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/incidents", self.incidents),
            web.get(f"{ROOT}/incidents/{{ref}}", self.incident),
            web.get(f"{ROOT}/incidents/{{ref}}/timeline", self.timeline),
            web.get(f"{ROOT}/incidents/{{ref}}/review", self.review),
        ]

    def guard(self) -> Any:
        """The layer that lets in only who has a token, to whatever begins with `/api/`."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            if is_for_programs(request):
                self._let_in(request)
            return await handler(request)

        return guarded

    def _let_in(self, request: web.Request) -> str:
        """The workspace whose record the token opens."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        challenge = 'Bearer realm="incibot"'
        if scheme.casefold() != "bearer" or not token.strip():
            words = "A token is needed, as `Authorization: Bearer TOKEN`."
        else:
            digest = sha256(token.strip().encode(errors="surrogateescape")).hexdigest()
            # All are compared, so that the time it takes tells nothing of which one was near.
            known = [one for one in self._tokens if hmac.compare_digest(digest, one.digest)]
            if known:
                return known[0].team or self._usual() or ""
            words = "The token is not known here; INCIBOT_API_TOKENS has those that are."
            challenge += ', error="invalid_token"'
        raise Denied(401, "unauthorized", words, headers={"WWW-Authenticate": challenge})

    @asynccontextmanager
    async def _reading(self, request: web.Request) -> AsyncIterator[Transaction]:
        """A look at the record of the token's workspace."""
        team = self._let_in(request)
        try:
            if not team:
                raise NotInstalled(team)
            async with self._store.of(team).read() as tx:
                if not await tx.is_installed():
                    raise NotInstalled(team)
                yield tx
        except NotInstalled:
            words = "incibot is not installed in that token's workspace, or not yet known there."
            raise Denied(403, "not_installed", words) from None

    async def incidents(self, request: web.Request) -> web.StreamResponse:
        """Newest first, a page at a time; `next_before` leads to the next page."""
        over = OVER[_one_of(request, "status", tuple(OVER))]
        limit = _number(request, "limit", usual=USUAL, most=MOST)
        before = _number(request, "before") if "before" in request.query else None
        async with self._reading(request) as tx:
            found = await tx.incidents_before(NOBODY, over=over, before=before, limit=limit + 1)
            shown = found[:limit]
            head = await self._head(tx, shown[0], self._zone) if shown else None
        rows = [self._told(replace(head, incident=one)) for one in shown] if head else []
        more = shown[-1].number if len(found) > limit else None
        return web.json_response({"incidents": rows, "next_before": more}, dumps=compact)

    async def incident(self, request: web.Request) -> web.StreamResponse:
        async with self._reading(request) as tx:
            incident = await self._seen(request, tx)
            head = await self._head(tx, incident, self._zone)
        update = incident.update
        return web.json_response(
            {
                **self._told(head),
                "roles": roles(head),
                "update": {
                    "text": disclosure.text(head, update.words),
                    "at": stamp(head, update.at),
                    "by": person(head, update.by),
                }
                if update
                else None,
                "tasks": [
                    {
                        "number": task.number,
                        "text": disclosure.text(head, task.words),
                        "assignee": person(head, task.assignee) if task.assignee else None,
                        "done_at": stamp(head, task.done_at) if task.done_at else None,
                    }
                    for task in incident.tasks
                ],
            },
            dumps=compact,
        )

    async def timeline(self, request: web.Request) -> web.StreamResponse:
        words = tuple(one.word for one in sorted(FORMATS, key=lambda one: one.word != "json"))
        word = _one_of(request, "format", words)
        format = next(one for one in FORMATS if one.word == word)
        zone = read_zone(request) or self._zone
        async with self._streams as streams, self._reading(request) as tx:
            incident = await self._seen(request, tx)
            head = await tx.head(incident, zone=zone)
            return await streams.timeline(request, tx, head, format)

    async def review(self, request: web.Request) -> web.StreamResponse:
        word = _one_of(request, "format", ("md", "html"))
        async with self._reading(request) as tx:
            incident = await self._seen(request, tx)
            kept = await tx.kept_review(incident.number)
        if kept is None:
            words = f"{incident.ref} has no review draft yet; `/incident review` makes one."
            raise Denied(404, "no_review", words)
        return review_file(incident, kept.markdown, word, self._streams)

    async def _seen(self, request: web.Request, tx: Transaction) -> Incident:
        return await tx.incident_seen_by(number_of(request), NOBODY)

    async def _head(self, tx: Transaction, incident: Incident, zone: ZoneInfo) -> Head:
        """What is needed to tell of an incident, without reading its timeline."""
        people: Directory = await tx.people()
        return Head(
            incident=incident,
            people=people,
            completeness=Completeness(),
            workspace_url="",
            zone=zone,
            at=tx.at,
        )

    def _told(self, head: Head) -> dict[str, Any]:
        it = head.incident
        return {
            **told(head),
            "open": not self._store.book.is_over(it.status),
            "service": disclosure.typed(head, it.service),
            "summary": disclosure.typed(head, it.summary),
            "declared_at": stamp(head, it.declared_at),
            "page": f"{self._base_url}/incidents/{it.ref}" if self._base_url else None,
        }


def review_file(incident: Incident, markdown: str, word: str, streams: Streams) -> web.Response:
    """The review as a file; `word` is ``md`` or ``html``."""
    title = f"{incident.ref} review draft"
    text = to_html(markdown, streams.renderer, title=title) if word == "html" else mask(markdown)
    return web.Response(
        text=text,
        content_type="text/html" if word == "html" else "text/markdown",
        headers={
            "Content-Disposition": f'attachment; filename="{incident.ref}-review.{word}"',
            "Content-Security-Policy": SANDBOX,
        },
    )


def is_for_programs(request: web.Request) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def number_of(request: web.Request) -> int:
    """The number that the path names. Raises NotFound where it names none."""
    number = number_in(request.match_info["ref"])
    if number is None:
        raise NotFound("There is no such incident.")
    return number


def read_zone(request: web.Request) -> ZoneInfo | None:
    """The zone that `?tz=` names; None if it is left out."""
    name = request.query.get("tz", "")
    zone = zone_of(name)
    if name and zone is None:
        words = "There is no time zone of that name. `tz` wants one such as Europe/Paris or UTC."
        raise Denied(400, "bad_time_zone", words)
    return zone


def _one_of(request: web.Request, name: str, words: tuple[str, ...]) -> str:
    """What was asked for; the first of the words if nothing was."""
    word = request.query.get(name, words[0])
    if word not in words:
        raise Denied(400, f"bad_{name}", f"`{name}` is one of {', '.join(words)}.")
    return word


def _number(request: web.Request, name: str, *, usual: int = 0, most: int = 10**9) -> int:
    text = request.query.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        raise Denied(400, f"bad_{name}", f"`{name}` is a whole number from 1 to {most}.")
    return int(text)
