"""A workspace installs incibot: through our page, Slack's, and back; in one browser, once, in time."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from incibot import log
from incibot.core.playbook import Playbook
from incibot.playground import Playground
from incibot.render import Renderer
from incibot.slack.manifest import SCOPES
from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.installations import Installations, States
from incibot.store.sealing import Seal, new_key
from incibot.store.unit import Store
from incibot.web.install import Install
from incibot.web.sessions import Doorkeeper
from incibot.web.site import Site
from tests.bench import Clock
from tests.web.browser import BASE
from tests.web.installing import CLIENT, Installer, street


@dataclass
class There:
    clock: Clock
    one: Playground
    two: Playground
    installations: Installations
    told: list[str]
    url: str

    @property
    def browser(self) -> Installer:
        return Installer(self.url, self.one)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[There]:
    clock = Clock()
    one, two = street(clock)
    await one.start()
    engine = connect(f"sqlite:///{tmp_path / 'incibot.db'}")
    await migrations.upgrade(engine)
    store = Store(engine, Playbook(), clock)
    installations = Installations(store, Seal([new_key()]), CLIENT["SLACK_CLIENT_ID"])
    told: list[str] = []

    async def installed(team: str) -> None:
        told.append(team)

    async with aiohttp.ClientSession() as session:
        install = Install(
            Site(store, Renderer(), Doorkeeper("s"), base_url=BASE, zone=ZoneInfo("UTC")),
            client_id=CLIENT["SLACK_CLIENT_ID"],
            client_secret=CLIENT["SLACK_CLIENT_SECRET"],
            scopes=SCOPES,
            api_url=one.api_url,
            session=session,
            installations=installations,
            states=States(store),
            installed=installed,
        )
        app = web.Application()
        app.add_routes(install.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        yield There(clock, one, two, installations, told, f"http://127.0.0.1:{port}")
        await runner.cleanup()
    await engine.dispose()
    await one.stop()


async def test_a_person_allows_it_and_the_workspaces_token_is_kept(there: There) -> None:
    browser = there.browser
    address = await browser.begins()
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == [",".join(sorted(SCOPES))]
    assert asked["redirect_uri"] == [f"{BASE}/slack/oauth_redirect"]
    page = await browser.get(await browser.decides(there.one, "ana", address))
    assert page.status == 200
    assert "<bdi>Northwind</bdi>" in page.text
    assert there.one.bot_token not in page.text
    team = there.one.workspace.team_id
    assert await there.installations.token(team) == there.one.bot_token
    assert there.told == [team]
    for line in browser.lines:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
    assert not browser.cookies

    assert (await there.browser.installs(there.two, "gus")).status == 200
    assert await there.installations.teams() == [team, there.two.workspace.team_id]
    assert await there.installations.token(there.two.workspace.team_id) == there.two.bot_token


async def test_installing_again_brings_the_new_token(there: There) -> None:
    await there.browser.installs(there.one, "ana")
    first = there.one.bot_token
    await there.one.person("ana").uninstalls()
    await there.browser.installs(there.one, "bela")
    team = there.one.workspace.team_id
    assert await there.installations.token(team) == there.one.bot_token != first


async def test_who_cancels_is_told_that_nothing_was_changed(there: There) -> None:
    page = await there.browser.installs(there.one, "ana", "cancel")
    assert page.status == 200
    assert "was not installed" in page.text
    assert "cancelled in Slack" in page.text
    assert 'href="/slack/install"' in page.text
    assert await there.installations.teams() == []


async def test_what_comes_back_must_come_to_the_browser_that_began_it_once_and_in_time(
    there: There,
) -> None:
    mine, other = there.browser, there.browser
    back = await mine.decides(there.one, "ana", await mine.begins())
    page = await other.get(back)
    assert page.status == 400
    assert "belongs to another browser" in page.text
    await other.begins()  # with a cookie of its own
    assert (await other.get(back)).status == 400
    kept = dict(mine.cookies)
    assert (await mine.get(back)).status == 200
    mine.cookies = kept
    assert (await mine.get(back)).status == 401
    assert len(there.told) == 1

    late = there.browser
    back = await late.decides(there.two, "gus", await late.begins())
    there.clock.passes(minutes=10, seconds=1)
    assert (await late.get(back)).status == 401
    assert len(there.told) == 1


async def test_a_whole_organisation_is_told_to_choose_a_workspace(there: There) -> None:
    page = await there.browser.installs(there.two, "gus", "allow for all")
    assert page.status == 409
    assert "one workspace at a time" in page.text
    assert await there.installations.teams() == []


async def test_a_token_that_expires_is_not_taken(there: There) -> None:
    there.one.manifest["settings"]["token_rotation_enabled"] = True
    page = await there.browser.installs(there.one, "ana")
    assert page.status == 409
    assert "token rotation" in page.text
    assert await there.installations.teams() == []


@pytest.mark.parametrize(
    ("error", "says", "status"),
    [("invalid_code", "did not take the code", 401), (None, "does not answer just now", 503)],
)
async def test_what_slack_does_wrong_is_said(
    there: There, error: str | None, says: str, status: int
) -> None:
    if error:
        there.one.faults.add("oauth.v2.access", "error", error=error)
    else:
        there.one.faults.add("oauth.v2.access", "dropped")
    page = await there.browser.installs(there.one, "ana")
    assert page.status == status
    assert says in page.text
    assert (await there.browser.installs(there.one, "ana")).status == 200


async def test_only_slacks_words_are_shown_from_an_address(there: There) -> None:
    page = await there.browser.get("/slack/oauth_redirect?error=unknown_scope")
    assert "Slack says “unknown_scope”" in page.text
    page = await there.browser.get("/slack/oauth_redirect?error=Call+0800+now")
    assert "0800" not in page.text
    team = there.one.workspace.team_id
    address = await there.browser.begins(f"?team={team}")
    assert parse_qs(urlsplit(address).query)["team"] == [team]
    address = await there.browser.begins("?team=T1%26redirect_uri%3Dhttps://evil.example")
    assert "evil" not in address


@pytest.mark.usefixtures("logging_as_it_was")
async def test_no_token_code_or_secret_is_written_down(there: There) -> None:
    heard = io.StringIO()
    log.configure("json", "debug", stream=heard)
    codes = []
    for error in ("", "invalid_code", "lost"):
        browser = there.browser
        if error == "lost":
            there.one.faults.add("oauth.v2.access", "answer_lost")
        elif error:
            there.one.faults.add("oauth.v2.access", "error", error=error)
        back = await browser.decides(there.one, "ana", await browser.begins())
        codes += [value[0] for value in parse_qs(urlsplit(back).query).values()]
        await browser.get(back)
    await there.installations.end(there.one.workspace.team_id)
    text = heard.getvalue()
    assert "install.done" in text
    for secret in (*codes, there.one.bot_token, CLIENT["SLACK_CLIENT_SECRET"]):
        assert secret not in text
