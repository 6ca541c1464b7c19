"""What Slack delivers, held to the shapes that its values have, before anything rests on them.

The signature says that Slack has sent it. That all is as Slack describes it, nothing says: what is
not is refused here, where it can be told, and not by a database, which would be taken for trouble.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from incibot.errors import Unreadable

_ID = re.compile(r"[\w-]{1,40}", re.ASCII)
_TS = re.compile(r"(?:\d{1,11}(?:\.\d{1,6})?)?", re.ASCII)
_KEY = re.compile(r"[ -~]{1,190}")
_EMOJI = re.compile(r"[^\0\ud800-\udfff]{1,120}")
_ZONE = re.compile(r"[ -~]{0,64}")
_TEXT = re.compile(r"[^\0\ud800-\udfff]*")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("id", "user", "channel", "inviter"), _ID),
    **dict.fromkeys(("ts", "since", "at", "thread_ts"), _TS),
    **dict.fromkeys(("reaction", "via"), _EMOJI),
    "key": _KEY,
    "zone": _ZONE,
}
_ODD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)

T = TypeVar("T")
Payload = Mapping[str, Any]

# What a payload must have for Bolt to find out who listens to it, by its type.
HEARD: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "event_callback": lambda it: (
        isinstance(it["event"]["type"], str) and bool(_KEY.fullmatch(it["event_id"]))
    ),
    "url_verification": lambda it: isinstance(it["challenge"], str),
    "block_actions": lambda it: isinstance(it["actions"][0]["action_id"], str),
    "block_suggestion": lambda it: isinstance(it["action_id"], str),
    "view_submission": lambda it: (
        isinstance(it["view"]["callback_id"], str) and isinstance(it["view"]["type"], str)
    ),
    "shortcut": lambda it: isinstance(it["callback_id"], str),
    "message_action": lambda it: isinstance(it["callback_id"], str),
}
# Nobody listens to these, and they are Slack's all the same.
UNHEARD = {"view_closed", "app_rate_limited", "interactive_message", "dialog_submission"}


def readable(payload: Payload) -> None:
    """Raises Unreadable if nobody could say who is to hear it."""
    kind = payload.get("type")
    kind = kind if isinstance(kind, str) else ""
    if "command" in payload or payload.get("ssl_check") == "1" or kind in UNHEARD:
        return
    check = HEARD.get(kind)
    if check is None:
        raise Unreadable(f"type {kind[:100]!r}")
    if not read(check, payload):
        raise Unreadable(f"{kind} of another shape")


def read(reader: Callable[[Payload], T], payload: Payload) -> T:
    """What the reader makes of it. Raises Unreadable if that is nothing that Slack would send."""
    try:
        found = reader(payload)
        _check(found)
    except _ODD as odd:
        raise Unreadable(repr(odd)[:300]) from odd
    return found


def _check(found: object) -> None:
    if not dataclasses.is_dataclass(found):
        return
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if isinstance(value, str):
            shape = _SHAPES.get(field.name, _TEXT)
            if not shape.fullmatch(value):
                raise ValueError(f"{field.name}: {value[:100]!r}")
        elif field.name in _SHAPES and value is not None:
            raise TypeError(f"{field.name}: {type(value).__name__}")
        else:
            _check(value)
