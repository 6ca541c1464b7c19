"""The page for everybody: what axe-core finds of WCAG 2.2 AA, by keyboard alone, on a phone, in the dark."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.window import Window

PHONE = {"viewport": {"width": 360, "height": 740}}
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": {**PHONE, "color_scheme": "dark"},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe() -> str:
    folder = os.environ.get("INCIBOT_NPM_PREFIX")
    if not folder:
        pytest.skip("npm install --prefix DIR axe-core, and INCIBOT_NPM_PREFIX=DIR")
    return (Path(folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def complaints(window: Window, axe: str) -> list[str]:
    window.page.evaluate(axe)
    found = window.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def fits(window: Window) -> bool:
    """Nothing has to be scrolled sideways to be read."""
    return bool(window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("look", LOOKS)
def test_every_surface_is_accessible(opens: Open, axe: str, look: str) -> None:
    ana = opens("ana", "incidents", **LOOKS[look])
    narrow = "phone" in look
    found: dict[str, list[str]] = {}

    def examine(surface: str) -> None:
        assert fits(ana), f"{surface} is wider than the screen"
        if wrong := complaints(ana, axe):
            found[surface] = wrong

    def goes_to(room: str) -> None:
        if narrow:
            ana.page.get_by_role("button", name="Channels", exact=True).click()
        ana.goes_to(re.compile(room))

    examine("welcome")
    ana.types("/incident")
    expect(ana.form.get_by_role("textbox", name="Title")).to_be_visible()
    examine("form")
    ana.form.get_by_role("textbox", name="Title").fill("Checkout answers 500")
    ana.submits("Declare")
    ana.submits("Close")
    examine("announcement")
    goes_to("inc-1")
    ana.types("the pool is full")
    said = ana.sees("the pool is full")
    ana.reacts(said, "bulb")
    ana.tool(said, "Pin")
    ana.types("/incident help")
    ana.sees("Respond")
    examine("incident channel")
    ana.types("/incident")
    expect(ana.form).to_be_visible()
    examine("control panel")
    ana.submits("Close")
    ana.tool(said, "Reply in thread")
    ana.replies("which one?")
    examine("thread")
    ana.page.get_by_role("button", name=re.compile("^Close thread")).click()
    goes_to("incibot")
    examine("home")
    ana.page.get_by_role("link", name="Messages", exact=True).click()
    examine("messages")
    ana.page.get_by_role("button", name=re.compile("Console")).first.click()
    examine("console")
    ana.page.get_by_role("tab", name=re.compile("Trouble")).click()
    examine("trouble")
    ana.page.locator(".dk-handle").click()
    ana.page.get_by_role("button", name=re.compile("Use it in your workspace")).first.click()
    expect(ana.form).to_be_visible()
    examine("use it in your workspace")
    assert not found, "\n".join(
        f"{surface}: {one}" for surface, all_ in found.items() for one in all_
    )


def test_somebody_without_a_pointer_declares_talks_and_reacts(opens: Open) -> None:
    ana = opens("ana", "incidents")
    keys = ana.page.keyboard
    field = ana.main.get_by_role("textbox", name="Message #incidents")
    field.focus()
    keys.type("/incident ")
    keys.press("Enter")
    title = ana.form.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    keys.type("Checkout answers 500")
    keys.press("Tab")
    keys.type("sev2")
    keys.press("Enter")
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(ana.form).to_contain_text("INC-1 is declared")
    keys.press("Escape")
    expect(ana.page.get_by_role("dialog")).to_have_count(0)
    expect(field).to_be_focused()
    ana.sees("Checkout answers 500")
