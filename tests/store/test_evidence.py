"""Where alerts are shown, by whichever process comes first, and what is said of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from incibot.core.evidence import Alert, Change, Remark, State, Verdict, What
from incibot.core.people import ChannelId, UserId
from incibot.core.storms import ALONE
from incibot.store.unit import Store
from tests.bench import START
from tests.evidence import take_in

ROOM = "#alerts"


async def test_of_many_that_are_placed_at_once_no_more_than_a_few_are_alone(store: Store) -> None:
    many = ALONE + 7
    told = [Alert(id=f"{n}", key=f"{n}", state=State.FIRING, title=f"{n}") for n in range(many)]
    await store.write(lambda tx: take_in(tx, told, "x", "x"))
    async with store.read() as tx:
        ids = [one.alert.id for one in await tx.heard(since=START)]
    assert len(ids) == many
    places = await asyncio.gather(
        *(store.write(lambda tx, id=id: tx.place(id, lambda _: ROOM)) for id in ids)
    )
    assert sorted(str(one.storm) for one in places if one) == ["1"] * 7 + ["None"] * ALONE
    again = await store.write(lambda tx: tx.place(ids[0], lambda _: "#elsewhere"))
    assert again == places[0], "it stays where it is"
    await store.write(lambda tx: tx.know_room(ROOM, ChannelId("C1")))
    async with store.read() as tx:
        storm = await tx.storm(ROOM, 1)
        assert storm is not None
        assert (storm.count, storm.channel, storm.since) == (7, "C1", START)
        assert len(await tx.alerts_of_storm(ROOM, 1, limit=3)) == 3
        assert await tx.storm(ROOM, 2) is None


async def test_what_was_told_and_said_of_an_alert_is_read_back(store: Store) -> None:
    firing = Alert(
        id="a", key="k", state=State.FIRING, title="🔥", details="d", links={"Graph": "https://g"}
    )
    at = START + timedelta(microseconds=7)
    told = [firing, Remark(id="r", key="k", words="looking", actor="Ana A.", at=at)]
    await store.write(lambda tx: take_in(tx, told, "x", "x"))
    async with store.begin() as tx:
        alert = (await tx.heard(since=START))[0].alert
        verdict = Verdict(user=UserId("U1"), useful=False, why="noise")
        await tx.judge(alert.id, replace(verdict, useful=True, why=""))
        await tx.judge(alert.id, verdict)
    async with store.read() as tx:
        assert await tx.alert(alert.id) == alert
        assert (alert.title, alert.key, dict(alert.links)) == ("🔥", "k", {"Graph": "https://g"})
        first, remark = await tx.notices(alert.id)
        assert (first.state, first.words) == (State.FIRING, "d")
        assert (remark.state, remark.at, remark.actor) == (None, at, "Ana A.")
        assert await tx.verdicts(alert.id) == [verdict]
        assert await tx.heard(since=START + timedelta(seconds=1)) == []


async def test_changes_are_those_of_the_time_that_is_asked_for(store: Store) -> None:
    hours = [START - timedelta(hours=n) for n in range(5)]
    told = [Change(id=f"{n}", what=What.DEPLOY, title=f"{n}", at=at) for n, at in enumerate(hours)]
    await store.write(lambda tx: take_in(tx, told, "x", "x"))
    async with store.read() as tx:
        found = await tx.changes(since=hours[3], until=hours[1])
    assert [one.title for one in found] == ["1", "2", "3"]
