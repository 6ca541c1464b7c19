"""What can go wrong between a bot and Slack, each thing behind a switch."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from incibot.playground.terms import Json

TIERS: Final = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute that Slack promises for each tier."""
SPECIAL_PER_MINUTE: Final = 300
POSTS_PER_SECOND: Final = 1.0
POSTS_BURST: Final = 4
DISTRIBUTED_LIMIT: Final = 15
"""How many messages a page may hold for a distributed app outside the Marketplace."""


class What(StrEnum):
    """What happens to a call."""

    ERROR = "error"
    """Slack answers 200 with an error, and does nothing."""
    RATE_LIMITED = "rate_limited"
    """429 with Retry-After; nothing is done."""
    STATUS = "status"
    """An HTTP status such as 503; nothing is done."""
    DROPPED = "dropped"
    """The connection breaks before anything is done."""
    ANSWER_LOST = "answer_lost"
    """The work is done, and the connection breaks before the answer."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """Something that happens to the next calls of a method.

    Attributes:
        times: how many calls it still happens to.
        error: the error code of `ERROR`, or of the body that goes with `STATUS`.
        status: the HTTP status of `STATUS`.
        retry_after: seconds, for `RATE_LIMITED`.
    """

    what: What
    times: int = 1
    error: str = "internal_error"
    status: int = 503
    retry_after: int = 1


@dataclass(slots=True)
class Bucket:
    """Room for a burst, refilled steadily."""

    size: float
    per_second: float
    level: float
    since: datetime

    def take(self, now: datetime) -> float:
        """Take one; the seconds to wait for it, 0 where it was there."""
        passed = (now - self.since).total_seconds()
        self.level = min(self.size, self.level + max(passed, 0.0) * self.per_second)
        self.since = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


@dataclass(slots=True)
class Faults:
    """The switches. All are off at the start.

    Attributes:
        rate_limits: hold the bot to Slack's published limits.
        distributed_app: the limits of May 2025 on `conversations.history` and `.replies`:
            one call a minute, fifteen messages a page.
        short_pages: pages hold fewer than asked for, now and then none, with a cursor still set.
        without_scopes: scopes that the token has lost.
        auth_error: what `auth.test` and every other call answers, such as ``token_revoked``.
        double_events, drop_events: how many of the next events are sent twice, or not at all.
        reorder_events: hold back this many events, then send them last first.
        delay_events: seconds before each event is sent.
        slow_calls: seconds before each call is answered.
        busy_calls: how many of a hundred calls are answered 429, spread evenly.
    """

    rate_limits: bool = False
    distributed_app: bool = False
    short_pages: bool = False
    without_scopes: set[str] = field(default_factory=set)
    auth_error: str | None = None
    double_events: int = 0
    drop_events: int = 0
    reorder_events: int = 0
    delay_events: float = 0.0
    slow_calls: float = 0.0
    busy_calls: float = 0.0
    _busy: float = 0.0
    _waiting: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    # --- Calls ---------------------------------------------------------------------------------

    def add(
        self,
        method: str,
        what: str,
        *,
        times: int = 1,
        error: str = "internal_error",
        status: int = 503,
        retry_after: int = 1,
    ) -> None:
        """Something happens to the next calls of a method; ``*`` is any. The control API's way."""
        fault = Fault(
            what=What(what), times=times, error=error, status=status, retry_after=retry_after
        )
        self._waiting[method].append(fault)

    def fails(self, method: str, error: str, *, times: int = 1) -> None:
        """The next calls of the method are answered with this error."""
        self._waiting[method].append(Fault(what=What.ERROR, error=error, times=times))

    def limits(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """The next calls of the method are answered 429."""
        fault = Fault(what=What.RATE_LIMITED, retry_after=retry_after, times=times)
        self._waiting[method].append(fault)

    def breaks(self, method: str, *, status: int = 503, times: int = 1) -> None:
        """The next calls of the method are answered with an HTTP error."""
        self._waiting[method].append(Fault(what=What.STATUS, status=status, times=times))

    def drops(self, method: str, *, times: int = 1) -> None:
        """The next calls of the method lose their connection; nothing is done."""
        self._waiting[method].append(Fault(what=What.DROPPED, times=times))

    def loses_answer(self, method: str, *, times: int = 1) -> None:
        """The next calls of the method are obeyed, and their answers lost."""
        self._waiting[method].append(Fault(what=What.ANSWER_LOST, times=times))

    def next_for(self, method: str) -> Fault | None:
        """What happens to this call; counts it."""
        waiting = self._waiting.get(method) or self._waiting.get("*")
        if not waiting:
            self._busy += self.busy_calls
            if self._busy < 100 or not self.busy_calls:
                return None
            self._busy -= 100
            return Fault(what=What.RATE_LIMITED)
        fault = waiting[0]
        fault.times -= 1
        if fault.times <= 0:
            waiting.pop(0)
        return fault

    def wait_for(self, method: str, channel: str, *, tier: int, now: datetime) -> int:
        """Seconds that Slack asks a call to wait, 0 to go on; counts the call.

        Args:
            channel: where a message is to be posted; empty for other methods.
            tier: Slack's tier, 0 for methods with a limit of their own.
        """
        history = method in ("conversations.history", "conversations.replies")
        if self.distributed_app and history:
            waits = [self._take(method, "", 1, 1 / 60, now)]
        elif self.rate_limits:
            minute = TIERS.get(tier, SPECIAL_PER_MINUTE)
            waits = [self._take(method, "", minute, minute / 60, now)]
            if channel:
                waits.append(self._take(method, channel, POSTS_BURST, POSTS_PER_SECOND, now))
        else:
            return 0
        return math.ceil(max(waits))

    def _take(
        self, method: str, place: str, size: float, per_second: float, now: datetime
    ) -> float:
        bucket = self._buckets.setdefault((method, place), Bucket(size, per_second, size, now))
        return bucket.take(now)

    # --- All of them -----------------------------------------------------------------------------

    def clear(self) -> None:
        """Everything works again."""
        fresh = Faults()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    def as_json(self) -> Json:
        """The switches and the faults that wait, for the control API."""
        return {
            "rate_limits": self.rate_limits,
            "distributed_app": self.distributed_app,
            "short_pages": self.short_pages,
            "without_scopes": sorted(self.without_scopes),
            "auth_error": self.auth_error,
            "double_events": self.double_events,
            "drop_events": self.drop_events,
            "reorder_events": self.reorder_events,
            "delay_events": self.delay_events,
            "slow_calls": self.slow_calls,
            "busy_calls": self.busy_calls,
            "calls": {
                method: [
                    {
                        "what": fault.what.value,
                        "times": fault.times,
                        "error": fault.error,
                        "status": fault.status,
                        "retry_after": fault.retry_after,
                    }
                    for fault in faults
                ]
                for method, faults in self._waiting.items()
                if faults
            },
        }
