"""What a job may reach for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from incibot.config import Integrations
from incibot.core.change import Post
from incibot.core.people import ChannelId, Person, UserId
from incibot.errors import SlackRefused
from incibot.integrations.http import Http
from incibot.render import Renderer
from incibot.slack.gateway import GONE, Blocks, Gateway
from incibot.slack.on_call import Rota
from incibot.store.unit import Clock, Store

NOBODY = ("user_not_found", "user_not_visible", "users_not_found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a job may reach for.

    Attributes:
        announce_channel: channel id or ``#name``; None: nothing is announced.
        base_url: public address of the web pages, without a slash at its end; None: there is none.
        zone: in which people are shown times where they named no other.
        integrations: what the team has named in its file.
        http: the way to those systems.
    """

    store: Store
    slack: Gateway
    renderer: Renderer
    clock: Clock
    announce_channel: str | None
    base_url: str | None
    zone: ZoneInfo
    integrations: Integrations
    http: Http

    @property
    def rota(self) -> Rota:
        """Finds out who is on call."""
        return Rota(
            store=self.store,
            slack=self.slack,
            http=self.http,
            on_call=self.integrations.on_call,
            zone=self.zone,
        )

    async def tools(self, team: str) -> Tools | None:
        """Themselves: so a runner may be given those of one workspace alone."""
        return self

    async def has_new_token(self, team: str) -> bool:
        return False

    async def meet(self, user: UserId) -> None:
        """Learn from Slack who that is, unless it is known: of a stranger nobody knows what they may see."""
        async with self.store.read() as tx:
            strangers = await tx.strangers([user])
        if strangers:
            await self.learn(user)

    async def learn(self, user: UserId) -> None:
        """Learn from Slack who that is now."""
        try:
            person = await self.slack.person(user)
        except SlackRefused as refused:
            if refused.code not in NOBODY:
                raise
            # Slack has no more to say; whoever is hidden from us is none of us.
            person = Person(id=user, name=user, outside=True)
        await self.store.write(lambda tx: tx.learn([person]))

    async def show_in_room(
        self,
        room: str,
        channel: ChannelId | None,
        *,
        key: str,
        text: str,
        blocks: Blocks,
        look: bool,
    ) -> Post:
        """Make a message of ours, of that key, read so, in a channel where alerts are shown.

        Args:
            room: the channel as the team's file has it.
            channel: its id, if it is known.
            look: an earlier try may have posted it.

        Raises:
            SlackRefused: there is no such channel, or we may not post there.
        """
        async with self.store.read() as tx:
            known = await tx.post(key)
        channel = known.channel if known is not None else channel
        if channel is None:
            channel = found = await self.slack.channel_id(room)
            await self.store.write(lambda tx: tx.know_room(room, found))
            look = False  # nobody could have posted it there before
        show = partial(
            self.slack.ensure_message,
            key=key,
            text=text,
            blocks=blocks,
            known=known.ts if known is not None else None,
            look=look,
        )
        try:
            return Post(key=key, channel=channel, ts=await show(channel))
        except SlackRefused as refused:
            if refused.code not in GONE or known is not None:
                raise
            other = await self.slack.channel_id(room)
            if other == channel:  # else another is called so by now
                raise
        await self.store.write(lambda tx: tx.know_room(room, other))
        return Post(key=key, channel=other, ts=await show(other))

    def page(self, number: int) -> str:
        """The address of an incident's page; empty where there are no pages."""
        return f"{self.base_url}/incidents/INC-{number}" if self.base_url else ""
