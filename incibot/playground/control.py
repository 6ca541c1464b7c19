"""The playground's own HTTP API: a page or a test looks at the workspace and lends people its hands.

Below ``/playground/api/``, all JSON:

===========================================  ====================================================
``GET workspace``                            the team, its people, the bot, groups, faults, time
``GET people/{who}/channels``                the conversations that somebody may see
``GET people/{who}/messages?channel=``       a channel's messages; ``&thread=TS`` for a thread
``GET people/{who}/pinned?channel=``         what is pinned
``GET people/{who}/ephemerals?channel=``     what the bot has said to this person alone
``GET people/{who}/direct-messages``         the direct messages with the bot
``GET people/{who}/views``                   the open modals, the uppermost last
``GET people/{who}/home``                    the App Home
``GET people/{who}/files[/{id}]``            files; one file's bytes
``POST people/{who}/{verb}``                 do something: `VERBS`, with the arguments as an object
``GET calls?method=`` ``GET deliveries``     what the bot has asked, and what it was sent
``GET faults`` ``POST faults``               what goes wrong: see `set_faults`
``POST settled``                             answers when all events have been delivered
``GET stream``                               what changes, as server-sent events
===========================================  ====================================================

A refusal is 409 with ``{"error": code}``; a wrong request 400; an unknown person or page 404.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiohttp import web

from incibot.playground import shapes
from incibot.playground.people import Person
from incibot.playground.terms import Json, Refusal

if TYPE_CHECKING:
    from incibot.playground.server import Playground

HEARTBEAT_SECONDS: Final = 15.0
BACKLOG_MAX: Final = 1000

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
}
"""What can be done in somebody's name; the arguments are those of `Person`'s methods. Files are
``[{"name": ..., "content": BASE64}]``."""

SWITCHES: Final = (
    "rate_limits",
    "distributed_app",
    "short_pages",
    "auth_error",
    "double_events",
    "drop_events",
    "reorder_events",
    "delay_events",
)


class Control:
    """The routes of the control API."""

    def __init__(self, slack: Playground) -> None:
        self._slack = slack
        self._streams: set[asyncio.Queue[tuple[str, Json] | None]] = set()
        slack.workspace.watchers.append(self._changed)

    def routes(self) -> list[web.RouteDef]:
        """All routes, to be added to the application."""
        base = "/playground/api"
        return [
            web.get(f"{base}/workspace", self._told(self.workspace)),
            web.get(f"{base}/people/{{who}}/files/{{file}}", self._told(self.download)),
            web.get(f"{base}/people/{{who}}/{{what}}", self._told(self.look)),
            web.post(f"{base}/people/{{who}}/{{verb}}", self._told(self.act)),
            web.get(f"{base}/calls", self._told(self.calls)),
            web.get(f"{base}/deliveries", self._told(self.deliveries)),
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
        space = self._slack.workspace
        return {
            "team": shapes.team(space),
            "now": space.now(),
            "bot": shapes.user(space, space.bot, with_email=False) | {"bot_id": space.bot_id},
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
        }

    async def look(self, request: web.Request) -> Any:
        """What one person sees."""
        person = self._person(request)
        channel = request.query.get("channel")
        match request.match_info["what"]:
            case "channels":
                return {"channels": person.channels()}
            case "messages" if channel is None:
                raise ValueError("name a channel: ?channel=general")
            case "messages" if thread := request.query.get("thread"):
                return {"messages": person.reads_thread(channel or "", thread)}
            case "messages":
                return {"messages": person.sees(channel or "")}
            case "pinned":
                return {"messages": person.pinned(channel or "general")}
            case "ephemerals":
                return {"messages": person.ephemerals(channel)}
            case "direct-messages":
                return {"messages": person.direct_messages()}
            case "views":
                return {"views": person.views}
            case "home":
                return {"view": person.home}
            case "files":
                return {"files": person.files()}
        raise web.HTTPNotFound

    async def download(self, request: web.Request) -> web.Response:
        """A file's bytes, for somebody who may see it."""
        person = self._person(request)
        file_id = request.match_info["file"]
        content = person.downloads(file_id)
        about = self._slack.workspace.files[file_id].json
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
        method = request.query.get("method")
        return {"calls": self._slack.calls(method)}

    async def deliveries(self, request: web.Request) -> Json:
        """What the bot was sent, oldest first, and how each attempt ended."""
        return {"deliveries": self._slack.delivery.sent}

    # --- Doing -----------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> Any:
        """One of `VERBS`."""
        person = self._person(request)
        verb = VERBS.get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"verbs: {', '.join(VERBS)}")
        args = await _object(request)
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
            setattr(faults, name, value)
        return faults.as_json()

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
            await response.write(b": hello\n\n")
            async for chunk in _chunks(queue):
                await response.write(chunk)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(queue)
        return response

    async def stop(self) -> None:
        """End all streams."""
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
        kind, data = change
        yield f"event: {kind}\ndata: {json.dumps(data, default=_plain)}\n\n".encode()


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
