"""Our values, as Block Kit: every limit that Slack sets is kept here, and nowhere else.

Text that people wrote goes into mrkdwn with `verbatim`: escaping alone does not keep Slack from
reading an `@channel` in it as a page to everyone. And whom somebody paged once, in a message or a
command, is not paged again each time that incibot shows their words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from incibot.core.markup import escape, shorten
from incibot.core.people import UserId

Block = dict[str, Any]
View = dict[str, Any]

MESSAGE_BLOCKS = 50  # blocks in a message
VIEW_BLOCKS = 100  # blocks in a modal or on App Home
MESSAGE_TEXT = 11_000  # characters over all blocks of a message; Slack refuses at about 12,000
TEXT = 3000  # characters in a text object
FIELD = 2000  # characters in a field of a section
HEADER = 150  # characters in a header
BUTTON = 75  # characters on a button or an option
VIEW_TITLE = 24  # characters in a modal's title and on its buttons
OPTIONS = 100  # options in a select


def mrkdwn(words: str, limit: int = TEXT) -> Block:
    """Words in Slack's notation, cut to the limit without breaking a mention or an entity."""
    return {
        "type": "mrkdwn",
        "text": shorten(_PAGE.sub(_named, words), limit, words=True) or " ",
        "verbatim": True,
    }


_PAGE = re.compile(r"<!(channel|here|everyone|subteam\^\w+)(?:\|@?([^<>|]*))?>")


def _named(page: re.Match[str]) -> str:
    return f"@{page[2] or page[1].removeprefix('subteam^')}"


def plain(text: str, limit: int) -> Block:
    """Plain text, cut to the limit."""
    return {"type": "plain_text", "text": shorten(text, limit) or " ", "emoji": True}


def section(words: str, *, accessory: Block | None = None, block_id: str = "") -> Block:
    block: Block = {"type": "section", "text": mrkdwn(words)}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and what they are, two to a line; as many sections as it takes."""
    texts = [mrkdwn(f"*{name}*\n{words}", 600) for name, words in pairs]
    return [
        {"type": "section", "fields": texts[start : start + 10]}
        for start in range(0, len(texts), 10)
    ]


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def context(*words: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(one) for one in words[:10]]}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str = "") -> Block:
    block: Block = {"type": "actions", "elements": list(elements[:25])}
    if block_id:
        block["block_id"] = block_id
    return block


def button(
    text: str,
    command: str,
    *,
    number: int | None = None,
    style: str = "",
    confirm: Block | None = None,
    name: str = "",
) -> Block:
    """A button that stands for a typed command, such as ``status mitigated``.

    Args:
        number: the incident that it is about; None: the one whose channel it is in.
        name: tells apart two buttons for one command in one row.
    """
    block: Block = {
        "type": "button",
        "text": plain(text, BUTTON),
        "action_id": f"run:{name or command.partition(' ')[0]}"[:255],
        "value": pointed(command, number),
    }
    if style:
        block["style"] = style
    if confirm:
        block["confirm"] = confirm
    return block


def pointed(command: str, number: int | None) -> str:
    """A command and the incident that it is about, as a button's value."""
    return f"{number or ''}|{command}"[:2000]


def read_pointed(value: str) -> tuple[str, int | None]:
    """The inverse: the command, and the incident's number if one was named."""
    number, bar, command = value.partition("|")
    if not bar:
        return value, None
    return command, int(number) if number.isdigit() else None


def link_button(text: str, url: str, *, name: str) -> Block:
    """A button that opens a page; Slack tells us of the press all the same."""
    return {
        "type": "button",
        "text": plain(text, BUTTON),
        "action_id": f"open:{name}",
        "url": url[:3000],
    }


def confirm(title: str, words: str, yes: str) -> Block:
    return {
        "title": plain(title, 100),
        "text": plain(words, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Not now", 30),
    }


def option(text: str, value: str, *, description: str = "") -> Block:
    block: Block = {"text": plain(text, BUTTON), "value": value[:75]}
    if description:
        block["description"] = plain(description, BUTTON)
    return block


def select(
    options: Sequence[Block], *, name: str, placeholder: str, initial: str | None = None
) -> Block:
    """One of up to 100 options; `initial` is the value of the one chosen beforehand."""
    listed = list(options[:OPTIONS])
    block: Block = {
        "type": "static_select",
        "action_id": name,
        "placeholder": plain(placeholder, 150),
        "options": listed,
    }
    chosen = next((one for one in listed if one["value"] == initial), None)
    if chosen:
        block["initial_option"] = chosen
    return block


def users_select(*, name: str, placeholder: str, initial: UserId | None = None) -> Block:
    block: Block = {
        "type": "users_select",
        "action_id": name,
        "placeholder": plain(placeholder, 150),
    }
    if initial:
        block["initial_user"] = initial
    return block


def many_users_select(*, name: str, placeholder: str, initial: Sequence[UserId] = ()) -> Block:
    block: Block = {
        "type": "multi_users_select",
        "action_id": name,
        "placeholder": plain(placeholder, 150),
    }
    if initial:
        block["initial_users"] = list(initial[:OPTIONS])
    return block


def text_input(
    *, name: str = "text", initial: str = "", placeholder: str = "", long: bool = False
) -> Block:
    block: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": long,
        "max_length": TEXT,
    }
    if initial:
        block["initial_value"] = initial[:TEXT]
    if placeholder:
        block["placeholder"] = plain(placeholder, 150)
    return block


def field(
    label: str, element: Block, *, block_id: str, optional: bool = False, hint: str = ""
) -> Block:
    """A field of a form."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2000)
    return block


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str = "",
    submit: str = "",
    close: str = "Close",
    metadata: Mapping[str, Any] | None = None,
) -> View:
    view: View = {
        "type": "modal",
        "title": plain(title, VIEW_TITLE),
        "close": plain(close, VIEW_TITLE),
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }
    if callback:
        view["callback_id"] = callback
    if submit:
        view["submit"] = plain(submit, VIEW_TITLE)
    if metadata:
        view["private_metadata"] = json.dumps(metadata, separators=(",", ":"))
    return view


def said(words: str, *, limit: int = MESSAGE_TEXT) -> list[Block]:
    """A text of any length as sections; what is too long for one message is cut and says so."""
    parts = []
    rest = words.strip() or " "
    if len(rest) > limit:
        rest = shorten(rest, limit, words=True)
    while rest:
        part = rest
        if len(rest) > TEXT:
            cut = rest.rfind("\n", 1, TEXT)
            part = rest[:cut] if cut > 0 else shorten(rest, TEXT, words=True).removesuffix("…")
        parts.append(section(part))
        rest = rest[len(part) :].lstrip("\n")
    return parts[:MESSAGE_BLOCKS]


def fitting(blocks: Sequence[Block], *, most: int = MESSAGE_BLOCKS) -> list[Block]:
    """As many of the blocks, from the first, as Slack takes in one message."""
    kept: list[Block] = []
    room = MESSAGE_TEXT
    for block in blocks[:most]:
        room -= _weight(block)
        if room < 0:
            break
        kept.append(block)
    return kept


def _weight(block: Any) -> int:
    """The characters of text in a block."""
    if isinstance(block, Mapping):
        own = block.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(
            _weight(value)
            for name, value in block.items()
            if name != "text" or not isinstance(own, str)
        )
    if isinstance(block, list):
        return sum(_weight(one) for one in block)
    return 0


def time(at: datetime, *, style: str = "{date_short_pretty} {time}") -> str:
    """A moment in Slack's notation: each reader sees it in their own time zone."""
    return f"<!date^{int(at.timestamp())}^{style}|{at:%Y-%m-%d %H:%M} UTC>"


def person(user: UserId) -> str:
    return f"<@{user}>"


def quoted(words: str) -> str:
    """Words as a quote, line by line."""
    return "\n".join(f"> {line}" for line in words.splitlines() or [""])


def title(text: str, limit: int = 300) -> str:
    """A plain title as words: on one line, cut, escaped."""
    return escape(shorten(" ".join(text.split()), limit))
