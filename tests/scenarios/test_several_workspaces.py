"""Several workspaces install incibot through their browsers, use it side by side, and leave it again.

The processes share a database and nothing else; they live in one event loop here.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from incibot import log
from incibot.app import App, build
from incibot.config import SERVE, Settings
from incibot.core.playbook import Playbook
from incibot.errors import ConfigError
from incibot.playground import CommandAnswer, Playground
from incibot.store import migrations
from incibot.store.sealing import new_key
from tests.bench import Clock
from tests.web.browser import BASE, Page
from tests.web.installing import CLIENT, Installer, street

KEY = new_key()
API = "the-token-of-parcels"


@dataclass(slots=True)
class Process:
    app: App
    url: str


@dataclass(slots=True)
class Here:
    """Northwind and Parcels, and the processes that serve them."""

    clock: Clock
    one: Playground
    two: Playground
    database: str
    stack: AsyncExitStack
    processes: list[Process] = field(default_factory=list)

    async def starts(self, **other: str) -> Process:
        process = await self.stack.enter_async_context(serving(self, **other))
        self.processes.append(process)
        self.one.request_url = f"{process.url}/slack/events"
        return process

    def hears(self, process: Process) -> None:
        """Slack delivers to that process from now on."""
        self.one.request_url = f"{process.url}/slack/events"

    async def installs(self, whose: Playground, who: str, process: Process | None = None) -> Page:
        through = process or self.processes[0]
        page = await Installer(through.url, self.one).installs(whose, who)
        await self.settle()
        return page

    async def settle(self) -> None:
        while True:
            await self.one.settled()
            done = 0
            for process in self.processes:
                await process.app.inbound.drain()
                done += await process.app.runner.work_off()
            if not done:
                return

    async def types(self, whose: Playground, who: str, text: str) -> CommandAnswer:
        answer = await whose.person(who).types(f"/incident {text}", "general")
        await self.settle()
        return answer

    async def commands(self, whose: Playground, who: str, text: str) -> Any:
        """A command that was on its way already, whether or not the app is there still."""
        person, space = whose.person(who), whose.workspace
        form = {
            "team_id": space.team_id,
            "team_domain": space.domain,
            "channel_id": whose.channel("general").id,
            "channel_name": "general",
            "user_id": person.id,
            "command": "/incident",
            "text": text,
            "api_app_id": space.app_id,
            "response_url": f"{whose.url}responses/none",
            "trigger_id": whose.views.trigger(person.user),
        }
        answer = await whose.delivery.command(form)
        await self.settle()
        return answer


@asynccontextmanager
async def serving(here: Here, **other: str) -> AsyncIterator[Process]:
    given = {
        **CLIENT,
        "SLACK_SIGNING_SECRET": here.one.signing_secret,
        "SLACK_API_URL": here.one.api_url,
        "INCIBOT_ENCRYPTION_KEYS": KEY,
        "INCIBOT_BASE_URL": BASE,
        "INCIBOT_ANNOUNCE_CHANNEL": "#incidents",
        "DATABASE_URL": here.database,
        **other,
    }
    settings = Settings.from_env(given, dotenv=None, needs=SERVE)
    async with build(settings, Playbook(), clock=here.clock) as app:
        await migrations.upgrade(app.engine)
        await app.check_keys()
        await app.settle_in()
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Process(app, f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    clock = Clock()
    one, two = street(clock)
    await one.start()
    async with AsyncExitStack() as stack:
        made = Here(clock, one, two, f"sqlite:///{tmp_path / 'incibot.db'}", stack)
        yield made
        await made.settle()
    await one.stop()


def said(slack: Playground, channel: str) -> str:
    """All that stands in a channel."""
    return json.dumps(list(slack.channel(channel).messages.values()), ensure_ascii=False)


async def asks(process: Process, token: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        session.get(f"{process.url}/api/v1/incidents") as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.usefixtures("logging_as_it_was")
async def test_two_workspaces_side_by_side(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    for name, value in CLIENT.items():  # Bolt looks there too, and would make stores in files
        monkeypatch.setenv(name, value)
    log.configure("json", "debug", stream=heard)
    team = here.two.workspace.team_id
    process = await here.starts(INCIBOT_API_TOKENS=f"{team}:{API}")
    assert (await here.installs(here.one, "ana")).status == 200
    assert (await here.installs(here.two, "gus")).status == 200
    for slack, who in ((here.one, "ana"), (here.two, "gus")):
        await slack.person(who).invites("incibot", "incidents")

    await here.types(here.one, "ana", "declare sev2 Carts are empty")
    await here.types(here.two, "gus", "declare sev1 The van is lost")
    mine, theirs = here.one.workspace.channels.values(), here.two.workspace.channels.values()
    assert [one.name for one in mine if "inc-" in one.name] == ["inc-1-carts-are-empty"]
    assert [one.name for one in theirs if "inc-" in one.name] == ["inc-2-the-van-is-lost"]
    assert "Carts are empty" in said(here.one, "incidents")
    assert "van" not in said(here.one, "incidents")
    assert "The van is lost" in said(here.two, "incidents")
    assert "Carts" not in said(here.two, "incidents")

    for whose, who, own, other in (
        (here.one, "bela", "Carts", "van"),
        (here.two, "hana", "van", "Carts"),
    ):
        listed = json.dumps((await here.types(whose, who, "list all")).raw)
        assert own in listed
        assert other not in listed
    nothing = (await here.types(here.two, "hana", "join INC-9")).text
    for whose, who, number in ((here.one, "bela", 2), (here.two, "hana", 1)):
        assert (await here.types(whose, who, f"join INC-{number}")).text == nothing.replace(
            "INC-9", f"INC-{number}"
        )
    status, told = await asks(process, API)
    assert status == 200
    assert [one["title"] for one in told["incidents"]] == ["The van is lost"]

    # Who leaves is out at once, and nobody else is.
    token = here.two.bot_token
    await here.two.person("gus").uninstalls()
    await here.settle()
    calls = len(here.two.workspace.calls)
    answer = await here.commands(here.two, "gus", "declare sev1 Is anybody there")
    assert "not installed" in answer.body
    assert (await asks(process, API))[0] in (401, 403)
    await here.types(here.one, "bela", "declare sev3 Still here")
    assert [one.name for one in mine if "inc-" in one.name][1:] == ["inc-3-still-here"]
    assert len(here.two.workspace.calls) == calls

    # And who comes back finds what was theirs.
    assert (await here.installs(here.two, "hana")).status == 200
    assert here.two.bot_token != token
    listed = json.dumps((await here.types(here.two, "hana", "list all")).raw)
    assert "The van is lost" in listed
    assert "Still here" not in listed
    await here.types(here.two, "hana", "declare sev2 The van is late")
    assert [one.name for one in theirs if "inc-" in one.name][1:] == ["inc-4-the-van-is-late"]
    assert (await asks(process, API))[0] == 200

    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{process.url}/metrics") as metrics,
    ):
        shown = heard.getvalue() + await metrics.text()
    shown += repr((process.app.workspaces.desks, process.app.settings, process.app.installations))
    assert "file-based" not in shown
    for secret in (token, here.one.bot_token, here.two.bot_token, KEY, *CLIENT.values()):
        assert secret not in shown.replace(CLIENT["SLACK_CLIENT_ID"], "")


async def test_two_processes_know_of_each_others_installations_at_once(here: Here) -> None:
    first, second = await here.starts(), await here.starts()
    await here.installs(here.two, "gus", first)
    here.hears(second)  # which was there before
    await here.types(here.two, "gus", "declare sev1 The van is lost")
    assert any("inc-1" in one.name for one in here.two.workspace.channels.values())
    here.hears(first)
    await here.types(here.two, "gus", "status identified")

    await here.two.person("gus").uninstalls()  # the first process hears of it
    await here.settle()
    here.hears(second)
    calls = len(here.two.workspace.calls)
    answer = await here.commands(here.two, "gus", "declare sev1 Is anybody there")
    assert "not installed" in answer.body
    assert len(here.two.workspace.calls) == calls

    await here.installs(here.two, "hana", second)
    here.hears(first)
    await here.types(here.two, "hana", "declare sev2 The van is late")
    assert any("inc-2" in one.name for one in here.two.workspace.channels.values())


async def test_old_news_and_other_peoples_tokens_end_nothing(here: Here) -> None:
    process = await here.starts()
    await here.installs(here.two, "gus")
    space = here.two.workspace
    here.clock.passes(minutes=1)
    await here.two.person("gus").uninstalls()
    await here.settle()
    farewells = [one.payload for one in here.two.delivery.sent if one.kind == "events_api"]
    here.clock.passes(minutes=1)
    await here.installs(here.two, "gus")
    for body in farewells:  # Slack tries for minutes
        here.two.delivery.enqueue(body)
    tokens = {"oauth": [here.two.person("gus").id], "bot": []}
    space.announce({"type": "tokens_revoked", "tokens": tokens})
    await here.settle()
    await here.types(here.two, "gus", "declare sev1 The van is lost")
    assert any("inc-1" in one.name for one in space.channels.values())
    assert process.app.workspaces.desks


async def test_a_channel_that_two_share_is_an_incident_in_one_of_them(here: Here) -> None:
    await here.starts()
    await here.installs(here.one, "ana")
    await here.installs(here.two, "gus")
    await here.types(here.one, "ana", "declare sev2 Carts are empty")
    room = here.one.channel("inc-1-carts-are-empty")
    here.one.workspace.share(room, here.two.workspace)
    gus = here.two.person("gus").user
    here.one.workspace.users[gus.id] = gus
    here.one.workspace.invite(here.one.person("ana").user, room, [gus.id])
    here.two.workspace.invite(gus, room, [here.two.workspace.bot.id])
    await here.two.person("gus").writes("We wait for the van.", room.name)
    await here.settle()
    command = await here.two.person("gus").types("/incident timeline", room.name)
    assert "Carts" not in json.dumps(command.raw)
    listed = json.dumps((await here.types(here.two, "gus", "list all")).raw)
    assert "Carts" not in listed
    timeline = await here.one.person("ana").types("/incident timeline", room.name)
    shown = json.dumps(timeline.raw)
    assert shown.count("We wait for the van.") == 1


async def test_keys_that_open_nothing_end_it_at_the_start_in_one_line(here: Here) -> None:
    first = await here.starts()
    await here.installs(here.one, "ana")
    await here.installs(here.two, "gus")
    with pytest.raises(ConfigError) as caught:
        await here.starts(INCIBOT_ENCRYPTION_KEYS=new_key())
    (line,) = caught.value.problems
    assert line.startswith("INCIBOT_ENCRYPTION_KEYS: none of the keys opens")
    assert KEY not in line

    # Where some can be opened, those go on.
    await first.app.installations.end(here.one.workspace.team_id)
    await here.starts(INCIBOT_ENCRYPTION_KEYS=f"{new_key()},{KEY}")
