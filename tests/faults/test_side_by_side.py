"""Several processes at once: each thing happens once, whoever was told of it, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from incibot.core.timeline import EntryKind
from incibot.playground import ViewAnswer
from incibot.playground.delivery import Sent
from tests.faults.world import Nursery, World, world
from tests.scenarios.posting import deliver

Tell = Callable[[Sent], Awaitable[None]]


async def while_it_is_sent(there: World, deed: Coroutine[Any, Any, Any], tell: Tell) -> Any:
    """Somebody does something; while Slack sends it, it is told in other ways too."""
    sent = there.slack.delivery.sent
    before = len(sent)
    doing = asyncio.create_task(deed)
    async with asyncio.timeout(30):
        while len(sent) == before:
            assert not (doing.done() and isinstance(doing.result(), ViewAnswer)), doing.result()
            await asyncio.sleep(0)
    await tell(sent[before])
    return await doing


async def each_thing_once(there: World, tell: Tell) -> None:
    """A command, a form, a message, a button; each told many times over."""
    ana, bela = there.slack.person("ana"), there.slack.person("bela")
    await there.types("", who="bela")  # a form is open
    deeds: list[Callable[[], Coroutine[Any, Any, Any]]] = [
        lambda: bela.submits({"title": "Search is slow", "severity": "sev3"}),
        lambda: there.types("declare sev2 Checkout answers 500"),
        lambda: ana.writes("said once", there.room(2)),
        lambda: there.types("note noted once", there.room(2)),
        lambda: there.types("task look once", there.room(2)),
        lambda: ana.clicks("run:task", channel=there.room(2)),
    ]
    for deed in deeds:
        answer = await while_it_is_sent(there, deed(), tell)
        assert getattr(answer, "trouble", None) is None, answer
        assert getattr(answer, "errors", None) is None, answer
        await there.settle()
    found = await there.there.incidents()
    assert sorted(one.title for one in found) == ["Checkout answers 500", "Search is slow"]
    kinds = [one.kind for one in await there.there.timeline(2)]
    for kind in (EntryKind.DECLARED, EntryKind.MESSAGE, EntryKind.NOTE):
        assert kinds.count(kind) == 1
    assert kinds.count(EntryKind.TASK) == 2  # to be done, and done
    assert {key: n for key, n in there.written().items() if n > 1} == {}
    await there.proved(2)


async def test_told_to_two_processes_at_once_it_happens_once(
    nursery: Nursery, database: str, tmp_path: Path
) -> None:
    async with world(nursery, database, tmp_path) as there:
        bots = [await there.start(), await there.start()]

        async def tell(sent: Sent) -> None:
            answers = await asyncio.gather(
                *(deliver(there.there, sent, url=bot.address) for bot in bots for _ in range(2))
            )
            assert [answer.status for answer in answers] == [200] * 4

        await each_thing_once(there, tell)


async def test_told_by_http_and_by_a_socket_at_once_it_happens_once(earth: World) -> None:
    bot = await earth.start(SLACK_APP_TOKEN=earth.slack.app_token)
    sockets = earth.slack.delivery.sockets

    async def is_connected() -> bool:
        return sockets.count > 0

    await earth.until(is_connected)

    async def tell(sent: Sent) -> None:
        answers = await asyncio.gather(
            deliver(earth.there, sent, url=bot.address),
            sockets.send(sent.kind, sent.payload, retry=0, reason=""),
            deliver(earth.there, sent, url=bot.address),
        )
        assert [answer.status for answer in answers] == [200] * 3

    await each_thing_once(earth, tell)
