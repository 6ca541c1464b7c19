"""The incident in a few sentences: what was declared, and from when to when it is on record."""

from __future__ import annotations

from incibot.core.markup import markdown_text
from incibot.core.playbook import Depth
from incibot.core.review.section import Findings, Rank, Section, Statement
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import EntryKind, Recorded


def short(telling: Telling) -> Findings:
    declared = next(
        (entry for entry in telling.history.entries if entry.kind is EntryKind.DECLARED),
        next(iter(telling.history.entries), None),
    )
    if declared is None:
        return Findings()
    incident = telling.history.incident
    statements = _declared(telling, declared)
    statements += _reached(telling, declared)
    moved = [
        entry
        for entry in telling.history.entries
        if entry.kind is EntryKind.STATUS and stands(entry)
    ]
    if moved:
        last = moved[-1]
        over = telling.book.is_over(incident.status)
        statements.append(
            Statement(
                text=f"Last status on record: {markdown_text(incident.status)}, since "
                f"{telling.clock(last.occurred_at)}" + ("" if over else "; the response is open"),
                quote=telling.quote(last.data.get("note")),
                evidence=(last.id,),
                rank=Rank.SYSTEM,
            )
        )
    return Findings(statements=tuple(statements))


def _declared(telling: Telling, declared: Recorded) -> list[Statement]:
    incident = telling.incident
    kind = "" if incident.kind == "incident" else f" as a {incident.kind.replace('_', ' ')}"
    service = f" for {telling.typed(incident.service)}" if incident.service else ""
    severity = declared.data.get("severity", incident.severity)
    day = incident.declared_at.astimezone(telling.head.zone).date().isoformat()
    rated = f"{day} at {telling.clock(incident.declared_at)}, {markdown_text(str(severity))}"
    said = [
        (f"{incident.ref} was declared{kind}{service} on {rated}", incident.title),
        ("Described then as", incident.summary),
    ]
    if telling.head.foreign:  # others wrote it down, and may not say that it was declared
        said = [
            (f"{incident.ref} is on record{kind}{service} from {rated}", incident.title),
            ("Brought in", incident.summary),
        ]
    return [
        Statement(text=text, quote=telling.typed(quote), evidence=(declared.id,), rank=Rank.SYSTEM)
        for text, quote in said
        if quote
    ]


def _reached(telling: Telling, declared: Recorded) -> list[Statement]:
    reached = sorted(telling.incident.milestones, key=lambda one: one.at)
    if not reached:
        return []
    keys = {entry.key: entry.id for entry in telling.history.entries}
    named = list(dict.fromkeys((reached[0], reached[-1])))
    words = [f"“{markdown_text(one.name)}” at {telling.clock(one.at)}" for one in named]
    text = f"Milestones on record: from {words[0]} to {words[-1]}"
    if len(words) == 1:
        text = f"Milestone on record: {words[0]}"
    evidence = tuple(dict.fromkeys(keys.get(one.key, declared.id) for one in named))
    return [Statement(text=f"{text}.", evidence=evidence, rank=Rank.SYSTEM)]


SHORT = Section(
    id="short",
    title="In short",
    read=short,
    prompts=("Who was affected, and what did they see?", "How did it end?"),
    depth=Depth.BRIEF,
)
