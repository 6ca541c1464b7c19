"""The way into Slack's Web API: HTTP requests, tokens, scopes, limits and faults around `methods`."""

from __future__ import annotations

import asyncio
import base64
import binascii
import copy
import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from aiohttp import BodyPartReader, web

from incibot.playground.asking import Asked, Method
from incibot.playground.delivery import Delivery
from incibot.playground.faults import Faults, What
from incibot.playground.methods import METHODS
from incibot.playground.records import Call
from incibot.playground.terms import Json, Refusal
from incibot.playground.views import Views
from incibot.playground.workspace import Workspace

if TYPE_CHECKING:
    from incibot.playground.oauth import OAuth

UNSEEN: Final = frozenset({"token", "client_secret", "code"})
"""Arguments that nobody is shown."""


class WebApi:
    """The endpoint ``/api/{method}``.

    Args:
        granted: the scopes of the bot's token.
        bot_token: the bot's; None where the app is not installed yet.
        base_url: answers with the address of this server, ending in a slash.
        oauth: how the app gets into a workspace.

    Attributes:
        bot_token: the one that is good now; None for none.
    """

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        delivery: Callable[[], Delivery],
        faults: Faults,
        *,
        bot_token: str | None,
        app_token: str,
        granted: Sequence[str],
        base_url: Callable[[], str],
        oauth: Callable[[], OAuth],
    ) -> None:
        self.workspace = workspace
        self.views = views
        self.faults = faults
        self.delivery = delivery
        self.base_url = base_url
        self.oauth = oauth
        self.bot_token = bot_token
        self._ended: set[str] = set()
        self._app_token = app_token
        self._granted = frozenset(granted)
        if bot_token is None:
            workspace.be_without_app()

    def install(self, scopes: Iterable[str]) -> str:
        """Let the app in with these scopes, and those that it had; the bot's token."""
        had = self._granted if self.workspace.installed else frozenset()
        self._granted = had | frozenset(scopes)
        self.workspace.install()
        if self.bot_token is None:  # else it stays what it was
            team, number = self.workspace.team_id, self.workspace.ids.number("token")
            self.bot_token = f"xoxb-{team}-{number}-{self.workspace.ids.hexes('bot token', 24)}"
        return self.bot_token

    def uninstall(self) -> None:
        """Put the app out; its token ends."""
        self.workspace.uninstall()
        self.end_token()

    def end_token(self) -> None:
        """Make the bot's token good for nothing."""
        if self.bot_token is not None:
            self._ended.add(self.bot_token)
        self.bot_token = None

    def knows(self, token: str | None) -> bool:
        """Whether a token is, or was, the bot's in this workspace."""
        return token is not None and (token == self.bot_token or token in self._ended)

    def scopes(self) -> set[str]:
        """The scopes that the bot's token has now."""
        return set(self._granted - self.faults.without_scopes)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name, began = request.match_info["method"], time.monotonic()
        if self.faults.slow_calls:
            await asyncio.sleep(self.faults.slow_calls)
        self.workspace.post_due()
        try:
            args, warnings = await _arguments(request, METHODS.get(name))
        except Refusal as refusal:
            return self._reply(name, {}, refusal.answer(), 200, began)
        token = _token(request, args)
        args |= _client(request)
        fault = self.faults.next_for(name)
        if fault is not None and fault.what is not What.ANSWER_LOST:
            if fault.what is What.DROPPED:
                self._note(name, args, None, 0, began)
                return _drop(request)
            if fault.what is What.RATE_LIMITED:
                return self._limited(name, args, fault.retry_after, began)
            status = fault.status if fault.what is What.STATUS else 200
            answer = {"ok": False, "error": fault.error}
            return self._reply(name, args, answer, status, began)
        try:
            known = self._admitted(name, token, request.method)
            posted = str(args.get("channel", "")) if name == "chat.postMessage" else ""
            wait = self.faults.wait_for(name, posted, tier=known.tier, now=self.workspace.now())
            if wait:
                return self._limited(name, args, wait, began)
            answer = self._work(known, args, warnings)
        except Refusal as refusal:
            answer = refusal.answer()
            if refusal.code == "unknown_method":
                answer["req_method"] = name
        if fault is not None:
            self._note(name, args, answer, 0, began)
            return _drop(request)
        return self._reply(name, args, answer, 200, began)

    def _admitted(self, name: str, token: str | None, verb: str) -> Method:
        if name not in METHODS:
            raise Refusal("unknown_method")
        known = METHODS[name]
        if known.post_only and verb != "POST":
            raise Refusal("unsupported_http_method")
        if known.no_token:
            return known
        if not token:
            raise Refusal("not_authed")
        if self.faults.auth_error:
            raise Refusal(self.faults.auth_error)
        if token in self._ended:
            raise Refusal("account_inactive")
        if token not in (self.bot_token, self._app_token):
            raise Refusal("invalid_auth")
        if known.app_token is not (token == self._app_token) and name != "blocks.validate":
            raise Refusal("not_allowed_token_type")
        return known

    def _work(self, known: Method, args: Json, warnings: list[str]) -> Json:
        asked = Asked(self, known.name, args)
        asked.warnings += warnings
        asked.need(known.scopes)
        missing = [name for name in known.required if args.get(name) is None]
        if missing:
            messages = [f"[ERROR] missing required field: {name}" for name in missing]
            raise Refusal("invalid_arguments", *messages)
        answer = {"ok": True, **known.run(asked)}
        if asked.warnings:
            answer["warning"] = ",".join(asked.warnings)
            answer.setdefault("response_metadata", {})["warnings"] = asked.warnings
        return answer

    def _limited(self, name: str, args: Json, retry_after: int, began: float) -> web.Response:
        answer = {"ok": False, "error": "ratelimited"}
        response = self._reply(name, args, answer, 429, began)
        response.headers["Retry-After"] = str(retry_after)
        return response

    def _reply(
        self, name: str, args: Json, answer: Json, status: int, began: float
    ) -> web.Response:
        self._note(name, args, answer, status, began)
        response = web.json_response(answer, status=status)
        response.headers["x-slack-req-id"] = self.workspace.ids.hexes("req", 32)
        if answer.get("ok"):
            response.headers["x-oauth-scopes"] = ",".join(sorted(self.scopes()))
            response.headers["x-accepted-oauth-scopes"] = ",".join(METHODS[name].scopes)
        return response

    def _note(self, name: str, args: Json, answer: Json | None, status: int, began: float) -> None:
        shown = {key: value for key, value in args.items() if key not in UNSEEN}
        call = Call(
            n=len(self.workspace.calls) + 1,
            method=name,
            args=shown,
            answer=copy.deepcopy(answer),
            status=status,
            at=self.workspace.now(),
            took_ms=round((time.monotonic() - began) * 1000, 1),
        )
        self.workspace.calls.append(call)
        self.workspace.tell("call", **call.brief())


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _token(request: web.Request, args: Json) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    # A token in a JSON body is not looked at.
    in_json = request.content_type == "application/json" and "token" not in request.query
    token = None if in_json else args.get("token")
    return token if isinstance(token, str) else None


def _client(request: web.Request) -> Json:
    """The client id and secret, where they come as HTTP's own credentials."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("basic "):
        return {}
    try:
        given = base64.b64decode(header[6:], validate=True).decode("latin-1")
    except binascii.Error:
        return {}
    client_id, _, client_secret = given.partition(":")
    return {"client_id": client_id, "client_secret": client_secret}


async def token_of(request: web.Request) -> str | None:
    """The token that a call comes with."""
    args: Json = dict(request.query)
    form = ("application/x-www-form-urlencoded", "multipart/form-data")
    if request.method == "POST" and request.content_type in form:
        args |= dict(await request.post())
    return _token(request, args)


async def _arguments(request: web.Request, known: Method | None) -> tuple[Json, list[str]]:
    """Query, form and JSON as one, and the warnings that go with how they were sent."""
    args: Json = dict(request.query)
    warnings: list[str] = []
    if request.method == "POST" and (request.body_exists and request.content_length != 0):
        kind = request.content_type
        if "Content-Type" not in request.headers:
            raise Refusal("missing_post_type")
        if kind == "application/json":
            body = await request.text()
            value = _decoded(body)
            if known is None or known.json:
                args |= value
            if request.charset is None:
                warnings.append("missing_charset")
        elif kind == "application/x-www-form-urlencoded":
            form = await request.post()
            args |= {key: value for key, value in form.items() if isinstance(value, str)}
            if request.charset is not None:
                warnings.append("superfluous_charset")
        elif kind == "multipart/form-data":
            form = await request.post()
            args |= {key: value for key, value in form.items() if isinstance(value, str)}
        else:
            raise Refusal("invalid_post_type")
    if any(key.endswith("[]") for key in args):
        raise Refusal("invalid_array_arg")
    return args, warnings


def _decoded(body: str) -> Json:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(value, dict):
        raise Refusal("json_not_object")
    return value


async def receive_upload(workspace: Workspace, request: web.Request) -> web.Response:
    """The bytes of a file, raw or as a form's first part."""
    file = workspace.files.get(request.match_info["file"])
    if file is None or file.content is not None:
        return web.Response(status=404, text="no such upload")
    if request.content_type == "multipart/form-data":
        part = await (await request.multipart()).next()
        content = bytes(await part.read()) if isinstance(part, BodyPartReader) else b""
    else:
        content = await request.read()
    if len(content) != file.json["size"]:
        return web.Response(status=400, text="the length is not what was announced")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")
