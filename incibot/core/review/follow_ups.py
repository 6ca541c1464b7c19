"""What people mean to do afterwards, as the timeline tells of it: each with its issue, and how it stands."""

from __future__ import annotations

from incibot.core.markup import is_safe_url, markdown_text
from incibot.core.review.section import Findings, Row, Section, Table
from incibot.core.review.tasks import cell
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind, Recorded


def follow_ups(telling: Telling) -> Findings:
    told: dict[int, list[Recorded]] = {}
    for entry in telling.history.entries:
        number = entry.data.get("follow_up")
        if entry.kind is EntryKind.LINK and isinstance(number, int):
            told.setdefault(number, []).append(entry)
    if not told:
        return Findings()
    rows = tuple(
        Row(cells=_cells(telling, number, told[number]), evidence=_ids(told[number]))
        for number in sorted(told)
    )
    return Findings(table=Table(columns=("Follow-up", "Issue", "Stands"), rows=rows))


def _cells(telling: Telling, number: int, entries: list[Recorded]) -> tuple[str, ...]:
    first, last = min(entries, key=lambda one: one.id), max(entries, key=lambda one: one.id)
    words = cell(telling, str(first.data.get("words", "")))
    linked = next((one.data for one in entries if one.data.get("url")), {})
    url, shown = str(linked.get("url", "")), markdown_text(str(linked.get("issue", "")))
    issue = f"[{shown}]({url})" if is_safe_url(url) else shown
    return f"{number}. {words}", issue, markdown_text(str(last.data.get("state", "")))


def _ids(entries: list[Recorded]) -> tuple[int, ...]:
    return tuple(one.id for one in entries)


FOLLOW_UPS = Section(id="follow-ups", title="Follow-ups", read=follow_ups, unmissed=True)
