"""What is said and done in an incident's channel becomes its timeline, as it was and when it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from incibot.core.incident import Incident
from incibot.core.timeline import EntryKind, Recorded, moment_of
from incibot.playground.delivery import Sent
from incibot.playground.terms import Refusal
from incibot.store.schema import entries, wordings
from tests.bench import START, Bench, text_of
from tests.scenarios.posting import as_slack_rounds, deliver, elsewhere, events

WORDS = (EntryKind.MESSAGE, EntryKind.NOTE)


async def opened(there: Bench, words: str = "sev2 Checkout answers 500") -> tuple[str, Incident]:
    """An incident's channel with ana and bela in it, and the incident."""
    incident = await there.declares(words)
    assert incident.channel is not None
    await there.person("bela").joins(incident.channel)
    await there.settle()
    return incident.channel, incident


async def said(there: Bench, number: int = 1) -> list[Recorded]:
    """The entries that messages became."""
    return [one for one in await there.timeline(number) if one.key.startswith("slack:")]


async def announce(there: Bench, channel: str, **event: Any) -> str:
    """Something that the local Slack's people cannot do; its ts."""
    ts = there.slack.workspace.ts()
    room = there.slack.channel(channel)
    given = {"type": "message", "channel": channel, "ts": ts, "event_ts": ts, **event}
    there.slack.workspace.announce({k: v for k, v in given.items() if v is not None}, room)
    await there.settle()
    return ts


async def rows(there: Bench) -> list[str]:
    """All words that the database holds of messages, whatever became of them."""
    async with there.app.engine.connect() as connection:
        query = select(wordings.c.words).join(entries, entries.c.id == wordings.c.entry)
        kept = await connection.execute(query.where(entries.c.key.like("slack:%")))
        return [row.words for row in kept]


async def test_each_way_to_write_is_one_entry_with_slacks_own_time(there: Bench) -> None:
    channel, _ = await opened(there)
    ana, bela = there.person("ana"), there.person("bela")
    there.clock.passes(minutes=3, microseconds=123457)
    root = await ana.writes("db is slow 🐢", channel)
    reply = await bela.writes("looking", channel, thread_ts=root)
    loud = await bela.writes("found it", channel, thread_ts=root, broadcast=True)
    await there.settle()
    me = await announce(there, channel, subtype="me_message", user=ana.id, text="shrugs")

    found = await said(there)
    assert [one.source.ts for one in found] == [root, reply, loud, me]
    assert [one.words for one in found] == ["db is slow 🐢", "looking", "found it", "shrugs"]
    assert [one.by for one in found] == [ana.id, bela.id, bela.id, ana.id]
    assert [one.source.thread_ts for one in found] == [None, root, root, None]
    assert found[0].occurred_at == START + timedelta(minutes=3, microseconds=123457)
    assert all(one.occurred_at == moment_of(str(one.source.ts)) for one in found)
    exported = (await there.exported())["entries"]
    assert [one["text"] for one in exported if one["kind"] == "message"] == [
        "db is slow 🐢",
        "looking",
        "found it",
        "shrugs",
    ]
    assert exported[-1]["occurred_at"].endswith("+00:00")


async def test_a_file_is_kept_as_its_name_and_a_link_and_is_not_made_public(there: Bench) -> None:
    channel, _ = await opened(there)
    await there.person("ana").writes("the graph", channel, files=[("p99.png", b"png")])
    await there.settle()

    (entry,) = await said(there)
    (file,) = entry.data["files"]
    assert file["name"] == "p99.png"
    assert file["url"].startswith("https://northwind.slack.example/files/")
    assert entry.words == f"the graph\n<{file['url']}|p99.png>"
    made = {call.method for call in there.slack.calls()}
    assert not made & {"files.sharedPublicURL", "files.info"}


async def test_other_bots_are_heard_and_incibot_is_not(there: Bench) -> None:
    channel, _ = await opened(there)
    hook = await announce(
        there,
        channel,
        subtype="bot_message",
        bot_id="B9999999999",
        username="Alertmanager",
        text="",
        attachments=[
            {
                "title": "[FIRING:1] HighErrorRate",
                "text": "5% of requests fail",
                "fields": [{"title": "severity", "value": "page"}],
                "fallback": "unused",
            }
        ],
    )
    app = await announce(
        there,
        channel,
        user="U9999999999",
        bot_id="B8888888888",
        text="Deploy 42 done",
        attachments=[{"text": "12 pods"}, {"from_url": "https://x.example", "text": "a preview"}],
    )
    blocks = await announce(
        there,
        channel,
        bot_id="B7777777777",
        bot_profile={"name": "Grafana"},
        text="This content can't be displayed.",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "CPU"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "93%"}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "eu-west"}]},
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Silence"}}],
            },
        ],
    )
    await there.types("note incibot echoes this", channel=channel)

    found = await said(there)
    assert [one.source.ts for one in found] == [hook, app, blocks]
    assert found[0].by is None
    assert found[0].by_name == "Alertmanager"
    assert found[0].words == "[FIRING:1] HighErrorRate\n5% of requests fail\nseverity: page"
    assert found[1].words == "Deploy 42 done\n12 pods"
    assert (found[2].by_name, found[2].words) == ("Grafana", "CPU\n93%\neu-west")
    assert there.ours(channel)  # incibot did say something


async def test_an_edit_is_a_revision_with_the_time_of_the_edit(there: Bench) -> None:
    channel, _ = await opened(there)
    ana = there.person("ana")
    ts = await ana.writes("db is up", channel)
    there.clock.passes(minutes=2)
    await ana.edits(channel, ts, "db is down")
    there.clock.passes(minutes=1)
    await ana.edits(channel, ts, "db is down again")
    await there.settle()

    (entry,) = await said(there)
    assert entry.words == "db is down again"
    assert entry.occurred_at == moment_of(ts)
    assert [one.words for one in entry.revisions] == ["db is up", "db is down"]
    changed = events(there, "message", "message_changed")
    times = [moment_of(sent.payload["event"]["event_ts"]) for sent in changed]
    assert [one.replaced_at for one in entry.revisions] == times
    (shown,) = [one for one in (await there.exported())["entries"] if one["kind"] == "message"]
    assert [one["text"] for one in shown["revisions"]] == ["db is up", "db is down"]
    assert (await there.head()).completeness.edited == 1


async def test_an_edit_whose_message_was_never_delivered_brings_the_message_along(
    there: Bench,
) -> None:
    channel, _ = await opened(there)
    ana = there.person("ana")
    there.slack.faults.drop_events = 1
    ts = await ana.writes("first", channel)
    there.clock.passes(minutes=1)
    await ana.edits(channel, ts, "second")
    await there.settle()

    (entry,) = await said(there)
    assert (entry.words, [one.words for one in entry.revisions]) == ("second", ["first"])
    assert entry.occurred_at == moment_of(ts)


async def test_what_slack_changes_by_itself_is_no_edit(there: Bench) -> None:
    channel, _ = await opened(there)
    ana = there.person("ana")
    ts = await ana.writes("see https://status.example", channel)
    room = there.slack.channel(channel)
    preview = {"from_url": "https://status.example", "title": "All systems go", "text": "fine"}
    there.slack.workspace.unfurl(room, room.messages[ts], preview)
    edited = await ana.writes("it is bak", channel)
    await ana.edits(channel, edited, "it is back")
    there.slack.workspace.unfurl(room, room.messages[edited], preview)
    await there.settle()

    plain, changed = await said(there)
    assert (plain.words, plain.revisions) == ("see <https://status.example>", ())
    assert [one.words for one in changed.revisions] == ["it is bak"]
    assert (await there.head()).completeness.edited == 1


async def test_a_bot_that_changes_its_message_edits_it_flag_or_none(there: Bench) -> None:
    channel, _ = await opened(there)
    before = {"type": "message", "ts": "1795183100.000100", "bot_id": "B1", "text": "50%"}
    ts = await announce(there, channel, **before)
    await announce(
        there,
        channel,
        subtype="message_changed",
        message={**before, "text": "100%"},
        previous_message=before,
    )
    assert ts != before["ts"]
    (entry,) = await said(there)
    assert (entry.words, [one.words for one in entry.revisions]) == ("100%", ["50%"])


@pytest.mark.parametrize("private", [False, True])
async def test_deleted_words_are_gone_from_the_database_and_the_entry_stays(
    there: Bench, private: bool
) -> None:
    if private:
        await there.person("ana").shortcut("declare_incident")
        await there.person("ana").submits({"title": "Leak", "private": "private"})
        await there.settle()
        channel = str((await there.incident()).channel)
    else:
        channel, _ = await opened(there)
    ana = there.person("ana")
    ts = await ana.writes("password is hunter2", channel)
    await ana.edits(channel, ts, "password is hunter3")
    file = await ana.writes("", channel, files=[("secret-plan.pdf", b"pdf")])
    kept = await ana.writes("never mind", channel)
    await there.settle()
    assert "password is hunter2" in await rows(there)
    there.clock.passes(minutes=5)
    await ana.deletes(channel, ts)
    await ana.deletes(channel, file)
    await there.settle()

    found = await said(there)
    assert [one.source.ts for one in found] == [ts, file, kept]
    gone = found[0]
    assert (gone.words, gone.revisions, gone.by) == ("", (), ana.id)
    assert gone.occurred_at == moment_of(ts)
    assert gone.retracted_at is not None
    assert START + timedelta(minutes=5) <= gone.retracted_at < START + timedelta(minutes=6)
    assert sorted(set(await rows(there))) == ["", "never mind"]
    assert "secret-plan" not in await there.export()
    head = await there.head()
    assert (head.completeness.messages, head.completeness.deleted) == (3, 2)
    assert head.completeness.edited == 0


async def test_a_deleted_root_is_a_tombstone_and_its_thread_lives_on(there: Bench) -> None:
    channel, _ = await opened(there)
    ana, bela = there.person("ana"), there.person("bela")
    root = await ana.writes("wrong channel, sorry", channel)
    reply = await bela.writes("no worries", channel, thread_ts=root)
    await ana.deletes(channel, root)
    await bela.writes("really", channel, thread_ts=root)
    await there.settle()

    stone, answer, more = await said(there)
    assert (stone.words, stone.by) == ("", ana.id)
    assert stone.retracted_at is not None
    assert (answer.source.ts, answer.words) == (reply, "no worries")
    assert more.source.thread_ts == root
    assert "wrong channel, sorry" not in await rows(there)


async def test_words_deleted_before_they_came_stay_deleted(there: Bench) -> None:
    channel, _ = await opened(there)
    there.slack.faults.reorder_events = 3
    ana = there.person("ana")
    ts = await ana.writes("secret", channel)
    await ana.edits(channel, ts, "more secret")
    await ana.deletes(channel, ts)
    await there.settle()

    (entry,) = await said(there)
    assert (entry.words, entry.by, entry.revisions) == ("", ana.id, ())
    assert set(await rows(there)) == {""}


async def test_topic_purpose_and_name_are_entries(there: Bench) -> None:
    channel, _ = await opened(there)
    ana = there.person("ana")
    await ana.sets_topic(channel, "bridge: https://meet.example")
    await ana.sets_purpose(channel, "fix it")
    await ana.renames(channel, "inc-1-checkout")
    await there.settle()

    found = [one for one in await said(there) if one.kind is EntryKind.NOTE]
    assert [one.words for one in found] == [
        "Topic: bridge: https://meet.example",
        "Purpose: fix it",
        "Channel name: inc-1-checkout",
    ]
    assert {one.by for one in found} == {ana.id}


async def test_who_comes_and_goes_is_an_entry_and_is_met(there: Bench) -> None:
    channel, _ = await opened(there)
    dana = there.person("dana")
    await dana.joins(channel)
    await there.settle()
    there.clock.passes(minutes=1)
    await dana.leaves(channel)
    await there.settle()

    joined, left = [one for one in await there.timeline() if one.by == dana.id]
    assert (joined.kind, left.kind) == (EntryKind.JOINED, EntryKind.LEFT)
    assert joined.occurred_at < left.occurred_at
    shown = [one for one in (await there.exported())["entries"] if one["kind"] == "joined"]
    assert shown[-1]["actor"] == {"id": dana.id, "name": "Dana"}
    assert len([said for said in there.slack.workspace.ephemerals if said.user == dana.id]) == 1


async def test_other_channels_are_nobodys_business(there: Bench) -> None:
    await opened(there)
    before = await there.kinds()
    ana = there.person("ana")
    ts = await ana.writes("lunch?", "incidents")  # the bot is in there
    await ana.reacts("incidents", ts, "pushpin")
    await ana.pins("incidents", ts)
    await ana.edits("incidents", ts, "lunch!")
    await ana.deletes("incidents", ts)
    await ana.sets_topic("incidents", "lunch")
    await there.settle()

    assert await there.kinds() == before
    assert await rows(there) == []


async def test_a_private_incident_has_its_timeline_too(there: Bench) -> None:
    ana = there.person("ana")
    await ana.shortcut("declare_incident")
    await ana.submits({"title": "Leak", "private": "private"})
    await there.settle()
    incident = await there.incident()
    channel = str(incident.channel)
    assert there.slack.channel(channel).kind == "private"
    await ana.writes("only here", channel)
    await ana.sets_topic(channel, "hush")
    await ana.invites("bela", channel)
    await there.settle()

    bela = there.person("bela")
    assert [one.words for one in await said(there)] == ["only here", "Topic: hush"]
    assert {ana.id, bela.id} <= (await there.incident()).members
    await ana.kicks("bela", channel)
    await there.settle()
    assert bela.id not in (await there.incident()).members


async def test_what_is_added_from_elsewhere_goes_when_it_is_deleted_there(there: Bench) -> None:
    await opened(there)
    ana = there.person("ana")
    ts = await ana.writes("token is abc", "incidents")
    await ana.message_shortcut("add_to_timeline", "incidents", ts)
    await ana.submits({})
    await there.settle()
    (entry,) = await said(there)
    assert entry.words == "token is abc"

    await ana.deletes("incidents", ts)
    await there.settle()
    (entry,) = await said(there)
    assert entry.words == ""
    assert entry.retracted_at is not None
    assert set(await rows(there)) == {""}


async def test_entries_of_the_same_instant_keep_the_order_in_which_they_were_noted(
    there: Bench,
) -> None:
    channel, _ = await opened(there)
    for words in ("zebra", "apple", "mango"):
        await there.types(f"note {words}", channel=channel)
    notes = [one for one in await there.timeline() if one.kind is EntryKind.NOTE]
    assert len({one.occurred_at for one in notes}) == 1
    assert [one.words for one in notes] == ["zebra", "apple", "mango"]


# What people say of what happened


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("22:10", datetime(2026, 11, 20, 13, 10, tzinfo=UTC)),
        ("10 minutes ago", datetime(2026, 11, 20, 13, 50, tzinfo=UTC)),
        ("yesterday 22:10", datetime(2026, 11, 19, 13, 10, tzinfo=UTC)),
        ("2026-11-18 09:00", datetime(2026, 11, 18, 0, 0, tzinfo=UTC)),
    ],
)
async def test_a_time_is_read_in_the_speakers_own_zone_and_said_back(
    there: Bench, typed: str, at: datetime
) -> None:
    channel, _ = await opened(there)
    fumiko = there.person("fumiko")  # in Tokyo, nine hours ahead
    await fumiko.joins(channel)
    await there.settle()
    await there.types(f"observation {typed} error rate went up", who="fumiko", channel=channel)

    (entry,) = [one for one in await there.timeline() if one.kind is EntryKind.OBSERVATION]
    assert (entry.occurred_at, entry.words) == (at, "error rate went up")
    assert entry.recorded_at == START
    (echo,) = [one for one in there.ours(channel) if "error rate went up" in text_of(one)]
    assert "Read as" in text_of(echo)
    assert f"<!date^{int(at.timestamp())}^" in text_of(echo)


async def test_a_time_that_cannot_be_read_gets_three_that_can(there: Bench) -> None:
    channel, _ = await opened(there)
    before = await there.kinds()
    answer = await there.types("milestone started half past never", channel=channel)

    examples = [one for one in answer.text.split(chr(34))[3::2] if one]
    assert len(examples) >= 3, answer.text
    assert await there.kinds() == before
    for example in examples[:3]:
        again = await there.types(f"milestone started {example}", channel=channel)
        assert "Started at" in again.text, (example, again.text)


async def test_undo_strikes_an_entry_out_and_keeps_its_words(there: Bench) -> None:
    channel, _ = await opened(there)
    await there.types("decision 13:30 roll back", channel=channel)
    there.clock.passes(minutes=1)
    await there.person("bela").clicks("run:takeback", channel=channel)
    await there.settle()

    (entry,) = [one for one in await there.timeline() if one.kind is EntryKind.DECISION]
    assert entry.words == "roll back"
    assert entry.retracted_at == START + timedelta(minutes=1)
    (shown,) = [one for one in (await there.exported())["entries"] if one["kind"] == "decision"]
    assert (shown["text"], shown["retracted_at"] is None) == ("roll back", False)
    (echo,) = [one for one in there.ours(channel) if "roll back" in text_of(one)]
    assert "~roll back~" in text_of(echo)


async def test_a_hypothesis_is_answered_later_and_what_was_believed_stays(there: Bench) -> None:
    channel, _ = await opened(there)
    await there.types("hypothesis the cache is cold", channel=channel)
    there.clock.passes(minutes=7)
    ana = there.person("ana")
    await ana.clicks("run:ruled_out", channel=channel)
    await there.settle()

    belief, answer = [one for one in await there.timeline() if "cache is cold" in one.words]
    assert (belief.kind, belief.words) == (EntryKind.HYPOTHESIS, "the cache is cold")
    assert belief.retracted_at is None
    assert answer.data == {"answers": belief.id, "outcome": "ruled_out"}
    assert answer.occurred_at == START + timedelta(minutes=7)
    assert any("Ruled out: the cache is cold" in text_of(one) for one in there.ours(channel))


# Any order, any repetition

PEOPLE = ("ana", "bela")
STEPS = st.tuples(
    st.sampled_from(
        [
            *("write", "reply", "broadcast", "file"),
            *("edit", "edit", "delete", "unfurl"),
            *("react", "react", "unreact", "tone", "pin", "unpin"),
            *("topic", "join", "leave"),
        ]
    ),
    st.integers(0, 7),  # which message, of those that there are
    st.sampled_from(PEOPLE),
    st.sampled_from([0.0, 0.3, 1.1]),  # seconds until the next step
)


async def play(
    there: Bench,
    channel: str,
    steps: Sequence[tuple[str, int, str, float]],
    mine: list[str] | None = None,
) -> None:
    """Do so in the channel. What Slack does not let people do is left out.

    Args:
        mine: the messages that there are already, by their ts; new ones are added.
    """
    room = there.slack.channel(channel)
    space = there.slack.workspace
    first = await there.person("ana").writes("it began", channel)
    mine = [] if mine is None else mine
    mine.append(first)
    for n, (verb, which, who, pause) in enumerate(steps):
        there.clock.passes(seconds=pause)
        person = there.person(who)
        ts = mine[which % len(mine)]
        try:
            match verb:
                case "write":
                    mine.append(await person.writes(f"words {n}", channel))
                case "reply":
                    mine.append(await person.writes(f"reply {n}", channel, thread_ts=ts))
                case "broadcast":
                    made = await person.writes(f"loud {n}", channel, thread_ts=ts, broadcast=True)
                    mine.append(made)
                case "file":
                    mine.append(await person.writes(f"{n}", channel, files=[(f"{n}.txt", b".")]))
                case "edit":
                    await person.edits(channel, ts, f"edited {n}")
                case "delete":
                    await person.deletes(channel, ts)
                case "unfurl":
                    space.unfurl(room, space.message(room, ts), {"from_url": "x", "text": "y"})
                case "react":
                    await person.reacts(channel, ts, ("pushpin", "bulb", "question")[which % 3])
                case "unreact":
                    await person.unreacts(channel, ts, ("pushpin", "bulb", "question")[which % 3])
                case "tone":
                    await person.reacts(channel, ts, "astonished::skin-tone-3")
                case "pin":
                    await person.pins(channel, ts)
                case "unpin":
                    await person.unpins(channel, ts)
                case "topic":
                    await person.sets_topic(channel, f"topic {n}")
                case "join":
                    await there.person("emre").joins(channel)
                case "leave":
                    await there.person("emre").leaves(channel)
        except Refusal:
            continue
    await there.slack.settled()


def shape(entry: Recorded) -> Recorded:
    """An entry without what tells it from the same one in another channel."""
    source = replace(entry.source, channel=None)
    return replace(entry, id=0, incident=0, key=entry.key.split(":")[0], source=source)


@settings(max_examples=20)
@given(steps=st.lists(STEPS, max_size=12), data=st.data())
async def test_any_order_and_repetition_of_deliveries_gives_the_same_timeline(
    there: Bench, steps: list[tuple[str, int, str, float]], data: st.DataObject
) -> None:
    if len(await there.incidents()) < 2:
        await there.declares("sev3 told in order")
        await there.declares("sev3 told in any order")
        for number in (1, 2):
            incident = await there.incident(number)
            await there.person("bela").joins(str(incident.channel))
        await there.settle()
        there.clock.passes(minutes=1)
    tidy, untidy = [str((await there.incident(number)).channel) for number in (1, 2)]
    url, there.slack.request_url = there.slack.request_url, None  # nothing is delivered yet
    begun, began = len(there.slack.delivery.sent), there.clock()
    await play(there, tidy, steps)
    there.slack.request_url = url
    sent: list[Sent] = [as_slack_rounds(one) for one in there.slack.delivery.sent[begun:]]
    mixed = data.draw(st.permutations(sent))
    repeated = data.draw(st.lists(st.sampled_from(sent), max_size=5))

    for one in sent:
        assert (await deliver(there, one)).status == 200
    for one in [*repeated, *mixed]:
        assert (await deliver(there, elsewhere(one, tidy, untidy))).status == 200
    await there.settle()

    told = [shape(one) for one in await there.timeline(1) if one.occurred_at >= began]
    assert [shape(one) for one in await there.timeline(2) if one.occurred_at >= began] == told
    heard = {one.payload["event"]["ts"] for one in sent if "ts" in one.payload["event"]}
    assert len(told) <= len(heard) + 2 * len(steps)
    if there.person("emre").id in there.slack.channel(tidy).members:
        await there.person("emre").leaves(tidy)
        await there.settle()
    there.clock.passes(minutes=1)


async def test_slacks_own_reordering_and_doubling_change_nothing(there: Bench) -> None:
    channel, _ = await opened(there)
    ana = there.person("ana")
    there.slack.faults.reorder_events = 6
    ts = await ana.writes("a", channel)
    await ana.edits(channel, ts, "b")
    await ana.reacts(channel, ts, "bulb")
    await there.settle()
    there.slack.faults.double_events = 4
    await ana.edits(channel, ts, "c")
    await ana.reacts(channel, ts, "pushpin")
    await ana.unreacts(channel, ts, "bulb")
    await there.settle()

    (entry,) = await said(there)
    assert (entry.kind, entry.words, entry.key_moment) == (EntryKind.MESSAGE, "c", True)
    assert [one.words for one in entry.revisions] == ["a", "b"]


async def test_a_long_message_and_odd_letters_come_through_whole(there: Bench) -> None:
    channel, _ = await opened(there)
    long = "é🙂" * 6000
    odd = "שלום ‮ \u200d 👩‍🚒 <!channel> &amp;"
    await there.person("ana").writes(long, channel)
    await announce(there, channel, user=there.person("bela").id, text=f"{odd}\0\ud83d")

    first, second = await said(there)
    assert first.words == long
    assert second.words == f"{odd}\ufffd"
    assert json.loads(await there.export())["entries"]
