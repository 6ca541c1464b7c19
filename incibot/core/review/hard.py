"""What made it hard and what helped: only people can tell."""

from __future__ import annotations

from incibot.core.review.section import Section, nothing

HARD = Section(
    id="hard",
    title="What made it hard, what helped",
    read=nothing,
    prompts=(
        "What was hardest to make out, and what could you not see or reach?",
        "What helped: something prepared, somebody who came, something known from earlier times?",
        "What kept it from being worse? Is that still so?",
    ),
    always=True,
)
