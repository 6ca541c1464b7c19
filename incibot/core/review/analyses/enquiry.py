"""The ideas that people had about what was going on, and what became of each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incibot.core.history import History
from incibot.core.markup import markdown_text
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
from incibot.core.review.telling import Telling, Threads, ids, rank_of, stands
from incibot.core.timeline import EntryKind, Recorded

IN_VIEW = Threshold(  # an idea of which nobody spoke for longer was left for then
    name="A12.in_view", value=30, unit="min", source="practice"
)

SHOWN = Threshold(name="A12.shown", value=5, unit="possible ones each", source="authors")
_PLAIN = (EntryKind.MESSAGE, EntryKind.NOTE)


@dataclass(frozen=True, slots=True)
class Idea:
    """A hypothesis, and the answers to it in the order of time; the last one holds.

    Attributes:
        until: until when it was in view: its first answer, else 30 minutes after the last word in
            its thread.
    """

    entry: Recorded
    answers: tuple[Recorded, ...]
    until: datetime

    @property
    def outcome(self) -> str:
        """``ruled_out``, ``confirmed``, or nothing yet."""
        return str(self.answers[-1].data.get("outcome", "")) if self.answers else ""

    def is_open_at(self, at: datetime) -> bool:
        """Raised before then, and still in view without an answer."""
        return self.entry.occurred_at < at < self.until


def ideas(history: History, book: Playbook, threads: Threads | None = None) -> tuple[Idea, ...]:
    """The hypotheses that stand, in the order of time."""
    answers: dict[int, list[Recorded]] = {}
    for entry in history.entries:
        about = entry.data.get("answers")
        if isinstance(about, int) and entry.data.get("outcome") and stands(entry):
            answers.setdefault(about, []).append(entry)
    threads = threads or Threads(history.entries)
    in_view = IN_VIEW.time(book)
    return tuple(
        _idea(entry, tuple(answers.get(entry.id, ())), threads, in_view)
        for entry in history.entries
        if entry.kind is EntryKind.HYPOTHESIS and stands(entry)
    )


def raised(telling: Telling) -> tuple[Idea, ...]:
    return ideas(telling.history, telling.book, telling.threads)


def _idea(
    entry: Recorded, answers: tuple[Recorded, ...], threads: Threads, in_view: timedelta
) -> Idea:
    if answers:
        return Idea(entry, answers, answers[0].occurred_at)
    words = [entry, *(one for one in threads.after(entry) if one.is_said)]
    return Idea(entry, (), max(one.occurred_at for one in words) + in_view)


RAISED = Wording(
    r"""
    \b(?: (?:maybe|might|could)\ (?:it\ )?be(?!\ (?:worse|better|nice|good))
        | I\ (?:think|suspect|wonder)\ (?:it|that|the|this|we|if)
        | suspects | suspected | thinks | believes | concludes? | is\ thought\ to | idea\ \d | idea(?=:)
        | looks\ like | smells\ like | theory | hypothes\w* )\b
    """,
    "be think suspect suspects suspected thinks believes conclude concludes thought idea wonder looks smells"
    " theory hypothes*",
)
RULED_OUT = Wording(
    r"""
    \b(?: ruled\ out | not\ (?:it|the\ issue|related)\b | that['’]s\ not | unrelated | false\ alarm
        | (?:didn['’]t|(?:does|do|did)\ not)\ (?:help|change) | no\ (?:change|improvement|effect)\b
        | not\ have\ the\ intended\ effect | still\ (?:failing|broken|seeing) )
    """,
    "ruled not that unrelated* false didn change improvement effect still",
)


def possible_ideas(telling: Telling) -> list[Said]:
    """Not marked as anything else, and worded as an idea."""
    return [one for one in telling.talk.matching(RAISED) if one.entry.kind in _PLAIN]


def possible_ends(telling: Telling) -> list[Said]:
    """The same, worded as the end of one."""
    kinds = (*_PLAIN, EntryKind.OBSERVATION)
    return [
        one
        for one in telling.talk.matching(RULED_OUT)
        if one.entry.kind in kinds and not one.entry.data.get("outcome")
    ]


def _possible(telling: Telling) -> tuple[Group, ...]:
    ideas = possible_ideas(telling)
    listed = set(ids(one.entry for one in ideas))  # each has one box to tick
    return (
        *candidates(
            telling,
            ideas,
            shown=SHOWN,
            title="Possible ideas, by their words",
        ).groups,
        *candidates(
            telling,
            [one for one in possible_ends(telling) if one.entry.id not in listed],
            shown=SHOWN,
            title="Possibly an idea set aside, by its words",
        ).groups,
    )


def enquiry(telling: Telling) -> Findings:
    found = telling.once(raised)
    if not found:
        return Findings(groups=_possible(telling))
    threads = telling.threads
    unanswered = [idea for idea in found if not idea.outcome]
    return Findings(
        statements=(_summary(found),),
        groups=(
            *(_line(telling, idea, threads) for idea in found),
            *_possible(telling),
        ),
        questions=tuple(
            Question(
                text=f"This idea of {telling.clock(idea.entry.occurred_at)} has no outcome on "
                "record. What became of it?",
                quote=telling.quote(idea.entry.words),
                evidence=(idea.entry.id,),
            )
            for idea in unanswered
        ),
    )


def _summary(raised: tuple[Idea, ...]) -> Statement:
    by_outcome: dict[str, int] = {}
    for idea in raised:
        by_outcome[idea.outcome] = by_outcome.get(idea.outcome, 0) + 1
    unanswered = by_outcome.pop("", 0)
    counts = [
        f"{count} {markdown_text(outcome.replace('_', ' '))}"
        for outcome, count in sorted(by_outcome.items(), reverse=True)
    ]
    if unanswered:
        counts.append(f"{unanswered} without an outcome")
    noun = "1 idea is" if len(raised) == 1 else f"{len(raised)} ideas are"
    text = f"{noun} on record: {', '.join(counts)}."
    if len(raised) > 1:
        text += f" Up to {_at_once(raised)} were open at once."
    evidence = ids(idea.entry for idea in raised)
    return Statement(text=text, evidence=evidence, rank=Rank.MARKED)


def _at_once(raised: tuple[Idea, ...]) -> int:
    ends = sorted(idea.until for idea in raised)
    starts = [idea.entry.occurred_at for idea in raised]
    return max(number - bisect_right(ends, start) for number, start in enumerate(starts, start=1))


def _line(telling: Telling, idea: Idea, threads: Threads) -> Group:
    under = threads.after(idea.entry)
    known = ids(idea.answers)
    statements = [
        telling.tell(entry)
        for entry in under
        if stands(entry) and entry.id not in known and rank_of(entry) is Rank.MARKED
    ]
    statements += [replace(telling.tell(answer), quote="") for answer in idea.answers]
    if not idea.outcome:
        said = [entry for entry in under if entry.is_said]
        last = f"; last word in its thread at {telling.clock(said[-1].occurred_at)}" if said else ""
        evidence = (idea.entry.id, said[-1].id) if said else (idea.entry.id,)
        statements.append(
            Statement(text=f"No outcome on record{last}.", evidence=evidence, rank=Rank.MARKED)
        )
    return Group(lead=telling.tell(idea.entry), statements=tuple(statements))


ENQUIRY = Analysis(
    id="A12",
    section="enquiry",
    read=enquiry,
    minimum="one idea that somebody marked or typed, or one such message by its words",
    thresholds=(IN_VIEW, SHOWN),
)
