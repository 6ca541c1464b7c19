"""A timeline in Markdown: the rows of its tables, the points of its lists, and its headings' days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from incibot.core.imports.sheet import (
    MILESTONES,
    Cells,
    Heading,
    Reader,
    Sheet,
    headings,
    is_header,
    row,
)
from incibot.core.imports.times import begins_with_time, zone_label
from incibot.errors import Unclear

_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<words>.+?)\s*#*\s*")
_POINT = re.compile(r"(?P<indent>\s*)(?:[-*+]|\d{1,3}[.)])\s+(?P<words>\S.*)")
_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|?)+\s*")
_LINK = re.compile(r"\[(?P<words>[^\[\]]*)\]\((?P<url>[^()\s]*)\)")
_TIMELINE = re.compile(r"time\s?line|chronolog|what happened|sequence of events", re.IGNORECASE)
_ZONES = re.compile(r"time\s?zone|\btimes?\b|\btz\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\b(?:HH|hh):(?:MM|mm)\b|YYYY-MM-DD")
_NAMED = re.compile(r"\s*(?:[-*+]\s+)?(?P<name>[A-Za-z ]{3,30}?)(?:\s+at)?\s*:\s+(?P<when>\S.*)")
_EMPHASIS = re.compile(r"(?<![\w*_])(\*\*|__|\*|_|`)(?=\S)(?P<words>.+?)(?<=\S)\1(?![\w*_])")
_CELL = re.compile(r"(?<!\\)\|")


def read(text: str) -> Sheet:
    lines = text.removeprefix("\ufeff").splitlines()
    title = zone = day = ""
    rows: list[Cells] = []
    milestones: dict[str, str] = {}
    doubts: list[str] = []
    columns: tuple[Heading, ...] | None = None
    in_timeline = False
    for number, line in _spoken(lines):
        place = f"line {number}"
        if _TEMPLATE.search(line):
            doubts.append(f"{place} is a row of a template: left out")
            continue
        if heading := _HEADING.fullmatch(line):
            words = _bare(heading["words"])
            title = title or words
            in_timeline = _TIMELINE.search(words) is not None or (in_timeline and _is_day(words))
            day = words if _is_day(words) else day
            columns = None
            continue
        if _CELL.search(line) and line.strip().startswith("|"):
            cells = _cells(line)
            if _RULE.fullmatch(line):
                continue
            if is_header([_bare(cell) for cell in cells]):
                columns = headings([_bare(cell) for cell in cells])
            elif columns is not None and any(cells):
                rows.append(_table_row(place, columns, cells, day))
            elif len(cells) == 2 and (name := MILESTONES.get(_bare(cells[0]).casefold())):
                milestones.setdefault(name, _bare(cells[1]))
            continue
        if not line.strip():
            continue
        columns = None
        point = _POINT.fullmatch(line)
        words = point["words"] if point else line.strip()
        named = _NAMED.fullmatch(_bare(line))
        if named and (name := MILESTONES.get(named["name"].strip().casefold())):
            milestones.setdefault(name, named["when"].strip())
        elif told := _point(place, words, day):
            rows.append(told)
        elif point and in_timeline and not (point["indent"] and rows):
            rows.append(Cells(place=place, what=_bare(words)))
        elif in_timeline and rows and (point or line[:1].isspace()):
            rows[-1] = _continued(rows[-1], _bare(words))
        elif not zone and _ZONES.search(line) and zone_label(line):
            zone = _bare(line)
    if not rows:
        raise Unclear(
            "There is no timeline in the file: neither a table with a column of times, nor a list "
            "whose points begin with times, such as “- 14:05 errors went up”."
        )
    return Sheet(
        title=title,
        zone=zone,
        rows=tuple(rows),
        milestones=MappingProxyType(milestones),
        doubts=tuple(doubts),
    )


def _spoken(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, less comments and fenced code."""
    fence = ""
    for number, line in enumerate(lines, start=1):
        mark = line.strip()[:3]
        if fence:
            fence = "" if mark == fence else fence
        elif mark in ("```", "~~~"):
            fence = mark
        elif not line.lstrip().startswith("<!--"):
            yield number, line


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.replace("\\|", "|").strip() for cell in _CELL.split(inner)]


def _table_row(place: str, columns: tuple[Heading, ...], cells: list[str], day: str) -> Cells:
    link = next((found["url"] for cell in cells if (found := _LINK.search(cell))), "")
    read = row(place, columns, [_bare(cell) for cell in cells])
    return _with(read, day=read.day or day, link=read.link or link)


def _point(place: str, words: str, day: str) -> Cells | None:
    """A point, or a line, that begins with a time."""
    link = _LINK.search(words)
    bare = _bare(words)
    split = begins_with_time(bare)
    if split is None:
        return None
    when, what = split
    own = link["url"] if link and words.find(link[0]) <= len(when) else ""
    return Cells(place=place, when=when, day=day, what=what, link=own)


def _continued(before: Cells, words: str) -> Cells:
    return _with(before, what=f"{before.what}\n{words}" if before.what else words)


def _with(cells: Cells, **values: str) -> Cells:
    return replace(cells, **values)  # type: ignore[arg-type]


def _bare(words: str) -> str:
    """Without what only makes it look different; a link is its words."""
    words = _LINK.sub(lambda found: found["words"] or found["url"], words)
    previous = None
    while previous != words:
        previous, words = words, _EMPHASIS.sub(lambda found: found["words"], words)
    return words.replace("<br>", " ").replace("<br/>", " ").strip()


def _is_day(words: str) -> bool:
    split = begins_with_time(words)
    return split is not None and not any(character.isalpha() for character in split[1])


MARKDOWN = Reader(word="md", extensions=(".md", ".markdown", ".txt"), read=read)
