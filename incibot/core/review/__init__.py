"""The review draft: what the record of an incident shows, section by section, in the document's order.

A section is one file, or one of `headings`, and one line in `SECTIONS`; an analysis is one file in
`analyses` that ends in its `Analysis`, one line in `ANALYSES`, and one test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from incibot.core.history import History
from incibot.core.playbook import Playbook, ReviewPlan
from incibot.core.review.about import ABOUT
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.coordination import COORDINATION
from incibot.core.review.follow_ups import FOLLOW_UPS
from incibot.core.review.headings import (
    CONDITIONS,
    DECISIONS,
    ENQUIRY,
    HARD,
    MEETING,
    PARKED,
    RELATED,
    RISKS,
    SET_ASIDE,
    SURPRISES,
    UNFOLDING,
)
from incibot.core.review.interviews import QUESTIONS
from incibot.core.review.milestones import MILESTONES_TABLE
from incibot.core.review.perspectives import PERSPECTIVES
from incibot.core.review.possible import NO_ANSWERS, Answers, answered
from incibot.core.review.provenance import PROVENANCE
from incibot.core.review.record import RECORD
from incibot.core.review.section import Analysis, Findings, Section, Statement, together
from incibot.core.review.short import SHORT
from incibot.core.review.tasks import TASKS
from incibot.core.review.telling import Telling

SECTIONS: tuple[Section, ...] = (
    ABOUT,
    SHORT,
    SURPRISES,
    UNFOLDING,
    MILESTONES_TABLE,
    ENQUIRY,
    DECISIONS,
    HARD,
    COORDINATION,
    TASKS,
    CONDITIONS,
    RISKS,
    RELATED,
    QUESTIONS,
    PARKED,
    FOLLOW_UPS,
    MEETING,
    SET_ASIDE,
    PERSPECTIVES,
    RECORD,
    PROVENANCE,
)


def sections(plan: ReviewPlan) -> tuple[Section, ...]:
    """Those that a team's drafts have at that depth, in its order and with its titles."""
    order = plan.sections or tuple(section.id for section in SECTIONS)
    by_id = {section.id: section for section in SECTIONS}
    chosen = (by_id[id] for id in order if id not in plan.leave_out)
    return tuple(
        replace(section, title=plan.titles.get(section.id, section.title))
        for section in chosen
        if plan.depth.reaches(section.depth)
    )


def read(
    history: History,
    book: Playbook,
    past: Sequence[History] = (),
    given: Answers = NO_ANSWERS,
) -> dict[str, Findings]:
    """What each section of the document finds, by its id, in the document's order.

    A pure function: the same history and playbook give the same findings. `head.at` is not looked at.

    Args:
        past: other incidents to compare with; without them nothing is said of any.
        given: what people answered to what is possible, in the document as it was.
    """
    telling = Telling(history, book, past)
    aside: list[Statement] = []
    found = {
        section.id: together(section.read(telling), _filling(section, telling, given, aside))
        for section in sections(book.review)
    }
    if aside and SET_ASIDE.id in found:
        found[SET_ASIDE.id] = Findings(statements=tuple(aside))
    return found


def _filling(
    section: Section, telling: Telling, given: Answers, aside: list[Statement]
) -> Iterable[tuple[str, Findings]]:
    for analysis in ANALYSES:
        if analysis.section == section.id and _wanted(analysis, telling.book.review):
            found, not_so = answered(analysis.read(telling), analysis.id, given)
            aside += not_so
            yield analysis.title, found


def _wanted(analysis: Analysis, plan: ReviewPlan) -> bool:
    return plan.depth.reaches(analysis.depth) and analysis.id not in plan.leave_out
