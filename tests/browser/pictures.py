"""The README's pictures of the page, taken anew: `python -m tests.browser.pictures docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect

from tests.browser import serving
from tests.browser.window import Window

STORY = 300_000  # milliseconds that the recorded incident may take
LOOK = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1.5}


def main(folder: Path) -> None:
    """Plays the recorded incident, pauses it in a thread, and kills the bot."""
    with (
        TemporaryDirectory() as inner,
        serving.workspace(Path(inner)) as url,
        serving.chromium() as browser,
    ):
        window = Window.opened(serving.context(browser, **LOOK), url, "chidi", "general")
        page = window.page
        page.get_by_role("radio", name="60×").check(force=True)
        page.get_by_role("button", name="Play the story").first.click()
        page.get_by_role("checkbox", name="Look where it happens").uncheck(force=True)
        now = page.locator(".dk-story-now")
        expect(now).to_contain_text("Ana makes Emre operations", timeout=STORY)
        page.get_by_role("button", name="Take over by hand").click()
        window.becomes("Chidi")
        window.goes_to(re.compile("inc-1"))
        graph = window.sees("a wall, not a slope")
        graph.get_by_role("link", name=re.compile("repl")).click()
        window.sees("retries, I think", window.thread)
        window.card.scroll_into_view_if_needed()
        page.mouse.move(0, 0)
        page.screenshot(path=folder / "playground.png")

        page.get_by_role("button", name="Close thread").click()
        page.get_by_role("button", name="Console").first.click()
        page.get_by_role("tab", name=re.compile("Trouble")).click()
        page.get_by_role("button", name="Kill", exact=True).click()
        window.types("still here?")
        page.get_by_role("tab", name=re.compile("Deliveries")).click()
        expect(page.get_by_role("tabpanel")).to_contain_text("3rd try")
        page.screenshot(path=folder / "console.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
