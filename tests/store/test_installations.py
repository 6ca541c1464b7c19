"""Tokens of the workspaces that have installed incibot: sealed, replaced, ended; and states, used once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, insert, select, update

from incibot.errors import Unopenable
from incibot.store.installations import SEALED, STATE_LIVES, Installations, States
from incibot.store.schema import slack_bots, slack_installations, slack_oauth_states
from incibot.store.sealing import Seal, new_key
from incibot.store.unit import Store
from tests.bench import START, Clock

OLD, NEW = new_key(), new_key()
SECRETS = {
    "bot_token": "xoxb-1-secret" * 20,  # those that expire are long
    "bot_refresh_token": "xoxe-1-bot-refresh",
    "user_token": "xoxp-1-secret",
    "user_refresh_token": "xoxe-1-user-refresh",
    "incoming_webhook_url": "https://hooks.slack.com/services/T1/B1/secret",
}


def granted(team: str = "T1", **other: Any) -> Installation:
    given: dict[str, Any] = {
        "app_id": "A1",
        "team_id": team,
        "team_name": "Northwind",
        "bot_id": "B1",
        "bot_user_id": "U1",
        "bot_scopes": ["chat:write", "commands"],
        "bot_token_expires_at": 1_900_000_000,
        "user_id": "U2",
        "installed_at": 0.0,  # a clock that is far behind
        **SECRETS,
        **other,
    }
    return Installation(**given)


def installations(store: Store, *keys: str, client: str = "1.2") -> Installations:
    return Installations(store, Seal(keys or (NEW,)), client)


async def raw(store: Store) -> list[dict[str, Any]]:
    """What stands in the database."""
    async with store.read() as tx:
        return [
            dict(row)
            for table in (slack_bots, slack_installations)
            for row in (await tx.connection.execute(select(table))).mappings()
        ]


async def test_what_is_kept_is_sealed_and_read_again(store: Store) -> None:
    there = installations(store)
    await there.async_save(granted(enterprise_id="E1"))
    text = str(await raw(store))
    for secret in SECRETS.values():
        assert secret not in text

    assert await there.teams() == ["T1"]
    assert await there.token("T1") == SECRETS["bot_token"]
    for whom in (None, "U2"):
        found = await there.async_find_installation(enterprise_id="E1", team_id="T1", user_id=whom)
        assert found is not None
        assert {name: getattr(found, name) for name in SECRETS} == SECRETS
        assert found.installed_at == START.timestamp()
        assert found.bot_token_expires_at == granted().bot_token_expires_at
    bot = await there.async_find_bot(enterprise_id="E1", team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_refresh_token) == (
        SECRETS["bot_token"],
        SECRETS["bot_refresh_token"],
    )
    assert "secret" not in repr((found, bot, there, there.bots, there.installations))


def test_each_column_that_holds_a_key_to_slack_is_sealed() -> None:
    """Of slack_sdk's columns, by their names, so that a new one is looked at."""
    telling = ("token", "secret", "webhook_url")
    harmless = {"token_type", "bot_token_expires_at", "user_token_expires_at"}
    columns = {*slack_bots.c.keys(), *slack_installations.c.keys()}
    assert {one for one in columns if any(word in one for word in telling)} - harmless == SEALED


def test_the_tables_have_slack_sdks_columns() -> None:
    for table, build in (
        (slack_bots, SQLAlchemyInstallationStore.build_bots_table),
        (slack_installations, SQLAlchemyInstallationStore.build_installations_table),
        (slack_oauth_states, SQLAlchemyOAuthStateStore.build_oauth_states_table),
    ):
        assert build(MetaData(), "theirs").c.keys() == table.c.keys()


async def test_a_workspace_has_the_token_that_it_granted_last(store: Store) -> None:
    there = installations(store)
    await there.async_save(granted(bot_token="xoxb-first"))
    await there.async_save(granted("T2", bot_token="xoxb-other"))
    await there.async_save(granted(bot_token="xoxb-second", user_id="U3"))
    assert await there.token("T1") == "xoxb-second"
    assert len(await raw(store)) == 4
    bot = granted(bot_token="xoxb-third").to_bot()
    await there.async_save_bot(bot)
    assert await there.token("T1") == "xoxb-third"
    assert len(await raw(store)) == 4

    # Two processes may install at the same instant: whoever comes later holds.
    async with store.begin() as tx:
        row = (await tx.connection.execute(select(slack_bots))).mappings().first()
        assert row is not None
        await tx.connection.execute(
            insert(there.bots).values(
                **{name: row[name] for name in row if name != "id"}
                | {"team_id": "T1", "bot_token": "xoxb-fourth", "bot_refresh_token": None}
            )
        )
    assert await there.token("T1") == "xoxb-fourth"
    assert await there.teams() == ["T1", "T2"]


async def test_an_end_is_an_end_in_every_process(store: Store) -> None:
    here, there = installations(store), installations(store)
    other = installations(store, client="3.4")
    await here.async_save(granted())
    await here.async_save(granted("T2"))
    await other.async_save(granted(bot_token="xoxb-of-another-app"))
    assert await there.teams() == ["T1", "T2"]
    await here.end("T1")
    assert await there.token("T1") is None
    assert await there.teams() == ["T2"]
    assert await there.token("T2") == SECRETS["bot_token"]
    assert await other.token("T1") == "xoxb-of-another-app"
    await here.end("T1")
    await there.async_delete_all(enterprise_id=None, team_id="T2")
    assert await here.teams() == []
    await here.async_save(granted(bot_token="xoxb-again"))
    assert await there.token("T1") == "xoxb-again"


async def test_keys_may_be_changed(store: Store) -> None:
    await installations(store, OLD).async_save(granted())
    wrong = installations(store, NEW)
    assert await wrong.unreadable() == ["T1"]
    with pytest.raises(Unopenable, match="INCIBOT_ENCRYPTION_KEYS") as caught:
        await wrong.token("T1")
    assert OLD not in str(caught.value)
    with pytest.raises(Unopenable, match="0 renewed; 7 cannot be opened"):
        await wrong.renew()

    both = installations(store, NEW, OLD)
    assert await both.token("T1") == SECRETS["bot_token"]
    assert await both.unreadable() == []
    assert await both.renew() == 7
    assert await wrong.token("T1") == SECRETS["bot_token"]
    with pytest.raises(Unopenable):
        await installations(store, OLD).token("T1")
    found = await wrong.async_find_installation(enterprise_id=None, team_id="T1", user_id="U2")
    assert found is not None
    assert found.user_refresh_token == SECRETS["user_refresh_token"]


async def test_a_token_that_was_altered_is_not_read(store: Store) -> None:
    there = installations(store)
    await there.async_save(granted())
    sealed = next(row["bot_token"] for row in await raw(store))
    async with store.begin() as tx:
        altered = sealed[:-4] + ("AAA=" if not sealed.endswith("AAA=") else "BBB=")
        await tx.connection.execute(update(slack_bots).values(bot_token=altered))
    with pytest.raises(Unopenable):
        await there.token("T1")


async def test_a_state_is_good_once_and_for_ten_minutes(store: Store) -> None:
    assert isinstance(store.clock, Clock)
    states = States(store)
    state = await states.async_issue()
    assert len(state) >= 32
    assert not await states.async_consume("never-issued")
    came = await asyncio.gather(*(States(store).async_consume(state) for _ in range(4)))
    assert sorted(came) == [False, False, False, True]

    late, kept = await states.async_issue(), await states.async_issue()
    store.clock.passes(seconds=STATE_LIVES.total_seconds() - 1)
    assert await states.async_consume(kept)
    store.clock.at += timedelta(seconds=1)
    assert not await states.async_consume(late)
    await states.async_issue()
    async with store.read() as tx:
        assert len((await tx.connection.execute(select(slack_oauth_states))).all()) == 1
