"""Slack's payloads, read into our values: the only file that knows their keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incibot.core.people import ChannelId, Person, UserId
from incibot.core.timeline import Entry, EntryKind, Source, just_before, moment_of

SPOKEN = {None, "", "bot_message", "me_message", "file_share", "thread_broadcast"}
NO_TEXT = "This content can't be displayed."  # what Slack puts where a bot sent blocks alone
VISITS = ("is_restricted", "is_ultra_restricted", "is_stranger")  # of a person who is a guest
TOPICS = {"topic": "Topic", "purpose": "Purpose", "name": "Channel name"}


def team_of(body: Mapping[str, Any]) -> str | None:
    """The workspace in which we are installed that a delivery is for.

    In a channel that is shared between workspaces, `team_id` may be the other one's.
    """
    view, team, user = body.get("view"), body.get("team"), body.get("user")
    granted = body.get("authorizations")
    first = granted[0] if isinstance(granted, list) and granted else None
    for found in (
        _id_in(view, "app_installed_team_id"),  # of a modal that was opened in the other one
        team if isinstance(team, str) else _id_in(team, "id"),
        _id_in(first, "team_id"),
        _id_in(body, "team_id"),
        _id_in(user, "team_id"),  # the rest where incibot is installed for a whole organization
        _id_in(view, "team_id"),
    ):
        if found:
            return found
    return None


def _id_in(within: Any, name: str) -> str | None:
    found = within.get(name) if isinstance(within, Mapping) else None
    return found if isinstance(found, str) else None


def shared_channel(body: Mapping[str, Any]) -> ChannelId | None:
    """The channel of an event, if that is shared with another workspace.

    Slack delivers such an event once, in the name of one of the workspaces that incibot is in.
    """
    event = body.get("event")
    if not body.get("is_ext_shared_channel") or not isinstance(event, Mapping):
        return None
    found = (
        _id_in(event, "channel")
        or _id_in(event.get("item"), "channel")
        or _id_in(event, "channel_id")
    )
    return ChannelId(found) if found else None


def is_farewell(body: Mapping[str, Any]) -> bool:
    """Whether an event says that incibot is no longer installed: uninstalled, or its bot's token revoked."""
    event = body.get("event")
    if not isinstance(event, Mapping):
        return False
    tokens = event.get("tokens")
    bots = tokens.get("bot") if isinstance(tokens, Mapping) else None
    return event.get("type") == "app_uninstalled" or (
        event.get("type") == "tokens_revoked" and bool(bots)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in a channel, as it reads now.

    Attributes:
        words: its text in Slack's notation, and a link to each of its files.
        since: a ts at which it read so, and before which nothing is known to have replaced it.
        thread_ts: the root of the thread that it is a reply in; None for a root.
        user: the person who wrote it; None for a bot, which has `by_name` instead.
    """

    channel: ChannelId
    ts: str
    since: str
    words: str
    user: UserId | None = None
    by_name: str = ""
    bot_id: str = ""
    thread_ts: str | None = None
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        return f"slack:{self.channel}:{self.ts}"

    def is_by(self, bot_user: UserId, bot_id: str) -> bool:
        """Whether that bot wrote it."""
        return self.user == bot_user or (bool(bot_id) and self.bot_id == bot_id)

    def entry(self, kind: EntryKind = EntryKind.MESSAGE, *, key: str = "") -> Entry:
        return Entry(
            key=key or self.key,
            kind=kind,
            occurred_at=moment_of(self.ts),
            words=self.words,
            by=self.user,
            by_name=self.by_name,
            source=Source(channel=self.channel, ts=self.ts, thread_ts=self.thread_ts),
            data=self.data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A message reads otherwise now; `before` is how it read, where Slack says so."""

    message: Message
    before: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message was deleted; `message` has no words any more. `at`: the ts of the deletion."""

    message: Message
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """Somebody put an emoji on a message, or took it off.

    Attributes:
        reaction: the emoji's name without skin tone.
        via: with it: a person may put both a light and a dark hand on one message.
    """

    channel: ChannelId
    ts: str
    user: UserId
    reaction: str
    via: str
    at: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """Somebody pinned a message, or took the pin out."""

    channel: ChannelId
    ts: str
    user: UserId
    at: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Somebody joined a channel, or left it."""

    channel: ChannelId
    user: UserId
    at: str
    joined: bool
    inviter: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The topic, purpose or name of a channel was changed."""

    channel: ChannelId
    ts: str
    user: UserId | None
    what: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Slack tells us about a person."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Somebody looks at our App Home."""

    user: UserId


Heard = Message | Edited | Deleted | Reacted | Pinned | Came | Topic | Met | Home


def heard(event: Mapping[str, Any]) -> Heard | None:
    """What an event tells us; None if it is nothing that incibot listens to."""
    match event.get("type"):
        case "message":
            return _message_event(event)
        case "reaction_added" | "reaction_removed" as kind:
            item = event.get("item") or {}
            if item.get("type") != "message" or not event.get("user"):
                return None
            return Reacted(
                channel=item["channel"],
                ts=item["ts"],
                user=event["user"],
                reaction=event["reaction"].partition("::")[0],
                via=event["reaction"],
                at=event["event_ts"],
                on=kind == "reaction_added",
            )
        case "pin_added" | "pin_removed" as kind:
            message = (event.get("item") or {}).get("message") or {}
            if not message.get("ts") or not event.get("user"):
                return None
            return Pinned(
                channel=event["channel_id"],
                ts=message["ts"],
                user=event["user"],
                at=event["event_ts"],
                on=kind == "pin_added",
            )
        case "member_joined_channel" | "member_left_channel" as kind:
            return Came(
                channel=event["channel"],
                user=event["user"],
                at=event["event_ts"],
                joined=kind == "member_joined_channel",
                inviter=event.get("inviter"),
            )
        case "user_change" | "team_join":
            return Met(person=person(event["user"]))
        case "app_home_opened":
            return Home(user=event["user"]) if event.get("tab") == "home" else None
        case _:
            return None


def _message_event(event: Mapping[str, Any]) -> Heard | None:
    subtype = event.get("subtype")
    channel = event["channel"]
    if subtype == "message_changed":
        now = event["message"]
        if now.get("subtype") == "tombstone":
            # A deleted root of a thread: Slack keeps a stone in its place.
            was = event.get("previous_message") or {}
            return Deleted(
                message=_gone(channel, {**was, "ts": now["ts"]}),
                at=event["event_ts"],
            )
        if now.get("subtype") not in SPOKEN:
            return None
        at = event["event_ts"]
        before = event.get("previous_message")
        previous = message(channel, before, until=at) if before else None
        current = message(channel, now, since=at)
        if previous.words == current.words if previous else not now.get("edited"):
            # An unfurl, a counter of replies: nobody changed a word. Still, there is the message.
            return message(channel, now, until=at)
        return Edited(message=current, before=previous)
    if subtype == "message_deleted":
        was = event.get("previous_message") or {}
        return Deleted(
            message=_gone(channel, {**was, "ts": event["deleted_ts"]}), at=event["event_ts"]
        )
    if subtype in SPOKEN:
        return message(channel, event)
    what = str(subtype).removeprefix("channel_").removeprefix("group_")
    if what in TOPICS:
        return Topic(
            channel=channel,
            ts=event["ts"],
            user=event.get("user"),
            what=TOPICS[what],
            words=_sound(event.get(what)),
        )
    return None


COMINGS = {"channel_join": True, "group_join": True, "channel_leave": False, "group_leave": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji on a message, and who put it there; `whole`: these are all who did."""

    via: str
    users: frozenset[UserId]
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line of a channel's history, as it is now.

    Attributes:
        thread_ts: the root of the thread in which it is a reply; None for a root.
        what: what it tells, as an event would have told it; None: nothing that incibot records.
        gone: only the stone of a message that was deleted.
        replies, latest_reply: of its thread, if it is the root of one.
    """

    channel: ChannelId
    ts: str
    thread_ts: str | None
    what: Message | Topic | Came | None
    gone: bool
    reactions: tuple[Reaction, ...]
    replies: int
    latest_reply: str


def shown(channel: ChannelId, payload: Mapping[str, Any]) -> Shown:
    """A line of `conversations.history` or `conversations.replies`."""
    ts, subtype = str(payload["ts"]), payload.get("subtype")
    thread = payload.get("thread_ts")
    what: Message | Topic | Came | None = None
    if subtype in COMINGS:
        if payload.get("user"):
            what = Came(
                channel=channel,
                user=payload["user"],
                at=ts,
                joined=COMINGS[subtype],
                inviter=payload.get("inviter"),
            )
    elif subtype != "tombstone":
        told = _message_event({**payload, "channel": channel})
        what = told if isinstance(told, Message | Topic) else None
    reactions = tuple(
        Reaction(
            via=str(one["name"]),
            users=frozenset(UserId(user) for user in one.get("users") or ()),
            whole=int(one.get("count") or 0) <= len(one.get("users") or ()),
        )
        for one in payload.get("reactions") or ()
    )
    return Shown(
        channel=channel,
        ts=ts,
        thread_ts=thread if thread != ts else None,
        what=what,
        gone=subtype == "tombstone",
        reactions=reactions,
        replies=int(payload.get("reply_count") or 0),
        latest_reply=str(payload.get("latest_reply") or ""),
    )


def message(
    channel: ChannelId, payload: Mapping[str, Any], *, since: str = "", until: str = ""
) -> Message:
    """A message as Slack describes it in events, history, shortcuts and replies.

    Args:
        since: the ts since which it reads so, where the event names it.
        until: the ts at which it came to read otherwise, for what it was before.
    """
    bot = payload.get("bot_profile") or {}
    thread = payload.get("thread_ts")
    files = [
        {
            "name": _sound(file.get("title") or file.get("name") or "file"),
            "url": _sound(file.get("permalink")),
            "type": _sound(file.get("mimetype")),
        }
        for file in payload.get("files") or ()
        if file.get("mode") != "tombstone"  # it was deleted
    ]
    words = [_text(payload)]
    words += [f"<{file['url']}|{file['name']}>" if file["url"] else file["name"] for file in files]
    bot_id = str(payload.get("bot_id") or "")
    user = None if bot_id else payload.get("user") or None  # a bot's user is nobody who takes part
    return Message(
        channel=channel,
        ts=payload["ts"],
        since=since or _since(payload, until),
        words=_sound("\n".join(word for word in words if word)),
        user=user,
        by_name="" if user else _sound(payload.get("username") or bot.get("name") or bot_id),
        bot_id=bot_id,
        thread_ts=thread if thread != payload["ts"] else None,
        data={"files": files} if files else {},
    )


def _since(payload: Mapping[str, Any], until: str) -> str:
    """The ts since which a message reads as it does, as far as the message itself tells.

    Slack names the second of the last edit, without its fraction. The end of that second is taken:
    whatever was edited earlier in it was replaced by then.
    """
    posted = str(payload["ts"])
    edited = str((payload.get("edited") or {}).get("ts") or "")
    if not edited:
        return posted
    second, _, fraction = edited.partition(".")
    if not fraction.strip("0"):
        edited = f"{second}.999999"
    edited = max(edited, posted)
    return min(edited, just_before(until)) if until else edited


def _sound(text: object) -> str:
    """The text without what no database keeps: zero bytes, and halves of characters."""
    found = str(text or "")
    if found.isascii():
        return found.replace("\0", "")
    return found.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _gone(channel: ChannelId, payload: Mapping[str, Any]) -> Message:
    return message(channel, {**payload, "text": "", "files": [], "blocks": [], "attachments": []})


def _text(payload: Mapping[str, Any]) -> str:
    """The text; where there is none, what the blocks say; and what a bot attached to it."""
    text = str(payload.get("text") or "")
    text = "" if text == NO_TEXT else text
    parts = [text] if text else _blocks(payload)
    if not text or payload.get("bot_id"):
        for attachment in payload.get("attachments") or ():
            # The preview of a link is the linked page's word, and comes and goes by itself.
            if not (attachment.get("from_url") or attachment.get("original_url")):
                parts += _attachment(attachment)
    return "\n".join(part for part in parts if part)


def _blocks(payload: Mapping[str, Any]) -> list[str]:
    parts: list[str] = []
    for block in payload.get("blocks") or ():
        said = [block.get("text"), *(block.get("fields") or ()), *(block.get("elements") or ())]
        for one in said:
            text = one.get("text") if isinstance(one, dict) else one
            # A button's label is an object of its own, and not something said.
            parts += [text] if isinstance(text, str) else []
    return parts


def _attachment(attachment: Mapping[str, Any]) -> list[str]:
    said = [attachment.get(name) for name in ("pretext", "title", "text")]
    said += [
        ": ".join(str(field[name]) for name in ("title", "value") if field.get(name))
        for field in attachment.get("fields") or ()
    ]
    parts = [str(part) for part in said if part] + _blocks(attachment)
    return parts or [str(attachment.get("fallback") or "")]


def person(user: Mapping[str, Any]) -> Person:
    """A person as Slack describes them in `users.info` and events."""
    profile = user.get("profile") or {}
    name = (
        profile.get("display_name")
        or profile.get("real_name")
        or user.get("real_name")
        or user.get("name")
        or user["id"]
    )
    return Person(
        id=UserId(user["id"]),
        name=_sound(name),
        zone=str(user.get("tz") or ""),
        is_bot=bool(user.get("is_bot")),
        deleted=bool(user.get("deleted")),
        outside=any(user.get(name) for name in VISITS),
        teams=_teams(user),
    )


def _teams(user: Mapping[str, Any]) -> frozenset[str]:
    """Where they are at home: in an organization of several workspaces, each that they are in."""
    within = user.get("enterprise_user") or {}
    found = (user.get("team_id"), *(within.get("teams") or ()))
    return frozenset(str(team) for team in found if team)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``/incident`` as typed."""

    key: str
    user: UserId
    channel: ChannelId
    text: str
    trigger_id: str
    response_url: str


def command(body: Mapping[str, Any]) -> Command:
    return Command(
        key=f"command:{body['trigger_id']}",
        user=UserId(body["user_id"]),
        channel=ChannelId(body["channel_id"]),
        text=_sound(body.get("text")),
        trigger_id=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button pressed or an option chosen, on a message or in a view.

    Attributes:
        value: what the button stands for, or the chosen option's value.
        in_modal: it was in a modal, onto which another view can be pushed.
        view_id: the modal or App Home that it was in; empty for a message.
        metadata: the private metadata of the view, if it was in one.
    """

    key: str
    user: UserId
    channel: ChannelId | None
    action: str
    value: str
    trigger_id: str
    response_url: str
    in_modal: bool = False
    view_id: str = ""
    metadata: Mapping[str, Any]


def pressed(body: Mapping[str, Any]) -> Pressed:
    action = body["actions"][0]
    option = action.get("selected_option") or {}
    view = body.get("view") or {}
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get(
        "channel_id"
    )
    return Pressed(
        key=f"action:{body['trigger_id']}",
        user=UserId(body["user"]["id"]),
        channel=ChannelId(channel) if channel else None,
        action=str(action["action_id"]),
        value=_sound(option.get("value") or action.get("value")),
        trigger_id=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
        in_modal=view.get("type") == "modal",
        view_id=str(view.get("id") or ""),
        metadata=_metadata(view),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A form that was sent. `values` by block id: text, an option's value, or a list of ids."""

    key: str
    user: UserId
    callback: str
    trigger_id: str
    view_id: str
    metadata: Mapping[str, Any]
    values: Mapping[str, str | tuple[str, ...]]

    def text(self, block: str) -> str:
        """What was filled in there, without white space around it; empty if nothing was."""
        value = self.values.get(block, "")
        return value.strip() if isinstance(value, str) else ",".join(value)

    def all(self, block: str) -> tuple[str, ...]:
        value = self.values.get(block, ())
        return ((value,) if value else ()) if isinstance(value, str) else value


def submitted(body: Mapping[str, Any]) -> Submitted:
    view = body["view"]
    values: dict[str, str | tuple[str, ...]] = {}
    for block, actions in (view.get("state") or {}).get("values", {}).items():
        for element in actions.values():
            values[block] = _value(element)
    return Submitted(
        key=f"view:{view['id']}:{view.get('hash', '')}",
        user=UserId(body["user"]["id"]),
        callback=str(view.get("callback_id") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        view_id=str(view["id"]),
        metadata=_metadata(view),
        values=values,
    )


def _value(element: Mapping[str, Any]) -> str | tuple[str, ...]:
    for name in ("selected_options",):
        if name in element:
            return tuple(_sound(option["value"]) for option in element[name] or ())
    for name in ("selected_users", "selected_conversations"):
        if name in element:
            return tuple(_sound(one) for one in element[name] or ())
    if element.get("selected_option"):
        return _sound(element["selected_option"]["value"])
    for name in ("value", "selected_user", "selected_conversation", "selected_date"):
        if element.get(name):
            return _sound(element[name])
    return ""


def _metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(_sound(view.get("private_metadata")) or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: _sound(value) if isinstance(value, str) else value for name, value in found.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut; `message` is the one it was used on, None for a global one."""

    key: str
    user: UserId
    callback: str
    trigger_id: str
    response_url: str
    at: str
    message: Message | None = None


def shortcut(body: Mapping[str, Any]) -> Shortcut:
    channel = (body.get("channel") or {}).get("id")
    found = body.get("message")
    return Shortcut(
        key=f"shortcut:{body['trigger_id']}",
        user=UserId(body["user"]["id"]),
        callback=str(body["callback_id"]),
        trigger_id=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
        at=str(body.get("action_ts") or body.get("message_ts") or ""),
        message=message(ChannelId(channel), found) if channel and found else None,
    )
