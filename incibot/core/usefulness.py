"""What alerts are worth to those whom they wake: counts for the team that owns an alert, of nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from incibot.core.evidence import KeptAlert, Notice, State, Verdict

DAY = range(8, 18)  # hours of the clock at which an alert wakes nobody
PAGERS = ("pagerduty", "opsgenie")  # sources that page somebody by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An alert with what was told of it in some time, and what people said of it at any time."""

    alert: KeptAlert
    notices: tuple[Notice, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usefulness:
    """What one alert was worth; those of one title and service count as one.

    Attributes:
        fired: how often it began to fire.
        woke: how often that was outside of the day, or a pager's, which wakes people at any hour.
        led: how often an incident came of it.
        whys: what people gave as reasons, with whether it had been of use; no names.
    """

    title: str
    service: str
    source: str
    fired: int
    woke: int
    acknowledged: int
    led: int
    useful: int
    not_useful: int
    whys: tuple[tuple[bool, str], ...]


def usefulness(heard: Iterable[Heard], zone: tzinfo) -> list[Usefulness]:
    """What each alert was worth, those of the least use first.

    Args:
        zone: by whose clocks it is day.
    """
    alike: dict[tuple[str, str, str], list[Heard]] = defaultdict(list)
    for one in heard:
        alike[one.alert.service, one.alert.title, one.alert.source].append(one)
    found = [_counted(some, zone) for some in alike.values()]
    return sorted(
        found,
        key=lambda one: (
            one.useful - one.not_useful,
            -one.not_useful,
            -one.woke,
            -one.fired,
            one.title,
        ),
    )


def _counted(alike: Sequence[Heard], zone: tzinfo) -> Usefulness:
    alert = alike[0].alert
    notices = [notice for one in alike for notice in one.notices]
    fired = [at for one in alike for at in _fires(one.notices)]
    verdicts = [verdict for one in alike for verdict in one.verdicts]
    return Usefulness(
        title=alert.title,
        service=alert.service,
        source=alert.source,
        fired=len(fired),
        woke=sum(_wakes(at, zone) or alert.source in PAGERS for at in fired),
        acknowledged=sum(notice.state is State.ACKNOWLEDGED for notice in notices),
        led=sum(one.alert.incident is not None for one in alike),
        useful=sum(verdict.useful for verdict in verdicts),
        not_useful=sum(not verdict.useful for verdict in verdicts),
        # In the order of the words, so that nothing tells whose they are.
        whys=tuple(sorted((one.useful, one.why) for one in verdicts if one.why)),
    )


def _fires(notices: Iterable[Notice]) -> Iterator[datetime]:
    """When it began to fire, by notices in the order of time: not each time that it is said once more."""
    before = State.RESOLVED
    for notice in notices:
        if notice.state is State.FIRING and before is State.RESOLVED:
            yield notice.at
        before = notice.state or before


def _wakes(at: datetime, zone: tzinfo) -> bool:
    return at.astimezone(zone).hour not in DAY
