"""People mark what matters, and the mark is on what they marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from incibot.core.playbook import REACTIONS, Playbook
from incibot.core.timeline import EntryKind, Mark, Recorded, moment_of
from incibot.playground import Person
from incibot.store.schema import marks
from tests.bench import Bench, bench, text_of
from tests.scenarios.posting import deliver, events


async def opened(there: Bench) -> tuple[str, Person, Person]:
    """An incident's channel with two people in it."""
    channel = str((await there.declares()).channel)
    ana, bela = there.person("ana"), there.person("bela")
    await bela.joins(channel)
    await there.settle()
    return channel, ana, bela


async def entry_of(there: Bench, ts: str) -> Recorded:
    (found,) = [one for one in await there.timeline() if one.source.ts == ts]
    return found


def markers(entry: Recorded) -> list[tuple[str, str]]:
    return [(one.user, one.via) for one in entry.marks]


@pytest.mark.parametrize(("reaction", "mark"), REACTIONS.items())
async def test_each_reaction_makes_the_entry_what_it_says(
    there: Bench, reaction: str, mark: Mark
) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("we roll back", channel)
    await bela.reacts(channel, ts, reaction)
    await there.settle()

    entry = await entry_of(there, ts)
    assert entry.kind is (mark.kind or EntryKind.MESSAGE)
    assert entry.kind_first is EntryKind.MESSAGE
    assert entry.key_moment is (mark is Mark.KEY_MOMENT)
    assert markers(entry) == [(bela.id, reaction)]
    shown = [one for one in (await there.exported())["entries"] if one["text"] == "we roll back"]
    (by,) = shown[0]["marked_by"]
    assert (by["name"], by["mark"], by["via"]) == ("Bela", mark.value, reaction)


async def test_other_reactions_mark_nothing(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("lunch", channel)
    await bela.reacts(channel, ts, "tada")
    await bela.reacts(channel, ts, "point_up::skin-tone-2")
    await there.settle()
    assert (await entry_of(there, ts)).marks == ()


async def test_a_mark_on_a_reply_marks_that_reply(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    root = await ana.writes("is it the cache?", channel)
    replies = [await bela.writes(f"answer {n}", channel, thread_ts=root) for n in range(3)]
    after = await ana.writes("and something else", channel)
    await ana.reacts(channel, replies[1], "pushpin")
    await ana.pins(channel, replies[2])
    await ana.message_shortcut("add_to_timeline", channel, replies[0])
    await there.settle()

    assert markers(await entry_of(there, replies[1])) == [(ana.id, "pushpin")]
    assert markers(await entry_of(there, replies[2])) == [(ana.id, "pin")]
    assert markers(await entry_of(there, replies[0])) == [(ana.id, "shortcut")]
    assert (await entry_of(there, root)).marks == ()
    assert (await entry_of(there, after)).marks == ()


async def test_two_people_who_mark_one_message_make_one_entry_with_two_markers(
    there: Bench,
) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("error rate falls", channel)
    await ana.reacts(channel, ts, "pushpin")
    await bela.reacts(channel, ts, "pushpin")
    await there.settle()
    assert markers(await entry_of(there, ts)) == [(ana.id, "pushpin"), (bela.id, "pushpin")]

    await ana.unreacts(channel, ts, "pushpin")
    await there.settle()
    entry = await entry_of(there, ts)
    assert (markers(entry), entry.key_moment) == ([(bela.id, "pushpin")], True)

    await bela.unreacts(channel, ts, "pushpin")
    await there.settle()
    entry = await entry_of(there, ts)
    assert (markers(entry), entry.key_moment) == ([], False)
    assert entry.words == "error rate falls"


async def test_taking_the_last_mark_off_gives_the_kind_before_and_history_keeps_both(
    there: Bench,
) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("maybe the cache", channel)
    await ana.reacts(channel, ts, "bulb")
    await bela.reacts(channel, ts, "ballot_box_with_check")
    await there.settle()
    assert (await entry_of(there, ts)).kind is EntryKind.DECISION
    await bela.unreacts(channel, ts, "ballot_box_with_check")
    await there.settle()
    assert (await entry_of(there, ts)).kind is EntryKind.HYPOTHESIS
    await ana.unreacts(channel, ts, "bulb")
    await there.settle()
    assert (await entry_of(there, ts)).kind is EntryKind.MESSAGE

    assert await history(there, ts) == [
        (ana.id, "bulb", True),
        (bela.id, "ballot_box_with_check", True),
        (bela.id, "ballot_box_with_check", False),
        (ana.id, "bulb", False),
    ]


async def history(there: Bench, ts: str) -> list[tuple[str, str, bool]]:
    """Each setting and taking off that is kept of a message."""
    async with there.app.engine.connect() as connection:
        query = select(marks).where(marks.c.ts == ts).order_by(marks.c.at)
        return [(row.user, row.via, row.on) for row in await connection.execute(query)]


async def test_each_skin_tone_is_a_mark_of_its_own(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("who owns the queue?", channel)
    await bela.reacts(channel, ts, "question::skin-tone-2")
    await bela.reacts(channel, ts, "question::skin-tone-5")
    await bela.unreacts(channel, ts, "question::skin-tone-2")
    await there.settle()
    entry = await entry_of(there, ts)
    assert entry.kind is EntryKind.QUESTION
    assert markers(entry) == [(bela.id, "question::skin-tone-5")]


async def test_a_pin_is_a_key_moment_until_anybody_takes_it_out(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("we are back", channel)
    await ana.pins(channel, ts)
    await there.settle()
    entry = await entry_of(there, ts)
    assert (entry.key_moment, markers(entry)) == (True, [(ana.id, "pin")])
    assert entry.kind is EntryKind.MESSAGE

    await bela.unpins(channel, ts)
    await there.settle()
    assert not (await entry_of(there, ts)).key_moment
    assert await history(there, ts) == [(ana.id, "pin", True), (bela.id, "pin", False)]


async def test_the_shortcut_marks_a_key_moment_and_says_so_to_the_asker(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    ts = await ana.writes("first 500s at 13:58", channel)
    answer = await bela.message_shortcut("add_to_timeline", channel, ts)
    await there.settle()
    assert answer.trouble is None
    assert markers(await entry_of(there, ts)) == [(bela.id, "shortcut")]
    assert "key moment of INC-1" in text_of(bela.ephemerals(channel)[-1])
    assert not any("key moment of" in text_of(one) for one in ana.ephemerals(channel))


async def test_a_mark_on_an_echo_is_a_mark_on_its_entry(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    await there.types("action 13:30 turned the flag off", channel=channel)
    (echo,) = [one for one in there.ours(channel) if "turned the flag off" in text_of(one)]
    await bela.reacts(channel, echo["ts"], "pushpin")
    await ana.pins(channel, echo["ts"])
    await ana.message_shortcut("add_to_timeline", channel, echo["ts"])
    await there.settle()

    (entry,) = [one for one in await there.timeline() if "turned the flag off" in one.words]
    assert entry.kind is EntryKind.ACTION
    assert markers(entry) == [(bela.id, "pushpin"), (ana.id, "pin"), (ana.id, "shortcut")]
    assert entry.occurred_at < moment_of(echo["ts"])


async def test_a_mark_on_incibots_card_is_no_entry(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    before = await there.kinds()
    (card,) = [one for one in there.ours(channel) if "Declared by" in text_of(one)]
    await bela.reacts(channel, card["ts"], "pushpin")
    await ana.message_shortcut("add_to_timeline", channel, card["ts"])
    await there.settle()
    assert await there.kinds() == before


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("how", ["reaction", "pin", "shortcut"])
async def test_a_marked_message_that_was_never_delivered_is_fetched(
    there: Bench, how: str, in_thread: bool
) -> None:
    channel, ana, bela = await opened(there)
    root = await ana.writes("a thread", channel) if in_thread else None
    await there.settle()
    there.slack.faults.drop_events = 1
    ts = await ana.writes("nobody told incibot", channel, thread_ts=root)
    await bela.writes("but this", channel, thread_ts=root)
    if how == "reaction":
        await bela.reacts(channel, ts, "astonished")
    elif how == "pin":
        await bela.pins(channel, ts)
    else:
        await bela.message_shortcut("add_to_timeline", channel, ts)
    await there.settle()

    entry = await entry_of(there, ts)
    assert entry.words == "nobody told incibot"
    assert (entry.by, entry.source.thread_ts) == (ana.id, root)
    assert entry.occurred_at == moment_of(ts)
    assert [one.user for one in entry.marks] == [bela.id]


async def test_a_message_fetched_and_delivered_later_is_one_entry(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    there.slack.faults.drop_events = 1
    ts = await ana.writes("was late", channel)
    await bela.reacts(channel, ts, "pushpin")
    await ana.edits(channel, ts, "came late")
    await there.settle()
    first = await entry_of(there, ts)
    assert (first.words, [one.words for one in first.revisions]) == ("came late", ["was late"])

    await bela.writes("x", channel)
    late = events(there, "message")[-1]
    late.payload["event"] |= {"ts": ts, "event_ts": ts, "text": "was late", "user": ana.id}
    late.payload["event_id"] = "Ev-late"
    assert (await deliver(there, late)).status == 200
    entry = await entry_of(there, ts)
    assert (entry.words, entry.revisions) == (first.words, first.revisions)


async def test_a_marked_message_that_is_gone_stays_gone(there: Bench) -> None:
    channel, ana, bela = await opened(there)
    there.slack.faults.drop_events = 1
    ts = await ana.writes("oops", channel)
    await bela.reacts(channel, ts, "pushpin")
    there.slack.faults.drop_events = 1
    await ana.deletes(channel, ts)
    await there.settle()
    assert not [one for one in await there.timeline() if one.source.ts == ts]
    async with there.app.store.read() as tx:
        assert await tx.parked() == []


async def test_the_team_names_its_own_reactions(database: str, tmp_path: Path) -> None:
    book = Playbook(reactions={"eyes": Mark.OBSERVATION})
    async with bench(database, tmp_path, book=book) as there:
        channel, ana, bela = await opened(there)
        ts = await ana.writes("5% of requests fail", channel)
        await bela.reacts(channel, ts, "eyes")
        await bela.reacts(channel, ts, "bulb")
        await there.settle()
        assert (await entry_of(there, ts)).kind is EntryKind.OBSERVATION
