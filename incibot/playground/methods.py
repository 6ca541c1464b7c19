"""The methods of Slack's Web API, one function each; `METHODS` has them all by name."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from incibot.playground import elements, shapes
from incibot.playground.asking import (
    HISTORY,
    INVITE,
    METHODS,
    PAGE_MAX,
    READ,
    TOPIC,
    WRITE,
    Asked,
    method,
)
from incibot.playground.faults import DISTRIBUTED_LIMIT
from incibot.playground.limits import (
    MESSAGE_TEXT_MAX,
    UPDATE_TEXT_MAX,
    Problem,
    validate_blocks,
    validate_message,
    validate_view,
)
from incibot.playground.records import Channel, File, User
from incibot.playground.terms import Json, Refusal
from incibot.playground.workspace import OPEN_USERS_MAX

__all__ = ["METHODS"]


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
        "url": f"https://{space.domain}.slack.example/",
        "team": space.name,
        "user": space.bot.name,
        "team_id": space.team_id,
        "user_id": space.bot.id,
        "bot_id": space.bot_id,
        "app_id": space.app_id,
        "app_name": space.bot.name,
        "is_enterprise_install": False,
        **({"enterprise_id": space.enterprise["id"]} if space.enterprise else {}),
    }


@method("auth.revoke", json=False)
def auth_revoke(asked: Asked) -> Json:
    """Make the token good for nothing; the app stays in the workspace."""
    if asked.flag("test"):
        return {"revoked": False}
    asked.api.end_token()
    asked.workspace.say_revoked()
    return {"revoked": True}


@method("apps.uninstall", "client_id", "client_secret", json=False)
def apps_uninstall(asked: Asked) -> Json:
    """Put the app out of the workspace."""
    asked.api.oauth().admit(asked.text("client_id"), asked.text("client_secret"))
    asked.api.uninstall()
    return {}


@method("oauth.v2.access", tier=0, json=False, no_token=True, post_only=True)
def oauth_v2_access(asked: Asked) -> Json:
    """A token, for the code that a person has come back with."""
    return asked.api.oauth().access(asked)


@method("apps.connections.open", app_token=True)
def apps_connections_open(asked: Asked) -> Json:
    """A WebSocket address for Socket Mode, good for one connection."""
    ticket = asked.api.delivery().sockets.ticket()
    base = asked.api.base_url().replace("http", "ws", 1)
    return {"url": f"{base}link/?ticket={ticket}&app_id={asked.workspace.app_id}"}


@method("team.info", scopes=["team:read"])
def team_info(asked: Asked) -> Json:
    """The workspace."""
    return {"team": shapes.team(asked.workspace)}


@method("bots.info", scopes=["users:read"], json=False)
def bots_info(asked: Asked) -> Json:
    """The bot."""
    space = asked.workspace
    if asked.text("bot", space.bot_id) != space.bot_id:
        raise Refusal("bot_not_found")
    return {"bot": shapes.bot_profile(space)}


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
    return shapes.channel(asked.workspace, channel, viewer=asked.bot, num_members=num_members)


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
    return shapes.user(
        asked.workspace, user, with_email=with_email, with_locale=asked.flag("include_locale")
    )


@method("users.info", "user", scopes=["users:read"], tier=4, json=False)
def users_info(asked: Asked) -> Json:
    """Somebody."""
    return {"user": _user(asked, _member(asked, asked.text("user")))}


@method("users.list", scopes=["users:read"], tier=2, json=False)
def users_list(asked: Asked) -> Json:
    """Everybody, the bot and Slackbot too."""
    space = asked.workspace
    slackbot = User(
        id="USLACKBOT",
        team_id=space.team_id,
        name="slackbot",
        real_name="Slackbot",
        tz="America/Los_Angeles",
    )
    members = (user for user in space.users.values() if not space.is_external(user))
    users = [slackbot, *members]
    page, cursor = asked.page(users, asked.limit(PAGE_MAX))
    return {
        "members": [_user(asked, user) for user in page],
        "cache_ts": space.seconds(),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "email", scopes=["users:read.email"], json=False)
def users_lookup_by_email(asked: Asked) -> Json:
    """Somebody, by address."""
    asked.need(["users:read"])
    for user in asked.workspace.people():
        hidden = user.deleted or asked.workspace.is_external(user)
        if user.email.lower() == asked.text("email").lower() and not hidden:
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
        "usergroups": [shapes.group(asked.workspace, one, with_users=with_users) for one in groups]
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
    if len(asked.text("alt_txt")) > 1000:
        raise Refusal("alt_txt_too_large")
    base = asked.api.base_url()
    file = asked.workspace.new_file(asked.bot, asked.text("filename"), length, base_url=base)
    if asked.text("alt_txt"):
        file.json["alt_txt"] = asked.text("alt_txt")
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
    before = [copy.deepcopy(file.json) for file in files]
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
