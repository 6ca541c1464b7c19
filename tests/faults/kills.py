"""The process dies at a call of Slack, one call after the other."""

from __future__ import annotations

from tests.faults.story import PARTS, stands
from tests.faults.world import Trouble, World


async def die_at_each(there: World, trouble: Trouble, calls: dict[str, tuple[str, ...]]) -> None:
    """As many incidents as there are rows; in each part of each the process dies at one call."""
    doomed = ""

    def happens(name: str) -> Trouble | None:
        nonlocal doomed
        if name != doomed:
            return None
        doomed = ""
        return trouble

    there.unhurried = True
    there.slack.trouble = happens
    await there.start()
    await there.slack.person("ana").opens_home()
    await there.settle()
    for number in range(1, max(map(len, calls.values())) + 1):
        parts = 0
        for part, play in PARTS.items():
            rows = calls[part][number - 1 : number]
            if not rows:
                break
            (doomed,) = rows
            lives = len(there.bots)
            await play(there, number)
            await there.settle()
            parts += 1
            assert (doomed, len(there.bots)) == ("", lives + 1), (rows, there.slack.heard[-60:])
        await stands(there, number, parts=parts)
        await there.shelve(number)
