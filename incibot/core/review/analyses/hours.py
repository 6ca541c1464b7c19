"""At what hours people were at work on it, where they live; as totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from incibot.core.markup import markdown_text
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.core.review.analyses.people_at_once import in_stretches
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling
from incibot.core.timeline import Recorded

BIN = Threshold(name="A09.bin", value=15, unit="min", source="practice")
BEGINS = Threshold(name="A09.begins", value=9, unit="o’clock", source="practice")
ENDS = Threshold(name="A09.ends", value=18, unit="o’clock", source="practice")
NIGHT_BEGINS = Threshold(name="A09.night_begins", value=23, unit="o’clock", source="practice")
NIGHT_ENDS = Threshold(name="A09.night_ends", value=7, unit="o’clock", source="practice")
HIDDEN = Threshold(name="A09.hidden", value=3, unit="people", source="practice")

WEEKEND = (5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Quarters of an hour in which somebody wrote, counted once for each person who did.

    Attributes:
        by_class: ``work``, ``evening``, ``night``, ``weekend`` or ``unknown``, to how many.
        people: the same, to how many different people.
        zones: how many zones people are in.
    """

    by_class: dict[str, int]
    people: dict[str, int]
    zones: int

    @property
    def all(self) -> int:
        return sum(self.by_class.values())

    @property
    def outside(self) -> int:
        return self.all - self.by_class.get("work", 0) - self.by_class.get("unknown", 0)


def hours(telling: Telling) -> Hours:
    seen: set[tuple[UserId | None, datetime]] = set()
    by_class: dict[str, set[tuple[UserId | None, datetime]]] = {}
    zones: set[str] = set()
    said = (one.entry for one in telling.talk.said)
    for since, entry in in_stretches(said, BIN.time(telling.book)):
        quarter = (entry.by, since)
        if quarter in seen:
            continue
        seen.add(quarter)
        zone = telling.head.people.zone(entry.by) if entry.by else None
        if zone is None:
            by_class.setdefault("unknown", set()).add(quarter)
        else:
            zones.add(str(zone))
            by_class.setdefault(_class(telling, entry, zone), set()).add(quarter)
    return Hours(
        by_class={name: len(found) for name, found in by_class.items()},
        people={name: len({who for who, _ in found}) for name, found in by_class.items()},
        zones=len(zones),
    )


def _class(telling: Telling, entry: Recorded, zone: tzinfo) -> str:
    book = telling.book
    then = entry.occurred_at.astimezone(zone)
    hour = then.hour + then.minute / 60
    if hour >= NIGHT_BEGINS.of(book) or hour < NIGHT_ENDS.of(book):
        return "night"
    if then.weekday() in WEEKEND:
        return "weekend"
    return "evening" if is_outside(then, book) else "work"


def is_outside(at: datetime, book: Playbook) -> bool:
    """Whether that local time is outside office hours."""
    hour = at.hour + at.minute / 60
    return at.weekday() in WEEKEND or not BEGINS.of(book) <= hour < ENDS.of(book)


def outside_where_it_is_told(telling: Telling) -> tuple[Recorded, ...]:
    """The entries of times outside office hours in the zone of the document."""
    zone = telling.head.zone
    return tuple(
        entry
        for entry in signs_of_work(telling)
        if is_outside(entry.occurred_at.astimezone(zone), telling.book)
    )


def signs_of_work(telling: Telling) -> tuple[Recorded, ...]:
    """What was written or done, at a moment that is known."""
    return tuple(
        entry for entry in telling.history.entries if entry.is_sign_of_work and entry.is_timed
    )


def _where_it_is_told(telling: Telling) -> Findings:
    """Where nobody's zone is known, as of an import, the entries are counted, and not people."""
    outside = outside_where_it_is_told(telling)
    if not outside:
        return Findings()
    book = telling.book
    return Findings(
        statements=(
            Statement(
                text=f"{len(outside)} of {len(signs_of_work(telling))} entries are of times outside "
                f"{BEGINS.count(book):02}–{ENDS.count(book):02} on weekdays in "
                f"{markdown_text(str(telling.head.zone))}; where people were is not known.",
                evidence=tuple(dict.fromkeys((outside[0].id, outside[-1].id))),
                rank=Rank.SYSTEM,
            ),
        )
    )


def read(telling: Telling) -> Findings:
    found = telling.once(hours)
    if found.all and not found.zones:
        return _where_it_is_told(telling)
    if not found.outside:
        return Findings()
    book = telling.book
    shown = {
        name: count
        for name, count in found.by_class.items()
        if name in ("night", "weekend", "unknown")
        and (not telling.head.pseudonyms or found.people[name] >= HIDDEN.of(book))
    }
    words = {
        "night": "at night",
        "weekend": "at a weekend",
        "unknown": "of people whose zone is not known",
    }
    told = "".join(f"; {shown[name]} {words[name]}" for name in words if name in shown)
    zones = f"; people were in {found.zones} time zones" if found.zones > 1 else ""
    said = telling.talk.said
    return Findings(
        statements=(
            Statement(
                text=f"{found.outside} of {found.all} quarter-hours of people’s work fell outside "
                f"{BEGINS.count(book):02}–{ENDS.count(book):02} on weekdays where they are{told}{zones}.",
                evidence=tuple(dict.fromkeys((said[0].entry.id, said[-1].entry.id))),
                rank=Rank.SYSTEM,
            ),
        )
    )


HOURS = Analysis(
    id="A09",
    section="coordination",
    read=read,
    minimum="one message outside office hours where its writer is; where no zone is known, one entry",
    thresholds=(BIN, BEGINS, ENDS, NIGHT_BEGINS, NIGHT_ENDS, HIDDEN),
)
