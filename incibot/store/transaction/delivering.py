"""What comes to a hook, and what it tells: alerts and changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, update

from incibot.core.evidence import (
    BEFORE,
    Alert,
    Change,
    Evidence,
    KeptAlert,
    Notice,
    Remark,
    Scope,
    State,
    belonging,
    belongs,
    change_entry,
    entries_of,
    rank,
    sound,
    standing,
)
from incibot.core.jobs import ReadDelivery, ShowAlert
from incibot.core.markup import is_safe_url
from incibot.core.timeline import Entry
from incibot.errors import NotFound
from incibot.store import deliveries, evidence
from incibot.store.database import insert_numbered
from incibot.store.deliveries import FAILED, KEPT, READ, WAITING, Heard, KeptDelivery, digest
from incibot.store.schema import alerts as alert_rows
from incibot.store.schema import changes as change_rows
from incibot.store.schema import deliveries as delivery_rows
from incibot.store.schema import incidents as incident_rows
from incibot.store.schema import notices as notice_rows
from incibot.store.transaction.paging import Paging

AHEAD = timedelta(days=1)  # how far a clock of theirs may be before ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whence evidence comes.

    Attributes:
        source, hook: the parts of the address.
        title: what people call the source.
        service: what it is about, where it names no service that the playbook knows.
        heard_at: when we heard of it, in UTC: the time of what tells none.
        delivery: its row; None for what came by another way.
    """

    source: str
    hook: str
    heard_at: datetime
    title: str = ""
    service: str = ""
    delivery: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What of it was new: the alerts' and changes' rows, and the entries of incidents."""

    alerts: tuple[int, ...] = ()
    changes: tuple[int, ...] = ()
    entries: int = 0


class Delivering(Paging):
    """What comes to a hook, and what it tells: alerts and changes."""

    # Deliveries to hooks

    async def keep_delivery(
        self, *, source: str, hook: str, id: str, headers: Mapping[str, str], body: bytes
    ) -> int | None:
        """Keep what came, and ask for it to be read. Its number; None if it came before.

        Args:
            id: the product's own name of this delivery; empty: the same body is the same delivery.
        """
        number = await insert_numbered(
            self._connection,
            delivery_rows,
            key=self._key(digest(source, hook, id, b"" if id else body)),
            source=source,
            hook=hook,
            received_at=self.at,
            headers=dict(headers),
            body=body,
            state=WAITING,
            error="",
            team=self._own,
        )
        if number is not None:
            await self.ask(ReadDelivery(delivery=number))
        return number

    async def delivery(self, number: int) -> KeptDelivery:
        """Raises NotFound if there is none."""
        ours = self._of_ours(delivery_rows.c.team)
        found = await deliveries.load(self._connection, delivery_rows.c.id == number, *ours)
        if not found:
            raise NotFound(f"There is no delivery {number}. `incibot hooks list` shows the last.")
        return found[0]

    async def failed_deliveries(self, *, limit: int | None = None) -> list[KeptDelivery]:
        """Those that could not be read, the newest first."""
        ours = self._of_ours(delivery_rows.c.team)
        failed = delivery_rows.c.state == FAILED
        return await deliveries.load(self._connection, failed, *ours, limit=limit)

    async def heard_by_hooks(self, *, unread: bool = False) -> list[Heard]:
        """How many came to each hook, and what became of them; `unread`: leaving out what was read."""
        where = self._of_ours(delivery_rows.c.team)
        if unread:  # which are few, and found at once, where the others are all that ever came
            where.append(delivery_rows.c.state.in_([WAITING, FAILED]))
        return await deliveries.heard(self._connection, *where)

    async def read_again(self, number: int) -> None:
        """Ask for a delivery to be read once more. Raises NotFound if there is none."""
        await self.delivery(number)
        await self._settle_delivery(number, WAITING)
        await self.ask(ReadDelivery(delivery=number))

    async def fail_delivery(self, number: int, why: str) -> None:
        """Note why a delivery could not be read."""
        await self._settle_delivery(number, FAILED, error=why, read_at=self.at)

    async def _settle_delivery(self, number: int, state: str, **values: Any) -> None:
        ours = self._of_ours(delivery_rows.c.team)
        await self._connection.execute(
            update(delivery_rows)
            .where(delivery_rows.c.id == number, *ours)
            .values(state=state, **{"error": "", **values})
        )

    async def forget_bodies(self) -> None:
        """Throw away the bodies of deliveries that nobody will read again."""
        ours = self._of_ours(delivery_rows.c.team)
        await deliveries.forget_bodies(self._connection, *ours, before=self.at - KEPT)

    # What they tell

    async def take_in(self, found: Iterable[Evidence], origin: Origin) -> Taken:
        """Keep what another system tells, in whatever order and however often it does.

        It joins the timelines of the incidents whose it is, and the alerts' messages follow.
        """
        shown: dict[int, None] = {}
        changed: list[int] = []
        entries = 0
        for one in map(sound, found):
            match one:
                case Change():
                    row = await self._keep_change(one, origin)
                    if row is not None:
                        changed.append(row)
                        entries += await self._join_changes(change_rows.c.id == row)
                case Alert() | Remark() if await self.answered(
                    one, source=origin.source, system=origin.title or origin.source
                ):
                    entries += 1
                case Alert() | Remark():
                    told = await self._keep_notice(one, origin)
                    if told is not None:
                        alert, fresh = told
                        entries += await self._join_alert(alert, fresh)
                        if alert.fired or isinstance(one, Alert):  # else nobody has heard of it
                            shown[alert.id] = None
        for number in shown:
            await self.ask(ShowAlert(alert=number))
        if origin.delivery is not None:
            await self._settle_delivery(origin.delivery, READ, read_at=self.at)
        return Taken(alerts=tuple(shown), changes=tuple(changed), entries=entries)

    def _service(self, named: str, origin: Origin) -> str:
        """The service, as the playbook calls it where it knows it."""
        for name in filter(None, (named, origin.service)):
            if known := self.book.service(name):
                return known.name
        return origin.service or named

    def _at(self, at: datetime | None, origin: Origin) -> datetime:
        """When it was: a time that cannot be is a clock's fault, and we heard of it then."""
        if at is None or at > origin.heard_at + AHEAD:
            return origin.heard_at
        return at

    async def _keep_change(self, change: Change, origin: Origin) -> int | None:
        """Its row; None if it was known."""
        return await insert_numbered(
            self._connection,
            change_rows,
            key=self._key(digest(origin.source, origin.hook, change.id)),
            source=origin.source,
            hook=origin.hook,
            delivery=origin.delivery,
            what=change.what.value,
            title=change.title,
            details=change.details,
            service=self._service(change.service, origin),
            version=change.version,
            environment=change.environment,
            state=change.state,
            actor=change.actor,
            url=_address(change.url),
            at=self._at(change.at, origin),
            heard_at=origin.heard_at,
            data=dict(change.data),
            team=self._own,
        )

    async def _keep_notice(
        self, told: Alert | Remark, origin: Origin
    ) -> tuple[KeptAlert, Sequence[int]] | None:
        """The alert as it stands now, and the notices that may be new to timelines; None: all known."""
        at = self._at(told.at, origin)
        alert = await self._held_alert(told, origin, at)
        notice = await insert_numbered(
            self._connection,
            notice_rows,
            key=self._key(digest(origin.source, origin.hook, told.key, told.id)),
            alert=alert.id,
            delivery=origin.delivery,
            state=told.state.value if isinstance(told, Alert) else None,
            at=at,
            heard_at=origin.heard_at,
            actor=told.actor,
            words=told.details if isinstance(told, Alert) else told.words,
            url=_address(told.url),
            team=self._own,
        )
        if notice is None:
            return None
        if isinstance(told, Remark):
            return alert, [notice]
        columns = (notice_rows.c.id, notice_rows.c.key, notice_rows.c.state, notice_rows.c.at)
        query = select(*columns).where(notice_rows.c.alert == alert.id)
        rows = (await self._connection.execute(query)).all()
        words = {row.id: ((row.at, State(row.state)), row.key) for row in rows if row.state}
        stand = standing(moment for moment, _ in words.values())
        if stand is None:  # the one that was just written is among them
            raise RuntimeError(f"the alert {alert.id} has lost its notices")
        last = max(words, key=lambda one: (rank(words[one][0]), words[one][1]))
        stood = replace(
            alert,
            state=stand.state,
            fired=stand.fired,
            first_at=stand.first_at,
            fired_at=stand.fired_at,
            changed_at=stand.changed_at,
        )
        stood = self._described(stood, told, origin, last=last == notice)
        await self._write_alert(stood)
        # By its service it may be another incident's now.
        moved = stood.service != alert.service
        return stood, [row.id for row in rows] if moved else [notice]

    async def _held_alert(self, told: Alert | Remark, origin: Origin, at: datetime) -> KeptAlert:
        """The alert's row, which nobody else changes until we have; a new one where there is none."""
        key = self._key(digest(origin.source, origin.hook, told.key))
        query = select(alert_rows).where(alert_rows.c.key == key).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            # Of what only a remark tells nobody knows that it ever fired.
            await insert_numbered(
                self._connection,
                alert_rows,
                key=key,
                source=origin.source,
                hook=origin.hook,
                named=told.key,
                title=told.key,
                details="",
                service=self._service("", origin),
                severity="",
                url="",
                links={},
                state=State.RESOLVED.value,
                fired=0,
                first_at=at,
                fired_at=at,
                changed_at=at,
                incident=None,
                team=self._own,
            )
            row = (await self._connection.execute(query)).one()
        return evidence.alert_of(row)

    def _described(self, alert: KeptAlert, told: Alert, origin: Origin, *, last: bool) -> KeptAlert:
        """As the last notice tells it; what that one leaves out is as it was told before."""
        service = self._service(told.service, origin)
        given: dict[str, Any] = {
            "title": told.title,
            "details": told.details,
            "service": service,
            "severity": told.severity,
            "url": _address(told.url),
            "links": {name: url for name, url in told.links.items() if is_safe_url(url)},
        }
        if not last:
            unsaid = {"title": alert.title == alert.key, "service": alert.service == ""}
            given = {
                name: value
                for name, value in given.items()
                if unsaid.get(name, not getattr(alert, name))
            }
        return replace(alert, **{name: value for name, value in given.items() if value})

    async def _write_alert(self, alert: KeptAlert) -> None:
        await self._connection.execute(
            update(alert_rows)
            .where(alert_rows.c.id == alert.id)
            .values(
                title=alert.title,
                details=alert.details,
                service=alert.service,
                severity=alert.severity,
                url=alert.url,
                links=dict(alert.links),
                state=alert.state.value,
                fired=alert.fired,
                first_at=alert.first_at,
                fired_at=alert.fired_at,
                changed_at=alert.changed_at,
            )
        )

    # What joins the timelines

    async def join_evidence(self, number: int) -> int:
        """Put what is an incident's, of all that we have heard so far, into its timeline. How many entries."""
        await self._must_be_ours(number)
        (scope,) = await self._scopes(incident_rows.c.number == number)
        since = scope.declared_at - BEFORE
        count = await self._join_changes(change_rows.c.at >= since, scopes=[scope])
        standing_or_since = or_(
            alert_rows.c.incident == number,
            alert_rows.c.state != State.RESOLVED.value,
            alert_rows.c.changed_at >= scope.declared_at,
        )
        query = select(alert_rows).where(standing_or_since, *self._of_ours(alert_rows.c.team))
        for row in (await self._connection.execute(query.order_by(alert_rows.c.id))).all():
            alert = evidence.alert_of(row)
            if scope.is_of(alert.service) or alert.incident == number:
                count += await self._join_notices(alert, scope)
        return count

    async def _join_changes(
        self, *where: ColumnElement[bool], scopes: Sequence[Scope] | None = None
    ) -> int:
        ours = self._of_ours(change_rows.c.team)
        query = (
            select(change_rows).where(*where, *ours).order_by(change_rows.c.at, change_rows.c.id)
        )
        count = 0
        for row in (await self._connection.execute(query)).all():
            change = evidence.change_of(row)
            entry = change_entry(change, id=row.id, source=row.source, at=row.at)
            for scope in scopes if scopes is not None else await self._scopes_at(row.at):
                if belongs(change, scope, at=row.at):
                    count += await self._join(scope.incident, entry)
        return count

    async def _join_alert(self, alert: KeptAlert, fresh: Sequence[int]) -> int:
        """Put those notices of an alert into the timelines of the incidents whose they are."""
        query = select(notice_rows.c.at).where(notice_rows.c.id.in_(fresh))
        moments = list((await self._connection.execute(query)).scalars())
        scopes = [
            scope
            for scope in await self._scopes_at(min(moments))
            if scope.is_of(alert.service) or scope.incident == alert.incident
        ]
        count = 0
        for scope in scopes:
            count += await self._join_notices(alert, scope, fresh=fresh)
        return count

    async def _join_notices(
        self, alert: KeptAlert, scope: Scope, *, fresh: Sequence[int] | None = None
    ) -> int:
        query = select(notice_rows).where(notice_rows.c.alert == alert.id)
        rows = (await self._connection.execute(query)).all()
        told: list[Notice] = [
            one
            for one in belonging(alert, map(evidence.notice_of, rows), scope)
            if fresh is None or one.id in fresh
        ]
        count = 0
        for entry in entries_of(alert, told):
            count += await self._join(scope.incident, entry)
        return count

    async def _join(self, number: int, entry: Entry) -> bool:
        """Put it into that timeline. What is in another one already has a key of its own here."""
        if await self.record(number, entry):
            return True
        if await self.entry_by_key(number, entry.key) is not None:
            return False
        return await self.record(number, replace(entry, key=f"{entry.key}@{number}"))

    async def _scopes_at(self, at: datetime) -> list[Scope]:
        """Of the incidents that were open then or later, what is theirs."""
        return await self._scopes(
            or_(incident_rows.c.over == false(), incident_rows.c.turned_at >= at)
        )

    async def _scopes(self, *where: ColumnElement[bool]) -> list[Scope]:
        it = incident_rows.c
        query = (
            select(it.number, it.service, it.declared_at, it.over, it.turned_at)
            .where(*where, *self._of_ours(it.team))
            .order_by(it.number)
        )
        return [
            Scope(
                incident=row.number,
                service=known.name if (known := self.book.service(row.service)) else row.service,
                declared_at=row.declared_at,
                ended_at=(row.turned_at or row.declared_at) if row.over else None,
            )
            for row in (await self._connection.execute(query)).all()
        ]


def _address(url: str) -> str:
    """What may be linked to; empty where it is no address of the web."""
    return url if is_safe_url(url) else ""
