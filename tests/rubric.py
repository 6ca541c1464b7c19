"""The rubric for a generated draft: the points that a machine can judge, for every draft that there is.

    python -m tests.rubric [--words]

A column a point, a row a draft: 1, ½ or 0. The rest of the twenty points are a reader's to judge. Exits
with 1 if any point is 0. `--words` says why a point is not whole.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache

from incibot.core.history import History
from incibot.core.redaction import Level, Redactor
from incibot.core.review import SECTIONS, read
from incibot.core.review.analyses.changes import CAPTION, changes
from incibot.core.review.asking.sheets import EACH, IN_MEETING, Kit
from incibot.core.review.language import Level as Weight
from incibot.core.review.language import Note, check
from incibot.core.review.section import Findings
from incibot.core.review.telling import Telling
from incibot.core.timeline import Recorded
from incibot.exports import Format, encoded, format_of
from incibot.exports.proof import proof_of
from incibot.paper import draft_markdown
from incibot.render import Renderer
from tests.imports import chats, published
from tests.review.histories import BOOK, checkout, odds_and_ends

RENDERER = Renderer()
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LONG = 2000  # words before the appendix, which a reader takes ten minutes for


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, and what it was made of."""

    name: str
    history: History
    text: str
    found: dict[str, Findings] = field(repr=False)
    telling: Telling = field(repr=False)

    @property
    def body(self) -> str:
        """What there is to read before the full timeline."""
        return _COMMENT.sub("", self.text).partition("## Full timeline")[0]

    @property
    def generated(self) -> list[str]:
        """Every sentence of ours; people's own words stand in quotes."""
        texts = []
        for found in self.found.values():
            texts += [one.text for one in (*found.statements, *found.questions)]
            for group in found.groups:
                leads = [group.lead] if group.lead else []
                texts += [group.title, *(one.text for one in (*leads, *group.statements))]
        return [text for text in texts if text]


@cache
def drafts() -> tuple[Draft, ...]:
    histories: dict[str, Callable[[], History]] = {
        "checkout": checkout,
        "odds and ends": odds_and_ends,
    }
    made = {name: tell() for name, tell in histories.items()}
    made |= {name: published.history(name) for name in published.NAMES}
    made |= {f"chat of {name}": chats.chat(name) for name in chats.NAMES}
    return tuple(
        Draft(
            name,
            history,
            draft_markdown(history, BOOK, RENDERER),
            read(history, BOOK),
            Telling(history, BOOK),
        )
        for name, history in made.items()
    )


def _written(format: Format, history: History) -> bytes:
    async def one_by_one() -> AsyncIterator[Recorded]:
        for entry in history.entries:
            yield entry

    async def whole() -> bytes:
        chunks = format.write(history.head, one_by_one(), RENDERER)
        return b"".join([encoded(chunk) async for chunk in chunks])

    return asyncio.run(whole())


Verdict = tuple[float, str]  # from 0 to 1, and why it is not whole


def traced(draft: Draft) -> Verdict:
    """1. Every statement can be traced; nothing lacks evidence, and what is cited is there."""
    ids = {entry.id for entry in draft.history.entries}
    cited = {int(one) for one in re.findall(r"#(\d+)\]?[(),\s]", draft.body)}
    loose = [
        one.text
        for found in draft.found.values()
        for one in (*found.statements, *found.questions)
        if not one.evidence or not set(one.evidence) <= ids
    ]
    missing = cited - ids
    return (0.0 if loose or missing else 1.0), f"{loose[:1]} {sorted(missing)[:3]}"


def zoned(draft: Draft) -> Verdict:
    """3. Times: the zone is stated, the order is right, what is approximate or unknown is marked."""
    wrong = []
    if f"Times are in {draft.history.head.zone}" not in draft.text:
        wrong.append("no zone")
    for entry in draft.history.entries:
        if not entry.is_timed and entry.words[:40] in draft.body:
            line = next(line for line in draft.body.splitlines() if entry.words[:40] in line)
            if not re.search(r"\*\*(?:between|before|after|at a time)", line):
                wrong.append(line[:80])
    unknown = [
        name
        for name in ("started", "detected", "declared", "mitigated", "resolved")
        if draft.history.incident.milestone(name) is None
    ]
    wrong += [name for name in unknown if f"| {name} | not known |" not in draft.text]
    return (0.0 if wrong else 1.0), "; ".join(wrong[:2])


def moments(draft: Draft) -> Verdict:
    """4. Of what people marked, or else of the rows of a record, 70 % are told in how it unfolded."""
    told = draft.body.partition("## How it unfolded")[2].partition("\n## ")[0]
    wanted = [one for one in draft.history.entries if one.key_moment or one.kind in MARKED]
    wanted = [one for one in wanted if one.retracted_at is None and one.words]
    if not wanted:
        return 1.0, "nothing was marked"
    share = sum(f"#{one.id}" in told for one in wanted) / len(wanted)
    return (
        1.0 if share >= 0.7 else 0.5 if share >= 0.5 else 0.0
    ), f"{share:.0%} of what was marked"


def forwards(draft: Draft) -> Verdict:
    """6. Told forwards: no word of hindsight in our sentences."""
    return _clean(draft, lambda note: note.pattern.id.startswith("HS"))


def unaccused(draft: Draft) -> Verdict:
    """15. No blame, counterfactual, single cause or duration as headline in our sentences."""
    return _clean(draft, lambda note: note.level is Weight.FLAG)


def _clean(draft: Draft, counts: Callable[[Note], bool]) -> Verdict:
    found = [
        (note.pattern.id, note.words)
        for text in draft.generated
        for note in check(text)
        if counts(note)
    ]
    return (0.0 if found else 1.0), f"{found[:2]}"


def uncounted(draft: Draft) -> Verdict:
    """9. No number stands beside a person's name."""
    names = [person.name for person in draft.history.head.people.people.values()]
    found = [
        text
        for text in draft.generated
        if any(name in text for name in names)
        and re.search(
            r"\b\d+ (?:messages?|entries|times|words|min|replies)\b", re.sub(r"\d\d:\d\d", "", text)
        )
    ]
    return (0.0 if found else 1.0), f"{found[:1]}"


def captioned(draft: Draft) -> Verdict:
    """11. Changes are listed under the words that make no claim; who knows of none says so."""
    found = changes(draft.telling)
    listed = found is not None and bool(found.before)
    return (1.0 if not listed or CAPTION in draft.text else 0.0), "changes without the caption"


def few_questions(draft: Draft) -> Verdict:
    """13. Questions are few for each person and for the meeting."""
    kit = Kit(draft.telling)
    sizes = [len(chosen) for _, chosen in kit.by_role]
    wrong = len(kit.meeting) > IN_MEETING or any(size > EACH for size in sizes)
    return (0.0 if wrong else 1.0), f"{len(kit.meeting)} for the meeting, {sizes}"


def gaps(draft: Draft) -> Verdict:
    """14. Gaps are admitted: what is not here, and which sections found nothing."""
    silent = [one.id for one in SECTIONS if not one.always and not draft.found.get(one.id)]
    said = "Talk on calls, in direct messages and in people’s heads is not here." in draft.text
    covered = not silent or "Not covered" in draft.text
    return (1.0 if said and covered else 0.0), f"{silent}"


def readable(draft: Draft) -> Verdict:
    """17. Ten minutes to read, and no heading with nothing below it."""
    words = len(draft.body.split())
    headings = re.findall(r"^## .+\n+(?=## |\Z)", draft.body, re.MULTILINE)
    if headings:
        return 0.0, f"{headings[:1]}"
    return (1.0 if words <= _LONG else 0.5 if words <= 2 * _LONG else 0.0), f"{words} words"


def editable(draft: Draft) -> Verdict:
    """18. What people wrote stays when the draft is made again; nothing else changes."""
    mark = "We were all on the train."
    edited = draft.text.replace(
        "<!-- incibot:end about.ask -->", f"<!-- incibot:end about.ask -->\n\n{mark}\n", 1
    )
    again = draft_markdown(draft.history, BOOK, RENDERER, edited)
    kept = mark in again and again.replace(mark, "").split() == draft.text.split()
    return (1.0 if kept else 0.0), "an edit was lost, or something else changed"


def portable(draft: Draft) -> Verdict:
    """19. The table has a row an entry, every export proves itself, and a redacted one leaks no name."""
    data = _written(format_of("csv"), draft.history)
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))
    proof = proof_of(data)
    foreign = {one.by_name for one in draft.history.entries if one.source.type == "import"}
    outside = Redactor(draft.history.head, Level.OUTSIDE, foreign=foreign).history(draft.history)
    text = draft_markdown(outside, BOOK, RENDERER) + _written(format_of("md"), outside).decode()
    names = [one.name for one in draft.history.head.people.people.values() if not one.is_bot]
    leaked = [name for name in names if name in text] + re.findall(r"https?://\S+", text)[:1]
    wrong = len(rows) != len(draft.history.entries) or proof is None or not proof.holds
    return (0.0 if wrong or leaked else 1.0), f"{len(rows)} rows, {leaked[:2]}"


def unhurried(draft: Draft) -> Verdict:
    """20. Actions are held back: none is asked for, and none has an owner or a date."""
    found = [
        text
        for text in draft.generated
        if re.search(
            r"\b(?:owner|due(?: date)?|deadline|assigned to|action items?)\b", text, re.IGNORECASE
        )
    ]
    return (0.0 if found else 1.0), f"{found[:1]}"


MARKED = frozenset(("hypothesis", "decision", "action", "surprise", "observation"))
POINTS: dict[int, Callable[[Draft], Verdict]] = {
    1: traced, 3: zoned, 4: moments, 6: forwards, 9: uncounted, 11: captioned, 13: few_questions,
    14: gaps, 15: unaccused, 17: readable, 18: editable, 19: portable, 20: unhurried,
}  # fmt: skip


def table(*, words: bool = False) -> tuple[str, bool]:
    """The rubric as a table, and whether no point of any draft is 0."""
    lines = [f"{'draft':<34}" + "".join(f"{point:>4}" for point in POINTS)]
    well = True
    for draft in drafts():
        verdicts = {point: judge(draft) for point, judge in POINTS.items()}
        cells = ({1.0: "1", 0.5: "½"}.get(score, "0") for score, _ in verdicts.values())
        lines.append(f"{draft.name[:33]:<34}" + "".join(f"{cell:>4}" for cell in cells))
        well = well and all(score > 0 for score, _ in verdicts.values())
        if words:
            lines += [
                f"    {point}: {why}" for point, (score, why) in verdicts.items() if score < 1
            ]
    return "\n".join(lines) + "\n", well


if __name__ == "__main__":
    text, well = table(words="--words" in sys.argv)
    sys.stdout.write(text)
    raise SystemExit(0 if well else 1)
