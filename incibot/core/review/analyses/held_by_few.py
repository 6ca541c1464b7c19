"""Knowledge that few may hold: subjects on which most of the words came from one person, unnamed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids
from incibot.core.timeline import Recorded

LENGTH = Threshold(name="A23.length", value=40, unit="characters", source="practice")
NEEDED = Threshold(name="A23.needed", value=5, unit="messages", source="practice")
SHARE = Threshold(name="A23.share", value=60, unit="%", source="practice")
SHOWN = Threshold(name="A23.shown", value=3, unit="subjects", source="authors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A subject, what was written about it, and how many people wrote; most of it is one person's."""

    subject: str
    entries: tuple[Recorded, ...]
    people: int


def held_by_few(telling: Telling) -> tuple[Held, ...]:
    """Of the services that the playbook and the incident name."""
    incident = telling.incident
    names = {one.name.casefold(): one.name for one in telling.book.services}
    if incident.service:
        names.setdefault(incident.service.casefold(), incident.service)
    long = LENGTH.of(telling.book)
    about: dict[str, list[Recorded]] = {name: [] for name in names}
    for one in telling.talk.said:
        if len(one.text) >= long and "?" not in one.text:
            text = one.text.casefold()
            for name, entries in about.items():
                if name in text:
                    entries.append(one.entry)
    found = []
    for name, entries in sorted(about.items(), key=lambda one: (-len(one[1]), one[0])):
        if len(entries) < NEEDED.of(telling.book):
            continue
        by = Counter(entry.by for entry in entries)
        if 100 * max(by.values()) >= SHARE.of(telling.book) * len(entries):
            found.append(Held(subject=names[name], entries=tuple(entries), people=len(by)))
    return tuple(found[: SHOWN.count(telling.book)])


def read(telling: Telling) -> Findings:
    found = held_by_few(telling)
    wrote = len({one.entry.by for one in telling.talk.said})
    return Findings(
        statements=tuple(
            Statement(
                text=f"Most of what was written about {telling.typed(one.subject)} came from one "
                f"person; {one.people} of the {wrote} who wrote did so about it.",
                evidence=ids(one.entries[:20]),
                rank=Rank.PATTERN,
            )
            for one in found
        ),
        questions=tuple(
            Question(
                text=f"{telling.typed(one.subject)}: who else works with it, and how would they learn "
                "what was known here?",
                evidence=ids(one.entries[:3]),
            )
            for one in found
        ),
    )


HELD_BY_FEW = Analysis(
    id="A23",
    section="coordination",
    read=read,
    minimum="five messages of some length about a service that the playbook or the incident names",
    thresholds=(LENGTH, NEEDED, SHARE, SHOWN),
)
