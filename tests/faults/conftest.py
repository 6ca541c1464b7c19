"""Fixtures: incibot's processes, and a world for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bench import DATABASES
from tests.faults.world import Nursery, World, world

if DATABASES == ("sqlite://",):
    collect_ignore = ["test_servers.py"]  # what only a database server can do to us


@pytest.fixture(autouse=True)
def patience() -> None:
    """None: a database that stands still is what happens here."""


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
async def earth(nursery: Nursery, tmp_path: Path) -> AsyncIterator[World]:
    """A world on SQLite."""
    async with world(nursery, "sqlite://", tmp_path) as made:
        yield made
