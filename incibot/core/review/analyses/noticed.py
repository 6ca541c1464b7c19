"""How it was noticed: what first told of it, and what else did within minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incibot.core.review.section import Analysis, Findings, Rank, Statement, Threshold
from incibot.core.review.talk import Wording, masked
from incibot.core.review.telling import Telling, ids, rank_of, stands
from incibot.core.timeline import IMPORT, EntryKind, Recorded

BEFORE = Threshold(name="A02.before", value=2, unit="h", source="practice")
TOGETHER = Threshold(name="A02.together", value=10, unit="min", source="practice")
UNSPOKEN = Threshold(name="A02.unspoken", value=5, unit="min", source="practice")

REPORT = Wording(
    r"\b(?: customers? | users? | clients? | tickets? | support | report(?:s|ed)? )\b",
    "customer customers user users client clients ticket tickets support report reports reported",
)
OWN_ACTION = Wording(
    r"\bI\ (?:just\ )?(?:deleted|ran|deployed|pushed|merged|restarted|applied|dropped)\b",
    "deleted ran deployed pushed merged restarted applied dropped",
)
OUTSIDE = Wording(r"https?://(?:[\w-]+\.)*(?:status|statuspage)\.", "status statuspage")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that told of it. `rank` says how well its kind is known, not whether it was said."""

    entry: Recorded
    kind: str
    rank: Rank

    @property
    def at(self) -> datetime:
        return self.entry.occurred_at


def signs(telling: Telling) -> tuple[Sign, ...]:
    """What is on record from two hours before it was noticed until it was declared."""
    incident = telling.incident
    noticed = incident.milestone("detected")
    if telling.head.foreign and not (noticed or incident.milestone("declared")):
        return ()  # nothing in it says up to when its rows are signs
    until = incident.declared_at
    since = min(noticed.at if noticed else until, until) - BEFORE.time(telling.book)
    found = (
        _sign(entry)
        for entry in telling.history.entries
        if since <= entry.occurred_at <= until and stands(entry)
    )
    return tuple(one for one in found if one is not None)


def _sign(entry: Recorded) -> Sign | None:
    if entry.is_alarm or entry.kind is EntryKind.PAGE:
        return Sign(
            entry,
            f"{'an' if entry.kind is EntryKind.ALERT else 'a'} {entry.kind.value}",
            Rank.SYSTEM,
        )
    if not entry.is_said:
        return None
    if OUTSIDE.find(entry.words):
        return Sign(entry, "word from another provider", Rank.PATTERN)
    text = masked(entry.words)
    if OWN_ACTION.find(text):
        return Sign(entry, "somebody’s own action", Rank.PATTERN)
    if REPORT.find(text):
        return Sign(entry, "a report by those we serve", Rank.PATTERN)
    foreign = entry.source.type == IMPORT  # a row, of which nobody knows whose words it has
    return Sign(entry, "an entry" if foreign else "somebody’s words", rank_of(entry))


def first_words(telling: Telling, after: datetime) -> Recorded | None:
    """The first that anybody wrote after that; of a foreign record, the first that is no signal."""
    if telling.head.foreign:
        return next((one for one in telling.history.entries if _is_work(one, after)), None)
    return next((one.entry for one in telling.talk.said if one.entry.occurred_at >= after), None)


def _is_work(entry: Recorded, after: datetime) -> bool:
    if entry.kind in (EntryKind.ALERT, EntryKind.PAGE) or not entry.is_sign_of_work:
        return False
    return entry.is_timed and entry.occurred_at >= after


def noticed(telling: Telling) -> Findings:
    found = signs(telling)
    if not found:
        return Findings()
    first = found[0]
    near = [one for one in found[1:] if one.at - first.at <= TOGETHER.time(telling.book)]
    others = dict.fromkeys(one.kind for one in near)
    text = (
        f"First sign on record: {first.kind}, {telling.clock(first.at)}{_elsewhere(telling, first)}"
    )
    if others:
        also = ("more of that kind" if kind == first.kind else kind for kind in others)
        text += f"; within {TOGETHER.shown(telling.book)} also {', '.join(also)}"
    ranks = [one.rank for one in (first, *near)]
    rank = next((one for one in (Rank.PATTERN, Rank.SYSTEM) if one in ranks), Rank.MARKED)
    shown = (first, *(next(one for one in near if one.kind == kind) for kind in others))
    statements = [Statement(text=f"{text}.", evidence=ids(one.entry for one in shown), rank=rank)]
    return Findings(statements=(*statements, *_unspoken(telling, found)))


def _elsewhere(telling: Telling, sign: Sign) -> str:
    """Where it was, if that was in another channel."""
    channel = sign.entry.source.channel
    other = channel is not None and telling.incident.channel not in (None, channel)
    return " in another channel" if other else ""


def _unspoken(telling: Telling, found: tuple[Sign, ...]) -> list[Statement]:
    """An alert after which nobody wrote anything for a while."""
    alert = next((one for one in found if one.entry.kind is EntryKind.ALERT), None)
    if alert is None:
        return []
    words = first_words(telling, alert.at)
    if words is None or words.occurred_at - alert.at <= UNSPOKEN.time(telling.book):
        return []
    following = "next entry is of" if telling.head.foreign else "next words on record are of"
    return [
        Statement(
            text=f"The alert came at {telling.clock(alert.at)}; the {following} "
            f"{telling.clock(words.occurred_at)}.",
            evidence=(alert.entry.id, words.id),
            rank=Rank.SYSTEM,
        )
    ]


NOTICED = Analysis(
    id="A02",
    section="milestones",
    read=noticed,
    minimum="one alert, page or message up to the declaration",
    thresholds=(BEFORE, TOGETHER, UNSPOKEN),
)
