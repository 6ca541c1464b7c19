"""What every page has in common: who is looking, the frame around it, and forms that only it can send."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from incibot.core.people import UserId, zone_of
from incibot.core.playbook import Playbook
from incibot.errors import NotInstalled
from incibot.render import Renderer
from incibot.store.unit import Store, Transaction
from incibot.web.sessions import SESSION_LASTS, TICKET_LASTS, Doorkeeper, SignedOut, Ticket, Who
from incibot.web.trouble import Denied, Trouble

SESSION = "incibot_session"
VISITOR = "incibot_visitor"  # of who is not signed in yet, for the form that signs them in
CHARACTERS = 1_000_000  # of a text that somebody saves


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is signed in. `zone`: theirs in Slack; `token`: what their forms carry."""

    user: UserId
    name: str
    zone: ZoneInfo
    token: str


class Site:
    """The pages' address, look and locks.

    Attributes:
        base_url: their public address, without a slash at its end.
        root: what comes before each path, where a proxy puts incibot below one; else empty.
    """

    def __init__(
        self,
        store: Store,
        renderer: Renderer,
        doors: Doorkeeper,
        *,
        base_url: str,
        zone: ZoneInfo,
    ) -> None:
        address = urlsplit(base_url)
        self._store = store
        self.renderer = renderer
        self.doors = doors
        self.root = address.path
        self.zone = zone
        self.base_url = base_url
        self._secure = address.scheme == "https"

    @property
    def book(self) -> Playbook:
        return self._store.book

    def door(self, team: str) -> Callable[[UserId, datetime, int | None], str]:
        """Makes addresses that sign somebody of that workspace in, once and soon; to an incident's
        page, or to the list.
        """

        def open_for(user: UserId, at: datetime, number: int | None) -> str:
            ticket = self.doors.ticket(Who(team=team, user=user), at=at, number=number)
            return f"{self.base_url}/enter?ticket={ticket}"

        return open_for

    def signed_in(self, request: web.Request) -> Who | None:
        """Whom the cookie names."""
        return self.doors.read_session(request.cookies.get(SESSION, ""), at=self._store.clock())

    def read_ticket(self, text: str) -> Ticket | None:
        """None for one that is not ours, or too old."""
        return self.doors.read_ticket(text, at=self._store.clock())

    def store_of(self, who: Who) -> Store:
        """The database as their workspace sees it."""
        return self._store.of(who.team)

    def store_for(self, request: web.Request) -> Store:
        """The same for whoever is signed in. Raises SignedOut where nobody is."""
        who = self.signed_in(request)
        if who is None:
            raise SignedOut
        return self.store_of(who)

    @asynccontextmanager
    async def reading(self, request: web.Request) -> AsyncIterator[Transaction]:
        """A look at what whoever is signed in may look at, with `viewer` to say who that is."""
        try:
            async with self.store_for(request).read() as tx:
                yield tx
        except NotInstalled:
            raise SignedOut from None

    async def viewer(self, request: web.Request, tx: Transaction) -> Viewer:
        """Who is looking.

        Raises:
            SignedOut: nobody is signed in, they have left the workspace, or incibot has.
        """
        cookie = request.cookies.get(SESSION, "")
        who = self.doors.read_session(cookie, at=tx.at)
        if who is None or who.team != tx.team or not await tx.is_installed():
            raise SignedOut
        person = await tx.person(who.user)
        if person is not None and person.deleted:
            raise SignedOut
        return Viewer(
            user=who.user,
            name=person.name if person else who.user,
            zone=(zone_of(person.zone) if person else None) or self.zone,
            token=self.doors.form_token(cookie),
        )

    # Forms

    async def form(self, request: web.Request) -> dict[str, str]:
        """The fields of a form that was sent."""
        body = (await request.read()).decode(errors="replace")
        try:
            fields = parse_qs(body, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            raise Denied(400, "bad_form", "That is no form of incibot's.") from None
        return {name: values[-1] for name, values in fields.items()}

    def check(self, request: web.Request, fields: dict[str, str], *, cookie: str = SESSION) -> None:
        """That the form came from a page of ours, which this visitor was shown.

        Raises:
            Denied: it did not.
        """
        if not self.doors.is_form_token(fields.get("token", ""), request.cookies.get(cookie, "")):
            words = "That form was not made for you, or is too old. Load the page again, and retry."
            raise Denied(403, "bad_token", words)

    # Answers

    def page(
        self, template: str, *, status: int = 200, viewer: Viewer | None = None, **values: Any
    ) -> web.Response:
        nonce = secrets.token_urlsafe(18)
        text = self.renderer.text(template, **self.frame(viewer, nonce), **values)
        return web.Response(
            text=text, status=status, content_type="text/html", headers=self.headers(nonce)
        )

    def frame(self, viewer: Viewer | None, nonce: str) -> dict[str, Any]:
        """What the frame of a page is filled in with."""
        return {"root": self.root, "viewer": viewer, "nonce": nonce}

    def headers(self, nonce: str) -> dict[str, str]:
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}

    def trouble(self, trouble: Trouble) -> web.Response:
        answer = self.page("web/trouble.html.j2", status=trouble.status, trouble=trouble)
        answer.headers.update(trouble.headers)
        return answer

    def signed_out(self, number: int | None, trouble: Trouble) -> web.Response:
        """How to sign in. It says the same of each number, whether there is such an incident or not."""
        return self.page(
            "web/signed_out.html.j2", status=trouble.status, number=number, trouble=trouble
        )

    def go_to(self, path: str) -> web.Response:
        """Another page, to be fetched with GET."""
        return web.Response(status=303, headers={"Location": self.root + path})

    # Cookies

    def sign_in(self, answer: web.Response, who: Who) -> None:
        session = self.doors.session(who, at=self._store.clock())
        self._set(answer, SESSION, session, seconds=int(SESSION_LASTS.total_seconds()))
        self._forget(answer, VISITOR)

    def sign_out(self, answer: web.Response) -> None:
        self._forget(answer, SESSION)

    def know_visitor(self, answer: web.Response, cookie: str) -> None:
        self._set(answer, VISITOR, cookie, seconds=int(TICKET_LASTS.total_seconds()))

    def _set(self, answer: web.Response, name: str, value: str, *, seconds: int) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path=f"{self.root}/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",  # Strict would sign out whoever follows a link from Slack
        )

    def _forget(self, answer: web.Response, name: str) -> None:
        self._set(answer, name, "", seconds=0)
