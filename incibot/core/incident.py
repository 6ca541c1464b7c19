"""What is going wrong and our answer to it, as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from incibot.core.people import Assignment, ChannelId, UserId
from incibot.core.playbook import Kind

NONE_LEFT: Mapping[UserId, datetime] = MappingProxyType({})


class Known(StrEnum):
    """How a milestone's time is known."""

    STATED = "stated"  # a person said it
    SYSTEM = "system"  # it is the time of a change that incibot recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A point of an incident that people look for, such as ``detected``.

    Attributes:
        key: the key of the entry that this rests on.
    """

    name: str
    at: datetime
    known: Known
    key: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done during the incident; `number` counts within the incident."""

    number: int
    words: str
    created_by: UserId
    created_at: datetime
    assignee: UserId | None = None
    done_at: datetime | None = None
    done_by: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The latest word to those who are not in the channel."""

    words: str
    at: datetime
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as it stands.

    Attributes:
        number: people say ``INC-7``.
        title, summary, service: plain text, as typed.
        declared_at: UTC.
        channel: its channel in Slack, once there is one.
        trouble: why it has no channel, when Slack refused one for good.
        members: who is in the channel of a private incident; empty for a public one.
        left: who has left the channel of a private incident or was removed, and when (UTC).
        outside: those of a private incident's people who are guests, of another workspace, or not
            known well enough to be sure that they are not.
        turned_at: when it last was over, or was taken up again; None: it is as it was declared.
        version: counts the changes; a change decided on an older version is refused.
    """

    number: int
    title: str
    kind: Kind
    severity: str
    status: str
    private: bool
    declared_by: UserId
    declared_at: datetime
    summary: str = ""
    service: str = ""
    channel: ChannelId | None = None
    channel_name: str = ""
    trouble: str = ""
    update: Update | None = None
    assignments: tuple[Assignment, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    tasks: tuple[Task, ...] = ()
    members: frozenset[UserId] = frozenset()
    left: Mapping[UserId, datetime] = field(default_factory=lambda: NONE_LEFT)
    outside: frozenset[UserId] = frozenset()
    turned_at: datetime | None = None
    version: int = 0

    @property
    def ref(self) -> str:
        return f"INC-{self.number}"

    def holders(self, role: str) -> tuple[UserId, ...]:
        """Who holds the role now, the longest first."""
        return tuple(
            held.user
            for held in sorted(self.assignments, key=lambda one: one.since)
            if held.role == role and held.until is None
        )

    def roles_of(self, user: UserId) -> tuple[str, ...]:
        return tuple(
            held.role for held in self.assignments if held.user == user and held.until is None
        )

    def milestone(self, name: str) -> Milestone | None:
        return next((one for one in self.milestones if one.name == name), None)

    def task(self, number: int) -> Task | None:
        return next((one for one in self.tasks if one.number == number), None)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.done_at is None)


def number_in(ref: str) -> int | None:
    """The number that ``INC-7``, ``inc7``, ``#7`` or ``7`` names; None for anything else."""
    bare = ref.strip().casefold().removeprefix("inc").lstrip("-# ")
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else None
