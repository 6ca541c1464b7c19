"""What is read in the record, one file each; in a section they stand in the order of this list."""

from __future__ import annotations

from incibot.core.review.analyses.changes import CHANGES
from incibot.core.review.analyses.decisions import DECISIONS
from incibot.core.review.analyses.enquiry import ENQUIRY
from incibot.core.review.analyses.hand_overs import HAND_OVERS
from incibot.core.review.analyses.key_moments import KEY_MOMENTS
from incibot.core.review.analyses.people_at_once import PEOPLE_AT_ONCE
from incibot.core.review.analyses.phases import PHASES
from incibot.core.review.analyses.quiet import QUIET
from incibot.core.review.analyses.relapses import RELAPSES
from incibot.core.review.analyses.replies import REPLIES
from incibot.core.review.analyses.surprises import SURPRISES
from incibot.core.review.section import Analysis

ANALYSES: tuple[Analysis, ...] = (
    PHASES,
    KEY_MOMENTS,
    PEOPLE_AT_ONCE,
    RELAPSES,
    HAND_OVERS,
    QUIET,
    CHANGES,
    ENQUIRY,
    REPLIES,
    DECISIONS,
    SURPRISES,
)
