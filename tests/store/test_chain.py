"""The record proves itself: whatever is recorded fits its chain, and whatever is altered is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core import moves
from incibot.core.chain import FIRST, Tip, Verdict, proved
from incibot.core.change import Post
from incibot.core.people import ChannelId, UserId
from incibot.core.playbook import Playbook
from incibot.core.timeline import Entry, EntryKind, Mark, MarkEvent, Source, moment_of
from incibot.store import chain
from incibot.store.database import connect
from incibot.store.schema import (
    assignments,
    chains,
    entries,
    incidents,
    links,
    listening,
    marks,
    milestones,
    review_versions,
    reviews,
    tasks,
    wordings,
)
from incibot.store.types import Moment
from incibot.store.unit import Store, Transaction
from tests.bench import START, Clock

BOOK = Playbook()
ANA, BO = UserId("U1"), UserId("U2")
RECORD = (
    incidents,
    assignments,
    milestones,
    tasks,
    entries,
    wordings,
    marks,
    reviews,
    review_versions,
    chains,
    links,
)
BOOKKEEPING = {("chains", "checked_at")}  # says where to look, and proves nothing


def channel_of(number: int) -> ChannelId:
    return ChannelId(f"C{number}")


def ts(second: int) -> str:
    return f"17951832{second:02d}.000100"


def message(number: int, second: int, words: str, **data: Any) -> Entry:
    channel, at = channel_of(number), ts(second)
    return Entry(
        key=f"slack:{channel}:{at}",
        kind=EntryKind.MESSAGE,
        occurred_at=moment_of(at),
        words=words,
        by=ANA,
        source=Source(channel=channel, ts=at),
        data=data,
    )


async def opened(store: Store) -> int:
    """An incident with a channel."""

    async def work(tx: Transaction) -> int:
        number = await tx.next_number()
        draft = moves.Draft(title="Checkout", severity="sev2", declared_by=ANA, commander=ANA)
        await tx.apply(moves.declare(draft, number=number, book=BOOK, at=tx.at))
        incident = await tx.incident(number)
        channel = channel_of(number)
        await tx.apply(
            moves.channel_opened(incident, channel, f"inc-{number}", book=BOOK, at=tx.at)
        )
        return number

    return await store.write(work)


async def verdict(store: Store, number: int, *, kept: Tip | None = None) -> Verdict:
    async with store.read() as tx:
        return await tx.verdict(number, kept=kept)


async def mark(tx: Transaction, number: int, second: int, *, on: bool = True, at: int = 90) -> None:
    await tx.mark(
        MarkEvent(
            channel=channel_of(number),
            ts=ts(second),
            mark=Mark.KEY_MOMENT,
            user=BO,
            via="pushpin",
            at=ts(at),
            on=on,
        )
    )


async def eventful(store: Store) -> int:
    """An incident in which everything happened that can: its number."""
    number = await opened(store)

    async def work(tx: Transaction) -> None:
        incident = await tx.incident(number)
        await tx.record(number, message(number, 1, "errors in eu-west", files=["graph.png"]))
        await tx.record(number, message(number, 2, "my password is hunter2", files=["secret.txt"]))
        await tx.record(number, message(number, 3, "it is the cache"))
        key = message(number, 1, "").key
        await tx.reword(key, "errors in eu-west and us-east", since=ts(20))
        await tx.reword(key, "errors everywhere", since=ts(30))
        await mark(tx, number, 1)
        await mark(tx, number, 1, on=False, at=95)
        await mark(tx, number, 3)
        await tx.erase(channel_of(number), ts(2), at=moment_of(ts(40)))
        noted = moves.note(
            incident, EntryKind.NOTE, "the deploy", by=ANA, occurred_at=START, key="1"
        )
        await tx.apply(noted)
        found = await tx.entry_by_key(number, "note:1")
        assert found is not None
        await tx.apply(
            replace(
                noted,
                entries=(),
                jobs=(),
                posts=(Post(key="echo:note:1", channel=channel_of(number), ts=ts(50)),),
            )
        )
        await tx.take_back(number, found.id, by=BO)
        await tx.rewrite_review(number, "# Draft", over=0, by=ANA)
        await tx.rewrite_review(number, "# Draft\n\nWe were on the train.", over=1, by=BO)
        await tx.apply(moves.rate(incident, "sev1", "worse", book=BOOK, by=ANA, at=tx.at, key="2"))
        for n, words in enumerate(("look at the cache", "tell support")):
            incident = await tx.incident(number)
            await tx.apply(moves.add_task(incident, words, BO, by=ANA, at=tx.at, key=f"t{n}"))
        incident = await tx.incident(number)
        await tx.apply(moves.assign(incident, BOOK.roles[1], [BO], by=ANA, at=tx.at, key="4"))

    await store.write(work)
    return number


# What is recorded fits


async def test_an_eventful_incident_is_proved_from_its_declaration_on(store: Store) -> None:
    number = await eventful(store)
    found = await verdict(store, number)
    assert found.wrong == found.loose == found.taken_up == ()
    assert found.from_the_start
    assert found.since == START
    assert (found.changes, found.erased) == (6, 1)
    async with store.read() as tx:
        assert found.entries == len([one async for one in tx.entries(number)])
    lines = list(proved(found))
    assert lines[0].startswith(f"INC-{number} is proved: {found.entries} entries and 6 changes")
    assert lines[-1] == f"head {found.tip.length}:{found.tip.hash}"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["say", "say", "edit", "mark", "unmark", "delete", "note", "back", "rate", "review"]
        ),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(max_examples=20)
@given(steps=STEPS, repeat=st.booleans())
async def test_whatever_is_recorded_in_whatever_order_fits_its_chain(
    store: Store, steps: list[tuple[str, int, int]], repeat: bool
) -> None:
    number = await opened(store)

    async def step(tx: Transaction, what: str, which: int, nth: int) -> None:
        said = message(number, which, f"word {nth}", **({"file": nth} if nth % 2 else {}))
        match what:
            case "say":
                await tx.record(number, said)
            case "edit":
                if nth % 2:
                    await tx.record(number, said, since=ts(10))
                await tx.reword(said.key, f"better {nth}", since=ts(20 + nth))
            case "mark" | "unmark":
                await mark(tx, number, which, on=what == "mark", at=60 + nth)
            case "delete":
                if nth % 2:
                    await tx.record(number, said)
                await tx.erase(channel_of(number), ts(which), at=moment_of(ts(40 + nth)))
            case "note":
                incident = await tx.incident(number)
                await tx.apply(
                    moves.note(
                        incident,
                        EntryKind.NOTE,
                        "x",
                        by=ANA,
                        occurred_at=START,
                        key=f"{number}{nth}",
                    )
                )
            case "back":
                entry = await tx.entry_at(number, channel_of(number), ts(which))
                if entry:
                    await tx.take_back(number, entry.id, by=BO)
            case "rate":
                incident = await tx.incident(number)
                word = "sev1" if incident.severity != "sev1" else "sev2"
                await tx.apply(
                    moves.rate(
                        incident,
                        word,
                        "",
                        book=BOOK,
                        by=ANA,
                        at=tx.at,
                        key=f"{number}.{incident.version}",
                    )
                )
            case "review":
                kept = await tx.kept_review(number)
                over = kept.version if kept else 0
                await tx.rewrite_review(number, f"text {nth}", over=over, by=ANA)

    for what, which, nth in steps * (2 if repeat else 1):
        await store.write(lambda tx, one=(what, which, nth): step(tx, *one))  # type: ignore[misc]
    found = await verdict(store, number)
    assert found.wrong == found.loose == ()


async def test_many_processes_append_to_one_chain_and_it_never_forks(
    store: Store,
) -> None:
    number = await opened(store)
    others = [store, store, store]  # a SQLite file has one process that writes
    if store.engine.dialect.name != "sqlite":
        url = store.engine.url.render_as_string(hide_password=False)
        others[1:] = [Store(connect(url), BOOK, store.clock) for _ in range(2)]

    async def say(one: Store, second: int) -> None:
        async def work(tx: Transaction) -> None:
            await tx.record(number, message(number, second, f"word {second}"))
            await mark(tx, number, second)

        await one.write(work)

    try:
        # Five of each at a time: a server's disk, and not the chain, says how many there can be.
        for begin in range(0, 45, 15):
            await asyncio.gather(*(say(others[n % 3], n) for n in range(begin, begin + 15)))
    finally:
        for one in set(others) - {store}:
            await one.engine.dispose()
    found = await verdict(store, number)
    assert found.wrong == found.loose == ()
    async with store.read() as tx:
        numbers = await tx.connection.execute(
            select(links.c.number).where(links.c.incident == number).order_by(links.c.number)
        )
        assert list(numbers.scalars()) == list(range(1, found.tip.length + 1))
    assert found.tip.length >= 45 * 3


async def test_two_who_have_read_the_same_end_do_not_both_append(store: Store) -> None:
    number = await opened(store)
    tip = (await verdict(store, number)).tip
    stale = replace_length(tip, tip.length - 1)

    async def work(tx: Transaction) -> None:
        fact = chain.checked_fact()
        await chain._append(tx.connection, number, stale, [fact], at=tx.at)

    with pytest.raises(chain.Overtaken):
        async with store.begin() as tx:
            await work(tx)
    assert (await verdict(store, number)).tip == tip


def replace_length(tip: Tip, length: int) -> Tip:
    return Tip(length, tip.hash)


async def test_erased_words_leave_no_salt_by_which_they_could_be_guessed(store: Store) -> None:
    await eventful(store)
    async with store.read() as tx:
        id = (
            await tx.connection.execute(select(entries.c.id).where(entries.c.ts == ts(2)))
        ).scalar_one()
        row = (await tx.connection.execute(select(entries).where(entries.c.id == id))).one()
        assert (row.data, row.salt) == ({}, None)
        words = (await tx.connection.execute(select(wordings).where(wordings.c.entry == id))).all()
        assert [(one.words, one.salt) for one in words] == [("", None)]
        salts = (await tx.connection.execute(select(wordings.c.salt))).scalars().all()
        assert len({one for one in salts if one}) == len([one for one in salts if one])


async def test_who_took_an_entry_back_and_every_text_of_a_review_are_kept(store: Store) -> None:
    number = await eventful(store)
    async with store.read() as tx:
        query = select(entries.c.retracted_at, entries.c.retracted_by)
        row = (await tx.connection.execute(query.where(entries.c.key == "note:1"))).one()
        assert tuple(row) == (START, BO)
        found = await tx.connection.execute(
            select(review_versions)
            .where(review_versions.c.incident == number)
            .order_by(review_versions.c.version)
        )
        assert [(one.version, one.by, one.at, one.markdown) for one in found] == [
            (1, ANA, START, "# Draft"),
            (2, BO, START, "# Draft\n\nWe were on the train."),
        ]


# What is altered is named


@dataclass(frozen=True)
class Tampered:
    connection: AsyncConnection

    @asynccontextmanager
    async def once(self) -> AsyncIterator[None]:
        """One deed, undone."""
        deed = await self.connection.begin_nested()
        try:
            yield
        finally:
            await deed.rollback()

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        found = await self.connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found]


@asynccontextmanager
async def tampering(store: Store) -> AsyncIterator[Tampered]:
    """A hand in the database that no constraint stops; what it does is undone."""
    async with store.engine.connect() as connection:
        match store.engine.dialect.name:
            case "sqlite":
                await connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            case "postgresql":
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
            case _:
                await connection.execute(text("SET SESSION foreign_key_checks = 0"))
        try:
            yield Tampered(connection)
        finally:
            await connection.rollback()
            if store.engine.dialect.name in ("mysql", "mariadb"):
                await connection.execute(text("SET SESSION foreign_key_checks = 1"))
                await connection.rollback()


def other(table: Table, name: str, value: Any) -> Any:
    """Another value that the column takes, as near to it as can be."""
    column = table.c[name]
    if isinstance(column.type, Moment):
        return value + timedelta(microseconds=1) if value else START
    if isinstance(column.type, Boolean):
        return not value
    if name == "data":
        return {**value, "x": "1"}
    if isinstance(value, int) or (value is None and isinstance(column.type, Integer)):
        return (value or 0) + 1000
    if not value or name == "key":
        return f"{value or ''}x"
    last = value[-1]
    return value[:-1] + ("0" if last != "0" else "1")


def same(table: Table, row: dict[str, Any]) -> list[ColumnElement[bool]]:
    return [table.c[one.name] == row[one.name] for one in table.primary_key]


async def judged(hand: Tampered, number: int) -> str:
    """What verify says first; empty if it finds nothing."""
    found = await chain.verdict(hand.connection, number)
    return found.wrong[0].says if found.wrong else ""


@pytest.fixture
async def number(store: Store) -> int:
    return await eventful(store)


@pytest.mark.parametrize("table", RECORD, ids=lambda table: table.name)
async def test_any_value_changed_behind_its_back_is_found(
    store: Store, number: int, table: Table
) -> None:
    missed = []
    async with tampering(store) as hand:
        rows = await hand.rows(table)
        assert rows
        for row in rows:
            for column in table.columns:
                if (table.name, column.name) in BOOKKEEPING:
                    continue
                value = other(table, column.name, row[column.name])
                changed = update(table).where(*same(table, row)).values({column.name: value})
                async with hand.once():
                    await hand.connection.execute(changed)
                    if not await judged(hand, number):
                        missed.append((column.name, row))
    assert missed == []


@pytest.mark.parametrize("table", RECORD, ids=lambda table: table.name)
async def test_any_row_deleted_or_added_behind_its_back_is_found(
    store: Store, number: int, table: Table
) -> None:
    missed = []
    elsewhere = {"incident", "user", "role"} if table is not marks else {"channel"}
    async with tampering(store) as hand:
        for row in await hand.rows(table):
            async with hand.once():
                await hand.connection.execute(delete(table).where(*same(table, row)))
                if not await judged(hand, number):
                    missed.append(("deleted", row))
            if table in (incidents, reviews, chains):
                continue  # there is one of them
            for column in table.primary_key:
                # It would be of another incident or entry, or is the next case.
                if column.name in elsewhere or (table is wordings and column.name == "entry"):
                    continue
                fresh = {**row, column.name: other(table, column.name, row[column.name])}
                if table is entries:
                    fresh["key"] = "slack:added:1"
                async with hand.once():
                    await hand.connection.execute(insert(table).values(fresh))
                    if not await judged(hand, number):
                        missed.append((f"added, other {column.name}", fresh))
    assert missed == []


@pytest.mark.parametrize("table", RECORD, ids=lambda table: table.name)
async def test_two_rows_that_change_places_behind_its_back_are_found(
    store: Store, number: int, table: Table
) -> None:
    keys = {column.name for column in table.primary_key} | {"key", "channel"}
    missed = []
    async with tampering(store) as hand:
        for one, two in pairwise(await hand.rows(table)):
            mine = {name: value for name, value in one.items() if name not in keys}
            theirs = {name: two[name] for name in mine}
            if mine == theirs:
                continue
            async with hand.once():
                await hand.connection.execute(update(table).where(*same(table, one)).values(theirs))
                await hand.connection.execute(update(table).where(*same(table, two)).values(mine))
                if not await judged(hand, number):
                    missed.append((one, two))
    assert missed == []


async def test_the_first_that_was_altered_is_named_with_its_time_and_what_differs(
    store: Store, number: int
) -> None:
    async def id_of(second: int) -> int:
        async with store.read() as tx:
            found = await tx.entry_at(number, channel_of(number), ts(second))
        assert found is not None
        return found.id

    one, two, three = [await id_of(n) for n in (1, 2, 3)]
    named = f"entry {three} of 2026-11-20 14:00:03 UTC"

    async with tampering(store) as hand:
        await hand.connection.execute(
            update(wordings).where(wordings.c.entry == three).values(words="it is DNS")
        )
        assert (await judged(hand, number)).startswith(f"{named}: its words of 2026-11-20 14:00:03")
    async with tampering(store) as hand:
        await hand.connection.execute(update(entries).where(entries.c.id == three).values(by=BO))
        await hand.connection.execute(update(entries).where(entries.c.id == one).values(by=BO))
        assert f"entry {one} of" in await judged(hand, number)
        found = await chain.verdict(hand.connection, number)
        assert [line for line in proved(found) if "1 more thing does not fit" in line]
        assert f"INC-{number} is NOT as it was recorded" in next(iter(proved(found)))
    async with tampering(store) as hand:
        await hand.connection.execute(delete(wordings).where(wordings.c.entry == three))
        await hand.connection.execute(delete(entries).where(entries.c.id == three))
        assert (await judged(hand, number)).startswith(f"entry {three} (slack:")
    async with tampering(store) as hand:
        await hand.connection.execute(
            update(wordings).where(wordings.c.entry == two).values(words="hunter2")
        )
        assert (await judged(hand, number)).startswith(f"entry {two} of")
        assert "erased" in await judged(hand, number)
    async with tampering(store) as hand:
        await hand.connection.execute(update(marks).where(marks.c.ts == ts(3)).values(user="U9"))
        assert named in await judged(hand, number)
        assert "a mark" in await judged(hand, number)
    async with tampering(store) as hand:
        await hand.connection.execute(
            update(incidents).where(incidents.c.number == number).values(severity="sev4")
        )
        assert (await judged(hand, number)).startswith(f"INC-{number} itself")
    async with tampering(store) as hand:
        await hand.connection.execute(
            delete(links).where(links.c.incident == number, links.c.number == 5)
        )
        assert "link 5 of the chain is missing" in await judged(hand, number)


async def test_a_chain_that_was_made_anew_does_not_fit_an_end_kept_elsewhere(
    store: Store, number: int
) -> None:
    tip = (await verdict(store, number)).tip
    assert (await verdict(store, number, kept=tip)).wrong == ()
    assert (await verdict(store, number, kept=Tip(0, FIRST))).wrong == ()
    forged = await verdict(store, number, kept=Tip(tip.length, "0" * 64))
    assert "had another hash" in forged.wrong[0].says
    shorter = await verdict(store, number, kept=Tip(tip.length + 1, tip.hash))
    assert "is missing" in shorter.wrong[0].says


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (entries, "data", "{broken"),
        (entries, "occurred_at", "yesterday"),
        (marks, "on", 7),
        (links, "at", "never"),
        (incidents, "declared_at", "?"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database", ["sqlite://"], indirect=True)  # a server takes no such value
async def test_rows_that_cannot_even_be_read_are_said_to_be_so(
    store: Store, number: int, table: Table, column: str, value: object
) -> None:
    async with tampering(store) as hand:
        odd = text(f'UPDATE {table.name} SET "{column}" = :value')  # noqa: S608
        await hand.connection.execute(odd, {"value": value})
        assert await judged(hand, number)


# Releases that know no chain


async def unchained(store: Store, number: int) -> None:
    """As a database is after the upgrade from a release that knew no chain."""
    async with store.engine.begin() as connection:
        await connection.execute(delete(links).where(links.c.incident == number))
        await connection.execute(delete(chains).where(chains.c.incident == number))
        await connection.execute(
            delete(review_versions).where(review_versions.c.incident == number)
        )
        await connection.execute(update(entries).values(salt=None, retracted_by=None))
        await connection.execute(update(wordings).values(salt=None))


async def an_older_release_listens(store: Store, *, until: datetime) -> None:
    async with store.engine.begin() as connection:
        await connection.execute(delete(listening))
        await connection.execute(
            insert(listening).values(process="older", since=START, until=until)
        )


async def an_older_release_says(store: Store, number: int, second: int, words: str) -> int:
    said = message(number, second, words)
    async with store.engine.begin() as connection:
        await connection.execute(
            insert(entries).values(
                incident=number,
                key=said.key,
                kind=said.kind.value,
                occurred_at=said.occurred_at,
                recorded_at=said.occurred_at,
                by=said.by,
                by_name="",
                source="slack",
                channel=said.source.channel,
                ts=said.source.ts,
                url="",
                data={},
            )
        )
        query = select(entries.c.id).where(entries.c.key == said.key)
        id: int = (await connection.execute(query)).scalar_one()
        await connection.execute(
            insert(wordings).values(entry=id, since=said.source.ts, words=words)
        )
    return id


async def test_what_was_recorded_before_there_were_chains_is_taken_up_and_said_to_be(
    store: Store, number: int
) -> None:
    await unchained(store, number)
    before = await verdict(store, number)
    assert before.wrong == ()
    assert len(before.loose) > 20
    assert "nothing is proved yet" in next(iter(proved(before)))

    assert await store.take_up() == len(before.loose)

    found = await verdict(store, number)
    assert found.wrong == found.loose == ()
    assert len(found.taken_up) == len(before.loose)
    assert not found.from_the_start
    assert any("taken up as they stood" in line for line in proved(found))
    assert await store.take_up() == 0
    assert (await verdict(store, number)).tip == found.tip
    await an_older_release_says(store, number, 70, "added by a hand")
    assert "was added" in (await verdict(store, number)).wrong[0].says


async def test_people_go_on_while_what_was_there_before_is_taken_up(
    store: Store, number: int
) -> None:
    await unchained(store, number)

    async def go_on(tx: Transaction) -> None:
        await tx.reword(message(number, 1, "").key, "errors are over", since=ts(55))
        await mark(tx, number, 1, at=96)
        await tx.erase(channel_of(number), ts(3), at=moment_of(ts(56)))
        incident = await tx.incident(number)
        await tx.apply(moves.rate(incident, "sev3", "", book=BOOK, by=ANA, at=tx.at, key="9"))
        kept = await tx.kept_review(number)
        assert kept is not None
        await tx.rewrite_review(number, "better", over=kept.version, by=BO)

    await store.write(go_on)
    assert (await verdict(store, number)).wrong == ()
    await asyncio.gather(*(store.take_up() for _ in range(3)))
    found = await verdict(store, number)
    assert found.wrong == found.loose == ()


async def test_what_an_older_release_records_beside_a_newer_one_is_no_alarm(store: Store) -> None:
    number = await eventful(store)
    clock = store.clock
    assert isinstance(clock, Clock)
    clock.passes(minutes=5)
    await an_older_release_listens(store, until=clock())
    id = await an_older_release_says(store, number, 70, "from the older one")
    async with store.engine.begin() as connection:
        # It edits, deletes, strikes out, shows, marks, decides and writes a review as well.
        await connection.execute(
            insert(wordings).values(entry=id, since=ts(71), words="edited by it")
        )
        gone = select(entries.c.id).where(entries.c.ts == ts(1)).scalar_subquery()
        await connection.execute(update(wordings).where(wordings.c.entry == gone).values(words=""))
        await connection.execute(
            update(entries).where(entries.c.ts == ts(1)).values(data={}, retracted_at=clock())
        )
        await connection.execute(
            update(entries)
            .where(entries.c.key == f"declared:{number}")
            .values(channel=channel_of(number), ts=ts(72))
        )
        await connection.execute(
            insert(marks).values(
                channel=channel_of(number),
                ts=ts(70),
                mark="decision",
                user=BO,
                via="ballot_box_with_check",
                at=ts(73),
                on=True,
            )
        )
        await connection.execute(
            update(incidents)
            .where(incidents.c.number == number)
            .values(severity="sev4", version=incidents.c.version + 1)
        )
        await connection.execute(
            update(reviews).values(markdown="by it", version=3, drafted_at=clock())
        )
    found = await verdict(store, number)
    assert found.wrong == ()
    assert len(found.loose) >= 8
    assert any("recorded by an older release between" in line for line in proved(found))

    await store.take_up()  # while it still runs
    found = await verdict(store, number)
    assert found.wrong == found.loose == ()
    assert found.taken_up
    async with store.read() as tx:
        salted = (
            select(func.count())
            .select_from(wordings)
            .where(wordings.c.words == "", wordings.c.salt.is_not(None))
        )
        assert (await tx.connection.execute(salted)).scalar_one() == 0

    await an_older_release_says(store, number, 74, "once more")
    clock.passes(minutes=20)
    assert (await verdict(store, number)).wrong == ()
    assert await store.take_up() == 2  # it is gone: all is looked through once more
    assert (await verdict(store, number)).loose == ()
    await an_older_release_says(store, number, 75, "by nobody that is known")
    assert "was added" in (await verdict(store, number)).wrong[0].says
