"""Pictures of a record, as shapes on a plane: whatever draws them has only to write them down.

Each says in words what it shows, for whoever cannot see it; nothing in it is told by colour alone. A
picture of what the record has too little of is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incibot.core import disclosure
from incibot.core.markup import shorten
from incibot.core.review.analyses.enquiry import ideas
from incibot.core.review.analyses.message_rate import message_rate
from incibot.core.review.analyses.people_at_once import bins
from incibot.core.review.analyses.phases import usual
from incibot.core.review.analyses.quiet import silence
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind

WIDTH = 720.0  # of the plane; it is shown as wide as there is room
LEFT, RIGHT = 44.0, 30.0  # margins
LANE = 26.0  # height of a line of enquiry
MOST_LANES = 16
TICKS = 8  # labels of times below a picture, at most
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)  # minutes between two


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From moments to places on a line."""

    since: datetime
    until: datetime
    left: float = LEFT
    right: float = WIDTH - RIGHT

    def x(self, at: datetime) -> float:
        """Moments outside lie on its ends."""
        length = max(self.until - self.since, timedelta(seconds=1))
        share = min(max((at - self.since) / length, 0.0), 1.0)
        return round(self.left + share * (self.right - self.left), 1)

    def ticks(self) -> tuple[datetime, ...]:
        """Round times, so many that their labels have room."""
        minutes = (self.until - self.since) / timedelta(minutes=1)
        step = timedelta(minutes=next((one for one in STEPS if minutes / one <= TICKS), STEPS[-1]))
        midnight = self.since.replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + -(-(self.since - midnight) // step) * step
        found: list[datetime] = []
        while at <= self.until and len(found) <= TICKS:
            found.append(at)
            at += step
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Box:
    """`look`: ``bar``, ``open``, ``closed``, ``gap`` or ``step``."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Line:
    """`look`: ``axis``, ``tick`` or ``milestone``."""

    x: float
    y: float
    to_x: float
    to_y: float
    look: str


@dataclass(frozen=True, slots=True)
class Words:
    """`anchor`: ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Sign:
    """A small shape: ``alert`` points up, ``change`` is a lozenge."""

    x: float
    y: float
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Attributes: `says`: the same in words, a line each."""

    id: str
    title: str
    says: tuple[str, ...]
    height: float
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    words: tuple[Words, ...] = ()
    signs: tuple[Sign, ...] = ()
    width: float = field(default=WIDTH)


def pictures(telling: Telling) -> tuple[Picture, ...]:
    """Those for which there is enough on record."""
    drawn = (draw(telling) for draw in (rate, presence, enquiry, quiet))
    return tuple(one for one in drawn if one is not None)


def without_words(telling: Telling) -> Picture | None:
    """One that shows nobody's words: when people wrote, how many did, or when nobody did."""
    return rate(telling) or presence(telling) or quiet(telling)


def _scale(telling: Telling, also: Iterable[datetime] = ()) -> Scale | None:
    """Over the time in which people were at work on it."""
    if telling.window is None:
        return None
    moments = [*telling.window, *also]
    since, until = min(moments), max(moments)
    return Scale(since=since, until=until) if until > since else None


def rate(telling: Telling) -> Picture | None:
    """Messages in each stretch, with milestones, alerts and changes."""
    found = message_rate(telling)
    if len(found.counts) < 2:
        return None
    scale = _scale(telling, [*found.counts, max(found.counts) + found.length])
    if scale is None:
        return None
    floor, top = 150.0, 42.0
    most = max(found.counts.values())
    boxes = tuple(
        Box(
            scale.x(at),
            round(floor - (floor - top) * count / most, 1),
            max(round(scale.x(at + found.length) - scale.x(at) - 1, 1), 1.0),
            round((floor - top) * count / most, 1),
            "bar",
        )
        for at, count in sorted(found.counts.items())
    )
    signs, told = _signs(telling, scale, floor + 10)
    minutes = found.length // timedelta(minutes=1)
    counted = ", ".join(f"{telling.clock(at)} {n}" for at, n in sorted(found.counts.items()))
    lines, words, reached = _milestones(telling, scale, top, floor)
    axis, labels = _axis(telling, scale, floor + 18)
    return Picture(
        id="rate",
        title=f"Messages in each {minutes} min",
        says=(f"Messages in each {minutes} min, by when it begins: {counted}.", *reached, *told),
        height=floor + 40,
        boxes=boxes,
        lines=(*axis, *lines),
        words=(Words(LEFT - 6, top + 4, str(most), "end"), *words, *labels),
        signs=signs,
    )


def presence(telling: Telling) -> Picture | None:
    """How many people wrote in each stretch; nobody is named."""
    found = [one for one in bins(telling.history.entries, telling.book) if one.people]
    most = max((one.people for one in found), default=0)
    if len(found) < 2 or most < 2:
        return None
    scale = _scale(telling, [found[0].since, found[-1].until])
    if scale is None:
        return None
    floor, top = 110.0, 14.0
    boxes = tuple(
        Box(
            scale.x(one.since),
            round(floor - (floor - top) * one.people / most, 1),
            max(round(scale.x(one.until) - scale.x(one.since), 1), 1.0),
            round((floor - top) * one.people / most, 1),
            "step",
        )
        for one in found
    )
    axis, labels = _axis(telling, scale, floor)
    counted = ", ".join(f"{telling.clock(one.since)} {one.people}" for one in found)
    return Picture(
        id="people",
        title="People who wrote at the same time",
        says=(f"People who wrote in the same ten minutes, by when these begin: {counted}.",),
        height=floor + 24,
        boxes=boxes,
        lines=axis,
        words=(Words(LEFT - 6, top + 4, str(most), "end"), *labels),
    )


def enquiry(telling: Telling) -> Picture | None:
    """A lane for each idea, from when it was raised until it was answered, or last spoken of."""
    raised = ideas(telling.history, telling.book)[:MOST_LANES]
    if not raised:
        return None
    scale = _scale(
        telling,
        [moment for one in raised for moment in (one.entry.occurred_at, one.until)],
    )
    if scale is None:
        return None
    boxes, words, says = [], [], []
    for number, one in enumerate(raised):
        y = 8 + number * LANE
        begin, end = scale.x(one.entry.occurred_at), scale.x(one.until)
        closed = one.outcome == "ruled_out"
        boxes.append(Box(begin, y + 13, max(end - begin, 3.0), 7.0, "closed" if closed else "open"))
        state = one.outcome.replace("_", " ") or "open"
        text = " ".join(disclosure.text(telling.head, one.entry.words).split())
        late = begin > WIDTH / 2
        words.append(
            Words(
                end if late else begin,
                y + 9,
                f"{shorten(text, 70)} ({state})",
                "end" if late else "start",
            )
        )
        span = telling.span(one.entry.occurred_at, one.until)
        says.append(f"{span}, {state}: {shorten(text, 140)}")
    floor = 12 + len(raised) * LANE
    axis, labels = _axis(telling, scale, floor)
    return Picture(
        id="enquiry",
        title="Lines of enquiry",
        says=tuple(says),
        height=floor + 24,
        boxes=tuple(boxes),
        lines=axis,
        words=(*words, *labels),
    )


def quiet(telling: Telling) -> Picture | None:
    """The time with its quiet stretches; each other mark is something that was written."""
    found = silence(telling.history, telling.book)
    if found is None or not found.longest:
        return None
    scale = _scale(telling)
    if scale is None:
        return None
    stretches = sorted(found.longest, key=lambda one: one.after.occurred_at)
    boxes, words = [], []
    for one in stretches:
        begin, end = scale.x(one.after.occurred_at), scale.x(one.before.occurred_at)
        boxes.append(Box(begin, 22, max(end - begin, 1.0), 24, "gap"))
        minutes = (one.length + timedelta(seconds=30)) // timedelta(minutes=1)
        words.append(Words(round((begin + end) / 2, 1), 16, f"{minutes} min", "middle"))
    written = sorted(
        {
            scale.x(entry.occurred_at)
            for entry in telling.history.entries
            if entry.is_sign_of_work and entry.is_timed
        }
    )
    axis, labels = _axis(telling, scale, 52)
    return Picture(
        id="quiet",
        title="Quiet stretches",
        says=tuple(
            f"Quiet {telling.span(one.after.occurred_at, one.before.occurred_at)}."
            for one in stretches
        ),
        height=76,
        boxes=tuple(boxes),
        lines=(*axis, *(Line(x, 26, x, 42, "tick") for x in written)),
        words=(*words, *labels),
    )


def _axis(telling: Telling, scale: Scale, y: float) -> tuple[tuple[Line, ...], tuple[Words, ...]]:
    """The line of time, with round times of the document's zone below it."""
    zone = telling.head.zone
    local = Scale(since=scale.since.astimezone(zone), until=scale.until.astimezone(zone))
    ticks = [(scale.x(at), at) for at in local.ticks()]
    lines = (
        Line(scale.left, y, scale.right, y, "axis"),
        *(Line(x, y, x, y + 4, "axis") for x, _ in ticks),
    )
    days = len({at.date() for _, at in ticks}) > 1
    labels = tuple(
        Words(x, y + 16, f"{at:%d %b %H:%M}" if days else f"{at:%H:%M}", "middle")
        for x, at in ticks
    )
    return lines, labels


def _milestones(
    telling: Telling, scale: Scale, top: float, floor: float
) -> tuple[tuple[Line, ...], tuple[Words, ...], tuple[str, ...]]:
    lines, words, says = [], [], []
    for number, one in enumerate(usual(telling.incident)):
        if not scale.since <= one.at <= scale.until:
            continue
        x = scale.x(one.at)
        late = x > WIDTH - 90
        lines.append(Line(x, top - 12, x, floor, "milestone"))
        # On three lines, so that neighbours leave each other room.
        y = 10.0 + 10 * (number % 3)
        words.append(Words(x - 3 if late else x + 3, y, one.name, "end" if late else "start"))
        says.append(f"Milestone “{one.name}” at {telling.clock(one.at)}.")
    return tuple(lines), tuple(words), tuple(says)


def _signs(telling: Telling, scale: Scale, y: float) -> tuple[tuple[Sign, ...], tuple[str, ...]]:
    signs, says = [], []
    shown: tuple[tuple[EntryKind, Callable[[int], str]], ...] = (
        (EntryKind.ALERT, lambda count: "alert" if count == 1 else "alerts"),
        (EntryKind.CHANGE, lambda count: "change" if count == 1 else "changes"),
    )
    for kind, called in shown:
        found = [
            entry.occurred_at
            for entry in telling.history.entries
            if entry.kind is kind
            and stands(entry)
            and entry.is_timed
            and scale.since <= entry.occurred_at <= scale.until
        ]
        signs += [Sign(scale.x(at), y, kind.value) for at in found]
        if found:
            times = ", ".join(map(telling.clock, found))
            says.append(f"{len(found)} {called(len(found))}: {times}.")
    return tuple(signs), tuple(says)
