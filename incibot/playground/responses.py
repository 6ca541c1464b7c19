"""Response URLs: the addresses, good for five uses in thirty minutes, at which the bot answers a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from incibot.playground import elements
from incibot.playground.limits import validate_message
from incibot.playground.records import Channel, Ephemeral, User
from incibot.playground.terms import Json, Refusal
from incibot.playground.workspace import Workspace

USES: Final = 5
LIFE: Final = timedelta(minutes=30)
_KNOWN_TYPES: Final = ("ephemeral", "in_channel")


@dataclass(slots=True)
class ResponseUrl:
    """One such address: whom it answers, where, and about which message (None: a command)."""

    user: User
    channel: Channel
    issued: datetime
    source_ts: str | None
    uses: int = 0


class Responses:
    """All response URLs of a workspace, and what an answer does."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, user: User, channel: Channel, source_ts: str | None = None) -> str:
        """A new address: its path below ``/responses/``."""
        key = self._workspace.ids.hexes("response_url", 24)
        self._urls[key] = ResponseUrl(user, channel, self._workspace.now(), source_ts)
        return key

    def knows(self, key: str) -> bool:
        """Whether an address is one of this workspace's."""
        return key in self._urls

    def use(self, key: str, answer: Json) -> None:
        """The bot has sent something to a response URL.

        Raises:
            Refusal: used_url, expired_url, or what is wrong with the message.
        """
        url = self._urls.get(key)
        if url is None or self._workspace.now() - url.issued > LIFE:
            raise Refusal("expired_url")
        if url.uses >= USES:
            raise Refusal("used_url")
        said = self.respond(url.user, url.channel, answer, source_ts=url.source_ts)
        url.uses += 1
        if url.source_ts is None and said is not None:
            url.source_ts = said["ts"]

    def respond(
        self, user: User, channel: Channel, answer: Json, *, source_ts: str | None = None
    ) -> Json | None:
        """Show the bot's answer to a person; the message, None where one was taken away.

        Works in channels that the bot is not in. Also the way of a command's immediate answer.

        Raises:
            Refusal: what is wrong with the message.
        """
        if answer.get("delete_original"):
            self._remove(channel, source_ts)
            return None
        if problems := validate_message(answer):
            details = [f"[ERROR] {problem}" for problem in problems]
            raise Refusal(problems[0].code, *details)
        if answer.get("response_type", "ephemeral") not in _KNOWN_TYPES:
            raise Refusal("invalid_arguments", "[ERROR] invalid response_type")
        text = str(answer.get("text") or "")
        blocks = answer.get("blocks")
        if blocks is not None:
            blocks = elements.named(blocks, self._workspace.ids)
        if answer.get("replace_original"):
            replaced = self._replace(channel, source_ts, text, blocks)
            if replaced is not None:
                return replaced
        thread_ts = answer.get("thread_ts")
        if answer.get("response_type") == "in_channel":
            return self._workspace.post(
                self._workspace.bot,
                channel,
                text=text,
                blocks=blocks,
                attachments=answer.get("attachments"),
                thread_ts=thread_ts,
                metadata=answer.get("metadata"),
            )
        message = self._workspace.authored(self._workspace.bot, text=text, blocks=blocks)
        return self._workspace.whisper(channel, user, message)

    def _ephemeral(self, channel: Channel, ts: str) -> Ephemeral | None:
        for said in self._workspace.ephemerals:
            if said.channel == channel.id and said.message["ts"] == ts:
                return said
        return None

    def _remove(self, channel: Channel, ts: str | None) -> None:
        if ts is None:
            raise Refusal("message_not_found")
        if (said := self._ephemeral(channel, ts)) is not None:
            self._workspace.ephemerals.remove(said)
            self._workspace.tell("ephemeral", channel=channel.id, user=said.user, message=None)
            return
        message = self._workspace.message(channel, ts)
        self._workspace.delete(self._workspace.bot, channel, message)

    def _replace(
        self, channel: Channel, ts: str | None, text: str, blocks: list[Json] | None
    ) -> Json | None:
        if ts is None:
            return None
        said = self._ephemeral(channel, ts)
        if said is not None:
            fresh = self._workspace.authored(self._workspace.bot, text=text, blocks=blocks)
            said.message = {**fresh, "ts": ts, "is_ephemeral": True}
            self._workspace.tell(
                "ephemeral", channel=channel.id, user=said.user, message=said.message
            )
            return said.message
        message = self._workspace.message(channel, ts)
        self._workspace.edit(self._workspace.bot, channel, message, text=text, blocks=blocks)
        return message
