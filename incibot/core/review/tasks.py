"""What people set themselves to do during the response."""

from __future__ import annotations

import re

from incibot.core.incident import Task
from incibot.core.review.section import Findings, Row, Section, Table
from incibot.core.review.telling import Telling
from incibot.core.timeline import EntryKind


def tasks(telling: Telling) -> Findings:
    evidence: dict[object, list[int]] = {}
    for entry in telling.history.entries:
        if entry.kind is EntryKind.TASK:
            evidence.setdefault(entry.data.get("task"), []).append(entry.id)
    if not telling.history.incident.tasks:
        return Findings()
    return Findings(
        table=Table(
            columns=("Task", "For", "Opened", "Done"),
            rows=tuple(
                Row(cells=_cells(telling, task), evidence=tuple(evidence.get(task.number, ())))
                for task in telling.history.incident.tasks
            ),
        )
    )


def _cells(telling: Telling, task: Task) -> tuple[str, ...]:
    return (
        f"{task.number}. {cell(telling, task.words)}",
        telling.person(task.assignee) if task.assignee else "",
        telling.clock(task.created_at),
        telling.clock(task.done_at) if task.done_at else "open",
    )


def cell(telling: Telling, words: str) -> str:
    """Somebody's words, in Slack's notation, as part of a cell."""
    line = " ".join(telling.quote(words).replace("\\\n", " ").split())
    return re.sub(r"(?<!\\)\|", r"\\|", line)  # in code too it would end the cell


TASKS = Section(id="tasks", title="Tasks during the response", read=tasks)
