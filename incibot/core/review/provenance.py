"""Where the record comes from."""

from __future__ import annotations

from incibot.core.markup import markdown_text
from incibot.core.review.section import Findings, Rank, Section, Statement
from incibot.core.review.telling import Telling
from incibot.core.timeline import Recorded

_NAMES = {"slack": "Slack", "import": "an import"}


def provenance(telling: Telling) -> Findings:
    sources: dict[str, list[Recorded]] = {}
    for entry in telling.history.entries:
        sources.setdefault(entry.source.type, []).append(entry)
    incident = telling.history.incident
    channel = f", channel #{telling.typed(incident.channel_name)}" if incident.channel_name else ""
    return Findings(
        statements=tuple(
            Statement(
                text=f"From {_NAMES.get(name) or markdown_text(name)}{channel if name == 'slack' else ''}: "
                f"{'1 entry' if len(entries) == 1 else f'{len(entries)} entries'}, "
                f"{telling.span(entries[0].occurred_at, entries[-1].occurred_at)}.",
                evidence=tuple(dict.fromkeys((entries[0].id, entries[-1].id))),
                rank=Rank.SYSTEM,
            )
            for name, entries in sorted(sources.items())
        )
    )


PROVENANCE = Section(id="provenance", title="Sources and provenance", read=provenance)
