"""Ideas for later, kept out of the story while it is told."""

from __future__ import annotations

from incibot.core.review.section import Section, nothing

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
