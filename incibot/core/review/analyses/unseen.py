"""What the record cannot show: calls, other places where people spoke, and what is gone."""

from __future__ import annotations

from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.talk import Said, Wording
from incibot.core.review.telling import Telling, ids, stands
from incibot.core.timeline import EntryKind, Recorded

SHOWN = Threshold(name="A39.shown", value=5, unit="places each", source="authors")

CALLS = Wording(
    r"\b(?:bridge|zoom|huddle|google\ meet|(?:on|in|join)\ (?:a|the|this)\ (?:call|meeting|bridge)|calling\ you)\b",
    "bridge zoom huddle google call meeting calling",
)
ELSEWHERE = Wording(
    r"\b(?:(?:by|via|in|a)\ dms?|dm(?:['’]?ed|\ me)|sent\ you|messaged\ you|emailed|e-mailed|(?:private|other)\ channel)\b",
    "dm dms dmed sent messaged emailed mailed private other",
)
_SYSTEMS = ((EntryKind.ALERT, "alerts"), (EntryKind.CHANGE, "changes"), (EntryKind.PAGE, "pages"))


def calls(telling: Telling) -> list[Said]:
    """Messages that may speak of a call."""
    return list(telling.talk.matching(CALLS))


def elsewhere(telling: Telling) -> list[Said]:
    """Messages that may speak of direct messages, mail or another channel."""
    return list(telling.talk.matching(ELSEWHERE))


def wordless(telling: Telling) -> list[Recorded]:
    """Files that were posted without a word."""
    return [
        entry
        for entry in telling.history.entries
        if stands(entry) and entry.data.get("files") and not entry.words.strip()
    ]


def absent(telling: Telling) -> list[str]:
    """The sorts of systems of which nothing was told."""
    kinds = {entry.kind for entry in telling.history.entries}
    return [words for kind, words in _SYSTEMS if kind not in kinds]


def read(telling: Telling) -> Findings:
    entries = telling.history.entries
    if not telling.talk.said:
        return Findings()
    shown = SHOWN.count(telling.book)
    statements = [
        Statement(
            text=f"{words} may have been used ({', '.join(_clocks(telling, found[:shown]))}); what was "
            "said there is not on record.",
            evidence=ids(one.entry for one in found[:shown]),
            rank=Rank.PATTERN,
        )
        for words, found in (
            ("A call", calls(telling)),
            ("Direct messages, mail or other channels", elsewhere(telling)),
        )
        if found
    ]
    pictures = wordless(telling)
    if pictures:
        noun = "1 file was" if len(pictures) == 1 else f"{len(pictures)} files were"
        statements.append(
            Statement(
                text=f"{noun} posted without a word; what they show is not in this draft.",
                evidence=ids(pictures[:shown]),
                rank=Rank.SYSTEM,
            )
        )
    missing = absent(telling)
    # Of a foreign record, and where nothing was told, the section says so itself.
    if missing and len(missing) < len(_SYSTEMS) and not telling.head.foreign:
        listed = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        statements.append(
            Statement(
                text=f"No system told of {listed}; that does not mean that there were none.",
                evidence=tuple(dict.fromkeys((entries[0].id, entries[-1].id))),
                rank=Rank.SYSTEM,
            )
        )
    return Findings(statements=tuple(statements))


def _clocks(telling: Telling, found: list[Said]) -> list[str]:
    return list(dict.fromkeys(telling.clock(one.entry.occurred_at) for one in found))


UNSEEN = Analysis(
    id="A39",
    section="about",
    read=read,
    minimum="one message during the response",
    thresholds=(SHOWN,),
)
