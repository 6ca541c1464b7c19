"""What whoever takes over on call reads: once a week, and when they ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from incibot.config.on_call import WeeklyBrief
from incibot.jobs.runner import Runner
from incibot.store.schema import alerts, changes, verdicts
from tests.bench import Bench, Clock, bench, text_of
from tests.integrations.systems import BOOK, Systems, on_call_of, systems

BRIEF = WeeklyBrief(day=0, at=time(9), channel="#checkout")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # nine in Paris


def with_brief(there: Systems, brief: WeeklyBrief = BRIEF) -> Any:
    made = there.integrations()
    checkout, mail = made.on_call.schedules
    schedules = (replace(checkout, brief=brief), mail)
    return replace(made, on_call=replace(made.on_call, schedules=schedules))


async def live_a_week(here: Bench) -> None:
    """Alerts, two of them judged; changes; and incidents of several services and weeks."""
    team = ""
    async with here.app.store.begin() as tx:
        for n, (service, days) in enumerate(
            [("Checkout", 1), ("Checkout", 2), ("Checkout", 3), ("Checkout", 9), ("Mail", 1)]
        ):
            at = MONDAY - timedelta(days=days)
            row = {"id": n + 1, "key": f"a{n}", "source": "x", "hook": "x", "named": "x"}
            row |= {"title": "CPU", "details": "", "service": service, "severity": "", "url": ""}
            row |= {"links": {}, "state": "firing", "fired": 1, "team": team}
            row |= {"first_at": at, "fired_at": at, "changed_at": at}
            await tx.connection.execute(insert(alerts).values(**row))
            change = {"key": f"c{n}", "source": "x", "hook": "x", "what": "deploy", "title": "x"}
            change |= {"details": "", "service": service, "version": "", "environment": ""}
            change |= {"state": "", "actor": "", "url": "", "at": at, "heard_at": at, "data": {}}
            await tx.connection.execute(insert(changes).values(**change, team=team))
        for alert, user, useful in (
            (1, "U1", True),
            (2, "U1", False),
            (2, "U2", False),
            (4, "U1", True),
        ):
            row = {"alert": alert, "user": user, "useful": useful, "why": "", "at": MONDAY}
            await tx.connection.execute(insert(verdicts).values(**row, team=team))


async def declares(here: Bench, title: str, **values: str) -> None:
    await here.types(title)
    await here.person("ana").submits({"title": title, **values})
    await here.settle()


async def test_the_channel_reads_once_a_week_what_the_week_was_like(tmp_path: Path) -> None:
    clock = Clock(MONDAY - timedelta(days=10))
    async with (
        systems() as there,
        bench(
            "sqlite://",
            tmp_path,
            book=BOOK,
            clock=clock,
            integrations=with_brief(there),
            INCIBOT_TIME_ZONE="Europe/Paris",
        ) as here,
    ):
        there.on_calls["PSCHED1"] = [
            on_call_of(
                "Ana", "ana@northwind.example", "2026-11-16T08:00:00Z", "2026-11-23T09:00:00Z"
            ),
            on_call_of("Bela", "bela@northwind.example", "2026-11-23T09:00:00Z", None),
        ]
        await declares(here, "Long ago", other_service="Checkout")
        clock.at = MONDAY - timedelta(days=2)
        await declares(here, "Checkout answers 500", other_service="acme/checkout")
        await declares(here, "Somebody reads mail", other_service="Checkout", private="private")
        await declares(here, "Mail is late", other_service="Mail")
        await live_a_week(here)

        clock.at = MONDAY - timedelta(seconds=1)
        await here.app.runner.hand_over()
        await here.settle()
        assert not here.ours("checkout")
        clock.at = MONDAY
        other = Runner(here.app.workspaces)
        for _ in range(2):
            for runner in (here.app.runner, other):
                await runner.hand_over()
            await here.settle()
            clock.passes(hours=1)
        (said,) = map(text_of, here.ours("checkout"))
        assert "Checkout: the week before this hand-over" in said
        ids = {name: here.person(name).id for name in ("ana", "bela")}
        assert f"Primary: <@{ids['ana']}> until" in said
        assert f"next is <@{ids['bela']}> from" in said
        assert "Incidents in these seven days: 1" in said
        assert "Checkout answers 500" in said
        for other_title in ("Long ago", "Somebody reads", "Mail is late"):
            assert other_title not in said
        assert "Alerts that fired: 3; of the 2 that somebody judged, 1 were useful (50 %)" in said
        assert "Changes to production: 3" in said

        # A week on, after an outage: once, if it is not a day late.
        clock.at = MONDAY + timedelta(days=8) - timedelta(seconds=1)
        await here.app.runner.hand_over()
        await here.settle()
        assert len(here.ours("checkout")) == 2
        assert "Alerts that fired: none" in text_of(here.ours("checkout")[-1])
        clock.at = MONDAY + timedelta(days=15)
        await here.app.runner.hand_over()
        await here.settle()
        assert len(here.ours("checkout")) == 2

        clock.at = MONDAY
        asked = len(there.calls)
        said = text_of((await here.types("oncall brief Checkout")).raw)
        assert len(there.calls) == asked  # it waits for nobody
        assert "Incidents in these seven days: 1" in said
        assert "Somebody reads" not in said
        assert not re.search(r"by <@U\w+> ?\d|\d+ (pages|alerts) for", said)


async def test_a_brief_is_for_the_workspace_that_is_named(tmp_path: Path) -> None:
    async with systems() as there:
        elsewhere = replace(BRIEF, workspace="TELSEWHERE")
        made = with_brief(there, elsewhere)
        async with bench(
            "sqlite://",
            tmp_path,
            book=BOOK,
            clock=Clock(MONDAY + timedelta(hours=2)),
            integrations=made,
        ) as here:
            await here.app.runner.hand_over()
            await here.settle()
            assert not here.ours("checkout")


async def test_a_brief_that_dies_half_way_is_posted_once(tmp_path: Path) -> None:
    async with systems() as there:
        clock = Clock(MONDAY + timedelta(hours=2))
        async with bench(
            "sqlite://", tmp_path, book=BOOK, clock=clock, integrations=with_brief(there)
        ) as here:
            await here.person("ana").invites(here.slack.workspace.bot.id, "checkout")
            here.slack.faults.fails("chat.postMessage", "fatal_error", times=1)
            await here.app.runner.hand_over()
            await here.settle()
            clock.passes(minutes=1)
            await here.settle()
            (said,) = map(text_of, here.ours("checkout"))
            assert "Primary: not known" in said or "Primary: nobody" in said
            assert ":warning: Secondary: Opsgenie: 404" in said
