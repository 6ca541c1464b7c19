"""A browser before the playground's page: what people click and type, and what they then read."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if importlib.util.find_spec("playwright") is None:
    collect_ignore_glob = ["*.py"]  # `python3 dev.py browser` installs it
else:
    from playwright.sync_api import Browser, BrowserContext

    from tests.browser import serving
    from tests.browser.window import Window

Open = Callable[..., "Window"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with serving.chromium() as browser:
        yield browser


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A fresh workspace with the bot in it: its address."""
    with serving.workspace(tmp_path) as url:
        yield url


@pytest.fixture
def opens(
    browser: Browser, url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Open]:
    """Opens the page as somebody, in a browser window of their own."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def open_as(who: str, place: str = "general", **how: object) -> Window:
        contexts.append(serving.context(browser, **how))
        windows.append(Window.opened(contexts[-1], url, who, place))
        return windows[-1]

    failed_before = request.session.testsfailed
    yield open_as
    if request.session.testsfailed > failed_before:
        for number, window in enumerate(windows):
            window.page.screenshot(path=tmp_path / f"failed-{number}.png")
    troubles = [line for window in windows for line in window.troubles]
    for context in contexts:
        context.close()
    assert not troubles, "the page has had trouble: " + "\n".join(troubles)
