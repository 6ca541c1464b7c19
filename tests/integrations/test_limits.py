"""What Slack takes: a hundred services with long and strange names, all of them on call and ill."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

from aiohttp import web

from incibot.config import Integrations
from incibot.config.on_call import Duty, OnCall, PagerDuty, Paging, Schedule, WeeklyBrief
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook, Service
from tests.bench import Clock, bench, text_of
from tests.integrations.serving import served
from tests.integrations.systems import on_call_of
from tests.surfaces.emitted import TEXTS, longest

LONG = longest("".join(TEXTS.values()), 3000).replace("\n", " ")
SERVICES = [f"{LONG}{n}" for n in range(100)]


async def answer(request: web.Request) -> web.Response:
    if request.path == "/v2/enqueue":
        return web.Response(status=400, text=LONG)
    (schedule,) = request.query.getall("schedule_ids[]")
    if schedule == "PILL":
        return web.Response(status=404, text=LONG)
    shifts = [on_call_of(f"{n} {LONG}", "", None, None) for n in range(8)]
    coming = on_call_of(LONG, "", "2026-11-24T09:00:00Z", None)
    return web.json_response({"oncalls": [*shifts, coming], "more": False})


async def test_slack_takes_all_of_it(tmp_path: Path) -> None:
    async with served(answer) as url:
        ill, well = (Schedule(system="pagerduty", name=one) for one in ("PILL", "PWELL"))
        brief = WeeklyBrief(day=0, at=time(9), channel="#checkout")
        made = OnCall(
            pagerduty=PagerDuty(token=Secret("t"), api=url, events=url),
            schedules=tuple(
                Duty(service=one, primary=well, secondary=ill, brief=None if n else brief)
                for n, one in enumerate(SERVICES[:18])
            ),
            paging=(Paging(pagerduty=Secret("k")),),
        )
        book = Playbook(services=tuple(Service(name=one) for one in SERVICES))
        async with bench(
            "sqlite://",
            tmp_path,
            book=book,
            clock=Clock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
            integrations=Integrations(on_call=made, private_hosts=("127.0.0.1",)),
        ) as here:
            ana = here.person("ana")
            await here.types(LONG)
            await ana.clicks(
                "service",
                value=here.person("ana").view["blocks"][4]["element"]["options"][0]["value"],
            )
            await here.settle()
            assert "On call" in text_of(ana.view)
            answered = await ana.submits({})
            assert answered.trouble is None
            await here.settle()
            assert "Call them" in text_of(ana.view)
            await ana.clicks(
                next(
                    one["elements"][0]["action_id"]
                    for one in ana.view["blocks"]
                    if one["type"] == "actions"
                )
            )
            await here.settle()
            said = [one.words for one in await here.timeline()]
            assert any(words.endswith("Nobody was called by it.") for words in said)
            channel = (await here.incident()).channel_name
            for typed in ("oncall", "oncall brief", "page", f"page @bela {LONG}", f"oncall {LONG}"):
                answered = await here.types(typed, channel=channel)
                assert answered.trouble is None, typed
            await here.app.runner.hand_over()
            await here.settle()
            async with here.app.store.read() as tx:
                (parked,) = await tx.parked()
            assert parked.kind == "Page"
            assert len(here.ours("checkout")) == 1
