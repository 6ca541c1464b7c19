"""Links, dashboards and tools: what people had on their screens, as far as they posted it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from incibot.core.review.section import Analysis, Findings, Row, Table, Threshold
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

NEEDED = Threshold(name="A20.needed", value=3, unit="messages with a link", source="authors")
SHOWN = Threshold(name="A20.shown", value=10, unit="places", source="practice")
SHARED = Threshold(name="A20.shared", value=3, unit="people", source="practice")
PARTS = Threshold(name="A20.parts", value=2, unit="parts of the path", source="practice")

_LINK = re.compile(r"<(https?://[^<>|]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A host with the first parts of a path, and the messages with a link there."""

    name: str
    entries: tuple[Recorded, ...]

    @property
    def people(self) -> int:
        return len({entry.by for entry in self.entries})


def link_in(words: str) -> str:
    """The first address in it."""
    found = _LINK.search(words)
    return found[1] if found else ""


def links(telling: Telling) -> tuple[Place, ...]:
    """Those that several people used come first, then those with most messages."""
    parts = PARTS.count(telling.book)
    found: dict[str, dict[int, Recorded]] = {}
    for entry in telling.talk.written:
        if "<http" in entry.words:
            for address in _LINK.findall(entry.words):
                found.setdefault(_place(address, parts), {})[entry.id] = entry
    places = [Place(name=name, entries=tuple(by.values())) for name, by in found.items() if name]
    shared = SHARED.of(telling.book)
    return tuple(sorted(places, key=lambda one: (one.people < shared, -len(one.entries), one.name)))


def _place(address: str, parts: int) -> str:
    """Without queries, which may hold a secret, and without who is named before the host."""
    try:
        split = urlsplit(address)
        host = split.hostname or ""
    except ValueError:
        return ""
    path = [part for part in split.path.split("/") if part][:parts]
    return "/".join((host, *path)) if host else ""


def read(telling: Telling) -> Findings:
    found = links(telling)
    if len({entry.id for one in found for entry in one.entries}) < NEEDED.of(telling.book):
        return Findings()
    return Findings(
        table=Table(
            columns=("Place", "Messages", "First"),
            rows=tuple(
                Row(
                    cells=(
                        telling.typed(one.name),
                        str(len(one.entries)),
                        telling.clock(one.entries[0].occurred_at),
                    ),
                    evidence=ids(one.entries[:3]),
                )
                for one in found[: SHOWN.count(telling.book)]
            ),
        )
    )


LINKS = Analysis(
    id="A20",
    section="unfolding",
    title="What was on screens, by the links that were posted",
    read=read,
    minimum="three messages with a link",
    thresholds=(NEEDED, SHOWN, SHARED, PARTS),
)
