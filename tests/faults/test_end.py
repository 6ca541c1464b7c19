"""Told to stop, a process takes nothing new, ends what it has or hands it back, and is gone in time."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.faults.world import Bot, Trouble, World

IN_TIME = 10.0  # seconds


async def stopped(bot: Bot) -> tuple[int, float]:
    """Ask it to end: how it did, and after how many seconds."""
    begun = time.monotonic()
    bot.send(signal.SIGTERM)
    return await bot.ended(), time.monotonic() - begun


def stalls(there: World, *names: str) -> asyncio.Event:
    """Slack answers these calls no more; set when the first one came."""
    came = asyncio.Event()

    def happens(name: str) -> Trouble | None:
        if name in names:
            came.set()
            return Trouble.SILENT
        return None

    there.slack.trouble = happens
    return came


async def jobs_due(there: World) -> int:
    """How many jobs another process may take up now."""
    async with there.there.app.store.read() as tx:
        count, _, oldest = await tx.waiting()
    return count if oldest is not None and oldest <= there.clock() else 0


@pytest.mark.parametrize("kind", ["serve", "worker"])
async def test_what_does_not_end_is_handed_back_and_taken_up_at_once(
    earth: World, kind: str
) -> None:
    first = await earth.start(*(["serve"] if kind == "serve" else ["serve", "--no-worker"]))
    if kind == "worker":
        server, first = first, await earth.start("worker")
    came = stalls(earth, "conversations.create")
    answer = await earth.types("declare sev2 Checkout answers 500 (1)")
    assert "INC-1" in answer.text
    async with asyncio.timeout(30):
        await came.wait()
    code, seconds = await stopped(first)
    assert (code, seconds < IN_TIME) == (0, True), first.said()
    assert first.lines("jobs.handed_back")
    assert await jobs_due(earth) == 1

    earth.slack.trouble = lambda name: None
    begun = time.monotonic()
    await earth.start(*([kind] if kind == "worker" else ()))
    await earth.settle()
    assert earth.room(1)
    assert (await earth.there.incident(1)).channel == earth.room(1)
    assert time.monotonic() - begun < 60  # no lease had to run out
    if kind == "worker":
        assert server.is_alive
        assert (await stopped(server))[0] == 0


async def test_a_request_in_hand_is_answered_and_no_new_one_is_taken(earth: World) -> None:
    bot = await earth.start()
    came = stalls(earth, "views.open")
    earth.slack.trouble, silent = (lambda name: None), earth.slack.trouble
    await earth.types("list")  # ana is known by now
    earth.slack.trouble = lambda name: Trouble.STALLED if silent(name) else None
    asked = asyncio.create_task(earth.types(""))
    async with asyncio.timeout(30):
        await came.wait()
    code, seconds = await stopped(bot)
    assert (code, seconds < IN_TIME) == (0, True), bot.said()
    assert (await asked).trouble is None
    assert (await earth.types("list")).trouble == "dispatch_failed"


async def test_readers_who_do_not_read_and_a_socket_hold_nobody_up(earth: World) -> None:
    bot = await earth.start(
        SLACK_APP_TOKEN=earth.slack.app_token, INCIBOT_API_TOKENS="a-token-to-read-with"
    )
    async with asyncio.timeout(30):
        while not earth.slack.delivery.sockets.count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    answer = await earth.types("declare sev2 Checkout answers 500 (1)")
    assert answer.trouble is None
    assert earth.slack.delivery.sent[-1].attempts[-1].via == "socket"
    await earth.settle()
    room = earth.room(1)
    for n in range(30):
        await earth.slack.person("ana").writes(f"{n} " + "long " * 2000, room)
    await earth.settle()
    host, port = bot.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1)
    writer.write(
        b"GET /api/v1/incidents/INC-1/timeline HTTP/1.1\r\nHost: x\r\n"
        b"Authorization: Bearer a-token-to-read-with\r\n\r\n"
    )
    await writer.drain()
    assert await reader.readexactly(9) == b"HTTP/1.1 "  # and no further
    code, seconds = await stopped(bot)
    writer.close()
    assert (code, seconds < IN_TIME) == (0, True), bot.said()
