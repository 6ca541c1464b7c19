"""Where deliveries come in: each goes to the workspace that it is of, and to no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from incibot.core.people import ChannelId
from incibot.log import logger
from incibot.slack import reading
from incibot.slack.inbound import Ack, Inbound

ELSEWHERE = "incibot is not installed in this workspace, or no longer."

log = logger(__name__)


class Reception:
    """Hands each delivery to its workspace's `Inbound`.

    Raises whatever `find` and they raise: the edge answers 503 then, and Slack delivers again.

    Args:
        find: whose the deliveries of that workspace are; None where incibot is not installed.
        sharing: whose the incidents are that have to do with a channel, of all workspaces.
        ended: it was uninstalled there, or its token was revoked, at that time.
    """

    def __init__(
        self,
        find: Callable[[str], Awaitable[Inbound | None]],
        *,
        heard: Callable[[str, str], None],
        sharing: Callable[[ChannelId], Awaitable[list[Inbound]]],
        ended: Callable[[str, float], Awaitable[None]],
    ) -> None:
        self._find = find
        self._heard = heard
        self._sharing = sharing
        self._ended = ended
        self.afterwards: set[asyncio.Task[None]] = set()

    async def on_event(self, body: Mapping[str, Any], ack: Ack) -> None:
        team = reading.team_of(body)
        if team and reading.is_farewell(body):
            await self._ended(team, float(body.get("event_time") or 0))
            self._heard("event", "uninstalled")
            await ack()
            return
        found = await self._of("event", body)
        channel = reading.shared_channel(body)
        others = await self._sharing(channel) if channel else []
        for one in others:
            if one is not found:
                await one.hear(body)
        if found:
            await found.hear(body)
        await ack()

    async def on_command(self, body: Mapping[str, Any], ack: Ack) -> None:
        found = await self._of("command", body)
        if found is None:
            await ack(response_type="ephemeral", text=ELSEWHERE)
        else:
            await found.on_command(body, ack)

    async def on_action(self, body: Mapping[str, Any], ack: Ack) -> None:
        found = await self._of("action", body)
        await (found.on_action(body, ack) if found else ack())

    async def on_view(self, body: Mapping[str, Any], ack: Ack) -> None:
        found = await self._of("view", body)
        await (found.on_view(body, ack) if found else ack())

    async def on_shortcut(self, body: Mapping[str, Any], ack: Ack) -> None:
        found = await self._of("shortcut", body)
        await (found.on_shortcut(body, ack) if found else ack())

    async def drain(self, seconds: float = 5) -> None:
        """Wait for the answers that are still on their way; not longer than that."""
        if self.afterwards:
            await asyncio.wait(self.afterwards, timeout=seconds)

    async def _of(self, kind: str, body: Mapping[str, Any]) -> Inbound | None:
        team = reading.team_of(body) or ""
        found = await self._find(team)
        if found is None:
            log.warning("delivery.not_installed", kind=kind, team=team[:40])
            self._heard(kind, "not_installed")
        return found
