"""Killed when Slack had obeyed and not answered yet, everything is there once in the end."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kills import die_at_each
from tests.faults.story import CALLS
from tests.faults.world import Nursery, Trouble, world


async def test_killed_after_any_call_everything_is_there_once(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with world(nursery, "sqlite://", tmp_path) as there:
        await die_at_each(there, Trouble.KILLED_AFTER, CALLS)
