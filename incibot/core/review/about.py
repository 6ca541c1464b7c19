"""What this draft rests on, and what it cannot know."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from incibot.core.history import Interval
from incibot.core.playbook import Depth
from incibot.core.review.section import Findings, Rank, Section, Statement
from incibot.core.review.telling import Telling, rank_of
from incibot.core.timeline import EntryKind, Mark, Recorded

NOT_NONE = "; that does not mean that there were none."
_SIGNALS = (EntryKind.ALERT, EntryKind.CHANGE, EntryKind.PAGE)


def about(telling: Telling) -> Findings:
    if not telling.history.entries:
        return Findings()
    entries = telling.history.entries
    ends = (entries[0].id, entries[-1].id) if len(entries) > 1 else (entries[0].id,)
    counted = telling.history.head.completeness

    def whole(text: str) -> Statement:
        return Statement(text=text, evidence=ends, rank=Rank.SYSTEM)

    wrote = {entry.by for entry in entries if entry.is_said and entry.by}
    marked = sum(rank_of(entry) is Rank.MARKED for entry in entries)
    key = sum(any(one.mark is Mark.KEY_MOMENT for one in entry.marks) for entry in entries)
    span = telling.span(entries[0].occurred_at, entries[-1].occurred_at)
    return Findings(
        statements=(
            whole(f"The record holds {_n(len(entries), 'entry', 'entries')}, {span}."),
            whole(
                "Others wrote it down, in a file that was brought in; what they left out is not here."
                if telling.head.foreign
                else f"{_n(counted.messages, 'message')} captured; {counted.edited} edited and "
                f"{counted.deleted} deleted since. {_n(len(wrote), 'person', 'people')} wrote."
            ),
            whole(
                f"{_n(marked, 'entry', 'entries')} marked by people, or typed as what they are (an "
                f"idea, a decision)" + (f"; {_n(key, 'key moment')} among them." if key else ".")
            ),
            whole(_signals(entries, foreign=telling.head.foreign)),
            *(_not_listening(telling, interval) for interval in counted.not_listening),
        )
    )


def _not_listening(telling: Telling, interval: Interval) -> Statement:
    entries = telling.history.entries
    after = bisect_right(entries, interval.since, key=lambda entry: entry.occurred_at)
    around = entries[max(after - 1, 0) : after + 1]
    filled = (
        "what was written meanwhile was fetched afterwards"
        if interval.filled
        else "what was written meanwhile may be missing"
    )
    return Statement(
        text=f"incibot was not listening {telling.span(interval.since, interval.until)}; {filled}.",
        evidence=tuple(entry.id for entry in around),
        rank=Rank.SYSTEM,
    )


def _signals(entries: Sequence[Recorded], *, foreign: bool) -> str:
    counts = [(sum(entry.kind is kind for entry in entries), kind) for kind in _SIGNALS]
    told = ", ".join(_n(count, kind.value) for count, kind in counts if count)
    none = [f"{kind.value}s" for count, kind in counts if not count]
    nothing = " or ".join(filter(None, (", ".join(none[:-1]), *none[-1:])))
    if not foreign:
        return (
            f"From other systems: {told}."
            if told
            else f"From other systems: no {nothing}{NOT_NONE}"
        )
    if not none:
        return f"It tells of {told}."
    begin = f"It tells of {told}, and of no" if told else "It tells of no"
    return f"{begin} {nothing}{NOT_NONE}"


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


ABOUT = Section(
    id="about",
    title="About this draft",
    read=about,
    prompts=(
        "Investigator (somebody who did not respond, and manages nobody who did):",
        "People interviewed:",
        "Calls that were held, and whether there are notes of them:",
    ),
    always=True,
    depth=Depth.BRIEF,
)
