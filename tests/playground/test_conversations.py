"""Channels of the local Slack: names, people in and out, topic, archiving, lists in pages."""

from __future__ import annotations

import pytest
from conftest import Bot, Clock, refusal
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground, Refusal


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("Upper", "invalid_name_specials"),
        ("two words", "invalid_name_specials"),
        ("dotted.name", "invalid_name_specials"),
        ("general", "name_taken"),
        ("ana", "name_taken"),
        ("oncall-checkout", "name_taken"),
    ],
)
async def test_a_channel_name_is_refused_and_not_repaired(
    client: AsyncWebClient, name: str, error: str
) -> None:
    assert (await refusal(client.conversations_create(name=name)))["error"] == error


async def test_a_name_of_eighty_characters_is_good(client: AsyncWebClient) -> None:
    answer = await client.conversations_create(name="x" * 80)
    assert answer["channel"]["name"] == "x" * 80
    assert answer["channel"]["is_member"]
    assert answer["channel"]["creator"] == (await client.auth_test())["user_id"]


async def test_an_archived_and_a_hidden_channel_keep_their_names(
    slack: Playground, client: AsyncWebClient
) -> None:
    made = await client.conversations_create(name="inc-1")
    await client.conversations_archive(channel=made["channel"]["id"])
    await slack.person("ana").creates("hidden", private=True)

    for name in ("inc-1", "hidden"):
        assert (await refusal(client.conversations_create(name=name)))["error"] == "name_taken"


async def test_one_bad_guest_spoils_the_invitation_unless_forced(
    slack: Playground, client: AsyncWebClient
) -> None:
    ana = slack.person("ana").id
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]

    answer = await refusal(client.conversations_invite(channel=channel, users=[ana, "U0NOBODY"]))
    assert answer["error"] == "user_not_found"
    assert answer["errors"] == [{"user": "U0NOBODY", "ok": False, "error": "user_not_found"}]
    assert ana not in slack.channel("inc-1").members

    forced = await client.conversations_invite(channel=channel, users=[ana, "U0NO"], force=True)
    assert [one["user"] for one in forced["errors"]] == ["U0NO"]
    assert ana in slack.channel("inc-1").members

    again = await refusal(client.conversations_invite(channel=channel, users=ana))
    assert again["error"] == "already_in_channel"
    itself = slack.workspace.bot.id
    answer = await refusal(client.conversations_invite(channel=channel, users=itself))
    assert answer["error"] == "cant_invite_self"


async def test_a_deactivated_person_cannot_be_invited(
    slack: Playground, client: AsyncWebClient
) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    slack.person("ana").user.deleted = True
    answer = await refusal(
        client.conversations_invite(channel=channel, users=slack.person("ana").id)
    )
    assert answer["error"] == "cant_invite"


async def test_the_bot_must_be_in_a_channel_to_invite_or_set_its_topic(
    slack: Playground, client: AsyncWebClient
) -> None:
    general = slack.channel("general").id
    ana = slack.person("ana").id
    for call in (
        client.conversations_invite(channel=general, users=ana),
        client.conversations_setTopic(channel=general, topic="x"),
        client.conversations_setPurpose(channel=general, purpose="x"),
        client.conversations_history(channel=general),
        client.conversations_rename(channel=general, name="x"),
    ):
        assert (await refusal(call))["error"] == "not_in_channel"


async def test_a_topic_of_251_characters_is_too_long(
    slack: Playground, client: AsyncWebClient
) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    answer = await client.conversations_setTopic(channel=channel, topic="x" * 250)
    assert answer["channel"]["topic"]["value"] == "x" * 250
    for call in (
        client.conversations_setTopic(channel=channel, topic="x" * 251),
        client.conversations_setPurpose(channel=channel, purpose="x" * 251),
    ):
        assert (await refusal(call))["error"] == "too_long"


async def test_the_bot_is_out_of_a_channel_that_it_archived_and_cannot_reopen_it(
    slack: Playground, client: AsyncWebClient
) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=slack.person("ana").id)
    await client.conversations_archive(channel=channel)

    again = await refusal(client.conversations_archive(channel=channel))
    assert again["error"] == "already_archived"
    post = await refusal(client.chat_postMessage(channel=channel, text="late"))
    assert post["error"] == "is_archived"
    answer = await refusal(client.conversations_unarchive(channel=channel))
    assert answer["error"] == "not_in_channel"

    await slack.person("ana").unarchives("inc-1")
    assert not slack.channel("inc-1").is_archived
    assert (await refusal(client.conversations_history(channel=channel)))["error"] == (
        "not_in_channel"
    )


async def test_general_is_never_archived_left_or_emptied(
    slack: Playground, client: AsyncWebClient
) -> None:
    general = slack.channel("general").id
    await client.conversations_join(channel=general)
    ana = slack.person("ana").id
    for call, error in (
        (client.conversations_archive(channel=general), "cant_archive_general"),
        (client.conversations_leave(channel=general), "cant_leave_general"),
        (client.conversations_kick(channel=general, user=ana), "cant_kick_from_general"),
    ):
        assert (await refusal(call))["error"] == error


async def test_joining_twice_is_a_warning(slack: Playground, client: AsyncWebClient) -> None:
    general = slack.channel("general").id
    assert "warning" not in (await client.conversations_join(channel=general)).data
    again = await client.conversations_join(channel=general)
    assert again["warning"] == "already_in_channel"
    assert again["response_metadata"]["warnings"] == ["already_in_channel"]


async def test_a_private_channel_does_not_exist_for_who_is_not_in_it(
    slack: Playground, client: AsyncWebClient
) -> None:
    hidden = await slack.person("ana").creates("hidden", private=True)
    for call in (
        client.conversations_info(channel=hidden),
        client.conversations_join(channel=hidden),
        client.conversations_history(channel=hidden),
        client.chat_postMessage(channel=hidden, text="x"),
        client.conversations_members(channel=hidden),
    ):
        assert (await refusal(call))["error"] == "channel_not_found"
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert "hidden" not in [one["name"] for one in listed["channels"]]
    with pytest.raises(Refusal, match="channel_not_found"):
        slack.person("bela").sees("hidden")

    await slack.person("ana").invites("incibot", "hidden")
    assert (await client.conversations_info(channel=hidden))["channel"]["is_private"]


async def test_only_its_creator_or_an_administrator_renames_a_channel(
    slack: Playground, client: AsyncWebClient
) -> None:
    incidents = slack.channel("incidents").id
    answer = await refusal(client.conversations_rename(channel=incidents, name="fires"))
    assert answer["error"] == "not_authorized"

    made = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    renamed = await client.conversations_rename(channel=made, name="inc-1-checkout")
    assert renamed["channel"]["previous_names"] == ["inc-1"]
    answer = await refusal(client.conversations_rename(channel=made, name="general"))
    assert answer["error"] == "name_taken"


async def test_a_direct_message_is_opened_once(slack: Playground, client: AsyncWebClient) -> None:
    ana, bela = slack.person("ana").id, slack.person("bela").id
    first = await client.conversations_open(users=ana)
    again = await client.conversations_open(users=[ana])
    assert first["channel"]["id"].startswith("D")
    assert again["channel"] == first["channel"]
    assert again["already_open"]

    group = await client.conversations_open(users=[ana, bela], return_im=True)
    assert group["channel"]["is_mpim"]
    for users, error in (
        ([], "users_list_not_supplied"),
        (["U0NOBODY"], "user_not_found"),
        ([ana] * 9, "too_many_users"),
    ):
        answer = await refusal(
            client.api_call("conversations.open", json={"users": ",".join(users)})
        )
        assert answer["error"] == error


async def test_a_list_is_filtered_after_paging_so_that_pages_are_short(
    slack: Playground, client: AsyncWebClient
) -> None:
    for number in range(4):
        made = await client.conversations_create(name=f"inc-{number}")
        if number < 3:
            await client.conversations_archive(channel=made["channel"]["id"])
    sizes, names, cursors, cursor = [], [], [], ""
    while True:
        page = await client.conversations_list(limit=2, exclude_archived=True, cursor=cursor)
        sizes.append(len(page["channels"]))
        names += [one["name"] for one in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
        cursors.append(cursor)
    assert names == ["general", "incidents", "checkout", "platform", "inc-3"]
    assert min(sizes) == 0
    assert all(cursor.endswith("=") for cursor in cursors)


async def test_cursors_are_never_the_same_and_never_made_up(
    slack: Playground, client: AsyncWebClient
) -> None:
    first = await client.conversations_list(limit=1)
    again = await client.conversations_list(limit=1)
    cursor = first["response_metadata"]["next_cursor"]
    assert cursor != again["response_metadata"]["next_cursor"]
    assert (await client.users_list(limit=2))["response_metadata"]["next_cursor"]
    for call in (
        client.conversations_list(cursor="nonsense"),
        client.users_list(cursor=cursor),
    ):
        assert (await refusal(call))["error"] == "invalid_cursor"
    assert (await refusal(client.conversations_list(limit=1000)))["error"] == "invalid_limit"
    assert (await refusal(client.conversations_list(types="rooms")))["error"] == "invalid_types"


async def test_short_pages_can_be_switched_on_and_lose_nothing(
    slack: Playground, client: AsyncWebClient
) -> None:
    slack.faults.short_pages = True
    sizes, found, cursor = [], [], ""
    while True:
        page = await client.users_list(limit=4, cursor=cursor)
        sizes.append(len(page["members"]))
        found += [one["name"] for one in page["members"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert sorted(found) == sorted(
        ["slackbot", "incibot", "ana", "bela", "chidi", "dana", "emre", "fumiko"]
    )
    assert 0 in sizes


async def test_a_join_is_told_twice(slack: Playground, client: AsyncWebClient, bot: Bot) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=slack.person("ana").id)
    await slack.settled()

    created = bot.events("channel_created")[0]["channel"]
    assert created["name"] == "inc-1"
    joined = bot.events("member_joined_channel")
    assert [one["user"] for one in joined] == [slack.workspace.bot.id, slack.person("ana").id]
    assert joined[1]["inviter"] == slack.workspace.bot.id
    assert joined[1]["channel_type"] == "C"
    said = bot.events("message/channel_join")
    assert [one["user"] for one in said] == [one["user"] for one in joined]
    assert said[1]["text"].endswith("has joined the channel")


async def test_what_happens_to_a_channel_comes_back_as_events(
    slack: Playground, client: AsyncWebClient, bot: Bot, clock: Clock
) -> None:
    channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_setTopic(channel=channel, topic="sev2")
    await client.conversations_setPurpose(channel=channel, purpose="why")
    await client.conversations_rename(channel=channel, name="inc-2")
    await client.conversations_archive(channel=channel)
    await slack.settled()

    assert bot.events("message/channel_topic")[0]["topic"] == "sev2"
    assert bot.events("message/channel_purpose")[0]["purpose"] == "why"
    assert bot.events("message/channel_name")[0]["old_name"] == "inc-1"
    assert bot.events("channel_rename")[0]["channel"]["name"] == "inc-2"
    assert bot.events("message/channel_archive")
    archived = bot.events("channel_archive")[0]
    assert archived["channel"] == channel
    assert archived["user"] == slack.workspace.bot.id


async def test_the_bot_hears_only_conversations_that_it_is_in(slack: Playground, bot: Bot) -> None:
    ana = slack.person("ana")
    await ana.writes("nobody hears", "general")
    await ana.writes("the bot hears", "incidents")
    await ana.writes("@incibot hello?", "general")
    await slack.settled()
    assert [one["text"] for one in bot.events("message")] == ["the bot hears"]
    assert not bot.events("app_mention")

    await ana.creates("fresh")
    await slack.settled()
    assert [one["channel"]["name"] for one in bot.events("channel_created")] == ["fresh"]


async def test_who_is_put_out_has_left(slack: Playground, client: AsyncWebClient, bot: Bot) -> None:
    incidents = slack.channel("incidents").id
    bela = slack.person("bela").id
    await client.conversations_kick(channel=incidents, user=bela)
    await slack.person("ana").kicks("incibot", "incidents")
    await slack.settled()
    assert [one["user"] for one in bot.events("member_left_channel")] == [
        bela,
        slack.workspace.bot.id,
    ]
    assert bot.events("channel_left")[0]["channel"] == incidents
    itself = client.conversations_kick(channel=incidents, user=slack.workspace.bot.id)
    assert (await refusal(itself))["error"] == "cant_kick_self"
    assert (await client.conversations_leave(channel=incidents))["not_in_channel"]
