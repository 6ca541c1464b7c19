"""Each published timeline gives a draft; four of them are kept, and were read through."""

from __future__ import annotations

import pytest

from incibot.paper import to_html
from incibot.render import Renderer
from tests.imports.published import DRAFTS, NAMES, draft


@pytest.mark.parametrize("name", NAMES)
def test_each_timeline_gives_a_draft(name: str) -> None:
    text = draft(name)

    assert text.startswith("<!-- incibot:begin title")
    assert "Others wrote it down" in text
    assert "not listening" not in text
    for of_a_channel in (
        "you wrote",
        "he channel was",
        "messages were",
        "first words",
        "Somebody, note",
    ):
        assert of_a_channel not in text
    assert to_html(text, Renderer(), title=name).startswith("<!doctype html>")


def test_ideas_decisions_relapses_and_hand_overs_are_found_by_their_words_in_a_report_too() -> None:
    mybinder = draft("mybinder-2018-01-18-traffic")
    assert (
        "“Connects to a node and fetches two sites; concludes that there is no network" in mybinder
    )
    assert "restarts of the build do not help” (#12, possible A12)" in mybinder
    assert "keeps watching, no action” (#4, possible A15)" in mybinder
    assert "Responder 1 signs off; responder 2 comes on” (#14, possible A08)" in mybinder
    roblox = draft("roblox-2021-10-28")
    assert roblox.count("Idea ") >= 4 * 3, "in the story, among the ideas and in the timeline"
    assert "then degrades when load returns” (#8, possible A06)" in roblox


@pytest.mark.parametrize("name", DRAFTS)
def test_the_draft_is_as_it_was_read_through(name: str) -> None:
    assert draft(name) == DRAFTS[name].read_text(encoding="utf-8")
