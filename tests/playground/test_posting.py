"""Messages of the local Slack: posting, threads, edits, deletions, history, pins, reactions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import Bot, Clock, refusal
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground, Refusal

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}


@pytest.fixture
def channel(slack: Playground) -> str:
    """A channel that the bot is in."""
    return slack.channel("incidents").id


async def test_a_post_answers_with_the_id_of_the_channel_and_the_whole_message(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    answer = await client.chat_postMessage(channel="#incidents", text="hi", blocks=[SECTION])
    assert answer["channel"] == channel
    assert re.fullmatch(r"\d{10}\.\d{6}", answer["ts"])
    message = answer["message"]
    assert message["user"] == slack.workspace.bot.id
    assert message["bot_profile"]["app_id"] == message["app_id"]
    assert message["blocks"][0]["block_id"]


async def test_every_ts_is_another_even_when_the_clock_stands(
    client: AsyncWebClient, channel: str
) -> None:
    stamps = [(await client.chat_postMessage(channel=channel, text="x"))["ts"] for _ in range(5)]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"blocks": "not json"}, "invalid_blocks_format"),
        ({"blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"blocks": [{**SECTION, "colour": "red"}]}, "invalid_blocks"),
        ({"text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
        ({"text": "x", "attachments": [{"text": "a"}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        (
            {
                "blocks": [
                    {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
                    for _ in range(5)
                ]
            },
            "msg_blocks_too_long",
        ),
    ],
)
async def test_bad_content_is_refused(
    client: AsyncWebClient, channel: str, content: dict[str, Any], error: str
) -> None:
    answer = await refusal(
        client.api_call("chat.postMessage", json={"channel": channel, **content})
    )
    assert answer["error"] == error


async def test_what_is_wrong_with_blocks_is_told_with_a_pointer(
    client: AsyncWebClient, channel: str
) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    answer = await refusal(client.chat_postMessage(channel=channel, text="t", blocks=[long]))
    assert answer["errors"] == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {answer['errors'][0]}"]


async def test_a_long_text_is_cut_and_a_long_update_is_refused(
    client: AsyncWebClient, channel: str
) -> None:
    answer = await client.api_call(
        "chat.postMessage", json={"channel": channel, "text": "x" * 40_001}
    )
    assert answer["warning"] == "message_truncated"
    assert len(answer["message"]["text"]) == 40_000
    long = {"channel": channel, "ts": answer["ts"], "text": "x" * 4001}
    assert (await refusal(client.api_call("chat.update", json=long)))["error"] == "msg_too_long"


async def test_where_the_bot_may_not_post(slack: Playground, client: AsyncWebClient) -> None:
    general = slack.channel("general").id
    assert (await client.chat_postMessage(channel=general, text="public"))["ok"]
    slack.faults.without_scopes.add("chat:write.public")
    answer = await refusal(client.chat_postMessage(channel=general, text="public"))
    assert answer["error"] == "not_in_channel"
    for nowhere in ("C0NOSUCHONE", "#nowhere", ""):
        answer = await refusal(client.chat_postMessage(channel=nowhere, text="x"))
        assert answer["error"] == "channel_not_found"


async def test_a_post_to_a_person_is_a_direct_message(
    slack: Playground, client: AsyncWebClient
) -> None:
    ana = slack.person("ana")
    answer = await client.chat_postMessage(channel=ana.id, text="psst")
    assert answer["channel"].startswith("D")
    assert [one["text"] for one in ana.direct_messages()] == ["psst"]
    assert slack.person("bela").direct_messages() == []


async def test_a_thread_hangs_on_its_root_whichever_of_its_messages_is_named(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    ana = slack.person("ana")
    root = await ana.writes("root", channel)
    reply = await ana.writes("reply", channel, thread_ts=root)
    under = await client.chat_postMessage(channel=channel, text="under", thread_ts=reply)
    assert under["message"]["thread_ts"] == root
    assert under["message"]["parent_user_id"] == ana.id

    loose = await client.chat_postMessage(
        channel=channel, text="loose", thread_ts="1700000000.000100"
    )
    assert "thread_ts" not in loose["message"]
    assert [one["text"] for one in ana.sees(channel)] == ["root", "loose"]
    assert [one["text"] for one in ana.reads_thread(channel, root)] == ["root", "reply", "under"]

    thread = await client.conversations_replies(channel=channel, ts=reply)
    assert [one["text"] for one in thread["messages"]] == ["root", "reply", "under"]
    first = thread["messages"][0]
    assert first["reply_count"] == 2
    assert first["latest_reply"] == under["ts"]
    assert first["reply_users"] == [ana.id, slack.workspace.bot.id]
    lonely = await client.conversations_replies(channel=channel, ts=loose["ts"])
    assert len(lonely["messages"]) == 1
    unknown = client.conversations_replies(channel=channel, ts="1.000001")
    assert (await refusal(unknown))["error"] == "thread_not_found"


async def test_a_broadcast_reply_shows_in_the_channel_too(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    ana = slack.person("ana")
    root = await ana.writes("root", channel)
    await ana.writes("to all", channel, thread_ts=root, broadcast=True)
    await slack.settled()
    history = await client.conversations_history(channel=channel)
    assert [one["text"] for one in history["messages"]] == ["to all", "root"]
    event = bot.events("message/thread_broadcast")[0]
    assert event["root"]["ts"] == event["thread_ts"] == root


async def test_history_has_bounds_that_are_left_out_unless_inclusive(
    slack: Playground, client: AsyncWebClient, channel: str, clock: Clock
) -> None:
    stamps = []
    for number in range(5):
        clock.passes(minutes=1)
        stamps.append(await slack.person("ana").writes(f"m{number}", channel))

    async def texts(**bounds: Any) -> list[str]:
        answer = await client.conversations_history(channel=channel, **bounds)
        return [one["text"] for one in answer["messages"]]

    assert await texts() == ["m4", "m3", "m2", "m1", "m0"]
    assert await texts(oldest=stamps[1], latest=stamps[3]) == ["m2"]
    assert await texts(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["m3", "m2", "m1"]
    assert await texts(limit=2) == ["m4", "m3"]
    # With only `oldest`, the pages go forward in time.
    assert await texts(oldest=stamps[0], limit=2) == ["m2", "m1"]

    last = await client.conversations_history(channel=channel)
    assert last["has_more"] is False
    assert "response_metadata" not in last.data
    page = await client.conversations_history(channel=channel, limit=4)
    assert page["has_more"] is True
    rest = await client.conversations_history(
        channel=channel, limit=4, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in rest["messages"]] == ["m0"]

    for bounds, error in (
        ({"latest": "x", "oldest": "y"}, "invalid_ts_latest"),
        ({"oldest": "y"}, "invalid_ts_oldest"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1000}, "invalid_limit"),
    ):
        call = client.api_call(
            "conversations.history", http_verb="GET", params={"channel": channel, **bounds}
        )
        assert (await refusal(call))["error"] == error


async def test_metadata_comes_back_only_to_who_asks(client: AsyncWebClient, channel: str) -> None:
    metadata = {"event_type": "incident", "event_payload": {"key": "INC-1"}}
    await client.chat_postMessage(channel=channel, text="card", metadata=metadata)
    plain = await client.conversations_history(channel=channel)
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel=channel, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata


async def test_a_human_message_arrives_as_slack_sends_it(
    slack: Playground, channel: str, bot: Bot
) -> None:
    ana = slack.person("ana")
    ts = await ana.writes(
        "@bela look at #checkout: a < b & https://example.com/x?a=1&b=2.", channel
    )
    await slack.settled()

    received = bot.received[0]
    assert received.payload["type"] == "event_callback"
    assert received.payload["event_id"].startswith("Ev")
    assert received.payload["authorizations"][0]["user_id"] == slack.workspace.bot.id
    event = received.event
    bela, checkout = slack.person("bela").id, slack.channel("checkout").id
    assert event == {
        "type": "message",
        "user": ana.id,
        "text": f"<@{bela}> look at <#{checkout}|checkout>: a &lt; b &amp; "
        "<https://example.com/x?a=1&amp;b=2>.",
        "ts": ts,
        "event_ts": ts,
        "team": slack.workspace.team_id,
        "client_msg_id": event["client_msg_id"],
        "blocks": event["blocks"],
        "channel": channel,
        "channel_type": "channel",
    }
    parts = event["blocks"][0]["elements"][0]["elements"]
    assert parts == [
        {"type": "user", "user_id": bela},
        {"type": "text", "text": " look at "},
        {"type": "channel", "channel_id": checkout},
        {"type": "text", "text": ": a < b & "},
        {"type": "link", "url": "https://example.com/x?a=1&b=2"},
        {"type": "text", "text": "."},
    ]


async def test_a_mention_is_told_twice_with_one_ts(
    slack: Playground, channel: str, bot: Bot
) -> None:
    await slack.person("ana").writes("@incibot, are you there?", channel)
    await slack.settled()
    (message,) = bot.events("message")
    (mention,) = bot.events("app_mention")
    assert message["ts"] == mention["ts"]
    first, second = bot.received
    assert first.payload["event_id"] != second.payload["event_id"]


async def test_an_edit_and_an_update_are_told_with_what_was_before(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    ana = slack.person("ana")
    ts = await ana.writes("teh", channel)
    await ana.edits(channel, ts, "the")
    post = await client.chat_postMessage(channel=channel, text="one", blocks=[SECTION])
    answer = await client.chat_update(channel=channel, ts=post["ts"], text="two")
    assert "ts" not in answer["message"]
    await slack.settled()

    edit, update = bot.events("message/message_changed")
    assert edit["hidden"] is True
    assert edit["message"]["text"] == "the"
    assert edit["message"]["edited"]["user"] == ana.id
    assert edit["previous_message"]["text"] == "teh"
    assert edit["ts"] == edit["event_ts"] != ts
    assert edit["message"]["ts"] == ts
    # Text without blocks takes the old blocks away: what is left is what Slack makes of the text.
    assert [one["type"] for one in update["message"]["blocks"]] == ["rich_text"]
    assert update["message"]["bot_id"] == slack.workspace.bot_id


async def test_an_update_of_blocks_alone_keeps_the_text(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    post = await client.chat_postMessage(channel=channel, text="one", blocks=[SECTION])
    change = {"channel": channel, "ts": post["ts"], "blocks": [{"type": "divider"}]}
    await client.api_call("chat.update", json=change)
    message = slack.person("ana").sees(channel)[-1]
    assert message["text"] == "one"
    assert [one["type"] for one in message["blocks"]] == ["divider"]


async def test_nobody_changes_what_another_wrote(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    ts = await slack.person("ana").writes("mine", channel)
    for call, error in (
        (client.chat_update(channel=channel, ts=ts, text="x"), "cant_update_message"),
        (client.chat_delete(channel=channel, ts=ts), "cant_delete_message"),
        (client.chat_update(channel=channel, ts="1.000001", text="x"), "message_not_found"),
        (client.chat_delete(channel=channel, ts="1.000001"), "message_not_found"),
        (client.api_call("chat.update", json={"channel": channel, "ts": ts}), "no_text"),
    ):
        assert (await refusal(call))["error"] == error
    with pytest.raises(Refusal, match="cant_update_message"):
        await slack.person("bela").edits(channel, ts, "not mine")


async def test_a_deleted_message_is_gone_but_a_thread_lives_on(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    ana, bela = slack.person("ana"), slack.person("bela")
    alone = await bela.writes("alone", channel)
    root = await bela.writes("root", channel)
    await ana.writes("reply", channel, thread_ts=root)
    await bela.deletes(channel, alone)
    await bela.deletes(channel, root)
    await slack.settled()

    (deleted,) = bot.events("message/message_deleted")
    assert deleted["deleted_ts"] == alone
    assert deleted["previous_message"]["text"] == "alone"
    (changed,) = bot.events("message/message_changed")
    assert changed["message"]["subtype"] == "tombstone"
    assert changed["previous_message"]["text"] == "root"
    assert [one["text"] for one in ana.reads_thread(channel, root)] == [
        "This message was deleted.",
        "reply",
    ]


async def test_the_count_of_replies_follows_deletions(slack: Playground, channel: str) -> None:
    ana = slack.person("ana")
    root = await ana.writes("root", channel)
    reply = await ana.writes("reply", channel, thread_ts=root)
    assert ana.sees(channel)[0]["reply_count"] == 1
    await ana.deletes(channel, reply)
    assert "reply_count" not in ana.sees(channel)[0]
    assert "thread_ts" not in ana.sees(channel)[0]


async def test_a_preview_of_a_link_is_a_change_that_nobody_made(
    slack: Playground, channel: str, bot: Bot
) -> None:
    ts = await slack.person("ana").writes("https://example.com", channel)
    room = slack.channel(channel)
    slack.workspace.unfurl(room, room.messages[ts], {"title": "Example"})
    await slack.settled()
    (changed,) = bot.events("message/message_changed")
    assert "edited" not in changed["message"]
    assert changed["message"]["text"] == changed["previous_message"]["text"]


async def test_a_customised_name_makes_the_old_kind_of_bot_message(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    await client.chat_postMessage(channel=channel, text="x", username="Pager", icon_emoji=":bell:")
    await slack.settled()
    (event,) = bot.events("message/bot_message")
    assert "user" not in event
    assert event["username"] == "Pager"
    slack.faults.without_scopes.add("chat:write.customize")
    answer = await refusal(client.chat_postMessage(channel=channel, text="x", username="P"))
    assert answer["needed"] == "chat:write.customize"


async def test_an_ephemeral_message_is_seen_by_one_and_kept_by_nobody(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    ana, bela = slack.person("ana"), slack.person("bela")
    await client.chat_postEphemeral(channel=channel, user=ana.id, text="for you")
    assert [one["text"] for one in ana.ephemerals("incidents")] == ["for you"]
    assert bela.ephemerals("incidents") == []
    assert (await client.conversations_history(channel=channel))["messages"] == []

    made = await bela.creates("fresh")
    for target, user, error in (
        (channel, "ana", "invalid_arguments"),
        (channel, "U0NOBODY", "user_not_in_channel"),
        (made, ana.id, "not_in_channel"),
    ):
        call = client.chat_postEphemeral(channel=target, user=user, text="x")
        assert (await refusal(call))["error"] == error


async def test_permalinks_name_the_thread(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    ana = slack.person("ana")
    root = await ana.writes("root", channel)
    reply = await ana.writes("reply", channel, thread_ts=root)
    link = await client.chat_getPermalink(channel=channel, message_ts=root)
    assert link["permalink"] == (
        f"https://northwind.slack.example/archives/{channel}/p{root.replace('.', '')}"
    )
    link = await client.chat_getPermalink(channel=channel, message_ts=reply)
    assert link["permalink"].endswith(f"?thread_ts={root}&cid={channel}")
    missing = client.chat_getPermalink(channel=channel, message_ts="1.000001")
    assert (await refusal(missing))["error"] == "message_not_found"


async def test_a_scheduled_message_comes_when_its_time_has_come(
    slack: Playground, client: AsyncWebClient, channel: str, clock: Clock
) -> None:
    now = int(clock.now.timestamp())
    first = await client.chat_scheduleMessage(channel=channel, text="later", post_at=now + 60)
    second = await client.chat_scheduleMessage(channel=channel, text="never", post_at=now + 60)
    assert first["scheduled_message_id"].startswith("Q")
    listed = await client.chat_scheduledMessages_list()
    assert len(listed["scheduled_messages"]) == 2
    never = second["scheduled_message_id"]
    await client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=never)
    assert slack.person("ana").sees(channel) == []

    clock.passes(seconds=61)
    await slack.settled()
    assert [one["text"] for one in slack.person("ana").sees(channel)] == ["later"]
    gone = client.chat_deleteScheduledMessage(
        channel=channel, scheduled_message_id=first["scheduled_message_id"]
    )
    assert (await refusal(gone))["error"] == "invalid_scheduled_message_id"
    now = int(clock.now.timestamp())
    for post_at, error in (
        (now - 1, "time_in_past"),
        (now + 121 * 86400, "time_too_far"),
        ("soon", "invalid_time"),
    ):
        call = client.api_call(
            "chat.scheduleMessage", json={"channel": channel, "text": "x", "post_at": post_at}
        )
        assert (await refusal(call))["error"] == error


async def test_pins_come_back_as_an_event_and_a_line(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    ts = await slack.person("ana").writes("pin me", channel)
    await client.pins_add(channel=channel, timestamp=ts)
    listed = await client.pins_list(channel=channel)
    assert listed["items"][0]["message"]["pinned_to"] == [channel]
    assert [one["text"] for one in slack.person("ana").pinned(channel)] == ["pin me"]
    await slack.settled()
    (event,) = bot.events("pin_added")
    assert event["item"]["message"]["ts"] == ts
    assert event["item_user"] == slack.person("ana").id
    assert event["pin_count"] == 1
    assert bot.events("message/pinned_item")

    again = client.pins_add(channel=channel, timestamp=ts)
    assert (await refusal(again))["error"] == "already_pinned"
    await slack.person("bela").unpins(channel, ts)
    await slack.settled()
    assert bot.events("pin_removed")[0]["has_pins"] is False
    assert (await refusal(client.pins_remove(channel=channel, timestamp=ts)))["error"] == "no_pin"
    line = slack.person("ana").sees(channel)[-1]["ts"]
    assert (await refusal(client.pins_add(channel=channel, timestamp=line)))["error"] == (
        "not_pinnable"
    )


async def test_a_channel_holds_a_hundred_pins(
    slack: Playground, client: AsyncWebClient, channel: str
) -> None:
    ana = slack.person("ana")
    for number in range(100):
        await ana.pins(channel, await ana.writes(f"{number}", channel))
    one_more = await ana.writes("one more", channel)
    answer = await refusal(client.pins_add(channel=channel, timestamp=one_more))
    assert answer["error"] == "too_many_pins"


async def test_reactions_are_added_once_each(
    slack: Playground, client: AsyncWebClient, channel: str, bot: Bot
) -> None:
    ana = slack.person("ana")
    ts = await ana.writes("idea", channel)
    await ana.reacts(channel, ts, "bulb")
    await client.reactions_add(channel=channel, timestamp=ts, name="bulb")
    item = await client.reactions_get(channel=channel, timestamp=ts)
    assert item["message"]["reactions"] == [
        {"name": "bulb", "users": [ana.id, slack.workspace.bot.id], "count": 2}
    ]
    for name, timestamp, error in (
        ("bulb", ts, "already_reacted"),
        (":bulb:", ts, "invalid_name"),
        ("Bulb", ts, "invalid_name"),
        ("bulb", "1.000001", "message_not_found"),
        ("bulb", "0", "bad_timestamp"),
    ):
        call = client.reactions_add(channel=channel, timestamp=timestamp, name=name)
        assert (await refusal(call))["error"] == error
    await ana.unreacts(channel, ts, "bulb")
    with pytest.raises(Refusal, match="no_reaction"):
        await ana.unreacts(channel, ts, "bulb")
    await slack.settled()
    added = bot.events("reaction_added")
    assert [one["user"] for one in added] == [ana.id, slack.workspace.bot.id]
    assert added[0]["item"] == {"type": "message", "channel": channel, "ts": ts}
    assert added[0]["item_user"] == ana.id
    assert bot.events("reaction_removed")[0]["reaction"] == "bulb"


async def test_bookmarks_are_links(client: AsyncWebClient, channel: str) -> None:
    made = await client.bookmarks_add(
        channel_id=channel, title="Timeline", type="link", link="https://example.com", emoji=":x:"
    )
    mark = made["bookmark"]["id"]
    edited = await client.bookmarks_edit(channel_id=channel, bookmark_id=mark, title="Story")
    assert edited["bookmark"]["title"] == "Story"
    listed = await client.bookmarks_list(channel_id=channel)
    assert [one["title"] for one in listed["bookmarks"]] == ["Story"]
    await client.bookmarks_remove(channel_id=channel, bookmark_id=mark)
    for change, error in (
        ({"link": "ftp://example.com"}, "invalid_link"),
        ({"link": "https://example.com/" + "x" * 2048}, "invalid_link"),
        ({"title": "x" * 257}, "invalid_arguments"),
        ({"emoji": "x"}, "invalid_emoji"),
        ({"type": "page"}, "invalid_bookmark_type"),
    ):
        good = {"channel_id": channel, "title": "t", "type": "link", "link": "https://example.com"}
        call = client.api_call("bookmarks.add", json={**good, **change})
        assert (await refusal(call))["error"] == error
    gone = client.bookmarks_remove(channel_id=channel, bookmark_id=mark)
    assert (await refusal(gone))["error"] == "not_found"
