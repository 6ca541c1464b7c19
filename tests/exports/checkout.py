"""A small incident, made by hand: whatever an export can meet is in it once.

Run as a script, it writes the files in `golden/` anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from incibot import __version__
from incibot.core.catching_up import Fetched
from incibot.core.chain import Tip
from incibot.core.history import Completeness, Head, Interval, Outcome
from incibot.core.imports.workbook import sheets
from incibot.core.incident import Incident, Known, Milestone
from incibot.core.people import Assignment, ChannelId, Directory, Person, UserId
from incibot.core.playbook import Kind
from incibot.core.timeline import (
    EntryKind,
    Mark,
    Marked,
    Recorded,
    Revision,
    Source,
    ts_of,
)
from incibot.exports import FORMATS, Format, encoded
from incibot.render import Renderer

ANA, BO, CHEN = UserId("U0ANA00001"), UserId("U0BO000002"), UserId("U0CHEN0003")
STRANGER = UserId("U0NEVER999")
CHANNEL = ChannelId("C0CHECKOUT")
START = datetime(2026, 11, 20, 22, 8, 12, 345678, tzinfo=UTC)
RENDERER = Renderer()


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


_ids = count(101)


def entry(
    minutes: float,
    kind: EntryKind,
    words: str,
    by: UserId | None = ANA,
    **more: Any,
) -> Recorded:
    """An entry so many minutes after the start, recorded at once, from a command."""
    number = next(_ids)
    at = after(minutes)
    return replace(
        Recorded(
            id=number,
            incident=7,
            key=f"made:{number}",
            kind=kind,
            kind_first=kind,
            occurred_at=at,
            recorded_at=at + timedelta(seconds=1),
            words=words,
            by=by,
            by_name="",
            source=Source(),
            data={},
        ),
        **more,
    )


def message(minutes: float, words: str, by: UserId | None = ANA, **more: Any) -> Recorded:
    """A message in the channel; `thread` is the minute of the message that it replies to."""
    thread = more.pop("thread", None)
    source = Source(
        channel=CHANNEL,
        ts=ts_of(after(minutes)),
        thread_ts=ts_of(after(thread)) if thread is not None else None,
    )
    return replace(entry(minutes, EntryKind.MESSAGE, words, by, source=source), **more)


def marked(mark: Mark, user: UserId, via: str, minutes: float) -> Marked:
    return Marked(mark=mark, user=user, via=via, at=after(minutes))


INCIDENT = Incident(
    number=7,
    title="Checkout answers 500 <b>again</b> | *maybe*",
    kind=Kind.INCIDENT,
    severity="sev2",
    status="resolved",
    private=False,
    declared_by=ANA,
    declared_at=START,
    summary="Half of the payments fail.\nCarts stay full.",
    service="checkout",
    channel=CHANNEL,
    channel_name="inc-7-checkout-answers-500",
    assignments=(
        Assignment(role="commander", user=ANA, since=START, until=after(30)),
        Assignment(role="commander", user=BO, since=after(30)),
        Assignment(role="ops", user=CHEN, since=after(5)),
    ),
    milestones=(
        Milestone(name="declared", at=START, known=Known.SYSTEM, key="declared:7", by=ANA),
        Milestone(name="started", at=after(-4), known=Known.STATED, key="started:7", by=ANA),
        Milestone(name="resolved", at=after(125), known=Known.SYSTEM, key="status:9", by=BO),
    ),
)
HEAD = Head(
    incident=INCIDENT,
    people=Directory(
        {
            ANA: Person(id=ANA, name="Ana Ruiz"),
            BO: Person(id=BO, name="Bo *the* [fixer]"),
            CHEN: Person(id=CHEN, name="陈晨"),
        }
    ),
    completeness=Completeness(
        messages=8,
        edited=1,
        deleted=1,
        not_listening=(
            Interval(since=after(40), until=after(44), filled=True),
            Interval(since=after(60), until=after(61), filled=False),
        ),
        fetched=(
            Fetched(since=after(39), until=after(45), counts={"messages": 3, "deletions": 1}),
        ),
    ),
    workspace_url="https://acme.slack.com/",
    zone=ZoneInfo("Europe/Paris"),
    at=after(1000),
    responders=(ANA, BO, CHEN),
    titles={"commander": "Incident commander"},
    outcomes={107: Outcome(word="ruled_out", at=after(11))},
    record=Tip(31, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
)
ENTRIES = (
    entry(
        -4,
        EntryKind.ALERT,
        "Error rate of checkout is 51 % (&gt; 5 %)",
        None,
        by_name="Alertmanager",
        source=Source(type="alertmanager", url="https://alerts.example.com/a?b=1&c=(2)"),
        data={"service": "checkout", "severity": "critical"},
    ),
    entry(
        0,
        EntryKind.DECLARED,
        "Checkout answers 500 &lt;b&gt;again&lt;/b&gt; | *maybe*\nHalf of the payments fail.",
        data={"severity": "sev2", "kind": "incident", "private": False, "service": "checkout"},
    ),
    entry(
        0.01,
        EntryKind.MILESTONE,
        "Milestone “started” at <!date^1795212252^{date_short_pretty} {time}|2026-11-20 22:04 UTC>",
        data={"milestone": "started", "at": "2026-11-20T22:04:12.345678+00:00"},
    ),
    message(
        2,
        f"<@{BO}> look at <https://graphs.example.com/d/1|the graph>, in <#{CHANNEL}>:\n"
        "```\nPOST /pay 500\n  - upstream_timeout\n```\n&gt; *all* of eu-west",
        marks=(marked(Mark.KEY_MOMENT, BO, "pushpin", 3), marked(Mark.KEY_MOMENT, ANA, "pin", 4)),
    ),
    message(4, "# the pool is full\n1. as on Monday", BO, thread=2),
    entry(
        5,
        EntryKind.ROLE,
        f"Operations: <@{CHEN}>",
        data={"role": "ops", "from": [], "to": [str(CHEN)]},
    ),
    message(
        6,
        "It is the flag that went on at 23:05",
        CHEN,
        kind=EntryKind.HYPOTHESIS,
        marks=(marked(Mark.HYPOTHESIS, ANA, "bulb", 7),),
        revisions=(
            Revision(words="It is the *flag*", replaced_at=after(6.5)),
            Revision(words="It is the flag | deploy", replaced_at=after(7)),
        ),
    ),
    message(8, "", BO, retracted_at=after(9)),
    message(10, "=HYPERLINK(1) and the key is AKIAIOSFODNN7EXAMPLE, password=hunter2", CHEN),
    entry(
        11,
        EntryKind.OBSERVATION,
        "Ruled out: It is the flag that went on at 23:05",
        BO,
        data={"answers": 107, "outcome": "ruled_out"},
    ),
    entry(
        12,
        EntryKind.NOTE,
        "Pool has *20* “connections”",
        recorded_at=after(50),
        data={"read_as": "23:20"},
    ),
    entry(13, EntryKind.DECISION, "Turn the flag ~on~ off", BO, retracted_at=after(14)),
    message(70, "עדיין 500 🔥 <!channel> <javascript:alert(1)|here>", CHEN),
    message(71, f"asked <@{STRANGER}|nadia> and https://acme.slack.com/team/{ANA}", BO, thread=70),
    entry(
        125,
        EntryKind.STATUS,
        "Status mitigated → resolved: the flag is off",
        BO,
        data={"from": "mitigated", "to": "resolved", "note": f"thanks <@{CHEN}>"},
    ),
)


async def one_by_one(entries: Iterable[Recorded]) -> AsyncIterator[Recorded]:
    for recorded in entries:
        yield recorded


def file_of(format: Format, head: Head = HEAD, entries: Iterable[Recorded] = ENTRIES) -> bytes:
    async def whole() -> bytes:
        chunks = format.write(head, one_by_one(entries), RENDERER)
        return b"".join([encoded(chunk) async for chunk in chunks])

    return asyncio.run(whole())


def written(format: Format, head: Head = HEAD, entries: Iterable[Recorded] = ENTRIES) -> str:
    """The export as text; of a workbook what is in its cells, a row a line."""
    data = file_of(format, head, entries)
    if format.is_text:
        return data.decode()
    return "".join(
        f"{name}: " + "\t".join(cell.replace("\n", "⏎") for cell in row) + "\n"
        for name, rows in sheets(data).items()
        for row in rows
    )


def golden_of(format: Format, head: Head = HEAD) -> str:
    """What the golden file holds: of a page its body, so that its looks may change freely."""
    text = written(format, head).replace(__version__, "VERSION")
    return text[text.index("<body>") :] if format.word == "html" else text


GOLDEN = {
    Path(__file__).parent
    / "golden"
    / f"{name}.{format.extension}{'' if format.is_text else '.cells'}": (
        format,
        head,
    )
    for name, head in (("timeline", HEAD), ("pseudonymous", HEAD.pseudonymous()))
    for format in FORMATS
}

if __name__ == "__main__":
    for path, (format, head) in GOLDEN.items():
        path.write_text(golden_of(format, head), encoding="utf-8", newline="")
