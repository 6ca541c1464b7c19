"""A private incident full of words that nobody else has, and people who look for them."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from incibot import log
from incibot.core.evidence import Alert, State
from incibot.core.incident import Incident
from incibot.playground import Person, Playground, northwind
from incibot.slack.manifest import EVENTS, SCOPES
from tests.bench import Bench, Clock, bench
from tests.evidence import tells
from tests.web.browser import BASE, Browser

TOKEN = "first-token-of-ours"
MISSING = 99  # the number of no incident
MISSING_CHANNEL = "C0NOWHERE0"

# A word for each thing that a private incident has; of none may there be a trace.
CANARIES = {
    "title": "Zibeline",
    "summary": "Quokka",
    "service": "Marzipan",
    "message": "Axolotl",
    "thread": "Pangolin",
    "edited": "Narwhal",
    "note": "Kumquat",
    "hypothesis": "Sassafras",
    "update": "Rutabaga",
    "task": "Wombat",
    "status note": "Ocelot",
    "topic": "Tamarind",
    "review": "Halibut",
    "file": "Bergamot",
}

# Who walks, beside the two who may see it: how they are called, and where they type.
NO_MEMBERS = {
    "non-member": "dana",
    "former member": "chidi",
    "guest, in the channel": "gita",
    "guest of that one channel": "hugo",
    "of another company, in the channel": "ines",
}


@dataclass(slots=True, kw_only=True)
class Walk:
    """The workspace, the incident, and what has been said so far in logs."""

    there: Bench
    incident: Incident
    logged: io.StringIO
    entry: int  # the id of the hypothesis
    canaries: tuple[str, ...]
    _calls: int = 0
    browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        assert self.incident.channel
        return self.incident.channel

    async def browser(self, who: str) -> Browser:
        if who not in self.browsers:
            self.browsers[who] = Browser(self.there)
            await self.browsers[who].signs_in(who, channel=f"@{who}")
        return self.browsers[who]

    def shown(self) -> str:
        """All that the bot has sent to Slack since this was last asked for."""
        calls = self.there.slack.calls()
        sent = [(call.method, call.args) for call in calls[self._calls :]]
        self._calls = len(calls)
        return "\n".join(json.dumps(one, ensure_ascii=False) for one in sent)

    def told(self) -> str:
        """All that was logged since this was last asked for."""
        found = self.logged.getvalue()
        self.logged.seek(0)
        self.logged.truncate()
        return found

    def traces(self, text: str) -> list[str]:
        """The words of the private incident that are in the text."""
        return [word for word in self.canaries if word.casefold() in text.casefold()]


def faceless(text: str, number: int) -> str:
    """What is the same, whichever number was asked for, and whenever."""
    text = re.sub(rf"\bINC-{number}\b", "INC-?", text, flags=re.IGNORECASE)
    text = re.sub(
        rf'(\\*"number\\*": ?|name="number" value="|")\b{number}\b(\||\\*")?', r"\1?\2", text
    )
    text = re.sub(r"nonce[=-][\w\"'-]*", "nonce", text)
    text = re.sub(r"\b\d{10}\.\d{6}\b", "TS", text)
    text = re.sub(r"ticket=[\w.-]+", "ticket", text)
    return re.sub(r'"(trigger_id|view_id|hash|id)": "[^"]*"', r'"\1": ""', text)


@contextmanager
def logging_to(stream: io.StringIO) -> Iterator[None]:
    """What is logged at level info, as one who runs incibot reads it."""
    root = logging.getLogger()
    names = ("", "incibot", "aiohttp.access", "sqlalchemy")
    levels, handlers = {name: logging.getLogger(name).level for name in names}, root.handlers[:]
    log.configure("json", "info", stream=stream)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        root.handlers[:] = handlers
        structlog.reset_defaults()


@asynccontextmanager
async def walk(
    folder: Path, said: Mapping[str, str] = CANARIES, *, private: bool = True
) -> AsyncIterator[Walk]:
    """INC-1 is private: Ana declared it, Bela is in, Emre holds a role, Chidi has left; guests are in its channel."""
    clock = Clock()
    slack = Playground(
        clock=clock,
        people=(*northwind.PEOPLE, *northwind.VISITORS),
        rooms=northwind.ROOMS,
        retry_delays=(0.0, 0.0, 0.0),
        ack_seconds=30.0,
        scopes=tuple(SCOPES),
        subscriptions={event.partition(".")[0] for event in EVENTS},
    )
    await slack.start()
    logged = io.StringIO()
    with logging_to(logged):
        async with bench(
            "sqlite://",
            folder,
            playground=slack,
            clock=clock,
            base_url=BASE,
            INCIBOT_API_TOKENS=TOKEN,
        ) as there:
            yield await _happens(there, logged, said, private=private)
    await slack.stop()


async def _happens(
    there: Bench, logged: io.StringIO, said: Mapping[str, str], *, private: bool
) -> Walk:
    ana, bela = there.person("ana"), there.person("bela")
    await ana.types("/incident", "general")
    answer = await ana.submits(
        {
            "title": f"{said['title']} is taken",
            "summary": said["summary"],
            "other_service": said["service"],
            "private": "private" if private else "public",
        }
    )
    assert answer.errors is answer.trouble is None
    await there.settle()
    incident = await there.incident()
    channel = incident.channel
    assert channel
    hugo = there.person("hugo").user
    hugo.is_ultra_restricted = False  # whom only an administrator of the workspace can bring in
    shared = there.slack.channel(channel).teams  # as an administrator may let a channel be
    shared += [there.slack.workspace.team_id, there.person("ines").user.team_id]
    for who in ("bela", "chidi", "gita", "hugo", "ines"):
        await ana.invites(who, channel)
    hugo.is_ultra_restricted = True
    await there.settle()
    ts = await bela.writes(f"the {said['message']} was there", channel)
    await bela.writes(f"and a {said['thread']}", channel, ts)
    await bela.edits(channel, ts, f"the {said['message']} and the {said['edited']} were there")
    await bela.writes("here", channel, files=[(f"{said['file']}.png", b"png")])
    await bela.reacts(channel, ts, "pushpin")
    await ana.sets_topic(channel, said["topic"])
    await there.settle()
    for typed in (
        f"note {said['note']}",
        f"hypothesis it is the {said['hypothesis']}",
        f"update we know: {said['update']}",
        f"task find the {said['task']}",
        f"status identified {said['status note']}",
        "scribe @emre",
        "review",
    ):
        trouble = (await there.types(typed, channel=channel)).trouble
        assert trouble is None, typed
    await tells(there, Alert(id="1", key="1", state=State.RESOLVED, title="Error rate"))
    await there.app.store.write(lambda tx: tx.attach(1, 1))
    await there.person("chidi").leaves(channel)
    await there.settle()
    made = await there.incident()
    entries = await there.timeline()
    walk = Walk(
        there=there,
        incident=made,
        logged=logged,
        entry=next(one.id for one in entries if one.kind.value == "hypothesis"),
        canaries=tuple(said.values()),
    )
    browser = await walk.browser("ana")
    editor = await browser.get("/incidents/INC-1/review/edit")
    form = editor.form("/review/edit")
    kept = await browser.send(form, markdown=f"{form.fields['markdown']}\n{said['review']}\n")
    assert kept.status == 200
    walk.canaries += (made.channel_name, channel, there.person("emre").id)
    return walk


def everybody(there: Bench) -> dict[str, Person]:
    return {name: there.person(who) for name, who in NO_MEMBERS.items()}
