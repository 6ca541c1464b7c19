"""The shape of a question that may be worth asking: on what occasion, to whom, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Turn(IntEnum):
    """Which questions come before which, where there is room for a few only."""

    DECISION = 1
    SURPRISE = 2
    HAND_OVER = 3
    WAIT = 4
    OTHER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A question with slots.

    A question asks how, what or when, about how things looked at that time, in the person's own
    words where there are some. None asks for a justification, or whether somebody did their duty.

    Attributes:
        id: such as ``Q13``.
        trigger: on what occasion it is asked, for people to read.
        audience: whom it is for, where nobody is named.
        text: with the slots ``{t}`` a time, ``{t2}`` another, ``{q}`` somebody's words in quotation
            marks, ``{x}`` a thing.
        group: it is for all who were there.
        private_first: ask it of somebody alone before it is asked in company, if it is at all.
    """

    id: str
    trigger: str
    audience: str
    text: str
    turn: Turn = Turn.OTHER
    group: bool = False
    private_first: bool = False

    def words(self, *, foreign: bool) -> str:
        """The text; of a record that others wrote down, without a channel or words of one's own."""
        text = self.text
        for ours, theirs in _OF_A_FOREIGN_RECORD if foreign else ():
            text = text.replace(ours, theirs)
        return text


_OF_A_FOREIGN_RECORD = (
    ("At {t} you wrote {q}.", "The record says ({t}): {q}."),
    ("The channel was quiet {t}–{t2}.", "Nothing is on record {t}–{t2}."),
    ("the first words are of {t2}", "the next entry is of {t2}"),
)
