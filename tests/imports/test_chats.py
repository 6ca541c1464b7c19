"""Three published timelines told as chat: what needs messages finds something in them."""

from __future__ import annotations

import pytest

from incibot.core.review.analyses.enquiry import ideas as ideas_of
from incibot.core.timeline import EntryKind, Mark
from incibot.paper import draft_markdown
from incibot.render import Renderer
from tests.imports.chats import KINDS, MARKS, NAMES, chat, rows, told
from tests.imports.published import BOOK

EACH = pytest.mark.parametrize("name", NAMES)


@EACH
def test_each_row_is_said_at_its_time_and_twice_the_same(name: str) -> None:
    history = chat(name)
    said = [one.words for one in history.entries]

    assert [row["what"] for row in rows(name) if row["what"] not in said] == []
    assert told(name).history() == history
    assert {EntryKind.JOINED, EntryKind.QUESTION} <= {one.kind for one in history.entries}
    assert any(one.source.thread_ts for one in history.entries)


@EACH
def test_the_draft_tells_what_was_marked_and_what_became_of_ideas(name: str) -> None:
    draft = draft_markdown(chat(name), BOOK, Renderer())
    kinds = {n: KINDS.get(row.get("kind", "")) for n, row in enumerate(rows(name), start=1)}
    marked = kinds | MARKS.get(name, {})
    ideas = [n for n, mark in marked.items() if mark is Mark.HYPOTHESIS]

    assert "Few messages were marked" not in draft
    assert "## Lines of enquiry" in draft
    for number in ideas:
        assert rows(name)[number - 1]["what"][:40] in draft
    assert len(ideas_of(chat(name), BOOK)) == len(ideas)
    assert " joined" in draft or "came" in draft


@EACH
def test_key_moments_are_those_that_people_marked(name: str) -> None:
    """Of a list that was picked by hand at least 70 % are told in how it unfolded."""
    draft = draft_markdown(chat(name), BOOK, Renderer())
    unfolded = draft.partition("## How it unfolded")[2].partition("\n## ")[0]
    picked = [
        row["what"]
        for n, row in enumerate(rows(name), start=1)
        if n in MARKS.get(name, {}) or row.get("kind") in KINDS
    ]

    told_of = [what for what in picked if what[:40] in unfolded]
    assert len(told_of) / len(picked) >= 0.7
