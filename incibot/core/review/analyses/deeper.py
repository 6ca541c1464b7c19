"""Whether a deeper look may be worth it: what speaks for it, without a score."""

from __future__ import annotations

from incibot.core.playbook import Kind
from incibot.core.review.analyses.relapses import relapses
from incibot.core.review.analyses.similar import similar
from incibot.core.review.analyses.uncertainty import uncertainty
from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import EntryKind

NEEDED = Threshold(name="A38.needed", value=2, unit="grounds", source="authors")
SURPRISES = Threshold(name="A38.surprises", value=2, unit="marked surprises", source="authors")
PEOPLE = Threshold(name="A38.people", value=8, unit="people", source="authors")
UNCERTAIN = Threshold(
    name="A38.uncertain", value=30, unit="% of a phase's messages", source="authors"
)
IDEAS = Threshold(name="A38.ideas", value=4, unit="ideas", source="authors")


def deeper(telling: Telling) -> list[tuple[str, tuple[int, ...]]]:
    """What speaks for it, and the entries that show it."""
    book = telling.book
    standing = [entry for entry in telling.history.entries if stands(entry)]
    found: list[tuple[str, tuple[int, ...]]] = []
    if standing and telling.incident.kind is Kind.NEAR_MISS:
        found.append(("it was a near miss", ids(standing[:1])))
    surprises = [entry for entry in standing if entry.kind is EntryKind.SURPRISE]
    if len(surprises) >= SURPRISES.of(book):
        found.append((f"{len(surprises)} surprises were marked", ids(surprises[:20])))
    ideas = [entry for entry in standing if entry.kind is EntryKind.HYPOTHESIS]
    if len(ideas) >= IDEAS.of(book):
        found.append((f"{len(ideas)} ideas were raised", ids(ideas[:20])))
    back = relapses(telling.history, book)
    if back:
        found.append(("things seemed better and then did not", ids(one.back for one in back)))
    wrote = {one.entry.by: one.entry for one in reversed(telling.talk.said)}
    if len(wrote) >= PEOPLE.of(book):
        found.append((f"{len(wrote)} people wrote", tuple(sorted(ids(wrote.values())))[:20]))
    unsure = [
        one
        for one in uncertainty(telling)
        if 100 * len(one.uncertain) >= UNCERTAIN.of(book) * len(one.said)
    ]
    if unsure:
        found.append(("much was worded as uncertain", ids(unsure[0].uncertain[:20])))
    if standing and similar(telling):
        found.append(("others may be alike", ids(standing[:1])))
    return found


def read(telling: Telling) -> Findings:
    found = deeper(telling)
    if len(found) < NEEDED.of(telling.book):
        return Findings()
    evidence = tuple(dict.fromkeys(id for _, shown in found for id in shown[:3]))
    return Findings(
        statements=(
            Statement(
                text=f"What speaks for a deeper look: {'; '.join(words for words, _ in found)}.",
                evidence=evidence,
                rank=Rank.SYSTEM,
            ),
        )
    )


DEEPER = Analysis(
    id="A38",
    section="about",
    read=read,
    minimum="two of its grounds",
    thresholds=(NEEDED, SURPRISES, PEOPLE, UNCERTAIN, IDEAS),
)
