"""App Home: what is open, what is mine, what ended lately."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from incibot.core import moves
from tests.bench import Bench, text_of


async def opens(there: Bench, who: str) -> dict[str, Any]:
    person = there.person(who)
    await person.opens_home()
    await there.settle()
    assert person.home is not None
    return person.home


async def test_an_empty_home_lets_one_declare_and_says_what_there_is(there: Bench) -> None:
    home = await opens(there, "ana")
    assert "Nothing is open." in text_of(home)
    ana = there.person("ana")
    await ana.clicks("run:help")
    assert ana.view is not None
    assert "/incident" in text_of(ana.view)
    assert "declare [sev] &lt;title&gt;" in text_of(ana.view)


async def test_a_home_shows_what_is_open_and_lets_one_in(there: Bench) -> None:
    incident = await there.declares("sev2 Checkout & carts <b>")
    dana = there.person("dana")
    home = await opens(there, "dana")
    assert "*INC-1* Checkout &amp; carts &lt;b&gt;" in text_of(home)
    assert "*My roles*" not in text_of(home)
    await dana.clicks("run:join")
    await there.settle()
    assert dana.id in there.slack.channel(incident.channel_name).members
    assert dana.view is not None
    assert "You are being invited" in text_of(dana.view)


async def test_a_home_shows_my_roles_and_my_tasks_which_can_be_ticked_off(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.types("task @ana call the provider", channel=channel)
    await there.types("task @bela look at the queue", channel=channel)
    home = await opens(there, "ana")
    assert "Incident commander of *INC-1*" in text_of(home)
    assert "call the provider" in text_of(home)
    assert "look at the queue" not in text_of(home)
    ana = there.person("ana")
    await ana.clicks("run:task")
    await there.settle()
    assert "call the provider" not in text_of(ana.home)
    done, still = (await there.incident()).tasks
    assert done.done_by == ana.id
    assert still.done_at is None


async def test_what_ended_lately_can_be_reviewed(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.types("resolve", channel=channel)
    home = await opens(there, "bela")
    assert "Nothing is open." in text_of(home)
    assert "*Ended lately*" in text_of(home)
    await there.person("bela").clicks("run:review")
    await there.settle()
    assert "The review draft of INC-1" in text_of(there.person("bela").view)
    there.clock.passes(days=40)
    assert "*Ended lately*" not in text_of(await opens(there, "bela"))


async def test_three_hundred_open_incidents_fit(there: Bench) -> None:
    ana = there.person("ana").id
    async with there.app.store.begin() as tx:
        for _ in range(300):
            number = await tx.next_number()
            draft = moves.Draft(
                title="🔥 & <!channel> " * 180, severity="sev2", declared_by=ana, commander=ana
            )
            change = moves.declare(draft, number=number, book=tx.book, at=tx.at)
            incident = await tx.apply(replace(change, jobs=()))
            assert incident is not None
            incident = await tx.incident(number)
            task = moves.add_task(incident, "do it " * 400, ana, by=ana, at=tx.at, key=str(number))
            await tx.apply(replace(task, jobs=()))
    home = await opens(there, "ana")
    assert "*Open* (300)" in text_of(home)
    assert "… and 275 more" in text_of(home)
    assert len(home["blocks"]) <= 100
    answer = await there.types("list")
    assert answer.trouble is None
    assert "*INC-300*" in text_of(answer.raw)
    shown = text_of(answer.raw).count("run:join")
    assert f"… and {300 - shown} older ones" in text_of(answer.raw)
    await there.types("Another", who="bela")
    await there.person("bela").submits()
    await there.settle()
    assert (await there.incidents())[0].title == "Another"
