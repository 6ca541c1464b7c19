"""The review draft: what the record of an incident shows, section by section, in the document's order.

An analysis is one file that ends in its `Section`, one line in `SECTIONS`, and one test.
"""

from __future__ import annotations

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.about import ABOUT
from incibot.core.review.conditions import CONDITIONS
from incibot.core.review.coordination import COORDINATION
from incibot.core.review.decisions import DECISIONS
from incibot.core.review.enquiry import ENQUIRY
from incibot.core.review.hard import HARD
from incibot.core.review.milestones import MILESTONES_TABLE
from incibot.core.review.parked import PARKED
from incibot.core.review.provenance import PROVENANCE
from incibot.core.review.questions import QUESTIONS
from incibot.core.review.quiet import QUIET
from incibot.core.review.record import RECORD
from incibot.core.review.section import Findings, Section
from incibot.core.review.short import SHORT
from incibot.core.review.surprises import SURPRISES
from incibot.core.review.tasks import TASKS
from incibot.core.review.telling import Telling
from incibot.core.review.unfolding import UNFOLDING

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
    QUIET,
    TASKS,
    CONDITIONS,
    QUESTIONS,
    PARKED,
    RECORD,
    PROVENANCE,
)


def read(history: History, book: Playbook) -> dict[str, Findings]:
    """What each section finds, by its id, in the document's order.

    A pure function: the same history and playbook give the same findings. `head.at` is not looked at.
    """
    telling = Telling(history, book)
    return {section.id: section.read(telling) for section in SECTIONS}
