"""The soak: a hundred events a second over twenty open incidents, while things break.

    python3 dev.py soak [--minutes 10] [--database postgresql|mariadb] [--rate 100]

It starts a database server of its own, a local Slack, and two incibot processes that share the
database. One of the two is killed (SIGKILL) every 20 seconds and started again; the database is
stopped for some seconds twice. Slack tries as often as Slack does, after the same pauses (a tenth of
them where the soak is shorter than they are), and no more. In the end each incident's timeline is held against what Slack itself shows: what went in and what came out are
counted, and the differences must be none. The table is on stdout; exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from incibot.core.incident import Incident
from incibot.core.playbook import Playbook
from incibot.playground import RETRY_DELAYS, Playground
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.slack.reading import SPOKEN
from incibot.store import migrations
from incibot.store.clock import now
from incibot.store.database import connect
from incibot.store.schema import catch_ups, entries, jobs
from incibot.store.unit import Store
from tests.soak.servers import SERVERS, Server, free_port

INCIDENTS = 20
PROCESSES = 2
KILL = 20.0  # seconds between two kills
AWAY = 3.0  # seconds for which the database is stopped
AT_ONCE = 24  # events that are on their way at a time
THREADS = 2  # in each channel, in which people reply
PATIENCE = 300.0  # seconds for processes and channels to be there
LAST = (
    1800.0  # seconds to catch up in at the end: Slack lets a channel be read so many times a minute
)
PEOPLE = ("ana", "bela", "chidi", "dana")
WORDS = ("checkout", "answers", "500", "again", "the", "queue", "in", "eu-west", "grows", "since")


@dataclass(slots=True)
class Process:
    """`incibot serve` in a process of its own."""

    port: int
    environment: dict[str, str]
    log: Path
    it: asyncio.subprocess.Process | None = None
    kills: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/slack/events"

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.it = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "incibot", "serve"),
                env={**os.environ, **self.environment, "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

    async def ends(self, how: signal.Signals) -> None:
        process, self.it = self.it, None
        if process is not None and process.returncode is None:
            process.send_signal(how)
            await process.wait()

    async def answers(self) -> None:
        """Wait until it is ready."""
        until = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                if self.it is None or self.it.returncode is not None:
                    raise RuntimeError(f"incibot has ended by itself; {self.log} says why")
                with suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)
        raise TimeoutError("incibot is not ready")


@dataclass(slots=True)
class Writing:
    """What people do, at a steady rate; `did` counts it."""

    slack: Playground
    channels: list[str]
    rate: float
    random: random.Random
    did: Counter[str] = field(default_factory=Counter)
    latest: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    roots: dict[str, list[str]] = field(default_factory=dict)

    async def go_on(self, seconds: float) -> None:
        begun, count = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            while count < passed * self.rate:
                await self._something()
                count += 1
            await asyncio.sleep(0.005)

    async def _something(self) -> None:
        channel = self.random.choice(self.channels)
        lines = self.latest.setdefault(channel, [])
        dice = self.random.random()
        if dice < 0.80 or len(lines) < 5:
            who = self.random.choice(PEOPLE)
            words = " ".join(self.random.choices(WORDS, k=self.random.randint(3, 14)))
            roots = self.roots.setdefault(channel, [])
            root = self.random.choice(roots) if len(roots) == THREADS and dice < 0.2 else None
            ts = await self.slack.person(who).writes(words, channel, root)
            if len(roots) < THREADS:
                roots.append(ts)
            else:
                lines.append((who, ts))
                del lines[:-30]
            self.did["messages"] += 1
            return
        who, ts = lines.pop(self.random.randrange(len(lines)))
        person = self.slack.person(who)
        if dice < 0.90:
            await person.edits(channel, ts, f"{self.random.choice(WORDS)}, corrected {time.time()}")
            self.did["edits"] += 1
        elif dice < 0.94:
            await person.deletes(channel, ts)
            self.did["deletions"] += 1
        else:
            await person.reacts(channel, ts, self.random.choice(("pushpin", "bulb", "question")))
            self.did["reactions"] += 1


def taking_turns(processes: list[Process]) -> Iterator[str]:
    """Whom the router in front of them picks next; it does not know who is dead."""
    return itertools.cycle([one.url for one in processes])


async def disturb(processes: list[Process], server: Server, seconds: float) -> int:
    """Kill one process after the other, and stop the database twice. How many kills there were."""
    begun = time.monotonic()
    kills = [KILL * n for n in range(1, int((seconds - 5) / KILL) + 1)]
    outages = [seconds / 3 + KILL / 2, seconds * 2 / 3 + KILL / 2]
    victims = itertools.cycle(processes)
    for due, what in sorted([(at, "kill") for at in kills] + [(at, "stop") for at in outages]):
        await asyncio.sleep(max(begun + due - time.monotonic(), 0))
        if what == "stop":
            await server.stop()
            await asyncio.sleep(AWAY)
            await server.start()
        else:
            victim = next(victims)
            await victim.ends(signal.SIGKILL)
            await victim.start()
    return len(kills)


async def quiet(store: Store) -> bool:
    """Whether all is done that was asked for."""
    try:
        async with store.engine.connect() as connection:
            waiting = await connection.scalar(select(func.count()).select_from(jobs))
            steps = (await connection.execute(select(catch_ups.c.progress))).scalars()
            comparing = any(step is not None for step in steps)
    except (SQLAlchemyError, OSError):
        return False
    return not waiting and not comparing


async def differences(store: Store, slack: Playground, incident: Incident) -> Counter[str]:
    """In what the incident's timeline differs from what Slack shows; and what both have."""
    found: Counter[str] = Counter()
    room = slack.channel(str(incident.channel))
    shown = {
        ts: one
        for ts, one in room.messages.items()
        if not one.get("bot_id") and one.get("subtype") in SPOKEN
    }
    async with store.read() as tx:
        told = [one async for one in tx.entries(incident.number)]
        verdict = await tx.verdict(incident.number)
        rows = await tx.connection.scalar(
            select(func.count())
            .select_from(entries)
            .where(entries.c.incident == incident.number, entries.c.key.startswith("slack:"))
        )
    held = {one.source.ts: one for one in told if one.key.startswith("slack:")}
    found["doubled"] = (rows or 0) - len(held)
    found["chain"] = len(verdict.wrong) + len(verdict.loose)
    for ts, message in shown.items():
        entry = held.get(ts)
        if entry is None:
            found["missing"] += 1
            continue
        found["in both"] += 1
        found["words differ"] += entry.words != message["text"]
        marked = {
            (user, one["name"]) for one in message.get("reactions", ()) for user in one["users"]
        }
        found["marks differ"] += {(one.user, one.via) for one in entry.marks} != marked
    for ts, entry in held.items():
        if ts not in shown:
            found["deleted in both"] += 1
            found["words of deleted ones"] += bool(entry.words or entry.revisions)
    return found


async def soak(name: str, minutes: float, rate: float, folder: Path) -> int:
    server = SERVERS[name](folder / "database")
    shorter = 1 if minutes * 60 > RETRY_DELAYS[-1] else 10
    slack = Playground(
        scopes=tuple(SCOPES),
        subscriptions={event.partition(".")[0] for event in EVENTS},
        retry_delays=[delay / shorter for delay in RETRY_DELAYS],
    )
    slack.delivery.at_once = AT_ONCE
    await server.make()
    engine = connect(server.url)
    processes: list[Process] = []
    try:
        await migrations.upgrade(engine)
        await slack.start()
        environment = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "DATABASE_URL": server.url,
            "HOST": "127.0.0.1",
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "warning",
        }
        processes += [
            Process(free_port(), environment, folder / f"incibot-{n}.log") for n in range(PROCESSES)
        ]
        await asyncio.gather(*(one.start() for one in processes))
        await asyncio.gather(*(one.answers() for one in processes))
        turns = taking_turns(processes)
        slack.request_url = lambda: next(turns)
        store = Store(engine, Playbook(), now)
        return await _play(slack, store, server, processes, minutes * 60, rate)
    finally:
        await asyncio.gather(*(one.ends(signal.SIGKILL) for one in processes))
        await slack.stop()
        await engine.dispose()
        await server.stop()


async def _play(
    slack: Playground,
    store: Store,
    server: Server,
    processes: list[Process],
    seconds: float,
    rate: float,
) -> int:
    for n in range(INCIDENTS):
        answer = await slack.person("ana").types(
            f"/incident declare sev2 Number {n + 1}", "general"
        )
        if "is declared" not in answer.text:
            raise RuntimeError(f"{answer.text or answer.trouble}")
    incidents = await _opened(store)
    channels = [str(one.channel) for one in incidents]
    for who, channel in itertools.product(PEOPLE[1:], channels):
        await slack.person(who).joins(channel)
    await slack.settled()
    first = len(slack.delivery.sent)
    writing = Writing(slack, channels, rate, random.Random(7))  # noqa: S311
    say(f"{INCIDENTS} incidents are open; {rate:g} events a second for {seconds:g} s")
    _, kills = await asyncio.gather(writing.go_on(seconds), disturb(processes, server, seconds))
    await slack.settled(retries=True)
    say("all is written, and delivered or given up; now incibot is to catch up")
    begun = time.monotonic()
    for one in processes:  # as a deploy would: whoever starts compares
        await one.ends(signal.SIGTERM)
        await one.start()
    await asyncio.gather(*(one.answers() for one in processes))
    await asyncio.sleep(5)
    while not await quiet(store):
        if time.monotonic() > begun + LAST:
            say("not everything that was asked for is done")
            break
        await asyncio.sleep(1)
    caught_up = time.monotonic() - begun
    found: Counter[str] = Counter()
    for incident in incidents:
        found += await differences(store, slack, incident)
    sent = [one for one in slack.delivery.sent[first:] if one.kind == "events_api"]
    tries = Counter(one.state if len(one.attempts) < 2 else "retried" for one in sent)
    wrong = sum(found[key] for key in WRONG)
    say_table(
        {
            "database": store.engine.dialect.name,
            "seconds": f"{seconds:g}",
            "in: " + ", ".join(writing.did): " + ".join(map(str, writing.did.values())),
            "events": f"{len(sent)}, {len(sent) / seconds:.0f} a second",
            "taken at the first try": str(tries["delivered"]),
            "tried again": str(tries["retried"]),
            "given up": str(sum(one.state == "lost" for one in sent)),
            "processes killed, database stopped": f"{kills}, 2",
            "seconds to catch up at the end": f"{caught_up:.0f}",
            "out: in both, deleted in both": f"{found['in both']} + {found['deleted in both']}",
            **{key: str(found[key]) for key in WRONG},
        }
    )
    return 1 if wrong or not found["in both"] else 0


WRONG = (
    "missing",
    "doubled",
    "words differ",
    "marks differ",
    "words of deleted ones",
    "chain",
)


async def _opened(store: Store) -> list[Incident]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        async with store.read() as tx:
            found = await tx.all_incidents()
        if len(found) == INCIDENTS and all(one.channel for one in found) and await quiet(store):
            return found
        await asyncio.sleep(0.5)
    async with store.engine.connect() as connection:
        waiting = (await connection.execute(select(jobs.c.key, jobs.c.last_error))).all()
    raise TimeoutError(f"{len(found)} incidents, and still to be done: {waiting[:5]}")


def say(words: str) -> None:
    print(f"soak: {words}", file=sys.stderr, flush=True)  # noqa: T201


def say_table(rows: dict[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.py soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--database", choices=sorted(SERVERS), default="postgresql")
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--folder", type=Path, help="keep logs and files here")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # the server runs as a user of its own
        sys.exit(asyncio.run(soak(given.database, given.minutes, given.rate, folder)))


if __name__ == "__main__":
    main()
