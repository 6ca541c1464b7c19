"""incibot in a Slack workspace on this machine: to try it without an account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from incibot.app import App, build, serving
from incibot.config import Settings
from incibot.core.playbook import Playbook, Service
from incibot.demo.systems import INTEGRATIONS
from incibot.playground import Playground
from incibot.store.clock import now
from incibot.store.unit import Clock

BOOK = Playbook(
    services=(
        Service(name="checkout", aliases=("northwind/checkout",)),
        Service(name="platform"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A workspace on this machine, and the incibot that serves it."""

    slack: Playground
    app: App
    address: str


def settings_for(slack: Playground, database: Path, *, port: int = 0) -> dict[str, str]:
    """incibot's settings in a workspace on this machine, as the environment has them.

    Args:
        port: where incibot serves; 0 takes a free one.
    """
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{database}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "INCIBOT_ANNOUNCE_CHANNEL": "#incidents",
    }


@asynccontextmanager
async def local(
    folder: Path, *, clock: Clock = now, port: int = 0, worker: bool = True
) -> AsyncIterator[Local]:
    """Start a workspace and an incibot in it, which reaches it as it would reach Slack.

    Args:
        folder: where incibot keeps its database.
        port: of the workspace; 0 takes a free one.
    """
    slack = Playground(clock=clock)
    await slack.start(port=port)
    try:
        settings = Settings.from_env(settings_for(slack, folder / "incibot.db"), dotenv=None)
        async with (
            build(settings, BOOK, clock=clock, integrations=INTEGRATIONS) as app,
            serving(app, worker=worker) as address,
        ):
            slack.request_url = f"{address}/slack/events"
            yield Local(slack=slack, app=app, address=address)
            await slack.settled()
    finally:
        await slack.stop()
