"""The shape of a review's sections: what the record shows, and what only people can answer.

Five rules hold for every member of the family, and tests hold them: a statement names the entries
it rests on; it says how it is known; nothing is computed per person for comparison; no sentence of
ours speaks of causes or fault; and nobody's work is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incibot.core.review.telling import Telling


class Rank(StrEnum):
    """How something is known."""

    MARKED = "marked"  # a person flagged it, or typed it as what it is
    SYSTEM = "system"  # the record itself: a message and its time, a role, a status, an alert
    PATTERN = "pattern"  # a rule of words found it; "possible" until a person confirms it


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that the record shows.

    Attributes:
        text: our words, in Markdown, on one line.
        evidence: the ids of the entries that it rests on; never empty.
        quote: people's own words, in Markdown; may have several lines.
    """

    text: str
    evidence: tuple[int, ...]
    rank: Rank
    quote: str = ""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"a statement needs evidence: {self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to ask people, about a place in the record; fields as in `Statement`."""

    text: str
    evidence: tuple[int, ...]
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Statements that belong together, under a heading, or below the statement they belong to."""

    title: str = ""
    lead: Statement | None = None
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: its cells in Markdown. What is not known rests on no entry."""

    cells: tuple[str, ...]
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an analysis found; nothing at all where the record has too little of it."""

    statements: tuple[Statement, ...] = ()
    table: Table | None = None
    groups: tuple[Group, ...] = ()
    questions: tuple[Question, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.statements or self.table or self.groups or self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the review.

    Attributes:
        id: names its block in the document, and its template ``review/<id>.md.j2`` if it has one.
        read: a pure function of the record, which a telling holds; the same record gives the same
            findings.
        prompts: what people are asked to write there.
        always: it stands in the document even when nothing was found, for people to write.
    """

    id: str
    title: str
    read: Callable[[Telling], Findings]
    prompts: tuple[str, ...] = ()
    always: bool = False


def nothing(telling: Telling) -> Findings:
    """For a section that only people can write."""
    return Findings()
