"""Messages and views made ready to draw: beside each text stands what Slack's client makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from incibot.playground import markup, mrkdwn
from incibot.playground.terms import Json

_TOP_HEADING: Final = 3  # a page's own headings come first


def drawn_message(message: Json) -> Json:
    """A copy of a message with `rich` in each text object and `html` in each markdown block.

    The message has `rich` too where its text is what is to be shown: it came without blocks, and
    those that it has are Slack's own, made of that text.
    """
    copy = cast(Json, _drawn(message))
    text = message.get("text") or ""
    if text and _shows_its_text(message):
        copy["rich"] = mrkdwn.rich(text, links=True)
    for attachment in copy.get("attachments") or ():
        words = attachment.get("text") or attachment.get("fallback") or ""
        if words and not attachment.get("blocks"):
            attachment["rich"] = mrkdwn.rich(words, links=True)
    if isinstance(message.get("root"), dict):
        copy["root"] = drawn_message(message["root"])
    return copy


def _shows_its_text(message: Json) -> bool:
    blocks = message.get("blocks")
    if not blocks or "bot_id" not in message:
        return True
    return bool(blocks == markup.rich_text(message["text"], blocks[0].get("block_id", "")))


def drawn_view(view: Json) -> Json:
    """A copy of a modal or of an App Home with `rich` in each text object."""
    return cast(Json, _drawn(view))


def _drawn(part: Any) -> Any:
    if isinstance(part, Mapping):
        copy = {key: _drawn(value) for key, value in part.items()}
        text = part.get("text")
        if not isinstance(text, str):
            return copy
        match part.get("type"):
            case "mrkdwn":
                loose = not part.get("verbatim", False)
                copy["rich"] = mrkdwn.rich(text, links=loose, broadcasts=loose)
            case "plain_text":
                copy["rich"] = mrkdwn.plain(text, emoji=part.get("emoji", True) is not False)
            case "markdown":
                copy["html"] = _markdown().render(text)
        return copy
    return [_drawn(one) for one in part] if isinstance(part, list) else part


@cache
def _markdown() -> MarkdownIt:
    """The Markdown of Slack's `markdown` block: no HTML in it, and an image is a link to it."""
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.disable(["image", "html_block", "html_inline"])
    reader.add_render_rule("link_open", _link)
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    return reader


def _link(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[at].attrSet("target", "_blank")
    tokens[at].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, at, options, env)


def _heading(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[at].tag = f"h{min(6, int(tokens[at].tag[1:]) + _TOP_HEADING - 1)}"
    return self.renderToken(tokens, at, options, env)
