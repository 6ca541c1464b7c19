"""What stands in the way of working, a line each, with what would mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from incibot.config import Settings
from incibot.core.playbook import Playbook
from incibot.errors import SlackBusy, SlackError
from incibot.slack.gateway import Gateway
from incibot.slack.manifest import SCOPES
from incibot.slack.remedies import TAKE_IT_AGAIN, remedy
from incibot.store import migrations
from incibot.store.clock import now
from incibot.store.database import connect
from incibot.store.installations import Installations
from incibot.store.sealing import Seal
from incibot.store.unit import Store
from incibot.web.install import INSTALL

INSTALL_IT_AGAIN = "install incibot there again"
SKEW = 120.0  # seconds; Slack's signatures are refused at 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `says` what is there and, where it is not well, what would mend it."""

    check: str
    well: bool
    says: str


async def examine(settings: Settings, book: Playbook) -> AsyncIterator[Finding]:
    """Check the database, then Slack; one thing that is wrong hides no other."""
    async for finding in _database(settings, book):
        yield finding
    if settings.slack_client_id is not None:
        async for finding in _installed(settings, book):
            yield finding
        return
    if settings.slack_bot_token is None:
        yield Finding(
            "token",
            False,
            "SLACK_BOT_TOKEN is not set; it is on your Slack app’s page “OAuth & Permissions”",
        )
        return
    async for finding in _slack(settings, settings.slack_bot_token.reveal()):
        yield finding


async def _database(settings: Settings, book: Playbook) -> AsyncIterator[Finding]:
    engine = connect(settings.database_url.reveal())
    kind = engine.dialect.name
    try:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as trouble:
            reason = str(trouble).splitlines()[0][:200]
            yield Finding("database", False, f"{kind} does not answer: {reason}")
            return
        yield Finding("database", True, f"{kind} answers")
        at, newest = await migrations.current(engine), migrations.newest()
        if await migrations.is_behind(engine):
            yield Finding(
                "schema", False, f"at {at or 'nothing'}, not {newest}: run `incibot migrate`"
            )
            return
        yield Finding("schema", True, f"at {at}")
        async with Store(engine, book, now).whole.read() as tx:
            parked = await tx.parked()
            names = {one.team: one.name or one.team for one in await tx.workspaces(ended=True)}
        for job in parked:
            where = f"INC-{job.incident}: " if job.incident else ""
            if len(names) > 1:
                where = f"{names.get(job.team, job.team)}: {where}"
            mend = remedy(job.last_error)
            yield Finding(
                "jobs",
                False,
                f"{where}{job.kind} was laid aside: {job.last_error}"
                + (f"; to mend it: {mend}" if mend else "")
                + f"; once that is mended, `incibot jobs retry {job.id}`",
            )
        if not parked:
            yield Finding("jobs", True, "none was laid aside")
    finally:
        await engine.dispose()


async def _installed(settings: Settings, book: Playbook) -> AsyncIterator[Finding]:
    """The workspaces that have installed incibot, one after the other."""
    if not settings.encryption_keys:
        yield Finding(
            "keys", False, "INCIBOT_ENCRYPTION_KEYS is not set; `incibot keys new` makes one"
        )
        return
    engine = connect(settings.database_url.reveal())
    try:
        seal = Seal([key.reveal() for key in settings.encryption_keys])
        client_id = settings.slack_client_id or ""
        installations = Installations(Store(engine, book, now), seal, client_id)
        try:
            teams, lost = await installations.teams(), await installations.unreadable()
            tokens = {team: await installations.token(team) for team in teams if team not in lost}
        except (SQLAlchemyError, OSError):
            yield Finding("workspaces", False, "they cannot be read from this database")
            return
    finally:
        await engine.dispose()
    for team in lost:
        yield Finding(
            "keys",
            False,
            f"none of INCIBOT_ENCRYPTION_KEYS opens the token of {team}: give the key with which it"
            " was sealed too, or install incibot there again",
        )
    if not teams:
        yield Finding("workspaces", True, f"none yet; install it at {settings.base_url}{INSTALL}")
    for team, token in tokens.items():
        async for finding in _slack(settings, token or "", again=INSTALL_IT_AGAIN):
            yield replace(finding, check=f"{finding.check} in {team}")


async def _slack(
    settings: Settings, token: str, again: str = TAKE_IT_AGAIN
) -> AsyncIterator[Finding]:
    """What Slack says to a token. `again`: how one gets another."""
    async with aiohttp.ClientSession(trust_env=True) as session:
        slack = Gateway(token, settings.slack_api_url, session)
        try:
            here = await slack.workspace()
            granted, theirs = await slack.granted()
        except SlackError as error:
            mend = "" if isinstance(error, SlackBusy) else f"; {again}"
            yield Finding("token", False, f"Slack says {error.code} ({error.method}){mend}")
            return
        yield Finding("token", True, f"accepted by {here.name or here.team} as {here.bot_user}")
        missing = sorted(set(SCOPES) - granted)
        for scope in missing:
            yield Finding(
                "scopes", False, f"{scope} is missing ({SCOPES[scope]}): add it and install again"
            )
        if not missing:
            yield Finding("scopes", True, f"all {len(SCOPES)} granted")
        skew = abs((now() - theirs).total_seconds()) if theirs else None
        if skew is None:
            yield Finding("clock", True, "Slack did not say what time it is")
        else:
            well = skew <= SKEW
            mend = "" if well else ": set this machine’s clock; Slack’s signatures go by it"
            yield Finding("clock", well, f"{skew:.0f} s from Slack’s{mend}")
        if settings.announce_channel is None:
            yield Finding("announcements", True, "none: INCIBOT_ANNOUNCE_CHANNEL is not set")
            return
        try:
            await slack.ensure_live(await slack.channel_id(settings.announce_channel))
        except SlackError as error:
            mend = remedy(error.code)
            yield Finding(
                "announcements",
                False,
                f"{settings.announce_channel}: {error.code}" + (f"; {mend}" if mend else ""),
            )
        else:
            yield Finding("announcements", True, settings.announce_channel)
