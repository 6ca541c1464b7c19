"""The public timelines as histories, without a database.

Run as a module, it writes the drafts anew: `python -m tests.imports.published`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from incibot.core.history import Completeness, Head, History
from incibot.core.imports import reader_of, told
from incibot.core.imports.weaving import Framing, rows, woven
from incibot.core.people import Directory
from incibot.core.playbook import Playbook
from incibot.core.timeline import Recorded
from incibot.paper import draft_markdown
from incibot.render import Renderer

FOLDER = Path(__file__).parent / "timelines"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*-*.json")))
BOOK = Playbook()
IMPORTED = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ZONES = {  # of the places where people were at work on it
    "2i2c": "America/New_York",
    "aws": "America/Los_Angeles",
    "moj": "Europe/London",
    "mybinder-2018-01": "America/Los_Angeles",
    "mybinder-2018-03": "Europe/Zurich",
    "mybinder-2018-07": "America/Los_Angeles",
    "mybinder-2022": "Europe/Paris",
    "roblox": "America/Los_Angeles",
    "slack": "America/Los_Angeles",
}


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(next((zone for begin, zone in ZONES.items() if name.startswith(begin)), "UTC"))


@cache
def history(name: str) -> History:
    """The timeline as it is in the record after `incibot import`."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    record = told(reader_of(f"{name}.json").read(text), now=IMPORTED)
    change = woven(record, Framing(), number=7, book=BOOK)
    assert change.incident is not None
    entries = tuple(
        Recorded(
            id=number,
            incident=7,
            key=entry.key,
            kind=entry.kind,
            kind_first=entry.kind,
            occurred_at=entry.occurred_at,
            recorded_at=IMPORTED,
            words=entry.words,
            by=entry.by,
            by_name=entry.by_name,
            source=entry.source,
            data=entry.data,
        )
        for number, entry in enumerate((*change.entries, *rows(record)), start=1)
    )
    head = Head(
        incident=change.incident,
        people=Directory(),
        completeness=Completeness(),
        workspace_url="",
        zone=zone_of(name),
        at=IMPORTED,
        foreign=True,
    )
    ordered = tuple(sorted(entries, key=lambda entry: (entry.occurred_at, entry.id)))
    return History(head=head, entries=ordered)


def draft(name: str) -> str:
    return draft_markdown(history(name), BOOK, Renderer())


DRAFTS = {  # read through, line by line, when they were last changed
    name: Path(__file__).parent / "drafts" / f"{name}.md"
    for name in (
        "mybinder-2018-01-18-traffic",
        "2i2c-2025-07-11-cloudbank",
        "roblox-2021-10-28",
        "dfds-2024-03-13-notready",
    )
}

if __name__ == "__main__":
    for name, path in DRAFTS.items():
        path.write_text(draft(name), encoding="utf-8")
