"""The few words that every module of the local Slack shares: JSON, the clock, ids, and Slack's no."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object as Slack sends or takes it."""

Clock: TypeAlias = Callable[[], datetime]
"""Answers with the present moment, aware and in UTC."""


class Refusal(Exception):
    """Slack says no.

    Attributes:
        code: Slack's word for it, such as ``name_taken``; the answer's ``error``.
        messages: what goes into ``response_metadata.messages``.
        details: further keys of the answer, such as ``needed`` and ``provided``.
    """

    def __init__(self, code: str, *messages: str, **details: Any) -> None:
        self.code = code
        self.messages = messages
        self.details = details
        super().__init__(": ".join((code, *messages)))

    def answer(self) -> Json:
        """The body of a Web API answer."""
        body: Json = {"ok": False, "error": self.code, **self.details}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class Ids:
    """Hands out ids of Slack's patterns by counting, so that each run has the same ones.

    Args:
        first: where to start counting; another number gives a workspace whose ids meet no other's.
    """

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._given: Counter[str] = Counter()

    def next(self, prefix: str) -> str:
        """The next id of a kind: ``C0000000007`` for ``C``."""
        number = self._first + self._given[prefix]
        self._given[prefix] += 1
        return f"{prefix}{number:010d}"

    def number(self, kind: str) -> int:
        """The next number of a kind."""
        self._given[kind] += 1
        return self._first + self._given[kind] - 1

    def hexes(self, kind: str, length: int = 32) -> str:
        """The next run of hex digits of a kind; looks random, is not."""
        seed = f"{kind}:{self.number(kind)}"
        return hashlib.sha256(seed.encode()).hexdigest()[:length]

    def uuid(self, kind: str) -> str:
        """The next UUID-shaped id of a kind."""
        digits = self.hexes(kind)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Stamps:
    """Hands out `ts`: the present moment, pushed on where it was given out already."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = (0, 0)

    def next(self) -> str:
        """A new one."""
        now = self._clock()
        instant = (int(now.timestamp()), now.microsecond)
        seconds, micros = max(instant, (self._last[0], self._last[1] + 1))
        self._last = (seconds + micros // 1_000_000, micros % 1_000_000)
        return f"{self._last[0]:010d}.{self._last[1]:06d}"
