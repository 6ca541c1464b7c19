"""A browser before the playground's page: what people click and type, and what they then read."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest

if importlib.util.find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py", "window.py"]  # `python3 dev.py browser` installs it
else:
    from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

    from tests.browser.window import Window

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 20_000  # milliseconds for what is on its way; a busy machine is slow, not wrong
STARTS = 30.0  # seconds that the workspace may take until it says where it is

# Nothing of what a browser does by itself reaches for a network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("INCIBOT_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM)), ""
    )
    if not found:
        pytest.fail("no Chromium: `apt-get install chromium`, or name one in INCIBOT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@dataclass(slots=True)
class Served:
    """`incibot playground` in processes of its own, as a newcomer starts it."""

    process: subprocess.Popen[str]
    url: str
    said: list[str]


def _until_the_bot_runs(url: str) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        with urlopen(f"{url}playground/api/bot") as answer:  # noqa: S310 - of this machine
            if json.load(answer)["state"] == "running":
                return
        time.sleep(0.05)
    pytest.fail("incibot does not come up in the playground")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A fresh workspace with the bot in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "incibot", "playground", "--no-browser"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    url = ""
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            url = found[0]
            break
    assert url, "".join(said)
    # Whoever does not read what a process says brings it to a halt.
    reader = Thread(target=said.extend, args=(process.stdout,), daemon=True)
    reader.start()
    _until_the_bot_runs(url)
    try:
        yield Served(process, url, said)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STARTS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        reader.join(STARTS)
    assert process.returncode == 0, "".join(said)
    assert "Traceback" not in "".join(said), "".join(said)


Open = Callable[..., "Window"]


@pytest.fixture
def opens(
    browser: Browser, served: Served, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Open]:
    """Opens the page as somebody, in a browser window of their own."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def open_as(who: str, place: str = "general", **how: object) -> Window:
        given = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "UTC", **how}
        context = browser.new_context(**given)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        contexts.append(context)
        window = Window.opened(context, served.url, who, place)
        windows.append(window)
        return window

    failed_before = request.session.testsfailed
    yield open_as
    if request.session.testsfailed > failed_before:
        for number, window in enumerate(windows):
            window.page.screenshot(path=tmp_path / f"failed-{number}.png")
    troubles = [line for window in windows for line in window.troubles]
    for context in contexts:
        context.close()
    assert not troubles, "the page has had trouble: " + "\n".join(troubles)
