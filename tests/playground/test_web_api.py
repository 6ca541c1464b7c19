"""How the local Web API takes arguments, tokens and scopes, and what it answers about people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from conftest import Clock, refusal
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground
from incibot.playground.methods import METHODS
from incibot.playground.northwind import SCOPES


async def call(
    slack: Playground, method: str, *, verb: str = "POST", token: str | None = "", **how: Any
) -> tuple[dict[str, Any], aiohttp.ClientResponse]:
    headers = how.pop("headers", {})
    if token is not None:
        headers["Authorization"] = f"Bearer {token or slack.bot_token}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, f"{slack.api_url}{method}", headers=headers, **how) as response,
    ):
        return await response.json(), response


@pytest.mark.parametrize(
    ("verb", "how"),
    [
        ("GET", {"params": {"user": "ANA"}}),
        ("POST", {"params": {"user": "ANA"}}),
        ("POST", {"data": {"user": "ANA"}}),
        ("POST", {"data": aiohttp.FormData({"user": "ANA"}, default_to_multipart=True)}),
    ],
    ids=["query", "query of a post", "form", "multipart"],
)
async def test_arguments_come_by_query_or_form_with_either_verb(
    slack: Playground, verb: str, how: dict[str, Any]
) -> None:
    ana = slack.person("ana").id
    for key in ("params", "data"):
        if isinstance(how.get(key), dict):
            how = {key: {"user": ana}}
        elif key in how:
            how = {key: aiohttp.FormData({"user": ana}, default_to_multipart=True)}
    answer, _ = await call(slack, "users.info", verb=verb, **how)
    assert answer["user"]["name"] == "ana"


async def test_a_json_body_is_for_methods_that_take_one(slack: Playground) -> None:
    channel = slack.channel("incidents").id
    answer, _ = await call(slack, "chat.postMessage", json={"channel": channel, "text": "hi"})
    assert answer["ok"]
    assert answer["warning"] == "missing_charset"
    answer, _ = await call(slack, "users.info", json={"user": slack.person("ana").id})
    assert answer["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, "invalid_json"),
        ({"data": b"[1]", "headers": {"Content-Type": "application/json"}}, "json_not_object"),
        ({"data": b"x", "headers": {"Content-Type": "text/plain"}}, "invalid_post_type"),
        ({"data": {"channel[]": "C1"}}, "invalid_array_arg"),
        ({"skip_auto_headers": ["Content-Type"], "data": b"x=1"}, "missing_post_type"),
    ],
)
async def test_a_body_that_slack_cannot_read_is_refused(
    slack: Playground, how: dict[str, Any], error: str
) -> None:
    answer, response = await call(slack, "chat.postMessage", **how)
    assert response.status == 200
    assert answer["error"] == error


async def test_missing_arguments_are_named(slack: Playground) -> None:
    answer, _ = await call(slack, "conversations.invite", data={"channel": "C0000000001"})
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: users"]
    answer, _ = await call(slack, "conversations.info", params={"channel": ""})
    assert answer["error"] == "channel_not_found"
    answer, _ = await call(slack, "conversations.list", params={"limit": "many"})
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be an integer [json-pointer:/limit]"
    ]


async def test_an_unknown_method_is_answered_200(slack: Playground) -> None:
    answer, response = await call(slack, "incidents.declare")
    assert response.status == 200
    assert answer == {"ok": False, "error": "unknown_method", "req_method": "incidents.declare"}


async def test_tokens_are_told_apart(slack: Playground) -> None:
    for method, token, error in (
        ("auth.test", None, "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", slack.app_token, "not_allowed_token_type"),
        ("apps.connections.open", slack.bot_token, "not_allowed_token_type"),
    ):
        answer, _ = await call(slack, method, token=token)
        assert answer["error"] == error
    answer, _ = await call(slack, "auth.test", token=None, data={"token": slack.bot_token})
    assert answer["ok"]
    answer, _ = await call(slack, "auth.test", token=None, json={"token": slack.bot_token})
    assert answer["error"] == "not_authed"
    assert all("token" not in one.args for one in slack.calls() if one.args.get("token"))


async def test_who_the_token_is(slack: Playground, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert answer["url"] == "https://northwind.slack.example/"
    assert answer["user_id"] == slack.workspace.bot.id
    assert answer["bot_id"] == slack.workspace.bot_id
    assert answer.headers["x-oauth-scopes"].split(",") == sorted(SCOPES)
    info = await client.bots_info(bot=answer["bot_id"])
    assert info["bot"]["user_id"] == answer["user_id"]
    assert (await client.team_info())["team"]["domain"] == "northwind"


async def test_a_lost_scope_is_named(slack: Playground, client: AsyncWebClient) -> None:
    slack.faults.without_scopes |= {"pins:write", "groups:write", "im:write", "channels:history"}
    channel = slack.channel("incidents").id
    for answer, needed in (
        (await refusal(client.pins_add(channel=channel, timestamp="1.000001")), "pins:write"),
        (await refusal(client.conversations_create(name="x", is_private=True)), "groups:write"),
        (await refusal(client.conversations_open(users=slack.person("ana").id)), "im:write"),
        (await refusal(client.conversations_history(channel=channel)), "channels:history"),
    ):
        assert answer["error"] == "missing_scope"
        assert answer["needed"] == needed
        assert needed not in answer["provided"].split(",")
    assert (await client.conversations_create(name="x"))["ok"]


async def test_every_scope_of_the_methods_is_granted_by_default() -> None:
    needed = {scope for method in METHODS.values() for scope in method.scopes}
    assert needed <= set(SCOPES)


async def test_every_call_is_written_down(slack: Playground, client: AsyncWebClient) -> None:
    channel = slack.channel("incidents").id
    await client.chat_postMessage(channel=channel, text="hi")
    await refusal(client.chat_postMessage(channel="C0NOSUCHONE", text="hi"))
    first, second = slack.calls("chat.postMessage")
    assert first.args["text"] == "hi"
    assert first.answer is not None
    assert first.answer["channel"] == channel
    assert second.answer == {"ok": False, "error": "channel_not_found"}


async def test_people_have_a_zone_of_their_own(
    slack: Playground, client: AsyncWebClient, clock: Clock
) -> None:
    zones = {
        "ana": ("Europe/Lisbon", 0),
        "bela": ("Europe/Budapest", 3600),
        "chidi": ("Africa/Lagos", 3600),
        "dana": ("America/New_York", -5 * 3600),
        "emre": ("Europe/Istanbul", 3 * 3600),
        "fumiko": ("Asia/Tokyo", 9 * 3600),
    }
    for name, (zone, offset) in zones.items():
        user = (await client.users_info(user=slack.person(name).id))["user"]
        assert (user["tz"], user["tz_offset"]) == (zone, offset)
        assert user["profile"]["email"] == f"{name}@northwind.example"
    clock.now = datetime(2026, 7, 1, tzinfo=UTC)
    user = (await client.users_info(user=slack.person("ana").id))["user"]
    assert user["tz_offset"] == 3600


async def test_people_are_found_by_id_and_address(
    slack: Playground, client: AsyncWebClient
) -> None:
    found = await client.users_lookupByEmail(email="Dana@northwind.example")
    assert found["user"]["real_name"] == "Dana Whitfield"
    slack.person("dana").user.deleted = True
    gone = client.users_lookupByEmail(email="dana@northwind.example")
    assert (await refusal(gone))["error"] == "users_not_found"
    user = (await client.users_info(user=slack.person("dana").id))["user"]
    assert user["deleted"] is True
    assert "tz" not in user
    assert (await refusal(client.users_info(user="ana")))["error"] == "user_not_found"

    slack.faults.without_scopes.add("users:read.email")
    user = (await client.users_info(user=slack.person("ana").id))["user"]
    assert "email" not in user["profile"]
    profile = await client.users_profile_get(user=slack.person("ana").id)
    assert profile["profile"]["display_name"] == "Ana"


async def test_a_user_group_tells_its_members(slack: Playground, client: AsyncWebClient) -> None:
    plain = (await client.usergroups_list())["usergroups"]
    assert "users" not in plain[0]
    (group,) = (await client.usergroups_list(include_users=True))["usergroups"]
    assert group["handle"] == "oncall-checkout"
    members = [slack.person("bela").id, slack.person("chidi").id]
    assert group["users"] == members
    assert (await client.usergroups_users_list(usergroup=group["id"]))["users"] == members
    unknown = client.usergroups_users_list(usergroup="S0NO")
    assert (await refusal(unknown))["error"] == "no_such_subteam"


async def test_blocks_are_validated_without_being_posted(slack: Playground) -> None:
    good = '[{"type":"divider"}]'
    answer, _ = await call(slack, "blocks.validate", data={"blocks": good})
    assert answer == {"ok": True}
    answer, _ = await call(slack, "blocks.validate", data={"blocks": '[{"type":"nonsense"}]'})
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"][0]["pointer"].startswith("/blocks/0")
    answer, _ = await call(slack, "blocks.validate", data={"view": '{"type":"modal"}'})
    assert answer["error"] == "invalid_view"
    answer, _ = await call(slack, "blocks.validate", data={"blocks": good, "view": "{}"})
    assert answer["error"] == "invalid_arguments"
    answer, _ = await call(slack, "blocks.validate", verb="GET", params={"blocks": good})
    assert answer["error"] == "unsupported_http_method"


async def test_the_playground_is_for_this_machine_alone(slack: Playground) -> None:
    with pytest.raises(ValueError, match="loopback"):
        await Playground().start(host="0.0.0.0")  # noqa: S104 - this is what is refused
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{slack.url}playground/api/workspace", headers=headers) as response,
        ):
            assert response.status == 403


async def test_two_workspaces_can_share_no_ids() -> None:
    one, other = Playground(), Playground(first_id=5000)
    assert not one.workspace.users.keys() & other.workspace.users.keys()
    assert one.workspace.users.keys() == Playground().workspace.users.keys()
