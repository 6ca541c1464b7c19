"""What a rule of words found: possible, until a person confirms it or sets it aside.

The answers stand in the document itself, as ticks in the box before each: ``[x]`` confirms, ``[-]``
sets aside. So they are remembered with every version of it, and by whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from incibot.core.playbook import Playbook
from incibot.core.review.section import Findings, Group, Rank, Statement, Threshold
from incibot.core.review.talk import Said
from incibot.core.review.telling import Telling

_TICKED = re.compile(
    r"^\s*[-*] \[(?P<tick>[xX-])\] [^\n]*\(\[?#(?P<entry>\d+)[^\n]*, (?:possible|confirmed) "
    r"(?P<rule>A\d\d)\)\s*$",
    re.MULTILINE,
)


class Answer(StrEnum):
    CONFIRMED = "x"
    SET_ASIDE = "-"


Answers = Mapping[tuple[str, int], Answer]  # by the analysis and the first entry it rests on
NO_ANSWERS: Answers = MappingProxyType({})


def answers(document: str) -> Answers:
    """What people ticked in it."""
    return {
        (found["rule"], int(found["entry"])): Answer(found["tick"].lower())
        for found in _TICKED.finditer(document)
    }


def candidates(
    telling: Telling, found: Iterable[Said], *, shown: Threshold, title: str = ""
) -> Findings:
    """As a list, each told with its time; of many, how many more there are."""
    all_of_them = list(found)
    kept = shown.count(telling.book)
    told = [
        replace(telling.tell(one.entry), quote=telling.quote(one.excerpt), rank=Rank.PATTERN)
        for one in all_of_them[:kept]
    ]
    if not told:
        return Findings()
    rest = [one.entry.id for one in all_of_them[kept:]]
    return listed(telling.book, told, shown=shown, title=title, rest=rest)


def listed(
    book: Playbook,
    told: list[Statement],
    *,
    shown: Threshold,
    title: str = "",
    rest: Sequence[int] = (),
) -> Findings:
    """Those that are shown, and how many more there are. `rest`: ids of more that are not told."""
    kept = shown.count(book)
    statements = told[:kept]
    more = [*(one.evidence for one in told[kept:]), *((id,) for id in rest)]
    if more:
        noun = "1 more is" if len(more) == 1 else f"{len(more)} more are"
        statements.append(
            Statement(
                text=f"{noun} in the record.",
                evidence=tuple(dict.fromkeys(id for ids in more for id in ids))[:20],
                rank=Rank.PATTERN,
            )
        )
    if title:
        return Findings(groups=(Group(title=title, statements=tuple(statements)),))
    return Findings(statements=tuple(statements))


def share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"


def answered(found: Findings, rule: str, given: Answers) -> tuple[Findings, list[Statement]]:
    """The findings of an analysis as people answered them, and what they set aside."""
    aside: list[Statement] = []

    def read(statements: Iterable[Statement]) -> tuple[Statement, ...]:
        kept = []
        for one in statements:
            if one.rank is not Rank.PATTERN:
                kept.append(one)
                continue
            named = replace(one, rule=rule)
            match given.get((rule, one.evidence[0])):
                case Answer.SET_ASIDE:
                    aside.append(replace(named, set_aside=True))
                case Answer.CONFIRMED:
                    kept.append(replace(named, rank=Rank.CONFIRMED))
                case _:
                    kept.append(named)
        return tuple(kept)

    groups = [
        replace(group, statements=read(group.statements)) if group.statements else group
        for group in found.groups
    ]
    stays = [
        now
        for now, before in zip(groups, found.groups, strict=True)
        if now.statements or now.lead or now.table or not before.statements
    ]
    return replace(found, statements=read(found.statements), groups=tuple(stays)), aside
