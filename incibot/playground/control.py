"""The playground's own HTTP API: a page or a test looks at the workspace and lends people its hands.

Below ``/playground/api/``, all JSON:

===========================================  ====================================================
``GET workspace``                            the team, its people, the bot and its app, groups,
                                             faults, time; `id` is another one in a fresh workspace
``GET people/{who}/channels``                the conversations that somebody may see, and what is
                                             unread in each
``GET people/{who}/messages?channel=``       a channel, its messages, and what the bot has said there
                                             to this person alone; ``&thread=TS`` for a thread,
                                             ``&limit=`` for the last so many
``GET people/{who}/pinned?channel=``         what is pinned
``GET people/{who}/ephemerals?channel=``     what the bot has said to this person alone
``GET people/{who}/direct-messages``         the direct messages with the bot
``GET people/{who}/views``                   the open modals, the uppermost last
``GET people/{who}/home``                    the App Home
``GET people/{who}/files[/{id}]``            files; one file's bytes; ``?show=1`` to look at them
``POST people/{who}/{verb}``                 do something: `VERBS`, with the arguments as an object
``GET calls?method=&limit=`` ``calls/{n}``   what the bot has asked; one call, with all of it
``GET deliveries?limit=`` ``deliveries/{n}`` what it was sent, and how; one delivery, with all of it
``GET faults`` ``POST faults``               what goes wrong: see `set_faults`
``GET bot`` ``POST bot {do}``                the bot's process: kill, stop, start it
``GET story`` ``POST story {do, pace}``      a story that is played here
``GET setup``                                how to come from here to a real Slack
``POST settled``                             answers when all events have been delivered
``GET stream``                               what changes, as server-sent events
===========================================  ====================================================

A refusal is 409 with ``{"error": code}``; a wrong request 400; an unknown person or page 404, and so
are `bot`, `story` and `setup` where the playground has none. Messages and views are made ready to
draw: see `drawing`. Each event of the stream is named for what has changed: Slack's events by their
types, and hello, clock, touched, marked, ephemeral, view, home, bookmark, call, delivery, faults,
bot, story. The stream ends when the workspace is replaced by a fresh one.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import dataclasses
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from aiohttp import web

from incibot.playground import shapes
from incibot.playground.drawing import drawn_message, drawn_view
from incibot.playground.people import Person
from incibot.playground.terms import Json, Refusal

if TYPE_CHECKING:
    from incibot.playground.server import Playground

HEARTBEAT_SECONDS: Final = 15.0
BACKLOG_MAX: Final = 1000
RETRY_MS: Final = 300  # after which a browser comes back when its stream has ended

T = TypeVar("T")

Verb: TypeAlias = Callable[..., Awaitable[Any]]

VERBS: Final[Mapping[str, Verb]] = {
    "writes": Person.writes,
    "edits": Person.edits,
    "deletes": Person.deletes,
    "reacts": Person.reacts,
    "unreacts": Person.unreacts,
    "pins": Person.pins,
    "unpins": Person.unpins,
    "joins": Person.joins,
    "leaves": Person.leaves,
    "invites": Person.invites,
    "kicks": Person.kicks,
    "creates": Person.creates,
    "archives": Person.archives,
    "unarchives": Person.unarchives,
    "renames": Person.renames,
    "sets-topic": Person.sets_topic,
    "sets-purpose": Person.sets_purpose,
    "types": Person.types,
    "shortcut": Person.shortcut,
    "message-shortcut": Person.message_shortcut,
    "opens-home": Person.opens_home,
    "clicks": Person.clicks,
    "searches": Person.searches,
    "fills": Person.fills,
    "submits": Person.submits,
    "closes-view": Person.closes_view,
    "marks": Person.marks,
    "dismisses": Person.dismisses,
}
"""What can be done in somebody's name; the arguments are those of `Person`'s methods. Files are
``[{"name": ..., "content": BASE64}]``."""

LOOKING: Final = frozenset({"marks", "dismisses", "opens-home", "closes-view"})
"""Verbs after which the workspace is still as good as new."""

SWITCHES: Final = (
    "rate_limits",
    "distributed_app",
    "short_pages",
    "auth_error",
    "double_events",
    "drop_events",
    "reorder_events",
    "delay_events",
    "slow_calls",
    "busy_calls",
)
_NUMBERS: Final = frozenset(
    {"double_events", "drop_events", "reorder_events", "delay_events", "slow_calls", "busy_calls"}
)

# What a browser shows by itself, and as what; all else that is text is shown as plain text.
_SHOWN: Final = ("text/html", "application/json", "image/svg+xml", "image/png", "image/jpeg")
_TEXTS: Final = (".md", ".csv", ".log", ".txt", ".yaml", ".yml")
SANDBOX: Final = (  # a file may be anybody's: nothing in it runs, or asks for anything
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)


class Machine(Protocol):
    """The process that the bot runs in, where whoever runs the playground runs the bot too."""

    def state(self) -> Json:
        """``{state, pid, started_at, restarts, log}``; `state` is running, starting or stopped."""

    async def kill(self) -> None:
        """End it at once, in the midst of whatever it does."""

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""

    async def start(self) -> None:
        """Start it, unless it runs; does not wait until it serves."""


class Show(Protocol):
    """A story that is played in the workspace."""

    def state(self) -> Json:
        """``{title, begins, ends, steps, position, state, pace, labels, next, error}``."""

    async def do(self, what: str, pace: float | None) -> None:
        """``play``, ``pause``, ``resume``, ``pace``, ``afresh`` or ``leave``.

        Args:
            pace: story seconds in a real second; None is at once.

        Raises:
            Refusal: it cannot be done as things stand.
            ValueError: there is no such thing to do.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the page offers beside the workspace; None and empty for what there is not.

    Attributes:
        setup: how to come from here to a real Slack, as `GET setup` answers.
        tries: what one may try here: ``{title, text}`` each.
    """

    machine: Machine | None = None
    show: Show | None = None
    setup: Json | None = None
    tries: Sequence[Json] = ()


class Control:
    """The routes of the control API."""

    def __init__(self, slack: Playground) -> None:
        self._slack = slack
        self._streams: set[asyncio.Queue[tuple[str, Json] | None]] = set()
        self.begin()

    def begin(self) -> None:
        """Follow the workspace as it is now; whoever followed the one before is let go."""
        self.end_streams()
        self._slack.workspace.watchers.append(self._changed)

    def routes(self) -> list[web.RouteDef]:
        """All routes, to be added to the application."""
        base = "/playground/api"
        return [
            web.get(f"{base}/workspace", self._told(self.workspace)),
            web.get(f"{base}/people/{{who}}/files/{{file}}", self._told(self.download)),
            web.get(f"{base}/people/{{who}}/{{what}}", self._told(self.look)),
            web.post(f"{base}/people/{{who}}/{{verb}}", self._told(self.act)),
            web.get(f"{base}/calls", self._told(self.calls)),
            web.get(f"{base}/calls/{{n}}", self._told(self.call)),
            web.get(f"{base}/deliveries", self._told(self.deliveries)),
            web.get(f"{base}/deliveries/{{n}}", self._told(self.delivery)),
            web.get(f"{base}/bot", self._told(self.bot)),
            web.post(f"{base}/bot", self._told(self.set_bot)),
            web.get(f"{base}/story", self._told(self.story)),
            web.post(f"{base}/story", self._told(self.set_story)),
            web.get(f"{base}/setup", self._told(self.setup)),
            web.get(f"{base}/faults", self._told(self.faults)),
            web.post(f"{base}/faults", self._told(self.set_faults)),
            web.post(f"{base}/settled", self._told(self.settled)),
            web.get(f"{base}/stream", self.stream),
        ]

    @staticmethod
    def _told(
        run: Callable[[web.Request], Awaitable[Any]],
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The handler that answers with what a function returns, or with its refusal."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                answer = await run(request)
            except Refusal as refusal:
                return _json({"error": refusal.code, "detail": str(refusal)}, status=409)
            except LookupError as error:
                return _json({"error": "not_there", "detail": str(error)}, status=409)
            except (TypeError, ValueError) as error:
                return _json({"error": "bad_request", "detail": str(error)}, status=400)
            return answer if isinstance(answer, web.StreamResponse) else _json(answer)

        return handle

    # --- Looking ---------------------------------------------------------------------------------

    async def workspace(self, request: web.Request) -> Json:
        """The workspace as a whole."""
        space, beside = self._slack.workspace, self._slack.beside
        return {
            "id": space.id,
            "team": shapes.team(space),
            "now": space.now(),
            "clock": _clock(self._slack),
            "touched": space.touched,
            "bot": {
                **shapes.user(space, space.bot, with_email=False),
                "bot_id": space.bot_id,
                **(beside.machine.state() if beside.machine else {}),
            },
            "app": _app(self._slack),
            "people": [shapes.user(space, user, with_email=True) for user in space.people()],
            "channels": [
                shapes.channel(space, channel, viewer=space.bot, num_members=True)
                | {"members": list(channel.members)}
                for channel in space.channels.values()
            ],
            "usergroups": [
                shapes.group(space, group, with_users=True) for group in space.groups.values()
            ],
            "request_url": self._slack.request_url,
            "socket_mode_connections": self._slack.delivery.sockets.count,
            "faults": self._slack.faults.as_json(),
            "story": beside.show.state() if beside.show else None,
            "try": list(beside.tries) or None,
        }

    async def look(self, request: web.Request) -> Any:
        """What one person sees."""
        person = self._person(request)
        channel = request.query.get("channel")
        match request.match_info["what"]:
            case "channels":
                person.direct_messages()  # these are always there
                return {"channels": person.channels()}
            case "messages" if channel is None:
                raise ValueError("name a channel: ?channel=general")
            case "messages":
                thread = request.query.get("thread")
                name = channel or ""
                if thread:
                    seen, earlier = person.reads_thread(name, thread), 0
                else:
                    seen, earlier = person.sees_last(name, _limit(request))
                return {
                    "channel": person.channel(name),
                    "messages": _drawn(seen),
                    "earlier": earlier,
                    "ephemerals": _drawn(person.ephemerals(name)),
                }
            case "pinned":
                return {"messages": _drawn(person.pinned(channel or "general"))}
            case "ephemerals":
                return {"messages": _drawn(person.ephemerals(channel))}
            case "direct-messages":
                return {"messages": _drawn(person.direct_messages())}
            case "views":
                return {"views": [drawn_view(view) for view in person.views]}
            case "home":
                return {"view": drawn_view(person.home) if person.home else None}
            case "files":
                return {"files": person.files()}
        raise web.HTTPNotFound

    async def download(self, request: web.Request) -> web.Response:
        """A file's bytes, for somebody who may see it; with ``show``, for a page to frame."""
        person = self._person(request)
        file_id = request.match_info["file"]
        content = person.downloads(file_id)
        about = self._slack.workspace.files[file_id].json
        kind = _shown_as(about) if request.query.get("show") else None
        if kind is not None:
            headers = {"Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff"}
            charset = "utf-8" if kind.startswith("text/") else None
            return web.Response(body=content, content_type=kind, charset=charset, headers=headers)
        # Never shown in the page's own origin: an HTML export would run there.
        name = "".join(char if char.isalnum() or char in "-_. " else "_" for char in about["name"])
        ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
        headers = {
            "Content-Disposition": f'attachment; filename="{ascii_name}"',
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=content, content_type=about["mimetype"], headers=headers)

    async def calls(self, request: web.Request) -> Json:
        """The Web API calls of the bot, oldest first."""
        calls = self._slack.calls(request.query.get("method"))
        return {"calls": [one.brief() for one in _newest(request, calls)]}

    async def call(self, request: web.Request) -> Json:
        """One call, with what was asked and answered."""
        call = _numbered(request, self._slack.workspace.calls)
        return call.brief() | {"args": call.args, "answer": call.answer}

    async def deliveries(self, request: web.Request) -> Json:
        """What the bot was sent, oldest first, and how each attempt ended."""
        return {"deliveries": [one.brief() for one in _newest(request, self._slack.delivery.sent)]}

    async def delivery(self, request: web.Request) -> Json:
        """One delivery, with what was in it."""
        sent = _numbered(request, self._slack.delivery.sent)
        return sent.brief() | {"payload": sent.payload}

    async def setup(self, request: web.Request) -> Json:
        """How to come from here to a real Slack."""
        return _there(self._slack.beside.setup)

    # --- Doing -----------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> Any:
        """One of `VERBS`."""
        person = self._person(request)
        verb = VERBS.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"verbs: {', '.join(VERBS)}")
        args = await _object(request)
        if request.match_info["verb"] not in LOOKING:
            self._slack.workspace.touch()
        if "files" in args:
            args["files"] = [_file(one) for one in args["files"]]
        answer = await verb(person, **args)
        if dataclasses.is_dataclass(answer):
            return answer
        return {"answer": answer}

    async def settled(self, request: web.Request) -> Json:
        """Wait for the events that are on their way."""
        await self._slack.settled()
        return {}

    async def faults(self, request: web.Request) -> Json:
        """The faults that are switched on."""
        return self._slack.faults.as_json()

    async def set_faults(self, request: web.Request) -> Json:
        """Switch faults on and off.

        The switches by their names, ``without_scopes`` as a list, ``clear: true`` for none at all;
        and ``calls``, a list of ``{method, what, times, error, status, retry_after}``.
        """
        args = await _object(request)
        faults = self._slack.faults
        if args.pop("clear", False):
            faults.clear()
        if "without_scopes" in args:
            faults.without_scopes = set(args.pop("without_scopes"))
        for call in args.pop("calls", []):
            faults.add(**call)
        unknown = set(args) - set(SWITCHES)
        if unknown:
            raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
        for name, value in args.items():
            if name in _NUMBERS and not _is_amount(value):
                raise ValueError(f"{name} is a number, 0 for none")
        for name, value in args.items():
            setattr(faults, name, value)
        if not faults.reorder_events:
            self._slack.delivery.release()  # nothing that is held back is forgotten
        self._slack.tell("faults", **faults.as_json())
        return faults.as_json()

    async def bot(self, request: web.Request) -> Json:
        """The bot's process."""
        return _there(self._slack.beside.machine).state()

    async def set_bot(self, request: web.Request) -> Json:
        """Kill, stop or start the bot's process: ``{"do": "kill"}``."""
        machine = _there(self._slack.beside.machine)
        deeds = {"kill": machine.kill, "stop": machine.stop, "start": machine.start}
        do = (await _object(request)).get("do")
        if do not in deeds:
            raise ValueError(f"do is one of {', '.join(deeds)}")
        await deeds[do]()
        return machine.state()

    async def story(self, request: web.Request) -> Json:
        """The story, and how far it is."""
        return _there(self._slack.beside.show).state()

    async def set_story(self, request: web.Request) -> Json:
        """Play it, pause it and so on: ``{"do": "play", "pace": 10}``; see `Show.do`.

        Without a pace, at the one that it has.
        """
        show = _there(self._slack.beside.show)
        args = await _object(request)
        pace = args["pace"] if "pace" in args else show.state()["pace"]
        if pace is not None and not (_is_amount(pace) and pace > 0):
            raise ValueError("pace is a number above 0, or null for at once")
        await show.do(str(args.get("do")), pace)
        return show.state()

    # --- The stream --------------------------------------------------------------------------------

    def _changed(self, kind: str, data: Json) -> None:
        for queue in list(self._streams):
            if queue.full():
                # Who does not read is let go, and reads everything anew when it comes back.
                self._streams.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait((kind, data))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the kind of change, and its data."""
        queue: asyncio.Queue[tuple[str, Json] | None] = asyncio.Queue(BACKLOG_MAX)
        self._streams.add(queue)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        try:
            hello = {"id": self._slack.workspace.id, "clock": _clock(self._slack)}
            await response.write(f"retry: {RETRY_MS}\n".encode() + _event("hello", hello))
            async for chunk in _chunks(queue):
                await response.write(chunk)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(queue)
        return response

    def end_streams(self) -> None:
        """Let go whoever follows what changes; a browser comes back, and reads everything anew."""
        for queue in list(self._streams):
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    def _person(self, request: web.Request) -> Person:
        try:
            return self._slack.person(request.match_info["who"])
        except Refusal:
            raise web.HTTPNotFound(text="no such person") from None


async def _chunks(queue: asyncio.Queue[tuple[str, Json] | None]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                change = await queue.get()
        except TimeoutError:
            yield b": still here\n\n"
            continue
        if change is None:
            return
        yield _event(*change)


def _event(kind: str, data: Json) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data, default=_plain)}\n\n".encode()


def _clock(slack: Playground) -> Json:
    """The workspace's time, and how many of its seconds pass in a real one."""
    clock = slack.workspace.clock
    return {"now": clock(), "pace": getattr(clock, "pace", 1.0)}


def _app(slack: Playground) -> Json:
    """What the app offers to people, from its manifest."""
    features = slack.manifest.get("features", {})
    named = slack.manifest.get("display_information", {}).get("name")
    return {
        "name": named or slack.workspace.bot.real_name,
        "commands": [
            {key: one.get(key, "") for key in ("command", "description", "usage_hint")}
            for one in features.get("slash_commands", ())
        ],
        "shortcuts": [
            {key: one[key] for key in ("name", "type", "callback_id", "description")}
            for one in features.get("shortcuts", ())
        ],
        "scopes": sorted(slack.web_api.scopes() | slack.faults.without_scopes),
        "messages_tab_read_only": features.get("app_home", {}).get(
            "messages_tab_read_only_enabled", False
        ),
    }


def _drawn(messages: Sequence[Json]) -> list[Json]:
    return [drawn_message(message) for message in messages]


def _shown_as(file: Json) -> str | None:
    """The type under which a page may frame a file; None for one that is only handed out."""
    kind, name = str(file["mimetype"]), str(file["name"]).lower()
    if kind in _SHOWN:
        return kind
    return "text/plain" if kind.startswith("text/") or name.endswith(_TEXTS) else None


def _newest(request: web.Request, items: Sequence[T]) -> Sequence[T]:
    """The last so many, if the request has a `limit`."""
    limit = _limit(request)
    return items if limit is None else items[-limit:]


def _limit(request: web.Request) -> int | None:
    """How many of the last ones are asked for; None: all."""
    limit = request.query.get("limit")
    return None if limit is None else max(int(limit), 1)


def _numbered(request: web.Request, items: Sequence[T]) -> T:
    """The one whose number, from 1, the request names."""
    n = request.match_info["n"]
    if not n.isdecimal() or not 0 < int(n) <= len(items):
        raise web.HTTPNotFound(text="there is none of that number")
    return items[int(n) - 1]


def _there(thing: T | None) -> T:
    """What the playground has beside the workspace, if it has it."""
    if thing is None:
        raise web.HTTPNotFound(text="there is none here")
    return thing


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0


async def _object(request: web.Request) -> Json:
    body = await request.text()
    value = json.loads(body) if body.strip() else {}
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value


def _file(given: Json) -> tuple[str, bytes]:
    try:
        return str(given["name"]), base64.b64decode(given["content"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        raise ValueError('files are [{"name": ..., "content": BASE64}]') from None


def _json(value: Any, status: int = 200) -> web.Response:
    text = json.dumps(value, default=_plain)
    return web.Response(text=text, status=status, content_type="application/json")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")
