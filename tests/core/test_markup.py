from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incibot.core.markup import (
    clean_command,
    escape,
    html,
    is_safe_url,
    markdown,
    mentions,
    plain,
    shorten,
    unescape,
    user_in,
)

PEOPLE = {"U1": "Ana", "U2": "<b>_Bo_</b>", "W3": "  "}
CHANNELS = {"C1": "inc-7", "C2": "ops"}


class Page(HTMLParser):
    """What a browser would make of it: the words, the tags, the links."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words, self.tags, self.links = "", [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.words += " " if tag in ("br", "pre", "blockquote", "p") else ""
        self.links += [value for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "rel", "class"}

    def handle_endtag(self, tag):
        self.words += " " if tag in ("pre", "blockquote", "p") else ""

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl):
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data):
        raise AssertionError(f"an instruction: {data}")


# fmt: off
PIECES = st.sampled_from([
    "*", "_", "~", "`", "```", "\n", "\n\n", " ", "&gt; ", "&gt;&gt;&gt;", "&amp;", "&lt;", "\\",
    "<@U1>", "<@U2|x>", "<@W3>", "<#C1>", "<!here>", "<!date^1700000000^{time}|noon>", "<", ">",
    "<https://x.test/a_b?c=1&amp;d=2|a *b* c>", "<http://x.test>", "<javascript:a|x>", "|", "[",
    "](", "!", "#", "1.", "- ", "+", "=", "---", "a", "b c", "word_word", "&copy;", "é", "<|>",
    ".", "(", ")", '"', "\u00a0", "🎉", "\x1c", "$", "http://y.test", "&lt;script&gt;", "< >",
])
# fmt: on
WORDS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@given(st.text())
def test_unescape_undoes_escape(text):
    assert unescape(escape(text)) == text
    assert not set("<>") & set(escape(text))


@given(WORDS)
def test_plain_reads_anything(words):
    assert isinstance(plain(words, PEOPLE, CHANNELS), str)


@given(st.text())
def test_what_was_escaped_is_plain_again(text):
    assert plain(escape(text), PEOPLE) == text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("<@U1> and <@U9|zoe> and <@U8>", "@Ana and @zoe and @U8"),
        ("<#C1> <#C9|general> <#C8|>", "#inc-7 #general #C8"),
        ("<!subteam^S1|@oncall> <!subteam^S2>", "@oncall @S2"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!date^1700000000^{date} {time}|14 Nov>", "14 Nov"),
        ("<!date^1700000000^{date}^https://x.test|14 Nov>", "14 Nov"),
        ("<!date^1700000000^{date}>", "2023-11-14 22:13 UTC"),
        ("<!date^99999999999999999^{date}>", "99999999999999999"),
        ("<https://x.test/?a=1&amp;b=2>", "https://x.test/?a=1&b=2"),
        ("<https://x.test|the page>", "the page (https://x.test)"),
        ("<http://x.test|x.test>", "http://x.test"),
        ("<https://x.test|https://x.test>", "https://x.test"),
        ("<mailto:a@x.test|a@x.test> <mailto:a@x.test|Ana>", "a@x.test Ana (a@x.test)"),
        ("<tel:+351123|+351123>", "+351123"),
        (
            "p99 &gt; 3s &amp;amp; <https://x.test|a &lt; b>",
            "p99 > 3s &amp; a < b (https://x.test)",
        ),
        ("a < b and <>", "a < b and <>"),
        ("*bold* `code`", "*bold* `code`"),
        ("<@U2>", "@<b>_Bo_</b>"),
    ],
)
def test_plain_text_names_what_slack_numbers(words, expected):
    assert plain(words, PEOPLE, CHANNELS) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("*bold* _it_ ~gone~ `x_*y`", "**bold** _it_ ~~gone~~ `x_*y`"),
        ("*_both_ and more*", "**_both_ and more**"),
        ("2 * 3 * 4 and snake_case_name", r"2 \* 3 \* 4 and snake_case_name"),
        ("10.5.2 (ok) - fine!", "10.5.2 (ok) - fine!"),
        ("# no heading", r"\# no heading"),
        ("- no list\n1. none either\n+1", "\\- no list\\\n1\\. none either\\\n\\+1"),
        ("one\n\n\ntwo", "one\n\ntwo"),
        ("&gt; quoted\n&gt; more\nand mine", "> quoted\\\n> more\n\nand mine"),
        ("&gt;&gt;&gt;all\nof it", "> all\\\n> of it"),
        ("see ```a < b\n*c*``` there", "see\n\n```\na < b\n*c*\n```\n\nthere"),
        ("<https://x.test/a(b)|the [page]>", r"[the \[page\]](https://x.test/a%28b%29)"),
        ("<https://x.test/a_b>", "<https://x.test/a_b>"),
        ("<javascript:alert(1)|x>", "x (javascript:alert(1))"),
        ("hi <@U2>", r"hi @\<b\>\_Bo\_\</b\>"),
        ("wow!<https://x.test|y>", r"wow\![y](https://x.test)"),
        ("`a``b`", r"\`a\`\`b\`"),
        ("&amp;copy; AT&amp;T", r"\&copy; AT&T"),
        ("`unclosed *and **more", r"\`unclosed \*and \*\*more"),
        ("", ""),
    ],
)
def test_markdown_keeps_the_markup_and_adds_none(words, expected):
    assert markdown(words, PEOPLE, CHANNELS) == expected


def test_a_fence_is_longer_than_the_ticks_inside_it():
    assert markdown("```<@U1>```", {"U1": "a````b"}) == "`````\n@a````b\n`````"
    assert markdown("`<@U1>`", {"U1": "`"}) == "`` @` ``"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <del>s</del> <code>c</code>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("one\n\ntwo", "one\n<br><br>\ntwo"),
        ("&gt; said\nmine", "<blockquote>said</blockquote>\nmine"),
        ("```a &lt; b```", "<pre><code>a &lt; b</code></pre>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            "<https://x.test/?a=1&amp;b='\"|go>",
            '<a href="https://x.test/?a=1&amp;b=&#x27;%22" rel="noopener noreferrer">go</a>',
        ),
        ("<javascript:alert(1)|go>", "go (javascript:alert(1))"),
        ("hi <@U2>", "hi @&lt;b&gt;_Bo_&lt;/b&gt;"),
    ],
)
def test_html_shows_the_same_and_lets_nothing_in(words, expected):
    assert html(words, PEOPLE, CHANNELS) == expected


@given(WORDS)
def test_html_has_no_tag_but_ours_and_no_unsafe_link(words):
    page = Page(html(words, PEOPLE, CHANNELS))

    assert set(page.tags) <= {"a", "strong", "em", "del", "code", "pre", "blockquote", "br"}
    assert all(is_safe_url(link) for link in page.links)


@given(WORDS)
def test_markdown_and_html_show_the_same(words):
    renderer = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
    ours = Page(html(words, PEOPLE, CHANNELS))
    theirs = Page(renderer.render(markdown(words, PEOPLE, CHANNELS)))
    tags = {"strong": "strong", "em": "em", "s": "del", "code": "code", "pre": "pre", "a": "a"}

    assert theirs.words.split() == ours.words.split()
    assert [tags[tag] for tag in theirs.tags if tag in tags] == [
        tag for tag in ours.tags if tag in tags.values()
    ]
    assert set(theirs.tags) <= set(tags) | {"p", "br", "blockquote"}


@pytest.mark.parametrize(
    "words", ["*" * 4000, "*a " * 3000, "_a*b" * 3000, "`a <" * 3000, "<" * 9000]
)
def test_a_hostile_text_is_read_in_a_moment(words):
    assert html(words, {})
    assert markdown(words, {})


def test_mentions_are_found_once_and_in_order():
    words = "<@U2|bo>, <@W1> and <@U2>, not <#C1> nor @U3; <!subteam^S1|@x> <!subteam^S1>"

    assert mentions(words) == ("U2", "W1")


@pytest.mark.parametrize(
    ("word", "user"),
    [
        ("<@U1|ana>", "U1"),
        ("<@U1>", "U1"),
        (" <@W1> ", "W1"),
        ("@ana", None),
        ("<@U1> <@U2>", None),
        ("<#C1>", None),
        ("<@>", None),
        ("", None),
    ],
)
def test_a_word_is_one_user_or_none(word, user):
    assert user_in(word) == user


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("\u00a0declare\u00a0sev1 x \n", "declare sev1 x"),
        ("“Checkout is down”", "Checkout is down"),
        ("„Kasse kaputt“", "Kasse kaputt"),
        ("« en panne »", "en panne"),
        ('"14:05"', "14:05"),
        ('"a" or "b"', '"a" or "b"'),
        ("“a” or “b”", "“a” or “b”"),
        ("it’s down", "it’s down"),
        ("'", "'"),
        ("\ufeffnote x\u200b", "note x"),
        ("two\nlines", "two\nlines"),
        ("", ""),
    ],
)
def test_a_command_loses_only_what_keyboards_add(typed, meant):
    assert clean_command(typed) == meant


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("shorter", 5, "shor…"),
        ("four words in here", 6, "four…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("cafe\u0301s", 5, "caf…"),
        ("ab👩\u200d🚀cd", 5, "ab…"),
        ("ab👍🏽cd", 4, "ab…"),
    ],
)
def test_a_long_text_ends_in_an_ellipsis(text, limit, expected):
    assert shorten(text, limit) == expected


def test_slacks_notation_is_never_cut_in_two():
    assert shorten("a &amp; b", 6, words=True) == "a…"
    assert shorten("a &amp; b", 6) == "a &am…"
    assert shorten("ask <@U12345> now", 10, words=True) == "ask…"
    assert shorten("<https://x.test/very/long|x>", 10, words=True) == "…"


@given(WORDS, st.integers(0, 40))
def test_a_shortened_text_fits_and_begins_as_the_long_one(words, limit):
    for cut in (shorten(words, limit), shorten(words, limit, words=True)):
        assert len(cut) <= limit
        assert words.startswith(cut.removesuffix("…"))


@given(st.text(max_size=30), st.integers(1, 60))
def test_a_cut_of_escaped_text_is_escaped_text(text, limit):
    cut = shorten(escape(text), limit, words=True)

    assert escape(unescape(cut)) == cut


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://x.test/a?b#c", True),
        ("HTTP://x.test", True),
        ("http://[::1]:3000/x", True),
        ("mailto:a@x.test", True),
        ("mailto:", False),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" https://x.test", False),
        ("data:text/html,x", False),
        ("//x.test", False),
        ("/local", False),
        ("https:", False),
        ("https://", False),
        ("http://[", False),
        ("https://x.test/a b", False),
        ("https:\\\\x.test", False),
        ("", False),
    ],
)
def test_only_ordinary_links_are_safe(url, safe):
    assert is_safe_url(url) is safe


def test_every_link_that_is_shown_is_ascii():
    shown = html("<https://x.test/ü\ud83d|x>", {})

    assert re.search(r'href="([^"]+)"', shown)[1].isascii()
