"""The review as a document: what the analyses found, in a team's words, around what people wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from incibot.core import disclosure
from incibot.core.history import History
from incibot.core.markup import is_safe_url
from incibot.core.playbook import Playbook
from incibot.core.review import SECTIONS, read
from incibot.core.review.merge import merge, read_draft
from incibot.errors import TemplateError
from incibot.render import Renderer

_ENTITY = re.compile(r"&(?=#?\w+;)")  # what Markdown would read as one character
_DOCUMENT = "review/document.md.j2"
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre"),
    *("s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


def draft_markdown(
    history: History, book: Playbook, renderer: Renderer, previous: str | None = None
) -> str:
    """The review draft in Markdown, with all that people wrote in the previous one.

    The same history, playbook, templates and previous document give the same bytes.

    Raises:
        TemplateError: a template of the team's is broken.
    """
    found = read(history, book)
    head = history.head
    values = {
        "head": head,
        "incident": history.incident,
        "day": history.incident.declared_at.astimezone(head.zone).date().isoformat(),
        "sections": [one for one in SECTIONS if one.always or found[one.id]],
        "missing": [one for one in SECTIONS if not one.always and not found[one.id]],
        "found": found,
        "links": _links(history),
        "quoted": _quoted,
    }
    rendered = renderer.text(_DOCUMENT, **values)
    offer = renderer.text("review/offer.md.j2", **values).strip()
    try:
        fresh = read_draft(rendered, offer=offer)
    except ValueError as error:
        raise TemplateError(_DOCUMENT, 0, f"{error}") from error
    return merge(previous, fresh)


def to_html(markdown: str, renderer: Renderer, *, title: str) -> str:
    """The document as one HTML page that needs nothing else and prints well."""
    return renderer.text("review/page.html.j2", title=title, body=body_of(markdown))


def body_of(markdown: str) -> Markup:
    """The document as HTML that is safe in any page.

    HTML that people typed is kept as far as it is harmless; comments, and so the fences, are not.
    """
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    body = nh3.clean(
        parsed.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(body)  # noqa: S704 - cleaned above


def _links(history: History) -> Mapping[int, str]:
    """Where each entry can be looked at, fit to stand in a Markdown link."""
    links = {}
    for entry in history.entries:
        link = disclosure.permalink(history.head, entry)
        address = quote(link, safe="!#$%&'*+,-./:;=?@_~", errors="replace")
        links[entry.id] = _ENTITY.sub("&amp;", address) if is_safe_url(link) else ""
    return links


def _quoted(words: str, indent: str) -> str:
    """Words of several lines as a block quote, at that indent; no line ends in a space."""
    return "\n".join(f"{indent}> {line}".rstrip() for line in words.split("\n"))
