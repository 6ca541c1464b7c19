"""A workspace with incibot in it, whose pages have an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bench import Bench, bench
from tests.web.browser import BASE, Browser

TOKENS = "first-token-of-ours,second-token-of-ours"


@pytest.fixture
async def there(database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(database, tmp_path, base_url=BASE, INCIBOT_API_TOKENS=TOKENS) as made:
        yield made


@pytest.fixture
async def ana(there: Bench) -> Browser:
    """Ana's browser, signed in."""
    browser = Browser(there)
    await browser.signs_in("ana")
    return browser
