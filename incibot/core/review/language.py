"""Advice on the words of a review, for the one who writes it: which may judge where they mean to tell.

The patterns are data, in ``language.json``: for each what it looks for, why a reader learns less
from it, and what to write instead. They are looked for in a writer's own prose alone; `prose` says
what that is. It is advice: nothing is kept from being saved, and nobody is counted or scored.
Whoever knows better says so in the text, in a comment that no reader of the page sees::

    <!-- incibot:ignore HS06 -->          not here: in this paragraph, or the one right below
    <!-- incibot:ignore-always LC01 -->   not in this text
    <!-- incibot:profile security -->     "policy" and "violation" are terms of the trade here
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from itertools import accumulate

from incibot.core.review.prose import Passage, lines_of, read_page, sentences

SHOWN = 12  # notes on a page; the others are folded
PROFILES: Mapping[str, frozenset[str]] = {"security": frozenset({"PC13", "PC14"})}

_TOO_FEW = 25  # words; of fewer nobody can tell the language
_ENGLISH = 0.1  # of the words of an English text, far more are of these:
_ANY = re.compile(r"[^\W\d_]+")
_COMMON = re.compile(
    r"\b(?:the|an?|and|or|of|to|in|on|at|for|from|with|by|was|were|is|are|be|been|it|that|this|we"
    r"|they|not|no|ha[ds]|have|as|which|who|what|when|how|after|before|then|there|than|but|so)\b",
    re.IGNORECASE,
)


class Level(StrEnum):
    """How much it matters, the most first."""

    FLAG = "flag"
    SOFT = "soft"
    INFO = "info"


class Scope(StrEnum):
    """Where a pattern is looked for."""

    PROSE = "prose"
    HEADLINE = "headline"  # headings, the first sentence, and labels at the top
    ACTIONS = "actions"  # under headings about what is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words to look for; `hits` and `passes` are sentences in which it finds some, and none."""

    id: str
    group: str
    level: Level
    scope: Scope
    find: re.Pattern[str]
    why: str
    instead: str
    hits: tuple[str, ...]
    passes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A place in a text, and what might be said there instead.

    Attributes:
        line, column, end_line, end_column: counted from 1, in characters; the end is exclusive.
        level: the pattern's, or a softer one where the sentence speaks of an attacker.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    words: str
    level: Level
    pattern: Pattern


def _read() -> tuple[Pattern, ...]:
    text = files(__package__).joinpath("language.json").read_text(encoding="utf-8")
    return tuple(
        Pattern(
            id=one["id"],
            group=one["group"],
            level=Level(one["level"]),
            scope=Scope(one["scope"]),
            find=re.compile(one["rx"], re.IGNORECASE),
            why=one["why"],
            instead=one["alt"],
            hits=tuple(one["hits"]),
            passes=tuple(one["passes"]),
        )
        for one in json.loads(text)
    )


PATTERNS = _read()
_ORDER = tuple(Level)


def check(markdown: str, *, without: Collection[str] = ()) -> tuple[Note, ...]:
    """What may be said otherwise in the text, in its order; one note a sentence, the weightiest.

    A text that is not in English gets none.

    Args:
        without: ids of patterns that are not looked for.
    """
    page = read_page(markdown)
    if not _is_english(page.passages):
        return ()
    left_out = set(without)
    for what, word in page.wishes:
        left_out |= PROFILES.get(word, frozenset()) if what == "profile" else {word}
    starts = [0, *accumulate(map(len, lines_of(markdown)))]

    def place(at: int) -> tuple[int, int]:
        line = bisect_right(starts, at, hi=max(len(starts) - 1, 1))
        return line, at - starts[line - 1] + 1

    notes = []
    for passage in page.passages:
        for found, level, pattern in _in_passage(passage, left_out):
            since, until = passage.start + found.start(), passage.start + found.end()
            (line, column), (end_line, end_column) = place(since), place(until)
            notes.append(
                Note(
                    line=line,
                    column=column,
                    end_line=end_line,
                    end_column=end_column,
                    words=" ".join(markdown[since:until].split()),
                    level=level,
                    pattern=pattern,
                )
            )
    return tuple(notes)


ACTIONS = re.compile(
    r"\b(?:actions?|follow[- ]?ups?|next steps?|to[- ]?dos?|tasks?|ideas|parked|improvements?"
    r"|remediation|recommendations?|corrective|prevent\w+|plans?)\b",
    re.IGNORECASE,
)
_ATTACK = re.compile(
    r"\b(?:attacker|adversar|intruder|malicious|exploit|threat|phish|vulnerab)", re.IGNORECASE
)
# What would be a slip elsewhere is what these sections are for.
_SANCTIONED: tuple[tuple[re.Pattern[str], Callable[[Pattern], bool]], ...] = (
    (
        re.compile(r"\b(?:risks?|near[- ]miss(?:es)?|luck\w*|worse)\b", re.IGNORECASE),
        lambda one: one.group == "counterfactual" or one.id == "VG05",
    ),
    (re.compile(r"\bquestions?\b", re.IGNORECASE), lambda one: one.group == "counterfactual"),
    (
        re.compile(r"\b(?:known only later|(?:what )?we know now|learn\w+ later)\b", re.IGNORECASE),
        lambda one: one.group == "hindsight",
    ),
)


def _in_passage(
    passage: Passage, left_out: Collection[str]
) -> Iterator[tuple[re.Match[str], Level, Pattern]]:
    wished = [word for word in passage.wishes if word != "ignore"]
    if passage.wishes and not wished:
        return
    heading = " / ".join(passage.headings)
    acts = ACTIONS.search(heading) is not None
    allowed = [allows for under, allows in _SANCTIONED if under.search(heading)]
    patterns = [
        one
        for one in PATTERNS
        if one.id not in left_out
        and one.id not in wished
        and (acts or one.scope is not Scope.ACTIONS)
        and not any(allows(one) for allows in allowed)
    ]
    for since, until in sentences(passage.text):
        sentence = passage.text[since:until]
        seen_first = since < passage.headline
        attack = _ATTACK.search(sentence) is not None
        best: tuple[int, re.Match[str], Level, Pattern] | None = None
        for pattern in patterns:
            level = pattern.level
            if attack and pattern.id in ("CF02", "CF03"):
                level = Level.SOFT  # what an attacker could have done is a finding
            rank = _ORDER.index(level)
            if best is not None and best[0] <= rank:
                continue
            if pattern.scope is Scope.HEADLINE and not seen_first:
                continue
            found = pattern.find.search(passage.text, since, until)
            if found is not None:
                best = rank, found, level, pattern
        if best is not None:
            yield best[1:]


def _is_english(passages: Iterable[Passage]) -> bool:
    words = common = 0
    for passage in passages:
        words += len(_ANY.findall(passage.text))
        common += len(_COMMON.findall(passage.text))
    return words < _TOO_FEW or common >= _ENGLISH * words
