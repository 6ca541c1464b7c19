"""Where the record comes from."""

from __future__ import annotations

from incibot.core.history import History
from incibot.core.playbook import Playbook
from incibot.core.review.section import Findings, Rank, Section, Statement
from incibot.core.review.telling import Telling, literal
from incibot.core.timeline import Recorded


def provenance(history: History, book: Playbook) -> Findings:
    telling = Telling(history, book)
    sources: dict[str, list[Recorded]] = {}
    for entry in history.entries:
        sources.setdefault(entry.source.type, []).append(entry)
    incident = history.incident
    channel = f", channel #{telling.typed(incident.channel_name)}" if incident.channel_name else ""
    return Findings(
        statements=tuple(
            Statement(
                text=f"From {literal(name)}{channel if name == 'slack' else ''}: "
                f"{'1 entry' if len(entries) == 1 else f'{len(entries)} entries'}, "
                f"{telling.span(entries[0].occurred_at, entries[-1].occurred_at)}.",
                evidence=tuple(dict.fromkeys((entries[0].id, entries[-1].id))),
                rank=Rank.SYSTEM,
            )
            for name, entries in sorted(sources.items())
        )
    )


PROVENANCE = Section(id="provenance", title="Sources and provenance", read=provenance)
