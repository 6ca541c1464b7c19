"""The workspaces that this process works for, and a desk for each: all that working for it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from incibot.core.people import ChannelId
from incibot.errors import SlackBusy, SlackRefused, Unopenable
from incibot.jobs import Tools
from incibot.log import logger
from incibot.slack.gateway import Gateway
from incibot.slack.inbound import Inbound
from incibot.store.unit import Store
from incibot.store.workspaces import Workspace

log = logger(__name__)


class Tokens(Protocol):
    """Where bot tokens come from."""

    async def teams(self) -> list[str]:
        """The workspaces in which incibot is installed now, as far as we know."""

    async def token(self, team: str) -> str | None:
        """The bot token for that workspace; None where incibot is not, or no longer, installed.

        Raises:
            SlackBusy: that cannot be told yet.
            Unopenable: it is there, and no key of ours opens it.
        """


class OneToken:
    """`SLACK_BOT_TOKEN`: of one workspace, and Slack tells of which.

    Until it does, it is taken to be of the one of which it told last.
    """

    def __init__(self, secret: str, store: Store) -> None:
        self._secret = secret
        self._store = store
        self.team: str | None = None
        self._told = False

    def is_of(self, team: str) -> None:
        """Slack has said so."""
        self.team, self._told = team, True

    async def teams(self) -> list[str]:
        if self.team is None:
            async with self._store.whole.read() as tx:
                known = await tx.workspaces()
            if not known:
                return []
            self.team = known[0].team
        return [self.team]

    async def token(self, team: str) -> str | None:
        if team in await self.teams():
            return self._secret
        if not self._told:  # it may turn out to be of that one
            raise SlackBusy("auth.test", "not_yet_accepted")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that is needed to work for one workspace."""

    here: Workspace
    token: str = field(repr=False)
    store: Store
    slack: Gateway
    tools: Tools
    inbound: Inbound


Furnish = Callable[[Workspace, str], Desk]


class Workspaces:
    """The desks, by the ids of their workspaces.

    Args:
        gateway: what to ask of Slack with that token; the same again for the same token.
        furnish: makes a desk.
    """

    def __init__(
        self, tokens: Tokens, store: Store, gateway: Callable[[str], Gateway], furnish: Furnish
    ) -> None:
        self.tokens = tokens
        self.store = store.whole
        self.clock = store.clock
        self._gateway = gateway
        self._furnish = furnish
        self._desks: dict[str, Desk] = {}

    @property
    def desks(self) -> list[Desk]:
        """Those at which we sit now."""
        return list(self._desks.values())

    async def of(self, team: str) -> Desk | None:
        """That workspace's desk; None where incibot is not installed.

        Raises:
            SlackError: Slack must be asked who we are there, and did not say.
        """
        found = self._desks.get(team)
        token = await self.tokens.token(team)  # each time: it may have ended by another process
        if found is not None and found.token == token:
            return found
        self.leave(team)
        if token is None:
            return None
        async with self.store.read() as tx:
            known = {one.team: one for one in await tx.workspaces()}
            before = {one.team for one in await tx.workspaces(ended=True)}
        if team in known:
            return self.sit_down(known[team], token)
        try:
            return await self.settle_in(token)
        except SlackRefused as refused:
            if team not in before:
                raise
            log.info("workspace.ended", team=team, error=refused.code)
            return None

    async def tools(self, team: str) -> Tools | None:
        """What a job in that workspace may reach for."""
        desk = await self.of(team)
        return desk.tools if desk else None

    async def has_new_token(self, team: str) -> bool:
        """Whether incibot was installed there anew since we sat down; then we sit down anew."""
        desk = self._desks.get(team)
        token = await self.tokens.token(team)
        if desk is None or token is None or token == desk.token:
            return False
        self.leave(team)
        return True

    async def inbound(self, team: str) -> Inbound | None:
        """Who takes what is delivered from that workspace."""
        desk = await self.of(team)
        return desk.inbound if desk else None

    async def sharing(self, channel: ChannelId) -> list[Inbound]:
        """Those of the workspaces whose incidents have to do with a channel."""
        async with self.store.read() as tx:
            teams = await tx.teams_in(channel)
        found = [await self.inbound(team) for team in teams]
        return [one for one in found if one is not None]

    async def settle_in(self, token: str) -> Desk:
        """Ask Slack whose that token is and who we are there, keep it, and sit down.

        Raises:
            SlackError: Slack did not accept the token, or did not answer.
        """
        here = await self._gateway(token).workspace()
        await self.store.write(lambda tx: tx.settle_in(here))
        await self.store.of(here.team).write(lambda tx: tx.ask_who_is_who())
        return self.sit_down(here, token)

    def sit_down(self, here: Workspace, token: str) -> Desk:
        desk = self._desks[here.team] = self._furnish(here, token)
        return desk

    async def look_round(self) -> None:
        """Leave the desks of workspaces that we are no longer in, and take those that are new."""
        async with self.store.read() as tx:
            there = {one.team for one in await tx.workspaces()}
        installed = await self.tokens.teams()
        for team in list(self._desks):
            if team not in there or team not in installed:
                self.leave(team)
        for team in installed:
            try:
                await self.of(team)
            except Unopenable as lost:
                log.error("workspace.unreadable", team=team, error=str(lost))
            except SlackRefused as refused:  # one that is refused keeps no other waiting
                log.error("workspace.refused", team=team, error=str(refused))
            except SlackBusy as busy:
                log.warning("workspace.not_yet", team=team, error=str(busy))

    def leave(self, team: str) -> None:
        self._desks.pop(team, None)
