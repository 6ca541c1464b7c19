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
    assert to_html(text, Renderer(), title=name).startswith("<!doctype html>")


@pytest.mark.parametrize("name", DRAFTS)
def test_the_draft_is_as_it_was_read_through(name: str) -> None:
    assert draft(name) == DRAFTS[name].read_text(encoding="utf-8")
