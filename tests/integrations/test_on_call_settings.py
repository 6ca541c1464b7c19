"""What the team's file says of who is on call, and what it is told of mistakes."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from incibot.config import read_team
from incibot.config.on_call import Duty, OnCall, Paging, Schedule, WeeklyBrief
from incibot.config.secret import Secret
from incibot.errors import ConfigError

ENVIRON = {
    "PAGERDUTY_TOKEN": "t0ken",
    "CHECKOUT_KEY": "r0uting",
    "OPSGENIE_KEY": "g3nie",
    "CALENDAR": "webcal://calendar.example.com/private-123/basic.ics?x=1",
    "NO_CALENDAR": "s3cret",
}
WHOLE: dict[str, Any] = {
    "services": [{"name": "Checkout", "aliases": ["acme/checkout"]}, "Search", "Mail"],
    "on_call": {
        "pagerduty": {"token": "PAGERDUTY_TOKEN", "from": "a@example.com", "service": "PSVC01"},
        "opsgenie": {"api_key": "OPSGENIE_KEY", "region": "eu"},
        "schedules": [
            {
                "service": "acme/checkout",
                "primary": {"pagerduty": "PSCHED1"},
                "secondary": {"opsgenie": "Checkout  second"},
                "brief": {"day": "friday", "at": "16:30", "channel": "#checkout"},
            },
            {"service": "Search", "primary": {"calendar": "CALENDAR"}},
            {"service": "Mail", "primary": {"calendar": "https://other.example.com/a.ics"}},
        ],
        "paging": [
            {"service": "Checkout", "pagerduty": "CHECKOUT_KEY"},
            {"opsgenie": "OPSGENIE_KEY", "team": "Platform"},
        ],
    },
}


def read(tmp_path: Path, document: Any) -> OnCall:
    path = tmp_path / "incibot.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read_team(path, environ=ENVIRON).integrations.on_call


def test_all_of_it_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)

    calendar = Secret("https://calendar.example.com/private-123/basic.ics?x=1")
    assert found.schedules == (
        Duty(
            service="Checkout",
            primary=Schedule(system="pagerduty", name="PSCHED1"),
            secondary=Schedule(system="opsgenie", name="Checkout second"),
            brief=WeeklyBrief(day=4, at=time(16, 30), channel="#checkout"),
        ),
        Duty(service="Search", primary=Schedule(system="calendar", address=calendar)),
        Duty(
            service="Mail",
            primary=Schedule(system="calendar", address=Secret("https://other.example.com/a.ics")),
        ),
    )
    assert found.paging == (
        Paging(service="Checkout", pagerduty=Secret("r0uting")),
        Paging(opsgenie=Secret("g3nie"), team="Platform"),
    )
    assert found.pages_people
    assert found.pagerduty.pages_people
    checkout, others = found.way("Checkout"), found.way("Search")
    assert checkout is not None
    assert others is not None
    assert (checkout.system, others.system) == ("PagerDuty", "Opsgenie")
    assert set(found.hosts) == {
        "api.pagerduty.com",
        "events.pagerduty.com",
        "api.eu.opsgenie.com",
        "calendar.example.com",
        "other.example.com",
    }
    for secret in ("t0ken", "r0uting", "g3nie", "private-123"):
        assert secret not in repr(found)


def test_where_there_is_none_nobody_is_called(tmp_path: Path) -> None:
    found = read(tmp_path, {"services": ["Checkout"]})

    assert found == OnCall()
    assert found.hosts == ()
    assert found.way("Checkout") is None
    assert not found.pages_people


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("on_call", [], "on_call: got an empty list; it wants keys, which are pagerduty"),
        ("pagerduty.tokn", "x", "on_call.pagerduty.tokn: incibot knows no such key; did you mean"),
        ("pagerduty.token", "s3cret-itself", "on_call.pagerduty.token: is no name of a setting"),
        ("pagerduty.token", "NOT_SET", "the setting NOT_SET is not set"),
        ("pagerduty.region", "asia", "it wants one of us, eu"),
        ("pagerduty.from", "nobody", "wants the e-mail address"),
        ("pagerduty.from", None, "it wants both, from: and service:"),
        (
            "pagerduty.token",
            None,
            "schedules[acme/checkout].primary: wants on_call.pagerduty.token",
        ),
        ("opsgenie.api_key", None, "secondary: wants on_call.opsgenie.api_key"),
        ("schedules.0.service", "Chekout", "it wants the name of one of services:"),
        ("schedules.0.service", None, "service: is missing"),
        ("schedules.1.service", "Checkout", "“Checkout” comes 2 times"),
        ("schedules.1.primary", None, "names nobody; it wants primary:"),
        ("schedules.1.primary", {"calendar": "CALENDAR", "opsgenie": "x"}, "and no other"),
        ("schedules.1.primary", {"ical": "x"}, "incibot knows no such key"),
        (
            "schedules.1.primary.calendar",
            "http://example.com/a.ics",
            "the address is none of https",
        ),
        ("schedules.1.primary.calendar", "NO_CALENDAR", "the setting NO_CALENDAR is none of https"),
        ("schedules.1.primary.calendar", "my calendar", "is no name of a setting"),
        ("schedules.0.primary.pagerduty", "Checkout team", "the id of a schedule"),
        ("schedules.0.brief.at", 990, "a time of day in quotes"),
        ("schedules.0.brief.at", "25:00", "a time of day in quotes"),
        ("schedules.0.brief.day", "today", "it wants one of monday"),
        ("schedules.0.brief.channel", None, "brief.channel: is missing"),
        ("paging.0.opsgenie", "OPSGENIE_KEY", "and not both"),
        ("paging.1.opsgenie", None, "wants pagerduty: or opsgenie:"),
        ("paging.0.team", "Platform", "in PagerDuty the key says whom it pages"),
        ("paging.0.service", None, "“(every other service)” comes 2 times"),
    ],
)
def test_each_mistake_is_told(tmp_path: Path, place: str, value: Any, said: str) -> None:
    document = yaml.safe_load(yaml.safe_dump(WHOLE))
    at: Any = document if place == "on_call" else document["on_call"]
    *way, last = place.split(".")
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value

    with pytest.raises(ConfigError) as error:
        read(tmp_path, document)
    assert said in str(error.value)
    for secret in ("s3cret", "t0ken", "private-123"):
        assert secret not in str(error.value)
