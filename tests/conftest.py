"""Fixtures: a workspace with incibot in it, on each database that is named."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.bench import DATABASES, Bench, bench, empty, own

settings.register_profile(
    "incibot",
    max_examples=int(os.environ.get("INCIBOT_TEST_EXAMPLES", "100")),
    deadline=None,  # a busy machine is slow, not wrong
    derandomize="CI" in os.environ,  # there a change is judged by itself, not by luck
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("incibot")


@pytest.fixture(params=DATABASES, ids=lambda url: url.partition(":")[0])
async def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; ``sqlite://`` stands for a new file."""
    url = own(request.param)
    if url != "sqlite://":
        await empty(url)
    return url


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Bench]:
    """The same on SQLite alone: for what no database can make a difference to."""
    async with bench("sqlite://", tmp_path) as made:
        yield made


@pytest.fixture
async def there(database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """A workspace with incibot in it. Whatever happened there, each record fits its chain."""
    async with bench(database, tmp_path) as made:
        yield made
        for incident in await made.incidents():
            async with made.app.store.read() as tx:
                verdict = await tx.verdict(incident.number)
            assert verdict.wrong == verdict.loose == ()
