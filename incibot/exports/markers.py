"""Key moments as a table of markers, of the four types that incident analysis tools know."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from incibot.core import disclosure
from incibot.core.history import Head
from incibot.core.review.telling import label, said
from incibot.core.timeline import EntryKind, Recorded
from incibot.exports.csv_table import inert, line
from incibot.exports.format import Format
from incibot.exports.json_timeline import stamp
from incibot.exports.provenance import IN_CSV, sealed
from incibot.render import Renderer

COLUMNS = ("type", "time", "summary", "evidence", "notes", "provenance")

_TYPES = {
    **dict.fromkeys((EntryKind.ALERT, EntryKind.PAGE, EntryKind.OBSERVATION), "Detection"),
    **dict.fromkeys((EntryKind.HYPOTHESIS, EntryKind.QUESTION), "Diagnosis"),
    **dict.fromkeys((EntryKind.ACTION, EntryKind.CHANGE), "Repair"),
    **dict.fromkeys((EntryKind.DECISION, EntryKind.SURPRISE), "Key Moment"),
}


@sealed(IN_CSV)
async def write(
    head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
) -> AsyncIterator[str]:
    end = line(COLUMNS)
    async for recorded in entries:
        marker = type_of(recorded)
        if marker is None:
            continue
        yield end + line([marker, *map(inert, _cells(head, recorded)), ""]).removesuffix("\r\n")
        end = "\r\n"
    if end != "\r\n":
        yield end


def type_of(recorded: Recorded) -> str | None:
    """The marker's type; None for an entry that is none. A ruling out belongs to the diagnosis."""
    if recorded.retracted_at is not None:
        return None
    if recorded.data.get("outcome"):
        return "Diagnosis"
    return _TYPES.get(recorded.kind) or ("Key Moment" if recorded.key_moment else None)


def _cells(head: Head, recorded: Recorded) -> list[str]:
    coding = head.codings.get(recorded.id)
    notes = [label(recorded), disclosure.typed(head, coding.note) if coding else ""]
    return [
        stamp(head, recorded.occurred_at),
        disclosure.text(head, said(recorded)),
        disclosure.permalink(head, recorded) or f"#{recorded.id}",
        "; ".join(filter(None, notes)),
    ]


MARKERS = Format(word="markers", media_type="text/csv", extension="markers.csv", write=write)
