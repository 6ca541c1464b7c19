"""The people and channels that the local workspace starts with: Northwind, a shop with six of its staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A member of the workspace.

    Attributes:
        name: the handle, as typed after ``@``.
        real_name: the full name.
        tz: an IANA time zone.
    """

    name: str
    real_name: str
    tz: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel: its name, and the handles of those who are in it (``incibot`` is the bot)."""

    name: str
    members: Sequence[str]
    purpose: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A user group: its handle, its name, and its members' handles."""

    handle: str
    name: str
    members: Sequence[str]


PEOPLE: Final = (
    Someone(name="ana", real_name="Ana Alves", tz="Europe/Lisbon"),
    Someone(name="bela", real_name="Bela Kovács", tz="Europe/Budapest"),
    Someone(name="chidi", real_name="Chidi Okafor", tz="Africa/Lagos"),
    Someone(name="dana", real_name="Dana Whitfield", tz="America/New_York"),
    Someone(name="emre", real_name="Emre Yılmaz", tz="Europe/Istanbul"),
    Someone(name="fumiko", real_name="Fumiko Tanaka", tz="Asia/Tokyo"),
)

EVERYBODY: Final = tuple(person.name for person in PEOPLE)

ROOMS: Final = (
    Room(name="general", members=EVERYBODY, purpose="News for everybody at Northwind."),
    Room(name="incidents", members=(*EVERYBODY, "incibot"), purpose="What is going on right now."),
    Room(name="checkout", members=("ana", "bela", "chidi"), purpose="Carts, payments, orders."),
    Room(name="platform", members=("dana", "emre", "fumiko"), purpose="Clusters, queues, data."),
)

GROUPS: Final = (
    Group(handle="oncall-checkout", name="On call for checkout", members=("bela", "chidi")),
)

SCOPES: Final = (
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "metadata.message:read",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users.profile:read",
    "users:read",
    "users:read.email",
)
