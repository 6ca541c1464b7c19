"""The pages for those who own an alert or a tool."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from incibot.core.evidence import Alert, State, Verdict
from incibot.core.people import UserId
from tests.bench import START
from tests.evidence import tells
from tests.web.browser import Browser
from tests.web.test_pages import HARM, is_harmless

LONG_AGO = START - timedelta(days=90)


def fires(n: int, title: str, *, at: int, service: str = "checkout", times: int = 1) -> list[Alert]:
    """So often, at that hour, and over soon; it is said twice each time that it fires."""
    found = []
    for one in range(times):
        since = START.replace(hour=at) - timedelta(days=one + 1)
        for minute, state in enumerate((State.FIRING, State.FIRING, State.RESOLVED)):
            found.append(
                Alert(
                    id=f"{n}.{one}.{minute}",
                    key=str(n),
                    state=state,
                    title=title,
                    service=service,
                    at=since + timedelta(minutes=minute),
                )
            )
    return found


async def test_what_alerts_were_worth_those_of_the_least_use_first(ana: Browser) -> None:
    there = ana.there
    await tells(there, *fires(1, "Disk is filling", at=3, times=4))
    await tells(there, *fires(2, "Disk is filling", at=12))  # another, of the same title
    await tells(there, *fires(3, "=SUM(1)", at=12, service="payments"))
    await tells(there, *fires(4, HARM, at=12, service="web"))
    await tells(there, *fires(5, "Page us", at=12, service="web"), source="pagerduty")
    await tells(there, Alert(id="a", key="1", state=State.ACKNOWLEDGED, title="Disk is filling"))
    await tells(there, *fires(6, "Long ago", at=12, times=40)[90:])
    await there.person("ana").types("/incident", "general")
    await there.person("ana").submits({"title": "Zibeline", "private": "private"})
    await there.settle()

    async with there.app.store.begin() as tx:
        ids = {one.alert.key: one.alert.id for one in await tx.heard(since=LONG_AGO)}
        await tx.attach(ids["3"], 1)
        for user, key, useful, why in (
            ("U7", "1", False, "nothing to do at night"),
            ("U8", "2", False, "password=hunter2"),
            ("U9", "3", True, "+1"),
        ):
            await tx.judge(ids[key], Verdict(user=UserId(user), useful=useful, why=why))
    page = await ana.get("/alerts")
    assert page.status == 200
    assert is_harmless(page.text)
    assert "hunter2" not in page.text
    assert "Zibeline" not in page.text
    assert "INC-1" not in page.text
    for user in ("U7", "U8", "U9"):
        assert user not in page.text
    assert page.text.index("Disk is filling") < page.text.index("Page us")
    assert page.text.index("Page us") < page.text.index("=SUM(1)")
    assert "nothing to do at night" in page.text
    assert "Long ago" not in page.text
    assert "Long ago" in (await ana.get("/alerts?days=90")).text

    table = await ana.get("/alerts.csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    disk, pager, harm, formula = rows
    assert disk == {
        "title": "Disk is filling",
        "service": "checkout",
        "source": "alertmanager",
        "fired": "5",
        "outside_08_18_or_paged": "4",
        "acknowledged": "1",
        "led_to_an_incident": "0",
        "useful": "0",
        "not_useful": "2",
        "why": disk["why"],
    }
    assert disk["why"].startswith("not useful: nothing to do at night; not useful: ")
    assert "hunter2" not in table.text
    assert (pager["fired"], pager["outside_08_18_or_paged"]) == ("1", "1")
    assert harm["outside_08_18_or_paged"] == "0"
    assert formula["title"] == "'=SUM(1)"
    assert (formula["led_to_an_incident"], formula["useful"]) == ("1", "1")
    assert (await Browser(there).get("/alerts.csv")).status == 403


async def test_friction_is_listed_by_month_to_those_who_may_see_the_incident(ana: Browser) -> None:
    there = ana.there
    await ana.there.person("ana").types("/incident", "general")
    await ana.there.person("ana").submits({"title": "Zibeline", "private": "private"})
    await there.settle()
    private = (await there.incident(1)).channel_name
    await there.types("friction the vault was locked", channel=private)
    public = (await there.declares()).channel_name
    await there.types(f"friction Grafana takes a minute {HARM}", channel=public)
    there.clock.passes(days=30)
    await ana.signs_in()
    await there.types("friction password=hunter2", channel=public)
    page = await ana.get("/friction")
    assert is_harmless(page.text)
    assert page.text.index("December 2026") < page.text.index("November 2026")
    assert "Grafana takes a minute" in page.text
    assert "the vault was locked" in page.text
    assert "hunter2" not in page.text
    dana = Browser(there)
    await dana.signs_in("dana")
    assert "Grafana takes a minute" in (await dana.get("/friction")).text
    assert "vault" not in (await dana.get("/friction")).text
