"""Reminders are rows: said once for each lack, whatever the number of workers and however late."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.people import ChannelId, UserId
from incibot.core.playbook import Patience, Playbook, Reminder
from incibot.jobs.runner import LEASE, LOOK, Runner
from incibot.store.schema import incidents, reminders
from incibot.store.unit import Transaction
from tests.bench import Bench, Clock, bench, text_of
from tests.scenarios.test_crash import Death, Died, Mortal, session

COMMANDER = "INC-1* has no commander yet"
UPDATE = "has had no update yet"
OPEN = "has been open since"
REVIEW = "has no review yet"
SNOOZE = ["run:in-15m", "run:in-1h", "run:tomorrow", "run:no-more"]


async def looks(there: Bench) -> None:
    """What a worker does each few seconds, until there is nothing to do."""
    while await there.app.runner.remind():
        await there.settle()
    await there.settle()


async def later(there: Bench, **units: float) -> None:
    there.clock.passes(**units)
    await looks(there)


def key(message: dict[str, Any]) -> str:
    return str((message.get("metadata") or {}).get("event_payload", {}).get("key", ""))


def said(there: Bench, channel: str) -> list[str]:
    """What the reminders in a channel say."""
    return [text_of(one) for one in there.messages(channel) if key(one).startswith("remind:")]


def dm(there: Bench, who: str) -> str:
    """The direct channel between the bot and somebody."""
    person = there.person(who)
    (found,) = [
        room.id
        for room in there.slack.workspace.channels.values()
        if room.id.startswith("D") and person.id in room.members
    ]
    return str(found)


def told(there: Bench, who: str) -> list[str]:
    return said(there, dm(there, who))


def buttons(message: str) -> list[str]:
    return [part.partition('"')[0] for part in message.split('"action_id": "')[1:]]


async def declared(there: Bench, text: str = "sev2 Checkout answers 500") -> str:
    """The channel of an incident that nobody commands."""
    channel = str((await there.declares(text)).channel)
    await there.types("commander none", channel=channel)
    return channel


async def commanded(there: Bench, text: str = "sev2 Checkout answers 500") -> str:
    """The same of one that its declarer commands."""
    return str((await there.declares(text)).channel)


async def row(there: Bench, kind: str = "commander", number: int = 1) -> Any:
    query = select(reminders).where(reminders.c.incident == number, reminders.c.kind == kind)
    async with there.app.engine.connect() as connection:
        return (await connection.execute(query)).one_or_none()


async def test_nobody_takes_command_and_people_are_reminded_once(there: Bench) -> None:
    channel = await declared(there)
    await later(there, minutes=4)
    assert said(there, channel) == []
    await later(there, minutes=1)
    (reminder,) = said(there, channel)
    assert COMMANDER in reminder
    assert "`/incident commander me` takes it" in reminder
    assert buttons(reminder) == ["run:take", *SNOOZE]
    assert "<!" not in reminder, "it pages nobody"
    assert "<@" not in reminder
    await later(there, minutes=20)
    assert len(said(there, channel)) == 1


async def test_the_button_takes_command_and_the_reminder_asks_for_nothing_any_more(
    there: Bench,
) -> None:
    channel = await declared(there)
    await there.person("bela").joins(channel)
    await later(there, minutes=5)
    answer = await there.person("bela").clicks("run:take", channel=channel)
    assert answer.trouble is None
    await there.settle()
    incident = await there.incident()
    assert incident.holders("commander") == (there.person("bela").id,)
    (reminder,) = said(there, channel)
    assert "settled" in reminder
    assert buttons(reminder) == []


async def test_two_who_take_command_at_once_do_not_take_it_from_each_other(there: Bench) -> None:
    channel = await declared(there)
    await later(there, minutes=5)
    ana, bela = there.person("ana"), there.person("bela")
    await bela.joins(channel)
    await asyncio.gather(*(one.clicks("run:take", channel=channel) for one in (ana, bela)))
    await there.settle()
    incident = await there.incident()
    assert len(incident.holders("commander")) == 1
    assert len(incident.assignments) == 2, "and who had it at first"
    shown = [text_of(one.message) for one in there.slack.workspace.ephemerals]
    assert sum("is Incident commander already" in one for one in shown) == 1


async def test_what_was_settled_in_time_is_never_said(there: Bench) -> None:
    channel = await commanded(there)
    await later(there, minutes=29)
    assert said(there, channel) == []
    await there.types("commander none", channel=channel)
    await later(there, minutes=5)
    (reminder,) = said(there, channel)
    assert COMMANDER in reminder, "a new lack"
    assert UPDATE in reminder


async def test_what_is_settled_between_the_look_and_the_post_is_not_said(there: Bench) -> None:
    channel = await declared(there)
    there.clock.passes(minutes=5)
    assert await there.app.runner.remind() == 1
    await there.person("ana").types("/incident commander me", channel)
    await there.settle()
    assert said(there, channel) == []
    await later(there, minutes=5)
    assert said(there, channel) == []


async def test_a_reminder_that_is_snoozed_before_it_is_posted_waits(there: Bench) -> None:
    channel = await declared(there)
    there.clock.passes(minutes=5)
    assert await there.app.runner.remind() == 1
    await there.person("ana").types("/incident remind commander 10m", channel)
    await there.settle()
    assert said(there, channel) == []
    await later(there, minutes=10)
    assert len(said(there, channel)) == 1


async def test_updates_are_missed_after_half_an_hour_and_each_time_anew(there: Bench) -> None:
    channel = await commanded(there)
    await later(there, minutes=30)
    (reminder,) = said(there, channel)
    assert UPDATE in reminder
    assert buttons(reminder)[0] == "run:update"
    await there.types("update half of it works", channel=channel)
    await later(there, minutes=29)
    assert len(said(there, channel)) == 1
    await later(there, minutes=1)
    first, second = said(there, channel)
    assert "settled" in first
    assert buttons(first) == []
    assert "the last update is from" in second
    await later(there, hours=3)
    assert len(said(there, channel)) == 2


async def test_an_ended_incident_is_reminded_of_nothing_but_its_review(there: Bench) -> None:
    channel = await declared(there)
    await there.types("resolve it is over", channel=channel)
    await later(there, days=4, hours=23)
    assert said(there, channel) == []
    await later(there, hours=1)
    (reminder,) = said(there, channel)
    assert REVIEW in reminder
    assert buttons(reminder)[0] == "run:review"
    await there.person("ana").clicks("run:review", channel=channel)
    await there.settle()
    (reminder,) = said(there, channel)
    assert "settled" in reminder
    await later(there, days=30)
    assert len(said(there, channel)) == 1


async def test_a_draft_in_time_and_nobody_asks_for_a_review(there: Bench) -> None:
    channel = await declared(there)
    await there.types("resolve it is over", channel=channel)
    await there.types("review", channel=channel)
    await later(there, days=6)
    assert said(there, channel) == []


async def test_a_reopened_incident_gets_its_time_anew(there: Bench) -> None:
    channel = await declared(there)
    await there.types("resolve it is over", channel=channel)
    await later(there, hours=5)
    await there.types("reopen it is back", channel=channel)
    await later(there, minutes=4)
    assert said(there, channel) == []
    await later(there, minutes=1)
    (reminder,) = said(there, channel)
    assert COMMANDER in reminder
    assert UPDATE not in reminder


async def test_an_incident_that_is_open_for_a_day_is_asked_about_without_blame(
    there: Bench,
) -> None:
    channel = await commanded(there)
    await there.types("remind update off", channel=channel)
    await later(there, days=1)
    (reminder,) = said(there, channel)
    assert OPEN in reminder
    assert buttons(reminder)[0] == "run:resolve"
    await there.person("ana").clicks("run:resolve", channel=channel)
    assert there.person("ana").view is not None


async def test_after_an_outage_all_that_is_late_is_one_message_said_once(there: Bench) -> None:
    channel = await declared(there)
    await later(there, hours=3)
    (reminder,) = said(there, channel)
    assert COMMANDER in reminder
    assert UPDATE in reminder
    assert buttons(reminder) == ["run:take", "run:update", *SNOOZE]
    await later(there, hours=3)
    assert len(said(there, channel)) == 1

    await there.types("commander me", channel=channel)
    (reminder,) = said(there, channel)
    assert "Nobody had command: settled" in reminder
    assert buttons(reminder) == ["run:update", *SNOOZE]
    assert "remind update 15m" in reminder


async def many(there: Bench, count: int) -> list[str]:
    """The channels of so many incidents, which nobody commands."""
    made = []
    for n in range(1, count + 1):
        channel = await there.app.slack.client.conversations_create(name=f"inc-{n}")
        made.append(str(channel["channel"]["id"]))
    ana = UserId(there.person("ana").id)

    async def declare(tx: Transaction) -> None:
        for channel in made:
            draft = moves.Draft(title="Checkout answers 500", severity="sev2", declared_by=ana)
            number = await tx.next_number()
            change = moves.declare(draft, number=number, book=tx.book, at=tx.at)
            await tx.apply(replace(change, jobs=()))
            incident = replace(await tx.incident(number), channel=ChannelId(channel))
            await tx.apply(Change(incident=incident))

    await there.app.store.write(declare)
    return made


async def test_fifty_incidents_and_four_workers_are_fifty_messages(there: Bench) -> None:
    channels = await many(there, 50)
    there.clock.passes(hours=30)  # and nobody was there
    workers = [Runner(there.app.tools) for _ in range(4)]
    asked = await asyncio.gather(*(one.remind() for one in workers))
    assert max(asked) == 10, "not all at a time"
    while any(await asyncio.gather(*(one.remind() for one in workers))):
        await asyncio.gather(*(one.work_off() for one in workers))
    for _ in range(3):  # what a busy machine put back for later
        there.clock.passes(seconds=LEASE.total_seconds())
        await there.settle()
    shown = [said(there, channel) for channel in channels]
    assert [len(one) for one in shown] == [1] * 50
    assert all(COMMANDER[5:] in one and UPDATE in one and OPEN in one for (one,) in shown)
    async with there.app.store.read() as tx:
        assert await tx.waiting() == (0, 0, None)


async def test_workers_whose_clocks_differ_by_minutes_say_it_once(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path) as there:
        channel = await declared(there)
        ahead = Clock(there.clock() + timedelta(minutes=3))
        behind = Clock(there.clock() - timedelta(minutes=3))
        async with (
            bench(database, tmp_path, playground=there.slack, clock=ahead) as first,
            bench(database, tmp_path, playground=there.slack, clock=behind) as last,
        ):
            there.slack.request_url = f"{there.url}/slack/events"
            for _ in range(12):
                for one in (last, there, first):
                    one.clock.passes(minutes=1)
                looking = (one.app.runner.remind() for one in (last, there, first))
                await asyncio.gather(*looking)
                working = (one.app.runner.work_off() for one in (last, there, first))
                await asyncio.gather(*working)
            assert len(said(there, channel)) == 1
            await there.person("ana").types("/incident remind commander 15m", channel)
            for _ in range(25):
                for one in (last, there, first):
                    one.clock.passes(minutes=1)
                    await one.app.runner.remind()
                    await one.app.runner.work_off()
            assert len(said(there, channel)) == 3, "the snoozed one, and that of the updates"


@pytest.mark.parametrize("obeyed", [False, True])
async def test_a_worker_that_dies_between_the_look_and_the_answer_says_it_once(
    there: Bench, obeyed: bool
) -> None:
    channel = await declared(there)
    there.clock.passes(minutes=5)
    assert await there.app.runner.remind() == 1
    async with session() as http:
        mortal = Mortal(there, http, Death(call=0, obeyed=obeyed))
        with pytest.raises(Died):
            await Runner(replace(there.app.tools, slack=mortal)).work_off()
    assert len(said(there, channel)) == obeyed
    await later(there, seconds=LEASE.total_seconds() + 1)
    assert len(said(there, channel)) == 1
    # And it is known again, so that it can be settled.
    await there.types("commander me", channel=channel)
    assert buttons(said(there, channel)[0]) == []


async def test_a_lost_answer_and_a_lack_that_is_settled_meanwhile(there: Bench) -> None:
    channel = await declared(there)
    there.clock.passes(minutes=5)
    assert await there.app.runner.remind() == 1
    there.slack.faults.add("chat.postMessage", "answer_lost")
    await there.app.runner.work_off()
    assert len(said(there, channel)) == 1
    await there.person("ana").types("/incident commander me", channel)
    await later(there, seconds=LEASE.total_seconds() + 1)
    (reminder,) = said(there, channel)
    assert "settled" in reminder
    assert buttons(reminder) == []


async def test_a_reminder_that_somebody_deleted_does_not_come_back(there: Bench) -> None:
    channel = await declared(there)
    await later(there, minutes=5)
    (message,) = [one for one in there.messages(channel) if key(one).startswith("remind:")]
    del there.slack.channel(channel).messages[message["ts"]]
    await there.types("commander me", channel=channel)
    assert said(there, channel) == []
    async with there.app.store.read() as tx:
        assert await tx.waiting() == (0, 0, None)


@pytest.mark.parametrize(
    ("button", "until"),
    [
        ("run:in-15m", datetime(2026, 11, 20, 14, 20, tzinfo=UTC)),
        ("run:in-1h", datetime(2026, 11, 20, 15, 5, tzinfo=UTC)),
        ("run:tomorrow", None),
    ],
)
async def test_a_reminder_is_snoozed_from_its_message_and_comes_again(
    there: Bench, button: str, until: datetime | None
) -> None:
    channel = await declared(there)
    await there.person("bela").joins(channel)
    await there.types("remind update off", channel=channel)
    await later(there, minutes=5)
    with capture_logs() as lines:
        await there.person("bela").clicks(button, channel=channel)
        await there.settle()
    assert "reminder.snoozed" in [one["event"] for one in lines]
    (reminder,) = said(there, channel)
    bela = there.person("bela").id
    assert "snoozed until <!date^" in reminder
    assert f"by <@{bela}>" in reminder, "all see who did"
    assert buttons(reminder) == []
    due_at = (await row(there)).due_at
    assert until is None or due_at == until
    if until is None:  # nine in Bela's own morning
        async with there.app.store.read() as tx:
            person = await tx.person(UserId(bela))
        assert person is not None
        local = due_at.astimezone(ZoneInfo(person.zone))
        assert (local.hour, local.minute, local.day) == (9, 0, 21)
    there.clock.at = due_at - timedelta(seconds=1)
    await looks(there)
    assert len(said(there, channel)) == 1
    await later(there, seconds=1)
    again = [one for one in said(there, channel) if COMMANDER in one]
    assert len(again) == 1
    await later(there, hours=2)
    assert len([one for one in said(there, channel) if COMMANDER in one]) == 1


async def test_no_more_of_this_holds_for_this_incident_and_this_reminder(there: Bench) -> None:
    channel = await declared(there)
    await there.person("bela").joins(channel)
    await later(there, minutes=5)
    await there.person("bela").clicks("run:no-more", channel=channel)
    await there.settle()
    (reminder,) = said(there, channel)
    assert "turned off for INC-1" in reminder
    await there.types("commander me", channel=channel)
    await there.types("commander none", channel=channel)
    await later(there, hours=1)
    _, second = said(there, channel)
    assert "commander yet" not in second
    assert UPDATE in second
    other = await declared(there, "sev2 Search is slow")
    await later(there, minutes=5)
    assert len(said(there, other)) == 1


async def test_turned_on_again_it_does_not_speak_at_once(there: Bench) -> None:
    channel = await declared(there)
    await there.types("remind off", channel=channel)
    await later(there, hours=2)
    assert said(there, channel) == []
    answer = await there.types("remind commander on", channel=channel)
    assert "are on" in answer.text
    await later(there, minutes=4)
    assert said(there, channel) == []
    await later(there, minutes=1)
    assert len(said(there, channel)) == 1


async def test_the_reminders_are_shown_to_whoever_asks(there: Bench) -> None:
    channel = await commanded(there)
    await there.types("remind update 1h", channel=channel)
    await there.types("remind open off", channel=channel)
    answer = await there.types("remind", channel=channel)
    shown = text_of({"blocks": answer.blocks})
    assert "`commander` nobody has command: nothing to say" in shown
    assert "`update` no update: snoozed until" in shown
    assert "`open` still open: turned off by" in shown
    assert "`review` no review after the end: nothing to say" in shown
    await there.types("remind on", channel=channel)
    answer = await there.types("remind", channel=channel)
    assert "turned off" not in text_of({"blocks": answer.blocks})


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("updates 1h", "I cannot read “updates 1h”"),
        ("update soon", "I cannot read “soon”"),
        ("13:00", "“13:00” is past"),
        ("1000 days", "“1000 days” is too far away"),
        ("update later", "no reminder of `update` before"),
        ("me tomorrow", "no reminder before"),
        ("commander, update 2 hours", "no reminder of `commander` and `update` before"),
        ("in 20 minutes", "no reminder before"),
        ("INC-1 15:30", "no reminder before"),
        ("never", "no more reminders"),
    ],
)
async def test_what_is_typed_is_read_or_explained(there: Bench, words: str, answer: str) -> None:
    channel = await declared(there)
    found = await there.types(f"remind {words}", channel=channel)
    assert answer in found.text


async def test_a_private_incident_reminds_its_own_people_alone(there: Bench) -> None:
    ana = there.person("ana")
    await ana.types("/incident declare")
    await ana.submits({"title": "Somebody left with data", "private": "private"})
    await there.settle()
    incident = await there.incident()
    await later(there, hours=3)
    assert len(said(there, str(incident.channel))) == 1
    shown = [key(one) for room in ("general", "incidents") for one in there.messages(room)]
    assert not [one for one in shown if one.startswith("remind:")]
    answer = await there.types("remind INC-1 off", who="bela")
    assert "There is no INC-1" in answer.text
    answer = await there.types("remind INC-1", who="bela")
    assert "There is no INC-1" in answer.text
    assert not (await row(there, "update")).off


async def test_without_a_channel_the_commander_is_told_and_else_the_declarer(
    there: Bench,
) -> None:
    ana = there.person("ana")
    there.slack.faults.fails("conversations.create", "restricted_action", times=2)
    for commander in (None, "bela"):
        await ana.types("/incident declare")
        await ana.submits({"title": "Checkout answers 500", "commander": commander})
        await there.settle()
    await later(there, minutes=5)
    (reminder,) = told(there, "ana")
    assert COMMANDER in reminder
    assert "Checkout answers 500" in reminder
    await ana.clicks("run:take", channel=dm(there, "ana"))
    await there.settle()
    assert (await there.incident()).holders("commander") == (ana.id,)
    assert "settled" in told(there, "ana")[0]
    await later(there, minutes=25)
    assert len(told(there, "ana")) == 2
    (reminder,) = told(there, "bela")
    assert "INC-2" in reminder
    assert UPDATE in reminder


async def test_where_the_channel_was_archived_the_commander_is_told(there: Bench) -> None:
    channel = await commanded(there)
    await there.types("commander @bela", channel=channel)
    await there.types("resolve it is over", channel=channel)
    there.slack.channel(channel).is_archived = True
    await later(there, days=5)
    assert said(there, channel) == []
    (reminder,) = told(there, "bela")
    assert REVIEW in reminder
    async with there.app.store.read() as tx:
        assert await tx.parked() == []


async def test_the_playbook_decides_of_what_and_when(database: str, tmp_path: Path) -> None:
    rules = {
        Reminder.COMMANDER: Patience(
            after=timedelta(hours=1), severities={"sev1": timedelta(minutes=2), "sev4": None}
        )
    }
    book = replace(Playbook(), reminders=rules)
    async with bench(database, tmp_path, book=book) as there:
        worst, middle, least = [
            await declared(there, f"{word} Checkout answers 500")
            for word in ("sev1", "sev2", "sev4")
        ]
        await later(there, minutes=2)
        assert [len(said(there, one)) for one in (worst, middle, least)] == [1, 0, 0]
        await there.types("severity sev1", channel=least)
        await looks(there)
        assert len(said(there, least)) == 1, "worse than was thought"
        await later(there, hours=30)
        assert [len(said(there, one)) for one in (worst, middle, least)] == [1, 1, 1]
        answer = await there.types("remind update 1h", channel=worst)
        assert "The team’s playbook has no reminder “update” at sev1" in answer.text
        answer = await there.types("remind", channel=worst)
        assert "`update` no update: off in the team’s playbook" in text_of({"b": answer.blocks})


async def test_a_new_playbook_holds_for_incidents_that_are_there(
    database: str, tmp_path: Path
) -> None:
    quiet = replace(Playbook(), reminders={})
    clock = Clock()
    async with bench(database, tmp_path, clock=clock) as there:
        first = await declared(there)
        async with bench(
            database, tmp_path, book=quiet, playground=there.slack, clock=clock
        ) as other:
            await other.app.runner.set_reminders()
            await later(there, hours=2)
            assert said(there, first) == []
        there.slack.request_url = f"{there.url}/slack/events"
        clock.passes(days=3)
        second = await declared(there, "sev2 Search is slow")
        await there.app.runner.set_reminders()
        await looks(there)
        assert said(there, first) == [], "it is not told of days past"
        await later(there, minutes=5)
        assert len(said(there, second)) == 1


async def test_incidents_of_a_release_without_reminders_get_theirs(there: Bench) -> None:
    channel = await declared(there)
    ended = await declared(there, "sev3 Search was slow")
    await there.types("resolve it is over", channel=ended)
    turned = update(incidents).where(incidents.c.number == 2)
    async with there.app.engine.begin() as connection:
        await connection.execute(delete(reminders))
        await connection.execute(turned.values(turned_at=None))
    there.clock.passes(minutes=20)
    await there.app.runner.set_reminders()
    await looks(there)
    (reminder,) = said(there, channel)
    assert COMMANDER in reminder
    at = there.clock()
    await later(there, days=5)
    assert REVIEW in said(there, ended)[0]
    async with there.app.engine.begin() as connection:  # as its record has it
        await connection.execute(turned.values(turned_at=at - timedelta(minutes=20)))


async def test_what_an_older_release_changed_is_not_said(there: Bench) -> None:
    """It knows of no rows to set anew: whoever looks at them looks at the incident too."""
    channel = await declared(there)
    async with there.app.engine.connect() as connection:
        rows = (await connection.execute(select(reminders))).all()
    there.clock.passes(seconds=1)
    await there.types("commander me", channel=channel)
    await there.types("update half of it works", channel=channel)
    async with there.app.engine.begin() as connection:
        for one in rows:
            await connection.execute(
                update(reminders).where(reminders.c.kind == one.kind).values(due_at=one.due_at)
            )
    there.clock.passes(minutes=29)
    await looks(there)
    assert said(there, channel) == []
    await later(there, minutes=2)
    assert len(said(there, channel)) == 1
    assert "the last update is from" in said(there, channel)[0]


async def test_a_reminder_of_a_newer_release_is_left_to_it(there: Bench) -> None:
    await declared(there)
    async with there.app.engine.begin() as connection:
        await connection.execute(
            update(reminders).values(kind="scribe").where(reminders.c.kind == "update")
        )
    await later(there, hours=3)
    assert (await row(there, "scribe")).due_at is not None


async def test_a_worker_looks_after_them_by_itself(there: Bench) -> None:
    channel = await declared(there)
    there.clock.passes(minutes=5)
    working = asyncio.create_task(there.app.runner.run())
    async with asyncio.timeout(10):
        while not said(there, channel):  # noqa: ASYNC110 - what Slack sees
            await asyncio.sleep(0.02)
    there.app.runner.stop()
    async with asyncio.timeout(LOOK - 1):  # it does not wait for the next look
        await working


async def test_they_are_counted_and_logged_and_no_part_of_the_timeline(there: Bench) -> None:
    channel = await declared(there)
    before = await there.kinds()
    with capture_logs() as lines:
        await later(there, minutes=5)
    events = Counter(one["event"] for one in lines)
    assert (events["reminder.fired"], events["reminder.said"]) == (1, 1)
    await there.types("remind update 1h", channel=channel)
    assert await there.kinds() == before
    await there.app.metrics.read(there.app.store)
    shown = there.app.metrics.text().decode()
    assert 'incibot_reminders_said{reminder="commander"} 1.0' in shown
    assert 'incibot_reminders_said{reminder="review"} 0.0' in shown
    assert 'incibot_reminders_silenced{reminder="update"} 1.0' in shown
