"""One browser window, before the playground's page: what somebody does there, by its names on the screen."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect


class Window:
    """The page as one person has it open.

    Attributes:
        troubles: what the browser said of errors of the page's own.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(message.text)

    @classmethod
    def opened(cls, context: BrowserContext, url: str, who: str, place: str) -> Window:
        window = cls(context.new_page())
        window.page.goto(f"{url}#/{who}/{place}")
        expect(window.main).to_be_visible()
        return window

    # --- What there is -----------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def form(self) -> Locator:
        """The modal that is open."""
        return self.page.get_by_role("dialog").last

    @property
    def card(self) -> Locator:
        """The incident's card, pinned in its channel."""
        return self.main.get_by_role("article").filter(has_text="Pinned by incibot").first

    def sees(self, words: str | re.Pattern[str], within: Locator | None = None) -> Locator:
        """The newest message that says so, once it is there; what quotes it later is another.

        What everybody sees comes before what incibot says to one alone, such as the last entries.
        """
        place = within or self.main
        found = place.get_by_role("article").filter(has_text=words)
        expect(found.last).to_be_visible()
        shared = found.filter(has_not_text="Only visible to you")
        ts = (shared if shared.count() else found).last.get_attribute("data-ts")
        return place.locator(f'article[data-ts="{ts}"]')

    def sees_nothing_of(self, words: str) -> None:
        expect(self.page.get_by_text(words)).to_have_count(0)

    # --- What one does -----------------------------------------------------------------------------

    def goes_to(self, room: str | re.Pattern[str]) -> None:
        """Open a channel, a direct message or the app, on the left."""
        side = self.page.get_by_role("navigation", name="Channels and direct messages")
        link = side.get_by_role("link", name=room).first
        heading = self.main.get_by_role("heading").first
        for _ in range(5):
            link.click()
            with suppress(AssertionError):  # the list may have moved under the pointer: again, then
                expect(heading).to_contain_text(room, timeout=3_000)
                return
        expect(heading).to_contain_text(room)

    def becomes(self, name: str) -> None:
        who = self.page.get_by_role("navigation", name="Who you are")
        who.get_by_role("link", name=re.compile(name)).click()

    def types(self, words: str) -> None:
        """Write in the open conversation and send it."""
        field = self.main.get_by_role("textbox", name=re.compile("^Message "))
        field.fill(words)
        for _ in range(2):
            field.press("Escape")  # puts completions away
            field.press("Enter")
            with suppress(AssertionError):  # they may have come just then, and been taken
                expect(field).to_have_value("", timeout=5_000)
                return
        expect(field).to_have_value("")

    def replies(self, words: str) -> None:
        """Write in the open thread; Escape would close it."""
        field = self.thread.get_by_role("textbox", name="Reply …")
        field.fill(words)
        field.press("Enter")
        expect(field).to_have_value("")

    def tool(self, message: Locator, name: str) -> None:
        """One of the buttons that appear over a message."""
        # What was open gives the focus back to where it was, and takes it away from the message.
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        message.focus()  # they stay as long as the message has the focus; a pointer is soon beside it
        message.get_by_role("group", name="Message actions").get_by_role(
            "button", name=name, exact=True
        ).click()

    def picks(self, message: Locator, action: str) -> None:
        """A line of a message's menu."""
        self.tool(message, "More actions")
        self.page.get_by_role("menuitem", name=action).click()

    def reacts(self, message: Locator, emoji: str) -> None:
        self.tool(message, "React")
        picker = self.page.get_by_role("dialog", name="Choose an emoji")
        picker.get_by_role("searchbox").fill(emoji)
        picker.get_by_role("button", name=emoji.replace("_", " "), exact=True).first.click()

    def chooses(self, field: str, words: str) -> None:
        """One line of a select in the open form."""
        box = self.form.get_by_role("combobox", name=re.compile(re.escape(field)))
        box.click()
        box.fill(words)
        self.page.get_by_role("option", name=words).first.click()

    def submits(self, button: str) -> None:
        self.form.get_by_role("contentinfo").get_by_role("button", name=button, exact=True).click()
