"""Who is on call: asked of PagerDuty, Opsgenie and a calendar, and shown to whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from incibot.config.on_call import Opsgenie
from incibot.config.secret import Secret
from incibot.integrations import opsgenie
from incibot.integrations.http import Http
from incibot.store.schema import duties
from tests.bench import START, Bench, bench, text_of
from tests.integrations.serving import served
from tests.integrations.systems import BOOK, TOKEN, Systems, on_call_of, period_of, systems

FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//Calendar//EN
BEGIN:VEVENT
UID:1
SUMMARY:Chidi
ATTENDEE;CN=Chidi:mailto:chidi@northwind.example
DTSTART:20261116T080000Z
DTEND:20261123T080000Z
END:VEVENT
END:VCALENDAR
"""


@asynccontextmanager
async def at_work(folder: Path, **changed: object) -> AsyncIterator[tuple[Bench, Systems]]:
    async with systems() as there:
        there.on_calls["PSCHED1"] = [
            on_call_of(
                "Ana Alves", "ANA@northwind.example", "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"
            ),
            on_call_of(
                "Ana Alves", "ana@northwind.example", "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"
            ),
            on_call_of(
                "Priya Raman",
                "priya@else.example",
                "2026-11-23T10:00:00+01:00",
                "2026-11-30T09:00:00Z",
            ),
        ]
        there.recipients["Second line"] = ["bela@northwind.example", "team-lead@else.example"]
        there.periods = [
            period_of("bela@northwind.example", "2026-11-16T00:00:00Z", "2026-11-21T00:00:00Z"),
            period_of("dana@northwind.example", "2026-11-21T00:00:00Z", "2026-11-28T00:00:00Z"),
        ]
        there.feed = FEED
        async with bench(
            "sqlite://", folder, book=BOOK, integrations=there.integrations(**changed)
        ) as here:
            yield here, there


def whispered(here: Bench, who: str = "ana") -> str:
    """What was said last for their eyes only."""
    return text_of(here.person(who).ephemerals("general")[-1])


async def test_everybody_is_told_who_is_on_call_until_when_and_who_is_next(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there):
        ids = {name: here.person(name).id for name in ("ana", "bela", "chidi", "dana")}

        answer = await here.types("oncall")
        assert answer.text == "The schedules are being asked; the answer follows in a moment."
        said = whispered(here)
        assert f"Primary: <@{ids['ana']}> until <!date^1795424400^" in said
        assert "next is Priya Raman from <!date^1795424400^" in said
        assert f"<@{ids['bela']}> until <!date^1795219200^" in said
        assert "team-lead@else.example" in said
        assert f"next is <@{ids['dana']}> from <!date^1795219200^" in said
        assert f"Primary: <@{ids['chidi']}> until <!date^1795420800^" in said
        assert "<https://acme.pagerduty.com/schedules/PSCHED1|primary schedule>" in said
        assert ":warning:" not in said

        asked = len(there.calls)
        here.clock.passes(seconds=90)
        answer = await here.types("oncall checkout")  # at once, and of that one alone
        assert f"Primary: <@{ids['ana']}>" in text_of(answer.raw)
        assert "Mail" not in text_of(answer.raw)
        assert len(there.calls) == asked
        here.clock.passes(seconds=60)
        await here.types("oncall acme/checkout")
        assert len(there.calls) == asked + 3
        async with here.app.engine.connect() as connection:
            kept = repr((await connection.execute(select(duties))).all())
        assert "@northwind.example" not in kept.replace("bela@northwind.example", "").replace(
            "dana@northwind.example", ""
        )  # these two are what Opsgenie calls them


ILL = {
    "401": web.Response(status=401, text=f"bad Token token={TOKEN}"),
    "404": web.Response(status=404),
    "409": web.Response(status=409),
    "422": web.Response(status=422),
    "429": web.Response(status=429, headers={"Retry-After": "20"}),
    "503": web.Response(status=503),
    "its answer is no JSON": web.Response(text="{", content_type="application/json"),
    "not as it documents it": web.Response(text="[]", content_type="application/json"),
}


async def test_where_a_schedule_does_not_answer_what_it_told_last_is_shown_with_its_age(
    tmp_path: Path,
) -> None:
    async with at_work(tmp_path) as (here, there):
        there.on_calls, kept = {}, there.on_calls
        there.ill = [web.Response(status=500)]
        await here.types("oncall Checkout")
        said = whispered(here)
        assert "Primary: not known" in said
        assert "PagerDuty: 500. PagerDuty has never told it yet." in said
        there.on_calls = kept
        here.clock.passes(minutes=3)
        await here.types("oncall Checkout")
        told_at = int(here.clock.at.timestamp())

        for why, answer in ILL.items():
            here.clock.passes(minutes=5)
            there.ill = [answer]
            await here.types("oncall Checkout")
            said = whispered(here)
            assert f"Primary: <@{here.person('ana').id}> until" in said, why
            assert why in said
            assert f"This is as it was told <!date^{told_at}^" in said
            assert TOKEN not in said

        here.clock.passes(minutes=5)
        there.ill = []
        here.app.http.timeout = aiohttp.ClientTimeout(total=0.0001)
        await here.types("oncall Mail")
        assert "The calendar: it does not answer" in whispered(here)
        here.app.http.timeout = aiohttp.ClientTimeout(total=5)
        here.clock.passes(minutes=5)
        there.feed = "<html>Sign in</html>"
        await here.types("oncall Mail")
        assert "The calendar: what it answers is no calendar" in whispered(here)
        assert "private-key-1" not in whispered(here)


async def test_somebody_of_whom_slack_knows_nothing_is_named_as_the_schedule_does(
    tmp_path: Path,
) -> None:
    async with at_work(tmp_path) as (here, there):
        there.on_calls["PSCHED1"] = [
            on_call_of("<!channel> & Co", "x@else.example", None, None),
            on_call_of("", "", "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"),
        ]
        here.slack.faults.fails("users.lookupByEmail", "missing_scope", times=9)
        await here.types("oncall Checkout")
        said = whispered(here)
        assert "&lt;!channel&gt; &amp; Co, (no name) until" in said
        assert "<@" not in said


async def test_the_answer_is_a_direct_message_where_slack_takes_it_no_more(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, _):
        await here.person("ana").types("/incident oncall", "general")
        here.clock.passes(minutes=31)
        await here.settle()
        (told,) = here.person("ana").direct_messages()
        assert "Checkout" in text_of(told)
        assert "Mail" in text_of(told)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("oncall Chekout", "There is no service on call “Chekout”. Did you mean `Checkout`?"),
        ("oncall Search & Find", "There is no service on call “Search &amp; Find”."),
        ("oncall brief nothing", "There is no service on call “nothing”."),
    ],
)
async def test_a_service_that_nobody_looks_after_is_said_to_be_none(
    tmp_path: Path, typed: str, says: str
) -> None:
    async with at_work(tmp_path) as (here, _):
        assert says in (await here.types(typed)).text


async def test_a_team_without_schedules_is_told_what_to_set(here: Bench) -> None:
    assert "under `on_call:`" in (await here.types("oncall")).text


async def test_the_form_says_who_is_on_call_for_the_service_that_is_chosen(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there):
        ana = here.person("ana")
        await here.types("Payments fail")
        assert ana.view is not None
        await ana.fills({"summary": "Since noon"})
        await ana.clicks("service", value="Checkout")
        await here.settle()
        assert f"Primary: <@{ana.id}> until" in text_of(ana.view)
        assert ana.view["state"]["values"]["summary"]["text"]["value"] == "Since noon"
        await ana.clicks("service", value="Search & Find")
        await here.settle()
        assert "On call" not in text_of(ana.view)
        there.ill = [web.Response(status=500)]
        await ana.clicks("service", value="Mail")
        await here.settle()
        assert "Primary: not known" in text_of(ana.view)

        await ana.clicks("service", value="Checkout")
        await here.settle()
        await ana.submits({})
        await here.settle()
        assert (await here.incident()).service == "Checkout"
        assert f"Primary: <@{ana.id}> until" in text_of(ana.view)
        await ana.clicks("run:page Checkout")
        await here.settle()
        assert [one["dedup_key"] for one in there.events] == [
            f"incibot:{here.slack.workspace.team_id}:INC-1:1"
        ]


async def test_who_it_is_now_is_told_though_opsgenie_gives_no_timeline() -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path.endswith("/timeline"):
            return web.json_response({"message": "no"}, status=403)
        return web.json_response({"data": {"onCallRecipients": ["bela@northwind.example"]}})

    http = Http(["127.0.0.1"], ["127.0.0.1"])
    async with served(handler) as url:
        found = await opsgenie.shifts(http, Opsgenie(key=Secret("k"), api=url), "A / B?", at=START)
        await http.close()
    assert [(one.who, one.end) for one in found] == [("bela@northwind.example", None)]
