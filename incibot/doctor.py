"""What stands in the way of working, a line each, with what would mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from incibot.config import Settings
from incibot.core.playbook import Playbook
from incibot.errors import SlackBusy, SlackError
from incibot.slack.gateway import Gateway
from incibot.slack.manifest import SCOPES
from incibot.store import migrations
from incibot.store.clock import now
from incibot.store.database import connect
from incibot.store.unit import Store

TAKE_IT_AGAIN = "; take the bot token again, from your Slack app’s page “OAuth & Permissions”"
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
    async for finding in _slack(settings):
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
        async with Store(engine, book, now).read() as tx:
            parked = await tx.parked()
        for job in parked:
            where = f"INC-{job.incident}: " if job.incident else ""
            yield Finding(
                "jobs",
                False,
                f"{where}{job.kind} was laid aside: {job.last_error};"
                f" once that is mended, `incibot jobs retry {job.id}`",
            )
        if not parked:
            yield Finding("jobs", True, "none was laid aside")
    finally:
        await engine.dispose()


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        yield Finding(
            "token",
            False,
            "SLACK_BOT_TOKEN is not set; it is on your Slack app’s page “OAuth & Permissions”",
        )
        return
    async with aiohttp.ClientSession(trust_env=True) as session:
        slack = Gateway(settings.slack_bot_token.reveal(), settings.slack_api_url, session)
        try:
            here = await slack.workspace()
            granted, theirs = await slack.granted()
        except SlackError as error:
            mend = "" if isinstance(error, SlackBusy) else TAKE_IT_AGAIN
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
            await slack.channel_id(settings.announce_channel)
        except SlackError as error:
            yield Finding(
                "announcements",
                False,
                f"{settings.announce_channel}: {error.code}; invite incibot to it, or name another",
            )
        else:
            yield Finding("announcements", True, settings.announce_channel)
