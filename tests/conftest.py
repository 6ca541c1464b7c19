"""Fixtures: a workspace with incibot in it, on each database that is named."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from incibot.store import database as database_module
from tests.bench import DATABASES, Bench, bench, empty, own

LIBRARIES = ("slack_bolt.AsyncApp", "slack_sdk.web", "aiohttp.access", "sqlalchemy.engine.Engine")

settings.register_profile(
    "incibot",
    max_examples=int(os.environ.get("INCIBOT_TEST_EXAMPLES", "100")),
    deadline=None,  # a busy machine is slow, not wrong
    derandomize="CI" in os.environ,  # there a change is judged by itself, not by luck
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("incibot")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is slow, not wrong. Where it is asked how soon, a fixture of this name says so."""
    monkeypatch.setattr(database_module, "WAIT", 60.0)
    monkeypatch.setattr(database_module, "LIMITS", database_module.NO_LIMITS)


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


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Logging is the process's own: what a test sets, the next one must not find."""
    names = ("", "incibot", "sqlalchemy", "slack_bolt", *LIBRARIES)
    root = logging.getLogger()
    levels, handlers = {name: logging.getLogger(name).level for name in names}, root.handlers[:]
    for name in LIBRARIES:  # Bolt gives its loggers the level that the root has just then
        logging.getLogger(name).setLevel(logging.NOTSET)
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
