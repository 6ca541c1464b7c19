"""The local Slack put together: `Playground` serves the Web API, OAuth, Socket Mode and the control API."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from incibot.playground import northwind, page
from incibot.playground.control import Beside, Control
from incibot.playground.delivery import ACK_SECONDS, RETRY_DELAYS, Address, Delivery
from incibot.playground.faults import Faults
from incibot.playground.oauth import OAuth
from incibot.playground.people import Person
from incibot.playground.records import Call, Channel
from incibot.playground.responses import Responses
from incibot.playground.terms import Clock, Json, Refusal
from incibot.playground.views import Views
from incibot.playground.web_api import WebApi, receive_upload, token_of
from incibot.playground.workspace import Workspace

UPLOAD_MAX: Final = 64 * 1024 * 1024
SCHEDULE_TICK_SECONDS: Final = 1.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Playground:
    """A Slack workspace on this machine.

    Args:
        clock: the time, aware and in UTC; by default the machine's. One that has a `pace` runs at
            so many of its seconds in a real one.
        signing_secret, bot_token, app_token: what the bot is configured with. Without a bot token
            the app is not installed: somebody has to do that on the page ``/oauth/v2/authorize``.
        client_id, client_secret: what the app shows there.
        name, domain: the workspace's.
        enterprise: the organisation that it belongs to, if any (Enterprise Grid).
        neighbour_of: the playground that serves this one too: another workspace, in which the same
            app may be. It has no address and no page of its own; tokens tell whose call it is.
        request_url: where the bot takes deliveries by HTTP; None for Socket Mode alone.
        manifest: the app's: its commands and shortcuts are offered, and its scopes and events hold
            where `scopes` and `subscriptions` say nothing else.
        scopes: what the bot's token may do; by default everything that is implemented.
        people, rooms, groups: who and what is there; by default Northwind.
        sleep: waits between retries of an event.
        retry_delays: seconds before each retry.
        ack_seconds: how long the bot may take to answer.
        first_id: where ids start to count; a bot that keeps its database over several workspaces
            needs another number for each, or takes new events for old ones.
        escapes_commands: commands carry ``<@U1|ana>`` for a typed ``@ana``.
        subscriptions: event types that the app gets; None is all.
        beside: what the page offers beside the workspace itself.

    Attributes:
        workspace, views, responses, delivery, faults: the parts, to look at and to disturb.
        neighbours: the workspaces that are served here too.
    """

    workspace: Workspace
    views: Views
    responses: Responses
    faults: Faults
    web_api: WebApi
    delivery: Delivery
    _people: dict[str, Person]

    def __init__(
        self,
        *,
        clock: Clock = _utc_now,
        signing_secret: str = "playground-signing-secret",  # noqa: S107 - of a Slack for one machine
        bot_token: str | None = "xoxb-playground",  # noqa: S107
        app_token: str = "xapp-playground",  # noqa: S107
        client_id: str = "1000.2000",
        client_secret: str = "playground-client-secret",  # noqa: S107
        name: str = "Northwind",
        domain: str = "northwind",
        enterprise: str = "",
        neighbour_of: Playground | None = None,
        request_url: str | None = None,
        manifest: Json | None = None,
        scopes: Sequence[str] | None = None,
        people: Sequence[northwind.Someone] = northwind.PEOPLE,
        rooms: Sequence[northwind.Room] = northwind.ROOMS,
        groups: Sequence[northwind.Group] = northwind.GROUPS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        first_id: int = 1,
        escapes_commands: bool = True,
        subscriptions: set[str] | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.signing_secret = signing_secret
        self.app_token = app_token
        self.neighbours: list[Playground] = []
        self._host = neighbour_of
        if neighbour_of is not None:
            neighbour_of.neighbours.append(self)
        self.oauth = OAuth(self, client_id=client_id, client_secret=client_secret)
        self.escapes_commands = escapes_commands
        self.manifest = manifest or {}
        self.beside = beside or Beside()
        asked_for = self.manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
        hears = self.manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events")
        granted = next(one for one in (scopes, asked_for, northwind.SCOPES) if one is not None)
        if subscriptions is None and hears is not None:
            subscriptions = set(hears)

        def furnish(clock: Clock, request_url: Address) -> None:
            self.workspace = Workspace(
                clock=clock,
                name=name,
                domain=domain,
                people=people,
                rooms=rooms,
                groups=groups,
                first_id=first_id,
                sibling=neighbour_of.workspace if neighbour_of else None,
                enterprise=enterprise,
            )
            self.views = Views(self.workspace)
            self.responses = Responses(self.workspace)
            self.faults = Faults()
            self.web_api = WebApi(
                self.workspace,
                self.views,
                lambda: self.delivery,
                self.faults,
                bot_token=bot_token,
                app_token=app_token,
                granted=granted,
                base_url=lambda: self.url,
                oauth=lambda: self.oauth,
            )
            self.delivery = Delivery(
                self.workspace,
                self.faults,
                signing_secret=signing_secret,
                request_url=request_url,
                scopes=self.web_api.scopes,
                sleep=sleep,
                retry_delays=retry_delays,
                ack_seconds=ack_seconds,
                subscriptions=subscriptions,
                sockets=neighbour_of.delivery.sockets if neighbour_of else None,
            )
            self._people = {}

        self._furnish = furnish
        furnish(clock, request_url)
        self._control = Control(self)
        self._runner: web.AppRunner | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._url = ""

    # --- Life ------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begin to serve; port 0 takes a free one.

        Raises:
            ValueError: the host is not this machine's loopback; there are no passwords here.
        """
        if host != "localhost" and not _is_loopback(host):
            raise ValueError(f"the playground binds to loopback only, not to {host}")
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        self._url = f"http://{shown}:{bound[1]}/"
        for one in self.all:
            await one.delivery.start()
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Stop serving; events that are still on their way are lost."""
        if self._ticker is not None:
            self._ticker.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticker
        self._control.end_streams()
        for one in self.all:
            await one.delivery.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def renew(self, clock: Clock) -> None:
        """Begin anew at the same address: another workspace, in which nothing has happened yet.

        What was on its way is lost, faults are off, and whoever follows what changes is let go.
        """
        for one in self.all:
            await one.delivery.stop()
            one._furnish(clock, one.delivery.request_url)
            await one.delivery.start()
        self.oauth.begin()
        self._control.begin()

    async def settled(self, *, retries: bool = False) -> None:
        """Wait until all events have been delivered or refused; with `retries`, finally."""
        for one in self.all:
            one.workspace.post_due()
            await one.delivery.settled(retries=retries)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(SCHEDULE_TICK_SECONDS)
            for one in self.all:
                one.workspace.post_due()

    # --- Where and who -----------------------------------------------------------------------------

    @property
    def all(self) -> list[Playground]:
        """This workspace, and those that are served beside it."""
        return [self, *self.neighbours]

    @property
    def bot_token(self) -> str:
        """The bot's token; raises `Refusal` not_installed where there is none."""
        if self.web_api.bot_token is None:
            raise Refusal("not_installed")
        return self.web_api.bot_token

    @property
    def url(self) -> str:
        """The address of this server, with a slash at the end."""
        return self._host.url if self._host is not None else self._url

    @property
    def api_url(self) -> str:
        """The base of the Web API: what the bot takes for ``https://slack.com/api/``."""
        return f"{self.url}api/"

    @property
    def request_url(self) -> Address:
        """Where the bot takes deliveries by HTTP."""
        return self.delivery.request_url

    @request_url.setter
    def request_url(self, url: Address) -> None:
        for one in self.all:
            one.delivery.request_url = url

    def person(self, known_as: str) -> Person:
        """Somebody, by handle or id; raises `Refusal` user_not_found."""
        user = self.workspace.user(known_as)
        return self._people.setdefault(user.id, Person(self, user))

    def channel(self, known_as: str) -> Channel:
        """A channel, by name or id, whoever may see it; raises `Refusal` channel_not_found."""
        return self.workspace.channel(known_as)

    def tell(self, kind: str, /, **data: Any) -> None:
        """Something has changed beside the workspace that a page may show."""
        self.workspace.tell(kind, **data)

    def calls(self, method: str | None = None) -> list[Call]:
        """The bot's Web API calls, oldest first; of one method if it is named."""
        return [call for call in self.workspace.calls if method in (None, call.method)]

    # --- Routes ------------------------------------------------------------------------------------

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=UPLOAD_MAX, middlewares=[_from_this_machine])
        app.add_routes(
            [
                web.get("/api/{method}", self._call),
                web.post("/api/{method}", self._call),
                *self.oauth.routes(),
                web.get("/link/", self._link),
                web.post("/upload/v1/{file}", self._upload),
                web.get("/files-pri/{team}-{file}/{rest:.*}", self._download),
                web.post("/responses/{key}", self._respond),
                *self._control.routes(),
                *page.routes(),
            ]
        )
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token = await token_of(request) if self.neighbours else None
        whose = next((one for one in self.all if one.web_api.knows(token)), self)
        return await whose.web_api.serve(request)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        return await self.delivery.sockets.serve(request)

    async def _upload(self, request: web.Request) -> web.Response:
        return await receive_upload(self._with_file(request).workspace, request)

    def _with_file(self, request: web.Request) -> Playground:
        named = request.match_info["file"]
        return next((one for one in self.all if named in one.workspace.files), self)

    async def _download(self, request: web.Request) -> web.Response:
        whose = self._with_file(request)
        file = whose.workspace.files.get(request.match_info["file"])
        if request.headers.get("Authorization") != f"Bearer {whose.web_api.bot_token}":
            return web.Response(status=401, text="a token is needed")
        if file is None or file.content is None or "files:read" not in whose.web_api.scopes():
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.json["mimetype"])

    async def _respond(self, request: web.Request) -> web.Response:
        try:
            answer = json.loads(await request.text())
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        if not isinstance(answer, dict):
            return web.Response(status=400, text="invalid_payload")
        key = request.match_info["key"]
        whose = next((one for one in self.all if one.responses.knows(key)), self)
        try:
            whose.responses.use(key, answer)
        except Refusal as refusal:
            gone = refusal.code in ("used_url", "expired_url")
            return web.Response(status=404 if gone else 400, text=refusal.code)
        return web.Response(text="ok")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@web.middleware
async def _from_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep other sites' pages out: they can reach loopback through a person's browser."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if host != "localhost" and not _is_loopback(host):
        return web.Response(status=403, text="the playground is for this machine alone")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return web.Response(status=403, text="the playground is for its own page alone")
    return await handler(request)
