"""Text as Slack keeps it: what a person types becomes escaped markup, and markup becomes rich text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from incibot.playground.terms import Json

_TYPED: Final = re.compile(
    r"(?P<token><(?:@[UW][A-Z0-9]{2,}|#[CG][A-Z0-9]{8,}|!subteam\^S[A-Z0-9]+)(?:\|[^>]*)?>)"
    r"|(?P<url>https?://[^\s<>|]+)"
    r"|(?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b)"
    r"|(?<![\w@])@(?P<name>[\w.-]*\w)"
    r"|(?<![\w#&])\#(?P<channel>[\w-]+)"
    r"|(?P<special>[&<>])"
)
_TOKEN: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Plain text -> markup that reads the same."""
    return re.sub("[&<>]", lambda found: _ESCAPES[found[0]], text)


def unescape(text: str) -> str:
    """The reverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(
    text: str,
    *,
    mention: Callable[[str], str | None],
    channel: Callable[[str], str | None],
    known: Callable[[str], bool],
) -> str:
    """What a person typed -> what Slack stores and sends.

    Args:
        text: the plain text, which may hold ``@ana``, ``#general``, addresses, and mentions in
            Slack's own form (``<@U..>``), which stay if they name somebody.
        mention: the markup for a name after ``@``, or None if nobody has it.
        channel: the markup for a channel's name after ``#``, or None if there is none.
        known: whether a ready-made token such as ``<@U123>`` names something here.
    """

    def replaced(found: re.Match[str]) -> str:
        whole = found[0]
        if token := found["token"]:
            return token if known(token) else escape(token)
        if url := found["url"]:
            trail = re.search(r"[.,;:!?)\]'\"]*$", url)
            end = trail[0] if trail else ""
            bare = url[: len(url) - len(end)]
            return f"<{escape(bare)}>{escape(end)}"
        if email := found["email"]:
            return f"<mailto:{email}|{email}>"
        if name := found["name"]:
            # A full stop may end the sentence instead of belonging to the name.
            for length in range(len(name), 0, -1):
                markup = mention(name[:length])
                if markup and (length == len(name) or not name[length].isalnum()):
                    return markup + name[length:]
            return whole
        if name := found["channel"]:
            return channel(name) or whole
        return _ESCAPES[whole]

    return _TYPED.sub(replaced, text)


def rich_text(text: str, block_id: str) -> list[Json]:
    """Markup -> the `rich_text` block that Slack adds to a message that came without blocks."""
    if not text:
        return []
    elements: list[Json] = []
    end = 0
    for found in _TOKEN.finditer(text):
        if before := text[end : found.start()]:
            elements.append({"type": "text", "text": unescape(before)})
        elements.append(_element(found[1], found[2], found[3]))
        end = found.end()
    if rest := text[end:]:
        elements.append({"type": "text", "text": unescape(rest)})
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _element(sign: str, target: str, label: str | None) -> Json:
    if sign == "@":
        return {"type": "user", "user_id": target}
    if sign == "#":
        return {"type": "channel", "channel_id": target}
    if sign == "!" and target.startswith("subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("subteam^")}
    if sign == "!" and target in ("here", "channel", "everyone"):
        return {"type": "broadcast", "range": target}
    if sign == "!":
        return {"type": "text", "text": unescape(label if label is not None else target)}
    link: Json = {"type": "link", "url": unescape(target)}
    return link if label is None else {**link, "text": unescape(label)}
