"""What stands behind the page and before it: a workspace in processes of its own, and a browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 20_000  # milliseconds for what is on its way; a busy machine is slow, not wrong
ENDS = 30.0  # seconds that the workspace may take to end

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


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium. Raises LookupError where there is none."""
    named = os.environ.get("INCIBOT_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise LookupError("no Chromium: `apt-get install chromium`, or name it in INCIBOT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def context(browser: Browser, **how: object) -> BrowserContext:
    """A browser window's own world, in UTC."""
    given = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "UTC", **how}
    made = browser.new_context(**given)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return made


@contextmanager
def workspace(folder: Path) -> Iterator[str]:
    """`incibot playground` as a newcomer starts it: its address. It must end in order, too."""
    process = subprocess.Popen(
        [sys.executable, "-m", "incibot", "playground", "--no-browser"],
        cwd=folder,
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
    try:
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        reader.join(ENDS)
        process.stdout.close()
    assert process.returncode == 0, "".join(said)
    assert "Traceback" not in "".join(said), "".join(said)
