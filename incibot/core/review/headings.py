"""The sections that say nothing of the record themselves: analyses fill them, and people."""

from __future__ import annotations

from incibot.core.playbook import Depth
from incibot.core.review.section import Section, nothing
from incibot.core.review.voices import told
from incibot.core.voices import Asked

SURPRISES = Section(
    id="surprises",
    title="What surprised people",
    read=told(Asked.SURPRISED),
    prompts=("What had you expected instead?", "For whom else is this new?"),
)

UNFOLDING = Section(
    id="unfolding",
    title="How it unfolded",
    read=nothing,
    prompts=(
        "What did it look like from where you were?",
        "What were you trying to do?",
    ),
    depth=Depth.BRIEF,
)

ENQUIRY = Section(
    id="enquiry",
    title="Lines of enquiry",
    read=told(Asked.BELIEVED),
    prompts=(
        "What made each of these ideas likely then?",
        "What did you look at to test it, and which result were you looking for, either way?",
    ),
)

DECISIONS = Section(
    id="decisions",
    title="Decisions",
    read=nothing,
    prompts=(
        "Which other ways were in view?",
        "What was given up for it, and what else was asked of you then?",
    ),
)

HARD = Section(
    id="hard",
    title="What made it hard, what helped",
    read=told(Asked.HARD, Asked.HELPED),
    prompts=(
        "What was hardest to make out, and what could you not see or reach?",
        "What helped: something prepared, somebody who came, something known from earlier times?",
    ),
    always=True,
)

CONDITIONS = Section(
    id="conditions",
    title="Conditions that had to be present",
    read=nothing,
    prompts=(
        "Which conditions had to be there together? Name three or more, or write “not known”.",
        "For each: since when, what was it good for, and who knew of it?",
    ),
    always=True,
)

RISKS = Section(
    id="risks",
    title="Risks, near misses, luck",
    read=nothing,
    prompts=("What kept it from being worse? Is that still so?",),
    always=True,
)

RELATED = Section(
    id="related",
    title="Related incidents",
    read=nothing,
    prompts=("What felt familiar, and what was different this time?",),
)

PARKED = Section(
    id="parked",
    title="Ideas parked",
    read=nothing,
    prompts=(
        "Ideas that came up, kept here while the story is told. Look at them again about two "
        "working days after the meeting; to do none of them is a fine result.",
    ),
    always=True,
)

MEETING = Section(
    id="meeting",
    title="Review meeting kit",
    read=nothing,
    prompts=("When it is, who facilitates, and who was told what they will be asked:",),
    always=True,
)

SET_ASIDE = Section(
    id="aside",
    title="Possible, and set aside by people",
    read=nothing,
    unmissed=True,
    depth=Depth.BRIEF,
)
