"""Somebody of another workspace, in which the same incibot is installed, finds nothing at all."""

from __future__ import annotations

import io
from pathlib import Path

from incibot.core.incident import Incident
from tests.bench import Bench, text_of
from tests.scenarios.test_workspaces import Two, two_on
from tests.walk.people import MISSING, MISSING_CHANNEL, Walk
from tests.walk.test_walk import in_slack, on_the_web, typed

TITLE = "Zibeline"


async def declares(two: Two, side: Bench) -> Incident:
    await side.types(f"{TITLE} is taken")
    answer = await side.person("ana").submits({"private": "private", "summary": "Quokka"})
    assert answer.errors is answer.trouble is None
    await two.settle()
    async with two.store(side).read() as tx:
        return (await tx.all_incidents())[0]


async def test_a_private_incident_is_its_peoples_in_whichever_workspace(tmp_path: Path) -> None:
    async with two_on("sqlite://", tmp_path) as two:
        for side, other in ((two.ours, two.theirs), (two.theirs, two.ours)):
            incident = await declares(two, side)
            channel = incident.channel
            assert channel
            await side.person("ana").invites("bela", channel)
            await two.settle()
            for who in ("ana", "bela"):
                assert incident.ref in text_of((await side.types("list", who=who)).raw), who
            for stranger in (side, other):
                shown = text_of((await stranger.types("list all", who="dana")).raw)
                assert TITLE not in shown
                assert incident.ref not in shown


async def test_another_workspace_finds_no_trace_of_a_public_one(tmp_path: Path) -> None:
    async with two_on("sqlite://", tmp_path) as two:
        incident = await two.declares(two.theirs, f"{TITLE} is taken")
        assert incident.channel
        it = Walk(
            there=two.ours,
            incident=incident,
            logged=io.StringIO(),
            entry=1,
            canaries=(TITLE, incident.channel_name, incident.channel),
        )
        ana = two.ours.person("ana")
        await typed(it, ana, "help", MISSING_CHANNEL)
        it.shown()
        as_if_none = await in_slack(it, ana, (MISSING, MISSING_CHANNEL))
        for surface, text in (await in_slack(it, ana, (incident.number, incident.channel))).items():
            assert it.traces(text) == [], surface
            assert text == as_if_none[surface], surface
        browser = await it.browser("ana")
        none = await on_the_web(browser, two.ours, MISSING)
        for surface, text in (await on_the_web(browser, two.ours, incident.number)).items():
            assert it.traces(text) == [], surface
            assert text == none[surface], surface
