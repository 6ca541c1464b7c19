"""The points that people look for, and how each is known."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from incibot.core.incident import Known, Milestone
from incibot.core.markup import markdown_text
from incibot.core.playbook import MILESTONES, Depth
from incibot.core.review.analyses.phases import usual
from incibot.core.review.section import Findings, Rank, Row, Section, Statement, Table
from incibot.core.review.telling import Telling, stands
from incibot.core.timeline import IMPORT, EntryKind, Recorded


def milestones(telling: Telling) -> Findings:
    if not telling.history.entries:
        return Findings()
    keys = {entry.key: entry for entry in telling.history.entries}
    incident = telling.history.incident
    others = [one for one in incident.milestones if one.name not in MILESTONES]
    rows = [
        _row(telling, one, keys.get(one.key)) if one else Row(cells=(name, "not known", "", ""))
        for name in MILESTONES
        for one in (incident.milestone(name),)
    ]
    rows += [
        _row(telling, one, keys.get(one.key)) for one in sorted(others, key=lambda one: one.at)
    ]
    return Findings(
        table=Table(
            columns=("Milestone", "Time", "How it is known", "Confidence"), rows=tuple(rows)
        ),
        statements=(
            *_earlier(telling, keys),
            *_out_of_order(telling, keys),
        ),
    )


def _row(telling: Telling, one: Milestone, entry: Recorded | None) -> Row:
    if entry is not None and entry.source.type == IMPORT:
        known = "said in the record that was brought in"
    elif one.known is Known.STATED:
        by = f" by {telling.person(one.by)}" if one.by else ""
        when = f", at {telling.clock(entry.recorded_at)}" if entry else ""
        known = f"said{by}{when}"
    else:
        known = "set in incibot at that time"
    return Row(
        cells=(markdown_text(one.name), telling.clock(one.at), known, one.known.value),
        evidence=(entry.id,) if entry else (),
    )


def _times(telling: Telling, entry: Recorded) -> tuple[str, datetime] | None:
    """The milestone that the entry sets, and its time."""
    if not stands(entry):
        return None
    if entry.kind is EntryKind.MILESTONE:
        try:
            at = datetime.fromisoformat(str(entry.data.get("at")))
        except ValueError:
            return None
        return (str(entry.data.get("milestone", "")), at) if at.tzinfo else None
    if entry.kind is EntryKind.STATUS:
        to = entry.data.get("to")
        name = next((one.milestone for one in telling.book.statuses if one.word == to), "")
        return (name, entry.occurred_at) if name else None
    return None


def _earlier(telling: Telling, keys: dict[str, Recorded]) -> list[Statement]:
    """Times that were on record for a milestone before the one that holds."""
    holding = {(one.name, one.at) for one in telling.incident.milestones}
    found = []
    for entry in keys.values():
        said = _times(telling, entry)
        if said is not None and said not in holding:
            name, at = said
            found.append(
                Statement(
                    text=f"Also on record for “{markdown_text(name)}”: {telling.clock(at)}.",
                    evidence=(entry.id,),
                    rank=Rank.SYSTEM,
                )
            )
    return found


def _out_of_order(telling: Telling, keys: dict[str, Recorded]) -> list[Statement]:
    found = []
    for usually_first, then in pairwise(usual(telling.incident)):
        evidence = tuple(keys[one.key].id for one in (then, usually_first) if one.key in keys)
        if then.at < usually_first.at and evidence:
            found.append(
                Statement(
                    text=f"On record, “{then.name}” ({telling.clock(then.at)}) is before "
                    f"“{usually_first.name}” ({telling.clock(usually_first.at)}).",
                    evidence=evidence,
                    rank=Rank.SYSTEM,
                )
            )
    return found


MILESTONES_TABLE = Section(
    id="milestones",
    title="Milestones",
    read=milestones,
    prompts=(
        "What did you need to see before calling it an incident?",
        "How did you know that it was over?",
    ),
    depth=Depth.BRIEF,
)
