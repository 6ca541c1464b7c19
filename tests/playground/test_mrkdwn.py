"""mrkdwn is read as Slack's client reads it, whatever somebody writes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.playground.markup import escape
from incibot.playground.mrkdwn import emojis, plain, rich

Json = dict[str, Any]


def text(words: str, *styles: str) -> Json:
    element: Json = {"type": "text", "text": words}
    return {**element, "style": dict.fromkeys(styles, True)} if styles else element


def link(url: str, label: str | None = None) -> Json:
    element = {"type": "link", "url": url}
    return element if label is None else {**element, "text": label}


def line(markup: str, **how: bool) -> list[Json]:
    """The elements of the one section that this is."""
    (section,) = rich(markup, **how)
    assert section["type"] == "rich_text_section"
    elements: list[Json] = section["elements"]
    return elements


BULB = {"type": "emoji", "name": "bulb", "unicode": "1f4a1"}
WAVE = {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd", "skin_tone": 4}

LINES: dict[str, list[Json]] = {
    # styles
    "*bold*": [text("bold", "bold")],
    "_it_ ~s~ `c`": [
        *(text("it", "italic"), text(" "), text("s", "strike"), text(" "), text("c", "code")),
    ],
    "(*a*), *b*.": [text("("), text("a", "bold"), text("), "), text("b", "bold"), text(".")],
    "*_both_*": [text("both", "bold", "italic")],
    "_a *b* c_": [text("a ", "italic"), text("b", "italic", "bold"), text(" c", "italic")],
    "*a _b* c_": [text("a _b", "bold"), text(" c_")],
    # no styles: a marker within a word, before a space, without its other half, doubled
    "snake_case_name 2*3*4 a~b~c": [text("snake_case_name 2*3*4 a~b~c")],
    "* a * and *a": [text("* a * and *a")],
    "**a** __b__ ``c``": [text("**a** __b__ ``c``")],
    "the `file`s": [text("the `file`s")],
    # code is left alone, but for what stands between < and >
    "`*a* :bulb:`": [text("*a* :bulb:", "code")],
    "`a <https://x.y|b>`": [
        text("a ", "code"),
        link("https://x.y", "b") | {"style": {"code": True}},
    ],
    # entities are unescaped once
    "&lt;@U1&gt; &amp;amp; a&amp;b": [text("<@U1> &amp; a&b")],
    # what Slack writes between < and >
    "<@U1> <@W1|ana>": [
        *({"type": "user", "user_id": "U1"}, text(" "), {"type": "user", "user_id": "W1"}),
    ],
    "<#C1|general>": [{"type": "channel", "channel_id": "C1"}],
    "<!subteam^S1|@oncall>": [{"type": "usergroup", "usergroup_id": "S1"}],
    "<!here> <!channel|x>": [
        *({"type": "broadcast", "range": "here"}, text(" ")),
        {"type": "broadcast", "range": "channel"},
    ],
    "*<@U1>*": [{"type": "user", "user_id": "U1", "style": {"bold": True}}],
    "<https://x.y/?a=1&amp;b=2|*no* style>": [link("https://x.y/?a=1&b=2", "*no* style")],
    "<https://x.y/a_b_c>": [link("https://x.y/a_b_c")],
    "<mailto:a@b.c|a@b.c>": [link("mailto:a@b.c", "a@b.c")],
    "<!date^1700000000^{date} {time}^https://x.y|then>": [
        {
            "type": "date",
            "timestamp": 1700000000,
            "format": "{date} {time}",
            "url": "https://x.y",
            "fallback": "then",
        }
    ],
    # what Slack does not write there
    "<javascript:alert(1)|x>": [text("<javascript:alert(1)|x>")],
    "<nothing> < a > <!what> <!what|ever>": [text("<nothing> < a > <what> ever")],
    "<!date^soon^{date}|later>": [text("later")],
    # emoji, and what only looks like one
    ":bulb: x": [BULB, text(" x")],
    ":wave::skin-tone-4:": [WAVE],
    "10:30:45 :no_such: C::d": [text("10:30:45 :no_such: C::d")],
    # bare addresses and names are text where nobody asked for more
    "https://x.y @here a@b.c": [text("https://x.y @here a@b.c")],
}


@pytest.mark.parametrize("markup", LINES)
def test_a_line_reads_as_in_slack(markup: str) -> None:
    assert line(markup) == LINES[markup]


def test_without_verbatim_addresses_become_links_and_here_calls_everybody() -> None:
    found = line("(https://x.y/a_b_?c=1&amp;d). a@b.co @here", links=True, broadcasts=True)
    assert found == [
        *(text("("), link("https://x.y/a_b_?c=1&d"), text("). "), link("mailto:a@b.co", "a@b.co")),
        *(text(" "), {"type": "broadcast", "range": "here"}),
    ]
    assert line("@here", links=True) == [text("@here")]
    assert line("x@here.com", broadcasts=True, links=True) == [
        link("mailto:x@here.com", "x@here.com")
    ]


def test_lines_are_quoted_one_by_one_and_from_three_marks_on_all_of_them() -> None:
    found = rich("a\n> *b*\n&gt; c\nd\n&gt;&gt;&gt; e\nf")
    assert [(piece["type"], piece["elements"]) for piece in found] == [
        ("rich_text_section", [text("a")]),
        ("rich_text_quote", [text("b", "bold"), text("\nc")]),
        ("rich_text_section", [text("d")]),
        ("rich_text_quote", [text("e\nf")]),
    ]


def test_a_preformatted_piece_keeps_its_lines_and_takes_those_around_it_along() -> None:
    found = rich("a\n```\n*b*\n> &lt;c&gt;\n```\nd ``` ``` ```")
    assert [(piece["type"], piece["elements"]) for piece in found] == [
        ("rich_text_section", [text("a")]),
        ("rich_text_preformatted", [text("*b*\n> <c>")]),
        ("rich_text_section", [text("d ``` ``` ```")]),
    ]


def test_a_style_ends_with_its_line() -> None:
    assert line("*a\nb*") == [text("*a\nb*")]


def test_plain_text_has_emoji_and_nothing_else() -> None:
    (section,) = plain("*a* &amp; <@U1> :bulb:")
    assert section["elements"] == [text("*a* &amp; <@U1> "), BULB]
    assert plain(":bulb:", emoji=False)[0]["elements"] == [text(":bulb:")]
    assert plain("") == []


def test_every_emoji_that_the_story_uses_is_known() -> None:
    used = {"bulb", "pushpin", "rotating_light", "+1", "thumbsup", "white_check_mark", "mega"}
    assert used <= emojis().keys()


# --- Whatever is written -------------------------------------------------------------------------

PIECES = (
    *("*", "_", "~", "`", "```", ">", "&gt;", "&gt;&gt;&gt;", "\n", " ", "a", "b c", "0", "é", "ش"),
    *(
        ":bulb:",
        ":x",
        "::",
        "<@U1>",
        "<#C1|g>",
        "<!here>",
        "<https://x.y|l>",
        "https://x.y/a_b",
        "@",
    ),
    *("<!date^1^{date}|d>", "<", "|", "&amp;", "&lt;", "@here", "a@b.c", ".", "👩🏽‍🚒", "\u0301"),
)
written = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)


def words_of(elements: list[Json]) -> str:
    return "".join(
        f":{one['name']}:" if one["type"] == "emoji" else one.get("text") or one.get("url") or ""
        for one in elements
    )


def seen(words: str) -> str:
    """Without what may be a marker, and without the space between lines."""
    return re.sub(r"[*_~`>\s]", "", words)


@given(written, st.booleans(), st.booleans())
def test_nothing_breaks_it_and_nothing_is_empty(words: str, links: bool, broadcasts: bool) -> None:
    for piece in rich(words, links=links, broadcasts=broadcasts):
        assert piece["elements"]
        for element in piece["elements"]:
            assert element["type"] != "text" or element["text"]
            assert element.get("style") != {}


@given(st.text(max_size=60) | written, st.booleans(), st.booleans())
def test_no_word_that_somebody_types_is_lost(words: str, links: bool, broadcasts: bool) -> None:
    typed = words.replace("@here", "").replace("@channel", "").replace("@everyone", "")
    typed = re.sub(r"::skin-tone-\d", "", typed)
    found = rich(escape(typed), links=links, broadcasts=broadcasts)
    assert seen("".join(words_of(piece["elements"]) for piece in found)).replace("mailto:", "") == (
        seen(typed).replace("mailto:", "")
    )


@given(written)
def test_plain_text_loses_nothing_at_all(words: str) -> None:
    assert "".join(words_of(piece["elements"]) for piece in plain(words)) == words


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["*a ", "*a* ", "*_~", "`", "```", "<", ">", ":a", "a.b@c-d."])
def test_the_longest_message_is_read_at_once(piece: str) -> None:
    assert rich(piece * (40_000 // len(piece)), links=True, broadcasts=True)
