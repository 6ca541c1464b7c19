"""The people and channels that the local workspace starts with: Northwind, a shop with six of its staff.

`VISITORS` and `MEETING_PLACES` are for whoever wants guests and people of another company too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A member of the workspace, a guest, or somebody of another one.

    Attributes:
        name: the handle, as typed after ``@``.
        real_name: the full name.
        tz: an IANA time zone.
        guest: a guest of one channel, or of many.
        company: the domain of another workspace, whose member this is (Slack Connect).
    """

    name: str
    real_name: str
    tz: str
    guest: Literal["", "one channel", "many channels"] = ""
    company: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel: its name, and the handles of those who are in it (``incibot`` is the bot).

    It is shared with the companies of those of them who are of another one.
    """

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

VISITORS: Final = (
    Someone(name="gita", real_name="Gita Rao", tz="Asia/Kolkata", guest="many channels"),
    Someone(name="hugo", real_name="Hugo Lind", tz="Europe/Stockholm", guest="one channel"),
    Someone(name="ines", real_name="Inês Prado", tz="America/Sao_Paulo", company="parcels"),
)

EVERYBODY: Final = tuple(person.name for person in PEOPLE)

ROOMS: Final = (
    Room(name="general", members=EVERYBODY, purpose="News for everybody at Northwind."),
    Room(name="incidents", members=(*EVERYBODY, "incibot"), purpose="What is going on right now."),
    Room(name="checkout", members=("ana", "bela", "chidi"), purpose="Carts, payments, orders."),
    Room(name="platform", members=("dana", "emre", "fumiko"), purpose="Clusters, queues, data."),
)

MEETING_PLACES: Final = (
    Room(name="auditors", members=("ana", "gita", "incibot"), purpose="With those who look on."),
    Room(name="relaunch", members=("bela", "hugo", "incibot"), purpose="With the agency."),
    Room(name="parcels", members=("ana", "ines", "incibot"), purpose="With those who deliver."),
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
