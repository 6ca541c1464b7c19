"""What Slack could not deliver is fetched: no outage, however long, leaves a hole in the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError

from incibot.core.jobs import CatchUp
from incibot.core.playbook import REACTIONS
from incibot.core.timeline import EntryKind, Recorded, moment_of
from incibot.jobs.runner import LEASE, Runner
from incibot.playground import Playground
from incibot.slack.reading import SPOKEN
from tests.bench import START, Bench, Clock, bench
from tests.scenarios.outage import fragile
from tests.scenarios.posting import deliver, events
from tests.scenarios.test_crash import Death, Died, Mortal, session
from tests.scenarios.test_timeline import STEPS, play, rows

EVERYTHING = 1_000_000  # events that are dropped: all of them


async def opened(there: Bench) -> str:
    """An incident's channel with ana and bela in it, and incibot at work for a while."""
    await there.app.pulse()
    incident = await there.declares()
    await there.person("bela").joins(str(incident.channel))
    await there.settle()
    there.clock.passes(minutes=2)
    await there.app.pulse()
    return str(incident.channel)


async def stops(there: Bench) -> None:
    """Nothing reaches incibot from now on."""
    await there.settle()
    await there.app.last_beat()
    there.app.lose_touch()
    there.slack.faults.drop_events = EVERYTHING


async def starts(there: Bench, *, minutes: float = 5) -> None:
    """After so long it listens again, and catches up."""
    await there.slack.settled()
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=minutes)
    await there.app.pulse()
    await there.settle()


async def shelved(there: Bench, channel: str, number: int) -> None:
    """The incident is over, and nobody looks at its channel any more: the next one's turn."""
    there.slack.faults.clear()
    await there.types("resolve", channel=channel)
    await there.app.store.write(lambda tx: tx.look_no_more(number))


async def said(there: Bench, number: int = 1) -> list[Recorded]:
    return [one for one in await there.timeline(number) if one.key.startswith("slack:")]


async def words(there: Bench, number: int = 1) -> list[str]:
    return [one.words for one in await said(there, number) if one.retracted_at is None]


async def completeness(there: Bench, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = (await there.exported(number))["completeness"]
    return found


def calls(there: Bench, method: str) -> int:
    return len(there.slack.calls(method))


async def is_slacks_own(there: Bench, channel: str, number: int) -> None:
    """The timeline tells what Slack's own history tells, and of the rest that it was deleted."""
    room, bot = there.slack.channel(channel), there.slack.workspace.bot.id
    timeline = await there.timeline(number)
    held = {one.source.ts: one for one in timeline if one.key.startswith("slack:")}
    shown = {
        ts: one
        for ts, one in room.messages.items()
        if one.get("user") != bot and one.get("subtype") in {*SPOKEN, "channel_topic"}
    }
    standing = {ts for ts, one in held.items() if one.retracted_at is None}
    assert standing == set(shown)
    pins = {pin["ts"]: pin["created_by"] for pin in room.pins}
    for ts, message in shown.items():
        entry, root = held[ts], message.get("thread_ts")
        if message.get("subtype") == "channel_topic":
            assert entry.words == f"Topic: {message['topic']}"
            continue
        assert entry.words.partition("\n")[0] == message["text"]
        assert (entry.by, entry.occurred_at) == (message["user"], moment_of(ts))
        assert entry.source.thread_ts == (root if root != ts else None)
        reacted = {
            (user, one["name"])
            for one in message.get("reactions", ())
            for user in one["users"]
            if one["name"].partition("::")[0] in REACTIONS
        }
        pinned = {(pins[ts], "pin")} if ts in pins else set()
        assert {(one.user, one.via) for one in entry.marks} == reacted | pinned
    for ts, entry in held.items():
        if ts not in shown:
            assert (entry.words, entry.revisions) == ("", ())
    async with there.app.store.read() as tx:
        assert await tx.present(number) == set(room.members) - {bot}
    for kind, subtypes in (
        (EntryKind.JOINED, ("channel_join", "group_join")),
        (EntryKind.LEFT, ("channel_leave", "group_leave")),
    ):
        lines = [
            (one["user"], moment_of(ts))
            for ts, one in room.messages.items()
            if one.get("subtype") in subtypes and one["user"] != bot
        ]
        came = [(one.by, one.occurred_at) for one in timeline if one.kind is kind]
        assert sorted(str(user) for user, _ in lines) == sorted(str(user) for user, _ in came)


# An outage, told


async def test_all_that_happens_in_an_outage_is_in_the_record_afterwards(there: Bench) -> None:
    channel = await opened(there)
    ana, bela, dana = (there.person(name) for name in ("ana", "bela", "dana"))
    root = await ana.writes("before", channel)
    reply = await bela.writes("a reply", channel, thread_ts=root)
    doomed = await bela.writes("password is hunter2", channel)
    await bela.reacts(channel, root, "bulb")
    await stops(there)
    there.clock.passes(minutes=20)
    new = await ana.writes("during", channel)
    await bela.writes("a reply to it", channel, thread_ts=new)
    await ana.edits(channel, root, "before, as it reads now")
    await bela.edits(channel, reply, "a better reply")
    await bela.writes("loud", channel, thread_ts=root, broadcast=True)
    await bela.deletes(channel, doomed)
    await bela.unreacts(channel, root, "bulb")
    await ana.reacts(channel, reply, "pushpin")
    await ana.pins(channel, new)
    await ana.sets_topic(channel, "bridge")
    await dana.joins(channel)
    await starts(there, minutes=30)

    await is_slacks_own(there, channel, 1)
    assert "password is hunter2" not in await rows(there)
    by_ts = {one.source.ts: one for one in await said(there)}
    assert [one.words for one in by_ts[root].revisions] == ["before"]
    assert by_ts[doomed].data == {"noticed": True}
    exported = await there.exported()
    told = exported["completeness"]
    assert told["not_listening"] == [
        {
            "from": "2026-11-20T14:02:00.000000+00:00",
            "to": "2026-11-20T14:52:00.000000+00:00",
            "filled": True,
        }
    ]
    (fetched,) = told["fetched"]
    assert {name: fetched[name] for name in ("messages", "edits", "deletions", "people")} == {
        "messages": 4,
        "edits": 2,
        "deletions": 1,
        "people": 1,
    }
    assert any("deleted" in one for one in told["cannot_be_known"])
    entries = {one["source"].get("ts"): one for one in exported["entries"]}
    (pushpin,) = entries[reply]["marked_by"]
    assert (pushpin["id"], pushpin["at"]) == (ana.id, None)  # nobody knows when
    assert "fetched afterwards" in await there.export("md")
    assert "deleted, noticed at" in await there.export("md")
    assert "cannot be known" in await there.export("html")


async def test_an_outage_that_is_not_over_is_said_to_be_missing(there: Bench) -> None:
    channel = await opened(there)
    await there.person("ana").writes("before", channel)
    await stops(there)
    there.clock.passes(minutes=20)
    await there.slack.settled()
    there.slack.faults.drop_events = 0
    await there.person("ana").writes("after", channel)
    await there.settle()
    (interval,) = (await completeness(there))["not_listening"]
    assert interval["filled"] is False


async def test_what_is_written_before_incibot_knows_its_channel_is_found(there: Bench) -> None:
    await there.app.pulse()
    ana, bela = there.person("ana"), there.person("bela")
    await ana.types("/incident declare sev2 Checkout answers 500")
    there.slack.faults.loses_answer("conversations.create")
    await there.app.runner.work_off()
    (room,) = [
        one for one in there.slack.workspace.channels.values() if one.name.startswith("inc-1-")
    ]
    await bela.joins(room.id)
    ts = await bela.writes("is this the place?", room.id)
    await bela.reacts(room.id, ts, "question")
    await there.slack.settled()
    there.clock.passes(minutes=2)
    await there.settle()

    assert (await there.incident()).channel == room.id
    assert await words(there) == ["is this the place?"]
    await is_slacks_own(there, room.id, 1)


async def test_a_private_incident_is_caught_up_with_too_and_who_left_sees_it_no_more(
    there: Bench,
) -> None:
    ana, bela = there.person("ana"), there.person("bela")
    await there.app.pulse()
    await ana.shortcut("declare_incident")
    await ana.submits({"title": "Leak", "private": "private"})
    await there.settle()
    channel = str((await there.incident()).channel)
    await ana.invites("bela", channel)
    await stops(there)
    await bela.writes("hush", channel)
    there.clock.passes(minutes=1)
    await ana.kicks("bela", channel)
    await ana.invites("dana", channel)
    await starts(there)
    await is_slacks_own(there, channel, 1)
    seeing = (await there.incident()).members
    assert bela.id not in seeing
    assert {ana.id, there.person("dana").id} <= seeing


async def test_an_outage_that_nobody_noticed_is_found_by_the_slow_beat(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    root = await ana.writes("before", channel)
    await there.settle()
    there.clock.passes(minutes=10)
    await there.app.pulse()
    await there.settle()
    assert (await completeness(there))["not_listening"] == []

    there.slack.faults.drop_events = EVERYTHING
    there.clock.passes(minutes=1)
    await ana.writes("in the dark", channel)
    await ana.edits(channel, root, "before, edited")
    await ana.writes("below", channel, thread_ts=root)
    there.clock.passes(minutes=8)
    await there.app.pulse()
    await there.settle()
    assert await words(there) == ["before"]  # not its turn yet
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=2)
    await there.app.pulse()
    await there.settle()
    await is_slacks_own(there, channel, 1)
    (interval,) = (await completeness(there))["not_listening"]
    assert interval["filled"] is True
    assert interval["from"] == "2026-11-20T14:12:00.000000+00:00"


async def test_a_reply_to_an_incident_that_has_just_ended_is_caught_and_a_day_later_none(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    root = await ana.writes("before", channel)
    await there.types("resolve it works", channel=channel)
    await stops(there)
    await ana.writes("one more thing", channel, thread_ts=root)
    await starts(there, minutes=60 * 30)  # longer than a day: it is looked at all the same
    assert "one more thing" in await words(there)
    for _ in range(2):  # once more in the end, and no more
        there.clock.passes(minutes=11)
        await there.app.pulse()
        await there.settle()
    before = calls(there, "conversations.history")
    await stops(there)
    await starts(there, minutes=60)
    assert calls(there, "conversations.history") == before


# Cheap, and within what Slack allows


async def test_where_nothing_was_missed_a_look_costs_one_call_and_changes_nothing(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    root = await ana.writes("quiet", channel)
    await ana.writes("very", channel, thread_ts=root)
    await there.settle()
    timeline = await there.timeline()
    before = len(there.slack.calls())
    for _ in range(3):
        there.clock.passes(minutes=10)
        await there.app.pulse()
        await there.app.pulse()
        await there.settle()
    assert len(there.slack.calls()) - before == 3
    assert await there.timeline() == timeline


async def test_many_processes_that_start_at_once_look_once(there: Bench) -> None:
    channel = await opened(there)
    await stops(there)
    await there.person("ana").writes("missed", channel)
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    before = calls(there, "conversations.history")
    for _ in range(4):
        await there.app.pulse()
        there.app.lose_touch()
    runners = [Runner(there.app.tools) for _ in range(3)]
    await asyncio.gather(*(runner.work_off() for runner in runners))
    assert await words(there) == ["missed"]
    assert calls(there, "conversations.history") == before + 1
    async with there.app.store.read() as tx:
        assert (await tx.waiting())[0] == 0


async def test_slack_says_when_to_come_again_and_what_is_read_is_not_read_twice(
    there: Bench,
) -> None:
    channel = await opened(there)
    there.app.slack.page = 2
    await stops(there)
    for n in range(9):
        await there.person("ana").writes(f"missed {n}", channel)
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    await there.app.pulse()
    before = calls(there, "conversations.history")
    there.slack.faults.distributed_app = True  # a page a minute
    await there.app.runner.work_off()
    assert calls(there, "conversations.history") == before + 2  # a page, and a refusal
    there.clock.passes(seconds=55)
    await there.app.runner.work_off()
    assert calls(there, "conversations.history") == before + 2  # it is not time yet
    there.clock.passes(seconds=6)
    await there.app.runner.work_off()
    assert calls(there, "conversations.history") == before + 4
    there.slack.faults.distributed_app = False
    there.clock.passes(minutes=1)
    await there.settle()
    await is_slacks_own(there, channel, 1)
    lines = len(there.slack.workspace.timeline(there.slack.channel(channel)))
    pages = -(-lines // 2)
    assert calls(there, "conversations.history") == before + pages + 2
    async with there.app.store.read() as tx:
        assert await tx.waiting() == (0, 0, None)


async def test_with_fifteen_messages_a_minute_all_comes_by_and_by(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    await stops(there)
    root = await ana.writes("a long night", channel)
    for n in range(100):
        await ana.writes(f"missed {n}", channel)
    for n in range(40):
        await ana.writes(f"reply {n}", channel, thread_ts=root)
    await there.slack.settled()
    there.slack.faults.drop_events = 0
    there.slack.faults.distributed_app = True
    there.clock.passes(minutes=5)
    await there.app.pulse()
    for _ in range(20):
        await there.settle()
        there.clock.passes(seconds=30)
        await there.app.pulse()
        there.clock.passes(seconds=31)
        await there.app.pulse()
    there.slack.faults.clear()
    await is_slacks_own(there, channel, 1)
    assert len(await words(there)) == 141
    (interval,) = (await completeness(there))["not_listening"]
    assert interval["filled"] is True
    async with there.app.store.read() as tx:
        assert await tx.parked() == []


# Wherever it is interrupted


@pytest.mark.parametrize("obeyed", [False, True])
async def test_a_crash_at_any_call_is_made_up_for(there: Bench, obeyed: bool) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    there.app.slack.page = 3
    root = await ana.writes("root", channel)
    gone = [await ana.writes(f"doomed {n}", channel) for n in range(2)]
    await stops(there)
    for n in range(8):
        await ana.writes(f"missed {n}", channel)
        await ana.writes(f"reply {n}", channel, thread_ts=root)
    for ts in gone:
        await ana.deletes(channel, ts)
    await there.slack.settled()
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    await there.app.pulse()
    async with session() as http:
        for call in (0, 1, 0, 2, 3, 0, 4, 1, 2, 0):
            mortal = Mortal(there, http, Death(call=call, obeyed=obeyed))
            mortal.page = 3
            with suppress(Died):
                await Runner(replace(there.app.tools, slack=mortal)).work_off()
            there.clock.passes(seconds=LEASE.total_seconds() + 1)
            await there.app.pulse()
    await there.settle()
    await is_slacks_own(there, channel, 1)
    assert (await completeness(there))["fetched"][0]["messages"] == 16


async def test_two_workers_with_one_job_do_it_once(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    there.app.slack.page = 2
    await stops(there)
    for n in range(9):
        await ana.writes(f"missed {n}", channel)
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    await there.app.pulse()

    # The lease of the first has run out while it was at it, so that both are.
    (held,) = await there.app.store.write(lambda tx: tx.claim(limit=1, lease=timedelta()))
    first, second = Runner(there.app.tools), Runner(there.app.tools)
    await asyncio.gather(first._do(held), second.work_off())
    there.clock.passes(seconds=LEASE.total_seconds() + 1)
    await there.settle()
    await is_slacks_own(there, channel, 1)
    (fetched,) = (await completeness(there))["fetched"]
    assert fetched["messages"] == 9


async def test_an_outage_in_the_midst_of_catching_up_is_caught_up_with_too(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    there.app.slack.page = 2
    await stops(there)
    sent = [await ana.writes(f"missed {n}", channel) for n in range(6)]
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    there.slack.faults.distributed_app = True
    await there.app.pulse()
    await there.app.runner.work_off()  # the page with the latest is read, and no other
    await stops(there)
    await ana.edits(channel, sent[-1], "edited in the second outage")
    await ana.deletes(channel, sent[-2])
    there.slack.faults.distributed_app = False
    await starts(there)
    await is_slacks_own(there, channel, 1)
    assert [one["filled"] for one in (await completeness(there))["not_listening"]] == [True, True]


async def test_what_is_fetched_while_nobody_listens_is_filled_until_then(there: Bench) -> None:
    channel = await opened(there)
    await stops(there)
    await there.person("ana").writes("missed", channel)
    there.clock.passes(minutes=10)
    there.slack.faults.limits("pins.list", retry_after=120)
    await there.app.store.write(lambda tx: tx.ask(CatchUp(incident=1)))  # another process does it
    await there.app.runner.work_off()
    there.clock.passes(minutes=3)
    await there.app.runner.work_off()
    there.clock.passes(minutes=7)
    there.slack.faults.drop_events = 0
    await there.app.pulse()
    told = [
        (one["from"][11:16], one["to"][11:16], one["filled"])
        for one in (await completeness(there))["not_listening"]
    ]
    assert told == [("14:02", "14:12", True), ("14:12", "14:22", False)]
    await there.settle()
    assert all(one["filled"] for one in (await completeness(there))["not_listening"])


async def test_a_place_that_slack_has_forgotten_is_read_again(there: Bench) -> None:
    channel = await opened(there)
    there.app.slack.page = 1
    await stops(there)
    for n in range(12):
        await there.person("ana").writes(f"missed {n}", channel)
    there.slack.faults.drop_events = 0
    there.clock.passes(minutes=5)
    await there.app.pulse()
    (held,) = await there.app.store.write(lambda tx: tx.claim(limit=1, lease=LEASE))
    await there.app.runner._do(held)
    there.slack.faults.fails("conversations.history", "invalid_cursor")
    await there.settle()
    await is_slacks_own(there, channel, 1)


async def metrics(there: Bench) -> list[str]:
    async with aiohttp.ClientSession() as http, http.get(f"{there.url}/metrics") as answer:
        assert answer.status == 200
        return (await answer.text()).splitlines()


async def test_what_was_missed_while_the_database_was_away_is_fetched_without_a_restart(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    slack = Playground(clock=clock, retry_delays=())  # it was away for longer than Slack tries
    await slack.start()
    async with (
        fragile(database, tmp_path) as (url, fails, is_back),
        bench(url, tmp_path, playground=slack, clock=clock) as there,
    ):
        channel = await opened(there)
        ana = there.person("ana")
        kept = await ana.writes("kept", channel)
        await there.settle()
        await there.app.pulse()
        await fails()
        await ana.writes("in the dark", channel)
        await ana.edits(channel, kept, "kept, and edited in the dark")
        await slack.settled()
        refused = [one.attempts[-1].status for one in slack.delivery.sent if not one.delivered]
        assert refused == [503, 503]
        with pytest.raises((SQLAlchemyError, OSError)):
            await there.app.pulse()
        told = await metrics(there)
        assert 'incibot_deliveries_total{kind="event",outcome="failed"} 2.0' in told
        if database != "sqlite://":  # a locked file can still be read
            assert "incibot_database_up 0.0" in told
        assert "delivery.failed" in capsys.readouterr().out
        clock.passes(minutes=20)

        await is_back()
        await there.app.pulse()
        await there.settle()
        assert "incibot_database_up 1.0" in await metrics(there)
        await is_slacks_own(there, channel, 1)
        (interval,) = (await completeness(there))["not_listening"]
        assert interval["filled"] is True
    await slack.stop()


async def test_after_an_outage_of_slacks_nothing_that_was_heard_is_relied_upon(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    root = await ana.writes("root", channel)
    reply = await ana.writes("reply", channel, thread_ts=root)
    await there.settle()
    there.slack.faults.drop_events = EVERYTHING
    there.slack.faults.breaks("auth.test", times=3)
    there.slack.faults.breaks("conversations.history", times=1)
    await ana.edits(channel, reply, "an edit in a thread, which shows nowhere else")
    for _ in range(4):
        there.clock.passes(minutes=4)
        await there.app.pulse()
        assert await there.app.waits_for() == []  # what is delivered can be taken all the while
        await there.settle()
    there.slack.faults.drop_events = 0
    await there.app.pulse()
    await there.settle()
    await is_slacks_own(there, channel, 1)


async def test_a_channel_that_cannot_be_read_any_more_is_said_or_left(there: Bench) -> None:
    channel = await opened(there)
    there.slack.faults.without_scopes.add("channels:history")
    await stops(there)
    await starts(there)
    async with there.app.store.read() as tx:
        (parked,) = await tx.parked()
    assert (parked.kind, "channels:history" in parked.last_error) == ("CatchUp", True)
    there.slack.faults.without_scopes.clear()
    there.clock.passes(minutes=11)
    await there.app.pulse()  # it is tried again by itself
    await there.settle()
    async with there.app.store.read() as tx:
        assert await tx.parked() == []

    await there.types("resolve", channel=channel)
    await there.person("ana").archives(channel)
    await there.settle()
    await stops(there)
    await starts(there)
    async with there.app.store.read() as tx:
        assert await tx.parked() == []


# What is not there need not have been deleted


async def test_nothing_is_erased_that_slack_still_has(there: Bench) -> None:
    channel = await opened(there)
    ana, bela = there.person("ana"), there.person("bela")
    root = await ana.writes("root", channel)
    await bela.writes("reply", channel, thread_ts=root)
    await bela.writes("loud", channel, thread_ts=root, broadcast=True)
    await ana.writes("file", channel, files=[("a.txt", b"a")])
    await ana.sets_topic(channel, "topic")
    stone = await ana.writes("stone", channel)
    await bela.writes("below the stone", channel, thread_ts=stone)
    await ana.deletes(channel, stone)
    await there.types("note by hand", channel=channel)
    await there.types("decision roll back", channel=channel)
    elsewhere = await ana.writes("elsewhere", "incidents")
    await ana.message_shortcut("add_to_timeline", "incidents", elsewhere)
    await ana.submits({})
    await there.settle()
    timeline = await there.timeline()
    there.app.slack.page = 2
    await stops(there)
    await starts(there)
    assert await there.timeline() == timeline
    assert (await completeness(there))["fetched"] == []


async def test_what_slack_keeps_no_longer_was_not_deleted(there: Bench) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    for n in range(5):
        await ana.writes(f"old {n}", channel)
    await there.settle()
    there.clock.passes(minutes=5)
    kept = await ana.writes("young", channel)
    await stops(there)
    room = there.slack.channel(channel)
    for ts in [one for one in room.messages if one < kept]:
        del room.messages[ts]  # the workspace keeps messages for so long, and no longer
    await starts(there)
    assert len(await words(there)) == 6
    room.messages.clear()
    await stops(there)
    await starts(there)
    assert len(await words(there)) == 6


async def test_a_message_whose_thread_we_do_not_know_is_asked_for_before_it_is_erased(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana = there.person("ana")
    root = await ana.writes("root", channel)
    await there.settle()
    there.slack.faults.drop_events = 1
    ts = await ana.writes("reply", channel, thread_ts=root)
    sent = events(there, "message")[-1]
    sent.payload["event"] |= {"ts": ts, "event_ts": ts, "text": "reply"}
    sent.payload["event_id"] = "Ev-without-its-thread"
    assert (await deliver(there, sent)).status == 200
    assert await words(there) == ["root", "reply"]
    await stops(there)
    await starts(there)
    assert await words(there) == ["root", "reply"]


async def test_an_event_that_comes_after_all_changes_only_what_it_knows_better(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana, bela = there.person("ana"), there.person("bela")
    ts = await ana.writes("first", channel)
    gone = await ana.writes("gone", channel)
    await there.settle()
    url, there.slack.request_url = there.slack.request_url, None
    await there.app.last_beat()
    there.app.lose_touch()
    there.clock.passes(minutes=3)
    new = await ana.writes("new", channel)
    await ana.edits(channel, ts, "second")
    await ana.reacts(channel, ts, "bulb")
    await ana.pins(channel, ts)
    await ana.deletes(channel, gone)
    await bela.leaves(channel)
    there.clock.passes(seconds=30)
    await bela.joins(channel)
    await there.slack.settled()
    missed = [one for one in there.slack.delivery.sent if not one.delivered]
    there.slack.request_url = url
    await starts(there)
    await is_slacks_own(there, channel, 1)
    caught = await there.timeline()
    for sent in missed:
        assert (await deliver(there, sent)).status == 200
    await there.settle()
    await is_slacks_own(there, channel, 1)
    told = await there.timeline()
    assert [(one.key, one.words, one.revisions[:0]) for one in told] == [
        (one.key, one.words, one.revisions[:0]) for one in caught
    ]
    by_ts = {one.source.ts: one for one in told}
    at = START + timedelta(minutes=5)
    assert by_ts[gone].retracted_at is not None
    assert at <= by_ts[gone].retracted_at < at + timedelta(seconds=1)
    assert by_ts[gone].data == {}
    assert [one.noticed for one in by_ts[ts].marks] == [False, False]
    assert by_ts[new].words == "new"


# Anything, in any order

PHASES = st.lists(st.tuples(st.booleans(), st.lists(STEPS, max_size=12)), min_size=1, max_size=4)


@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(phases=PHASES, page=st.sampled_from([1, 2, 3, 200]), short=st.booleans())
@example(
    phases=[
        (False, [("reply", 0, "ana", 0.0)]),
        (True, [("delete", 1, "ana", 0.0), ("delete", 0, "ana", 0.0)]),
    ],
    page=200,
    short=False,
)
async def test_after_any_outages_the_timeline_is_slacks_own_history(
    there: Bench,
    phases: Sequence[tuple[bool, Sequence[tuple[str, int, str, float]]]],
    page: int,
    short: bool,
) -> None:
    await there.app.pulse()
    incident = await there.declares()
    channel, number = str(incident.channel), incident.number
    await there.person("bela").joins(channel)
    await there.settle()
    there.app.slack.page = page
    there.slack.faults.short_pages = short
    mine: list[str] = []
    for deaf, steps in phases:
        there.clock.passes(minutes=2)
        if deaf:
            await stops(there)
        await play(there, channel, steps, mine)
        if deaf:
            await starts(there)
        else:
            await there.settle()
            await there.app.pulse()
    await there.settle()
    there.slack.faults.short_pages = False
    await is_slacks_own(there, channel, number)
    known = await completeness(there, number)
    assert all(one["filled"] for one in known["not_listening"])
    async with there.app.store.read() as tx:
        assert await tx.parked() == []
    await shelved(there, channel, number)


@settings(max_examples=15)
@given(steps=st.lists(STEPS, max_size=20), page=st.sampled_from([1, 3, 200]))
async def test_whoever_was_told_everything_finds_nothing_new(
    here: Bench, steps: Sequence[tuple[str, int, str, float]], page: int
) -> None:
    await here.app.pulse()
    incident = await here.declares()
    channel, number = str(incident.channel), incident.number
    await here.person("bela").joins(channel)
    await play(here, channel, steps)
    await here.settle()
    timeline = await here.timeline(number)
    here.clock.passes(minutes=2)
    await here.app.pulse()
    here.app.slack.page = page
    await stops(here)
    await starts(here)
    assert await here.timeline(number) == timeline
    assert (await completeness(here, number))["fetched"] == []
    await shelved(here, channel, number)
