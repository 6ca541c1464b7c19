"""What other systems tell, as a hook would have taken it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update

from incibot.config import Hook, Integrations
from incibot.core.evidence import Alert, Change, Evidence, Remark, State
from incibot.core.jobs import ShowAlert
from incibot.store.schema import alerts, changes, notices
from incibot.store.unit import Transaction
from tests.bench import Bench

SOURCE = HOOK = "alertmanager"
CHANNEL = "#checkout"
SHOWN = Integrations(hooks=(Hook(source=SOURCE, key=HOOK, channel=CHANNEL),))


async def tells(
    there: Bench, *told: Evidence, source: str = SOURCE, hook: str = HOOK, settle: bool = True
) -> None:
    """It is told to a hook, and incibot does what follows."""
    await there.app.store.write(lambda tx: take_in(tx, told, source, hook))
    if settle:
        await there.settle()


async def take_in(tx: Transaction, told: Iterable[Evidence], source: str, hook: str) -> None:
    for one in told:
        match one:
            case Alert() | Remark():
                await _take_alert(tx, one, source, hook)
            case Change():
                await _take_change(tx, one, source, hook)


async def _take_alert(tx: Transaction, one: Alert | Remark, source: str, hook: str) -> None:
    key = tx._key(f"{source}/{hook}/{one.key}")
    where = alerts.c.key == key
    at = one.at or tx.at
    found = (await tx.connection.execute(select(alerts).where(where))).one_or_none()
    if isinstance(one, Alert):
        service = tx.book.service(one.service)
        values: dict[str, Any] = {
            "title": one.title,
            "details": one.details,
            "service": service.name if service else one.service,
            "severity": one.severity,
            "url": one.url,
            "links": dict(one.links),
            "state": one.state.value,
            "changed_at": at,
        }
        fires = one.state is State.FIRING
        if found is None:
            new = {"source": source, "hook": hook, "named": one.key, "team": tx._own}
            times = {"fired": int(fires), "first_at": at, "fired_at": at}
            await tx.connection.execute(insert(alerts).values(key=key, **new, **values, **times))
        else:
            if fires:
                values |= {"fired": found.fired + 1, "fired_at": at}
            told = {name: it for name, it in values.items() if it}
            await tx.connection.execute(update(alerts).where(where).values(**told))
    row = (await tx.connection.execute(select(alerts).where(where))).one()
    await tx.connection.execute(
        insert(notices).values(
            key=tx._key(f"{source}/{hook}/{one.id}"),
            alert=row.id,
            state=one.state.value if isinstance(one, Alert) else None,
            at=at,
            heard_at=tx.at,
            actor=one.actor,
            words=one.details if isinstance(one, Alert) else one.words,
            url=one.url,
            team=tx._own,
        )
    )
    await tx.ask(ShowAlert(alert=row.id))


async def _take_change(tx: Transaction, one: Change, source: str, hook: str) -> None:
    service = tx.book.service(one.service)
    values = {
        "key": tx._key(f"{source}/{hook}/{one.id}"),
        "source": source,
        "hook": hook,
        "what": one.what.value,
        "title": one.title,
        "details": one.details,
        "service": service.name if service else one.service,
        "version": one.version,
        "environment": one.environment,
        "state": one.state,
        "actor": one.actor,
        "url": one.url,
        "at": one.at or tx.at,
        "heard_at": tx.at,
        "data": dict(one.data),
        "team": tx._own,
    }
    await tx.connection.execute(insert(changes).values(**values))
