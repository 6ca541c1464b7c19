"""The routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import SQLAlchemyError

from incibot import __version__
from incibot.config import ApiToken, Integrations
from incibot.core.incident import number_in
from incibot.errors import TemplateError
from incibot.log import logger
from incibot.render import Renderer
from incibot.store.unit import Clock, Store
from incibot.web import payloads
from incibot.web.api import Api
from incibot.web.hooks import Hooks
from incibot.web.install import INSTALL, REDIRECT, Install
from incibot.web.metrics import Metrics
from incibot.web.pages import Pages
from incibot.web.reviews import Reviews
from incibot.web.signals import Signals
from incibot.web.site import Site
from incibot.web.streaming import Streams
from incibot.web.trouble import SIGNED_OUT, Trouble, edge

BODY = 4 * 1024 * 1024  # bytes of a form that we read: a review, with each letter as three or more
MACHINES = ("/api/", "/slack/", "/hooks/", "/healthz", "/readyz", "/metrics")  # nobody reads these

PEOPLES = (INSTALL, REDIRECT)  # but these are for people

NOTHING = "default-src 'none'; frame-ancestors 'none'"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus's text format

log = logger(__name__)

Deliver = Callable[[dict[str, Any]], Awaitable[BoltResponse]]
Ready = Callable[[], Awaitable[list[str]]]


class _Clock(SignatureClock):
    """Tells slack_sdk our time, so that old signatures are old by the same clock as all else."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def build(
    *,
    deliver: Deliver,
    store: Store,
    metrics: Metrics,
    renderer: Renderer,
    signing_secret: str | None,
    api_tokens: Sequence[ApiToken],
    usual_team: Callable[[], str | None],
    zone: ZoneInfo,
    site: Site | None,
    install: Install | None = None,
    hooks: Hooks,
    ready: Ready,
    clock: Clock,
    integrations: Integrations,
) -> web.Application:
    """The web application.

    Args:
        deliver: hands a genuine payload of Slack's to whoever hears it.
        site: what the pages have in common; None where there are none.
        install: how workspaces get incibot; None where there is one workspace, by its token.
        hooks: who may send evidence.
        usual_team: the workspace of an API token that names none.
        signing_secret: None where Slack delivers by Socket Mode only; then `/slack/events` is shut.
        ready: answers with what is not ready yet, a line each; with nothing when all is.
    """
    verifier = SignatureVerifier(signing_secret, _Clock(clock)) if signing_secret else None

    async def slack_events(request: web.Request) -> web.StreamResponse:
        """Events, commands and interactivity. The answer comes after the commit."""
        if verifier is None:
            return web.json_response({"error": "http mode is off"}, status=404)
        body = await payloads.whole(request)
        try:
            genuine = verifier.is_valid_request(body, payloads.lower(request))
        except (UnicodeDecodeError, ValueError, TypeError):
            genuine = (
                False  # a time that is no number, a body that is no text, a signature beyond ASCII
            )
        if not genuine:
            metrics.heard("request", "unsigned")
            return web.json_response({"error": "invalid request"}, status=401)
        payload = payloads.read(body, request.content_type)
        return await to_aiohttp_response(await deliver(payload))

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "version": __version__})

    async def readyz(_request: web.Request) -> web.Response:
        waits = await ready()
        return web.json_response(
            {"ok": not waits, "waits_for": waits}, status=503 if waits else 200
        )

    async def show_metrics(_request: web.Request) -> web.Response:
        try:
            await metrics.read(store.whole)
        except (SQLAlchemyError, OSError) as trouble:
            log.warning("metrics.stale", error=repr(trouble)[:200])
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    streams = Streams(renderer)
    api = Api(
        store,
        streams,
        tokens=api_tokens,
        usual=usual_team,
        zone=zone,
        base_url=site.base_url if site else None,
    )

    def show(request: web.Request, trouble: Trouble) -> web.Response:
        machine = request.path not in PEOPLES and f"{request.path}/".startswith(MACHINES)
        if site is None or machine:
            return trouble.as_json()
        try:
            if trouble.code == SIGNED_OUT:
                number = number_in(request.match_info.get("ref", ""))
                return site.signed_out(number, trouble)
            return site.trouble(trouble)
        except TemplateError as broken:
            log.error("template.broken", error=str(broken)[:300])
            return trouble.as_json()

    application = web.Application(
        client_max_size=BODY, middlewares=[edge(metrics, show), api.guard()]
    )
    application.on_response_prepare.append(_harden)
    application.add_routes(
        [
            web.post("/slack/events", slack_events),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", show_metrics),
            *hooks.routes(),
            *api.routes(),
            *(install.routes() if install else ()),
            *(Pages(site, streams).routes() if site else ()),
            *(Signals(site).routes() if site else ()),
            *(Reviews(site, streams, integrations).routes() if site else ()),
        ]
    )
    return application


async def _harden(_request: web.Request, answer: web.StreamResponse) -> None:
    """What holds for every answer: nothing is guessed, framed, kept by a cache or passed on."""
    answer.headers.setdefault("Content-Security-Policy", NOTHING)
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers.pop("Server", None)  # it would name versions
