"""The workspace: its people, channels, messages and files, and Slack's rules about them.

Whoever acts (a person, or the bot through the Web API) acts through the methods of `Workspace`. A
method either raises `Refusal` with Slack's error code and changes nothing, or it changes the state
and announces the events that Slack would send. What the bot may call, and what it is told, is
decided elsewhere (`web_api`, `delivery`).
"""

from __future__ import annotations

import copy
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from incibot.playground import markup, northwind, shapes
from incibot.playground.limits import (
    BOOKMARK_LINK_MAX,
    BOOKMARK_TITLE_MAX,
    PURPOSE_MAX,
    TOPIC_MAX,
    channel_name_problem,
)
from incibot.playground.records import (
    Announcement,
    Call,
    Channel,
    Ephemeral,
    File,
    Kind,
    User,
    UserGroup,
)
from incibot.playground.terms import Clock, Ids, Json, Refusal, Stamps

PINS_MAX: Final = 100
BOOKMARKS_MAX: Final = 100
REACTIONS_MAX: Final = 50
OPEN_USERS_MAX: Final = 8
SCHEDULE_AHEAD: Final = timedelta(days=120)
SCHEDULED_IN_FIVE_MINUTES_MAX: Final = 30

NOT_PINNABLE: Final = frozenset(
    {"channel_join", "channel_leave", "group_join", "group_leave", "pinned_item", "tombstone"}
)
UNCOUNTED: Final = frozenset(
    {"channel_join", "channel_leave", "group_join", "group_leave", "tombstone"}
)
"""What makes no conversation unread."""
EMOJI: Final = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


class Workspace:
    """A Slack workspace in memory.

    Args:
        clock: the time, aware and in UTC.
        first_id: where ids start to count; see `Ids`.
        people, rooms, groups: who and what is there at the start.
        bot_name: the bot user's handle.
        sibling: another workspace, in which the same app is: with it this one shares the app's id,
            and no other id nor any `ts` is given out in both.
        enterprise: the organisation that it belongs to, by its name (Enterprise Grid).

    Attributes:
        id: unlike any other workspace's, of this run or another.
        installed: whether the app is in it.
        partners: the workspaces that it shares channels with (Slack Connect).
        touched: whether anybody has done anything in it by hand.
        calls: every Web API call, oldest first.
        ephemerals: every ephemeral message, oldest first.
        read: by member and conversation, the `ts` up to which they have read it.
        listeners: called with each event that happens.
        watchers: called with the kind and the data of each change, for a page to follow.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        name: str = "Northwind",
        domain: str = "northwind",
        people: Sequence[northwind.Someone] = northwind.PEOPLE,
        rooms: Sequence[northwind.Room] = northwind.ROOMS,
        groups: Sequence[northwind.Group] = northwind.GROUPS,
        bot_name: str = "incibot",
        first_id: int = 1,
        sibling: Workspace | None = None,
        enterprise: str = "",
    ) -> None:
        self.clock = clock
        self.id = secrets.token_hex(8)
        self.touched = False
        self.name = name
        self.domain = domain
        self.ids: Ids = sibling.ids if sibling else Ids(first_id)
        self._stamps: Stamps = sibling._stamps if sibling else Stamps(clock)
        self.team_id = self.ids.next("T")
        self.app_id: str = sibling.app_id if sibling else self.ids.next("A")
        self.enterprise = {"id": self.ids.next("E"), "name": enterprise} if enterprise else None
        self.installed = True
        self.partners: list[Workspace] = []
        self.bot_id = self.ids.next("B")
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.groups: dict[str, UserGroup] = {}
        self.scheduled: dict[str, Json] = {}
        self.ephemerals: list[Ephemeral] = []
        self.read: dict[tuple[str, str], str] = {}
        self.calls: list[Call] = []
        self.listeners: list[Callable[[Announcement], None]] = []
        self.watchers: list[Callable[[str, Json], None]] = []

        self._companies: dict[str, str] = {}
        self.bot = self._add(bot_name, bot_name, "America/Los_Angeles", is_bot=True)
        for one in people:
            self._welcome(one)
        for room in rooms:
            self._furnish(room)
        for group in groups:
            made = UserGroup(
                id=self.ids.next("S"),
                handle=group.handle,
                name=group.name,
                users=[self.user(member).id for member in group.members],
                created=self.seconds(),
            )
            self.groups[made.id] = made

    def _add(self, name: str, real_name: str, tz: str, **more: Any) -> User:
        more.setdefault("team_id", self.team_id)
        user = User(id=self.ids.next("U"), name=name, real_name=real_name, tz=tz, **more)
        self.users[user.id] = user
        return user

    def _welcome(self, one: northwind.Someone) -> None:
        if one.company and one.company not in self._companies:
            self._companies[one.company] = self.ids.next("T")
        self._add(
            one.name,
            one.real_name,
            one.tz,
            team_id=self._companies.get(one.company, self.team_id),
            email=f"{one.name}@{one.company or self.domain}.example",
            is_admin=not self.people(),
            is_restricted=bool(one.guest),
            is_ultra_restricted=one.guest == "one channel",
        )

    def _furnish(self, room: northwind.Room) -> None:
        members = [self.user(name).id for name in room.members]
        channel = Channel(
            id=self.ids.next("C"),
            name=room.name,
            kind="private" if room.is_private else "public",
            creator=members[0] if members else self.bot.id,
            created=self.seconds(),
            members=dict.fromkeys(members),
            teams=self._teams(members),
            is_general=room.name == "general",
        )
        channel.purpose["value"] = room.purpose
        self.channels[channel.id] = channel

    # --- Time --------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        return self.clock()

    def seconds(self) -> int:
        """The present moment in whole seconds since 1970."""
        return int(self.clock().timestamp())

    def ts(self) -> str:
        """A new `ts`: the present moment, pushed on where it was given out already."""
        return self._stamps.next()

    # --- Who and what is there -----------------------------------------------------------------

    def people(self) -> list[User]:
        """Everybody but the bot; guests and people of other workspaces too."""
        return [user for user in self.users.values() if not user.is_bot]

    def is_external(self, user: User) -> bool:
        """Whether somebody is of another workspace (Slack Connect)."""
        return user.team_id != self.team_id

    def _teams(self, users: Iterable[str]) -> list[str]:
        teams = dict.fromkeys((self.team_id, *(self.users[one].team_id for one in users)))
        return list(teams) if len(teams) > 1 else []

    def is_seen_by(self, user: User, channel: Channel) -> bool:
        """Whether somebody may know of a conversation: not of all public ones, if they visit."""
        visits = user.is_restricted or self.is_external(user)
        return user.id in channel.members or (channel.kind == "public" and not visits)

    def user(self, known_as: str) -> User:
        """The member with this id or handle; raises `Refusal` user_not_found."""
        if known_as in self.users:
            return self.users[known_as]
        handle = known_as.removeprefix("@")
        for user in self.users.values():
            if user.name == handle:
                return user
        raise Refusal("user_not_found")

    def channel(self, known_as: str) -> Channel:
        """The conversation with this id or name; raises `Refusal` channel_not_found."""
        if known_as in self.channels:
            return self.channels[known_as]
        name = known_as.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == name and not channel.is_direct:
                return channel
        raise Refusal("channel_not_found")

    def seen_by(self, user: User, channel_id: str) -> Channel:
        """The conversation with this id, if this member may know that it exists."""
        channel = self.channels.get(channel_id)
        if channel is None or not self.is_seen_by(user, channel):
            raise Refusal("channel_not_found")
        return channel

    def entered(self, user: User, channel: Channel) -> None:
        """Raises unless this member is in the conversation."""
        if user.id not in channel.members:
            raise Refusal("not_in_channel" if channel.kind == "public" else "channel_not_found")

    def message(self, channel: Channel, ts: str) -> Json:
        """The message with this `ts`; raises `Refusal` message_not_found."""
        try:
            return channel.messages[ts]
        except KeyError:
            raise Refusal("message_not_found") from None

    def permalink(self, channel: Channel, message: Json) -> str:
        """The address of a message."""
        base = f"https://{self.domain}.slack.example/archives/{channel.id}"
        link = f"{base}/p{message['ts'].replace('.', '')}"
        root = message.get("thread_ts")
        if root and root != message["ts"]:
            link += f"?thread_ts={root}&cid={channel.id}"
        return link

    # --- Text ----------------------------------------------------------------------------------

    def typed(self, text: str, *, labels: bool) -> str:
        """What a person typed, as Slack keeps it; with labels (``<@U1|ana>``) as commands carry it."""

        def mention(name: str) -> str | None:
            if name in ("here", "channel", "everyone"):
                return f"<!{name}>"
            for user in self.users.values():
                if user.name == name:
                    return f"<@{user.id}|{user.name}>" if labels else f"<@{user.id}>"
            for group in self.groups.values():
                if group.handle == name:
                    label = f"|@{group.handle}" if labels else ""
                    return f"<!subteam^{group.id}{label}>"
            return None

        def room(name: str) -> str | None:
            for channel in self.channels.values():
                if channel.name == name and not channel.is_direct:
                    label = channel.name if channel.kind == "public" else ""
                    return f"<#{channel.id}|{label}>"
            return None

        def known(token: str) -> bool:
            found = re.match(r"<(?:@|#|!subteam\^)([A-Z0-9]+)", token)
            everything = {**self.users, **self.channels, **self.groups}
            return found is not None and found[1] in everything

        return markup.typed(text, mention=mention, channel=room, known=known)

    def rich_text(self, text: str) -> list[Json]:
        """The blocks that Slack makes of plain markup."""
        return markup.rich_text(text, self.ids.hexes("block", 5))

    # --- Telling -------------------------------------------------------------------------------

    def announce(
        self, event: Json, channel: Channel | None = None, *, everywhere: bool = False
    ) -> None:
        """An event has happened; `event_ts` is added where it is missing."""
        event.setdefault("event_ts", self.ts())
        shared = [one for one in self.partners if channel and channel.id in one.channels]
        for space in (self, *shared):
            told = Announcement(event=copy.deepcopy(event), channel=channel, everywhere=everywhere)
            for listener in space.listeners:
                listener(told)
            space.tell(event["type"], channel=channel.id if channel else None, event=told.event)

    def touch(self) -> None:
        """Somebody takes part by hand."""
        if not self.touched:
            self.touched = True
            self.tell("touched")

    def tell(self, kind: str, /, **data: Any) -> None:
        """Something has changed that a page may show."""
        for watcher in self.watchers:
            watcher(kind, data)

    def _say(self, channel: Channel, message: Json, **more: Any) -> None:
        event = {
            **copy.deepcopy(message),
            "channel": channel.id,
            "channel_type": channel.type,
            "event_ts": message["ts"],
            **more,
        }
        for key in ("reactions", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
            event.pop(key, None)
        self.announce(event, channel)

    def _say_changed(self, channel: Channel, message: Json, before: Json) -> None:
        ts = self.ts()
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": copy.deepcopy(message),
            "previous_message": before,
            "channel": channel.id,
            "channel_type": channel.type,
            "ts": ts,
            "event_ts": ts,
        }
        self.announce(event, channel)

    def _notice(self, channel: Channel, by: User, subtype: str, text: str, **more: Any) -> Json:
        """Slack's own line in a channel, such as "has joined the channel"."""
        if channel.kind == "private" and subtype in ("channel_join", "channel_leave"):
            subtype = subtype.replace("channel_", "group_")
        ts = self.ts()
        message = {
            "type": "message",
            "subtype": subtype,
            "ts": ts,
            "user": by.id,
            "text": text,
            **more,
        }
        channel.messages[ts] = message
        self._say(channel, message)
        return message

    # --- The app -------------------------------------------------------------------------------

    def install(self) -> None:
        """Let the app in. Its bot is the one that it was, and in no channel yet."""
        self.installed, self.bot.deleted = True, False

    def uninstall(self) -> None:
        """Put the app out: its bot is nowhere any more, and the app is told so."""
        if not self.installed:
            raise Refusal("not_installed")
        self.be_without_app()
        self.say_revoked()
        self.announce({"type": "app_uninstalled"})

    def be_without_app(self) -> None:
        """Have the app put out, without a word."""
        self.installed, self.bot.deleted = False, True
        for channel in self.channels.values():
            channel.members.pop(self.bot.id, None)

    def say_revoked(self) -> None:
        """The bot's token is good for nothing any more."""
        tokens = {"oauth": [], "bot": [self.bot.id]}
        self.announce({"type": "tokens_revoked", "tokens": tokens})

    # --- Channels ------------------------------------------------------------------------------

    def name_problem(self, name: str, *, but: Channel | None = None) -> str | None:
        """Slack's error for a channel name that it refuses or that is taken; None for a free one."""
        if problem := channel_name_problem(name):
            return problem
        # An archived channel keeps its name, and so does one that the asker cannot see.
        rooms = (one for one in self.channels.values() if not one.is_direct and one is not but)
        handles = (one.handle for one in self.groups.values())
        taken = {*(one.name for one in rooms), *handles, *(u.name for u in self.users.values())}
        return "name_taken" if name in taken else None

    def create(self, by: User, name: str, *, private: bool = False) -> Channel:
        """Make a channel; its creator is in it."""
        if by.is_restricted:
            raise Refusal("user_is_restricted")
        if problem := self.name_problem(name):
            raise Refusal(problem)
        channel = Channel(
            id=self.ids.next("C"),
            name=name,
            kind="private" if private else "public",
            creator=by.id,
            created=self.seconds(),
        )
        self.channels[channel.id] = channel
        if not private:
            about = {
                "id": channel.id,
                "is_channel": True,
                "name": name,
                "name_normalized": name,
                "created": channel.created,
                "creator": by.id,
                "is_shared": False,
                "is_org_shared": False,
                "context_team_id": self.team_id,
                "is_private": False,
            }
            self.announce({"type": "channel_created", "channel": about}, channel, everywhere=True)
        self._enter(channel, by, None)
        return channel

    def share(self, channel: Channel, other: Workspace) -> None:
        """Share a channel with another workspace (Slack Connect); it has the same id in both."""
        for one, two in ((self, other), (other, self)):
            if two not in one.partners:
                one.partners.append(two)
        channel.teams = [*(channel.teams or [self.team_id]), other.team_id]
        other.channels[channel.id] = channel
        for member in channel.members:
            other.users.setdefault(member, self.users[member])

    def _enter(self, channel: Channel, user: User, inviter: User | None) -> None:
        channel.members[user.id] = None
        for partner in self.partners:
            if channel.id in partner.channels:
                partner.users.setdefault(user.id, user)
        by: Json = {"inviter": inviter.id} if inviter else {}
        text = f"<@{user.id}> has joined the channel"
        event = {
            "type": "member_joined_channel",
            "user": user.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "public" else "G",
            "team": user.team_id,
            **by,
        }
        self.announce(event, channel)
        self._notice(channel, user, "channel_join", text, **by)

    def _exit(self, channel: Channel, user: User) -> None:
        self._notice(channel, user, "channel_leave", f"<@{user.id}> has left the channel")
        event = {
            "type": "member_left_channel",
            "user": user.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "public" else "G",
            "team": user.team_id,
        }
        self.announce(event, channel)
        del channel.members[user.id]
        if user is self.bot:
            kind = "channel_left" if channel.kind == "public" else "group_left"
            left = {"type": kind, "channel": channel.id, "actor_id": user.id}
            self.announce(left, channel, everywhere=True)

    def join(self, user: User, channel: Channel) -> bool:
        """Enter a public channel; False when the member was in it already."""
        if channel.kind != "public":
            raise Refusal("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise Refusal("is_archived")
        if user.id in channel.members:
            return False
        if user.is_restricted:
            raise Refusal("user_is_restricted")
        self._enter(channel, user, None)
        return True

    def invitation_problem(self, by: User, channel: Channel, user_id: str) -> str | None:
        """Why this member cannot be invited; None if there is no reason."""
        user = self.users.get(user_id)
        if user is None:
            return "user_not_found"
        if user is by:
            return "cant_invite_self"
        if user.deleted:
            return "cant_invite"
        if user.id in channel.members:
            return "already_in_channel"
        if user.is_ultra_restricted:
            return "ura_max_channels"
        if self.is_external(user) and user.team_id not in channel.teams:
            return "org_user_not_in_team"
        return None

    def invite(self, by: User, channel: Channel, user_ids: Iterable[str]) -> None:
        """Bring members in, after `invitation_problem` had no objection to any of them."""
        for user_id in user_ids:
            self._enter(channel, self.users[user_id], by)

    def may_invite(self, by: User, channel: Channel) -> None:
        """Raises unless `by` may invite anybody at all to this channel."""
        if channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
        self.entered(by, channel)
        if channel.is_archived:
            raise Refusal("is_archived")

    def kick(self, by: User, channel: Channel, user: User) -> None:
        """Put somebody out of a channel."""
        if user is by:
            raise Refusal("cant_kick_self")
        if channel.is_general:
            raise Refusal("cant_kick_from_general")
        self.entered(by, channel)
        if user.id not in channel.members:
            raise Refusal("not_in_channel")
        self._exit(channel, user)

    def leave(self, user: User, channel: Channel) -> bool:
        """Go out of a channel; False when the member was not in it."""
        if channel.is_archived:
            raise Refusal("is_archived")
        if channel.is_general:
            raise Refusal("cant_leave_general")
        if user.id not in channel.members:
            return False
        if channel.kind == "private" and len(channel.members) == 1:
            raise Refusal("last_member")
        self._exit(channel, user)
        return True

    def _may_change(self, by: User, channel: Channel) -> None:
        if channel.kind == "im":
            raise Refusal("method_not_supported_for_channel_type")
        self.entered(by, channel)
        if channel.is_archived:
            raise Refusal("is_archived")

    def set_topic(self, by: User, channel: Channel, topic: str) -> None:
        """Set the topic, plain text."""
        self._may_change(by, channel)
        if len(topic) > TOPIC_MAX:
            raise Refusal("too_long")
        channel.topic = {"value": topic, "creator": by.id, "last_set": self.seconds()}
        text = f"<@{by.id}> set the channel topic: {topic}"
        self._notice(channel, by, "channel_topic", text, topic=topic)

    def set_purpose(self, by: User, channel: Channel, purpose: str) -> None:
        """Set the purpose, plain text."""
        self._may_change(by, channel)
        if len(purpose) > PURPOSE_MAX:
            raise Refusal("too_long")
        channel.purpose = {"value": purpose, "creator": by.id, "last_set": self.seconds()}
        text = f"<@{by.id}> set the channel description: {purpose}"
        self._notice(channel, by, "channel_purpose", text, purpose=purpose)

    def rename(self, by: User, channel: Channel, name: str) -> None:
        """Rename a channel; its creator and administrators may."""
        if channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
        self._may_change(by, channel)
        if by.id != channel.creator and not by.is_admin:
            raise Refusal("not_authorized")
        if problem := self.name_problem(name, but=channel):
            raise Refusal(problem)
        old, channel.name = channel.name, name
        channel.previous_names.insert(0, old)
        about = {
            "id": channel.id,
            "name": name,
            "name_normalized": name,
            "created": channel.created,
        }
        kind = "channel_rename" if channel.kind == "public" else "group_rename"
        self.announce(
            {"type": kind, "channel": about}, channel, everywhere=channel.kind == "public"
        )
        text = f'<@{by.id}> has renamed the channel from "{old}" to "{name}"'
        self._notice(channel, by, "channel_name", text, old_name=old, name=name)

    def archive(self, by: User, channel: Channel) -> None:
        """Archive a channel. The bot is no longer in it afterwards."""
        if channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise Refusal("already_archived")
        if channel.is_general:
            raise Refusal("cant_archive_general")
        self.entered(by, channel)
        text = f"<@{by.id}> archived the channel"
        self._notice(channel, by, "channel_archive", text, members=list(channel.members))
        self._lifecycle(channel, "archive", user=by.id, is_moved=0)
        channel.is_archived = True
        channel.members.pop(self.bot.id, None)

    def unarchive(self, by: User, channel: Channel) -> None:
        """Open an archived channel again; a bot is not let in to do it."""
        if channel.is_direct:
            raise Refusal("method_not_supported_for_channel_type")
        if not channel.is_archived:
            raise Refusal("not_archived")
        self.entered(by, channel)
        channel.is_archived = False
        self._notice(channel, by, "channel_unarchive", f"<@{by.id}> un-archived the channel")
        self._lifecycle(channel, "unarchive", user=by.id)

    def _lifecycle(self, channel: Channel, what: str, **more: Any) -> None:
        public = channel.kind == "public"
        kind = f"channel_{what}" if public else f"group_{what}"
        event = {"type": kind, "channel": channel.id, **more}
        self.announce(event, channel, everywhere=public)

    def open_direct(self, by: User, others: Sequence[User]) -> tuple[Channel, bool]:
        """The direct conversation of these people, and whether it was there already."""
        members = {by.id: None, **{user.id: None for user in others}}
        for channel in self.channels.values():
            if channel.is_direct and set(channel.members) == set(members):
                return channel, True
        kind: Kind = "im" if len(members) <= 2 else "mpim"
        names = [self.users[one].name for one in members]
        channel = Channel(
            id=self.ids.next("D" if kind == "im" else "G"),
            name="" if kind == "im" else "mpdm-" + "--".join(names) + "-1",
            kind=kind,
            creator=by.id,
            created=self.seconds(),
            members=members,
        )
        self.channels[channel.id] = channel
        return channel, False

    # --- Messages ------------------------------------------------------------------------------

    def thread_root(self, channel: Channel, ts: str | None) -> Json | None:
        """The root of the thread that a message with this `ts` is in; None if there is no such message."""
        message = channel.messages.get(ts or "")
        if message is None:
            return None
        return channel.messages.get(message.get("thread_ts") or message["ts"])

    def replies(self, channel: Channel, root_ts: str) -> list[Json]:
        """The replies in a thread, oldest first, without the root."""
        return [
            message
            for message in channel.messages.values()
            if message.get("thread_ts") == root_ts and message["ts"] != root_ts
        ]

    def timeline(self, channel: Channel) -> list[Json]:
        """What a channel shows outside its threads, oldest first."""
        return [
            message
            for message in channel.messages.values()
            if message.get("thread_ts", message["ts"]) == message["ts"]
            or message.get("subtype") == "thread_broadcast"
        ]

    def shown(self, channel: Channel, message: Json, *, metadata: bool = False) -> Json:
        """A message as `conversations.history` answers."""
        answer = copy.deepcopy(message)
        if not metadata:
            answer.pop("metadata", None)
        if pinned := [pin for pin in channel.pins if pin["ts"] == message["ts"]]:
            answer["pinned_to"] = [channel.id]
            answer["pinned_info"] = {
                "channel": channel.id,
                "pinned_by": pinned[0]["created_by"],
                "pinned_ts": pinned[0]["created"],
            }
        return answer

    def authored(
        self, by: User, *, text: str, blocks: list[Json] | None, username: str | None = None
    ) -> Json:
        """The keys of a message that tell who says what."""
        message: Json = {"type": "message"}
        if by is not self.bot:
            message |= {"user": by.id, "client_msg_id": self.ids.uuid("client_msg_id")}
        elif username is not None:
            # A customised identity makes it the older kind of bot message, without a user.
            message |= {"subtype": "bot_message", "username": username}
        else:
            message |= {"user": by.id}
        if by is self.bot:
            message |= {"bot_id": self.bot_id, "app_id": self.app_id}
            if username is None:
                message["bot_profile"] = shapes.bot_profile(self)
        message |= {"text": text, "team": by.team_id}
        if self.is_external(by):
            message |= {"user_team": by.team_id, "source_team": by.team_id}
        if blocks := blocks or self.rich_text(text):
            message["blocks"] = blocks
        return message

    def post(
        self,
        by: User,
        channel: Channel,
        *,
        text: str = "",
        blocks: list[Json] | None = None,
        attachments: list[Json] | None = None,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Json | None = None,
        files: Sequence[File] = (),
        username: str | None = None,
        icons: Json | None = None,
    ) -> Json:
        """Say something; the rules about who may are the caller's.

        Args:
            text: markup.
            thread_ts: the root, or any reply; one that names no message is overlooked.
            broadcast: show a reply in the channel too.
            username: another name for the bot; makes it a `bot_message`.
        """
        message = self.authored(by, text=text, blocks=blocks, username=username)
        message["ts"] = self.ts()
        if icons:
            message["icons"] = icons
        if attachments:
            message["attachments"] = [{"id": n, **one} for n, one in enumerate(attachments, 1)]
        if metadata:
            message["metadata"] = metadata
        root = self.thread_root(channel, thread_ts)
        if root is not None:
            message["thread_ts"] = root["ts"]
            if "user" in root:
                message["parent_user_id"] = root["user"]
            if broadcast:
                message["subtype"] = "thread_broadcast"
        for file in files:
            self._share(file, channel, message)
        if files:
            message |= {
                "files": [copy.deepcopy(file.json) for file in files],
                "upload": True,
                "display_as_bot": False,
            }
        channel.messages[message["ts"]] = message
        if root is not None:
            self._count_replies(channel, root)
        more: Json = {"subtype": "file_share"} if files else {}
        if root is not None and broadcast:
            more["root"] = copy.deepcopy(root)
        self._say(channel, message, **more)
        for file in files:
            event = {
                "type": "file_shared",
                "channel_id": channel.id,
                "file_id": file.json["id"],
                "user_id": by.id,
                "file": {"id": file.json["id"]},
            }
            self.announce(event, channel)
        self._mention(by, channel, message)
        return message

    def _mention(self, by: User, channel: Channel, message: Json) -> None:
        mentioned = re.search(rf"<@{self.bot.id}(\|[^>]*)?>", message["text"])
        if by is self.bot or channel.kind == "im" or mentioned is None:
            return
        keys = ("user", "text", "ts", "client_msg_id", "team", "blocks", "thread_ts", "files")
        copied = {key: copy.deepcopy(message[key]) for key in keys if key in message}
        event = {
            "type": "app_mention",
            **copied,
            "channel": channel.id,
            "event_ts": message["ts"],
        }
        self.announce(event, channel)

    def _count_replies(self, channel: Channel, root: Json) -> None:
        replies = self.replies(channel, root["ts"])
        if not replies:
            for key in ("thread_ts", "reply_count", "reply_users", "reply_users_count"):
                root.pop(key, None)
            root.pop("latest_reply", None)
            root.pop("is_locked", None)
            return
        users = list(dict.fromkeys(str(one.get("user", one.get("bot_id"))) for one in replies))
        root |= {
            "thread_ts": root["ts"],
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users[:5],
            "latest_reply": replies[-1]["ts"],
            "is_locked": False,
        }

    def edit(
        self,
        by: User,
        channel: Channel,
        message: Json,
        *,
        text: str | None = None,
        blocks: list[Json] | None = None,
        attachments: list[Json] | None = None,
        metadata: Json | None = None,
    ) -> None:
        """Change a message. Text without blocks takes the old blocks away."""
        if message.get("user", self.bot.id) != by.id:
            raise Refusal("cant_update_message")
        if message.get("subtype") not in (None, "bot_message", "thread_broadcast"):
            raise Refusal("cant_update_message")
        before = copy.deepcopy(message)
        if text is not None:
            message["text"] = text
        if text is not None and blocks is None:
            message.pop("blocks", None)
        if blocks is not None:
            message["blocks"] = blocks
        if not message.get("blocks"):
            message.pop("blocks", None)
            if made := self.rich_text(message["text"]):
                message["blocks"] = made
        if attachments is not None:
            message["attachments"] = [{"id": n, **one} for n, one in enumerate(attachments, 1)]
            if not attachments:
                del message["attachments"]
        if metadata is not None:
            message["metadata"] = metadata
            if not metadata:
                del message["metadata"]
        message["edited"] = {"user": by.id, "ts": self.ts()}
        self._say_changed(channel, message, before)

    def unfurl(self, channel: Channel, message: Json, attachment: Json) -> None:
        """Slack adds a preview of a link by itself: a change that nobody made."""
        before = copy.deepcopy(message)
        message.setdefault("attachments", []).append({"id": 1, **attachment})
        self._say_changed(channel, message, before)

    def delete(self, by: User, channel: Channel, message: Json) -> None:
        """Delete a message; a root with replies leaves a tombstone, and its thread lives on."""
        if message.get("user", self.bot.id) != by.id and not by.is_admin:
            raise Refusal("cant_delete_message")
        if message.get("subtype") in ("channel_join", "group_join", "tombstone"):
            raise Refusal("cant_delete_message")
        before = copy.deepcopy(message)
        channel.pins = [pin for pin in channel.pins if pin["ts"] != message["ts"]]
        if message.get("reply_count"):
            kept = ("ts", "thread_ts", "reply_count", "reply_users", "reply_users_count")
            stone = {key: message[key] for key in (*kept, "latest_reply", "is_locked")}
            message.clear()
            message |= {
                "type": "message",
                "subtype": "tombstone",
                "user": "USLACKBOT",
                "text": "This message was deleted.",
                "hidden": True,
                **stone,
            }
            self._say_changed(channel, message, before)
            return
        del channel.messages[message["ts"]]
        root = channel.messages.get(message.get("thread_ts", ""))
        if root is not None:
            self._count_replies(channel, root)
        ts = self.ts()
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": before["ts"],
            "previous_message": before,
            "channel": channel.id,
            "channel_type": channel.type,
            "ts": ts,
            "event_ts": ts,
        }
        self.announce(event, channel)

    def whisper(self, channel: Channel, user: User, message: Json) -> Json:
        """The bot says something that only this member sees."""
        message = {**message, "ts": self.ts(), "is_ephemeral": True}
        said = Ephemeral(user=user.id, channel=channel.id, message=message)
        self.ephemerals.append(said)
        self.tell("ephemeral", channel=channel.id, user=user.id, message=message)
        return message

    def dismiss(self, channel: Channel, user: User, ts: str) -> None:
        """Take an ephemeral message away from before its reader's eyes."""
        place = (user.id, channel.id, ts)
        kept = [
            one for one in self.ephemerals if (one.user, one.channel, one.message["ts"]) != place
        ]
        if len(kept) == len(self.ephemerals):
            raise Refusal("message_not_found")
        self.ephemerals[:] = kept
        self.tell("ephemeral", channel=channel.id, user=user.id, message=None)

    # --- What is read and unread -----------------------------------------------------------------

    def mark(self, user: User, channel: Channel, ts: str) -> None:
        """This member has read a conversation up to there, and not less than before."""
        before = self.read.get((user.id, channel.id), "0")
        self.read[user.id, channel.id] = max(before, ts, key=Decimal)
        self.tell("marked", user=user.id, channel=channel.id, ts=ts)

    def unread(self, user: User, channel: Channel) -> list[Json]:
        """What others have said in a conversation since this member has read it, oldest first."""
        if user.id not in channel.members:
            return []
        since = Decimal(self.read.get((user.id, channel.id), "0"))
        return [
            message
            for message in self.timeline(channel)
            if Decimal(message["ts"]) > since
            and message.get("user") != user.id
            and message.get("subtype") not in UNCOUNTED
        ]

    def is_mentioned(self, user: User, message: Json) -> bool:
        """Whether a message calls for this member: by name, by a group, or as everybody."""
        groups = [f"<!subteam^{one.id}" for one in self.groups.values() if user.id in one.users]
        calls = (f"<@{user.id}", "<!here", "<!channel", "<!everyone", *groups)
        said = str(message.get("text", "")) + json.dumps(
            message.get("blocks", []), ensure_ascii=False
        )
        return any(call in said for call in calls)

    def schedule(self, channel: Channel, post_at: int, message: Json) -> str:
        """Have the bot say something later; the `scheduled_message_id`."""
        ahead = post_at - self.seconds()
        if ahead <= 0:
            raise Refusal("time_in_past")
        if ahead > SCHEDULE_AHEAD.total_seconds():
            raise Refusal("time_too_far")
        near = [
            one
            for one in self.scheduled.values()
            if one["channel"] == channel.id and abs(one["post_at"] - post_at) < 300
        ]
        if len(near) >= SCHEDULED_IN_FIVE_MINUTES_MAX:
            raise Refusal("restricted_too_many")
        scheduled_id = self.ids.next("Q")
        self.scheduled[scheduled_id] = {
            "channel": channel.id,
            "post_at": post_at,
            "date_created": self.seconds(),
            "message": message,
        }
        return scheduled_id

    def post_due(self) -> None:
        """Post what was scheduled for now or before."""
        now = self.seconds()
        due = [(key, one) for key, one in self.scheduled.items() if one["post_at"] <= now]
        for key, one in sorted(due, key=lambda pair: pair[1]["post_at"]):
            del self.scheduled[key]
            channel = self.channels[one["channel"]]
            if not channel.is_archived and self.bot.id in channel.members:
                self.post(self.bot, channel, **one["message"])

    # --- Reactions, pins, bookmarks --------------------------------------------------------------

    def react(self, by: User, channel: Channel, message: Json, name: str) -> None:
        """Add a reaction."""
        if not EMOJI.fullmatch(name):
            raise Refusal("invalid_name")
        if channel.is_archived:
            raise Refusal("is_archived")
        reactions = message.setdefault("reactions", [])
        reaction = next((one for one in reactions if one["name"] == name), None)
        if reaction is None:
            if len(reactions) >= REACTIONS_MAX:
                raise Refusal("too_many_reactions")
            reaction = {"name": name, "users": [], "count": 0}
            reactions.append(reaction)
        if by.id in reaction["users"]:
            raise Refusal("already_reacted")
        reaction["users"].append(by.id)
        reaction["count"] = len(reaction["users"])
        self._say_reaction("reaction_added", by, channel, message, name)

    def unreact(self, by: User, channel: Channel, message: Json, name: str) -> None:
        """Take a reaction back."""
        if not EMOJI.fullmatch(name):
            raise Refusal("invalid_name")
        reactions = message.get("reactions", [])
        reaction = next((one for one in reactions if one["name"] == name), None)
        if reaction is None or by.id not in reaction["users"]:
            raise Refusal("no_reaction")
        reaction["users"].remove(by.id)
        reaction["count"] = len(reaction["users"])
        message["reactions"] = [one for one in reactions if one["users"]]
        if not message["reactions"]:
            del message["reactions"]
        self._say_reaction("reaction_removed", by, channel, message, name)

    def _say_reaction(
        self, kind: str, by: User, channel: Channel, message: Json, name: str
    ) -> None:
        event: Json = {"type": kind, "user": by.id, "reaction": name}
        event["item"] = {"type": "message", "channel": channel.id, "ts": message["ts"]}
        if "user" in message:
            event["item_user"] = message["user"]
        self.announce(event, channel)

    def pin_json(self, channel: Channel, pin: Json) -> Json:
        """A pin as `pins.list` and `pin_added` carry it."""
        message = self.shown(channel, channel.messages[pin["ts"]])
        message |= {
            "pinned_to": [channel.id],
            "permalink": self.permalink(channel, message),
        }
        return {
            "type": "message",
            "created": pin["created"],
            "created_by": pin["created_by"],
            "channel": channel.id,
            "message": message,
        }

    def pin(self, by: User, channel: Channel, message: Json) -> None:
        """Pin a message."""
        if message.get("subtype") in NOT_PINNABLE:
            raise Refusal("not_pinnable")
        if any(pin["ts"] == message["ts"] for pin in channel.pins):
            raise Refusal("already_pinned")
        if len(channel.pins) >= PINS_MAX:
            raise Refusal("too_many_pins")
        pin = {"ts": message["ts"], "created": self.seconds(), "created_by": by.id}
        channel.pins.insert(0, pin)
        self._say_pin("pin_added", by, channel, pin)
        text = f"<@{by.id}> pinned a message to this channel."
        item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
        self._notice(channel, by, "pinned_item", text, item_type="C", item=item)

    def unpin(self, by: User, channel: Channel, message: Json) -> None:
        """Take a pin off."""
        pin = next((one for one in channel.pins if one["ts"] == message["ts"]), None)
        if pin is None:
            raise Refusal("no_pin")
        channel.pins.remove(pin)
        self._say_pin("pin_removed", by, channel, pin, has_pins=bool(channel.pins))

    def _say_pin(self, kind: str, by: User, channel: Channel, pin: Json, **more: Any) -> None:
        item = self.pin_json(channel, pin)
        event = {
            "type": kind,
            "user": by.id,
            "channel_id": channel.id,
            "item": item,
            "item_user": item["message"].get("user", ""),
            "pin_count": len(channel.pins),
            "pinned_info": {
                "channel": channel.id,
                "pinned_by": pin["created_by"],
                "pinned_ts": pin["created"],
            },
            **more,
        }
        self.announce(event, channel)

    def bookmark(self, by: User, channel: Channel, *, title: str, link: str, emoji: str) -> Json:
        """Add a link to the bar above a channel."""
        self.bookmark_rules(title=title, link=link, emoji=emoji)
        if len(channel.bookmarks) >= BOOKMARKS_MAX:
            raise Refusal("too_many_bookmarks")
        mark: Json = {
            "id": self.ids.next("Bk"),
            "channel_id": channel.id,
            "title": title,
            "link": link,
            "emoji": emoji,
            "icon_url": "",
            "type": "link",
            "entity_id": None,
            "date_created": self.seconds(),
            "date_updated": 0,
            "rank": str(len(channel.bookmarks)),
            "last_updated_by_user_id": by.id,
            "last_updated_by_team_id": self.team_id,
            "shortcut_id": None,
            "app_id": self.app_id if by is self.bot else None,
        }
        channel.bookmarks.append(mark)
        self.tell("bookmark", channel=channel.id, bookmark=mark)
        return mark

    @staticmethod
    def bookmark_rules(*, title: str | None, link: str | None, emoji: str | None) -> None:
        """Raises where Slack refuses one of these."""
        if title is not None and not 1 <= len(title) <= BOOKMARK_TITLE_MAX:
            limit = f"must be less than {BOOKMARK_TITLE_MAX + 1} characters"
            raise Refusal("invalid_arguments", f"[ERROR] {limit} [json-pointer:/title]")
        if link is not None and (
            len(link) > BOOKMARK_LINK_MAX or not re.fullmatch(r"https?://\S+", link)
        ):
            raise Refusal("invalid_link")
        if emoji and not re.fullmatch(r":[a-z0-9_+'-]+:", emoji):
            raise Refusal("invalid_emoji")

    # --- Files ---------------------------------------------------------------------------------

    def new_file(self, by: User, name: str, size: int, *, base_url: str, title: str = "") -> File:
        """A file that is announced but has no content yet."""
        file_id = self.ids.next("F")
        file = File(json=shapes.file(self, file_id, by, name, size, base_url=base_url, title=title))
        self.files[file_id] = file
        return file

    def _share(self, file: File, channel: Channel, message: Json) -> None:
        about = file.json
        reach = {"public": "channels", "private": "groups"}.get(channel.kind, "ims")
        if channel.id not in about[reach]:
            about[reach].append(channel.id)
        about["is_public"] = about["is_public"] or channel.kind == "public"
        side = "public" if channel.kind == "public" else "private"
        share: Json = {"reply_users": [], "reply_count": 0, "ts": message["ts"]}
        if "thread_ts" in message:
            share["thread_ts"] = message["thread_ts"]
        about["shares"].setdefault(side, {}).setdefault(channel.id, []).append(share)
        file.shared = True

    # --- History, in pages -----------------------------------------------------------------------

    @staticmethod
    def between(
        messages: Iterable[Json], oldest: str | None, latest: str | None, *, inclusive: bool
    ) -> Iterator[Json]:
        """Those with a `ts` between two others, each of which is left out unless inclusive."""
        low = Decimal(oldest) if oldest else None
        high = Decimal(latest) if latest else None
        for message in messages:
            ts = Decimal(message["ts"])
            if low is not None and (ts < low or (ts == low and not inclusive)):
                continue
            if high is not None and (ts > high or (ts == high and not inclusive)):
                continue
            yield message
