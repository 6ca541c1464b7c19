"""Stretches in which nobody wrote: a question each, and no finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise
from statistics import median

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, is_back_dated, known_at, length, window
from incibot.core.timeline import Quiet, Recorded, quiet_stretches

NEEDED = Threshold(name="A10.needed", value=6, unit="messages", source="practice")
SHORTEST = Threshold(name="A10.shortest", value=10, unit="min", source="practice")
TIMES_THE_USUAL = Threshold(
    name="A10.factor", value=3, unit="times the median gap", source="practice"
)
SHOWN = Threshold(name="A10.shown", value=3, unit="stretches", source="practice")

_NIGHT = (time(1), time(5))  # a gap that holds these hours of everybody's is a night's


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The quiet stretches of an incident, the longest first, and from what length on they count."""

    usual: timedelta
    threshold: timedelta
    longest: tuple[Quiet, ...]


def silence(history: History, book: Playbook) -> Silence | None:
    """None where too few people's words are on record to tell."""
    said = _written_then(history)
    if len(said) < NEEDED.of(book):
        return None
    gaps = [later.occurred_at - earlier.occurred_at for earlier, later in pairwise(said)]
    seconds = [gap.total_seconds() for gap in gaps if gap]  # of one moment: no gap
    usual = timedelta(seconds=median(seconds or [0.0]))
    threshold = max(SHORTEST.time(book), TIMES_THE_USUAL.of(book) * usual)
    stretches = sorted(
        quiet_stretches(said, longer_than=threshold),
        key=lambda quiet: (-quiet.length, quiet.after.occurred_at),
    )
    return Silence(usual=usual, threshold=threshold, longest=tuple(stretches[: SHOWN.count(book)]))


def silent(telling: Telling) -> Silence | None:
    return silence(telling.history, telling.book)


def _written_then(history: History) -> list[Recorded]:
    """What people wrote while they were at work on it, at the time at which they wrote it."""
    within = window(history)
    if within is None:
        return []
    written = [
        replace(entry, occurred_at=known_at(entry)) if is_back_dated(entry) else entry
        for entry in history.entries
        if entry.is_sign_of_work and entry.is_timed
    ]
    return sorted(
        (entry for entry in written if within[0] <= entry.occurred_at <= within[1]),
        key=lambda entry: (entry.occurred_at, entry.id),
    )


def quiet(telling: Telling) -> Findings:
    found = telling.once(silent)
    if found is None:
        return Findings()
    zones = zones_of(telling.history)
    stretches = sorted(found.longest, key=lambda one: one.after.occurred_at)
    by_day = [one for one in stretches if not overnight(one, zones)]
    return Findings(
        statements=tuple(_statement(telling, one, zones) for one in stretches),
        questions=tuple(
            Question(
                text=f"What was going on {telling.span(one.after.occurred_at, one.before.occurred_at)}, "
                "while nobody wrote?",
                evidence=(one.after.id, one.before.id),
            )
            for one in by_day
        ),
    )


def _statement(telling: Telling, one: Quiet, zones: Sequence[tzinfo]) -> Statement:
    since, until = one.after.occurred_at, one.before.occurred_at
    text = f"Quiet {telling.span(since, until)} ({length(one.length)})"
    if overnight(one, zones):
        text += ", overnight for all who wrote"
    perhaps = sum(_may_be_of(entry, since, until) for entry in telling.history.entries)
    if perhaps:
        entries = "1 entry" if perhaps == 1 else f"{perhaps} entries"
        text += f"; {entries} without a known time may be of then"
    for gap in telling.head.completeness.not_listening:
        if gap.since < until and since < gap.until and not gap.filled:
            text += f"; incibot was not listening {telling.span(gap.since, gap.until)}"
    return Statement(text=f"{text}.", evidence=(one.after.id, one.before.id), rank=Rank.SYSTEM)


def overnight(one: Quiet, zones: Sequence[tzinfo]) -> bool:
    """It holds a night of everybody's: nobody need be asked what was going on."""
    since, until = one.after.occurred_at, one.before.occurred_at
    return all(_holds_a_night(since, until, zone) for zone in zones)


def _may_be_of(entry: Recorded, since: datetime, until: datetime) -> bool:
    """Whether it may have been in that stretch, for all that is known of its time."""
    if entry.is_timed or not entry.is_sign_of_work:
        return False
    low, high = entry.extent
    return (low is None or low < until) and (high is None or since < high)


def zones_of(history: History) -> list[tzinfo]:
    """The zones of those who wrote; the document's where Slack names none."""
    head = history.head
    who = {entry.by for entry in history.entries if entry.is_said}
    found: dict[str, tzinfo] = {}
    for user in who:
        zone = head.people.zone(user) or head.zone
        found[str(zone)] = zone
    return [found[name] for name in sorted(found)]


def _holds_a_night(since: datetime, until: datetime, zone: tzinfo) -> bool:
    begins, ends = _NIGHT
    day = since.astimezone(zone).date()
    if since > datetime.combine(day, begins, zone):
        day += timedelta(days=1)
    return datetime.combine(day, ends, zone) <= until


QUIET = Analysis(
    id="A10",
    section="hard",
    title="Quiet stretches",
    read=quiet,
    minimum="6 messages of people's within the response",
    thresholds=(NEEDED, SHORTEST, TIMES_THE_USUAL, SHOWN),
)
