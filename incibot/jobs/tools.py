"""What a job may reach for."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from incibot.render import Renderer
from incibot.slack.gateway import Gateway
from incibot.store.unit import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a job may reach for.

    Attributes:
        announce_channel: channel id or ``#name``; None: nothing is announced.
        base_url: public address of the web pages, without a slash at its end; None: there is none.
        zone: in which people are shown times where they named no other.
    """

    store: Store
    slack: Gateway
    renderer: Renderer
    clock: Clock
    announce_channel: str | None
    base_url: str | None
    zone: ZoneInfo

    async def tools(self, team: str) -> Tools | None:
        """Themselves: so a runner may be given those of one workspace alone."""
        return self

    async def has_new_token(self, team: str) -> bool:
        return False

    def page(self, number: int) -> str:
        """The address of an incident's page; empty where there are no pages."""
        return f"{self.base_url}/incidents/INC-{number}" if self.base_url else ""
