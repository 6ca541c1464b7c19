"""The name of an incident's channel: valid for Slack whatever people call their incident."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from string import Formatter

LONGEST = 80
"""Characters that Slack allows in a channel's name."""

FIELDS = ("number", "slug", "severity", "date")

# Letters that NFKD leaves whole, though everybody writes them with these.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        # "don't" is one word
        "'": "",
        "’": "",
    }
)
_PADDING = re.compile(r"(?:0[1-9]d?)?", re.ASCII)


def channel_name(
    template: str, *, number: int, title: str, severity: str, date: datetime, suffix: int = 0
) -> str:
    """The channel's name: 1 to 80 characters, each a lower-case ASCII letter, digit, `-` or `_`.

    The title gives way when there is too little room, whole words at a time; a word with no ASCII
    form drops out. The number is always in the name, and so is a `suffix` above 0, as `-2` at its
    end: what to try next when the name is taken.
    """
    tail = f"-{suffix}" if suffix else ""
    room = LONGEST - len(tail)

    def filled(slug: str) -> str:
        whole = template.format(
            number=number,
            slug=slug,
            severity=_slug(severity, room=20),
            date=date.date().isoformat(),
        )
        return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_-]+", "-", _ascii(whole))).strip("-_")

    bare = filled("")
    if len(bare) > room or str(number) not in bare:
        return f"inc-{number}{tail}"
    # A hyphen on each side may come back with the slug.
    for words in range(room - len(bare), 0, -1):
        slug = _slug(title, room=words)
        name = filled(slug)
        if len(name) <= room:
            return name + tail
    return bare + tail


def check_template(template: str) -> None:
    """Raise ValueError, in a sentence, unless `template` can name every incident's channel."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"{template!r} is no channel-name template: {error}.") from None
    used = [field for _, field, _, _ in parts if field is not None]
    for _, field, padding, conversion in parts:
        if field is None:
            continue
        if field not in FIELDS:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise ValueError(f"{{{field}}} is unknown in a channel's name; there are {known}.")
        allowed = field == "number" and _PADDING.fullmatch(padding or "")
        if conversion or (padding and not allowed):
            raise ValueError(
                f"{{{field}}} in a channel's name takes no format, save a width for the number, "
                "as in {number:04d}."
            )
    if "number" not in used:
        raise ValueError(
            f"{template!r} has no {{number}}, so that two incidents could want the same channel."
        )
    if len(set(used)) < len(used):
        raise ValueError(f"{template!r} uses a field twice.")
    literal = sum(len(text) for text, _, _, _ in parts)
    if literal > 30:
        raise ValueError(
            f"{template!r} leaves too little of the {LONGEST} characters of a channel's name: "
            f"its own words take {literal}, of 30 that it may use."
        )


def _ascii(text: str) -> str:
    """Lower case, accents off; what has no ASCII form stays as it is."""
    letters = text.casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", letters)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).casefold()


def _slug(text: str, *, room: int) -> str:
    """The words of `text` joined by hyphens, as many as fit; one that fits nowhere is cut."""
    words = re.findall(r"[a-z0-9]+", _ascii(text))
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word
        if len(longer) > room:
            break
        kept = longer
    return kept or (words[0][:room] if words else "")
