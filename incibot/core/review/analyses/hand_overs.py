"""How roles changed hands, and whether a summary stands near it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import timedelta

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.possible import candidates
from incibot.core.review.section import (
    Analysis,
    Findings,
    Group,
    Question,
    Rank,
    Statement,
    Threshold,
)
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling, ids, people_of, stands
from incibot.core.timeline import EntryKind, Recorded

# A role that is undone within it was never meant.
CORRECTION = Threshold(name="A08.correction", value=2, unit="min", source="practice")
# Where the summary of a hand-over is looked for, and from what length on a message is taken for one.
AROUND = Threshold(name="A08.around", value=15, unit="min", source="practice")
ROLE_NEAR = Threshold(name="A08.role_near", value=30, unit="min", source="practice")
SHOWN = Threshold(name="A08.shown", value=3, unit="possible ones", source="authors")
SUMMARY = Threshold(name="A08.summary", value=200, unit="characters", source="practice")


WORDS = Wording(
    r"""
    \b(?: hand(?:s|ed|ing)?[\ -]?(?:off|over) | taking\ over | takes\ over | sign(?:s|ing)\ off
        | log(?:s|ging)\ off
        | over\ to\ you | my\ shift | end\ of\ my\ day )\b
    """,
    "hand* taking takes signing signs logging logs over shift day",
)


def possible(telling: Telling) -> list[Said]:
    """Words of a hand-over with no change of a role near them."""
    within = ROLE_NEAR.time(telling.book)
    changes = [entry.occurred_at for entry in hand_overs(telling.history, telling.book)]
    return [
        one
        for one in telling.talk.matching(WORDS)
        if not any(abs(at - one.entry.occurred_at) <= within for at in changes)
    ]


def read(telling: Telling) -> Findings:
    handed = hand_overs(telling.history, telling.book)
    return Findings(
        groups=(
            *(_hand_over(telling, entry) for entry in handed),
            *candidates(
                telling,
                possible(telling),
                shown=SHOWN,
                title="Possible hand-overs, by their words",
            ).groups,
        ),
        questions=tuple(
            Question(
                text=f"{telling.role_title(str(entry.data.get('role', '')))}, handed over at "
                f"{telling.clock(entry.occurred_at)}: what was passed on, and what had to be "
                "found out again?",
                evidence=(entry.id,),
            )
            for entry in handed
        ),
    )


def hand_overs(history: History, book: Playbook) -> tuple[Recorded, ...]:
    """Where somebody laid a role down and somebody else took it up, and that was not undone at once."""
    roles = role_changes(history)
    return tuple(
        entry
        for entry in roles
        if set(people_of(entry, "from")) - set(people_of(entry, "to"))
        and set(people_of(entry, "to")) - set(people_of(entry, "from"))
        and not _is_corrected(entry, roles, CORRECTION.time(book))
    )


def role_changes(history: History) -> list[Recorded]:
    return [entry for entry in history.entries if entry.kind is EntryKind.ROLE and stands(entry)]


def _is_corrected(entry: Recorded, roles: list[Recorded], within: timedelta) -> bool:
    """Taken back within two minutes, or itself the taking back."""
    return any(
        other.data.get("role") == entry.data.get("role")
        and abs(other.occurred_at - entry.occurred_at) <= within
        and people_of(other, "from") == people_of(entry, "to")
        and people_of(other, "to") == people_of(entry, "from")
        for other in roles
    )


def _hand_over(telling: Telling, entry: Recorded) -> Group:
    entries = telling.history.entries
    at = entry.occurred_at
    around, summary = AROUND.time(telling.book), SUMMARY.count(telling.book)
    first = bisect_left(entries, at - around, key=lambda one: one.occurred_at)
    last = bisect_right(entries, at + around, key=lambda one: one.occurred_at)
    found = [
        one
        for one in entries[first:last]
        if (one.is_said and (len(one.words) >= summary or _is_pinned(one)))
        or (one.kind is EntryKind.UPDATE and stands(one))
    ]
    within = AROUND.shown(telling.book)
    looked_for = f"{summary} characters or more, pinned, or an update"
    if found:
        text = f"A summary may be in these, within {within} of it ({looked_for})."
    else:
        text = f"No summary found in the record within {within} of it ({looked_for})."
    statement = Statement(
        text=text, evidence=ids(found) if found else (entry.id,), rank=Rank.SYSTEM
    )
    return Group(lead=telling.tell(entry), statements=(statement, *_asked(telling, entry)))


def _asked(telling: Telling, entry: Recorded) -> list[Statement]:
    """The questions in the half hour after it, by whomever."""
    since = entry.occurred_at
    asked = [
        one.entry
        for one in telling.talk.between(since, since + ROLE_NEAR.time(telling.book))
        if one.entry.kind is EntryKind.QUESTION
        or (one.entry.kind is EntryKind.MESSAGE and one.text.rstrip().endswith("?"))
    ]
    if not asked:
        return []
    noun = "1 question was" if len(asked) == 1 else f"{len(asked)} questions were"
    return [
        Statement(
            text=f"{noun} asked in the {ROLE_NEAR.shown(telling.book)} after it.",
            evidence=ids(asked[:20]),
            rank=Rank.SYSTEM,
        )
    ]


def _is_pinned(entry: Recorded) -> bool:
    return any(marked.via == "pin" for marked in entry.marks)


HAND_OVERS = Analysis(
    id="A08",
    section="coordination",
    read=read,
    minimum="one role that went from one person to another and stayed there, or one such message",
    thresholds=(CORRECTION, AROUND, SUMMARY, ROLE_NEAR, SHOWN),
)
