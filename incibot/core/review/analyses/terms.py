"""Words to explain: abbreviations that people used again and again and never spelled out."""

from __future__ import annotations

import re

from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

NEEDED = Threshold(name="A35.needed", value=3, unit="messages", source="practice")
SHOWN = Threshold(name="A35.shown", value=12, unit="words", source="authors")

_TERM = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]{1,5}(?![\w-])")
_PLAIN = frozenset(
    [
        "OK",
        "NO",
        "YES",
        "OR",
        "AND",
        "NOT",
        "ALL",
        "THE",
        "WE",
        "IT",
        "IS",
        "ON",
        "OFF",
        "UP",
        "TO",
        "IF",
        "SO",
        "AM",
        "PM",
        "UTC",
        "GMT",
        "CET",
        "EST",
        "PST",
        "BST",
        "FYI",
        "ETA",
        "TODO",
        "TBD",
        "ASAP",
        "WIP",
        "LGTM",
        "IMO",
        "AFK",
        "BRB",
        "API",
        "URL",
        "HTTP",
        "HTTPS",
        "HTML",
        "JSON",
        "YAML",
        "CSV",
        "PDF",
        "SQL",
        "DNS",
        "TCP",
        "IP",
        "TLS",
        "SSL",
        "SSH",
        "VPN",
        "CPU",
        "RAM",
        "GB",
        "MB",
        "KB",
        "TB",
        "GET",
        "POST",
        "PUT",
        "HEAD",
        "ID",
        "UI",
        "PR",
        "CI",
        "CD",
        "QA",
        "US",
        "EU",
        "UK",
    ]
)


def terms(telling: Telling) -> dict[str, tuple[Recorded, ...]]:
    """Each with the messages that hold it, those of most messages first."""
    found: dict[str, list[Recorded]] = {}
    for one in telling.talk.said:
        for term in {*_TERM.findall(one.text)} - _PLAIN:
            found.setdefault(term, []).append(one.entry)
    enough = {term: by for term, by in found.items() if len(by) >= NEEDED.of(telling.book)}
    ordered = sorted(enough.items(), key=lambda one: (-len(one[1]), one[0]))
    return {
        term: tuple(by)
        for term, by in ordered
        if not any(f"({term})" in entry.words or f"{term} (" in entry.words for entry in by)
    }


def read(telling: Telling) -> Findings:
    found = list(telling.once(terms).items())[: SHOWN.count(telling.book)]
    if not found:
        return Findings()
    words = ", ".join(telling.typed(term) for term, _ in found)
    return Findings(
        statements=(
            Statement(
                text=f"Words that a reader from elsewhere may not know: {words}.",
                evidence=ids(by[0] for _, by in found),
                rank=Rank.PATTERN,
            ),
        )
    )


TERMS = Analysis(
    id="A35",
    section="questions",
    read=read,
    minimum="one abbreviation in three messages, spelled out in none of them",
    thresholds=(NEEDED, SHOWN),
)
