"""What several alert sources read alike: addresses, labels, times in any unit, people's names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from incibot.config import Hook
from incibot.web.sources.part import Part, kept
from incibot.web.sources.source import Delivery, Unreadable
from incibot.web.sources.told import first_secret

TEST = "Test from incibot: nothing is wrong"

_ADDRESS = re.compile(r"https?://[^\s<>\"|]+", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def address(part: Part, key: str) -> str:
    """A web address, as a link may have; empty where there is none, or it is of another kind."""
    text = part.text(key)
    return text if _ADDRESS.fullmatch(text) else ""


def links(**addresses: str) -> Mapping[str, str]:
    """Those that are there, by their titles; `_` stands for a blank."""
    return {title.replace("_", " "): there for title, there in addresses.items() if there}


def lines(*texts: str) -> str:
    """Those that say something, a line each."""
    return "\n".join(filter(None, texts))


def word(value: Any, place: str) -> str:
    """A value as it is written; Unreadable where it is a list or an object."""
    match value:
        case None:
            return ""
        case str():
            return kept(value)
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
    raise Unreadable(f"{place} is neither a text nor a number")


def labels(part: Part) -> Mapping[str, str]:
    """The names there, each with its value."""
    return {kept(key): word(value, part.place) for key, value in part.values.items()}


def moment(part: Part, key: str) -> datetime | None:
    """A time in ISO 8601; None where it is Go's way to say that there is none: the year 1."""
    return None if part.text(key).startswith("0001-01-01") else part.moment(key)


def instant(part: Part, key: str) -> datetime | None:
    """A time since 1970 in seconds, or in thousandths, millionths or billionths of them.

    Which it is, is told by how large it is: products change it from one field to the next.
    """
    text = part.text(key)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Unreadable(f"{part.place}.{key} is no time since 1970".removeprefix("."))
    return _EPOCH + timedelta(microseconds=_microseconds(int(text)))


def _microseconds(number: int) -> int:
    if number >= 10**17:
        return number // 1000
    if number >= 10**14:
        return number
    return number * (1000 if number >= 10**11 else 1_000_000)


def person(name: str) -> str:
    """Who it was, without the domain of an e-mail address: it is nobody's business here."""
    return name.partition("@")[0]


def ours(key: str) -> str:
    """The key, where it was incibot that gave it."""
    return key if key.startswith("incibot:") else ""


def digest(*parts: str) -> str:
    """A short name for what has no name of its own, the same for the same."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def told_by(delivery: Delivery, header: str) -> str:
    """The name that the product gave to the delivery; where it gave none, one made of the body."""
    return kept(delivery.header(header)) or hashlib.sha256(delivery.body).hexdigest()[:32]


def unnamed(_delivery: Delivery) -> str:
    """The id of a delivery whose sender gives it none."""
    return ""


def sample(
    hook: Hook, at: datetime, body: Any, sign: Callable[[str, bytes], Mapping[str, str]]
) -> Delivery:
    """What would be sent: `sign` says which headers bear the proof, made with the first secret."""
    sent = json.dumps(body, ensure_ascii=False).encode()
    proof = sign(first_secret(hook), sent)
    return Delivery(headers={"content-type": "application/json", **proof}, body=sent, at=at)


def token(secret: str, _body: bytes) -> Mapping[str, str]:
    """The header that incibot asks for where the product signs nothing."""
    return {"x-incibot-token": secret}
