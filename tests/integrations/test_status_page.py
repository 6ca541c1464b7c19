"""What is said to the public: only what somebody confirmed, once, and without names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from incibot.config import Integrations, Secret
from incibot.config.status_page import StatusPage
from incibot.core.publication import Publication
from tests.bench import Bench, bench, text_of
from tests.integrations.elsewhere import DOWN, HALF, LOST, Elsewhere, Fault, Statuspage, served


@asynccontextmanager
async def page(folder: Path) -> AsyncIterator[tuple[Bench, Statuspage, Elsewhere]]:
    product = Statuspage()
    async with served(product) as server:
        config = StatusPage(
            page="pg1",
            token=Secret("t0ken"),
            address=server.address,
            components={"Checkout": "c1", "Login": "c2"},
            notify=True,
        )
        integrations = Integrations(status_page=config, private_hosts=("127.0.0.1",))
        async with bench("sqlite://", folder, integrations=integrations) as there:
            yield there, product, server


async def publishes(there: Bench, channel: str, typed: str = "publish", **values: Any) -> Any:
    ana = there.person("ana")
    await there.types(typed, channel=channel)
    answer = await ana.submits({"title": "Checkout is slow", **values})
    await there.settle()
    if answer.errors:
        await ana.closes_view(everything=True)
    return answer


async def publications(there: Bench, number: int = 1) -> list[Publication]:
    async with there.app.store.read() as tx:
        return await tx.publications(number)


async def test_an_update_is_drafted_looked_over_and_posted(tmp_path: Path) -> None:
    async with page(tmp_path) as (there, product, server):
        channel = (await there.declares()).channel_name
        await there.types("update @bela sees that payments fail; more at 15:00", channel=channel)
        await there.types("status mitigated flag is off", channel=channel)
        await there.types("publish", channel=channel)
        view = text_of(there.person("ana").view)
        assert "somebody sees that payments fail; more at 15:00" in view
        assert not server.calls  # nothing leaves before it is confirmed
        await there.person("ana").submits(
            {"title": "Checkout is slow", "components": ["Checkout"], "working": "partial_outage"}
        )
        await there.settle()
        (one,) = product.incidents
        assert (one["name"], one["status"], one["impact_override"]) == (
            *("Checkout is slow", "monitoring", "minor"),
        )
        assert one["body"] == "somebody sees that payments fail; more at 15:00"
        assert one["components"] == {"c1": "partial_outage"}
        assert one["component_ids"] == ["c1"]
        assert one["deliver_notifications"] is True
        assert "INC-1" not in text_of(one)
        (entry,) = [one for one in await there.timeline() if "published" in one.data]
        assert "Published on the <https://stspg.io/i1|status page> as monitoring" in entry.words
        assert entry.source.url == "https://stspg.io/i1"

        # What follows goes to the same incident there, with what was chosen before.
        await there.types("resolve", channel=channel)
        await publishes(there, channel, "publish All is well again")
        (one,) = product.incidents
        assert one["updates"][1:] == ["All is well again"]
        assert (one["status"], one["components"]) == ("resolved", {"c1": "operational"})


async def test_each_update_is_there_once_whatever_goes_wrong(tmp_path: Path) -> None:
    async with page(tmp_path) as (there, product, server):
        channel = (await there.declares()).channel_name
        faults = [
            *(LOST, HALF, DOWN, Fault(status=429), Fault(status=420), Fault(status=500)),
        ]
        for number, fault in enumerate(faults, start=1):
            method = "POST" if number == 1 else "PATCH"
            server.faults.append(
                Fault(
                    **{name: getattr(fault, name) for name in ("status", "after", "half")},
                    only=method,
                )
            )
            await publishes(there, channel, f"publish Word {number}")
            there.clock.passes(minutes=2)
            await there.settle()
            assert not server.faults
        (one,) = product.incidents
        assert one["updates"] == [f"Word {number}" for number in range(1, len(faults) + 1)]
        published = [one for one in await there.timeline() if "published" in one.data]
        assert len(published) == len(faults)


async def test_what_the_page_refuses_is_shown_and_holds_up_nothing(tmp_path: Path) -> None:
    async with page(tmp_path) as (there, product, server):
        channel = (await there.declares()).channel_name
        for status in (401, 404, 409, 422):
            server.faults.append(Fault(status=status, body='{"error": "so it is"}'))
            await publishes(there, channel, f"publish Refused with {status}")
            card = text_of(there.ours(channel)[0])
            assert f"Could not put an update on the status page: Statuspage: {status}" in card
            assert "so it is" in card
        async with there.app.store.begin() as tx:
            await tx.retry()
        await there.settle()
        assert product.incidents[0]["updates"] == ["Refused with 422"]  # the last of them
        assert "Could not" not in text_of(there.ours(channel)[0])
        await publishes(there, channel, "publish And on")
        assert product.incidents[0]["updates"] == ["Refused with 422", "And on"]


async def test_one_that_is_refused_does_not_hold_up_those_after_it(tmp_path: Path) -> None:
    async with page(tmp_path) as (there, product, server):
        channel = (await there.declares()).channel_name
        server.faults += [Fault(status=503), Fault(status=422)]
        for number in (1, 2, 3):
            await publishes(there, channel, f"publish Word {number}")
        assert not product.incidents
        there.clock.passes(minutes=2)
        await there.settle()
        (one,) = product.incidents
        assert one["updates"] == ["Word 2", "Word 3"]
        assert "Statuspage: 422" in text_of(there.ours(channel)[0])
        async with there.app.store.begin() as tx:
            await tx.retry()
        await there.settle()
        assert one["updates"] == ["Word 2", "Word 3"]
        assert "Statuspage" not in text_of(there.ours(channel)[0])


async def test_nobody_is_named_and_nothing_private_leaves_unconfirmed(tmp_path: Path) -> None:
    async with page(tmp_path) as (there, product, _server):
        channel = (await there.declares()).channel_name
        await there.types("commander @bela", channel=channel)
        name = there.person("bela").user.real_name
        answer = await publishes(there, channel, text=f"{name} repairs it")
        assert answer.errors["text"] == f"No names on a public page: {name.split()[0]}."
        await there.types("")
        await there.person("ana").submits(
            {"title": "A leak", "severity": "sev2", "private": "private"}
        )
        await there.settle()
        answer = await publishes(there, "general", "publish INC-2 Some of it")
        assert "confirm" in answer.errors
        assert not product.incidents
        await publishes(there, "general", "publish INC-2 Some of it", confirm=["confirm"])
        assert product.incidents[0]["updates"] == ["Some of it"]
        assert "There is no INC-2" in text_of((await there.types("publish INC-2", who="dana")).raw)


async def test_without_a_page_the_refusal_says_who_sets_it_up(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    assert "No status page is set up" in text_of((await here.types("publish", channel=channel)).raw)
