"""How long Slack waits for its 200, and a sender of evidence for its 202, beside the floor: the same server answering ``/healthz``.

    python -m tests.benchmarks.deliveries [deliveries]

Wall-clock milliseconds of one delivery after another on SQLite, each in a connection of its own,
with signature, transaction and commit: the least, the median, and the worst but one in twenty.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import structlog

from incibot.playground.delivery import Sent
from tests.bench import Bench, bench
from tests.scenarios.posting import deliver, deliveries, events
from tests.sources.sending import hooks, send


async def timed(count: int, once: Callable[[int], Awaitable[int]]) -> list[float]:
    """Milliseconds of each; every answer must be a 200."""
    found = []
    for number in range(count):
        begun = time.perf_counter()
        status = await once(number)
        found.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise RuntimeError(f"answered {status}")
    return sorted(found)


async def measure(there: Bench, count: int) -> dict[str, list[float]]:
    await there.types("declare sev2 Checkout answers 500")
    incident = await there.incident()
    await there.person("ana").writes("the first of many", incident.channel_name)
    await there.settle()
    message, command = events(there, "message")[-1], deliveries(there, "slash_commands")[-1]

    async def health(_: int) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{there.url}/healthz") as answer,
        ):
            return answer.status

    async def event(number: int) -> int:
        inner = dict(message.payload["event"], ts=f"1795183300.{number:06d}")
        payload = dict(message.payload, event=inner, event_id=f"EvBench{number}")
        return (await deliver(there, replace_payload(message, payload))).status

    async def hooked(number: int) -> int:
        answer = await send(there, {"title": "deployed", "id": f"{number}", "service": "Checkout"})
        return 200 if answer.json["outcome"] == "kept" else answer.status

    async def declare(number: int) -> int:
        payload = dict(command.payload, trigger_id=f"1.2.bench{number}")
        return (await deliver(there, replace_payload(command, payload))).status

    return {
        "floor": await timed(count, health),
        "message": await timed(count, event),
        "declare": await timed(count, declare),
        "hook": await timed(count, hooked),
    }


def replace_payload(sent: Sent, payload: dict[str, object]) -> Sent:
    return replace(sent, payload=payload)


async def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with bench("sqlite://", Path(folder), integrations=hooks()) as there:
            for name, found in (await measure(there, count)).items():
                late = found[int(len(found) * 0.95)]
                print(  # noqa: T201 - its result
                    f"{name:<8} min {found[0]:6.2f}  median {statistics.median(found):6.2f}"
                    f"  p95 {late:6.2f} ms"
                )


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
