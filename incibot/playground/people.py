"""What a person can do in the local Slack: type, write, click, fill in forms, and look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from incibot.playground import elements, shapes
from incibot.playground.delivery import Answer
from incibot.playground.records import Channel, User
from incibot.playground.terms import Json, Refusal
from incibot.playground.views import Shown, values_of

if TYPE_CHECKING:
    from incibot.playground.server import Playground

_TIMEOUTS: Final = ("http_timeout", "timeout")
CONNECTION_ERROR: Final = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What a person sees at once after a slash command.

    Attributes:
        status: the HTTP status of the bot's answer; 0 for none.
        text, blocks: the message, empty where nothing is shown.
        raw: the answer as it came: JSON, or text.
        response_type: ``ephemeral`` or ``in_channel``.
        trouble: why Slack says that the command failed: ``operation_timeout`` or
            ``dispatch_failed``, or the error of the message; None if it went well.
    """

    status: int
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    raw: Any = None
    response_type: str = "ephemeral"
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickAnswer:
    """How the bot took a click or a shortcut; `sent` is False where Slack keeps it to itself."""

    status: int = 0
    trouble: str | None = None
    sent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAnswer:
    """What became of a submitted modal.

    Attributes:
        errors: texts by block_id, from the bot or from Slack's own client; None if there were none.
        trouble: what Slack shows instead where the bot failed; None if it did not.
        sent: False where Slack's client had objections of its own and sent nothing.
        raw: the bot's answer as JSON, None for an empty one.
    """

    status: int = 0
    errors: dict[str, str] | None = None
    trouble: str | None = None
    sent: bool = True
    raw: Any = None


class Person:
    """Somebody at the keyboard. Channels are named by id, by name (``#general``), or ``@handle``."""

    def __init__(self, slack: Playground, user: User) -> None:
        self._slack = slack
        self._space = slack.workspace
        self.user = user
        self._touched: dict[tuple[str, str], dict[tuple[str, str], Json]] = {}

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The handle."""
        return self.user.name

    @property
    def mention(self) -> str:
        """The markup that mentions this person."""
        return f"<@{self.user.id}>"

    # --- Conversations ---------------------------------------------------------------------------

    def _room(self, named: str, *, inside: bool = True) -> Channel:
        """A conversation that this person may see and, if `inside`, is in."""
        if named.startswith("@"):
            other = self._space.user(named)
            return self._space.open_direct(self.user, [other])[0]
        channel = self._space.seen_by(self.user, self._space.channel(named).id)
        if inside:
            self._space.entered(self.user, channel)
        return channel

    def _live(self, named: str) -> Channel:
        channel = self._room(named)
        if channel.is_archived:
            raise Refusal("is_archived")
        return channel

    async def joins(self, channel: str) -> None:
        """Enter a public channel."""
        self._space.join(self.user, self._room(channel, inside=False))

    async def leaves(self, channel: str) -> None:
        """Go out of a channel."""
        self._space.leave(self.user, self._room(channel, inside=False))

    async def invites(self, user: str, channel: str) -> None:
        """Bring somebody in, the bot too."""
        room, guest = self._room(channel), self._space.user(user)
        self._space.may_invite(self.user, room)
        if problem := self._space.invitation_problem(self.user, room, guest.id):
            raise Refusal(problem)
        self._space.invite(self.user, room, [guest.id])

    async def kicks(self, user: str, channel: str) -> None:
        """Put somebody out."""
        self._space.kick(self.user, self._room(channel), self._space.user(user))

    async def creates(self, name: str, *, private: bool = False) -> str:
        """Make a channel; its id."""
        return self._space.create(self.user, name, private=private).id

    async def archives(self, channel: str) -> None:
        """Archive a channel."""
        self._space.archive(self.user, self._room(channel))

    async def unarchives(self, channel: str) -> None:
        """Open an archived channel again."""
        self._space.unarchive(self.user, self._room(channel))

    async def renames(self, channel: str, name: str) -> None:
        """Rename a channel."""
        self._space.rename(self.user, self._room(channel), name)

    async def sets_topic(self, channel: str, topic: str) -> None:
        """Set a channel's topic."""
        self._space.set_topic(self.user, self._room(channel), topic)

    async def sets_purpose(self, channel: str, purpose: str) -> None:
        """Set a channel's purpose."""
        self._space.set_purpose(self.user, self._room(channel), purpose)

    # --- The app ---------------------------------------------------------------------------------

    async def uninstalls(self) -> None:
        """Put the bot's app out of the workspace."""
        if self.user.is_restricted or self._space.is_external(self.user):
            raise Refusal("restricted_action")
        self._slack.web_api.uninstall()

    # --- Messages --------------------------------------------------------------------------------

    async def writes(
        self,
        text: str,
        channel: str = "general",
        thread_ts: str | None = None,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        broadcast: bool = False,
    ) -> str:
        """Send a message; its `ts`.

        Args:
            text: as typed: ``@ana`` and ``#general`` become mentions, ``<`` is escaped.
            files: names and contents.
            broadcast: "also send to channel", for a reply.
        """
        room = self._live(channel)
        made = []
        for name, content in files:
            file = self._space.new_file(self.user, name, len(content), base_url=self._slack.url)
            file.content = content
            made.append(file)
        message = self._space.post(
            self.user,
            room,
            text=self._space.typed(text, labels=False),
            thread_ts=thread_ts,
            broadcast=broadcast,
            files=made,
        )
        if "thread_ts" not in message:
            self._space.mark(self.user, room, message["ts"])
        return str(message["ts"])

    async def edits(self, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        room = self._live(channel)
        message = self._space.message(room, ts)
        typed = self._space.typed(text, labels=False)
        self._space.edit(self.user, room, message, text=typed)

    async def deletes(self, channel: str, ts: str) -> None:
        """Delete one's own message; administrators may delete any."""
        room = self._live(channel)
        self._space.delete(self.user, room, self._space.message(room, ts))

    async def reacts(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction, named without colons."""
        room = self._live(channel)
        self._space.react(self.user, room, self._space.message(room, ts), name)

    async def unreacts(self, channel: str, ts: str, name: str) -> None:
        """Take a reaction back."""
        room = self._live(channel)
        self._space.unreact(self.user, room, self._space.message(room, ts), name)

    async def pins(self, channel: str, ts: str) -> None:
        """Pin a message."""
        room = self._live(channel)
        self._space.pin(self.user, room, self._space.message(room, ts))

    async def unpins(self, channel: str, ts: str) -> None:
        """Take a pin off."""
        room = self._live(channel)
        self._space.unpin(self.user, room, self._space.message(room, ts))

    async def marks(self, channel: str, ts: str) -> None:
        """Read a conversation up to there."""
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", ts):
            raise ValueError(f"{ts!r} is no ts")
        self._space.mark(self.user, self._room(channel, inside=False), ts)

    async def dismisses(self, channel: str, ts: str) -> None:
        """Take away what the bot has said to this person alone."""
        self._space.dismiss(self._room(channel, inside=False), self.user, ts)

    # --- Looking ---------------------------------------------------------------------------------

    def channels(self) -> list[Json]:
        """The conversations that this person may see, and what is unread in each."""
        return [
            self._listed(channel)
            for channel in self._space.channels.values()
            if self._space.is_seen_by(self.user, channel)
        ]

    def channel(self, named: str) -> Json:
        """One conversation, with what stands at its top."""
        room = self._room(named, inside=False)
        return self._listed(room) | {"bookmarks": [dict(mark) for mark in room.bookmarks]}

    def _listed(self, room: Channel) -> Json:
        unread = self._space.unread(self.user, room)
        called = room.kind == "im" or any(
            self._space.is_mentioned(self.user, message) for message in unread
        )
        latest = [str(message["ts"]) for message in self._space.timeline(room)[-1:]]
        return shapes.channel(self._space, room, viewer=self.user, num_members=True) | {
            "members": list(room.members),
            "last_read": self._space.read.get((self.id, room.id), "0"),
            "unread": len(unread),
            "mentioned": bool(unread) and called,
            "latest": latest[0] if latest else "0",
        }

    def sees(self, channel: str) -> list[Json]:
        """A channel's messages outside its threads, oldest first."""
        return self.sees_last(channel, None)[0]

    def sees_last(self, channel: str, limit: int | None) -> tuple[list[Json], int]:
        """The last so many of them (None: all), and how many are earlier."""
        room = self._room(channel, inside=False)
        whole = self._space.timeline(room)
        last = whole if limit is None else whole[-limit:]
        return [self._space.shown(room, one) for one in last], len(whole) - len(last)

    def reads_thread(self, channel: str, ts: str) -> list[Json]:
        """A thread: its root, then the replies, oldest first."""
        room = self._room(channel, inside=False)
        root = self._space.thread_root(room, ts)
        if root is None:
            raise Refusal("thread_not_found")
        replies = self._space.replies(room, root["ts"])
        return [self._space.shown(room, one) for one in (root, *replies)]

    def pinned(self, channel: str) -> list[Json]:
        """What is pinned in a channel, the newest pin first."""
        room = self._room(channel, inside=False)
        return [self._space.pin_json(room, pin)["message"] for pin in room.pins]

    def ephemerals(self, channel: str | None = None) -> list[Json]:
        """What the bot has said to this person alone, oldest first."""
        room = self._room(channel, inside=False) if channel else None
        return [
            said.message
            for said in self._space.ephemerals
            if said.user == self.id and (room is None or said.channel == room.id)
        ]

    def direct_messages(self) -> list[Json]:
        """The direct messages with the bot, oldest first, replies among them."""
        room = self._space.open_direct(self.user, [self._space.bot])[0]
        return [self._space.shown(room, one) for one in room.messages.values()]

    def files(self) -> list[Json]:
        """The files that this person may see, oldest first."""
        return [
            file.json
            for file in self._space.files.values()
            if file.content and self._sees(file.json)
        ]

    def downloads(self, file_id: str) -> bytes:
        """A file's content; raises `Refusal` file_not_found for one that the person may not see."""
        file = self._space.files.get(file_id)
        if file is None or file.content is None or not self._sees(file.json):
            raise Refusal("file_not_found")
        return file.content

    def _sees(self, file: Json) -> bool:
        places = [*file["channels"], *file["groups"], *file["ims"]]
        rooms = [self._space.channels[place] for place in places]
        return file["user"] == self.id or any(
            self._space.is_seen_by(self.user, room) for room in rooms
        )

    @property
    def view(self) -> Json | None:
        """The modal that is open and uppermost."""
        shown = self._slack.views.top(self.user)
        return shown.view if shown else None

    @property
    def views(self) -> list[Json]:
        """The open modals, the uppermost last."""
        return [shown.view for shown in self._slack.views.stacks.get(self.id, [])]

    @property
    def home(self) -> Json | None:
        """The App Home as it was published last."""
        shown = self._slack.views.homes.get(self.id)
        return shown.view if shown else None

    # --- Commands and shortcuts --------------------------------------------------------------------

    async def types(self, text: str, channel: str = "general") -> CommandAnswer:
        """Type a slash command, such as ``/incident declare sev2 Checkout``."""
        room = self._live(channel)
        command, _, words = text.partition(" ")
        if not command.startswith("/"):
            raise ValueError(f"a slash command begins with a slash; this is {text!r}")
        if not self._space.installed:
            raise Refusal("not_installed", f"{command} is no command here")
        if self._slack.escapes_commands:
            words = self._space.typed(words, labels=True)
        form = {
            "token": "verification-token",
            "team_id": self._space.team_id,
            "team_domain": self._space.domain,
            "channel_id": room.id,
            "channel_name": self._called(room),
            "user_id": self.id,
            "user_name": self.name,
            "command": command,
            "text": words.strip(),
            "api_app_id": self._space.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(room),
            "trigger_id": self._slack.views.trigger(self.user),
        }
        answer = await self._slack.delivery.command(form)
        if answer.trouble is not None:
            return CommandAnswer(
                status=answer.status, raw=answer.body, trouble=_said_to_have_failed(answer)
            )
        return self._shown(room, answer)

    def _shown(self, room: Channel, answer: Answer) -> CommandAnswer:
        said: Any = answer.json if answer.json is not None else {"text": answer.body}
        if not isinstance(said, dict):
            said = {"text": str(said)}
        if not any(said.get(key) for key in ("text", "blocks", "attachments")):
            return CommandAnswer(status=answer.status, raw=answer.json)
        try:
            self._slack.responses.respond(self.user, room, said)
        except Refusal as refusal:
            return CommandAnswer(status=answer.status, raw=said, trouble=str(refusal))
        return CommandAnswer(
            status=answer.status,
            text=said.get("text") or "",
            blocks=said.get("blocks") or [],
            raw=answer.json if answer.json is not None else answer.body,
            response_type=said.get("response_type", "ephemeral"),
        )

    async def shortcut(self, callback_id: str) -> ClickAnswer:
        """Run a global shortcut."""
        payload = {
            **self._signature("shortcut"),
            "action_ts": self._space.ts(),
            "callback_id": callback_id,
            "trigger_id": self._slack.views.trigger(self.user),
        }
        return await self._interact(payload)

    async def message_shortcut(self, callback_id: str, channel: str, ts: str) -> ClickAnswer:
        """Run a message shortcut, in any channel that the person sees."""
        room = self._room(channel, inside=False)
        message = self._space.message(room, ts)
        payload = {
            **self._signature("message_action"),
            "action_ts": self._space.ts(),
            "callback_id": callback_id,
            "trigger_id": self._slack.views.trigger(self.user),
            "response_url": self._response_url(room, ts),
            "message_ts": ts,
            "channel": {"id": room.id, "name": self._called(room)},
            "message": self._space.shown(room, message),
        }
        return await self._interact(payload)

    async def opens_home(self, tab: str = "home") -> None:
        """Open the bot's App Home; `tab` is ``home`` or ``messages``."""
        room = self._space.open_direct(self.user, [self._space.bot])[0]
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": room.id, "tab": tab}
        if tab == "home" and self.home is not None:
            event["view"] = self.home
        self._space.announce(event)

    # --- Clicking ----------------------------------------------------------------------------------

    async def clicks(
        self,
        action_id: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        value: Any = None,
        selected: Any = None,
        block_id: str | None = None,
    ) -> ClickAnswer:
        """Press a button or choose from a select.

        Args:
            action_id: which element.
            channel: where the message is; without it, the open modal, else the App Home.
            ts: which message; without it, the newest that has such an element.
            value: of several buttons with one action_id, the one with this value; for other
                elements the same as `selected`.
            selected: what is chosen, see `elements.filled`.

        Raises:
            LookupError: there is no such element, or no such option.
        """
        chosen = value if selected is None else selected
        if channel is not None:
            return await self._clicks_message(channel, ts, action_id, block_id, chosen)
        shown = self._slack.views.top(self.user) or self._slack.views.homes.get(self.id)
        if shown is None:
            raise LookupError("no modal is open, and no App Home was published")
        item = elements.find(shown.view["blocks"], action_id, block_id=block_id, value=chosen)
        if item is None:
            raise LookupError(_not_there(action_id, shown.view["blocks"], "the view"))
        action = elements.used(item.element, chosen, find_id=self._find_id)
        if elements.resting(item.element) is not None:
            shown.inputs[item.key] = elements.filled(item.element, chosen, find_id=self._find_id)
            shown.view["state"] = self._slack.views.state(shown)
        if item.block["type"] == "input" and not item.block.get("dispatch_action"):
            return ClickAnswer(sent=False)
        payload = {
            **self._signature("block_actions"),
            "container": {"type": "view", "view_id": shown.view["id"]},
            "trigger_id": self._slack.views.trigger(self.user),
            "view": shown.view,
            "actions": [self._action(item, action)],
        }
        return await self._interact(payload)

    async def _clicks_message(
        self, channel: str, ts: str | None, action_id: str, block_id: str | None, chosen: Any
    ) -> ClickAnswer:
        room = self._room(channel)
        whispers = [
            said.message
            for said in self._space.ephemerals
            if said.user == self.id and said.channel == room.id
        ]
        candidates = sorted(
            (
                one
                for one in (*room.messages.values(), *whispers)
                if "app_id" in one and ts in (None, one["ts"])
            ),
            key=lambda one: str(one["ts"]),
            reverse=True,
        )
        for message in candidates:
            blocks = message.get("blocks", [])
            item = elements.find(blocks, action_id, block_id=block_id, value=chosen)
            if item is not None:
                return await self._acts(room, message, item, chosen)
        blocks = [block for one in candidates for block in one.get("blocks", [])]
        raise LookupError(_not_there(action_id, blocks, f"#{room.name or room.id}"))

    async def _acts(
        self, room: Channel, message: Json, item: elements.Placed, chosen: Any
    ) -> ClickAnswer:
        action = elements.used(item.element, chosen, find_id=self._find_id)
        touched = self._touched.setdefault((room.id, message["ts"]), {})
        if elements.resting(item.element) is not None:
            touched[item.key] = elements.filled(item.element, chosen, find_id=self._find_id)
        if item.block["type"] == "input" and not item.block.get("dispatch_action"):
            return ClickAnswer(sent=False)
        ephemeral = bool(message.get("is_ephemeral"))
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": room.id,
            "is_ephemeral": ephemeral,
        }
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        payload = {
            **self._signature("block_actions"),
            "container": container,
            "trigger_id": self._slack.views.trigger(self.user),
            "channel": {"id": room.id, "name": self._called(room)},
            "state": {"values": values_of(message["blocks"], touched)},
            "response_url": self._response_url(room, message["ts"]),
            "actions": [self._action(item, action)],
        }
        if not ephemeral:
            payload["message"] = self._space.shown(room, message)
        return await self._interact(payload)

    def _action(self, item: elements.Placed, action: Json) -> Json:
        block_id, action_id = item.key
        return {
            "action_id": action_id,
            "block_id": block_id,
            **action,
            "action_ts": self._space.ts(),
        }

    async def searches(self, action_id: str, words: str) -> list[Json]:
        """Type into an `external_select` of the open modal; the options that the bot offers."""
        shown = self._uppermost()
        item = elements.find(shown.view["blocks"], action_id)
        if item is None:
            raise LookupError(_not_there(action_id, shown.view["blocks"], "the view"))
        payload = {
            **self._signature("block_suggestion"),
            "action_id": action_id,
            "block_id": item.block["block_id"],
            "value": words,
            "container": {"type": "view", "view_id": shown.view["id"]},
            "view": shown.view,
        }
        answer = await self._slack.delivery.interaction(payload)
        if answer.trouble is not None or not isinstance(answer.json, dict):
            raise Refusal(_said_to_have_failed(answer))
        groups = answer.json.get("option_groups", [])
        found = [option for group in groups for option in group["options"]]
        return [*answer.json.get("options", []), *found]

    # --- Modals ------------------------------------------------------------------------------------

    async def fills(self, values: Mapping[str, Any]) -> None:
        """Type into the open modal without sending it; see `submits`."""
        self._slack.views.fill(self._uppermost(), dict(values), find_id=self._find_id)

    async def submits(self, values: Mapping[str, Any] | None = None) -> ViewAnswer:
        """Fill in the open modal and send it.

        Args:
            values: by block_id (or action_id): text, an option's value, a handle, lists of these
                for the multi kinds, None to clear. What was typed before stays.
        """
        shown = self._uppermost()
        self._slack.views.fill(shown, dict(values or {}), find_id=self._find_id)
        if complaints := self._slack.views.complaints(shown):
            return ViewAnswer(errors=complaints, sent=False)
        payload = {
            **self._signature("view_submission"),
            "trigger_id": self._slack.views.trigger(self.user),
            "view": shown.view,
            "response_urls": self._response_urls(shown),
        }
        answer = await self._slack.delivery.interaction(payload)
        if answer.trouble is not None:
            return ViewAnswer(
                status=answer.status, trouble=_said_to_have_failed(answer), raw=answer.json
            )
        said = answer.json if answer.json is not None else {}
        if not isinstance(said, dict) or (answer.body.strip() and answer.json is None):
            return ViewAnswer(status=answer.status, trouble=CONNECTION_ERROR, raw=answer.body)
        try:
            errors = self._slack.views.answered(shown, said)
        except Refusal as refusal:
            trouble = f"{CONNECTION_ERROR} ({refusal})"
            return ViewAnswer(status=answer.status, trouble=trouble, raw=said)
        return ViewAnswer(status=answer.status, errors=errors, raw=answer.json)

    async def closes_view(self, *, everything: bool = False) -> ClickAnswer:
        """Press Cancel; with `everything`, the cross that closes the whole stack."""
        shown = self._uppermost()
        if everything:
            shown = self._slack.views.stacks[self.id][0]
            self._slack.views.clear(self.id)
        else:
            self._slack.views.close(shown)
        if not shown.view["notify_on_close"]:
            return ClickAnswer(sent=False)
        signature = self._signature("view_closed")
        view = {**shown.view, "state": {"values": {}}}
        return await self._interact({**signature, "view": view, "is_cleared": everything})

    def _uppermost(self) -> Shown:
        shown = self._slack.views.top(self.user)
        if shown is None:
            raise LookupError(f"{self.name} has no modal open")
        return shown

    def _response_urls(self, shown: Shown) -> list[Json]:
        urls = []
        for item in elements.placed(shown.view["blocks"]):
            if not item.element.get("response_url_enabled"):
                continue
            block_id, action_id = item.key
            state = shown.view["state"]["values"][block_id][action_id]
            place = state.get("selected_conversation") or state.get("selected_channel")
            if place:
                room = self._space.channels[place]
                urls.append(
                    {
                        "block_id": block_id,
                        "action_id": action_id,
                        "channel_id": room.id,
                        "response_url": self._response_url(room),
                    }
                )
        return urls

    # --- What all of these share -------------------------------------------------------------------

    def _signature(self, kind: str) -> Json:
        return {
            "type": kind,
            "user": {
                "id": self.id,
                "username": self.name,
                "name": self.name,
                "team_id": self.user.team_id,
            },
            "api_app_id": self._space.app_id,
            "token": "verification-token",
            "team": {"id": self._space.team_id, "domain": self._space.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _interact(self, payload: Json) -> ClickAnswer:
        answer = await self._slack.delivery.interaction(payload)
        trouble = _said_to_have_failed(answer) if answer.trouble else None
        return ClickAnswer(status=answer.status, trouble=trouble)

    def _response_url(self, room: Channel, ts: str | None = None) -> str:
        return f"{self._slack.url}responses/{self._slack.responses.issue(self.user, room, ts)}"

    def _called(self, room: Channel) -> str:
        if room.kind == "im":
            return "directmessage"
        return room.name if room.kind == "public" else "privategroup"

    def _find_id(self, named: str) -> str:
        try:
            return self._space.user(named).id
        except Refusal:
            try:
                return self._room(named, inside=False).id
            except Refusal:
                raise LookupError(f"nobody and no channel is called {named!r}") from None


def _said_to_have_failed(answer: Answer) -> str:
    return "operation_timeout" if answer.trouble in _TIMEOUTS else "dispatch_failed"


def _not_there(action_id: str, blocks: list[Json], place: str) -> str:
    known = dict.fromkeys(str(item.element["action_id"]) for item in elements.placed(blocks))
    return f"{place} has no element {action_id!r}; it has {', '.join(known) or 'none'}"
