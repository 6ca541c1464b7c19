"""Each person's point of view, for a deep draft: what they wrote, and when they came; nothing is counted."""

from __future__ import annotations

from incibot.core.people import UserId
from incibot.core.playbook import Depth
from incibot.core.review.section import Findings, Group, Section
from incibot.core.review.telling import Telling, known_at
from incibot.core.timeline import EntryKind, Recorded

_OWN = (EntryKind.JOINED, EntryKind.LEFT, EntryKind.STATUS, EntryKind.SEVERITY, EntryKind.DECLARED)


def perspectives(telling: Telling) -> Findings:
    """Of those who wrote, in the order in which they first did."""
    own: dict[UserId, list[Recorded]] = {}
    wrote: dict[UserId, None] = {}
    for entry in sorted(telling.history.entries, key=lambda one: (known_at(one), one.id)):
        if entry.by and (entry.is_said or entry.kind in _OWN):
            own.setdefault(entry.by, []).append(entry)
            if entry.is_said:
                wrote.setdefault(entry.by)
    return Findings(
        groups=tuple(
            Group(
                title=telling.person(user),
                statements=tuple(telling.tell_when_known(entry) for entry in own[user]),
            )
            for user in wrote
        )
    )


PERSPECTIVES = Section(
    id="perspectives",
    title="As each of them wrote it",
    read=perspectives,
    depth=Depth.DEEP,
)
