"""The chains as rows: what a transaction has recorded is appended at its end, one incident at a time.

Whoever appends holds the row of the chain's end, from there to the commit and no longer: it is the
last thing that a transaction does, so that nobody waits for another's work, nor two for each other.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, insert, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.chain import (
    FIRST,
    Difference,
    Fact,
    Kept,
    Link,
    Tip,
    Verdict,
    What,
    checked_at,
    checked_fact,
    entry_fact,
    erased_fact,
    incident_fact,
    linked,
    mark_fact,
    retracted_fact,
    review_fact,
    shown_fact,
    verify,
    words_fact,
)
from incibot.errors import Conflict
from incibot.store.database import insert_once
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

MARGIN = timedelta(minutes=15)  # an older worker, which leaves no trace, may outlive its `serve`
BATCH = 100  # facts that are taken up in one transaction: nobody else waits long


class Overtaken(Conflict):
    """Somebody else appended to the chain first; to be begun again."""


def fresh_salt() -> str:
    """So much chance that no guess at short words can be tried out."""
    return secrets.token_hex(16)


class Ledger:
    """What a transaction has recorded so far, by incident, in the order in which it did.

    Args:
        salt: makes a salt that nobody can guess.
    """

    def __init__(self, salt: Callable[[], str] = fresh_salt) -> None:
        self.salt = salt
        self._facts: dict[int, list[Fact]] = defaultdict(list)

    def note(self, incident: int, fact: Fact) -> None:
        self._facts[incident].append(fact)

    async def append(self, connection: AsyncConnection, *, at: datetime) -> None:
        """Append it to the chains. The last thing before the commit."""
        for incident in sorted(self._facts):  # in order, so that no two wait for each other
            tip = await hold(connection, incident, self._facts[incident][0], at=at)
            await _append(connection, incident, tip, self._facts[incident], at=at)
        self._facts.clear()


async def hold(
    connection: AsyncConnection, incident: int, first: Fact | None = None, *, at: datetime
) -> Tip:
    """Where the chain ends, and nobody else appends to it before this transaction is over.

    Args:
        first: what will be appended, in case it is the first of all.
    """
    query = select(chains.c.length, chains.c.hash).where(chains.c.incident == incident)
    query = query.with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        new = first is not None and (first.what, first.about) == (What.INCIDENT, "1")
        values = {"length": 0, "hash": FIRST, "checked_at": at if new else None}
        await insert_once(connection, chains, incident=incident, **values)
        row = (await connection.execute(query)).one()
    return Tip(row.length, row.hash)


async def _append(
    connection: AsyncConnection,
    incident: int,
    tip: Tip,
    facts: Iterable[Fact],
    *,
    at: datetime,
    taken_up: bool = False,
) -> Tip:
    """Raises Overtaken if that is no longer the end."""
    made = linked(incident, tip, facts, at=at, taken_up=taken_up)
    if not made:
        return tip
    end = Tip(made[-1].number, made[-1].hash)
    # Of two who have read the same end one writes it, whatever the database has locked.
    moved = await connection.execute(
        update(chains)
        .where(chains.c.incident == incident, chains.c.length == tip.length)
        .values(length=end.length, hash=end.hash)
    )
    if moved.rowcount != 1:
        raise Overtaken(f"the chain of INC-{incident} has grown past {tip.length}")
    await connection.execute(insert(links), [asdict(link) for link in made])
    return end


async def tip_of(connection: AsyncConnection, incident: int) -> Tip | None:
    query = select(chains.c.length, chains.c.hash).where(chains.c.incident == incident)
    row = (await connection.execute(query)).one_or_none()
    return Tip(row.length, row.hash) if row else None


# Reading it all


async def verdict(
    connection: AsyncConnection, incident: int, *, kept: Tip | None = None
) -> Verdict:
    """Hold the incident's record against its chain; nothing is written."""
    record = await read(connection, incident)
    older = may_be_older(record.links, await older_until(connection))
    return await asyncio.to_thread(verify, record, older=older, kept=kept)


async def older_until(connection: AsyncConnection) -> datetime | None:
    """Until when a release that knows no chain was seen; None if there never was one."""
    query = select(func.max(listening.c.until)).where(listening.c.chains.is_(None))
    found: datetime | None = (await connection.execute(query)).scalar_one()
    return found


def may_be_older(found: Sequence[Link], until: datetime | None) -> bool:
    """Whether what has no link may be an older release's, which was seen until then."""
    checked = checked_at(found)
    return checked is None or (until is not None and until + MARGIN >= checked)


async def read(connection: AsyncConnection, incident: int) -> Kept:
    """The record as it is there, odd rows and all."""
    unreadable: list[str] = []

    async def rows(name: str, query: Select[Any]) -> list[dict[str, Any]]:
        try:
            return [dict(row._mapping) for row in await connection.execute(query)]
        except (ValueError, TypeError, OverflowError):
            unreadable.append(name)
            return []

    found_links = [
        Link(**row)
        for row in await rows(
            "links",
            select(links).where(links.c.incident == incident).order_by(links.c.number),
        )
    ]
    state = await state_of(connection, incident, rows)
    found_entries = await _entries(connection, incident)
    mine = select(entries.c.id).where(entries.c.incident == incident)
    words = await rows("wordings", select(wordings).where(wordings.c.entry.in_(mine)))
    channel = state["channel"] if state else None
    found_marks = await rows(
        "marks",
        select(marks).where(
            marks.c.team
            == select(incidents.c.team).where(incidents.c.number == incident).scalar_subquery(),
            or_(
                marks.c.channel == channel,
                select(entries.c.id)
                .where(
                    entries.c.incident == incident,
                    entries.c.channel == marks.c.channel,
                    entries.c.ts == marks.c.ts,
                )
                .exists(),
            ),
        ),
    )
    others = {row["channel"] for row in found_marks if row["channel"] != channel}
    versions = await rows(
        "review_versions",
        select(review_versions)
        .where(review_versions.c.incident == incident)
        .order_by(review_versions.c.version),
    )
    review = await rows("reviews", select(reviews).where(reviews.c.incident == incident))
    return Kept(
        number=incident,
        state=state,
        entries=found_entries,
        words={(row["entry"], row["since"]): row for row in words},
        marks=found_marks,
        elsewhere=await _elsewhere(connection, others) if others else frozenset(),
        versions={row["version"]: row for row in versions},
        review=review[0] if review else None,
        links=found_links,
        tip=await tip_of(connection, incident),
        unreadable=tuple(unreadable),
    )


async def state_of(
    connection: AsyncConnection, incident: int, rows: Any = None
) -> dict[str, Any] | None:
    """The incident's row with its lists; the same as `incidents.save` says that it wrote."""

    async def plainly(_: str, query: Select[Any]) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in await connection.execute(query)]

    rows = rows or plainly
    own = await rows("incidents", select(incidents).where(incidents.c.number == incident))
    if not own:
        return None
    # Left out where it is empty: by a release that does not know it, an incident has none.
    state: dict[str, Any] = own[0] | {"team": own[0]["team"] or None}
    for table in (assignments, milestones, tasks):
        state[table.name] = await rows(
            table.name, select(table).where(table.c.incident == incident)
        )
    return state


# The data as text: what somebody broke must not keep the rest from being read.
_ENTRY = [column for column in entries.c if column.name != "data"]
_DATA = type_coerce(entries.c.data, Text).label("data")


async def _entries(
    connection: AsyncConnection, incident: int
) -> dict[int, Mapping[str, Any] | None]:
    mine = entries.c.incident == incident
    query = select(*_ENTRY, _DATA).where(mine)
    try:
        found = (await connection.execute(query)).all()
        return {row.id: _entry(row._mapping) for row in found}
    except (ValueError, TypeError, OverflowError):
        pass
    one_by_one: dict[int, Mapping[str, Any] | None] = {}
    for id in (await connection.execute(select(entries.c.id).where(mine))).scalars():
        try:
            row = (await connection.execute(query.where(entries.c.id == id))).one()
            one_by_one[id] = _entry(row._mapping)
        except (ValueError, TypeError, OverflowError):
            one_by_one[id] = None
    return one_by_one


def _entry(row: Any) -> dict[str, Any]:
    data = row["data"]
    try:
        data = json.loads(data) if isinstance(data, str | bytes) else data
    except ValueError:
        data = repr(data)
    return {**row, "data": data}


async def _elsewhere(connection: AsyncConnection, channels: Iterable[str | None]) -> frozenset[str]:
    """The marks that are in the chains of the incidents whose channels these are."""
    query = (
        select(links.c.digest)
        .join(incidents, incidents.c.number == links.c.incident)
        .where(incidents.c.channel.in_(channels), links.c.what == What.MARK.value)
    )
    return frozenset((await connection.execute(query)).scalars())


# What was recorded without a link


async def unchecked(connection: AsyncConnection) -> list[int]:
    """The incidents in which there may be facts without links."""
    until = await older_until(connection)
    where: list[ColumnElement[bool]] = [chains.c.checked_at.is_(None)]
    if until is not None:
        where.append(chains.c.checked_at <= until + MARGIN)
    query = (
        select(incidents.c.number)
        .outerjoin(chains, chains.c.incident == incidents.c.number)
        .where(or_(*where))
        .order_by(incidents.c.number.desc())  # those that people are at come first
    )
    return list((await connection.execute(query)).scalars())


async def take_up(
    connection: AsyncConnection,
    kept: Kept,
    loose: Sequence[Difference],
    *,
    at: datetime,
    done: bool,
) -> int:
    """Append links for these, with the mark that they were taken up. How many it were.

    Args:
        kept: what was read when they were found; what others appended since is left to them.
        done: after these every fact has its link.
    """
    ids = sorted({one.entry for one in loose if one.entry is not None})
    # Their rows before the chain's end, as everybody does.
    await connection.execute(
        select(incidents.c.number).where(incidents.c.number == kept.number).with_for_update()
    )
    await connection.execute(
        select(entries.c.id).where(entries.c.id.in_(ids)).order_by(entries.c.id).with_for_update()
    )
    tip = await hold(connection, kept.number, at=at)
    query = select(links).where(
        links.c.incident == kept.number,
        links.c.number > (kept.links[-1].number if kept.links else 0),
    )
    later = [Link(**row._mapping) for row in await connection.execute(query)]
    taker = _Taker(connection, kept, later)
    facts: list[Fact] = []
    for difference in loose:
        fact = await taker.fact(difference)
        if fact is not None and taker.is_new(fact):
            facts.append(fact)
    tip = await _append(connection, kept.number, tip, facts, at=at, taken_up=True)
    if done:
        await _append(connection, kept.number, tip, [checked_fact()], at=at)
        await connection.execute(
            update(chains).where(chains.c.incident == kept.number).values(checked_at=at)
        )
    return len(facts)


class _Taker:
    """Makes facts of what has no link, as it is now."""

    def __init__(self, connection: AsyncConnection, kept: Kept, later: Sequence[Link]) -> None:
        self._connection = connection
        self._kept = kept
        everything = [*kept.links, *later]
        self._erased = {one.entry for one in everything if one.what == What.ERASED}
        self._shown = {one.entry for one in everything if one.what == What.SHOWN}
        self._later = {_identity(one) for one in later}

    def is_new(self, fact: Fact) -> bool:
        """Not by somebody else who was at it meanwhile, and once only."""
        identity = _identity(fact)
        known = identity in self._later
        self._later.add(identity)
        return not known

    async def fact(self, one: Difference) -> Fact | None:
        match one.what, one.entry:
            case What.ENTRY, int(id):
                return await self._entry(id)
            case What.WORDS, int(id):
                return await self._words(id, one.about)
            case What.RETRACTED, int(id):
                row = await self._row(id)
                return retracted_fact(id, row["retracted_at"], row["retracted_by"])
            case What.SHOWN, int(id):
                row = await self._row(id)
                return shown_fact(id, row["channel"], row["ts"])
            case What.ERASED, int(id):
                await self._forget(id)
                return erased_fact(id)
            case What.MARK, _:
                found = [mark_fact(row) for row in self._kept.marks]
                return next((fact for fact in found if fact.digest == one.about), None)
            case What.INCIDENT, _:
                state = await state_of(self._connection, self._kept.number)
                is_it = state is not None and str(state["version"]) == one.about
                return incident_fact(state) if state and is_it else None
            case What.REVIEW, _:
                return await self._review(one.about)
        return None

    async def _row(self, id: int) -> dict[str, Any]:
        query = select(*_ENTRY, _DATA).where(entries.c.id == id)
        return _entry((await self._connection.execute(query)).one()._mapping)

    async def _entry(self, id: int) -> Fact:
        row = await self._row(id)
        salt = await self._salt(id, row["salt"], entries, entries.c.id == id)
        if id in self._shown:
            row |= {"channel": None, "ts": None}
        return entry_fact(row, salt=salt, data=row["data"])

    async def _words(self, id: int, since: str) -> Fact:
        mine = (wordings.c.entry == id) & (wordings.c.since == since)
        row = (await self._connection.execute(select(wordings).where(mine))).one()
        salt = await self._salt(id, row.salt, wordings, mine)
        return words_fact(id, since, row.words, salt=salt)

    async def _salt(
        self, id: int, salt: str | None, table: Any, mine: ColumnElement[bool]
    ) -> str | None:
        """Its salt, a new one where it has none; none for what is erased."""
        if salt is not None or id in self._erased:
            return salt
        salt = fresh_salt()
        await self._connection.execute(update(table).where(mine).values(salt=salt))
        return salt

    async def _forget(self, id: int) -> None:
        """The words went without their salts."""
        self._erased.add(id)
        await self._connection.execute(update(entries).where(entries.c.id == id).values(salt=None))
        await self._connection.execute(
            update(wordings).where(wordings.c.entry == id).values(salt=None)
        )

    async def _review(self, version: str) -> Fact | None:
        mine = reviews.c.incident == self._kept.number
        row = (await self._connection.execute(select(reviews).where(mine))).one_or_none()
        if row is None or str(row.version) != version:
            return None
        kept = {
            "incident": row.incident,
            "version": row.version,
            "markdown": row.markdown,
            "by": None,  # that release did not say
            "at": row.drafted_at,
            "salt": fresh_salt(),
        }
        fresh = await insert_once(self._connection, review_versions, **kept)
        return review_fact(kept) if fresh else None


def _identity(one: Fact | Link) -> tuple[Any, ...]:
    return (str(one.what), one.entry, one.about, one.digest if one.what == What.MARK else "")
