"""Trouble, switched on from the console: nothing is lost, and the page says what goes on."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.window import Window

RETRY = 90_000  # milliseconds: Slack's second retry comes after a minute


def console(window: Window, tab: str) -> None:
    handle = window.page.locator(".dk-handle")
    if handle.get_attribute("aria-expanded") != "true":
        handle.click()
    window.page.get_by_role("tab", name=re.compile(tab)).click()


def test_a_bot_that_is_killed_is_said_to_be_offline_and_gets_what_slack_kept(opens: Open) -> None:
    ana = opens("ana", "incidents")
    ana.types("/incident declare Checkout answers 500")
    ana.goes_to(re.compile("inc-1"))
    ana.sees("Checkout answers 500")
    console(ana, "Trouble")
    ana.page.get_by_role("button", name=re.compile("^Kill")).click()
    expect(ana.page.get_by_role("status").filter(has_text="does not answer")).to_be_visible()
    ana.types("said while nobody listens")
    console(ana, "Deliveries")
    expect(ana.page.get_by_role("tabpanel")).to_contain_text("3rd try")
    console(ana, "Trouble")
    ana.page.get_by_role("button", name="Start", exact=True).click()
    console(ana, "Deliveries")
    expect(ana.page.get_by_role("tabpanel")).not_to_contain_text("Not taken", timeout=RETRY)
    expect(ana.page.get_by_role("status").filter(has_text="does not answer")).to_have_count(0)
    ana.types("/incident timeline")
    listed = ana.page.get_by_role("article").filter(has_text="Only visible to you").last
    expect(listed).to_contain_text("said while nobody listens")


def test_events_that_come_twice_and_out_of_order_are_written_down_once(opens: Open) -> None:
    ana = opens("ana", "incidents")
    ana.types("/incident declare Checkout answers 500")
    ana.goes_to(re.compile("inc-1"))
    console(ana, "Trouble")
    twice = ana.page.get_by_role("switch", name=re.compile("Events come twice"))
    twice.click(force=True)
    expect(twice).to_be_checked()
    late = ana.page.get_by_role("switch", name=re.compile("Slack is slow"))
    late.click(force=True)
    expect(late).to_be_checked()
    for words in ("first words", "second words", "third words"):
        ana.types(words)
        ana.sees(words)
    ana.page.get_by_role("button", name="Everything works again").click()
    expect(late).not_to_be_checked()
    expect(twice).not_to_be_checked()
    ana.types("/incident timeline")
    listed = ana.page.get_by_role("article").filter(has_text="Only visible to you").last
    expect(listed).to_contain_text("third words")
    said = listed.inner_text()
    assert [said.count(words) for words in ("first words", "second words", "third words")] == [
        1,
        1,
        1,
    ]
