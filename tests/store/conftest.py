"""A store on each database that is named, and an incident in it to write to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incibot.core.playbook import Playbook
from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.unit import Store
from tests.bench import DATABASES, Clock

if DATABASES == ("sqlite://",):
    collect_ignore = ["test_locks.py"]  # of rows that others hold, on the servers


@pytest.fixture
async def store(database: str, tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'incibot.db'}" if database == "sqlite://" else database
    engine = connect(url)
    await migrations.upgrade(engine)
    yield Store(engine, Playbook(), Clock())
    await engine.dispose()
