"""Slack's OAuth v2, and several workspaces behind one address."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incibot.playground import Playground, Refusal, northwind
from tests.bench import Clock
from tests.playground.conftest import Bot

Refused = Callable[[Awaitable[Any]], Awaitable[str]]
BACK = "https://bot.example.com/slack/oauth_redirect"
APP = {"client_id": "1000.2000", "client_secret": "playground-client-secret"}


class Street:
    """Two workspaces in which the app is not yet; `one` serves both."""

    def __init__(self) -> None:
        self.clock = Clock()
        manifest = {
            "display_information": {"name": "Bot & Co"},
            "oauth_config": {"redirect_urls": ["https://bot.example.com"]},
        }
        self.one = Playground(
            clock=self.clock, bot_token=None, manifest=manifest, retry_delays=(), ack_seconds=2.0
        )
        self.two = Playground(
            clock=self.clock,
            bot_token=None,
            name="Parcels",
            domain="parcels",
            enterprise="Logistics",
            people=(northwind.Someone(name="gus", real_name="Gus Grün", tz="Europe/Berlin"),),
            rooms=(northwind.Room(name="general", members=("gus",)),),
            groups=(),
            neighbour_of=self.one,
            retry_delays=(),
        )

    def asked(self, **other: str) -> dict[str, str]:
        return {
            "client_id": APP["client_id"],
            "scope": "chat:write,users:read",
            "redirect_uri": BACK,
            "state": "s1",
            **other,
        }

    async def decides(
        self, whose: Playground, who: str, decision: str = "allow", **other: str
    ) -> dict[str, str]:
        """What the app is told when that person has decided."""
        form = {
            **self.asked(**other),
            "workspace": whose.workspace.team_id,
            "person": whose.person(who).id,
            "decision": decision,
        }
        url = f"{self.one.url}oauth/v2/authorize"
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(url, data=form, allow_redirects=False) as answer,
        ):
            assert answer.status == 302
            back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    async def installs(self, whose: Playground, who: str, **other: str) -> dict[str, Any]:
        code = (await self.decides(whose, who, **other))["code"]
        return await self.access(code=code)

    async def access(self, **other: str) -> dict[str, Any]:
        call = {"redirect_uri": BACK, **APP, **other}
        answer = await self.client().api_call("oauth.v2.access", data=call)
        assert isinstance(answer.data, dict)
        return answer.data

    def client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self.one.api_url)


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    await made.one.start()
    yield made
    await made.one.stop()


@pytest.fixture
def slack(street: Street) -> Playground:
    return street.one


async def test_the_page_says_who_may_allow_what(street: Street) -> None:
    async with aiohttp.ClientSession() as browser:

        async def page(**other: str) -> tuple[int, str]:
            url = f"{street.one.url}oauth/v2/authorize?{urlencode(street.asked(**other))}"
            async with browser.get(url) as answer:
                return answer.status, await answer.text()

        status, text = await page()
        assert status == 200
        assert "Bot &amp; Co asks" in text
        assert "chat:write, users:read" in text
        assert "Northwind" in text
        assert "Gus Grün" in text
        assert "Northwind" not in (await page(team=street.two.workspace.team_id))[1]
        for wrong, word in (
            ({"client_id": "9.9"}, "invalid_client_id"),
            ({"scope": ""}, "invalid_scope"),
            ({"redirect_uri": "https://bot.example.com.evil.example/"}, "bad_redirect_uri"),
            ({"redirect_uri": "http://bot.example.com/"}, "bad_redirect_uri"),
        ):
            status, text = await page(**wrong)
            assert (status, word in text) == (400, True)


async def test_a_code_is_good_for_one_token(street: Street, refused: Refused) -> None:
    told = await street.decides(street.one, "ana", state="a state")
    assert told["state"] == "a state"
    code = told["code"]
    for wrong, error in (
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"client_secret": "9.9"}, "bad_client_secret"),
        ({"code": "9.9"}, "invalid_code"),
        ({"redirect_uri": f"{BACK}/2"}, "bad_redirect_uri"),
    ):
        assert await refused(street.access(**{"code": code, **wrong})) == error
    answer = await street.access(code=code)
    space = street.one.workspace
    assert answer == {
        "ok": True,
        "app_id": space.app_id,
        "authed_user": {"id": street.one.person("ana").id},
        "scope": "chat:write,users:read",
        "token_type": "bot",
        "access_token": street.one.bot_token,
        "bot_user_id": space.bot.id,
        "team": {"id": space.team_id, "name": "Northwind"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    assert await refused(street.access(code=code)) == "invalid_code"
    for seen in street.one.calls("oauth.v2.access"):
        assert not {"client_secret", "code"} & set(seen.args)

    late = await street.decides(street.one, "ana")
    street.clock.at += timedelta(minutes=10, seconds=1)
    assert await refused(street.access(code=late["code"])) == "invalid_code"


async def test_the_client_may_show_itself_as_http_has_it(street: Street) -> None:
    code = (await street.decides(street.one, "ana"))["code"]
    shown = b64encode(":".join(APP.values()).encode()).decode()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Basic {shown}"}) as app,
        app.post(
            f"{street.one.api_url}oauth.v2.access", data={"code": code, "redirect_uri": BACK}
        ) as answer,
    ):
        assert (await answer.json())["access_token"] == street.one.bot_token


async def test_who_cancels_is_sent_back_and_so_is_a_guest(street: Street) -> None:
    assert await street.decides(street.one, "ana", "cancel") == {
        "error": "access_denied",
        "state": "s1",
    }
    street.one.person("ana").user.is_restricted = True
    assert (await street.decides(street.one, "ana"))["error"] == "access_denied"


async def test_tokens_tell_whose_call_it_is(street: Street, refused: Refused) -> None:
    assert await refused(street.client("xoxb-never").auth_test()) == "invalid_auth"
    one = await street.installs(street.one, "ana", scope="chat:write,users:read,files:write")
    two = await street.installs(street.two, "gus")
    mine, theirs = (street.client(told["access_token"]) for told in (one, two))
    assert (await mine.auth_test())["team"] == "Northwind"
    assert (await theirs.auth_test())["team"] == "Parcels"
    assert (await theirs.auth_test())["enterprise_id"] == two["enterprise"]["id"]
    gus = street.two.person("gus").id
    assert (await theirs.users_info(user=gus))["user"]["name"] == "gus"
    assert await refused(mine.users_info(user=gus)) == "user_not_found"
    assert await refused(theirs.files_getUploadURLExternal(filename="a", length=1)) == (
        "missing_scope"
    )
    upload = await mine.files_getUploadURLExternal(filename="a", length=1)
    assert upload["file_id"] in street.one.workspace.files


async def test_scopes_add_up_and_a_token_stays_what_it_was(street: Street) -> None:
    first = await street.installs(street.one, "ana")
    again = await street.installs(street.one, "bela", scope="pins:read")
    assert again["access_token"] == first["access_token"]
    assert again["scope"] == "chat:write,pins:read,users:read"


async def test_an_organisation_may_install_for_all(street: Street) -> None:
    code = (await street.decides(street.two, "gus", "allow for all"))["code"]
    told = await street.access(code=code)
    assert told["is_enterprise_install"] is True
    assert told["team"] is None
    assert told["enterprise"]["name"] == "Logistics"


async def test_what_is_uninstalled_is_told_so_and_no_more(
    street: Street, bot: Bot, refused: Refused
) -> None:
    told = await street.installs(street.one, "ana", scope="channels:history")
    await street.one.person("ana").invites("incibot", "general")
    await street.one.person("ana").uninstalls()
    await street.one.person("ana").writes("Is anybody here?", "general")
    await street.one.settled()
    events = [body["event"] for body in (sent.payload for sent in street.one.delivery.sent)]
    bot_user = street.one.workspace.bot.id
    assert [one["type"] for one in events[-2:]] == ["tokens_revoked", "app_uninstalled"]
    assert events[-2]["tokens"] == {"oauth": [], "bot": [bot_user]}
    assert await refused(street.client(told["access_token"]).auth_test()) == "account_inactive"
    with pytest.raises(Refusal, match="not_installed"):
        await street.one.person("ana").types("/incident")

    again = await street.installs(street.one, "ana")
    assert again["access_token"] != told["access_token"]
    assert again["bot_user_id"] == bot_user
    assert again["scope"] == "chat:write,users:read"
    assert bot_user not in street.one.channel("general").members
    assert await refused(street.client(told["access_token"]).auth_test()) == "account_inactive"


async def test_the_app_may_give_its_token_back_and_go(
    street: Street, bot: Bot, refused: Refused
) -> None:
    told = await street.installs(street.two, "gus")
    client = street.client(told["access_token"])
    assert (await client.auth_revoke(test="1"))["revoked"] is False
    assert (await client.auth_revoke())["revoked"] is True
    assert await refused(client.auth_test()) == "account_inactive"
    again = await street.installs(street.two, "gus")
    assert again["access_token"] != told["access_token"]

    client = street.client(again["access_token"])
    wrong = {**APP, "client_secret": "9.9"}
    assert await refused(client.apps_uninstall(**wrong)) == "bad_client_secret"
    await client.apps_uninstall(**APP)
    assert not street.two.workspace.installed
    await street.one.settled()
    kinds = [sent.payload["event"]["type"] for sent in street.two.delivery.sent]
    assert kinds == ["tokens_revoked", "tokens_revoked", "app_uninstalled"]


async def test_a_channel_that_two_workspaces_share(street: Street, bot: Bot) -> None:
    scopes = "channels:history,channels:read,users:read,chat:write"
    await street.installs(street.one, "ana", scope=scopes)
    theirs = street.client((await street.installs(street.two, "gus", scope=scopes))["access_token"])
    checkout = street.one.channel("checkout")
    street.one.workspace.share(checkout, street.two.workspace)
    gus = street.two.person("gus")
    street.one.workspace.users[gus.id] = gus.user
    street.one.workspace.invite(street.one.person("ana").user, checkout, [gus.id])
    await street.one.person("ana").invites("incibot", "checkout")
    street.two.workspace.invite(gus.user, checkout, [street.two.workspace.bot.id])
    await street.one.settled()
    before = len(street.one.delivery.sent), len(street.two.delivery.sent)

    ts = await gus.writes("The van is late.", "checkout")
    assert await street.one.person("ana").writes("Thanks.", "checkout") != ts
    await street.one.settled()
    mine = [sent.payload for sent in street.one.delivery.sent[before[0] :]]
    other = [sent.payload for sent in street.two.delivery.sent[before[1] :]]
    here, there = street.one.workspace.team_id, street.two.workspace.team_id
    for bodies, team in ((mine, here), (other, there)):
        assert [body["event"]["text"] for body in bodies] == ["The van is late.", "Thanks."]
        assert [body["event"]["team"] for body in bodies] == [there, here]
        assert {body["authorizations"][0]["team_id"] for body in bodies} == {team}
    assert len({body["event_id"] for body in (*mine, *other)}) == 4
    told = (await theirs.conversations_info(channel=checkout.id))["channel"]
    assert told["connected_team_ids"] == [here, there]
    ana = (await theirs.users_info(user=street.one.person("ana").id))["user"]
    assert (ana["team_id"], ana["is_stranger"]) == (here, False)
