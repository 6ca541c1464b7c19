"""What a person types, clicks and sees: commands, shortcuts, buttons, files, response URLs."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Bot, Clock, Received, refusal
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from incibot.playground import Playground, Refusal
from incibot.playground.markup import escape, rich_text, unescape


def buttons(*values: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "actions",
            "block_id": "row",
            "elements": [
                {
                    "type": "button",
                    "action_id": "go" if number == 0 else f"go-{number}",
                    "text": {"type": "plain_text", "text": value},
                    "value": value,
                }
                for number, value in enumerate(values)
            ],
        }
    ]


async def test_a_command_arrives_with_everything_slack_sends(slack: Playground, bot: Bot) -> None:
    ana, space = slack.person("ana"), slack.workspace
    await ana.types("/incident commander @bela in #general <now> @oncall-checkout", "incidents")
    form = bot.received[-1].payload
    bela, general = slack.person("bela").id, slack.channel("general").id
    (group,) = space.groups
    assert form["text"] == (
        f"commander <@{bela}|bela> in <#{general}|general> &lt;now&gt; "
        f"<!subteam^{group}|@oncall-checkout>"
    )
    assert set(form) == {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name",
        "command", "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
    }  # fmt: skip
    assert form["command"] == "/incident"
    assert form["channel_name"] == "incidents"
    assert form["is_enterprise_install"] == "false"
    await ana.types("/incident", "@incibot")
    assert bot.received[-1].payload["channel_name"] == "directmessage"
    assert bot.received[-1].payload["text"] == ""


async def test_a_workspace_may_send_commands_unescaped(clock: Clock, bot: Bot) -> None:
    slack = Playground(clock=clock, request_url=bot.url, escapes_commands=False)
    await slack.start()
    await slack.person("ana").types("/incident commander @bela")
    assert bot.received[-1].payload["text"] == "commander @bela"
    await slack.stop()


async def test_the_answer_to_a_command_is_seen_by_one_or_by_all(
    slack: Playground, bot: Bot
) -> None:
    ana = slack.person("ana")
    bot.answers({"text": "only you"})
    answer = await ana.types("/incident", "general")
    assert (answer.text, answer.response_type, answer.trouble) == ("only you", "ephemeral", None)
    assert [one["text"] for one in ana.ephemerals("general")] == ["only you"]
    assert ana.sees("general") == []

    bot.answers({"text": "all", "response_type": "in_channel"})
    await ana.types("/incident", "general")
    assert [one["text"] for one in slack.person("bela").sees("general")] == ["all"]

    bot.answers({"blocks": [{"type": "nonsense"}], "text": "x"})
    assert (await ana.types("/incident", "general")).trouble is not None
    bot.answers({})
    assert (await ana.types("/incident", "general")).text == ""


async def test_a_person_types_only_where_they_are(slack: Playground, bot: Bot) -> None:
    ana = slack.person("ana")
    with pytest.raises(Refusal, match="not_in_channel"):
        await ana.types("/incident", "platform")
    with pytest.raises(Refusal, match="not_in_channel"):
        await ana.writes("hi", "platform")
    with pytest.raises(ValueError, match="slash"):
        await ana.types("incident")
    await ana.joins("platform")
    await ana.writes("hi", "platform")
    await ana.leaves("platform")
    assert ana.id not in slack.channel("platform").members


async def test_a_button_sends_its_message_and_its_value(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    channel = slack.channel("incidents").id
    for value in ("old", "new"):
        await client.chat_postMessage(channel=channel, text="card", blocks=buttons(value, "x"))
    ana = slack.person("ana")
    assert (await ana.clicks("go", channel="incidents")).trouble is None
    payload = bot.received[-1].payload
    (action,) = payload["actions"]
    assert (action["value"], action["block_id"], action["type"]) == ("new", "row", "button")
    assert payload["container"]["channel_id"] == channel
    assert payload["message"]["ts"] == payload["container"]["message_ts"]
    assert payload["container"]["is_ephemeral"] is False

    await ana.clicks("go", channel="incidents", value="old")
    assert bot.received[-1].payload["actions"][0]["value"] == "old"
    with pytest.raises(LookupError, match="it has go, go-1"):
        await ana.clicks("gone", channel="incidents")


async def test_an_ephemeral_message_is_clicked_without_being_sent_along(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    ana = slack.person("ana")
    channel = slack.channel("incidents").id
    await client.chat_postEphemeral(
        channel=channel, user=ana.id, text="undo?", blocks=buttons("undo")
    )
    await ana.clicks("go", channel="incidents")
    payload = bot.received[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    with pytest.raises(LookupError):
        await slack.person("bela").clicks("go", channel="incidents")


async def test_a_shortcut_on_a_message_carries_it_even_from_elsewhere(
    slack: Playground, bot: Bot
) -> None:
    ana = slack.person("ana")
    ts = await ana.writes("checkout is slow", "checkout")
    await ana.message_shortcut("declare_from", "checkout", ts)
    payload = bot.received[-1].payload
    assert payload["type"] == "message_action"
    assert payload["message"]["text"] == "checkout is slow"
    assert payload["message_ts"] == ts
    assert payload["channel"]["name"] == "checkout"
    await ana.shortcut("declare")
    payload = bot.received[-1].payload
    assert payload["type"] == "shortcut"
    assert "channel" not in payload
    assert "response_url" not in payload


async def url_of(slack: Playground, bot: Bot) -> AsyncWebhookClient:
    await slack.person("ana").types("/incident", "general")
    return AsyncWebhookClient(bot.received[-1].payload["response_url"])


async def test_a_response_url_is_good_for_five_uses(slack: Playground, bot: Bot) -> None:
    hook = await url_of(slack, bot)
    for number in range(5):
        answer = await hook.send(text=f"{number}")
        assert (answer.status_code, answer.body) == (200, "ok")
    answer = await hook.send(text="6")
    assert (answer.status_code, answer.body) == (404, "used_url")
    said = [one["text"] for one in slack.person("ana").ephemerals("general")]
    assert said == ["0", "1", "2", "3", "4"]


async def test_a_response_url_is_good_for_thirty_minutes(
    slack: Playground, bot: Bot, clock: Clock
) -> None:
    hook = await url_of(slack, bot)
    clock.passes(minutes=30)
    assert (await hook.send(text="just in time")).status_code == 200
    clock.passes(seconds=1)
    answer = await hook.send(text="late")
    assert (answer.status_code, answer.body) == (404, "expired_url")


async def test_a_response_url_speaks_where_the_bot_is_not(slack: Playground, bot: Bot) -> None:
    hook = await url_of(slack, bot)
    assert slack.workspace.bot.id not in slack.channel("general").members
    await hook.send(text="for all", response_type="in_channel")
    assert [one["text"] for one in slack.person("bela").sees("general")] == ["for all"]
    refused = await hook.send(blocks=[{"type": "nonsense"}])
    assert (refused.status_code, refused.body) == (400, "invalid_blocks")
    assert (await hook.send_dict({"response_type": "ephemeral"})).body == "no_text"


async def test_a_response_url_replaces_and_deletes_what_was_clicked(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    ana, channel = slack.person("ana"), slack.channel("incidents").id
    await client.chat_postMessage(channel=channel, text="card", blocks=buttons("a"))
    await ana.clicks("go", channel="incidents")
    hook = AsyncWebhookClient(bot.received[-1].payload["response_url"])
    await hook.send(text="done", replace_original=True)
    assert [one["text"] for one in ana.sees("incidents")] == ["done"]
    await hook.send(delete_original=True)
    assert ana.sees("incidents") == []

    await client.chat_postEphemeral(channel=channel, user=ana.id, text="undo?", blocks=buttons("b"))
    await ana.clicks("go", channel="incidents")
    hook = AsyncWebhookClient(bot.received[-1].payload["response_url"])
    await hook.send(text="undone", replace_original=True)
    assert [one["text"] for one in ana.ephemerals("incidents")] == ["undone"]
    await hook.send(delete_original=True)
    assert ana.ephemerals("incidents") == []


async def test_files_of_the_bot_reach_those_in_the_conversation(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    ana = slack.person("ana")
    direct = (await client.conversations_open(users=ana.id))["channel"]["id"]
    up = await client.files_upload_v2(
        channel=direct, filename="timeline.csv", content="a,b\n", title="Timeline"
    )
    (message,) = ana.direct_messages()
    (file,) = message["files"]
    assert (file["name"], file["title"], file["size"]) == ("timeline.csv", "Timeline", 4)
    assert file["id"] == up["files"][0]["id"]
    # The answer comes before the share.
    assert up["files"][0]["ims"] == []
    assert ana.downloads(file["id"]) == b"a,b\n"
    assert [one["id"] for one in ana.files()] == [file["id"]]
    with pytest.raises(Refusal, match="file_not_found"):
        slack.person("bela").downloads(file["id"])
    info = await client.files_info(file=file["id"])
    assert info["file"]["ims"] == [direct]
    await slack.settled()
    (shared,) = bot.events("file_shared")
    assert shared["file_id"] == file["id"]
    assert bot.events("message/file_share")[0]["files"][0]["id"] == file["id"]


async def test_an_upload_is_announced_sent_and_finished(
    slack: Playground, client: AsyncWebClient
) -> None:
    import aiohttp

    for args in ({"filename": "a.txt", "length": 0}, {"filename": "", "length": 3}):
        call = client.api_call("files.getUploadURLExternal", params=args)
        assert (await refusal(call))["error"] == "invalid_arguments"
    told = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    files = [{"id": told["file_id"]}]
    early = client.files_completeUploadExternal(files=files)
    assert (await refusal(early))["error"] == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(told["upload_url"], data=b"four") as response:
            assert response.status == 400
        async with session.post(told["upload_url"], data=b"abc") as response:
            assert response.status == 200
    for channel, error in (
        ("general", "invalid_channel"),
        ("C0NOSUCHONE", "channel_not_found"),
        (slack.channel("general").id, "not_in_channel"),
    ):
        call = client.files_completeUploadExternal(files=files, channel_id=channel)
        assert (await refusal(call))["error"] == error
    incidents = slack.channel("incidents").id
    root = await slack.person("ana").writes("root", "incidents")
    await client.files_completeUploadExternal(
        files=files, channel_id=incidents, thread_ts=root, initial_comment="here"
    )
    thread = slack.person("ana").reads_thread("incidents", root)
    assert thread[1]["text"] == "here"
    assert thread[1]["files"][0]["is_public"]


async def test_a_persons_file_comes_with_the_message_and_the_bot_may_fetch_it(
    slack: Playground, bot: Bot
) -> None:
    import aiohttp

    await slack.person("ana").writes("graph", "incidents", files=[("graph.png", b"\x89PNG")])
    await slack.settled()
    (event,) = bot.events("message/file_share")
    (file,) = event["files"]
    assert file["mimetype"] == "image/png"
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(file["url_private"], headers=headers) as response:
            assert await response.read() == b"\x89PNG"
        async with session.get(file["url_private"]) as response:
            assert response.status == 401


async def test_names_in_a_text_end_where_a_sentence_does(slack: Playground, bot: Bot) -> None:
    ana = slack.person("ana")
    me = slack.workspace.bot.id
    for typed, stored in (
        ("ask @ana.", f"ask <@{ana.id}>."),
        ("ask @anabel", "ask @anabel"),
        ("mail ana@northwind.example", "mail <mailto:ana@northwind.example|ana@northwind.example>"),
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
        (f"<@{me}> <@U0NOBODY>", f"<@{me}> &lt;@U0NOBODY&gt;"),
        ("@here #nowhere", "<!here> #nowhere"),
        ("(https://a.example/b).", "(<https://a.example/b>)."),
    ):
        await ana.writes(typed, "incidents")
        assert ana.sees("incidents")[-1]["text"] == stored


@given(st.text())
def test_escaping_loses_nothing(text: str) -> None:
    assert unescape(escape(text)) == text
    for block in rich_text(escape(text), "b"):
        parts = block["elements"][0]["elements"]
        assert "".join(part["text"] for part in parts) == text


async def test_the_bot_is_never_told_of_a_click_that_timed_out_twice(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    from aiohttp import web

    async def fails(received: Received) -> web.Response:
        return web.Response(status=500)

    await client.chat_postMessage(
        channel=slack.channel("incidents").id, text="card", blocks=buttons("a")
    )
    await slack.settled()
    bot.received.clear()
    bot.answer = fails
    answer = await slack.person("ana").clicks("go", channel="incidents")
    assert (answer.status, answer.trouble) == (500, "dispatch_failed")
    await slack.settled(retries=True)
    assert len(bot.received) == 1
