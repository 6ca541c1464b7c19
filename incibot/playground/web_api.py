"""Slack's Web API over a workspace: one function a method, strict about arguments, scopes and errors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from aiohttp import BodyPartReader, web

from incibot.playground import elements
from incibot.playground.delivery import Delivery
from incibot.playground.faults import DISTRIBUTED_LIMIT, Faults, What
from incibot.playground.limits import (
    MESSAGE_TEXT_MAX,
    UPDATE_TEXT_MAX,
    Problem,
    validate_blocks,
    validate_message,
    validate_view,
)
from incibot.playground.terms import Json, Refusal
from incibot.playground.views import Views
from incibot.playground.workspace import (
    OPEN_USERS_MAX,
    Call,
    Channel,
    File,
    Kind,
    User,
    Workspace,
)

Scopes: TypeAlias = Mapping[Kind, tuple[str, ...]]
"""By kind of conversation, the scopes of which a call needs one."""

READ: Final[Scopes] = {
    "public": ("channels:read",),
    "private": ("groups:read",),
    "im": ("im:read",),
    "mpim": ("mpim:read",),
}
WRITE: Final[Scopes] = {
    "public": ("channels:manage", "channels:write"),
    "private": ("groups:write",),
    "im": ("im:write",),
    "mpim": ("mpim:write",),
}
INVITE: Final[Scopes] = {
    **WRITE,
    "public": ("channels:manage", "channels:write.invites"),
    "private": ("groups:write", "groups:write.invites"),
}
TOPIC: Final[Scopes] = {
    **WRITE,
    "public": ("channels:manage", "channels:write.topic"),
    "private": ("groups:write", "groups:write.topic"),
}
HISTORY: Final[Scopes] = {
    "public": ("channels:history",),
    "private": ("groups:history",),
    "im": ("im:history",),
    "mpim": ("mpim:history",),
}
TYPES: Final[Mapping[str, Kind]] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}
PAGE_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the Web API.

    Attributes:
        required: arguments without which the answer is `invalid_arguments`.
        scopes: the token needs one of these; empty for none, or where it depends on the conversation.
        tier: Slack's rate limit tier; 0 for a limit of its own.
        json: whether arguments may come as a JSON body.
        app_token: it takes an app-level token instead of the bot's.
        post_only: GET is refused.
    """

    name: str
    run: Callable[[Asked], Json]
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    tier: int = 3
    json: bool = True
    app_token: bool = False
    post_only: bool = False


METHODS: Final[dict[str, Method]] = {}


def method(
    name: str,
    *required: str,
    scopes: Sequence[str] = (),
    tier: int = 3,
    json: bool = True,
    app_token: bool = False,
    post_only: bool = False,
) -> Callable[[Callable[[Asked], Json]], Callable[[Asked], Json]]:
    """Put a function into `METHODS`."""

    def put(run: Callable[[Asked], Json]) -> Callable[[Asked], Json]:
        METHODS[name] = Method(
            name=name,
            run=run,
            required=required,
            scopes=tuple(scopes),
            tier=tier,
            json=json,
            app_token=app_token,
            post_only=post_only,
        )
        return run

    return put


class Asked:
    """One call: its arguments, read strictly, and what it may touch."""

    def __init__(self, api: WebApi, name: str, args: Json) -> None:
        self.api = api
        self.name = name
        self.args = args
        self.workspace = api.workspace
        self.views = api.views
        self.faults = api.faults
        self.warnings: list[str] = []

    @property
    def bot(self) -> User:
        """The caller."""
        return self.workspace.bot

    # --- Arguments ------------------------------------------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers and booleans count as what they look like in a form."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        if not isinstance(value, str):
            raise self.wrong("must be a string", name)
        return value

    def given(self, name: str) -> str | None:
        """A string, or None where it is absent or empty."""
        return self.text(name) or None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean, in any of the spellings that Slack takes."""
        value = self.text(name).lower()
        if value in ("", "none", "null"):
            return default
        if value in ("1", "true", "t", "yes"):
            return True
        if value in ("0", "false", "f", "no"):
            return False
        raise self.wrong("must be a boolean", name)

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.given(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise self.wrong("must be an integer", name) from None

    def parsed(self, name: str, broken: str) -> Any:
        """A JSON value: decoded already in a JSON body, a string of JSON in a form; None if absent.

        Args:
            broken: the error for what is no JSON at all.
        """
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(broken) from None

    def listed(self, name: str) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    @staticmethod
    def wrong(message: str, name: str) -> Refusal:
        """`invalid_arguments` about one argument."""
        return Refusal("invalid_arguments", f"[ERROR] {message} [json-pointer:/{name}]")

    # --- Conversations ---------------------------------------------------------------------------

    def channel(self, name: str = "channel", scopes: Scopes | None = None) -> Channel:
        """The conversation that an argument names by id, if the bot may see it and has the scope."""
        channel = self.workspace.seen_by(self.bot, self.text(name))
        if scopes is not None:
            self.need(scopes[channel.kind])
        return channel

    def need(self, scopes: Sequence[str]) -> None:
        """Raises `missing_scope` unless the token has one of these."""
        granted = self.api.scopes()
        if scopes and not granted.intersection(scopes):
            provided = ",".join(sorted(granted))
            raise Refusal("missing_scope", needed=scopes[0], provided=provided)

    def kinds(self) -> set[Kind]:
        """The argument `types`, for each of which the token needs the scope to read."""
        asked = self.listed("types") or ["public_channel"]
        if not set(asked) <= set(TYPES):
            raise Refusal("invalid_types")
        kinds = {TYPES[one] for one in asked}
        for kind in sorted(kinds):
            self.need(READ[kind])
        return kinds

    # --- Pages -----------------------------------------------------------------------------------

    def limit(self, default: int, most: int = PAGE_MAX) -> int:
        """The argument `limit`."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise Refusal("invalid_limit")
        return limit

    def page(self, items: Sequence[Any], limit: int) -> tuple[list[Any], str]:
        """The page that `cursor` asks for, and the cursor of the next one (empty at the end)."""
        start = self._start()
        if start > len(items):
            raise Refusal("invalid_cursor")
        if self.faults.short_pages:
            # Slack filters after paging: pages come short, and sometimes empty.
            turn = self.workspace.ids.number("page") % 3
            taken = (limit, max(1, limit // 2), 0)[turn]
        else:
            taken = limit
        end = min(start + taken, len(items))
        return list(items[start:end]), self._cursor(end) if end < len(items) else ""

    def _start(self) -> int:
        cursor = self.given("cursor")
        if cursor is None:
            return 0
        try:
            name, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
            place = place.partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal("invalid_cursor") from None
        if name != self.name or not place.isdigit():
            raise Refusal("invalid_cursor")
        return int(place)

    def _cursor(self, place: int) -> str:
        # Another cursor each time, and always one that ends in "=", which URLs must escape.
        plain = f"{self.name}:{place}:{self.workspace.ids.number('cursor')}"
        plain += "." * ((1 - len(plain)) % 3)
        return base64.b64encode(plain.encode()).decode()


class WebApi:
    """The endpoint ``/api/{method}``.

    Args:
        granted: the scopes of the bot's token.
        base_url: answers with the address of this server, ending in a slash.
    """

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        delivery: Callable[[], Delivery],
        faults: Faults,
        *,
        bot_token: str,
        app_token: str,
        granted: Sequence[str],
        base_url: Callable[[], str],
    ) -> None:
        self.workspace = workspace
        self.views = views
        self.faults = faults
        self.delivery = delivery
        self.base_url = base_url
        self._bot_token = bot_token
        self._app_token = app_token
        self._granted = frozenset(granted)

    def scopes(self) -> set[str]:
        """The scopes that the bot's token has now."""
        return set(self._granted - self.faults.without_scopes)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["method"]
        self.workspace.post_due()
        try:
            args, warnings = await _arguments(request, METHODS.get(name))
        except Refusal as refusal:
            return self._reply(name, {}, refusal.answer(), 200)
        token = _token(request, args)
        fault = self.faults.next_for(name)
        if fault is not None and fault.what is not What.ANSWER_LOST:
            if fault.what is What.DROPPED:
                self._note(name, args, None, 0)
                return _drop(request)
            if fault.what is What.RATE_LIMITED:
                return self._limited(name, args, fault.retry_after)
            status = fault.status if fault.what is What.STATUS else 200
            return self._reply(name, args, {"ok": False, "error": fault.error}, status)
        try:
            known = self._admitted(name, token, request.method)
            posted = str(args.get("channel", "")) if name == "chat.postMessage" else ""
            wait = self.faults.wait_for(name, posted, tier=known.tier, now=self.workspace.now())
            if wait:
                return self._limited(name, args, wait)
            answer = self._work(known, args, warnings)
        except Refusal as refusal:
            answer = refusal.answer()
            if refusal.code == "unknown_method":
                answer["req_method"] = name
        if fault is not None:
            self._note(name, args, answer, 0)
            return _drop(request)
        return self._reply(name, args, answer, 200)

    def _admitted(self, name: str, token: str | None, verb: str) -> Method:
        if name not in METHODS:
            raise Refusal("unknown_method")
        known = METHODS[name]
        if known.post_only and verb != "POST":
            raise Refusal("unsupported_http_method")
        if not token:
            raise Refusal("not_authed")
        if self.faults.auth_error:
            raise Refusal(self.faults.auth_error)
        if token not in (self._bot_token, self._app_token):
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

    def _limited(self, name: str, args: Json, retry_after: int) -> web.Response:
        answer = {"ok": False, "error": "ratelimited"}
        response = self._reply(name, args, answer, 429)
        response.headers["Retry-After"] = str(retry_after)
        return response

    def _reply(self, name: str, args: Json, answer: Json, status: int) -> web.Response:
        self._note(name, args, answer, status)
        response = web.json_response(answer, status=status)
        response.headers["x-slack-req-id"] = self.workspace.ids.hexes("req", 32)
        if answer.get("ok"):
            response.headers["x-oauth-scopes"] = ",".join(sorted(self.scopes()))
            response.headers["x-accepted-oauth-scopes"] = ",".join(METHODS[name].scopes)
        return response

    def _note(self, name: str, args: Json, answer: Json | None, status: int) -> None:
        shown = {key: value for key, value in args.items() if key != "token"}
        call = Call(method=name, args=shown, answer=answer, status=status, at=self.workspace.now())
        self.workspace.calls.append(call)
        self.workspace.tell("call", call=call)


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


def _refuse(problems: Sequence[Problem]) -> None:
    """Raises the first of these, with the words of all of them."""
    if problems:
        first = problems[0]
        words = [str(one) for one in problems]
        messages = [f"[ERROR] {one}" for one in words]
        raise Refusal(first.code, *messages, errors=words)


# --- The app itself --------------------------------------------------------------------------------


@method("auth.test", tier=0)
def auth_test(asked: Asked) -> Json:
    """Who the token is."""
    space = asked.workspace
    return {
        "url": f"https://{space.domain}.slack.com/",
        "team": space.name,
        "user": space.bot.name,
        "team_id": space.team_id,
        "user_id": space.bot.id,
        "bot_id": space.bot_id,
        "app_id": space.app_id,
        "app_name": space.bot.name,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", app_token=True)
def apps_connections_open(asked: Asked) -> Json:
    """A WebSocket address for Socket Mode, good for one connection."""
    ticket = asked.api.delivery().sockets.ticket()
    base = asked.api.base_url().replace("http", "ws", 1)
    return {"url": f"{base}link/?ticket={ticket}&app_id={asked.workspace.app_id}"}


@method("team.info", scopes=["team:read"])
def team_info(asked: Asked) -> Json:
    """The workspace."""
    return {"team": asked.workspace.team()}


@method("bots.info", scopes=["users:read"], json=False)
def bots_info(asked: Asked) -> Json:
    """The bot."""
    space = asked.workspace
    if asked.text("bot", space.bot_id) != space.bot_id:
        raise Refusal("bot_not_found")
    return {"bot": space.bot_profile()}


@method("blocks.validate", post_only=True)
def blocks_validate(asked: Asked) -> Json:
    """Whether blocks, a message or a view would be accepted."""
    given = [name for name in ("blocks", "message", "view") if asked.args.get(name) is not None]
    if len(given) != 1:
        raise Refusal("invalid_arguments", "[ERROR] give exactly one of blocks, message, view")
    value = asked.parsed(given[0], f"invalid_{given[0]}")
    problems: list[Problem]
    if given == ["blocks"]:
        problems = validate_blocks(value, surface="message")
    elif given == ["view"]:
        problems = validate_view(value)
    else:
        problems = validate_message(value if isinstance(value, dict) else {})
    if problems:
        errors = [
            {"code": one.code, "message": one.message, "pointer": one.pointer} for one in problems
        ]
        raise Refusal(f"invalid_{given[0]}", errors=errors)
    return {}


# --- Conversations ---------------------------------------------------------------------------------


def _seen(asked: Asked, channel: Channel, *, num_members: bool = False) -> Json:
    return asked.workspace.channel_json(channel, viewer=asked.bot, num_members=num_members)


@method("conversations.create", "name", tier=2)
def conversations_create(asked: Asked) -> Json:
    """Make a channel."""
    private = asked.flag("is_private")
    asked.need(WRITE["private" if private else "public"])
    channel = asked.workspace.create(asked.bot, asked.text("name"), private=private)
    return {"channel": _seen(asked, channel)}


@method("conversations.invite", "channel", "users")
def conversations_invite(asked: Asked) -> Json:
    """Bring people in: all of them or, without `force`, nobody."""
    space = asked.workspace
    channel = asked.channel(scopes=INVITE)
    space.may_invite(asked.bot, channel)
    users = list(dict.fromkeys(asked.listed("users")))
    if not users:
        raise Refusal("no_user")
    found = {user: space.invitation_problem(asked.bot, channel, user) for user in users}
    bad = [
        {"user": user, "ok": False, "error": problem} for user, problem in found.items() if problem
    ]
    good = [user for user, problem in found.items() if problem is None]
    if bad and not (asked.flag("force") and good):
        raise Refusal(str(bad[0]["error"]), errors=bad)
    space.invite(asked.bot, channel, good)
    answer: Json = {"channel": _seen(asked, channel)}
    return answer | ({"errors": bad} if bad else {})


@method("conversations.setTopic", "channel", "topic", tier=2)
def conversations_set_topic(asked: Asked) -> Json:
    """Set a channel's topic."""
    channel = asked.channel(scopes=TOPIC)
    asked.workspace.set_topic(asked.bot, channel, asked.text("topic"))
    return {"channel": _seen(asked, channel)}


@method("conversations.setPurpose", "channel", "purpose", tier=2)
def conversations_set_purpose(asked: Asked) -> Json:
    """Set a channel's purpose."""
    channel = asked.channel(scopes=TOPIC)
    asked.workspace.set_purpose(asked.bot, channel, asked.text("purpose"))
    return {"purpose": channel.purpose["value"], "channel": _seen(asked, channel)}


@method("conversations.archive", "channel", tier=2)
def conversations_archive(asked: Asked) -> Json:
    """Archive a channel."""
    asked.workspace.archive(asked.bot, asked.channel(scopes=WRITE))
    return {}


@method("conversations.unarchive", "channel", tier=2)
def conversations_unarchive(asked: Asked) -> Json:
    """Refused to a bot in practice: archiving has put it out of the channel."""
    asked.workspace.unarchive(asked.bot, asked.channel(scopes=WRITE))
    return {}


@method("conversations.join", "channel", scopes=["channels:join"])
def conversations_join(asked: Asked) -> Json:
    """Enter a public channel."""
    channel = asked.channel()
    if not asked.workspace.join(asked.bot, channel):
        asked.warnings.append("already_in_channel")
    return {"channel": _seen(asked, channel)}


@method("conversations.kick", "channel", "user")
def conversations_kick(asked: Asked) -> Json:
    """Put somebody out."""
    channel = asked.channel(scopes=WRITE)
    if channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    user = _member(asked, asked.text("user"))
    asked.workspace.kick(asked.bot, channel, user)
    return {"errors": {}}


@method("conversations.leave", "channel")
def conversations_leave(asked: Asked) -> Json:
    """Go out."""
    channel = asked.channel(scopes=WRITE)
    if channel.is_direct:
        raise Refusal("method_not_supported_for_channel_type")
    return {} if asked.workspace.leave(asked.bot, channel) else {"not_in_channel": True}


@method("conversations.rename", "channel", "name", tier=2)
def conversations_rename(asked: Asked) -> Json:
    """Rename a channel."""
    channel = asked.channel(scopes=WRITE)
    asked.workspace.rename(asked.bot, channel, asked.text("name"))
    return {"channel": _seen(asked, channel)}


@method("conversations.open")
def conversations_open(asked: Asked) -> Json:
    """The direct conversation with one person, or with up to eight."""
    if asked.given("channel"):
        channel, was_open = asked.channel(scopes=WRITE), True
        if not channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
    else:
        names = asked.listed("users")
        if not names:
            raise Refusal("users_list_not_supplied")
        if len(names) > OPEN_USERS_MAX:
            raise Refusal("too_many_users")
        asked.need(WRITE["im" if len(names) == 1 else "mpim"])
        users = [_member(asked, name) for name in names]
        if any(user.deleted for user in users):
            raise Refusal("user_disabled")
        if users == [asked.bot]:
            raise Refusal("cannot_dm_bot")
        channel, was_open = asked.workspace.open_direct(asked.bot, users)
    told = _seen(asked, channel) if asked.flag("return_im") else {"id": channel.id}
    return {"channel": told} | ({"no_op": True, "already_open": True} if was_open else {})


@method("conversations.info", "channel", json=False)
def conversations_info(asked: Asked) -> Json:
    """A conversation."""
    channel = asked.channel(scopes=READ)
    return {"channel": _seen(asked, channel, num_members=asked.flag("include_num_members"))}


def _listing(asked: Asked, *, only: User | None) -> Json:
    space = asked.workspace
    kinds = asked.kinds()
    page, cursor = asked.page(list(space.channels.values()), asked.limit(100, PAGE_MAX - 1))
    # Filtered after paging, as Slack does: a page may be short, or empty, and not be the last.
    found = [
        channel
        for channel in page
        if channel.kind in kinds
        and (channel.kind == "public" or asked.bot.id in channel.members)
        and (only is None or only.id in channel.members)
        and not (asked.flag("exclude_archived") and channel.is_archived)
    ]
    return {
        "channels": [_seen(asked, channel, num_members=only is None) for channel in found],
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.list", tier=2, json=False)
def conversations_list(asked: Asked) -> Json:
    """The conversations that the bot may see."""
    return _listing(asked, only=None)


@method("users.conversations", json=False)
def users_conversations(asked: Asked) -> Json:
    """The conversations that somebody is in, of those that the bot may see."""
    return _listing(asked, only=_member(asked, asked.text("user", asked.bot.id)))


@method("conversations.members", "channel", tier=4, json=False)
def conversations_members(asked: Asked) -> Json:
    """Who is in a conversation: ids."""
    channel = asked.channel(scopes=READ)
    page, cursor = asked.page(list(channel.members), asked.limit(100))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _bounds(asked: Asked) -> tuple[str | None, str | None]:
    for name in ("latest", "oldest"):
        value = asked.given(name)
        if value is not None and not _is_moment(value):
            raise Refusal(f"invalid_ts_{name}")
    return asked.given("oldest"), asked.given("latest")


def _is_moment(text: str) -> bool:
    whole, _, part = text.partition(".")
    return whole.isdecimal() and (part == "" or part.isdecimal()) and len(whole) <= 12


def _page_size(asked: Asked, default: int, most: int) -> int:
    if asked.faults.distributed_app:
        return min(asked.limit(DISTRIBUTED_LIMIT, most), DISTRIBUTED_LIMIT)
    return asked.limit(default, most)


@method("conversations.history", "channel")
def conversations_history(asked: Asked) -> Json:
    """What a channel shows outside its threads, newest first."""
    space = asked.workspace
    channel = asked.channel(scopes=HISTORY)
    space.entered(asked.bot, channel)
    oldest, latest = _bounds(asked)
    found = list(
        space.between(space.timeline(channel), oldest, latest, inclusive=asked.flag("inclusive"))
    )
    # With only `oldest`, the pages walk forward in time from it; each is newest first all the same.
    forward = oldest is not None and latest is None
    page, cursor = asked.page(
        found if forward else found[::-1], _page_size(asked, 100, PAGE_MAX - 1)
    )
    messages = page[::-1] if forward else page
    metadata = asked.flag("include_all_metadata")
    answer: Json = {
        "messages": [space.shown(channel, one, metadata=metadata) for one in messages],
        "has_more": bool(cursor),
        "pin_count": len(channel.pins),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.replies", "channel", "ts", json=False)
def conversations_replies(asked: Asked) -> Json:
    """A thread: its root, then its replies, oldest first."""
    space = asked.workspace
    channel = asked.channel(scopes=HISTORY)
    space.entered(asked.bot, channel)
    oldest, latest = _bounds(asked)
    root = space.thread_root(channel, asked.text("ts"))
    if root is None:
        raise Refusal("thread_not_found")
    replies = space.replies(channel, root["ts"])
    found = list(space.between(replies, oldest, latest, inclusive=asked.flag("inclusive")))
    page, cursor = asked.page(found, _page_size(asked, PAGE_MAX, PAGE_MAX))
    metadata = asked.flag("include_all_metadata")
    messages = [space.shown(channel, one, metadata=metadata) for one in (root, *page)]
    answer: Json = {"messages": messages, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


# --- Messages --------------------------------------------------------------------------------------


def _place(asked: Asked) -> Channel:
    """Where a post goes: an id, a channel's name, or a person's id, which means a direct message."""
    space = asked.workspace
    named = asked.text("channel")
    if named in space.users:
        return space.open_direct(asked.bot, [space.users[named]])[0]
    if named in space.channels or not named:
        return space.seen_by(asked.bot, named)
    return space.seen_by(asked.bot, space.channel(named).id)


def _postable(asked: Asked, channel: Channel) -> None:
    if channel.is_archived:
        raise Refusal("is_archived")
    public = channel.kind == "public" and "chat:write.public" in asked.api.scopes()
    if not public:
        asked.workspace.entered(asked.bot, channel)


def _content(asked: Asked) -> Json:
    """The content of a message, checked; `blocks` and the others are None where they are absent."""
    payload: Json = {
        "text": asked.args.get("text"),
        "markdown_text": asked.args.get("markdown_text"),
        "blocks": asked.parsed("blocks", "invalid_blocks_format"),
        "attachments": asked.parsed("attachments", "invalid_attachments"),
        "metadata": asked.parsed("metadata", "invalid_metadata_format"),
    }
    _refuse(validate_message(payload))
    if payload["blocks"] is not None:
        payload["blocks"] = elements.named(payload["blocks"], asked.workspace.ids)
    if markdown := payload.pop("markdown_text"):
        block = {"type": "markdown", "text": markdown}
        payload["blocks"] = elements.named([block], asked.workspace.ids)
        payload["text"] = markdown
    return payload


def _thread(asked: Asked) -> str | None:
    thread_ts = asked.given("thread_ts")
    if thread_ts is not None and not _is_moment(thread_ts):
        raise Refusal("invalid_thread_ts")
    return thread_ts


@method("chat.postMessage", "channel", scopes=["chat:write"], tier=0)
def chat_post_message(asked: Asked) -> Json:
    """Say something."""
    space = asked.workspace
    channel = _place(asked)
    content = _content(asked)
    _postable(asked, channel)
    thread_ts = _thread(asked)
    text = content["text"] or ""
    if len(text) > MESSAGE_TEXT_MAX:
        text = text[:MESSAGE_TEXT_MAX]
        asked.warnings.append("message_truncated")
    username = asked.given("username")
    icons: Json = {}
    if emoji := asked.given("icon_emoji"):
        icons = {"emoji": emoji}
    elif image := asked.given("icon_url"):
        icons = {"image_48": image}
    if username or icons:
        asked.need(["chat:write.customize"])
        username = username or asked.bot.name
    message = space.post(
        asked.bot,
        channel,
        text=text,
        blocks=content["blocks"],
        attachments=content["attachments"],
        thread_ts=thread_ts,
        broadcast=asked.flag("reply_broadcast"),
        metadata=content["metadata"],
        username=username,
        icons=icons,
    )
    shown = space.shown(channel, message, metadata=True)
    return {"channel": channel.id, "ts": message["ts"], "message": shown}


@method("chat.update", "channel", "ts", scopes=["chat:write"])
def chat_update(asked: Asked) -> Json:
    """Change one of the bot's messages."""
    space = asked.workspace
    channel = asked.channel()
    message = space.message(channel, asked.text("ts"))
    given = ("text", "blocks", "attachments", "markdown_text", "metadata")
    if all(asked.args.get(name) is None for name in given):
        raise Refusal("no_text")
    if asked.parsed("blocks", "invalid_blocks_format") == [] and asked.given("text") is None:
        raise Refusal("no_text")
    if channel.is_archived:
        raise Refusal("is_inactive")
    content = _updated(asked, message)
    text = content["text"]
    if text is not None and len(text) > UPDATE_TEXT_MAX:
        raise Refusal("msg_too_long")
    space.edit(
        asked.bot,
        channel,
        message,
        text=text,
        blocks=content["blocks"],
        attachments=content["attachments"],
        metadata=content["metadata"],
    )
    shown = space.shown(channel, message, metadata=True)
    for key in ("ts", "reactions"):
        shown.pop(key, None)
    return {
        "channel": channel.id,
        "ts": message["ts"],
        "text": message["text"],
        "message": shown,
    }


def _updated(asked: Asked, message: Json) -> Json:
    """The content of an update; where only `metadata` changes, the text is the old one."""
    if all(not asked.args.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        asked.args = {**asked.args, "text": message["text"] or " "}
        if "blocks" in message:
            asked.args["blocks"] = message["blocks"]
    return _content(asked)


@method("chat.postEphemeral", "channel", "user", scopes=["chat:write"], tier=4)
def chat_post_ephemeral(asked: Asked) -> Json:
    """Say something that one person sees."""
    space = asked.workspace
    user_id = asked.text("user")
    if user_id[:1] not in ("U", "W") or not user_id.isalnum() or len(user_id) < 3:
        raise asked.wrong("must match pattern ^[UW][A-Z0-9]{2,}$", "user")
    channel = _place(asked)
    content = _content(asked)
    if channel.is_archived:
        raise Refusal("is_archived")
    space.entered(asked.bot, channel)
    if user_id not in channel.members:
        raise Refusal("user_not_in_channel")
    message = space.authored(asked.bot, text=content["text"] or "", blocks=content["blocks"])
    root = space.thread_root(channel, _thread(asked))
    if root is not None:
        message["thread_ts"] = root["ts"]
    if content["attachments"]:
        message["attachments"] = content["attachments"]
    said = space.whisper(channel, space.users[user_id], message)
    return {"message_ts": said["ts"]}


@method("chat.delete", "channel", "ts", scopes=["chat:write"])
def chat_delete(asked: Asked) -> Json:
    """Delete one of the bot's messages."""
    space = asked.workspace
    channel = asked.channel()
    message = space.message(channel, asked.text("ts"))
    space.delete(asked.bot, channel, message)
    return {"channel": channel.id, "ts": asked.text("ts")}


@method("chat.getPermalink", "channel", "message_ts", tier=0, json=False)
def chat_get_permalink(asked: Asked) -> Json:
    """A message's address."""
    channel = asked.channel()
    message = asked.workspace.message(channel, asked.text("message_ts"))
    link = asked.workspace.permalink(channel, message)
    return {"channel": channel.id, "permalink": link}


@method("chat.scheduleMessage", "channel", "post_at", scopes=["chat:write"])
def chat_schedule_message(asked: Asked) -> Json:
    """Say something later."""
    channel = _place(asked)
    content = _content(asked)
    _postable(asked, channel)
    post_at = asked.text("post_at")
    if not post_at.isdecimal():
        raise Refusal("invalid_time")
    message = {**content, "text": content["text"] or "", "thread_ts": _thread(asked)}
    scheduled = asked.workspace.schedule(channel, int(post_at), message)
    return {
        "channel": channel.id,
        "scheduled_message_id": scheduled,
        "post_at": int(post_at),
        "message": asked.workspace.authored(
            asked.bot, text=message["text"], blocks=content["blocks"]
        ),
    }


@method("chat.deleteScheduledMessage", "channel", "scheduled_message_id", scopes=["chat:write"])
def chat_delete_scheduled_message(asked: Asked) -> Json:
    """Not say it after all."""
    channel = asked.channel()
    scheduled = asked.workspace.scheduled
    key = asked.text("scheduled_message_id")
    if key not in scheduled or scheduled[key]["channel"] != channel.id:
        raise Refusal("invalid_scheduled_message_id")
    del scheduled[key]
    return {}


@method("chat.scheduledMessages.list")
def chat_scheduled_messages_list(asked: Asked) -> Json:
    """What is to be said later."""
    only = asked.given("channel")
    if only is not None and only not in asked.workspace.channels:
        raise Refusal("invalid_channel")
    found = [
        {
            "id": key,
            "channel_id": one["channel"],
            "post_at": one["post_at"],
            "date_created": one["date_created"],
            "text": one["message"]["text"],
        }
        for key, one in asked.workspace.scheduled.items()
        if only in (None, one["channel"])
    ]
    page, cursor = asked.page(found, asked.limit(100))
    return {"scheduled_messages": page, "response_metadata": {"next_cursor": cursor}}


# --- Pins, reactions, bookmarks ------------------------------------------------------------------------


def _item(asked: Asked) -> tuple[Channel, Json]:
    """The message that `channel` and `timestamp` name."""
    channel = asked.channel()
    timestamp = asked.given("timestamp")
    if timestamp is None and "timestamp" not in asked.args:
        raise Refusal("no_item_specified")
    if timestamp in (None, "0"):
        raise Refusal("bad_timestamp")
    return channel, asked.workspace.message(channel, str(timestamp))


@method("pins.add", "channel", scopes=["pins:write"], tier=2)
def pins_add(asked: Asked) -> Json:
    """Pin a message."""
    channel, message = _item(asked)
    asked.workspace.entered(asked.bot, channel)
    asked.workspace.pin(asked.bot, channel, message)
    return {}


@method("pins.remove", "channel", scopes=["pins:write"], tier=2)
def pins_remove(asked: Asked) -> Json:
    """Take a pin off."""
    channel, message = _item(asked)
    asked.workspace.entered(asked.bot, channel)
    asked.workspace.unpin(asked.bot, channel, message)
    return {}


@method("pins.list", "channel", scopes=["pins:read"], tier=2, json=False)
def pins_list(asked: Asked) -> Json:
    """What is pinned."""
    channel = asked.channel()
    asked.workspace.entered(asked.bot, channel)
    return {"items": [asked.workspace.pin_json(channel, pin) for pin in channel.pins]}


@method("reactions.add", "channel", "name", scopes=["reactions:write"])
def reactions_add(asked: Asked) -> Json:
    """React to a message."""
    channel, message = _item(asked)
    asked.workspace.react(asked.bot, channel, message, asked.text("name"))
    return {}


@method("reactions.remove", "name", scopes=["reactions:write"], tier=2)
def reactions_remove(asked: Asked) -> Json:
    """Take a reaction back."""
    channel, message = _item(asked)
    asked.workspace.unreact(asked.bot, channel, message, asked.text("name"))
    return {}


@method("reactions.get", scopes=["reactions:read"], json=False)
def reactions_get(asked: Asked) -> Json:
    """A message with its reactions."""
    channel, message = _item(asked)
    shown = asked.workspace.shown(channel, message)
    shown["permalink"] = asked.workspace.permalink(channel, message)
    return {"type": "message", "channel": channel.id, "message": shown}


@method("bookmarks.add", "channel_id", "title", "type", scopes=["bookmarks:write"], tier=2)
def bookmarks_add(asked: Asked) -> Json:
    """Add a link to a channel's bar."""
    channel = asked.channel("channel_id")
    if asked.text("type") != "link":
        raise Refusal("invalid_bookmark_type")
    asked.workspace.entered(asked.bot, channel)
    mark = asked.workspace.bookmark(
        asked.bot,
        channel,
        title=asked.text("title"),
        link=asked.text("link"),
        emoji=asked.text("emoji"),
    )
    return {"bookmark": mark}


def _bookmark(asked: Asked) -> tuple[Channel, Json]:
    channel = asked.channel("channel_id")
    asked.workspace.entered(asked.bot, channel)
    for mark in channel.bookmarks:
        if mark["id"] == asked.text("bookmark_id"):
            return channel, mark
    raise Refusal("not_found")


@method("bookmarks.edit", "channel_id", "bookmark_id", scopes=["bookmarks:write"], tier=2)
def bookmarks_edit(asked: Asked) -> Json:
    """Change a bookmark."""
    _, mark = _bookmark(asked)
    changes = {key: asked.text(key) for key in ("title", "link", "emoji") if key in asked.args}
    asked.workspace.bookmark_rules(
        title=changes.get("title"), link=changes.get("link"), emoji=changes.get("emoji")
    )
    mark |= changes | {"date_updated": asked.workspace.seconds()}
    return {"bookmark": mark}


@method("bookmarks.remove", "channel_id", "bookmark_id", scopes=["bookmarks:write"], tier=2)
def bookmarks_remove(asked: Asked) -> Json:
    """Take a bookmark away."""
    channel, mark = _bookmark(asked)
    channel.bookmarks.remove(mark)
    return {}


@method("bookmarks.list", "channel_id", scopes=["bookmarks:read"])
def bookmarks_list(asked: Asked) -> Json:
    """A channel's bookmarks."""
    channel = asked.channel("channel_id")
    asked.workspace.entered(asked.bot, channel)
    return {"bookmarks": channel.bookmarks}


# --- Views -----------------------------------------------------------------------------------------


def _view(asked: Asked) -> Any:
    broken = "invalid_arguments"
    return asked.parsed("view", broken)


@method("views.open", "view", "trigger_id", tier=4)
def views_open(asked: Asked) -> Json:
    """Open a modal."""
    return {"view": asked.views.open(asked.text("trigger_id"), _view(asked))}


@method("views.push", "view", "trigger_id", tier=4)
def views_push(asked: Asked) -> Json:
    """Put a modal upon another."""
    return {"view": asked.views.push(asked.text("trigger_id"), _view(asked))}


@method("views.update", "view", tier=4)
def views_update(asked: Asked) -> Json:
    """Change an open modal."""
    view_id, external_id = asked.given("view_id"), asked.given("external_id")
    if view_id is None and external_id is None:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: view_id")
    view = asked.views.update(
        view_id=view_id, external_id=external_id, view=_view(asked), hash=asked.given("hash")
    )
    return {"view": view}


@method("views.publish", "user_id", "view", tier=4)
def views_publish(asked: Asked) -> Json:
    """Show somebody's App Home anew."""
    user = _member(asked, asked.text("user_id"))
    return {"view": asked.views.publish(user, _view(asked), asked.given("hash"))}


# --- People ----------------------------------------------------------------------------------------


def _member(asked: Asked, user_id: str) -> User:
    """The member with this id; a handle is no id."""
    if user_id not in asked.workspace.users:
        raise Refusal("user_not_found")
    return asked.workspace.users[user_id]


def _user(asked: Asked, user: User) -> Json:
    with_email = "users:read.email" in asked.api.scopes()
    return asked.workspace.user_json(
        user, with_email=with_email, with_locale=asked.flag("include_locale")
    )


@method("users.info", "user", scopes=["users:read"], tier=4, json=False)
def users_info(asked: Asked) -> Json:
    """Somebody."""
    return {"user": _user(asked, _member(asked, asked.text("user")))}


@method("users.list", scopes=["users:read"], tier=2, json=False)
def users_list(asked: Asked) -> Json:
    """Everybody, the bot and Slackbot too."""
    slackbot = User(id="USLACKBOT", name="slackbot", real_name="Slackbot", tz="America/Los_Angeles")
    users = [slackbot, *asked.workspace.users.values()]
    page, cursor = asked.page(users, asked.limit(PAGE_MAX))
    return {
        "members": [_user(asked, user) for user in page],
        "cache_ts": asked.workspace.seconds(),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "email", scopes=["users:read.email"], json=False)
def users_lookup_by_email(asked: Asked) -> Json:
    """Somebody, by address."""
    asked.need(["users:read"])
    for user in asked.workspace.people():
        if user.email.lower() == asked.text("email").lower() and not user.deleted:
            return {"user": _user(asked, user)}
    raise Refusal("users_not_found")


@method("users.profile.get", scopes=["users.profile:read"], tier=4, json=False)
def users_profile_get(asked: Asked) -> Json:
    """Somebody's profile."""
    user = _member(asked, asked.text("user", asked.bot.id))
    return {"profile": _user(asked, user)["profile"]}


@method("usergroups.list", scopes=["usergroups:read"], tier=2, json=False)
def usergroups_list(asked: Asked) -> Json:
    """The user groups."""
    with_users = asked.flag("include_users")
    groups: Iterable[Any] = asked.workspace.groups.values()
    return {
        "usergroups": [asked.workspace.group_json(one, with_users=with_users) for one in groups]
    }


@method("usergroups.users.list", "usergroup", scopes=["usergroups:read"], tier=2, json=False)
def usergroups_users_list(asked: Asked) -> Json:
    """Who is in a user group."""
    group = asked.workspace.groups.get(asked.text("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}


# --- Files -----------------------------------------------------------------------------------------


@method(
    "files.getUploadURLExternal",
    "filename",
    "length",
    scopes=["files:write"],
    tier=4,
    json=False,
)
def files_get_upload_url_external(asked: Asked) -> Json:
    """Announce a file; where to send its bytes."""
    length = asked.number("length", 0)
    if length < 1:
        raise asked.wrong("must be greater than 0", "length")
    if not asked.text("filename"):
        raise asked.wrong("must be more than 0 characters", "filename")
    base = asked.api.base_url()
    file = asked.workspace.new_file(asked.bot, asked.text("filename"), length, base_url=base)
    file_id = file.json["id"]
    return {"upload_url": f"{base}upload/v1/{file_id}", "file_id": file_id}


@method("files.completeUploadExternal", "files", scopes=["files:write"], tier=4)
def files_complete_upload_external(asked: Asked) -> Json:
    """Finish uploads and, with a conversation named, share them there."""
    space = asked.workspace
    named = asked.parsed("files", "invalid_arguments")
    if not isinstance(named, list) or not named:
        raise asked.wrong("must provide an array", "files")
    files = [_uploaded(asked, one) for one in named]
    places = [one for one in (asked.given("channel_id"), *asked.listed("channels")) if one]
    channels = [_shareable(asked, place) for place in places]
    for file, one in zip(files, named, strict=True):
        file.json["title"] = one.get("title") or file.json["name"]
    before = [dict(file.json) for file in files]
    for channel in channels:
        space.post(
            asked.bot,
            channel,
            text=asked.text("initial_comment"),
            thread_ts=_thread(asked),
            files=files,
        )
    # The share shows up a little later: the answer tells of the files as they were.
    return {"files": before}


def _uploaded(asked: Asked, named: object) -> File:
    file_id = named.get("id") if isinstance(named, dict) else None
    file = asked.workspace.files.get(str(file_id))
    if file is None or file.content is None or file.shared:
        raise Refusal("file_not_found")
    return file


def _shareable(asked: Asked, place: str) -> Channel:
    if place not in asked.workspace.channels:
        raise Refusal("channel_not_found" if place[:1] in "CDG" else "invalid_channel")
    channel = asked.workspace.seen_by(asked.bot, place)
    asked.workspace.entered(asked.bot, channel)
    if channel.is_archived:
        raise Refusal("posting_to_channel_denied")
    return channel


@method("files.info", "file", scopes=["files:read"], tier=4, json=False)
def files_info(asked: Asked) -> Json:
    """A file."""
    file = asked.workspace.files.get(asked.text("file"))
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    return {"file": file.json, "comments": [], "response_metadata": {"next_cursor": ""}}


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
