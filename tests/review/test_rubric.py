"""The rubric holds of every draft, and sees what would be wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from incibot.core.review.section import Findings, Rank, Statement
from tests import rubric
from tests.rubric import POINTS, Draft, drafts


def test_no_point_of_any_draft_is_nought() -> None:
    text, well = rubric.table(words=True)

    assert well, text
    assert len(drafts()) == 18


def saying(words: str) -> Callable[[Draft], Draft]:
    found = Findings(statements=(Statement(text=words, evidence=(1,), rank=Rank.SYSTEM),))
    return lambda draft: replace(draft, found={**draft.found, "more": found})


def without(words: str) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, text=draft.text.replace(words, ""))


def more(words: str) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, text=words + draft.text)


SPOILT: dict[str, tuple[int, Callable[[Draft], Draft]]] = {
    "a citation of nothing": (1, more("It rained. (#99999, system)\n")),
    "no zone": (3, without("Times are in")),
    "an untold story": (4, without("## How it unfolded")),
    "hindsight": (6, saying("In hindsight the graph showed it at ten.")),
    "a count beside a name": (9, saying("Ana Alves wrote 41 messages.")),
    "no caption": (11, without("no claim that they mattered")),
    "no word of gaps": (14, without("Talk on calls")),
    "a single cause": (15, saying("The root cause was human error.")),
    "an empty heading": (17, more("## Nothing\n\n## Else\n")),
    "what nobody reads": (17, more("word " * 5000)),
    "an owner": (20, saying("Owner of the action item: ops, due date Friday.")),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_with_a_draft_is_seen(name: str) -> None:
    point, spoil = SPOILT[name]
    draft = drafts()[0]

    assert POINTS[point](draft)[0] > 0
    assert POINTS[point](spoil(draft))[0] == 0
