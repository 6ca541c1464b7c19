"""The review as a document: what the analyses found, in a team's words, around what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from re import Match
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from incibot.core import disclosure
from incibot.core.history import Head, History
from incibot.core.markup import in_quotes
from incibot.core.playbook import Playbook
from incibot.core.review import read, sections
from incibot.core.review.merge import merge, read_draft
from incibot.core.review.pictures import Picture, pictures
from incibot.core.review.possible import answers
from incibot.core.review.telling import Telling
from incibot.core.secrets import mask
from incibot.core.timeline import Recorded
from incibot.errors import TemplateError
from incibot.render import Renderer

_ENTITY = re.compile(r"&(?=#?\w+;)")  # what Markdown would read as one character
_DOCUMENT = "review/document.md.j2"
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre"),
    *("s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}

_REFERENCE = r"(?:<a [^<>]*>)?#\d+(?:</a>)?"
_RANK = r"(?:marked|system|possible|confirmed)(?: A\d\d)?"
_CITATION = re.compile(
    # One with a link or a rank is ours; "(#4812)" is something that people write.
    rf" ?\((?=[^()]*(?:<a |, {_RANK}\)))"
    rf"(?P<ids>{_REFERENCE}(?:, {_REFERENCE})*)(?:, (?P<rank>{_RANK}))?\)"
)
_CELL = re.compile(rf"(?<=<td>){_REFERENCE}(?:, {_REFERENCE})*(?=</td>)")
_ASK = re.compile(r"<blockquote>(\n<p>[^<]*</p>\n<ul>)")  # words of people's never hold a list
_SECTION = re.compile(r"<h2>(.*?)</h2>")
_TAG = re.compile(r"<[^<>]*>")
_WORTH_CONTENTS = 6  # sections; of fewer a reader needs no list


def draft_markdown(
    history: History,
    book: Playbook,
    renderer: Renderer,
    previous: str | None = None,
    *,
    past: Sequence[History] = (),
) -> str:
    """The review draft in Markdown, with all that people wrote in the previous one.

    Args:
        past: other incidents to compare with; without them nothing is said of any.

    The same history, playbook, templates and previous document give the same bytes.

    Raises:
        TemplateError: a template of the team's is broken.
    """
    found = read(history, book, past, given=answers(previous or ""))
    parts = sections(book.review)
    head = history.head
    values = {
        "head": head,
        "depth": book.review.depth,
        "incident": history.incident,
        "day": history.incident.declared_at.astimezone(head.zone).date().isoformat(),
        "sections": [one for one in parts if one.always or found[one.id]],
        "missing": [one for one in parts if not (one.always or one.unmissed or found[one.id])],
        "found": found,
        "cite": partial(_cited, head, {entry.id: entry for entry in history.entries}),
        "beside": _beside,
        "below": _below,
    }
    offer = renderer.text("review/offer.md.j2", **values).strip()
    try:
        # Masked before it is fenced and hashed.
        fresh = read_draft(mask(renderer.text(_DOCUMENT, **values)), offer=offer)
    except ValueError as error:
        raise TemplateError(_DOCUMENT, 0, f"{error}") from error
    return merge(None, fresh) if previous is None else mask(merge(previous, fresh))


def to_html(
    markdown: str, renderer: Renderer, *, title: str, drawn: Sequence[tuple[Picture, Markup]] = ()
) -> str:
    """The document as one HTML page that needs nothing else and prints well.

    Args:
        drawn: pictures to stand below it; see `draw`.
    """
    body = body_of(markdown)
    return renderer.text("review/page.html.j2", title=title, body=body, drawn=drawn)


def draw(
    history: History, book: Playbook, renderer: Renderer, *, alone: bool = False
) -> list[tuple[Picture, Markup]]:
    """The pictures of the record as SVG.

    Args:
        alone: each is a file of its own, and not part of a page.
    """
    return [
        (
            one,
            Markup(  # noqa: S704 - the template escapes what people wrote
                renderer.text("review/picture.html.j2", picture=one, alone=alone)
            ),
        )
        for one in pictures(Telling(history, book))
    ]


def body_of(markdown: str) -> Markup:
    """The document as HTML that is safe in any page, with its contents after the title.

    HTML that people typed is kept as far as it is harmless; comments, and so the fences, are not.
    Three things get a class for their looks: what people are asked to write is an `ask`, what a
    statement rests on a `cite`, and the list of sections the `contents`.
    """
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    body = nh3.clean(
        parser.render(mask(markdown)),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    body = _ASK.sub(r'<blockquote class="ask">\1', body)
    body = _CELL.sub(_cell, _CITATION.sub(_citation, body))
    return Markup(_with_contents(body))  # noqa: S704 - cleaned above


def _citation(found: Match[str]) -> str:
    ids = found["ids"].replace(", ", " ")
    word = (found["rank"] or "").partition(" ")[0]  # the rule is for the next draft to know it by
    rank = f'&nbsp;<i class="{word}">{word}</i>' if word else ""
    return f' <span class="cite">{ids}{rank}</span>'


def _cell(found: Match[str]) -> str:
    return f'<span class="cite">{found[0].replace(", ", " ")}</span>'


def _with_contents(body: str) -> str:
    """The document with an anchor at each section and, if it has many, a list of them."""
    titles: list[str] = []

    def anchored(found: Match[str]) -> str:
        titles.append(_TAG.sub("", found[1]))
        return f'<h2 id="section-{len(titles)}">{found[1]}</h2>'

    body = _SECTION.sub(anchored, body)
    if len(titles) < _WORTH_CONTENTS:
        return body
    items = "".join(
        f'<li><a href="#section-{number}">{title}</a></li>\n'
        for number, title in enumerate(titles, start=1)
    )
    contents = f'<nav class="contents" aria-label="Contents"><ol>\n{items}</ol></nav>\n'
    before, heading, after = body.partition("</h1>\n")
    return f"{before}{heading}{contents}{after}" if heading else contents + body


def _cited(head: Head, entries: Mapping[int, Recorded], evidence: Iterable[int]) -> str:
    """The ids of the entries, each leading to its place."""
    return ", ".join(
        f"[#{id}]({link})" if (link := _link(head, entries[id])) else f"#{id}" for id in evidence
    )


def _link(head: Head, entry: Recorded) -> str:
    """Where the entry can be looked at, fit to stand in a Markdown link."""
    link = disclosure.permalink(head, entry)
    address = quote(link, safe="!#$%&'*+,-./:;=?@_~", errors="replace")
    return _ENTITY.sub("&amp;", address)


def _beside(quote: str) -> str:
    """Words in quotation marks, to stand on the line that tells of them; nothing if they cannot."""
    if "\n" in quote or quote.startswith("> "):
        return ""
    if "`" in quote and ("“" in quote or "”" in quote):
        return ""  # code is not to be touched, not even its quotation marks
    return in_quotes(quote)


def _below(quote: str, indent: str) -> str:
    """Words as a block quote, at that indent; no line ends in a space."""
    return "\n".join(f"{indent}> {line}".rstrip() for line in quote.split("\n"))
