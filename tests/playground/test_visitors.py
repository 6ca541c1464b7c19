"""Guests, and people of another company in a shared channel (Slack Connect)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground, Refusal, northwind
from tests.playground.conftest import Bot

Refused = Callable[[Awaitable[Any]], Awaitable[str]]


@pytest.fixture
async def slack() -> AsyncIterator[Playground]:
    made = Playground(
        people=(*northwind.PEOPLE, *northwind.VISITORS),
        rooms=(*northwind.ROOMS, *northwind.MEETING_PLACES),
        ack_seconds=2.0,
    )
    await made.start()
    yield made
    await made.stop()


async def about(slack: Playground, client: AsyncWebClient, name: str) -> dict[str, Any]:
    user: dict[str, Any] = (await client.users_info(user=slack.person(name).id))["user"]
    return user


async def test_who_somebody_is_shows_in_users_info(
    slack: Playground, client: AsyncWebClient
) -> None:
    here = slack.workspace.team_id
    ana, gita, hugo, ines = [
        await about(slack, client, name) for name in ("ana", "gita", "hugo", "ines")
    ]
    assert [one["team_id"] == here for one in (ana, gita, hugo, ines)] == [True, True, True, False]
    assert [one["is_restricted"] for one in (ana, gita, hugo)] == [False, True, True]
    assert [one["is_ultra_restricted"] for one in (ana, gita, hugo)] == [False, False, True]
    assert "is_stranger" not in ana
    assert ines["is_stranger"] is False  # the bot is in the channel that they share
    await client.conversations_leave(channel=slack.channel("parcels").id)
    assert (await about(slack, client, "ines"))["is_stranger"] is True

    listed = {one["name"] for one in (await client.users_list())["members"]}
    assert {"ana", "gita", "hugo"} <= listed
    assert "ines" not in listed


async def test_visitors_see_the_channels_that_they_are_in(slack: Playground) -> None:
    def seen(name: str) -> set[str]:
        return {one["name"] for one in slack.person(name).channels() if not one["is_im"]}

    assert seen("gita") == {"auditors"}
    assert seen("hugo") == {"relaunch"}
    assert seen("ines") == {"parcels"}
    for name in ("gita", "hugo", "ines"):
        with pytest.raises(Refusal, match="channel_not_found"):
            await slack.person(name).joins("general")
    with pytest.raises(Refusal, match="user_is_restricted"):
        await slack.person("gita").creates("a-room-of-her-own")


async def test_whom_the_bot_may_invite(
    slack: Playground, client: AsyncWebClient, refused: Refused
) -> None:
    room = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    for name, error in (("hugo", "ura_max_channels"), ("ines", "org_user_not_in_team")):
        call = client.conversations_invite(channel=room, users=slack.person(name).id)
        assert await refused(call) == error
    await client.conversations_invite(channel=room, users=slack.person("gita").id)
    assert slack.person("gita").id in slack.channel("inc-1").members


async def test_a_shared_channel_tells_with_whom(slack: Playground, client: AsyncWebClient) -> None:
    here, there = slack.workspace.team_id, slack.person("ines").user.team_id
    shared = (await client.conversations_info(channel=slack.channel("parcels").id))["channel"]
    assert shared["is_ext_shared"] is True
    assert shared["connected_team_ids"] == shared["shared_team_ids"] == [here, there]
    own = (await client.conversations_info(channel=slack.channel("general").id))["channel"]
    assert own["is_ext_shared"] is False
    assert "connected_team_ids" not in own


async def test_what_is_said_there_is_of_whoever_says_it(slack: Playground, bot: Bot) -> None:
    here, ines = slack.workspace.team_id, slack.person("ines")
    await ines.writes("The van is late.", "parcels")
    await slack.person("ana").writes("Thanks.", "parcels")
    await slack.settled()
    theirs, ours = [sent.payload for sent in slack.delivery.sent]
    assert theirs["event"]["user_team"] == theirs["event"]["team"] == ines.user.team_id
    assert theirs["team_id"] == ines.user.team_id
    assert ours["team_id"] == ours["event"]["team"] == here
    for body in (theirs, ours):
        assert body["authorizations"][0]["team_id"] == body["context_team_id"] == here
        assert body["is_ext_shared_channel"] is True


async def test_what_they_click_is_of_their_workspace(
    slack: Playground, client: AsyncWebClient, bot: Bot
) -> None:
    button = {
        "type": "button",
        "action_id": "press",
        "text": {"type": "plain_text", "text": "Press"},
    }
    blocks = [{"type": "actions", "elements": [button]}]
    await client.chat_postMessage(channel=slack.channel("parcels").id, text="Here", blocks=blocks)
    await slack.person("ines").clicks("press", channel="parcels")
    payload = slack.delivery.sent[-1].payload
    assert payload["user"]["team_id"] == slack.person("ines").user.team_id
    assert payload["team"]["id"] == slack.workspace.team_id
