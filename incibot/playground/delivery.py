"""How events, commands and interactions reach the bot: signed HTTP with Slack's retries, or Socket Mode."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from incibot.playground.faults import Faults
from incibot.playground.records import Announcement
from incibot.playground.terms import Json
from incibot.playground.workspace import Workspace

ACK_SECONDS: Final = 3.0
RETRY_DELAYS: Final = (0.0, 60.0, 300.0)
REDIRECTS_MAX: Final = 2
CONNECTIONS_MAX: Final = 10
WORDS_MAX: Final = 80
FORM: Final = "application/x-www-form-urlencoded"

FAREWELLS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""What an app is told of a workspace that it is in no more."""

# Event type -> the scope (for messages: its suffix) that lets an app hear of it.
_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "app_mention": ("app_mentions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "file_shared": ("files:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_left": ("channels:read",),
    "group_rename": ("groups:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "group_left": ("groups:read",),
    "user_change": ("users:read",),
    "team_join": ("users:read",),
}
_MESSAGE_SCOPES: Final = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
# A conversation's type -> how an app subscribes to what is said in such.
_MESSAGES: Final = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The `X-Slack-Signature` of a request: v0, HMAC-SHA256 over the raw body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot answered.

    Attributes:
        status: the HTTP status; 200 for a Socket Mode acknowledgement, 0 for no answer at all.
        body: the text of the answer.
        json: the answer as JSON, None where it is empty or something else.
        trouble: why it counts as failed, in the words of `x-slack-retry-reason`; None if it is good.
    """

    status: int
    body: str = ""
    json: Any = None
    trouble: str | None = None
    no_retry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver something. `retry` is 0 for the first."""

    at: datetime
    via: str
    retry: int
    status: int
    trouble: str | None


State = Literal["delivered", "trying", "waiting", "lost"]
Address = str | Callable[[], str] | None


@dataclass(slots=True, kw_only=True)
class Sent:
    """Something that was on its way to the bot.

    Attributes:
        kind: events_api, slash_commands or interactive.
        n: which one it is, from 1.
        next_try_at: when it is tried again, while it waits for that.
        given_up: it was not taken, and is not tried again.
    """

    kind: str
    payload: Json
    n: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    next_try_at: datetime | None = None
    given_up: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the bot took it."""
        return bool(self.attempts) and self.attempts[-1].trouble is None

    @property
    def state(self) -> State:
        """How it stands."""
        if self.delivered:
            return "delivered"
        if self.given_up:
            return "lost"
        return "trying" if self.next_try_at is None else "waiting"

    @property
    def what(self) -> str:
        """What it is, in few words."""
        payload = self.payload
        if self.kind == "events_api":
            event = payload["event"]
            return "/".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
        if self.kind == "slash_commands":
            return f"{payload['command']} {payload['text']}".strip()[:WORDS_MAX]
        ids = [str(action["action_id"]) for action in payload.get("actions", ())]
        named = payload.get("view", {}).get("callback_id") if not ids else None
        named = named or payload.get("callback_id") or payload.get("action_id")
        return " ".join([str(payload["type"]), *(ids or [str(named)] * bool(named))])[:WORDS_MAX]

    def brief(self) -> Json:
        """All but the payload."""
        return {
            "n": self.n,
            "kind": self.kind,
            "what": self.what,
            "attempts": [
                {
                    "at": attempt.at.isoformat(),
                    "via": attempt.via,
                    "retry": attempt.retry,
                    "status": attempt.status,
                    "trouble": attempt.trouble,
                }
                for attempt in self.attempts
            ],
            "state": self.state,
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
        }


class Sockets:
    """The open Socket Mode connections.

    Attributes:
        expected: the bot has connected at least once, so that a gap is a reconnection.
    """

    def __init__(self, workspace: Workspace, ack_seconds: float) -> None:
        self._workspace = workspace
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._draining: set[web.WebSocketResponse] = set()
        self._acks: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Json]]] = {}
        self._arrival = asyncio.Condition()
        self._turn = 0
        self.expected = False

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def ticket(self) -> str:
        """A new ticket, good for one connection."""
        ticket = self._workspace.ids.uuid("ticket")
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket endpoint."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        host = {"host": "playground"}
        if len(self._open) >= CONNECTIONS_MAX:
            refusal = {"type": "disconnect", "reason": "too_many_websockets", "debug_info": host}
            await socket.send_json(refusal)
            await socket.close()
            return socket
        self._open.append(socket)
        try:
            await socket.send_json(self._hello())
            self.expected = True
            async with self._arrival:
                self._arrival.notify_all()
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._hear(frame.data)
        finally:
            self._open.remove(socket)
            self._draining.discard(socket)
            self._forget(socket)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._workspace.app_id},
            "debug_info": {
                "host": "playground",
                "started": self._workspace.now().strftime("%Y-%m-%d %H:%M:%S.000"),
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
        }

    def _hear(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        waiting = self._acks.get(str(frame.get("envelope_id"))) if isinstance(frame, dict) else None
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(frame)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        for owner, waiting in self._acks.values():
            if owner is socket and not waiting.done():
                waiting.set_exception(ConnectionResetError("the connection was closed"))

    def _usable(self) -> list[web.WebSocketResponse]:
        return [one for one in self._open if one not in self._draining and not one.closed]

    async def send(self, kind: str, payload: Json, *, retry: int, reason: str) -> Answer:
        """Hand one envelope to one of the connections, and wait for its acknowledgement."""
        try:
            async with asyncio.timeout(self._ack_seconds), self._arrival:
                await self._arrival.wait_for(self._usable)
        except TimeoutError:
            return Answer(status=0, trouble="connection_failed")
        usable = self._usable()
        socket = usable[self._turn % len(usable)]
        self._turn += 1
        envelope_id = self._workspace.ids.uuid("envelope")
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = (socket, waiting)
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(self._ack_seconds):
                ack = await waiting
        except TimeoutError:
            return Answer(status=0, trouble="timeout")
        except ConnectionError:
            return Answer(status=0, trouble="connection_failed")
        finally:
            del self._acks[envelope_id]
        body = ack.get("payload") if kind != "events_api" else None
        return Answer(status=200, body=json.dumps(body) if body else "", json=body)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to go and come back; nothing more is sent on them.

        Args:
            reason: ``warning`` announces it and leaves them open; ``refresh_requested`` and
                ``link_disabled`` mean now.
        """
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
        for socket in self._usable():
            if reason != "warning":
                self._draining.add(socket)
            await socket.send_json(frame)

    async def cut(self) -> None:
        """Break every connection without a word."""
        for socket in list(self._open):
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)


class Delivery:
    """The way from the workspace to the bot.

    Args:
        sleep: waits out the pauses between retries.
        retry_delays: seconds before each retry of an event.
        ack_seconds: how long the bot may take to answer.
        subscriptions: event types that the app has subscribed to, such as ``pin_added``,
            ``message.channels``, or ``message`` for messages anywhere; None is all of them.
        sockets: the app's connections, where it has them for another workspace already.

    Attributes:
        request_url: where HTTP deliveries go, or what says for each where it goes; None for a bot
            that only uses Socket Mode.
        at_once: how many events may be on their way at a time; it holds from the next start.
        sent: everything that was on its way, oldest first.
    """

    def __init__(
        self,
        workspace: Workspace,
        faults: Faults,
        *,
        signing_secret: str,
        request_url: Address,
        scopes: Callable[[], set[str]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_seconds: float = ACK_SECONDS,
        subscriptions: set[str] | None = None,
        sockets: Sockets | None = None,
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._secret = signing_secret
        self.request_url: Address = request_url
        self.at_once = 1
        self._scopes = scopes
        self._sleep = sleep
        self._retry_delays = tuple(retry_delays)
        self._ack_seconds = ack_seconds
        self.subscriptions = subscriptions
        self.sockets = sockets or Sockets(workspace, ack_seconds)
        self.sent: list[Sent] = []
        self._queue: asyncio.Queue[Json] = asyncio.Queue()
        self._held: list[Json] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._asleep: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()
        self._pumps: set[asyncio.Task[None]] = set()
        self._client: aiohttp.ClientSession | None = None
        workspace.listeners.append(self.announce)

    # --- Life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to deliver."""
        timeout = aiohttp.ClientTimeout(total=None)
        self._client = aiohttp.ClientSession(timeout=timeout)
        self._pumps = {asyncio.create_task(self._run()) for _ in range(self.at_once)}

    async def stop(self) -> None:
        """Stop; what is not delivered is lost."""
        tasks = [*self._tasks, *self._pumps]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.sockets.cut()
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def settled(self, *, retries: bool = False) -> None:
        """Wait until every event has been delivered or refused.

        Args:
            retries: wait for the later retries too, which take minutes unless `sleep` is another.
        """
        while True:
            if self._held:
                self.release()
            await self._drained()
            pending = self._tasks if retries else self._tasks - self._asleep
            if pending:
                # A task that goes to sleep is no longer waited for, so look again at each change.
                self._stirred.clear()
                await self._stirred.wait()
            elif not self._held and self._queue.empty():
                return

    async def _drained(self) -> None:
        """Wait until the queue is empty; raises what a task that empties it has died of."""
        joined = asyncio.create_task(self._queue.join())
        await asyncio.wait({joined, *self._pumps}, return_when=asyncio.FIRST_COMPLETED)
        if not joined.done():
            joined.cancel()
            await asyncio.gather(*(pump for pump in self._pumps if pump.done()))

    # --- Events ----------------------------------------------------------------------------------

    def hears(self, told: Announcement) -> bool:
        """Whether the app is told of an event: subscription, scope, and being in the conversation."""
        kind = str(told.event["type"])
        if not self._workspace.installed and kind not in FAREWELLS:
            return False
        names = {kind}
        if kind == "message" and told.channel is not None:
            names.add(_MESSAGES[told.channel.type])
        if self.subscriptions is not None and not names & self.subscriptions:
            return False
        inside = told.channel is None or self._workspace.bot.id in told.channel.members
        if not inside and not told.everywhere:
            return False
        scopes = _SCOPES.get(kind, ())
        if kind == "message" and told.channel is not None:
            scopes = (_MESSAGE_SCOPES[told.channel.type],)
        return not scopes or bool(self._scopes().intersection(scopes))

    def announce(self, told: Announcement) -> None:
        """Put an event on its way, if the app is to hear of it."""
        if not self.hears(told):
            return
        ids = self._workspace.ids
        authorization = {
            "enterprise_id": None,
            "team_id": self._workspace.team_id,
            "user_id": self._workspace.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        shared = told.channel is not None and bool(told.channel.teams)
        body: Json = {
            "token": "verification-token",
            # Of an event in a shared channel this may be another's; `authorizations` tells whose
            # installation it is for.
            "team_id": self._of(told.event) if shared else self._workspace.team_id,
            "context_team_id": self._workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": self._workspace.app_id,
            "event": told.event,
            "type": "event_callback",
            "event_id": ids.next("Ev"),
            "event_time": int(told.event["event_ts"].partition(".")[0]),
            "authorizations": [authorization],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{ids.hexes('event_context', 40)}",
        }
        self.enqueue(body)

    def _of(self, event: Json) -> str:
        """The workspace of whoever has caused an event."""
        message = event.get("message", event)
        by = self._workspace.users.get(str(event.get("user") or message.get("user")))
        return by.team_id if by is not None else self._workspace.team_id

    def enqueue(self, body: Json) -> None:
        """Put an event's whole body on its way, through the faults that are switched on."""
        faults = self._faults
        if faults.drop_events > 0:
            faults.drop_events -= 1
            return
        if faults.reorder_events > 0:
            self._held.append(body)
            if len(self._held) >= faults.reorder_events:
                self.release()
            return
        copies = 1
        if faults.double_events > 0:
            faults.double_events -= 1
            copies = 2
        for _ in range(copies):
            self._queue.put_nowait(body)

    def release(self) -> None:
        """Send what is held back, last first."""
        for body in reversed(self._held):
            self._queue.put_nowait(body)
        self._held.clear()
        self._faults.reorder_events = 0

    async def _run(self) -> None:
        while True:
            body = await self._queue.get()
            try:
                if self._faults.delay_events:
                    await self._sleep(self._faults.delay_events)
                sent = self._new("events_api", body)
                answer = await self._try(sent, retry=0, reason="", last=not self._retry_delays)
                if self._again(answer):
                    # The others do not wait for an event that takes minutes to arrive.
                    task = asyncio.create_task(self._insist(sent, answer))
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
            finally:
                self._queue.task_done()

    def _again(self, answer: Answer) -> bool:
        listening = self.request_url is not None or self.sockets.expected
        return answer.trouble is not None and listening and not answer.no_retry

    async def _insist(self, sent: Sent, answer: Answer) -> None:
        for retry, delay in enumerate(self._retry_delays, 1):
            if delay > 0:
                sent.next_try_at = self._workspace.now() + timedelta(seconds=delay)
                self._workspace.tell("delivery", **sent.brief())
            await self._rest(delay)
            sent.next_try_at = None
            last = retry == len(self._retry_delays)
            answer = await self._try(sent, retry=retry, reason=str(answer.trouble), last=last)
            if not self._again(answer):
                return

    async def _rest(self, seconds: float) -> None:
        """Sleep, so that `settled` knows of it."""
        task = asyncio.current_task()
        if seconds <= 0 or task is None:
            return
        self._asleep.add(task)
        self._stirred.set()
        try:
            await self._sleep(seconds)
        finally:
            self._asleep.discard(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._stirred.set()

    # --- Commands and interactions -----------------------------------------------------------------

    async def command(self, form: Mapping[str, str]) -> Answer:
        """Deliver a slash command, once, and wait for the answer."""
        return await self._once("slash_commands", dict(form))

    async def interaction(self, payload: Json) -> Answer:
        """Deliver an interaction, once, and wait for the answer."""
        return await self._once("interactive", payload)

    async def _once(self, kind: str, payload: Json) -> Answer:
        sent = self._new(kind, copy.deepcopy(payload))
        return await self._try(sent, retry=0, reason="", last=True)

    def _new(self, kind: str, payload: Json) -> Sent:
        sent = Sent(n=len(self.sent) + 1, kind=kind, payload=payload)
        self.sent.append(sent)
        self._workspace.tell("delivery", **sent.brief())
        return sent

    async def verify_url(self) -> bool:
        """Send the `url_verification` handshake; whether the bot gave the challenge back."""
        challenge = self._workspace.ids.hexes("challenge", 40)
        body = {"token": "verification-token", "challenge": challenge, "type": "url_verification"}
        answer = await self._post("application/json", json.dumps(body).encode(), {})
        return answer.status == 200 and challenge in answer.body

    async def ssl_check(self) -> bool:
        """Send the `ssl_check` of a command's address; whether the bot answered 200."""
        body = urlencode({"ssl_check": "1", "token": "verification-token"}).encode()
        return (await self._post(FORM, body, {})).status == 200

    # --- One attempt -------------------------------------------------------------------------------

    async def _try(self, sent: Sent, *, retry: int, reason: str, last: bool) -> Answer:
        at = self._workspace.now()
        by_socket = self.sockets.count or (self.request_url is None and self.sockets.expected)
        via, reach = ("socket", self._push) if by_socket else ("http", self._call)
        try:
            answer = await reach(sent, retry, reason)
        except asyncio.CancelledError:
            sent.given_up = True  # whoever did it does not wait for the answer any more
            raise
        attempt = Attempt(at=at, via=via, retry=retry, status=answer.status, trouble=answer.trouble)
        sent.attempts.append(attempt)
        sent.given_up = answer.trouble is not None and (last or not self._again(answer))
        self._workspace.tell("delivery", **sent.brief())
        return answer

    async def _push(self, sent: Sent, retry: int, reason: str) -> Answer:
        return await self.sockets.send(sent.kind, sent.payload, retry=retry, reason=reason)

    async def _call(self, sent: Sent, retry: int, reason: str) -> Answer:
        headers = {}
        if retry:
            headers = {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        content_type, body = _encode(sent)
        return await self._post(content_type, body, headers)

    async def _post(self, content_type: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        url = self.request_url() if callable(self.request_url) else self.request_url
        if self._client is None or url is None:
            return Answer(status=0, trouble="connection_failed")
        timestamp = str(self._workspace.seconds())
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
            **headers,
        }
        try:
            async with (
                asyncio.timeout(self._ack_seconds),
                self._client.post(
                    url, data=body, headers=signed, max_redirects=REDIRECTS_MAX + 1
                ) as response,
            ):
                text = await response.text(errors="replace")
                return _read(response, text)
        except TimeoutError:
            return Answer(status=0, trouble="http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(status=0, trouble="too_many_redirects")
        except aiohttp.ClientSSLError:
            return Answer(status=0, trouble="ssl_error")
        except (aiohttp.ClientConnectionError, ConnectionError):
            return Answer(status=0, trouble="connection_failed")
        except aiohttp.ClientError:
            return Answer(status=0, trouble="unknown_error")


def _encode(sent: Sent) -> tuple[str, bytes]:
    if sent.kind == "events_api":
        return "application/json", json.dumps(sent.payload).encode()
    if sent.kind == "slash_commands":
        return FORM, urlencode(sent.payload).encode()
    return FORM, urlencode({"payload": json.dumps(sent.payload)}).encode()


def _read(response: aiohttp.ClientResponse, text: str) -> Answer:
    value = None
    if "json" in response.content_type and text:
        try:
            value = json.loads(text)
        except ValueError:
            return Answer(status=response.status, body=text, trouble="http_error")
    return Answer(
        status=response.status,
        body=text,
        json=value,
        trouble=None if 200 <= response.status < 300 else "http_error",
        no_retry=response.headers.get("x-slack-no-retry") == "1",
    )
