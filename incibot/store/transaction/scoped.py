"""The transaction itself: whose rows it sees, and when it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from incibot.core.playbook import Playbook
from incibot.errors import NotFound
from incibot.store import chain, incidents
from incibot.store.database import insert_once
from incibot.store.schema import receipts

RECEIPTS = timedelta(days=2)  # Slack retries for minutes, with delayed events for a day


class Scoped:
    """What may be read and written in one unit of work. `at` is its time, in UTC.

    All that it reads is its workspace's, and all that it writes bears its mark. An incident of
    another workspace is one that does not exist. Keys that are unique over all workspaces are
    written with the workspace's id before them, and read without.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        book: Playbook,
        at: datetime,
        *,
        team: str | None,
        scope: str | None,
        met: set[int],
    ) -> None:
        self._connection = self.connection = connection
        self.book = book
        self.at = at
        self.asked = False
        self.ledger = chain.Ledger()
        self.team = team
        self._scope = scope
        self._known = met  # numbers of incidents that are ours, from earlier transactions
        self.met: set[int] = set()  # and from this one

    # Whose it is

    @property
    def _own(self) -> str:
        """What marks our rows. Nobody writes a workspace's rows without being in it."""
        if self._scope is None:
            raise RuntimeError("what belongs to a workspace is written in `Store.of` that one")
        return self._scope

    def _of_ours(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition that a row is ours; none where all are looked at."""
        return [] if self._scope is None else [column == self._scope]

    def _key(self, key: str) -> str:
        """The key of a row of ours, among those of all workspaces."""
        return f"{self._own}|{key}" if self._own else key

    def _plain(self, key: str) -> str:
        """The inverse."""
        return key.removeprefix(f"{self._own}|") if self._own else key

    async def _is_ours(self, number: int) -> bool:
        """Whether that is an incident of ours."""
        if self._scope is None or number in self._known or number in self.met:
            return True
        if await incidents.whose(self._connection, number) != self._scope:
            return False
        self.met.add(number)
        return True

    async def _must_be_ours(self, number: int) -> None:
        """Raises NotFound, as if there were none, for an incident of another workspace."""
        if not await self._is_ours(number):
            raise no_incident(number)

    # Deliveries

    async def receive(self, key: str) -> bool:
        """Sign for a delivery. False if it came before."""
        return await insert_once(
            self._connection, receipts, key=self._key(key), received_at=self.at
        )

    async def forget_receipts(self) -> None:
        """Throw away receipts older than any retry."""
        await self._connection.execute(
            delete(receipts).where(receipts.c.received_at < self.at - RECEIPTS)
        )


def no_incident(number: int) -> NotFound:
    """What is said where there is none, and where there is one that is not to be known of."""
    return NotFound(f"There is no INC-{number}. `/incident list` shows what there is.")
