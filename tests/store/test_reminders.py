"""Whatever happens, and whoever looks: each lack is spoken of once, and none is forgotten."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.people import UserId
from incibot.core.playbook import Playbook, Reminder
from incibot.store.unit import Store, Transaction
from tests.bench import Clock

ANA = UserId("U1")
SKEW = timedelta(minutes=3)  # how far the clocks of two workers are from the middle
HAPPENS = st.lists(
    st.sampled_from(
        ["take", "give up", "update", "end", "take up again", "snooze", "off", "on", "look"]
    )
    | st.sampled_from([1, 4, 15, 29, 120, 1500, 8000]),  # minutes that pass
    max_size=14,
)


async def write(store: Store, change: Change) -> None:
    await store.write(partial(Transaction.apply, change=change))


async def declared(store: Store) -> int:
    async with store.begin() as tx:
        number = await tx.next_number()
        draft = moves.Draft(title="Checkout", severity="sev2", declared_by=ANA)
        await tx.apply(moves.declare(draft, number=number, book=Playbook(), at=tx.at))
    return number


async def happen(store: Store, number: int, what: str, key: str) -> Reminder | None:
    """Let it happen if it can; the reminder that may speak again because of it."""
    async with store.read() as tx:
        incident = await tx.incident(number)
    book, at = store.book, store.clock()
    role, over = book.roles[0], book.is_over(incident.status)
    about = Reminder.REVIEW if over else Reminder.UPDATE
    match what:
        case "take" if not incident.holders(role.word):
            await write(store, moves.assign(incident, role, [ANA], by=ANA, at=at, key=key))
        case "give up" if incident.holders(role.word):
            await write(store, moves.release(incident, role, [], by=ANA, at=at, key=key))
        case "update":
            await write(store, moves.update(incident, "better", by=ANA, at=at, key=key))
        case "end" if not over:
            await write(store, moves.resolve(incident, "", book=book, by=ANA, at=at, key=key))
        case "take up again" if over:
            await write(store, moves.reopen(incident, "x", book=book, by=ANA, at=at, key=key))
        case "snooze" | "on" | "off":
            until = at + timedelta(minutes=15) if what == "snooze" else None

            async def quiet(tx: Transaction) -> None:
                await tx.snooze(number, [about], by=ANA, until=until, off=what == "off")

            await store.write(quiet)
            return about if what != "off" else None
    return None


async def look(stores: tuple[Store, ...], number: int) -> list[tuple[Reminder, datetime]]:
    """Both look at the same time; what was spoken of, and since when it had been missing."""
    spoke = await asyncio.gather(
        *(store.write(partial(Transaction.remind, number=number)) for store in stores)
    )
    async with stores[0].read() as tx:
        kept = await tx.reminders(number)
        missing = await tx.lacks(await tx.incident(number))
    said = [reminder for one in spoke for reminder in one]
    assert len(said) == len(set(said)), "each by one of them"
    for reminder in said:
        assert kept[reminder].spoke_of == missing[reminder].since
        assert missing[reminder].due_at <= stores[1].clock()
    return [(reminder, missing[reminder].since) for reminder in said]


@settings(max_examples=25)
@given(HAPPENS)
async def test_each_lack_is_spoken_of_once_and_none_is_forgotten(
    store: Store, happens: list[str | int]
) -> None:
    number = await declared(store)
    clock = store.clock
    assert isinstance(clock, Clock)
    stores = tuple(
        Store(store.engine, store.book, lambda by=by: clock() + by) for by in (-SKEW, SKEW)
    )
    said: Counter[tuple[Reminder, datetime]] = Counter()
    allowed: Counter[Reminder] = Counter()
    for place, what in enumerate(happens):
        if isinstance(what, int):
            clock.passes(minutes=what)
        elif what == "look":
            said.update(await look(stores, number))
        else:
            # One microsecond, since no two decisions of one incident are taken in the same one.
            clock.passes(microseconds=1)
            again = await happen(store, number, what, f"{number}:{place}")
            allowed.update([again] if again else [])
    clock.passes(days=8)
    said.update(await look(stores, number))
    clock.passes(days=8)
    assert await look(stores, number) == []

    for (reminder, _), times in said.items():
        assert times <= 1 + allowed[reminder]
    async with store.read() as tx:
        kept, missing = await tx.reminders(number), await tx.lacks(await tx.incident(number))
    for reminder, lack in missing.items():
        assert kept[reminder].off or kept[reminder].spoke_of == lack.since
    assert {one.due_at for one in kept.values()} == {None}
