"""When alerts in one channel are so many that they share one message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from incibot.core.evidence import KeptAlert, State
from incibot.core.markup import escape
from incibot.core.people import ChannelId
from incibot.core.timeline import Entry, EntryKind

ALONE = 5  # alerts that get messages of their own in one channel within CLOSE
CLOSE = timedelta(minutes=1)
QUIET = timedelta(minutes=1)  # without a new alert, and the storm is over
LONGEST = timedelta(
    hours=1
)  # of one storm's message: later alerts would change it far up the channel
SERVICES = 8  # that a timeline names
ANEW = timedelta(hours=12)  # after which nobody looks at an alert's old message


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an alert is shown.

    Attributes:
        room: the channel, as the team's file has it.
        channel: its id, once it is known.
        round: how often it was placed; each time has a message of its own.
        storm: the number of the storm whose message it shares; None: it has its own.
    """

    room: str
    channel: ChannelId | None
    round: int
    storm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel in which alerts are shown.

    Attributes:
        storm: how many storms there were.
        since, last_at: when the last one began, and when an alert last came into it; None: never.
    """

    channel: ChannelId | None
    storm: int
    since: datetime | None
    last_at: datetime | None

    def joined(self, *, at: datetime) -> int | None:
        """The number of the storm that an alert comes into then; None: none is on."""
        if self.since is None or self.last_at is None or at >= self.last_at + QUIET:
            return None
        return self.storm if at < self.since + LONGEST else self.storm + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Alerts that share a message.

    Attributes:
        counts: how many alerts of which service and title stand how.
        since, last_at: when the first and the last of them came.
    """

    room: str
    number: int
    channel: ChannelId | None
    counts: tuple[tuple[str, str, State, int], ...]
    since: datetime
    last_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Unless another comes before."""
        return self.last_at + QUIET

    @property
    def count(self) -> int:
        return sum(many for *_, many in self.counts)

    def entry(self, number: int) -> Entry:
        """What it is in the timeline of the incident that was declared from it."""
        services = Counter[str]()
        for service, _, _, many in self.counts:
            services[service or "no service named"] += many
        most = ", ".join(f"{name}: {many}" for name, many in services.most_common(SERVICES))
        return Entry(
            key=f"storm:{self.room}:{self.number}@{number}"[:190],
            kind=EntryKind.ALERT,
            occurred_at=self.since,
            by_name="incibot",
            words=escape(f"{self.count} alerts at once ({most})"),
            data={"alerts": self.count, "services": dict(services)},
        )


def fires_anew(alert: KeptAlert, shown_at: datetime, storm_until: datetime | None) -> bool:
    """Whether it fires so long after it was shown that it is shown once more.

    Args:
        storm_until: when an alert last came into the storm that it is in; None: it is in none.
    """
    limit = shown_at + ANEW if storm_until is None else storm_until + QUIET
    return alert.state is State.FIRING and alert.fired_at > limit
