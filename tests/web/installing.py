"""A street of two workspaces that may install incibot, and somebody's browser that does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import aiohttp

from incibot.playground import Playground, northwind
from incibot.slack.manifest import EVENTS, manifest
from tests.bench import Clock
from tests.web.browser import BASE, Page

CLIENT = {"SLACK_CLIENT_ID": "1000.2000", "SLACK_CLIENT_SECRET": "playground-client-secret"}


def street(clock: Clock, *, base: str = BASE) -> tuple[Playground, Playground]:
    """Northwind, which serves both, and Parcels, of the organisation Logistics."""
    common: dict[str, Any] = {
        "clock": clock,
        "bot_token": None,
        "retry_delays": (),
        "ack_seconds": 30.0,
        "subscriptions": {event.partition(".")[0] for event in EVENTS},
        "scopes": (),  # until somebody has allowed some
    }
    one = Playground(manifest=manifest(url=base), **common)
    people = ("gus", "hana")
    two = Playground(
        name="Parcels",
        domain="parcels",
        enterprise="Logistics",
        people=[
            northwind.Someone(name=name, real_name=name.capitalize(), tz="UTC") for name in people
        ],
        rooms=[
            northwind.Room(name="general", members=people),
            northwind.Room(name="incidents", members=people),
        ],
        groups=(),
        neighbour_of=one,
        **common,
    )
    return one, two


@dataclass(slots=True)
class Installer:
    """Somebody's browser on the way through both incibot's and Slack's pages.

    It looks incibot up at its public address and reaches the process at `url`.
    """

    url: str
    slack: Playground
    base: str = BASE
    cookies: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    async def get(self, address: str) -> Page:
        address = urljoin(f"{self.base}/", address)
        assert address.startswith(self.base), f"{address} leads elsewhere"
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(
                self.url + address.removeprefix(self.base),
                headers={"Cookie": cookie} if cookie else {},
                allow_redirects=False,
            ) as answer,
        ):
            for line in answer.headers.getall("Set-Cookie", []):
                self.lines.append(line)
                name, _, rest = line.partition("=")
                value = rest.partition(";")[0].strip('"')
                if value:
                    self.cookies[name] = value
                else:
                    self.cookies.pop(name, None)
            return Page(
                url=address,
                status=answer.status,
                headers=answer.headers.copy(),
                body=await answer.read(),
            )

    async def begins(self, query: str = "") -> str:
        """Opens our page; the address of Slack's."""
        page = await self.get(f"/slack/install{query}")
        assert page.status == 200, page.text
        (address,) = re.findall(r'<a class="button first" href="([^"]+)"', page.text)
        return str(address).replace("&amp;", "&")

    async def decides(
        self, whose: Playground, who: str, address: str, decision: str = "allow"
    ) -> str:
        """Presses a button on Slack's page; where that leads."""
        async with aiohttp.ClientSession() as browser:
            async with browser.get(address) as shown:
                assert shown.status == 200, await shown.text()
                page = Page(
                    url=address, status=200, headers=shown.headers.copy(), body=await shown.read()
                )
            (form,) = [
                one for one in page.forms if one.fields["workspace"] == whose.workspace.team_id
            ]
            fields = {**form.fields, "person": whose.person(who).id, "decision": decision}
            async with browser.post(form.action, data=fields, allow_redirects=False) as sent:
                assert sent.status == 302
                return sent.headers["Location"]

    async def installs(self, whose: Playground, who: str, decision: str = "allow") -> Page:
        """All the way."""
        address = await self.begins()
        return await self.get(await self.decides(whose, who, address, decision))
