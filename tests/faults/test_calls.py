"""Whatever goes wrong with a call of Slack, everything is there exactly once in the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.story import CALLS, PARTS, stands
from tests.faults.world import Nursery, Trouble, World, world

APART = 8  # calls that go wrong in one incident are so far from each other: they are of other jobs
SOON = 4.0  # seconds in which each should have been made


async def test_every_call_has_a_row(earth: World) -> None:
    earth.unhurried = True
    await earth.start()
    await earth.slack.person("ana").opens_home()
    await earth.settle()
    heard: dict[str, set[str]] = {}
    for part, play in PARTS.items():
        earth.slack.heard.clear()
        await play(earth, 1)
        await earth.settle()
        heard[part] = set(earth.slack.heard)
    await stands(earth, 1)
    assert heard == {part: set(calls) for part, calls in CALLS.items()}


async def go_through(there: World, trouble: Trouble) -> None:
    """Many incidents, one after the other; some calls of each go wrong, and no one waits for it."""
    waiting: dict[str, None] = {}
    reached = asyncio.Event()

    def happens(name: str) -> Trouble | None:
        if name not in waiting:
            return None
        del waiting[name]
        if not waiting:
            reached.set()
        return trouble

    there.slack.trouble = happens
    await there.start()
    await there.slack.person("ana").opens_home()
    await there.settle()
    played: list[int] = []  # of each incident, how many parts
    while waiting or len(played) < APART:
        played.append(0)
        number = len(played)
        late = number > APART
        assert number < APART + 4, waiting
        for part, play in PARTS.items():
            rows = CALLS[part][number - 1 :: APART] if not late else ()
            if not rows and not waiting:
                break
            waiting |= dict.fromkeys(rows)
            if (
                late
            ):  # on a slow machine too: what came before is done, so each edit is one of its own
                await there.settle()
            reached.clear()
            await play(there, number)
            played[-1] += 1
            with suppress(TimeoutError):  # a card that is late needs no edit: the next one does
                async with asyncio.timeout(SOON):
                    await reached.wait()
    there.slack.trouble = lambda name: None
    await there.settle()
    for number, parts in enumerate(played, 1):
        await stands(there, number, parts=parts)


@pytest.mark.parametrize(
    "trouble",
    [Trouble.LOST, Trouble.LIMITED, Trouble.BROKEN, Trouble.FATAL, Trouble.STALLED],
)
async def test_a_call_that_goes_wrong_is_made_up_for(
    nursery: Nursery, tmp_path: Path, trouble: Trouble
) -> None:
    async with world(nursery, "sqlite://", tmp_path) as there:
        await go_through(there, trouble)
