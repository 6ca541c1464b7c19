"""Who takes part: people as Slack knows them, and the duties they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NewType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UserId = NewType("UserId", str)
ChannelId = NewType("ChannelId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the workspace.

    Attributes:
        name: what colleagues see: the display name, else the real name.
        zone: IANA name of their time zone as Slack has it; empty if Slack does not say.
        outside: a guest, or somebody of another workspace; None: not known.
        teams: the workspaces whose member this is; empty if Slack does not say.
    """

    id: UserId
    name: str
    zone: str = ""
    is_bot: bool = False
    deleted: bool = False
    outside: bool | None = None
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Somebody holds a role from `since`, until `until` (None: still), both in UTC."""

    role: str
    user: UserId
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The people whom incibot has met, by id."""

    people: Mapping[UserId, Person] = field(default_factory=lambda: MappingProxyType({}))

    def name(self, user: UserId | None) -> str:
        """Their name; the bare id of somebody not met yet; empty for nobody."""
        if user is None:
            return ""
        person = self.people.get(user)
        return person.name if person else user

    def names(self) -> dict[str, str]:
        return {user: person.name for user, person in self.people.items()}

    def zone(self, user: UserId | None) -> ZoneInfo | None:
        """Their time zone, or None where Slack gave none that this machine knows."""
        person = self.people.get(user) if user else None
        return zone_of(person.zone) if person else None

    def pseudonymous(self, order: Iterable[UserId]) -> Directory:
        """The same people as "Responder 1", "Responder 2" ... in the given order, then by id."""
        seen = dict.fromkeys(order)
        seen.update(dict.fromkeys(sorted(self.people)))
        return Directory(
            MappingProxyType(
                {
                    user: Person(id=user, name=f"Responder {n}")
                    for n, user in enumerate(seen, start=1)
                }
            )
        )


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, or None if there is none."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
