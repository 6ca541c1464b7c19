"""Wherever incibot dies, or Slack's answer is lost, everything is there exactly once in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.errors import SlackError
from incibot.jobs.runner import LEASE, Runner
from incibot.slack.gateway import Gateway
from tests.bench import Bench


class Died(BaseException):
    """The process is no more: nothing of it may catch this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """The process dies at its so manieth call of Slack, before or after Slack has obeyed."""

    call: int
    obeyed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The next call of a method goes wrong: `what` is one of the playground's."""

    method: str
    what: str


class Mortal(Gateway):
    """A way to Slack that ends with its process."""

    def __init__(self, there: Bench, session: aiohttp.ClientSession, death: Death) -> None:
        super().__init__(there.slack.bot_token, there.slack.api_url, session)
        self._death = death
        self._calls = 0
        self._dead = False

    async def _ask(self, method: str, call: Awaitable[Any], **where: Any) -> dict[str, Any]:
        self._calls += 1
        if self._dead or (self._calls > self._death.call and not self._death.obeyed):
            self._dead = True
            getattr(call, "close", lambda: None)()
            raise Died
        last = self._calls > self._death.call
        try:
            answer = await super()._ask(method, call, **where)
        except SlackError:
            if self._dead or last:
                self._dead = True
                raise Died from None
            raise
        if self._dead or last:
            self._dead = True
            raise Died
        return answer


@asynccontextmanager
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def live_through(there: Bench, trouble: Sequence[Death | Fault]) -> None:
    """Process after process takes up the work, each with its own trouble; the last has none."""
    async with session() as http:
        for one in trouble:
            if isinstance(one, Fault):
                there.slack.faults.add(one.method, one.what)
                await there.app.runner.work_off()
            else:
                tools = replace(there.app.tools, slack=Mortal(there, http, one))
                with suppress(Died):
                    await Runner(tools).work_off()
            await there.slack.settled()
            there.clock.passes(seconds=LEASE.total_seconds() + 1)
    there.slack.faults.clear()
    for _ in range(4):  # what was put back for later
        await there.settle()
        there.clock.passes(seconds=LEASE.total_seconds())


def written(there: Bench) -> Counter[str]:
    """How often each message of incibot's is in Slack, by its key."""
    keys: Counter[str] = Counter()
    for room in there.slack.workspace.channels.values():
        for message in room.messages.values():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if "key" in payload:
                keys[payload["key"]] += 1
    return keys


DEATHS = st.builds(Death, call=st.integers(0, 14), obeyed=st.booleans())
FAULTS = st.builds(
    Fault,
    method=st.sampled_from(
        [
            *("auth.test", "conversations.create", "conversations.setPurpose"),
            *("conversations.list", "conversations.invite", "conversations.setTopic"),
            *("conversations.open", "conversations.history", "conversations.info"),
            *("chat.postMessage", "chat.postMessage", "chat.update", "pins.add"),
        ]
    ),
    what=st.sampled_from(["answer_lost", "dropped", "rate_limited", "status"]),
)
TROUBLE = st.lists(DEATHS | FAULTS, max_size=3)


@settings(max_examples=12)
@given(opening=TROUBLE, working=TROUBLE)
async def test_an_incident_opens_exactly_once_wherever_incibot_dies(
    there: Bench, opening: list[Death | Fault], working: list[Death | Fault]
) -> None:
    ana, bela = there.person("ana"), there.person("bela")
    await ana.types("/incident declare sev2 Checkout answers 500")
    await live_through(there, opening)
    incident = (await there.incidents())[0]
    number = incident.number
    channel = str(incident.channel)

    rooms = [
        room
        for room in there.slack.workspace.channels.values()
        if room.name.startswith(f"inc-{number}-")
    ]
    assert [room.id for room in rooms] == [channel]
    assert rooms[0].purpose["value"] == f"INC-{number}, kept by incibot"
    assert rooms[0].topic["value"].startswith(f"INC-{number}")
    assert ana.id in rooms[0].members

    await bela.joins(channel)
    await there.slack.settled()
    await ana.types("/incident commander @bela", channel)
    await ana.types("/incident update half of it works", channel)
    await ana.types("/incident decision roll back", channel)
    await live_through(there, working)

    about = f":{number}"
    keys = written(there)
    assert {key: n for key, n in keys.items() if n != 1} == {}
    ours = [key for key in keys if key.startswith((f"card{about}", f"announce{about}"))]
    assert sorted(ours) == [f"announce{about}", f"card{about}"]
    assert len(ana.pinned(channel)) == 1
    entries = await there.timeline(number)
    echoed = [entry for entry in entries if f"echo:{entry.key}" in keys]
    assert [entry.kind.value for entry in echoed] == ["role", "update", "decision"]
    assert all(entry.source.ts for entry in echoed)
    assert sum(key.startswith(f"relay:{echoed[1].key}") for key in keys) == 1
    assert sum(key.startswith(f"brief{about}:") and bela.id in key for key in keys) == 1
    card = next(one for one in there.ours(channel) if one["ts"] == ana.pinned(channel)[0]["ts"])
    assert "half of it works" in str(card)
    async with there.app.store.read() as tx:
        assert await tx.waiting() == (0, 0, None)
