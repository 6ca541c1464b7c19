"""How a value is shown in a complaint about it: on one line, secrets masked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from incibot.core.secrets import mask


def veiled(text: str) -> str:
    """A secret, as far as it helps to find out which one it is."""
    scheme, found, _ = text.partition("://")
    if found and re.fullmatch(r"[a-z0-9+]{1,20}", scheme):
        return f"{scheme}://…"
    # Of a short one, four characters would be too much of it.
    return f"{line(text[:4]) if len(text) >= 16 else ''}… ({len(text)} characters)"


def line(text: str) -> str:
    """On one line, and safe to print on any terminal."""
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in " ".join(text.split()))


def shown(value: object) -> str:
    match value:
        case str():
            text = mask(line(value))
            return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case Mapping():
            return "a mapping"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return str(value)
