"""What was on record between the first sign and the declaration."""

from __future__ import annotations

from incibot.core.review.analyses.noticed import Sign, signs
from incibot.core.review.section import Analysis, Findings, Question, Rank, Statement, Threshold
from incibot.core.review.telling import Telling, ids, length

SHOWN = Threshold(name="A03.shown", value=3, unit="signs", source="practice")
ASKED = Threshold(name="A03.asked", value=15, unit="min", source="practice")


def before_declaring(telling: Telling) -> tuple[Sign, ...]:
    """The signs before the declaration; none where it was declared at the first of them."""
    declared = telling.incident.declared_at
    return tuple(one for one in signs(telling) if one.at < declared)


def first_signs(telling: Telling) -> Findings:
    found = before_declaring(telling)
    if not found:
        return Findings()
    first, last = found[0], found[-1]
    passed = telling.incident.declared_at - first.at
    shown = found[: SHOWN.count(telling.book)]
    noun = "1 entry is" if len(found) == 1 else f"{len(found)} entries are"
    more = " and on" if len(found) > len(shown) else ""
    question = Question(
        text=f"What did people look for between {telling.clock(first.at)} and the declaration, and "
        "what does it cost to declare?",
        evidence=tuple(dict.fromkeys((first.entry.id, last.entry.id))),
    )
    return Findings(
        statements=(
            Statement(
                text=f"{length(passed)} lie between the first sign and the declaration; {noun} on "
                f"record from then "
                f"({', '.join(dict.fromkeys(telling.clock(one.at) for one in shown))}{more}).",
                evidence=ids(one.entry for one in shown),
                rank=Rank.SYSTEM,
            ),
        ),
        questions=(question,) if passed > ASKED.time(telling.book) else (),
    )


FIRST_SIGNS = Analysis(
    id="A03",
    section="milestones",
    read=first_signs,
    minimum="one sign (A02) before the declaration",
    thresholds=(SHOWN, ASKED),
)
