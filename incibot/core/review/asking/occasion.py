"""A place in the record, and the question that may be asked about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from incibot.core import disclosure
from incibot.core.markup import in_quotes, shorten
from incibot.core.people import UserId
from incibot.core.review.asking.template import Template
from incibot.core.review.asking.templates import BY_ID
from incibot.core.review.section import Rank
from incibot.core.review.telling import Telling, known_at, rank_of, stands, when_said
from incibot.core.timeline import IMPORT, EntryKind, Recorded

QUOTED = 110  # characters of somebody's words in a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A place in the record, and what may be asked about it.

    Attributes:
        tell: answers with the text; see there. Most places are never asked about.
        to: whom it is for; nobody in particular where the template is for the group, or where the
            record names none.
        marked: people flagged the place, or typed it as what it is.
    """

    template: Template
    tell: Callable[[], str] = field(compare=False, repr=False)
    at: datetime
    evidence: tuple[int, ...]
    to: tuple[UserId, ...] = ()
    marked: bool = False

    @property
    def text(self) -> str:
        """The question, as plain text; the words that it quotes are masked as anywhere."""
        return self.tell()


def asks(
    telling: Telling,
    id: str,
    *entries: Recorded,
    to: Iterable[UserId | None] = (),
    t: datetime | None = None,
    t2: datetime | None = None,
    q: str = "",
    x: str = "",
) -> Occasion:
    """The template with its slots filled, about those entries. `q`: in Slack's notation."""
    at = t or known_at(entries[0])

    def text() -> str:
        known = t is not None or entries[0].source.type != IMPORT
        return (
            BY_ID[id]
            .words(foreign=telling.head.foreign)
            .format(
                t=telling.clock(at) if known else when_said(entries[0], telling.clock),
                t2=telling.clock(t2) if t2 else "",
                q=in_quotes(excerpt(telling, q)),
                x=x,
            )
        )

    return Occasion(
        template=BY_ID[id],
        tell=text,
        at=at,
        evidence=tuple(dict.fromkeys(entry.id for entry in entries)),
        to=tuple(dict.fromkeys(user for user in to if user is not None)),
        marked=any(rank_of(entry) is Rank.MARKED for entry in entries),
    )


def excerpt(telling: Telling, words: str) -> str:
    """The beginning of somebody's words on one line."""
    text = disclosure.text(telling.head, words).replace("```", " ")
    return shorten(" ".join(text.split()), QUOTED)


def said_of(telling: Telling, *kinds: EntryKind) -> Iterator[Recorded]:
    """What people said of those kinds, and still stands."""
    return (
        entry
        for entry in telling.history.entries
        if entry.kind in kinds and stands(entry) and entry.by is not None and entry.words.strip()
    )
