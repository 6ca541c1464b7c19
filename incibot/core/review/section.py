"""The shape of a review: its sections, the analyses that fill them, and what these may say.

A section is a heading of the document. An analysis reads one thing in the record, and what it finds
stands in a section. Five rules hold for every member of both families, and tests hold them: a statement names the entries
it rests on; it says how it is known; nothing is computed per person for comparison; no sentence of
ours speaks of causes or fault; and nobody's work is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from incibot.core.playbook import Depth, Playbook

if TYPE_CHECKING:
    from incibot.core.review.telling import Telling


class Rank(StrEnum):
    """How something is known."""

    MARKED = "marked"  # a person flagged it, or typed it as what it is
    SYSTEM = "system"  # the record itself: a message and its time, a role, a status, an alert
    PATTERN = "pattern"  # a rule of words found it; "possible" until a person confirms it
    CONFIRMED = "confirmed"  # a rule of words found it, and a person confirmed it
    VOICE = "voice"  # no entry: somebody told it afterwards, when asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that the record shows.

    Attributes:
        text: our words, in Markdown, on one line.
        evidence: the ids of the entries that it rests on; empty for a voice alone.
        quote: people's own words, in Markdown; may have several lines.
        rule: of what is possible, or was, the analysis that found it.
        set_aside: a person said that it is not so.
    """

    text: str
    evidence: tuple[int, ...]
    rank: Rank
    quote: str = ""
    rule: str = ""
    set_aside: bool = False

    def __post_init__(self) -> None:
        if not self.evidence and self.rank is not Rank.VOICE:
            raise ValueError(f"a statement needs evidence: {self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to ask people, about a place in the record; fields as in `Statement`."""

    text: str
    evidence: tuple[int, ...]
    quote: str = ""


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
class Group:
    """What belongs together, under a heading, or below the statement that it belongs to."""

    title: str = ""
    lead: Statement | None = None
    statements: Sequence[Statement] = ()
    table: Table | None = None
    questions: tuple[Question, ...] = ()


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
            findings. Those of the section's analyses come after them.
        prompts: what people are asked to write there.
        always: it stands in the document even when nothing was found, for people to write.
        depth: from which depth on it is part of the document.
        unmissed: when nothing was found, it is not named among what is missing either.
    """

    id: str
    title: str
    read: Callable[[Telling], Findings]
    prompts: tuple[str, ...] = ()
    always: bool = False
    depth: Depth = Depth.STANDARD
    unmissed: bool = False


TIMES = {"s": 1, "min": 60, "h": 3600, "d": 86400}  # units of time, in seconds
_SPELT = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that a rule turns on; a team may set another in its playbook.

    Attributes:
        name: the analysis and a word, such as ``A10.shortest``; so the playbook calls it.
        unit: what is counted, such as ``min`` or ``messages``.
        source: where the number comes from.
    """

    name: str
    value: float
    unit: str
    source: str

    def of(self, book: Playbook) -> float:
        return book.review.thresholds.get(self.name, self.value)

    def count(self, book: Playbook) -> int:
        return int(self.of(book))

    def time(self, book: Playbook) -> timedelta:
        return timedelta(seconds=self.of(book) * TIMES[self.unit])

    def shown(self, book: Playbook) -> str:
        """With its unit, as in a sentence."""
        return f"{self.of(book):g} {_SPELT.get(self.unit, self.unit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One thing that is read in the record.

    Attributes:
        id: such as ``A10``; stays when others come and go.
        section: in which section its findings stand, by its id.
        title: the heading above them; without one they join what the section itself says.
        read: a pure function, as of a section.
        minimum: on less than this it says nothing, in words.
        depth: from which depth of the document on it is read.
    """

    id: str
    section: str
    read: Callable[[Telling], Findings]
    minimum: str
    title: str = ""
    thresholds: tuple[Threshold, ...] = ()
    depth: Depth = Depth.BRIEF


def together(own: Findings, others: Iterable[tuple[str, Findings]]) -> Findings:
    """A section's own findings, and those of its analyses, each under its title if it has one."""
    for title, found in others:
        groups = found.groups
        if title and (found.statements or found.table):
            groups = (Group(title=title, statements=found.statements, table=found.table), *groups)
        elif title and groups and not groups[0].title:
            groups = (Group(title=title), *groups)
        elif found.table and own.table:
            groups = (Group(table=found.table), *groups)
        own = replace(
            own,
            statements=own.statements if title else own.statements + found.statements,
            table=own.table or (None if title else found.table),
            groups=own.groups + groups,
            questions=own.questions + found.questions,
        )
    return own


def nothing(telling: Telling) -> Findings:
    """For a section that says nothing of its own."""
    return Findings()
