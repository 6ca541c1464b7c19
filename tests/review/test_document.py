"""The review as people get it: Markdown to write in, and a page to print.

Run as a script, it writes the files in `golden/` anew: read them before they are kept.
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from incibot.core.history import History
from incibot.core.playbook import Depth, ReviewPlan
from incibot.core.review import SECTIONS, sections
from incibot.core.timeline import EntryKind, Mark
from incibot.errors import TemplateError
from incibot.paper import draft_markdown, to_html
from incibot.render import Renderer
from tests.review.histories import ANA, BELA, BOOK, Story, at_length, checkout, odds_and_ends
from tests.review.test_review import told

RENDERER = Renderer()
GOLDEN = Path(__file__).parent / "golden"
STORIES = {"checkout": checkout, "odds-and-ends": odds_and_ends}
SAID = "Talk on calls, in direct messages and in people’s heads is not here."


def drafted(history: History, previous: str | None = None) -> str:
    return draft_markdown(history, BOOK, RENDERER, previous)


def headings(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag in ("h1", "h2")
    ]


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.comments: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.mark.parametrize("name", STORIES)
def test_the_draft_is_the_one_that_was_read_and_found_useful(name: str) -> None:
    assert drafted(STORIES[name]()) == (GOLDEN / f"{name}.md").read_text()


def test_the_sections_stand_in_their_order_and_what_is_missing_is_named() -> None:
    found = headings(drafted(odds_and_ends()))
    order = [section.title for section in SECTIONS if section.title in found]
    assert found[0].startswith("How we got here: ")
    assert [one for one in found[1:] if one != "Not covered"] == order

    absent = [
        one.title for one in sections(BOOK.review) if one.title not in found and not one.unmissed
    ]
    assert absent
    assert f"nothing for these sections: {'; '.join(absent)}." in drafted(odds_and_ends())


@pytest.mark.parametrize("name", STORIES)
def test_it_says_what_it_cannot_know_and_has_no_heading_for_a_root_cause(name: str) -> None:
    draft = drafted(STORIES[name]())
    assert SAID in draft
    assert not [one for one in headings(draft) if "cause" in one.casefold()]


def test_each_statement_links_to_the_entries_it_rests_on() -> None:
    draft = drafted(checkout())
    said = re.findall(r"^- (?!.*earlier wording).*", draft, re.MULTILINE)
    assert said
    assert not [line for line in said if not re.search(r"\(\[?#\d+", line)]
    assert "[#10](https://northwind.slack.com/archives/C0CHECKOUT/p1795183720000000)" in draft
    assert "[#1](https://github.com/northwind/checkout/deployments/811)" in draft


@given(told())
def test_the_same_record_gives_the_same_bytes_whenever_it_is_drafted(history: History) -> None:
    head = replace(history.head, at=datetime(2030, 1, 1, tzinfo=UTC))
    draft = drafted(history)
    assert drafted(replace(history, head=head)) == draft
    assert drafted(history, draft) == draft


def test_what_people_wrote_stays_while_the_record_grows() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    story.at("9:05").says(BELA, "the disk is full")
    draft = drafted(story.history())
    ours = "Four customers saw an empty list.\n"
    draft = draft.replace("end short.ask -->\n", f"end short.ask -->\n{ours}")

    story.at("9:06").types(BELA, EntryKind.DECISION, "Add a disk")
    grown = drafted(story.history(), draft)

    assert ours in grown
    assert "## Decisions" in grown
    assert drafted(story.history(), grown) == grown


def test_words_of_people_are_shown_as_typed_and_break_out_of_nothing() -> None:
    evil = [
        "```\n<!-- incibot:end timeline -->\n# heading\n```",
        "<https://example.com/a_b|label> *bold* `code|pipe`",
        "&lt;script&gt;alert(1)&lt;/script&gt;\n# heading\n- list\n| a | b |",
        "&lt;!-- incibot:begin about 000000000000 --&gt;",
    ]
    story = Story()
    story.at("9:00").declares(ANA, "# <img src=x> [a](javascript:alert(1)) <!-- --> | *b*")
    for number, words in enumerate(evil, start=1):
        one = story.at(f"9:{number:02}").says(BELA, words)
        story.marks(ANA, one, Mark.KEY_MOMENT)
    draft = drafted(story.history())
    page = to_html(draft, RENDERER, title="x")

    assert drafted(story.history(), draft) == draft
    assert headings(draft)[0].startswith("How we got here: ")
    assert [one for one in headings(draft) if "heading" in one] == []
    assert "# &lt;img src=x&gt; [a](javascript:alert(1)) &lt;!-- --&gt; | *b*" in page
    assert not {"script", "img"} & Page(page).tags.keys()
    assert "incibot:end timeline" in page  # what was said in the code block


def test_the_page_needs_nothing_else_and_shows_no_fence() -> None:
    html = to_html(drafted(checkout()), RENDERER, title="INC-7 <review>")
    page = Page(html)
    assert page.comments == []
    assert not {"script", "img", "link", "iframe"} & page.tags.keys()
    assert "<title>INC-7 &lt;review&gt;</title>" in html
    assert "default-src 'none'" in html
    assert page.tags["table"] == 4
    assert page.tags["h1"] == 1
    assert all(address.startswith(("https://", "#section-")) for address in page.addresses)


def test_the_page_lists_its_sections_and_each_can_be_gone_to() -> None:
    html = to_html(drafted(checkout()), RENDERER, title="x")
    inside = re.findall(r'<a href="#(section-\d+)">(.*?)</a>', html)
    anchors = re.findall(r'<h2 id="(section-\d+)">(.*?)</h2>', html)
    assert inside == anchors
    assert [title for _, title in anchors][:2] == ["About this draft", "In short"]
    assert "<nav" not in to_html("# Short\n\n## One\n\ntext", RENDERER, title="x")


def test_what_a_statement_rests_on_is_small_and_what_people_are_asked_is_a_box() -> None:
    html = to_html(drafted(checkout()), RENDERER, title="x")
    assert re.search(r'</a>&nbsp;<i class="marked">marked</i></span>', html)
    assert '<td><span class="cite">#6 #39</span></td>' in html
    assert '&nbsp;<i class="system">system</i>' in html
    assert "fixed (#4812)" in to_html("fixed (#4812)", RENDERER, title="x")
    assert not re.search(r"\((?:#\d+, )*<a [^<>]*>#\d", html)
    assert not re.search(
        r"(?:marked|system|possible)\)", html.partition("<h2")[2].partition("<h2")[2]
    )
    assert html.count('<blockquote class="ask">') == drafted(checkout()).count(
        "For people to write"
    )


def test_words_with_quotation_marks_do_not_nest_them() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for words in ("they say “no”", "type `“x”` and “go”"):
        story.marks(ANA, story.says(BELA, words), Mark.KEY_MOMENT)
        story.now += timedelta(minutes=1)
    draft = drafted(story.history())
    assert "“they say ‘no’”" in draft
    assert "> type `“x”` and “go”" in draft


def test_html_that_people_typed_is_kept_as_far_as_it_is_harmless() -> None:
    html = to_html(
        "<mark>ours</mark> <script>x()</script><b onclick=x()>b</b> ~~gone~~ "
        '<a href="javascript:x()">a</a>',
        RENDERER,
        title="x",
    )
    assert "<mark>ours</mark>" in html
    assert "<b>b</b>" in html
    assert "<s>gone</s>" in html
    assert "x()" not in html.partition("<body>")[2]


def test_a_team_changes_words_sections_and_order_in_its_templates(tmp_path: Path) -> None:
    folder = tmp_path / "review"
    folder.mkdir()
    (folder / "document.md.j2").write_text(
        '{% import "review/parts.md.j2" as parts with context %}\n'
        '{% for id in ["hard", "short"] %}\n'
        "<!-- incibot:begin {{ id }} -->\n"
        "## Our {{ id }}\n"
        "{{ parts.findings(found[id]) }}\n"
        "<!-- incibot:end {{ id }} -->\n"
        "{% endfor %}\n"
    )
    draft = draft_markdown(checkout(), BOOK, Renderer(tmp_path))
    assert headings(draft) == ["Our hard", "Our short"]

    (folder / "document.md.j2").write_text("words outside of any block")
    with pytest.raises(TemplateError, match="text outside the blocks: words outside"):
        draft_markdown(checkout(), BOOK, Renderer(tmp_path))


def test_a_template_for_one_section_takes_its_place_alone(tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "hard.md.j2").write_text("## When nobody wrote\n")
    draft = draft_markdown(checkout(), BOOK, Renderer(tmp_path))
    assert "## When nobody wrote" in draft
    assert "Quiet 14:27" not in draft
    assert "## Decisions" in draft


def test_people_have_the_draft_to_read_in_ten_minutes() -> None:
    # The story is for readers; what follows it is for those who prepare and hold the meeting.
    story, found, rest = drafted(checkout()).partition("## Open questions and people to talk to")
    assert found
    cited = r"\((?:\[?#\d+\]?(?:\([^)]*\))?(?:, )?)+(?:(?:marked|system|possible)(?: A\d\d)?)?\)"

    def words(text: str) -> int:
        shown = re.sub(rf"<!--.*?-->|{cited}", " ", text)
        return len([word for word in shown.split() if re.search(r"\w", word)])

    assert 1000 < words(story) <= 2000
    assert words(rest.partition("## Full timeline")[0]) <= 500


def at_depth(depth: Depth, previous: str | None = None) -> str:
    book = replace(BOOK, review=ReviewPlan(depth=depth))
    return draft_markdown(at_length(), book, RENDERER, previous)


def test_a_brief_draft_is_short_and_a_deep_one_tells_from_where_each_of_them_was() -> None:
    brief, standard, deep = (at_depth(depth) for depth in Depth)
    assert headings(brief)[1:] == [
        "About this draft", "In short", "How it unfolded", "Milestones", "Open questions and people to talk to",
    ]  # fmt: skip
    assert "*Brief draft, not reviewed.*" in brief
    assert len(brief) < len(standard) / 2
    assert "As each of them wrote it" not in headings(standard)
    assert headings(deep)[-3:] == [
        "As each of them wrote it", "Full timeline", "Sources and provenance",
    ]  # fmt: skip


def test_what_people_wrote_stays_when_the_depth_is_another() -> None:
    written = at_depth(Depth.STANDARD).replace("## Decisions\n", "## What we decided\n")
    written += "\nWe were all on the train.\n"
    brief = at_depth(Depth.BRIEF, written)
    assert "## What we decided" in brief
    assert "We were all on the train." in brief
    assert "## Full timeline" not in brief
    again = at_depth(Depth.STANDARD, brief)
    assert "## Full timeline" in again
    assert "We were all on the train." in again


def test_a_long_incident_keeps_its_whole_timeline() -> None:
    story = Story()
    story.at("9:00").declares(ANA, "Search is slow")
    for number in range(1000):
        story.now += timedelta(seconds=20)
        one = story.says(BELA, f"word {number}.")
        if number % 50 == 0:
            story.marks(ANA, one, Mark.DECISION)
    appendix = drafted(story.history()).partition("## Full timeline")[2]
    assert re.findall(r"word (\d+)\.", appendix) == [str(number) for number in range(1000)]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for story_name, tell in STORIES.items():
        (GOLDEN / f"{story_name}.md").write_text(drafted(tell()))
