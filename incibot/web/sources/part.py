"""A sender's JSON, field by field: what is not as its sender documents it is told by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from incibot.web.sources.source import Delivery, Unreadable

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_BLANK_BEFORE_ZONE = re.compile(r" (UTC|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A JSON object in what was sent; a field that is missing, or null, is empty.

    All its readers raise Unreadable where a field is of another type than asked for.
    """

    values: Mapping[str, Any]
    place: str = ""

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def text(self, key: str) -> str:
        """Its words, as every database can keep them; a number as it is written."""
        got = self.values.get(key)
        match got:
            case None:
                return ""
            case str():
                return kept(got)
            case bool():
                pass
            case int():
                return str(got)
        raise Unreadable(f"{self._at(key)} is no text")

    def needed(self, key: str) -> str:
        if text := self.text(key):
            return text
        raise Unreadable(f"{self._at(key)} is missing")

    def line(self, key: str) -> str:
        """The first line of its words."""
        return next(iter(self.text(key).splitlines()), "").strip()

    def flag(self, key: str) -> bool:
        got = self.values.get(key)
        if got is None or isinstance(got, bool):
            return got is True
        raise Unreadable(f"{self._at(key)} is neither true nor false")

    def moment(self, key: str) -> datetime | None:
        """A time in ISO 8601, or close to it, in UTC; where it names no zone it is in UTC."""
        text = self.text(key)
        return self._within(key, lambda: _read(text)) if text else None

    def epoch(self, key: str, *, per_second: int = 1) -> datetime | None:
        """A time as a number: seconds since 1970, or `per_second` times as many."""
        got = self.values.get(key)
        if got is None:
            return None
        if isinstance(got, bool) or not isinstance(got, int):
            raise Unreadable(f"{self._at(key)} is no number")
        return self._within(key, lambda: datetime.fromtimestamp(got / per_second, UTC))

    def _within(self, key: str, read: Callable[[], datetime]) -> datetime:
        try:
            found = read()
            if _EARLIEST <= found <= _LATEST:
                return found
        except (ValueError, OverflowError, OSError):
            pass
        raise Unreadable(f"{self._at(key)} is no time")

    def part(self, *keys: str) -> Part:
        """The object there, at the end of a path; empty where there is none."""
        found = self
        for key in keys:
            found = _part(found.values.get(key), found._at(key))
        return found

    def parts(self, key: str) -> tuple[Part, ...]:
        """The objects in the list there; none where there is none."""
        got = self.values.get(key)
        if got is None:
            return ()
        if not isinstance(got, list):
            raise Unreadable(f"{self._at(key)} is no list")
        return tuple(_part(one, f"{self._at(key)}[{number}]") for number, one in enumerate(got))

    def __bool__(self) -> bool:
        return bool(self.values)


def _part(got: object, place: str) -> Part:
    if got is None:
        return Part({}, place)
    if not isinstance(got, dict):
        raise Unreadable(f"{place} is no object")
    return Part(got, place)


def kept(text: str) -> str:
    """The same as every database can keep it: halves of characters and NUL are what some cannot."""
    return text.replace("\0", "").encode(errors="replace").decode().strip()


def _read(text: str) -> datetime:
    text = _BLANK_BEFORE_ZONE.sub(lambda zone: zone[1].replace("UTC", "Z"), text)
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def document(delivery: Delivery) -> Part:
    """The object that the body is, or that a form has in its field ``payload``. Raises Unreadable."""
    try:
        text = delivery.body.decode()
        if delivery.header("Content-Type").startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text, max_num_fields=100).get("payload", [""])[0]
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("the body is no JSON object")
    return Part(found)
