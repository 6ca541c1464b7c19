"""What is read in the record, one file each; in a section they stand in the order of this list."""

from __future__ import annotations

from incibot.core.review.analyses.arrivals import ARRIVALS
from incibot.core.review.analyses.automation import AUTOMATION
from incibot.core.review.analyses.changes import CHANGES
from incibot.core.review.analyses.commands import COMMANDS
from incibot.core.review.analyses.decisions import DECISIONS
from incibot.core.review.analyses.deeper import DEEPER
from incibot.core.review.analyses.early_mention import EARLY_MENTION
from incibot.core.review.analyses.enquiry import ENQUIRY
from incibot.core.review.analyses.estimates import ESTIMATES
from incibot.core.review.analyses.first_signs import FIRST_SIGNS
from incibot.core.review.analyses.first_timers import FIRST_TIMERS
from incibot.core.review.analyses.friction import FRICTION
from incibot.core.review.analyses.hand_overs import HAND_OVERS
from incibot.core.review.analyses.held_by_few import HELD_BY_FEW
from incibot.core.review.analyses.help import HELP
from incibot.core.review.analyses.hours import HOURS
from incibot.core.review.analyses.hygiene import HYGIENE
from incibot.core.review.analyses.key_moments import KEY_MOMENTS
from incibot.core.review.analyses.later import LATER
from incibot.core.review.analyses.links import LINKS
from incibot.core.review.analyses.load import LOAD
from incibot.core.review.analyses.load_before import LOAD_BEFORE
from incibot.core.review.analyses.message_rate import MESSAGE_RATE
from incibot.core.review.analyses.near_misses import NEAR_MISSES
from incibot.core.review.analyses.noticed import NOTICED
from incibot.core.review.analyses.out_of_reach import OUT_OF_REACH
from incibot.core.review.analyses.people_at_once import PEOPLE_AT_ONCE
from incibot.core.review.analyses.phases import PHASES
from incibot.core.review.analyses.pressure import PRESSURE
from incibot.core.review.analyses.procedures import PROCEDURES
from incibot.core.review.analyses.quiet import QUIET
from incibot.core.review.analyses.relapses import RELAPSES
from incibot.core.review.analyses.replies import REPLIES
from incibot.core.review.analyses.scope import SCOPE
from incibot.core.review.analyses.similar import SIMILAR
from incibot.core.review.analyses.surprises import SURPRISES
from incibot.core.review.analyses.terms import TERMS
from incibot.core.review.analyses.trade_offs import TRADE_OFFS
from incibot.core.review.analyses.travel import TRAVEL
from incibot.core.review.analyses.uncertainty import UNCERTAINTY
from incibot.core.review.analyses.unseen import UNSEEN
from incibot.core.review.analyses.updates import UPDATES
from incibot.core.review.section import Analysis

ANALYSES: tuple[Analysis, ...] = (
    PHASES,
    NOTICED,
    FIRST_SIGNS,
    KEY_MOMENTS,
    PEOPLE_AT_ONCE,
    RELAPSES,
    ARRIVALS,
    HAND_OVERS,
    HOURS,
    QUIET,
    CHANGES,
    ENQUIRY,
    REPLIES,
    HELP,
    DECISIONS,
    TRADE_OFFS,
    SURPRISES,
    UNCERTAINTY,
    MESSAGE_RATE,
    LINKS,
    OUT_OF_REACH,
    COMMANDS,
    HELD_BY_FEW,
    TRAVEL,
    LOAD,
    NEAR_MISSES,
    SIMILAR,
    SCOPE,
    UPDATES,
    ESTIMATES,
    AUTOMATION,
    EARLY_MENTION,
    LOAD_BEFORE,
    FIRST_TIMERS,
    TERMS,
    PRESSURE,
    PROCEDURES,
    DEEPER,
    UNSEEN,
    HYGIENE,
    LATER,
    FRICTION,
)
