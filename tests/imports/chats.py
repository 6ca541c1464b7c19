"""Published timelines told as chat: threads, marks, joins and replies, to try what needs messages.

Deterministic, and by the real moves: each row's time is that of its first message, said by an invented
person who has the row's part. What the rows do not say is said by `MARKS`, which follow their words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from incibot.core.history import History
from incibot.core.people import UserId
from incibot.core.timeline import EntryKind, Mark
from tests.imports.published import FOLDER, zone_of
from tests.review.histories import ANA, BELA, CHIDI, DANA, EMRE, FUMIKO, Story

NAMES = ("mybinder-2018-01-18-traffic", "2i2c-2025-07-11-cloudbank", "roblox-2021-10-28")
CREW = (ANA, BELA, CHIDI, DANA, EMRE)
MACHINES = frozenset({"alert", "monitoring", "uptime check"})
KINDS = {
    "hypothesis": Mark.HYPOTHESIS,
    "decision": Mark.DECISION,
    "test": Mark.ACTION,
    "change": Mark.ACTION,
    "mitigation": Mark.ACTION,
}
# By the row's number: what those who were there might have marked, by its words.
MARKS: dict[str, dict[int, Mark]] = {
    "mybinder-2018-01-18-traffic": {
        3: Mark.DECISION,  # decides that this is legitimate use; no action
        4: Mark.DECISION,  # decides to raise the limit when near 15
        5: Mark.SURPRISE,  # Grafana shows one node fewer
        7: Mark.SURPRISE,  # there must be a problem
        9: Mark.ACTION,  # raises the ingress replicas
        10: Mark.KEY_MOMENT,  # concludes that there is no network problem
        12: Mark.HYPOTHESIS,  # looks like networking, reason unknown
    },
    "roblox-2021-10-28": {
        2: Mark.KEY_MOMENT,
        3: Mark.HYPOTHESIS,  # idea 1
        5: Mark.HYPOTHESIS,  # idea 2
        7: Mark.ACTION,
        8: Mark.HYPOTHESIS,  # idea 3
        10: Mark.SURPRISE,  # unhealthy again with much less load
        11: Mark.HYPOTHESIS,  # idea 4
        12: Mark.DECISION,  # streaming disabled everywhere
    },
}
RULED_OUT = {
    "roblox-2021-10-28": {5: 3, 7: 5, 10: 8, 12: 11}
}  # the row that says so: the idea's row
HELPS = ("who knows this part?", "what do you see on the graphs?", "anything changed today?")
ANSWERS = ("looking", "nothing unusual from here", "yes, see https://graphs.example/d/1?from=now")


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())["entries"]
    return found


@cache
def chat(name: str) -> History:
    """The timeline as it might have been in a channel of ours."""
    return told(name).history()


def told(name: str) -> Story:
    story = Story(zone=zone_of(name).key)
    parts: dict[str, UserId] = {}
    entries: dict[int, int] = {}
    commander: UserId | None = None
    moments = list(_moments(rows(name)))
    for number, (row, at) in enumerate(zip(rows(name), moments, strict=True), start=1):
        who = row.get("inferred_who") or row["who"] or "responder 1"
        kind = row.get("kind", "")
        story.now = at
        if who in MACHINES or kind == "alert":
            entries[number] = story.hears(EntryKind.ALERT, row["what"], source="alertmanager")
            continue
        speaker = parts.get(who) or _next(parts, who)
        if story.incident is None:
            story.declares(speaker, _title(name))
            story.opens_the_channel()
            commander = speaker
        if who not in parts:
            parts[who] = speaker
            story.joins(speaker)
        entries[number] = story.says(speaker, row["what"])
        mark = MARKS.get(name, {}).get(number) or KINDS.get(kind)
        _goes_on(story, name, number, entries[number], speaker, mark)
        if idea := _ruled_out(name, number, kind, entries, story):
            story.answers(speaker, idea, "ruled_out")
        if kind == "handoff" and commander is not None:
            to = next(one for one in CREW if one != commander)
            story.gives("commander", to, by=commander)
            commander = to
    assert commander is not None
    story.now = max(story.now, moments[-1] + timedelta(minutes=20))
    story.moves_to("resolved", by=commander)
    return story


def _moments(published: list[dict[str, Any]]) -> Iterator[datetime]:
    """When each row is said; one without a moment a little after what it may not be before."""
    last: datetime | None = None
    firsts = [row["at"] for row in published if row["at"]]
    for row in published:
        given = row["at"] or (row.get("between") or [row.get("after")])[0]
        at = datetime.fromisoformat(given) if given else None
        if at is None or (last and at <= last):
            at = (last or datetime.fromisoformat(firsts[0])) + timedelta(seconds=40)
        last = at
        yield at


def _next(parts: dict[str, UserId], who: str) -> UserId:
    if who in ("user", "users"):
        return FUMIKO
    taken = set(parts.values())
    return next((one for one in CREW if one not in taken), CREW[-1])


def _goes_on(
    story: Story, name: str, number: int, entry: int, speaker: UserId, mark: Mark | None
) -> None:
    """What others do with it: a mark, a question in its thread and an answer."""
    dice = sha256(f"{name}:{number}".encode()).digest()
    others = [one for one in CREW if one != speaker]
    at = story.now
    if mark is not None:
        story.now = at + timedelta(seconds=20)
        story.marks(others[dice[0] % len(others)], entry, mark)
    if dice[1] % 3 == 0:
        asker = others[dice[2] % len(others)]
        story.now = at + timedelta(seconds=30)
        asked = story.says(asker, HELPS[dice[3] % len(HELPS)], thread=entry)
        story.marks(speaker, asked, Mark.QUESTION)
        story.now = at + timedelta(seconds=35)
        story.says(speaker, ANSWERS[dice[4] % len(ANSWERS)], thread=entry)
    story.now = at + timedelta(seconds=38)


def _ruled_out(
    name: str, number: int, kind: str, entries: dict[int, int], story: Story
) -> int | None:
    """The idea that the row sets aside: the one that is named, else the last that was marked."""
    if (row := RULED_OUT.get(name, {}).get(number)) is not None:
        return entries[row]
    if kind != "ruled_out":
        return None
    return next(
        (one.id for one in reversed(story.entries) if one.kind is EntryKind.HYPOTHESIS), None
    )


def _title(name: str) -> str:
    title: str = json.loads((FOLDER / f"{name}.json").read_text())["incident"]
    return title
