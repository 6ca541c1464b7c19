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
from incibot.core.review.headings import (
    CONDITIONS,
    DECISIONS,
    ENQUIRY,
    HARD,
    PARKED,
    QUESTIONS,
    RELATED,
    RISKS,
    SURPRISES,
    UNFOLDING,
)
from incibot.core.review.milestones import MILESTONES_TABLE
from incibot.core.review.provenance import PROVENANCE
from incibot.core.review.record import RECORD
from incibot.core.review.section import Analysis, Findings, Section, together
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


def read(history: History, book: Playbook, past: Sequence[History] = ()) -> dict[str, Findings]:
    """What each section of the document finds, by its id, in the document's order.

    A pure function: the same history and playbook give the same findings. `head.at` is not looked at.

    Args:
        past: other incidents to compare with; without them nothing is said of any.
    """
    telling = Telling(history, book, past)
    return {
        section.id: together(section.read(telling), _filling(section, telling))
        for section in sections(book.review)
    }


def _filling(section: Section, telling: Telling) -> Iterable[tuple[str, Findings]]:
    plan = telling.book.review
    return (
        (analysis.title, analysis.read(telling))
        for analysis in ANALYSES
        if analysis.section == section.id and _wanted(analysis, plan)
    )


def _wanted(analysis: Analysis, plan: ReviewPlan) -> bool:
    return plan.depth.reaches(analysis.depth) and analysis.id not in plan.leave_out
