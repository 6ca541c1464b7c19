"""What a workspace holds: people, conversations, files, groups; and what is written down of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from incibot.playground.terms import Json

Kind = Literal["public", "private", "im", "mpim"]

CHANNEL_TYPES: Final[dict[Kind, str]] = {
    "public": "channel",
    "private": "group",
    "im": "im",
    "mpim": "mpim",
}


@dataclass(slots=True, kw_only=True)
class User:
    """Somebody in the workspace: a member, a guest, a person of another workspace, or the bot.

    Attributes:
        team_id: the workspace whose member this is.
        is_restricted: a guest, who sees only the channels that they are in.
        is_ultra_restricted: a guest of a single channel.
    """

    id: str
    team_id: str
    name: str
    real_name: str
    tz: str
    email: str = ""
    is_bot: bool = False
    is_admin: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation of any kind.

    Attributes:
        members: the ids of those in it, in the order in which they came.
        teams: the workspaces that share it (Slack Connect), its host first; none for a channel that
            is one workspace's own.
        messages: by `ts`, oldest first, thread replies among them.
        pins: what `pins.list` answers, without the messages.
    """

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: dict[str, None] = field(default_factory=dict)
    teams: list[str] = field(default_factory=list)
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    is_archived: bool = False
    is_general: bool = False
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)
    pins: list[Json] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        """Whether it is a direct message, of two or of more."""
        return self.kind in ("im", "mpim")

    @property
    def type(self) -> str:
        """The `channel_type` of events."""
        return CHANNEL_TYPES[self.kind]


@dataclass(slots=True, kw_only=True)
class File:
    """A file: what Slack tells about it, and its bytes once they have come."""

    json: Json
    content: bytes | None = None
    shared: bool = False


@dataclass(slots=True, kw_only=True)
class UserGroup:
    """A user group."""

    id: str
    handle: str
    name: str
    users: list[str]
    created: int


@dataclass(slots=True, kw_only=True)
class Ephemeral:
    """A message that one person sees, and that is kept nowhere."""

    user: str
    channel: str
    message: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A Web API call that the bot made.

    Attributes:
        n: which one it is, from 1.
        answer: the body of the answer; None when the connection was dropped before anything was done.
        status: the HTTP status; 0 when the bot got no answer.
        took_ms: how long it took, in real milliseconds.
    """

    n: int
    method: str
    args: Json
    answer: Json | None
    status: int
    at: datetime
    took_ms: float

    def brief(self) -> Json:
        """The call without what was asked and answered."""
        answer = self.answer or {}
        return {
            "n": self.n,
            "method": self.method,
            "at": self.at.isoformat(),
            "status": self.status,
            "ok": bool(answer.get("ok")) and self.status == 200,
            "error": answer.get("error"),
            "took_ms": self.took_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An event as it happened, before it is decided whether the bot hears of it.

    Attributes:
        channel: the conversation that it belongs to.
        everywhere: it is told to apps outside that conversation too (a public channel's lifecycle).
    """

    event: Json
    channel: Channel | None
    everywhere: bool
