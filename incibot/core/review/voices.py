"""What those who took part told afterwards, in the section that it belongs to, as they let it be used."""

from __future__ import annotations

from collections.abc import Callable

from incibot.core.review.section import Findings, Group, Rank, Statement
from incibot.core.review.telling import Telling
from incibot.core.voices import Asked, Quote

SOMEBODY = "Somebody"
TITLES = {
    Asked.SURPRISED: "What surprised people, told afterwards",
    Asked.HARD: "What was hard, told afterwards",
    Asked.HELPED: "What helped, told afterwards",
    Asked.BELIEVED: "What people believed at the time, told afterwards",
}


def told(*asked: Asked) -> Callable[[Telling], Findings]:
    """Reads the answers to these questions."""

    def read(telling: Telling) -> Findings:
        quotes = telling.history.voices.quotes
        return Findings(
            groups=tuple(
                Group(
                    title=TITLES[one],
                    statements=tuple(_statement(telling, quote) for quote in quotes[one]),
                )
                for one in asked
                if quotes.get(one)
            )
        )

    return read


def _statement(telling: Telling, quote: Quote) -> Statement:
    return Statement(
        text=telling.person(quote.user) if quote.user else SOMEBODY,
        quote=telling.quote(quote.words),
        evidence=(),
        rank=Rank.VOICE,
    )


def for_the_facilitator(telling: Telling) -> tuple[Statement, ...]:
    """That there is more, and not how much."""
    if not telling.history.voices.kept_back:
        return ()
    text = (
        "Some of what people told afterwards is for whoever facilitates the review, "
        "and stands nowhere else."
    )
    return (Statement(text=text, evidence=(), rank=Rank.VOICE),)
