"""Where the record itself may not be right: for whoever works with it, nothing is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import IMPORT, EntryKind, Recorded

AHEAD = Threshold(name="A40.ahead", value=5, unit="min", source="authors")
FAR = Threshold(name="A40.far", value=180, unit="d", source="practice, and authors")
TWICE = Threshold(name="A40.twice", value=2, unit="min", source="authors")
LONG = Threshold(name="A40.long", value=20, unit="characters", source="authors")
SHOWN = Threshold(name="A40.shown", value=5, unit="entries each", source="authors")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may not be right, in words, and the entries."""

    words: str
    entries: tuple[Recorded, ...]


def hygiene(telling: Telling) -> tuple[Doubt, ...]:
    found = (
        Doubt("bear a time after the one at which they were recorded", tuple(_ahead(telling))),
        Doubt("are far from the declaration, perhaps of another year", tuple(_far(telling))),
        Doubt("stand in their source after a later one", tuple(_out_of_order(telling))),
        Doubt("have a time that their source does not know exactly", tuple(_approximate(telling))),
        Doubt("were edited after the end", tuple(_edited(telling))),
        Doubt("say the same as one shortly before", tuple(_twice(telling))),
    )
    return tuple(one for one in found if one.entries)


def _ahead(telling: Telling) -> Iterator[Recorded]:
    ahead = AHEAD.time(telling.book)
    return (
        entry for entry in telling.history.entries if entry.occurred_at - entry.recorded_at > ahead
    )


def _far(telling: Telling) -> Iterator[Recorded]:
    far, declared = FAR.time(telling.book), telling.incident.declared_at
    return (entry for entry in telling.history.entries if abs(entry.occurred_at - declared) > far)


def _out_of_order(telling: Telling) -> Iterator[Recorded]:
    """Rows of an import keep the order of their source; their ids tell it."""
    rows = sorted(
        (
            entry
            for entry in telling.history.entries
            if entry.source.type == IMPORT and entry.is_timed
        ),
        key=lambda entry: entry.id,
    )
    return (later for earlier, later in pairwise(rows) if later.occurred_at < earlier.occurred_at)


def _approximate(telling: Telling) -> Iterator[Recorded]:
    return (
        entry
        for entry in telling.history.entries
        if not entry.is_timed or entry.data.get("approx") is True
    )


def _edited(telling: Telling) -> Iterator[Recorded]:
    ends = telling.incident.milestone("resolved")
    if ends is None:
        return iter(())
    return (
        entry
        for entry in telling.history.entries
        if entry.occurred_at <= ends.at
        and any(one.replaced_at > ends.at for one in entry.revisions)
    )


def _twice(telling: Telling) -> Iterator[Recorded]:
    within, long = TWICE.time(telling.book), LONG.of(telling.book)
    last: dict[tuple[object, str], Recorded] = {}
    for entry in telling.history.entries:
        if entry.is_said and entry.kind is EntryKind.MESSAGE and len(entry.words) >= long:
            before = last.get((entry.by, entry.words))
            if (
                before is not None
                and stands(entry)
                and entry.occurred_at - before.occurred_at <= within
            ):
                yield entry
            last[entry.by, entry.words] = entry


def read(telling: Telling) -> Findings:
    shown = SHOWN.count(telling.book)
    return Findings(
        statements=tuple(
            Statement(
                text=f"To check: {len(one.entries)} of the record’s entries {one.words}.",
                evidence=ids(one.entries[:shown]),
                rank=Rank.SYSTEM,
            )
            for one in hygiene(telling)
        )
        + tuple(_doubtful(telling, shown))
    )


def _doubtful(telling: Telling, shown: int) -> Iterator[Statement]:
    """What did not fit in a timeline that others wrote, as it was said when it was brought in."""
    for entry in telling.history.entries:
        doubts = entry.data.get("doubts") if entry.key.startswith("import:") else None
        if entry.source.type == IMPORT or not isinstance(doubts, list):
            continue
        more = f" and {len(doubts) - shown} more" if len(doubts) > shown else ""
        yield Statement(
            text="Doubtful when it was brought in: "
            + "; ".join(telling.typed(str(doubt)) for doubt in doubts[:shown])
            + f"{more}.",
            evidence=(entry.id,),
            rank=Rank.SYSTEM,
        )


HYGIENE = Analysis(
    id="A40",
    section="about",
    read=read,
    minimum="one entry that may not be right",
    thresholds=(AHEAD, FAR, TWICE, LONG, SHOWN),
)
