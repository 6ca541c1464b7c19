"""Our values, as Block Kit: every limit that Slack sets is kept here, and nowhere else.

Text that people wrote goes into mrkdwn with `verbatim`: escaping alone does not keep Slack from
reading an `@channel` in it as a page to everyone. And whom somebody paged once, in a message or a
command, is not paged again each time that incibot shows their words. Nor is a secret shown again that
somebody pasted: whatever goes into a text of ours is masked, save where somebody asked to see it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from incibot.core.incident import number_in
from incibot.core.markup import escape, shorten
from incibot.core.people import UserId
from incibot.core.secrets import mask

Block = dict[str, Any]
View = dict[str, Any]

MESSAGE_BLOCKS = 50  # blocks in a message
VIEW_BLOCKS = 100  # blocks in a modal or on App Home
MESSAGE_TEXT = 11_000  # characters over all blocks of a message; Slack refuses at about 12,000
SAID = 10_000  # of these for what somebody said, so that what stands beside it has room
FALLBACK = 3900  # characters in a message's own text; Slack refuses an edit from 4,000 on
TEXT = 3000  # characters in a text object
LINK = 2000  # characters in a `<...>` that is shown as such
HEADER = 150  # characters in a header
BUTTON = 75  # characters on a button or an option, and in an option's value
VALUE = 2000  # characters in a button's value
VIEW_TITLE = 24  # characters in a modal's title and on its buttons
LABEL = 150  # characters over a field; Slack takes 2,000, but of a view 250 KB in all
HINT = 200  # the same under it
OPTIONS = 100  # options in a select
METADATA = 3000  # characters in a view's private metadata
NOTHING = "–"  # stands where there is nothing to show; Slack refuses an empty text

_PAGE = re.compile(r"<!(channel|here|everyone|subteam\^\w+)(?:\|@?([^<>\n]*))?>?")
_LINK = re.compile(rf"<(?=[^<>\n]{{{LINK},}}>)[^<>|\n]*(?:\|([^<>\n]*))?>")


def quiet(words: str) -> str:
    """Words in Slack's notation that page nobody; a link too long to show is its label."""
    named = _PAGE.sub(lambda page: f"@{page[2] or page[1].removeprefix('subteam^')}", words)
    return _LINK.sub(lambda link: shorten(link[1] or "…", LINK, words=True), named)


def fallback(words: str) -> str:
    """Words in Slack's notation as a message's own text: what a notification reads."""
    return shorten(quiet(mask(words)), FALLBACK, words=True)


def mrkdwn(words: str, limit: int = TEXT, *, bare: bool = False) -> Block:
    """Words in Slack's notation, cut to the limit without breaking a mention or an entity.

    Args:
        bare: with whatever secret is in them.
    """
    text = shorten(quiet(words if bare else mask(words)), limit, words=True)
    return {"type": "mrkdwn", "text": text if text.strip() else NOTHING, "verbatim": True}


def plain(text: str, limit: int) -> Block:
    """Plain text, cut to the limit."""
    shown = shorten(mask(text), limit)
    return {"type": "plain_text", "text": shown if shown.strip() else NOTHING, "emoji": True}


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
    return f"{number or ''}|{shorten(command, VALUE - 20, words=True)}"


def read_pointed(value: str) -> tuple[str, int | None]:
    """The inverse: the command, and the incident's number if one was named."""
    number, bar, command = value.partition("|")
    if not bar:
        return value, None
    return command, number_in(number)


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
    block: Block = {"text": plain(text, BUTTON), "value": value_of(value)}
    if description:
        block["description"] = plain(description, BUTTON)
    return block


def value_of(name: str) -> str:
    """A name as an option's value: itself, or, if it is too long, what no other name has."""
    if len(name) <= BUTTON:
        return name
    return f"{name[: BUTTON - 16]}{sha256(name.encode()).hexdigest()[:16]}"


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


def many_select(
    options: Sequence[Block], *, name: str, placeholder: str, initial: Sequence[str] = ()
) -> Block:
    """Any of up to 100 options; `initial` are the values of those chosen beforehand."""
    listed = list(options[:OPTIONS])
    block: Block = {
        "type": "multi_static_select",
        "action_id": name,
        "placeholder": plain(placeholder, 150),
        "options": listed,
    }
    chosen = [one for one in listed if one["value"] in initial]
    if chosen:
        block["initial_options"] = chosen
    return block


def checkbox(text: str, *, name: str = "confirm") -> Block:
    """One box; a form that has it filled in has its name as the value."""
    return {
        "type": "checkboxes",
        "action_id": name,
        "options": [{"text": plain(text, BUTTON), "value": name}],
    }


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
        block["initial_users"] = list(initial)
    return block


def text_input(
    *,
    name: str = "text",
    initial: str = "",
    placeholder: str = "",
    long: bool = False,
    most: int = TEXT,
) -> Block:
    block: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": long,
        "max_length": most,
    }
    if initial:
        block["initial_value"] = initial[:most]
    if placeholder:
        block["placeholder"] = plain(placeholder, 150)
    return block


def field(
    label: str,
    element: Block,
    *,
    block_id: str,
    optional: bool = False,
    hint: str = "",
    at_once: bool = False,
) -> Block:
    """A field of a form. `at_once`: we are told when somebody fills it in, before it is sent."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, HINT)
    if at_once:
        block["dispatch_action"] = True
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
        view["private_metadata"] = packed(metadata)
    return view


def packed(metadata: Mapping[str, Any]) -> str:
    """A view's private metadata; where Slack would not take it all, the longest text is cut."""

    def with_up_to(characters: int) -> str:
        short = {longest: shorten(metadata[longest], characters, words=True)} if longest else {}
        return json.dumps({**metadata, **short}, ensure_ascii=False, separators=(",", ":"))

    texts = [name for name, value in metadata.items() if isinstance(value, str)]
    longest = max(texts, key=lambda name: len(metadata[name]), default="")
    lengths = range(METADATA + 1)
    return with_up_to(bisect_right(lengths, METADATA, key=lambda n: len(with_up_to(n))) - 1)


def said(words: str, *, bare: bool = False) -> list[Block]:
    """A text of any length as sections; what is too long for one message is cut and says so.

    Args:
        bare: with whatever secret is in it.
    """
    parts = []
    rest = shorten(quiet(words if bare else mask(words)).strip(), SAID, words=True)
    while len(rest) > TEXT:
        cut = rest.rfind("\n", 1, TEXT)
        if cut < 0:  # no line ends there: behind the last whole mention, or wherever there is none
            cut = len(shorten(rest, TEXT, words=True)) - 1 or TEXT
        parts.append(_part(rest[:cut]))
        rest = rest[cut:].lstrip()
    return [*parts, _part(rest)]


def _part(words: str) -> Block:
    return {"type": "section", "text": mrkdwn(words, bare=True)}


def fitting(blocks: Sequence[Block], *, most: int = MESSAGE_BLOCKS) -> list[Block]:
    """The blocks as Slack takes them in one message: of too much text, the longest pieces give way."""
    kept = list(blocks[:most])
    lengths = sorted(_lengths(kept))
    room = MESSAGE_TEXT
    for place, length in enumerate(lengths):
        share = room // (len(lengths) - place)
        if length > share:
            return [_cut(block, share) for block in kept]
        room -= length
    return kept


def _lengths(part: Any) -> Iterator[int]:
    """How long each text in a block is."""
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield len(part["text"])
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _lengths(one)


def _cut(part: Any, limit: int) -> Any:
    """The same, with no text in it longer than that."""
    if isinstance(part, list):
        return [_cut(one, limit) for one in part]
    if not isinstance(part, Mapping):
        return part
    if isinstance(part.get("text"), str):
        words = part["type"] == "mrkdwn"
        return {**part, "text": shorten(part["text"], limit, words=words)}
    return {name: _cut(value, limit) for name, value in part.items()}


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
    return escape(shorten(" ".join(mask(text).split()), limit))
