"""What we ask of Slack. Each `ensure_...` is safe to do twice.

Slack has no idempotency keys. So a message of ours bears its job's key as metadata, a channel is
known by its name and its maker, and whoever tries a second time looks before they act.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from incibot.core.pacing import Stint
from incibot.core.people import ChannelId, Person, UserId
from incibot.errors import PutOff, SlackBusy, SlackError, SlackRefused
from incibot.log import logger
from incibot.slack import reading
from incibot.slack.blocks import fallback
from incibot.store.pacing import Pace
from incibot.store.workspaces import Workspace

EVENT = "incibot"  # the event_type of our messages' metadata
LATER = frozenset(  # errors after which the same call may work
    {
        "ratelimited",
        "rate_limited",
        "service_unavailable",
        "internal_error",
        "fatal_error",
        "request_timeout",
        "message_limit_exceeded",
        "team_added_to_org",
    }
)
NOTHING_THERE = frozenset({"thread_not_found", "message_not_found"})
GONE = frozenset(  # a channel in which nothing can be said any more
    {"is_archived", "is_inactive", "channel_not_found", "not_in_channel"}
)
ALT = 1000  # characters
PAGE = 200  # messages at a time, as Slack recommends
TIMEOUT = 20  # seconds for one call
RESPOND = 5  # seconds for an answer to a response_url
SKEW = timedelta(minutes=5)  # how far Slack's clock may be from ours

Blocks = Sequence[dict[str, Any]]

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file. `alt`: of a picture, what it shows, in words; of more than `ALT` Slack takes none."""

    name: str
    content: bytes
    alt: str = ""


class Gateway:
    """Slack's Web API, as far as incibot needs it.

    Every method raises SlackRefused or SlackBusy, and nothing else, when Slack does not do it; and
    PutOff, at somebody's pace, when it is not its turn.
    """

    def __init__(self, token: str, base_url: str, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._base = base_url
        self.client = AsyncWebClient(
            token=token,
            base_url=base_url,
            session=session,
            timeout=TIMEOUT,
            trust_env_in_session=True,
        )
        # The runner retries, and knows better when: no sleeping inside a call.
        self.client.retry_handlers = []
        self.observe: Callable[[str, str], None] = lambda method, outcome: None
        self.page = PAGE
        self.pace: Pace | None = None
        self._stint: Stint | None = None  # whose calls take their turn; None: they do not wait

    def at_pace(self, stint: Stint) -> Self:
        """The same way to Slack, on which each call waits for its turn."""
        if self.pace is None:
            return self
        paced = copy.copy(self)
        paced._stint = stint
        return paced

    async def _ask(
        self, method: str, call: Awaitable[Any], *, channel: ChannelId | None = None
    ) -> dict[str, Any]:
        """Call Slack.

        Args:
            channel: where it posts a message, or edits one.
        """
        if self.pace is not None and self._stint is not None:
            try:
                await self.pace.take(method, self._stint, channel=channel)
            except PutOff:
                if isinstance(call, Coroutine):
                    call.close()
                raise
        try:
            answer = await call
        except SlackApiError as error:
            raised = _error(method, error)
            self.observe(method, raised.code)
            if self.pace is not None and isinstance(raised, SlackBusy) and raised.retry_after:
                await self.pace.close(method, raised.retry_after)
            raise raised from error
        except (aiohttp.ClientError, TimeoutError, SlackClientError, OSError) as error:
            self.observe(method, "unreachable")
            raise SlackBusy(method, "unreachable", type(error).__name__) from error
        self.observe(method, "ok")
        data = answer.data
        return data if isinstance(data, dict) else {}

    # Who we are, who they are

    async def workspace(self) -> Workspace:
        """Which workspace the token is for, and who we are in it."""
        found = await self._ask("auth.test", self.client.auth_test())
        url = str(found.get("url") or "")
        return Workspace(
            team=str(found["team_id"]),
            name=str(found.get("team") or ""),
            url=url if url.endswith("/") or not url else f"{url}/",
            bot_user=UserId(found["user_id"]),
            bot_id=str(found.get("bot_id") or ""),
        )

    async def granted(self) -> tuple[frozenset[str], datetime | None]:
        """The scopes that the token has, and Slack's time: both stand in the headers of an answer."""
        try:
            answer = await self.client.auth_test()
        except SlackApiError as error:
            raise _error("auth.test", error) from error
        headers = {name.casefold(): str(value) for name, value in dict(answer.headers).items()}
        listed = headers.get("x-oauth-scopes", "")
        scopes = frozenset(scope.strip() for scope in listed.split(",") if scope.strip())
        try:
            theirs = parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            return scopes, None
        return scopes, theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)

    async def person(self, user: UserId) -> Person:
        found = await self._ask("users.info", self.client.users_info(user=user))
        return reading.person(found["user"])

    async def user_of(self, email: str) -> UserId | None:
        """Who has that e-mail address; None where nobody has, or we may not ask."""
        try:
            found = await self._ask(
                "users.lookupByEmail", self.client.users_lookupByEmail(email=email)
            )
        except SlackRefused as refused:
            if refused.code != "users_not_found":
                log.warning("email.not_looked_up", error=str(refused))
            return None
        return UserId(found["user"]["id"])

    async def email_of(self, user: UserId) -> str:
        """Somebody's e-mail address; empty where they have none, or we may not know it."""
        found = await self._ask("users.info", self.client.users_info(user=user))
        return str((found["user"].get("profile") or {}).get("email") or "")

    async def group(self, who: str) -> tuple[UserId, ...]:
        """The people in a user group, given by its id or its @handle.

        Raises:
            SlackRefused: there is no such group.
        """
        group = who
        if not who.startswith("S") or who.startswith("@"):
            handle = who.removeprefix("@")
            listed = await self._ask("usergroups.list", self.client.usergroups_list())
            ids = [
                str(one["id"])
                for one in listed.get("usergroups") or ()
                if one.get("handle") == handle
            ]
            if not ids:
                raise SlackRefused("usergroups.list", "no_such_subteam", f"@{handle}")
            group = ids[0]
        found = await self._ask(
            "usergroups.users.list", self.client.usergroups_users_list(usergroup=group)
        )
        return tuple(UserId(user) for user in found.get("users") or ())

    # Channels

    async def ensure_channel(
        self,
        names: Callable[[int], str],
        *,
        private: bool,
        marker: str,
        since: datetime,
        anothers: Callable[[ChannelId], Awaitable[bool]],
    ) -> tuple[ChannelId, str]:
        """Make a channel, or find the one that an earlier try has made.

        Args:
            names: the name with the n-th suffix; 0 for none.
            marker: stands in the channel's purpose once it is known to be this incident's.
            since: when the incident was declared; an older channel is not its.
            anothers: whether a channel belongs to another incident already.
        """
        me = await self.workspace()
        for suffix in (0, *range(2, 50)):
            name = names(suffix)
            try:
                made = await self._ask(
                    "conversations.create",
                    self.client.conversations_create(name=name, is_private=private),
                )
            except SlackRefused as error:
                if error.code != "name_taken":
                    raise
                found = await self._channel_named(name, private=private)
                if found is None or not self._is_made_by_us(found, me, marker, since):
                    continue
                channel = ChannelId(found["id"])
                if await anothers(channel):
                    continue
            else:
                channel = ChannelId(made["channel"]["id"])
            try:
                await self._ask(
                    "conversations.setPurpose",
                    self.client.conversations_setPurpose(channel=channel, purpose=marker),
                )
            except SlackRefused as error:
                # It is ours all the same: until we have written that down, its age tells it.
                log.warning("channel.unmarked", channel=channel, error=str(error))
            return channel, name
        raise SlackRefused("conversations.create", "name_taken", names(0))

    @staticmethod
    def _is_made_by_us(
        found: Mapping[str, Any], me: Workspace, marker: str, since: datetime
    ) -> bool:
        """Made by our bot, for this incident: so says its purpose, or, if it has none yet, its age."""
        purpose = (found.get("purpose") or {}).get("value") or ""
        fresh = float(found.get("created") or 0) >= (since - SKEW).timestamp()
        return (
            found.get("creator") == me.bot_user
            and not found.get("is_archived")
            and (purpose == marker or (not purpose and fresh))
        )

    async def _channel_named(self, name: str, *, private: bool) -> dict[str, Any] | None:
        cursor = ""
        kind = "private_channel" if private else "public_channel"
        while True:
            found = await self._ask(
                "conversations.list",
                self.client.conversations_list(types=kind, limit=999, cursor=cursor or None),
            )
            for channel in found.get("channels") or ():
                if channel.get("name") == name:
                    return dict(channel)
            cursor = _cursor(found)
            if not cursor:
                return None

    async def channel_id(self, channel: str) -> ChannelId:
        """The id of a channel given as id or ``#name``. Raises SlackRefused if there is none."""
        if not channel.startswith("#"):
            return ChannelId(channel)
        for private in (False, True):
            found = await self._channel_named(channel[1:], private=private)
            if found:
                return ChannelId(found["id"])
        raise SlackRefused("conversations.list", "channel_not_found", channel)

    async def ensure_live(self, channel: ChannelId) -> None:
        """See that there is such a channel, and that it can be written to.

        Raises:
            SlackRefused: it is not there, or not for us, or archived.
        """
        found = await self._ask(
            "conversations.info", self.client.conversations_info(channel=channel)
        )
        if (found.get("channel") or {}).get("is_archived"):
            raise SlackRefused("conversations.info", "is_archived")

    async def ensure_topic(self, channel: ChannelId, topic: str) -> None:
        found = await self._ask(
            "conversations.info", self.client.conversations_info(channel=channel)
        )
        now = ((found.get("channel") or {}).get("topic") or {}).get("value")
        if now != topic:
            await self._ask(
                "conversations.setTopic",
                self.client.conversations_setTopic(channel=channel, topic=topic),
            )

    async def ensure_members(self, channel: ChannelId, users: Iterable[UserId]) -> None:
        """Invite people. Those who can be invited are, also where another cannot.

        Raises:
            SlackRefused: with a line for each who could not, after all others were invited.
        """
        asked = list(dict.fromkeys(users))
        failed: dict[str, str] = {}
        for start in range(0, len(asked), 100):
            some = asked[start : start + 100]
            try:
                answer = await self._ask(
                    "conversations.invite",
                    self.client.conversations_invite(channel=channel, users=some, force=True),
                )
                errors = answer.get("errors") or ()
            except SlackRefused as error:
                if error.code == "already_in_channel":
                    continue
                if len(some) == 1:
                    errors = [{"user": some[0], "error": error.code}]
                elif error.code in ("missing_scope", "not_in_channel", "is_archived"):
                    raise
                else:  # one of them spoils it for all: ask for each alone
                    for user in some:
                        await self._invite_alone(channel, user, failed)
                    continue
            for one in errors:
                if one.get("error") not in ("already_in_channel", "cant_invite_self"):
                    failed[str(one.get("user"))] = str(one.get("error"))
        if failed:
            lines = ", ".join(f"<@{user}> {code}" for user, code in failed.items())
            raise SlackRefused("conversations.invite", next(iter(failed.values())), lines)

    async def _invite_alone(self, channel: ChannelId, user: UserId, failed: dict[str, str]) -> None:
        try:
            await self._ask(
                "conversations.invite",
                self.client.conversations_invite(channel=channel, users=[user]),
            )
        except SlackRefused as error:
            if error.code not in ("already_in_channel", "cant_invite_self"):
                failed[user] = error.code

    async def ensure_bookmark(self, channel: ChannelId, title: str, link: str) -> None:
        listed = await self._ask("bookmarks.list", self.client.bookmarks_list(channel_id=channel))
        if any(one.get("link") == link for one in listed.get("bookmarks") or ()):
            return
        await self._ask(
            "bookmarks.add",
            self.client.bookmarks_add(channel_id=channel, title=title, type="link", link=link),
        )

    async def direct_channel(self, user: UserId) -> ChannelId:
        """The direct message channel with somebody."""
        found = await self._ask("conversations.open", self.client.conversations_open(users=[user]))
        return ChannelId(found["channel"]["id"])

    # Messages

    async def ensure_message(
        self,
        channel: ChannelId,
        *,
        key: str,
        text: str,
        blocks: Blocks,
        known: str | None,
        look: bool,
        thread_ts: str | None = None,
    ) -> str:
        """Make a message of ours read so; post it if it is not there. Answers with its ts.

        Args:
            key: what makes it this message and no other.
            known: its ts, if we know it.
            look: an earlier try may have posted it: look for it first.
        """
        if known is None and look:
            known = await self._find(channel, key, thread_ts)
        if known is not None:
            try:
                await self._ask(
                    "chat.update",
                    self.client.chat_update(
                        channel=channel, ts=known, text=fallback(text), blocks=list(blocks)
                    ),
                    channel=channel,
                )
            except SlackRefused as error:
                if error.code != "message_not_found":
                    raise
            else:
                return known
        answer = await self._ask(
            "chat.postMessage",
            self.client.chat_postMessage(
                channel=channel,
                text=fallback(text),
                blocks=list(blocks),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": EVENT, "event_payload": {"key": key}},
            ),
            channel=channel,
        )
        return str(answer["ts"])

    async def _find(self, channel: ChannelId, key: str, thread_ts: str | None) -> str | None:
        """A message of ours by its key, among the channel's latest or in a thread."""
        cursor = ""
        for _ in range(5):  # a message that a crash hid is among the latest thousand
            if thread_ts:
                found = await self._ask(
                    "conversations.replies",
                    self.client.conversations_replies(
                        channel=channel,
                        ts=thread_ts,
                        limit=200,
                        include_all_metadata=True,
                        cursor=cursor or None,
                    ),
                )
            else:
                found = await self._ask(
                    "conversations.history",
                    self.client.conversations_history(
                        channel=channel,
                        limit=200,
                        include_all_metadata=True,
                        cursor=cursor or None,
                    ),
                )
            for message in found.get("messages") or ():
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT and payload.get("key") == key:
                    return str(message["ts"])
            cursor = _cursor(found)
            if not cursor:
                return None
        return None

    async def find_message(self, channel: ChannelId, key: str) -> str | None:
        """The ts of a message of ours that an earlier try may have posted; None if it did not."""
        return await self._find(channel, key, None)

    async def ensure_words(self, channel: ChannelId, ts: str, *, text: str, blocks: Blocks) -> None:
        """Make a message of ours read so, if it is still there."""
        try:
            await self._ask(
                "chat.update",
                self.client.chat_update(
                    channel=channel, ts=ts, text=fallback(text), blocks=list(blocks)
                ),
                channel=channel,
            )
        except SlackRefused as error:
            if error.code not in ("message_not_found", "channel_not_found", "is_archived"):
                raise

    async def message(self, channel: ChannelId, ts: str) -> reading.Message | None:
        """A message, a reply in a thread too, as it reads now; None if it is gone."""
        try:
            found = await self._ask(
                "conversations.replies",
                self.client.conversations_replies(
                    channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=10
                ),
            )
        except SlackRefused as error:
            if error.code in ("thread_not_found", "message_not_found"):
                return None
            raise
        for payload in found.get("messages") or ():
            if payload.get("ts") == ts and payload.get("subtype") in reading.SPOKEN:
                return reading.message(channel, payload)
        return None

    # What stands in a channel

    async def room(self, channel: ChannelId) -> Room:
        """What the channel is. Raises SlackRefused for one that we are not told of."""
        found = await self._ask(
            "conversations.info", self.client.conversations_info(channel=channel)
        )
        about = found.get("channel") or {}
        return Room(
            id=channel,
            name=str(about.get("name") or channel),
            private=bool(about.get("is_private")),
            ours=bool(about.get("is_member")),
            created_at=datetime.fromtimestamp(int(about.get("created") or 0), UTC),
        )

    async def history(self, channel: ChannelId, cursor: str = "") -> Page:
        """A page of what the channel shows outside its threads, the latest first."""
        found = await self._ask(
            "conversations.history",
            self.client.conversations_history(
                channel=channel, limit=self.page, cursor=cursor or None
            ),
        )
        return _page(channel, found)

    async def thread(self, channel: ChannelId, root: str, cursor: str = "") -> Page | None:
        """A page of a thread's replies, the oldest first; None if there is no such thread."""
        try:
            found = await self._ask(
                "conversations.replies",
                self.client.conversations_replies(
                    channel=channel, ts=root, limit=self.page, cursor=cursor or None
                ),
            )
        except SlackRefused as error:
            if error.code in NOTHING_THERE:
                return None
            raise
        return _page(channel, found, but=root)

    async def is_there(self, channel: ChannelId, ts: str, root: str) -> bool:
        """Whether a message can still be read, asked for by name.

        Args:
            root: of its thread; its own ts, if it is in none.
        """
        for asked in dict.fromkeys((root, ts)):
            try:
                found = await self._ask(
                    "conversations.replies",
                    self.client.conversations_replies(
                        channel=channel, ts=asked, oldest=ts, latest=ts, inclusive=True, limit=10
                    ),
                )
            except SlackRefused as error:
                if error.code not in NOTHING_THERE:
                    raise
                continue
            for one in found.get("messages") or ():
                if one.get("ts") == ts and one.get("subtype") != "tombstone":
                    return True
        return False

    async def pins(self, channel: ChannelId) -> tuple[reading.Pinned, ...]:
        """What is pinned in the channel; `at` is the second in which it was."""
        found = await self._ask("pins.list", self.client.pins_list(channel=channel))
        return tuple(
            reading.Pinned(
                channel=channel,
                ts=str(one["message"]["ts"]),
                user=UserId(one["created_by"]),
                at=f"{int(one['created']):010d}.000000",
                on=True,
            )
            for one in found.get("items") or ()
            if (one.get("message") or {}).get("ts") and one.get("created_by")
        )

    async def members(self, channel: ChannelId) -> frozenset[UserId]:
        """Who is in the channel."""
        users: set[UserId] = set()
        cursor = ""
        while True:
            found = await self._ask(
                "conversations.members",
                self.client.conversations_members(
                    channel=channel, limit=1000, cursor=cursor or None
                ),
            )
            users.update(UserId(user) for user in found.get("members") or ())
            cursor = _cursor(found)
            if not cursor:
                return frozenset(users)

    async def ensure_pin(self, channel: ChannelId, ts: str) -> None:
        try:
            await self._ask("pins.add", self.client.pins_add(channel=channel, timestamp=ts))
        except SlackRefused as error:
            if error.code != "already_pinned":
                raise

    async def whisper(self, channel: ChannelId, user: UserId, *, text: str, blocks: Blocks) -> None:
        """Show a message to one person in a channel. Slack does not keep it."""
        await self._ask(
            "chat.postEphemeral",
            self.client.chat_postEphemeral(
                channel=channel, user=user, text=fallback(text), blocks=list(blocks)
            ),
        )

    async def respond(
        self, response_url: str, *, text: str, blocks: Blocks, replace: bool = False
    ) -> None:
        """Answer where somebody pressed or typed, for their eyes only."""
        if not self._is_slacks(response_url):
            raise SlackRefused("response_url", "foreign_host", urlsplit(response_url).netloc)
        body = {
            "response_type": "ephemeral",
            "replace_original": replace,
            "text": fallback(text),
            "blocks": list(blocks),
        }
        try:
            async with asyncio.timeout(RESPOND):
                async with self._session.post(response_url, json=body) as answer:
                    if answer.status >= 500:
                        raise SlackBusy("response_url", f"http_{answer.status}")
                    if answer.status != 200:
                        said = (await answer.text())[:100]
                        raise SlackRefused("response_url", f"http_{answer.status}", said)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackBusy("response_url", "unreachable", type(error).__name__) from error

    def _is_slacks(self, url: str) -> bool:
        """We post to Slack only: its own hooks, or the host of the Web API that we were given."""
        there, api = urlsplit(url), urlsplit(self._base)
        if (there.scheme, there.netloc) == (api.scheme, api.netloc):
            return True
        host = there.hostname or ""
        return there.scheme == "https" and host in ("hooks.slack.com", "hooks.slack-gov.com")

    # Files and views

    async def ensure_files(
        self,
        channel: ChannelId,
        files: Sequence[Attachment],
        *,
        title: str,
        words: str,
        look: bool,
    ) -> None:
        """Put files into a channel, with one message.

        Args:
            look: an earlier try may have sent them: files of these names under those words are they.
        """
        names = {file.name for file in files}
        if look and await self._has_files(channel, names, words):
            return
        tickets: list[dict[str, str | None]] = [
            {"id": await self._upload(file), "title": title} for file in files
        ]
        try:
            await self._ask(
                "files.completeUploadExternal",
                self.client.files_completeUploadExternal(
                    files=tickets, channel_id=channel, initial_comment=words
                ),
            )
        except SlackRefused as error:
            if error.code != "file_not_found":
                raise
            # What was handed over a moment ago did not arrive after all: it is handed over anew.
            raise SlackBusy(error.method, error.code, error.detail) from error

    async def _upload(self, file: Attachment) -> str:
        """Hand a file to Slack, where nobody sees it yet; answers with its id."""
        ticket = await self._ask(
            "files.getUploadURLExternal",
            self.client.files_getUploadURLExternal(
                filename=file.name, length=len(file.content), alt_txt=file.alt or None
            ),
        )
        try:
            async with self._session.post(str(ticket["upload_url"]), data=file.content) as answer:
                if answer.status != 200:
                    raise SlackBusy("files.upload", f"http_{answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackBusy("files.upload", "unreachable", type(error).__name__) from error
        return str(ticket["file_id"])

    async def _has_files(self, channel: ChannelId, names: set[str], words: str) -> bool:
        found = await self._ask(
            "conversations.history",
            self.client.conversations_history(channel=channel, limit=100),
        )
        return any(
            message.get("text") == words
            and names <= {str(file.get("name")) for file in message.get("files") or ()}
            for message in found.get("messages") or ()
        )

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._ask(
            "views.open", self.client.views_open(trigger_id=trigger_id, view=dict(view))
        )

    async def push_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._ask(
            "views.push", self.client.views_push(trigger_id=trigger_id, view=dict(view))
        )

    async def update_view(self, view_id: str, view: Mapping[str, Any]) -> None:
        await self._ask("views.update", self.client.views_update(view_id=view_id, view=dict(view)))

    async def show_home(self, user: UserId, view: Mapping[str, Any]) -> None:
        await self._ask("views.publish", self.client.views_publish(user_id=user, view=dict(view)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel as Slack describes it."""

    id: ChannelId
    name: str
    private: bool
    ours: bool  # we are in it, and may read it
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a channel's history, and the cursor of the next one; empty at the end."""

    lines: tuple[reading.Shown, ...]
    cursor: str


def _page(channel: ChannelId, found: Mapping[str, Any], *, but: str = "") -> Page:
    lines = []
    for payload in found.get("messages") or ():
        try:
            line = reading.shown(channel, payload)
        except (KeyError, TypeError, ValueError, AttributeError) as odd:
            log.error("history.unreadable", channel=channel, error=repr(odd)[:300])
            continue
        if line.ts != but:
            lines.append(line)
    return Page(lines=tuple(lines), cursor=_cursor(found))


def _cursor(page: Mapping[str, Any]) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def _error(method: str, error: SlackApiError) -> SlackError:
    response = error.response
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error") or f"http_{response.status_code}")
    details = [str(data["needed"])] if data.get("needed") else []
    details += [str(line) for line in (data.get("response_metadata") or {}).get("messages") or ()]
    detail = "; ".join(details)[:500]
    if response.status_code == 429 or code in ("ratelimited", "rate_limited"):
        after = {str(k).casefold(): v for k, v in dict(response.headers or {}).items()}
        named = str(after.get("retry-after") or "")
        return SlackBusy(
            method, "ratelimited", detail, retry_after=float(named) if named.isdigit() else 30.0
        )
    if code in LATER or response.status_code >= 500:
        return SlackBusy(method, code, detail)
    return SlackRefused(method, code, detail)
