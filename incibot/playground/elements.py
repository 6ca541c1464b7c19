"""Block Kit's interactive elements: where they sit, what they hold, and what a person's choice looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from incibot.playground.terms import Ids, Json

# element type -> (the key of its value, the key of its initial value)
_HOLDS: Final[Mapping[str, tuple[str, str]]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
_MANY: Final = frozenset(
    kind for kind, (key, _) in _HOLDS.items() if key.endswith("s") and kind != "file_input"
) | {"file_input"}

REQUIRED: Final = "Please complete this required field."
"""What Slack's client says under an input that is empty and must not be."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An element and the block that it sits in."""

    block: Json
    element: Json

    @property
    def key(self) -> tuple[str, str]:
        """block_id and action_id: what a value is kept under."""
        return str(self.block["block_id"]), str(self.element["action_id"])


def named(blocks: list[Json], ids: Ids) -> list[Json]:
    """A deep copy of the blocks in which every block and element has its id, as Slack returns them."""
    copy: list[Json] = json.loads(json.dumps(blocks))
    for block in copy:
        block.setdefault("block_id", ids.hexes("block", 5))
        for element in _inside(block):
            if element.get("type") in _HOLDS or element.get("type") in (
                "button",
                "overflow",
                "workflow_button",
            ):
                element.setdefault("action_id", ids.hexes("action", 5))
    return copy


def _inside(block: Json) -> list[Json]:
    found = [block[key] for key in ("element", "accessory") if isinstance(block.get(key), dict)]
    if block.get("type") in ("actions", "context_actions"):
        found.extend(block.get("elements", []))
    return found


def placed(blocks: list[Json]) -> Iterator[Placed]:
    """Every element that a person can use, in reading order."""
    for block in blocks:
        for element in _inside(block):
            if "action_id" in element:
                yield Placed(block, element)


def find(
    blocks: list[Json], action_id: str, *, block_id: str | None = None, value: str | None = None
) -> Placed | None:
    """The first element with this action_id (in this block; and, for a button, with this value)."""
    for item in placed(blocks):
        if item.element["action_id"] != action_id:
            continue
        if block_id is not None and item.block.get("block_id") != block_id:
            continue
        button = item.element.get("type") == "button"
        if button and value is not None and item.element.get("value") != value:
            continue
        return item
    return None


def resting(element: Json) -> Json | None:
    """What an element holds before anybody touches it; None for one that holds nothing."""
    kind = str(element.get("type"))
    if kind not in _HOLDS:
        return None
    key, initial = _HOLDS[kind]
    return {"type": kind, key: element.get(initial, [] if kind in _MANY else None)}


def is_empty(state: Json) -> bool:
    """Whether an element's state holds nothing."""
    key, _ = _HOLDS[str(state["type"])]
    return state[key] in (None, "", [])


def filled(element: Json, value: Any, *, find_id: Callable[[str], str]) -> Json:
    """What an element holds once a person has chosen or typed `value`.

    Args:
        element: the element, as sent by the bot.
        value: text for text inputs; an option's value or visible text for selects; a list for
            the multi kinds; a handle or id for people and channels; None to clear.
        find_id: handle or id -> id; raises LookupError.

    Raises:
        LookupError: the element has no such option, or nobody has this handle.
    """
    kind = str(element["type"])
    key, _ = _HOLDS[kind]
    if value is None:
        return {"type": kind, key: [] if kind in _MANY else None}
    if kind == "number_input":
        return {"type": kind, key: str(value)}
    if key in ("selected_option", "selected_options"):
        wanted = value if kind in _MANY else [value]
        options = [_option(element, one) for one in wanted]
        return {"type": kind, key: options if kind in _MANY else options[0]}
    if kind.endswith(("users_select", "conversations_select", "channels_select")):
        wanted = value if kind in _MANY else [value]
        found = [find_id(str(one)) for one in wanted]
        return {"type": kind, key: found if kind in _MANY else found[0]}
    return {"type": kind, key: value}


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*element.get("options", []), *(one for group in groups for one in group["options"])]


def _option(element: Json, wanted: Any) -> Json:
    if element["type"] in ("external_select", "multi_external_select"):
        if isinstance(wanted, dict):
            return wanted
        return {"text": {"type": "plain_text", "text": str(wanted)}, "value": str(wanted)}
    options = _options(element)
    for option in options:
        if option == wanted or option.get("value") == wanted:
            return option
    for option in options:
        if option["text"]["text"] == wanted:
            return option
    raise LookupError(
        f"{element['action_id']} has no option {wanted!r}; it has "
        + ", ".join(repr(option.get("value")) for option in options)
    )


def used(element: Json, value: Any, *, find_id: Callable[[str], str]) -> Json:
    """The part of a `block_actions` entry that tells what the person did with an element."""
    kind = str(element["type"])
    if kind == "button":
        keys = ("text", "value", "url", "style")
        return {"type": kind, **{key: element[key] for key in keys if key in element}}
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, value)}
    state = filled(element, value, find_id=find_id)
    placeholder = {"placeholder": element["placeholder"]} if "placeholder" in element else {}
    _, initial = _HOLDS[kind]
    before = {initial: element[initial]} if initial in element else {}
    return {**state, **before, **placeholder}


def complaint(block: Json, element: Json, state: Json) -> str | None:
    """What Slack's client says under an input before it sends anything; None when it is content."""
    if is_empty(state):
        return None if block.get("optional") else REQUIRED
    kind = str(element["type"])
    value = state.get("value")
    if kind == "plain_text_input" and isinstance(value, str):
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if len(value) < least:
            return f"Must be at least {least} characters."
        if len(value) > most:
            return f"Must be {most} characters or fewer."
    if kind == "number_input" and isinstance(value, str):
        pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
        if not re.fullmatch(pattern, value):
            return "Must be a number."
        if "min_value" in element and float(value) < float(element["min_value"]):
            return f"Must be {element['min_value']} or more."
        if "max_value" in element and float(value) > float(element["max_value"]):
            return f"Must be {element['max_value']} or less."
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(value)):
        return "Must be a valid email address."
    if kind == "url_text_input" and not re.fullmatch(r"https?://\S+", str(value)):
        return "Must be a valid URL."
    chosen = state[_HOLDS[kind][0]]
    most = element.get("max_selected_items") or element.get("max_files")
    if kind in _MANY and most and len(chosen) > most:
        return f"Choose {most} or fewer."
    return None
