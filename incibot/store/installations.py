"""The workspaces that have installed incibot, with their tokens, sealed; and who is on the way to it.

Tables, entities and interfaces are those of slack_sdk's own stores, which Bolt's OAuth flow fills.
What reads and writes a token goes through `Sealed`, a column type, so that none can be written in
the clear. Nothing is remembered: each question is put to the database, so that a token ends in all
processes at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Column, MetaData, Select, Table, and_, delete, insert, select, update
from sqlalchemy.types import TypeDecorator

from incibot.errors import Unopenable
from incibot.store.schema import slack_bots, slack_installations, slack_oauth_states
from incibot.store.sealing import Seal
from incibot.store.types import WORDS
from incibot.store.unit import Store, Transaction

STATE_LIVES: Final = timedelta(minutes=10)  # for as long as Slack's code
SEALED: Final = frozenset(
    {
        "bot_token",
        "bot_refresh_token",
        "user_token",
        "user_refresh_token",
        "incoming_webhook_url",  # whoever knows it may post
    }
)


class Sealed(TypeDecorator[str]):
    """Text that is sealed in the database and open in Python."""

    impl = WORDS
    cache_ok = True

    def __init__(self, seal: Seal) -> None:
        super().__init__()
        self.seal = seal

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else self.seal.close(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else self.seal.open(value)


def _opening(table: Table, seal: Seal) -> Table:
    """The table, for whoever has the keys."""
    columns = (
        Column(one.name, Sealed(seal) if one.name in SEALED else one.type, key=one.key)
        for one in table.columns
    )
    return Table(table.name, MetaData(), *columns)


class Installations(AsyncSQLAlchemyInstallationStore):
    """Where Bolt's OAuth flow puts what a workspace has granted, and where its token is found.

    Args:
        client_id: the Slack app's: another app's installations are none of ours.
    """

    def __init__(self, store: Store, seal: Seal, client_id: str) -> None:
        super().__init__(client_id, store.engine)
        self._store = store.whole  # an installation is there before its workspace has any row
        self._seal = seal
        self.bots = _opening(slack_bots, seal)
        self.installations = _opening(slack_installations, seal)

    async def teams(self) -> list[str]:
        """The workspaces that have incibot installed now."""
        bots = slack_bots.c
        async with self._store.read() as tx:
            found = await tx.connection.execute(
                select(bots.team_id).where(self._with_token()).distinct().order_by(bots.team_id)
            )
            return [str(team) for team in found.scalars()]

    async def token(self, team: str) -> str | None:
        """The bot's token in a workspace; None where incibot is not installed, or no longer.

        Raises:
            Unopenable: it is there, and none of our keys opens it.
        """
        async with self._store.read() as tx:
            found = await tx.connection.execute(self._newest(self.bots.c.bot_token, team))
            token: str | None = found.scalar_one_or_none()
            return token

    async def end(self, team: str) -> None:
        """Forget a workspace: its token is good for nothing any more."""

        async def forget(tx: Transaction) -> None:
            await self._forget(tx, team)

        await self._store.write(forget)

    async def unreadable(self) -> list[str]:
        """The workspaces whose tokens none of our keys opens."""
        found = []
        for team in await self.teams():
            try:
                await self.token(team)
            except Unopenable:
                found.append(team)
        return found

    async def renew(self) -> int:
        """Seal everything with the first key; how many values it were.

        Raises:
            Unopenable: there is one that no key opens. The others are renewed all the same.
        """
        count = lost = 0
        for table in (slack_bots, slack_installations):
            for name in SEALED & set(table.c.keys()):
                async with self._store.read() as tx:
                    found = await tx.connection.execute(
                        select(table.c.id, table.c[name]).where(table.c[name].is_not(None))
                    )
                    rows = found.all()
                for number, sealed in rows:
                    try:
                        fresh = self._seal.renew(sealed)
                    except Unopenable:
                        lost += 1
                        continue
                    count += await self._store.write(_replacing(table, name, number, sealed, fresh))
        if lost:
            raise Unopenable(
                f"{count} renewed; {lost} cannot be opened by any of INCIBOT_ENCRYPTION_KEYS:"
                " give the key with which they were sealed too"
            )
        return count

    def _with_token(self) -> Any:
        bots = slack_bots.c
        return and_(bots.client_id == self.client_id, bots.bot_token.is_not(None))

    def _newest(self, column: Column[Any], team: str) -> Select[Any]:
        bots = self.bots.c
        return (
            select(column)
            .where(bots.client_id == self.client_id, bots.team_id == team)
            .where(bots.bot_token.is_not(None))
            .order_by(bots.installed_at.desc(), bots.id.desc())
            .limit(1)
        )

    async def _forget(self, tx: Transaction, team: str | None) -> None:
        for table in (slack_bots, slack_installations):
            await tx.connection.execute(
                delete(table).where(table.c.client_id == self.client_id, table.c.team_id == team)
            )

    # What Bolt and slack_sdk call

    async def async_save(self, installation: Installation) -> None:
        """Keep what was granted, in the place of what the workspace granted before.

        slack_sdk's own adds a row each time, in two transactions, and the newest by some process's
        clock holds.
        """

        async def keep(tx: Transaction) -> None:
            await self._forget(tx, installation.team_id)
            for table, one in (
                (self.installations, installation),
                (self.bots, installation.to_bot()),
            ):
                row = self._row(table, one.to_dict(), one, tx.at)
                await tx.connection.execute(insert(table).values(**row))

        await self._store.write(keep)

    async def async_save_bot(self, bot: Bot) -> None:
        async def keep(tx: Transaction) -> None:
            await tx.connection.execute(
                delete(slack_bots).where(
                    slack_bots.c.client_id == self.client_id, slack_bots.c.team_id == bot.team_id
                )
            )
            row = self._row(self.bots, bot.to_dict(), bot, tx.at)
            await tx.connection.execute(insert(self.bots).values(**row))

        await self._store.write(keep)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        if team_id is not None:
            await self.end(team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        if team_id is not None:
            await self.end(team_id)

    def _row(
        self, table: Table, values: Mapping[str, Any], of: Bot | Installation, at: datetime
    ) -> dict[str, Any]:
        ends = {
            name: datetime.fromtimestamp(until, UTC)
            for name in ("bot_token_expires_at", "user_token_expires_at")
            if (until := getattr(of, name, None)) is not None
        }
        row = {**values, **ends, "client_id": self.client_id, "installed_at": at}
        return {name: row[name] for name in table.c.keys() if name != "id"}  # noqa: SIM118


def _replacing(table: Table, name: str, number: int, sealed: str, fresh: str) -> Any:
    async def replace(tx: Transaction) -> int:
        # Unless somebody has installed anew meanwhile.
        done = await tx.connection.execute(
            update(table).where(table.c.id == number, table.c[name] == sealed).values({name: fresh})
        )
        return int(done.rowcount)

    return replace


class States(AsyncSQLAlchemyOAuthStateStore):
    """The `state` of each person who is on Slack's page: good once, and not for long.

    slack_sdk's own looks before it deletes, so that two who come with one state at once are both
    let in; says of a database that does not answer that the state is wrong; and keeps what nobody
    came back with.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(int(STATE_LIVES.total_seconds()), store.engine)
        self._store = store.whole  # nobody knows yet of which workspace they will be
        self.oauth_states = slack_oauth_states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state = secrets.token_urlsafe(32)
        rows = slack_oauth_states

        async def keep(tx: Transaction) -> None:
            await tx.connection.execute(delete(rows).where(rows.c.expire_at <= tx.at))
            await tx.connection.execute(
                insert(rows).values(state=state, expire_at=tx.at + STATE_LIVES)
            )

        await self._store.write(keep)
        return state

    async def async_consume(self, state: str) -> bool:
        rows = slack_oauth_states

        async def take(tx: Transaction) -> bool:
            taken = await tx.connection.execute(
                delete(rows).where(rows.c.state == state, rows.c.expire_at > tx.at)
            )
            return taken.rowcount == 1

        return await self._store.write(take)
