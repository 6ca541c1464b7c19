"""The HTML export is one safe page that asks the network for nothing."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from checkout import ANA, ENTRIES, HEAD, INCIDENT, RENDERER, entry, message, written
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.core.timeline import EntryKind, Source
from incibot.exports.html import HTML
from incibot.render import csp_hash

VOID = {"meta", "br"}


class Page(HTMLParser):
    """A page, read strictly: each element is closed, in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]


def test_the_page_is_well_formed_and_says_its_times_to_machines() -> None:
    page = Page(written(HTML))
    assert page.tags["li"] == len(ENTRIES) + len(HEAD.completeness.not_listening)
    assert [page.tags[tag] for tag in ("html", "main", "h1", "table", "h3")] == [1, 1, 1, 2, 2]
    assert "2026-11-20T23:04:12.345678+01:00" in page.all("datetime")
    assert len([one for one in page.all("id") if one.startswith("entry-")]) == len(ENTRIES)
    assert len(set(page.all("id"))) == len(page.all("id"))


def test_a_reply_leads_to_its_thread_and_an_answer_to_its_idea() -> None:
    page = Page(written(HTML))
    inside = {href[1:] for href in page.all("href") if href.startswith("#")}
    assert "entry-107" in inside
    assert inside <= set(page.all("id"))
    assert "idea ruled out at 23:19" in " ".join(page.text.split())


def test_those_who_come_one_after_the_other_share_a_line_and_keep_their_places() -> None:
    joined = [entry(minutes, EntryKind.JOINED, "Joined the channel", ANA) for minutes in (1, 2)]
    page = Page(written(HTML, HEAD, joined))
    assert page.tags["li"] == 1 + len(HEAD.completeness.not_listening)
    assert {f"entry-{one.id}" for one in joined} <= set(page.all("id"))
    assert "Joined: Ana Ruiz, Ana Ruiz until 23:10:12" in " ".join(page.text.split())


def test_the_page_needs_nothing_but_itself() -> None:
    text = written(HTML)
    page = Page(text)
    for tag in ("script", "link", "img", "iframe", "object", "form", "base", "svg"):
        assert not page.tags[tag]
    assert not {name for _, name, _ in page.attributes} & {"src", "srcset", "style", "onclick"}
    style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
    assert not re.search(r"url\(|@import|<|expression", style)


def test_the_policy_allows_the_pages_own_style_alone() -> None:
    text = written(HTML)
    style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
    assert (
        f"default-src 'none'; style-src '{csp_hash(style)}'; base-uri 'none'; form-action 'none'"
        in Page(text).all("content")
    )


def test_a_link_that_runs_code_is_shown_as_text() -> None:
    alert = entry(0, EntryKind.ALERT, "a", None, source=Source(type="x", url="javascript:alert(1)"))
    page = Page(written(HTML, HEAD, (alert, *ENTRIES)))
    assert page.all("href")
    assert all(href.startswith(("https://", "#")) for href in page.all("href"))
    assert "here (javascript:alert(1))" in page.text


def test_a_reply_a_key_moment_and_words_taken_back_can_be_told_apart() -> None:
    page = Page(written(HTML))
    classes = Counter(page.all("class"))
    assert classes["entry key"] == 1
    assert classes["entry reply"] == 2
    assert page.tags["del"] == 2  # the entry, and a word that its writer struck out
    assert "Message deleted at 23:17; its words are erased." in page.text
    assert "Written down later, at 23:58" in page.text
    assert "Edited; earlier: “It is the *flag*” until 23:14" in page.text


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it: from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link", "key"])
def test_everything_can_be_read_on_its_paper(scheme: str, ink: str) -> None:
    css = RENDERER.text("paper.css.j2")
    light, dark = css.split("prefers-color-scheme: dark", 1)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", light if scheme == "light" else dark))
    for paper in ("paper", "tint", "ask"):
        assert contrast(colours[ink], colours[paper]) >= 4.5


HOSTILE = st.lists(
    st.sampled_from([*"<>&\"'`*_~|=/ \n!-a", "</div>", "<script>", "]]>", "<!--", "javascript:"])
    | st.characters(exclude_categories=["Cs", "Cc"])
).map("".join)


@settings(deadline=None)
@given(HOSTILE, HOSTILE)
def test_nothing_that_people_wrote_becomes_part_of_the_page(words: str, name: str) -> None:
    machine = entry(0, EntryKind.ALERT, "x" + words, None, by_name="x" + name)
    gone = message(1, "x" + words, ANA, retracted_at=HEAD.at)
    incident = replace(
        INCIDENT, title=name, severity=name, status=name, summary="x" + name, service="x" + name
    )
    head = replace(HEAD, incident=incident)
    page = Page(written(HTML, head, (machine, gone)))
    inline = {"a", "strong", "em", "del", "code", "pre", "blockquote", "br"}
    harmless = Page(written(HTML, HEAD, (replace(machine, words="x", by_name="x"), gone)))
    assert set(page.tags) - inline == set(harmless.tags) - inline
    assert name in page.text
