"""Several workspaces, one incibot: each has its own, by every way in and out, and its own end."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from incibot.app import App
from incibot.config import Settings
from incibot.core.incident import Incident
from incibot.core.playbook import Playbook
from incibot.playground import Playground
from incibot.slack.gateway import Gateway
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.store import migrations
from incibot.store.unit import Store
from tests.bench import Bench, Clock, text_of
from tests.scenarios.posting import deliver, events
from tests.web.browser import BASE, Browser, ask


@dataclass(slots=True)
class Installed:
    """Tokens, as an installation store would have them."""

    tokens: dict[str, str] = field(default_factory=dict)

    async def teams(self) -> list[str]:
        return list(self.tokens)

    async def token(self, team: str) -> str | None:
        return self.tokens.get(team)


class OfMany(App):
    """Each workspace has a Slack of its own here, at an address of its own."""

    addresses: dict[str, str]

    def gateway(self, token: str) -> Gateway:
        known = token in self._gateways
        found = super().gateway(token)
        if not known:
            found.client.base_url = self.addresses[token]
        return found


@dataclass(slots=True, kw_only=True)
class Two:
    """Two workspaces with one incibot in them."""

    app: OfMany
    clock: Clock
    ours: Bench
    theirs: Bench
    tokens: Installed

    async def settle(self) -> None:
        await self.ours.settle()
        await self.theirs.settle()
        await self.ours.settle()

    def store(self, side: Bench) -> Store:
        return self.app.first.of(side.slack.workspace.team_id)

    async def declares(self, side: Bench, title: str) -> Incident:
        await side.types(f"declare sev2 {title}")
        await self.settle()
        async with self.store(side).read() as tx:
            return (await tx.all_incidents())[0]

    async def export(self, side: Bench, number: int) -> dict[str, Any]:
        token = f"token-of-{side.slack.bot_token}"
        page = await ask(side, f"/api/v1/incidents/INC-{number}/timeline", token=token)
        assert page.status == 200, page.text
        found: dict[str, Any] = json.loads(page.body)
        return found

    async def ends(self, side: Bench, kind: str = "app_uninstalled", **event: Any) -> None:
        """Slack tells that incibot was uninstalled; what it calls from then on is refused."""
        at = f"{self.clock().timestamp():.6f}"
        side.slack.delivery.enqueue(
            {
                "type": "event_callback",
                "team_id": side.slack.workspace.team_id,
                "api_app_id": "A1",
                "event_id": f"Ev-{kind}-{at}",
                "event_time": int(self.clock().timestamp()),
                "event": {"type": kind, "event_ts": at, **event},
            }
        )
        self.tokens.tokens.pop(side.slack.workspace.team_id, None)
        await self.settle()


@asynccontextmanager
async def two_on(database: str, folder: Path) -> AsyncIterator[Two]:
    clock, tokens = Clock(), Installed()
    async with AsyncExitStack() as stack:
        slacks = []
        for number, name in ((1, "ours"), (5001, "theirs")):
            slack = Playground(
                clock=clock,
                bot_token=f"xoxb-{name}",
                first_id=number,
                retry_delays=(0.0, 0.0, 0.0),
                ack_seconds=30.0,
                scopes=tuple(SCOPES),
                subscriptions={event.partition(".")[0] for event in EVENTS},
            )
            await slack.start()
            stack.push_async_callback(slack.stop)
            slacks.append(slack)
            tokens.tokens[slack.workspace.team_id] = slack.bot_token
        given = {
            "SLACK_SIGNING_SECRET": slacks[0].signing_secret,
            "SLACK_BOT_TOKEN": "xoxb-of-none",
            "DATABASE_URL": f"sqlite:///{folder / 'incibot.db'}"
            if database == "sqlite://"
            else database,
            "INCIBOT_ANNOUNCE_CHANNEL": "#incidents",
            "INCIBOT_BASE_URL": BASE,
            "INCIBOT_API_TOKENS": ",".join(
                f"{one.workspace.team_id}:token-of-{one.bot_token}" for one in slacks
            )
            + ",a-token-of-no-workspace",
        }
        settings = Settings.from_env(given, dotenv=None)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        OfMany.addresses = {one.bot_token: one.api_url for one in slacks}
        app = OfMany(settings, Playbook(), session, clock=clock, tokens=tokens)
        stack.push_async_callback(app.close)
        await migrations.upgrade(app.engine)
        await app.settle_in()
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        benches = []
        for slack in slacks:
            slack.request_url = f"http://{host}:{port}/slack/events"
            stack.push_async_callback(slack.settled)
            benches.append(Bench(slack=slack, app=app, clock=clock, url=f"http://{host}:{port}"))
        await app.pulse()
        yield Two(app=app, clock=clock, ours=benches[0], theirs=benches[1], tokens=tokens)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    async with two_on("sqlite://", tmp_path) as made:
        yield made


@pytest.fixture
async def two_anywhere(database: str, tmp_path: Path) -> AsyncIterator[Two]:
    async with two_on(database, tmp_path) as made:
        yield made


async def counted(two: Two, kind: str, outcome: str) -> float:
    found = two.app.metrics.registry.get_sample_value(
        "incibot_deliveries_total", {"kind": kind, "outcome": outcome}
    )
    return found or 0.0


async def test_each_has_its_own_incidents_by_every_way(two: Two) -> None:
    ours = await two.declares(two.ours, "Heron")
    theirs = await two.declares(two.theirs, "Ibis")
    assert (ours.ref, theirs.ref) == ("INC-1", "INC-2")
    sides = (two.ours, "Heron", ours), (two.theirs, "Ibis", theirs)
    for side, _, mine in sides:
        await side.person("ana").writes(f"said about {mine.ref}", mine.channel_name)
        await side.types("note looked at it", channel=mine.channel_name)
        await side.types("review", channel=mine.channel_name)
        await side.person("ana").opens_home()
    await two.settle()
    for (side, name, mine), (_, other_name, other) in (sides, sides[::-1]):
        # In Slack: each command that names the other's, and each list.
        for typed in (
            f"timeline {other.ref}",
            f"panel {other.ref}",
            f"join {other.ref}",
            f"export {other.ref}",
            f"web {other.ref}",
        ):
            answer = await side.types(typed)
            assert f"There is no {other.ref}" in answer.text, typed
        for typed in ("list", "list all", "list mine"):
            shown = text_of((await side.types(typed)).raw)
            assert name in shown
            assert other_name not in shown
        everything = json.dumps(
            [
                *(
                    one
                    for room in side.slack.workspace.channels.values()
                    for one in room.messages.values()
                ),
                *(one.message for one in side.slack.workspace.ephemerals),
                side.person("ana").home,
            ],
            default=str,
        )
        assert f"said about {mine.ref}" in everything
        assert other_name not in everything
        assert f"said about {other.ref}" not in everything
        # On the pages.
        browser = Browser(side)
        await browser.signs_in()
        listed = await browser.get("/incidents")
        assert name in listed.text
        assert other_name not in listed.text
        assert (await browser.get(f"/incidents/{mine.ref}")).status == 200
        for below in (
            "",
            "/timeline.json",
            "/timeline.md",
            "/review",
            "/review/edit",
            "/review.md",
        ):
            page = await browser.get(f"/incidents/{other.ref}{below}")
            assert (page.status, other_name in page.text) == (404, False), below
        # By the API.
        token = f"token-of-{side.slack.bot_token}"
        found = await ask(side, "/api/v1/incidents?status=all", token=token)
        assert [one["ref"] for one in json.loads(found.body)["incidents"]] == [mine.ref]
        for below in ("", "/timeline", "/review"):
            page = await ask(side, f"/api/v1/incidents/{other.ref}{below}", token=token)
            assert page.status == 404, below
        exported = json.dumps(await two.export(side, mine.number))
        assert f"said about {mine.ref}" in exported
        assert side.slack.workspace.team_id
        assert other_name not in exported
    nobody = await ask(two.ours, "/api/v1/incidents", token="a-token-of-no-workspace")
    assert nobody.status == 403
    for side, _, mine in sides:
        async with two.store(side).read() as tx:
            verdict = await tx.verdict(mine.number)
        assert verdict.wrong == verdict.loose == ()


async def test_a_cookie_of_one_workspace_opens_no_other(two: Two) -> None:
    await two.declares(two.ours, "Heron")
    browser = Browser(two.ours)
    await browser.signs_in()
    cookie = browser.cookies["incibot_session"]
    team, _, rest = cookie.partition(".")
    assert team == two.ours.slack.workspace.team_id
    forged = Browser(
        two.ours, cookies={"incibot_session": f"{two.theirs.slack.workspace.team_id}.{rest}"}
    )
    assert (await forged.get("/incidents")).status == 403


async def test_once_it_is_uninstalled_nothing_of_that_workspace_opens_and_others_go_on(
    two_anywhere: Two,
) -> None:
    two = two_anywhere
    ours = await two.declares(two.ours, "Heron")
    theirs = await two.declares(two.theirs, "Ibis")
    browser, ana = Browser(two.theirs), two.theirs.person("ana")
    await browser.signs_in()
    door = (await two.theirs.types("web")).text
    async with two.store(two.theirs).begin() as tx:
        await tx.ask_to_catch_up(anew=True)
    await two.ends(two.theirs)

    assert (await browser.get(f"/incidents/{theirs.ref}")).status == 403
    found = re.search(r"<(https?://[^|>]+)\|", door)
    assert found
    late = Browser(two.theirs)
    page = await late.get(found[1])
    assert (await late.send(page.form("/enter"))).status == 403
    token = f"token-of-{two.theirs.slack.bot_token}"
    assert (await ask(two.theirs, "/api/v1/incidents", token=token)).status == 403
    # What is delivered all the same does nothing, and Slack need not send it again.
    before = await counted(two, "event", "not_installed")
    await ana.writes("nobody hears", theirs.channel_name)
    await two.settle()
    assert await counted(two, "event", "not_installed") == before + 1
    answer = await two.theirs.types("declare sev2 Jay")
    assert "not installed" in answer.text
    async with two.store(two.theirs).read() as tx:
        assert [one.title for one in await tx.all_incidents()] == ["Ibis"]
        assert {job.last_error for job in await tx.parked()} == {
            "incibot is not installed in that workspace"
        }
        assert (await tx.waiting())[0] == 0
    calls = len(two.theirs.slack.calls())
    two.clock.passes(hours=3)
    await two.app.pulse()
    await two.app.runner.remind()
    await two.settle()
    assert len(two.theirs.slack.calls()) == calls
    await two.ours.person("ana").writes("we go on", ours.channel_name)
    await two.settle()
    assert "we go on" in json.dumps(await two.export(two.ours, ours.number))

    # Two days later it is there again: only there is a gap, and it is filled.
    two.clock.passes(days=2)
    await two.app.pulse()
    two.tokens.tokens[two.theirs.slack.workspace.team_id] = two.theirs.slack.bot_token
    await two.app.pulse()
    await two.settle()
    async with two.store(two.theirs).read() as tx:
        assert not await tx.parked()
    exported = await two.export(two.theirs, theirs.number)
    assert "nobody hears" in json.dumps(exported)
    assert exported["completeness"]["not_listening"]
    assert not (await two.export(two.ours, ours.number))["completeness"]["not_listening"]
    # And what Slack said of the end is old news when it comes again.
    (told,) = events(two.theirs, "app_uninstalled")
    assert (await deliver(two.theirs, told)).status == 200
    assert (await ask(two.theirs, "/api/v1/incidents", token=token)).status == 200


async def test_tokens_of_people_that_are_revoked_end_nothing_and_the_bots_does(two: Two) -> None:
    bot = two.theirs.slack.workspace.bot.id
    kept = dict(two.tokens.tokens)
    await two.ends(two.theirs, "tokens_revoked", tokens={"oauth": ["U1"], "bot": []})
    two.tokens.tokens |= kept
    assert "No incident is open" in (await two.theirs.types("list")).text
    await two.ends(two.theirs, "tokens_revoked", tokens={"oauth": [], "bot": [bot]})
    assert "not installed" in (await two.theirs.types("list")).text


async def test_a_token_that_slack_refuses_stalls_no_other_workspace(two: Two) -> None:
    ours = await two.declares(two.ours, "Heron")
    theirs = await two.declares(two.theirs, "Ibis")
    methods = ("chat.postMessage", "chat.update", "users.info", "views.publish")
    for method in methods:
        two.theirs.slack.faults.fails(method, "account_inactive", times=999)
    for number in range(8):
        for side, mine in ((two.theirs, theirs), (two.ours, ours)):
            answer = f"/incident note number {number}"
            await side.person("ana").types(answer, mine.channel_name)
    await two.settle()
    posted = [text_of(one) for one in two.ours.ours(ours.channel_name)]
    assert all(any(f"number {number}" in one for one in posted) for number in range(8))
    async with two.store(two.theirs).read() as tx:
        assert {"account_inactive" in job.last_error for job in await tx.parked()} == {True}
    async with two.store(two.ours).read() as tx:
        assert await tx.parked() == []


async def test_a_token_that_was_replaced_is_not_held_against_the_jobs(two: Two) -> None:
    theirs = await two.declares(two.theirs, "Ibis")
    desk = await two.app.workspaces.of(two.theirs.slack.workspace.team_id)
    assert desk is not None
    two.app.addresses["xoxb-before"] = two.theirs.slack.api_url
    two.app.workspaces.sit_down(desk.here, "xoxb-before")
    await two.theirs.types("note looked at it", channel=theirs.channel_name)
    async with two.store(two.theirs).read() as tx:
        assert not await tx.parked()
    assert any("looked at it" in text_of(one) for one in two.theirs.ours(theirs.channel_name))
    assert any(
        (call.answer or {}).get("error") == "invalid_auth" for call in two.theirs.slack.calls()
    )


async def test_what_is_said_in_a_shared_channel_reaches_the_incident_whose_it_is(
    two_anywhere: Two,
) -> None:
    """Slack delivers it once, in the name of either of the workspaces that share the channel."""
    two = two_anywhere
    ours = await two.declares(two.ours, "Heron")
    await two.declares(two.theirs, "Ibis")
    team = two.theirs.slack.workspace.team_id
    at = f"{(two.clock() + timedelta(seconds=1)).timestamp():.6f}"
    body = {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": "A1",
        "event_id": "Ev-shared",
        "event_time": int(two.clock().timestamp()),
        "authorizations": [{"enterprise_id": None, "team_id": team, "is_bot": True}],
        "is_ext_shared_channel": True,
        "event": {
            "type": "message",
            "channel": ours.channel,
            "channel_type": "channel",
            "user": two.theirs.person("ana").id,
            "text": "said by a partner",
            "ts": at,
            "event_ts": at,
        },
    }
    two.theirs.slack.delivery.enqueue(body)
    two.theirs.slack.delivery.enqueue(
        {
            **body,
            "event_id": "Ev-alone",
            "is_ext_shared_channel": False,
            "event": {**body["event"], "text": "not shared", "ts": at[:-1] + "9"},
        }
    )  # type: ignore[dict-item]
    await two.settle()
    async with two.store(two.ours).read() as tx:
        history = await tx.history(await tx.incident(ours.number), zone=ZoneInfo("UTC"))
    words = [entry.words for entry in history.entries]
    assert "said by a partner" in words
    assert "not shared" not in words
    async with two.store(two.theirs).read() as tx:
        history = await tx.history(await tx.incident(2), zone=ZoneInfo("UTC"))
    assert "said by a partner" not in repr(history)
