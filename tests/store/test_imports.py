"""Timelines of others, and what analysts wrote beside entries, on each database."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from incibot.core.history import Coding
from incibot.core.imports import reader_of, told
from incibot.core.imports.weaving import Framing
from incibot.store import codings
from incibot.store.imports import Brought, bring_in
from incibot.store.unit import Store
from tests.imports.published import FOLDER, IMPORTED


async def test_two_who_bring_in_the_same_record_at_once_make_one_incident(store: Store) -> None:
    name = "dfds-2024-03-13-notready.json"
    record = told(reader_of(name).read((FOLDER / name).read_text()), now=IMPORTED)

    async def bring() -> Brought:
        return await bring_in(store, record, Framing())

    brought = await asyncio.gather(*(bring() for _ in range(4)))

    assert len({one.incident.number for one in brought}) == 1
    assert sum(one.fresh for one in brought) == 25
    number = brought[0].incident.number
    async with store.read() as tx:
        whole = await tx.history(await tx.incident(number), zone=ZoneInfo("UTC"))
        verdict = await tx.verdict(number)
        reminders = await tx.reminders(number)
    assert len(whole.entries) == 26
    assert whole.head.foreign
    assert sum(not entry.is_timed for entry in whole.entries) == 2
    assert verdict.wrong == verdict.loose == ()
    assert all(kept.off for kept in reminders.values())  # nobody is asked for its review

    first = whole.entries[-1].id
    wanted = {first: Coding(tags="load; 🔥", note="x" * 5000, include="y")}
    for again in (1, 0):
        changed = await store.write(lambda tx: codings.note(tx.connection, wanted, at=tx.at))
        assert changed == again
    async with store.read() as tx:
        head = await tx.head(await tx.incident(number), zone=ZoneInfo("UTC"))
        known = await codings.belonging(tx.connection, [first, 10**9], number=number)
        elsewhere = await codings.belonging(tx.connection, [first], number=number + 1)
    assert head.codings == wanted
    assert (known, elsewhere) == (frozenset({first}), frozenset())
    await store.write(lambda tx: codings.note(tx.connection, {first: Coding()}, at=tx.at))
    async with store.read() as tx:
        assert await codings.load(tx.connection, number) == {}
