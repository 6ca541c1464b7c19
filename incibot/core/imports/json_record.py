"""A timeline as JSON: a list of entries, alone or with what the record says of the whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from incibot.core.imports.sheet import MILESTONES, Cells, Reader, Sheet, headings, row
from incibot.errors import Unclear

_LISTS = ("entries", "timeline", "events", "rows")
_TITLES = ("title", "incident", "name")
_OWN = ("between", "before", "after", "approx", "date_only")


def read(text: str) -> Sheet:
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Unclear(f"The file is no JSON: {error}.") from error
    if isinstance(found, list):
        found = {"entries": found}
    if not isinstance(found, Mapping):
        raise Unclear("The file holds no list of entries.")
    listed = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if listed is None:
        raise Unclear("The file has no list called entries, timeline or events.")
    whole = found["incident"] if isinstance(found.get("incident"), Mapping) else found
    where = found.get("source")
    where = where if isinstance(where, Mapping) else {"title": where}
    rows = [_row(number, one) for number, one in enumerate(listed, start=1)]
    return Sheet(
        title=next((text for name in _TITLES if (text := _text(whole.get(name)))), ""),
        source=", ".join(filter(None, (_text(where.get("title")), _text(where.get("publisher"))))),
        url=_text(where.get("url")),
        zone=_text(found.get("timezone") or found.get("time_zone")),
        rows=tuple(one for one in rows if one is not None),
        milestones=_milestones(found, whole),
        doubts=tuple(
            f"entry {number} is no entry: left out"
            for number, one in enumerate(rows, start=1)
            if one is None
        ),
    )


def _row(number: int, given: Any) -> Cells | None:
    if not isinstance(given, Mapping):
        return None
    cells = {str(name): _text(value) for name, value in given.items() if name not in _OWN}
    found = row(f"entry {number}", headings(tuple(cells)), tuple(cells.values()))
    source = given.get("source")
    link = (
        _text(source.get("permalink") or source.get("url")) if isinstance(source, Mapping) else ""
    )
    ends = given.get("between")
    between = None
    if isinstance(ends, list) and len(ends) == 2:
        between = (_text(ends[0]), _text(ends[1]))
    return Cells(
        place=found.place,
        when=found.when,
        day=found.day,
        until=found.until,
        zone=found.zone,
        between=between,
        before=_text(given.get("before")),
        after=_text(given.get("after")),
        approx=given.get("approx") is True,
        date_only=given.get("date_only") is True,
        as_published=found.as_published,
        who=found.who,
        what=found.what,
        kind=found.kind,
        link=found.link or link,
        id=found.id,
        more=found.more,
    )


def _milestones(found: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, str]:
    named: dict[str, str] = {}
    for given in (
        found.get("published_findings"),
        whole.get("milestones"),
        found.get("milestones"),
    ):
        if isinstance(given, Mapping):
            for name, value in given.items():
                milestone = MILESTONES.get(str(name).replace("_", " ").casefold())
                if name == "detection" and "detected" in given:
                    continue  # how, not when
                if milestone and isinstance(value, str):
                    named.setdefault(milestone, value)
    return MappingProxyType(named)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return _text(value.get("name"))
    if value is None or isinstance(value, list):
        return ""
    return str(value)


JSON = Reader(word="json", extensions=(".json",), read=read)
