"""The recorded incident, played live on the page."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open

LONG = 120_000  # milliseconds: an hour of story at sixty times its pace, on a busy machine


def test_the_story_plays_can_be_taken_over_and_plays_to_its_end(opens: Open) -> None:
    ana = opens("ana")
    ana.page.get_by_role("radio", name="60×").check(force=True)
    ana.page.get_by_role("button", name="Play the story").first.click()
    story = ana.page.get_by_role("region", name="The story")
    now = story.locator(".dk-story-now")
    expect(now).to_contain_text("a thread starts under it", timeout=LONG)

    story.get_by_role("button", name="Take over by hand").click()
    expect(now).to_contain_text("You have taken over")
    ana.becomes("Ana")  # it has been looked at through the eyes of others
    ana.goes_to(re.compile("inc-1"))
    ana.types("a word of mine in between")
    ana.sees("a word of mine in between")

    story.get_by_role("button", name="Continue").click()
    expect(now).to_contain_text("The story is over", timeout=LONG)
    story.get_by_role("button", name=re.compile("The review and the exports")).click()
    ana.page.get_by_role("button", name=re.compile(r"Open .*review\.html")).first.click()
    review = ana.page.get_by_role("dialog").frame_locator("iframe")
    expect(review.get_by_role("heading").first).to_be_visible()


def test_what_somebody_did_is_not_thrown_away_without_a_question(opens: Open) -> None:
    ana = opens("ana")
    ana.types("my own words")
    ana.sees("my own words")
    ana.page.get_by_role("button", name="Play the story").first.click()
    expect(ana.form).to_contain_text(re.compile("fresh", re.IGNORECASE))
    ana.form.get_by_role("button", name="Keep what is here").click()
    ana.sees("my own words")
