"""Pictures: what is where, the same in words, and nothing that a page could choke on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.review.pictures import LEFT, TICKS, WIDTH, Scale, pictures
from incibot.core.review.telling import Telling
from incibot.core.timeline import Mark
from incibot.paper import draft_markdown, draw, to_html
from incibot.render import Renderer
from tests.imports import chats, published
from tests.review.histories import ANA, BOOK, Story, checkout

RENDERER = Renderer()
START = datetime(2026, 11, 20, 14, 3, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


@given(st.integers(1, 10**6), st.integers(-(10**6), 2 * 10**6), st.integers(-(10**6), 2 * 10**6))
def test_a_scale_keeps_the_order_of_time_and_stays_on_the_plane(
    length: int, first: int, second: int
) -> None:
    scale = Scale(since=START, until=START + timedelta(seconds=length))
    one, other = (START + timedelta(seconds=at) for at in sorted((first, second)))

    assert LEFT <= scale.x(one) <= scale.x(other) <= WIDTH
    ticks = scale.ticks()
    assert len(ticks) <= TICKS + 1
    assert all(scale.since <= at <= scale.until and not at.second for at in ticks)


def test_the_pictures_of_a_rich_record_say_in_words_what_they_show() -> None:
    found = {one.id: one for one in pictures(Telling(checkout(), BOOK))}

    assert {"rate", "people", "enquiry"} <= set(found)
    assert "Milestone “mitigated” at" in " ".join(found["rate"].says)
    assert "ruled out: " in " ".join(found["enquiry"].says)
    assert len(found["enquiry"].boxes) == len(found["enquiry"].says)
    names = ("Ana", "Bela", "Chidi")
    assert not [name for name in names if name in " ".join(found["people"].says)]


def test_quiet_stretches_lie_where_they_were() -> None:
    whole = published.history("mybinder-2018-01-18-traffic")
    (quiet,) = [one for one in pictures(Telling(whole, BOOK)) if one.id == "quiet"]

    assert quiet.says == ("Quiet 04:45–05:59.", "Quiet 06:52–07:23.")
    first, second = quiet.boxes
    assert first.width / second.width == pytest.approx(74 / 31, rel=0.02)
    assert first.x + first.width < second.x


@pytest.mark.parametrize("name", [*chats.NAMES, "checkout"])
def test_a_picture_is_well_formed_named_and_without_colours_of_its_own(name: str) -> None:
    history = checkout() if name == "checkout" else chats.chat(name)

    for alone in (False, True):
        for picture, svg in draw(history, BOOK, RENDERER, alone=alone):
            root = ElementTree.fromstring(svg)  # noqa: S314 - ours
            assert root.findtext(f"{SVG}title") == picture.title
            assert root.findtext(f"{SVG}desc") == " ".join(picture.says)
            assert ("<style>" in svg) is alone
            assert "#" not in svg.replace("url(#", "").partition("</style>")[2 if alone else 0]
    page = to_html(
        draft_markdown(history, BOOK, RENDERER),
        RENDERER,
        title="INC-7",
        drawn=draw(history, BOOK, RENDERER),
    )
    assert page.count("<figure>") == len(pictures(Telling(history, BOOK)))


def test_words_of_people_are_words_in_a_picture_too() -> None:
    story = Story()
    story.at("14:00").declares(ANA, "Checkout")
    idea = story.says(ANA, '&lt;script&gt;alert(1)&lt;/script&gt; "quoted" & more')
    story.at("14:05").marks(ANA, idea, Mark.HYPOTHESIS)
    story.at("14:30").says(ANA, "back")

    text = "".join(svg for _, svg in draw(story.history(), BOOK, RENDERER))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_of_too_little_there_is_no_picture() -> None:
    story = Story()
    story.at("14:00").declares(ANA, "Checkout")

    assert pictures(Telling(story.history(), BOOK)) == ()
