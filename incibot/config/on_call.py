"""Who is on call for what, and how they are paged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from urllib.parse import urlsplit

from incibot.config.document import Section
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook

REGIONS = ("us", "eu")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ID = re.compile(r"[A-Z0-9]{3,40}")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_TEAM = re.compile(r"[TE][A-Z0-9]{2,20}")
_A_DAY = 'a time of day in quotes, such as "09:00"'


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDuty:
    """An account of PagerDuty's.

    Attributes:
        token: of its REST API; None where only services are paged, each with a key of its own.
        sender: the e-mail address of whom the REST API takes a page to come from.
        service: the id of the service under which people are paged by name.
        api, events: where its two APIs are.
    """

    token: Secret | None = None
    sender: str = ""
    service: str = ""
    api: str = "https://api.pagerduty.com"
    events: str = "https://events.pagerduty.com"

    @property
    def hosts(self) -> tuple[str, ...]:
        return _hosts(self.api, self.events)

    @property
    def pages_people(self) -> bool:
        """Whether somebody can be paged by name, and not only whoever is on call."""
        return bool(self.token and self.sender and self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opsgenie:
    """An account of Opsgenie's. `key` is of an API integration; None: each team has one of its own."""

    key: Secret | None = None
    api: str = "https://api.opsgenie.com"

    @property
    def hosts(self) -> tuple[str, ...]:
        return _hosts(self.api)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Where it stands who is on call.

    Attributes:
        system: ``pagerduty``, ``opsgenie`` or ``calendar``.
        name: PagerDuty's id of it, or Opsgenie's name; empty for a calendar.
        address: of a calendar: whoever knows it can read it.
    """

    system: str
    name: str = ""
    address: Secret | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        return _hosts(self.address.reveal()) if self.address else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyBrief:
    """When whoever takes over reads what the week was like, in the zone of the settings.

    Attributes:
        day: 0 is Monday.
        workspace: the id of the Slack workspace that it is for, where there are several.
    """

    day: int
    at: time
    channel: str
    workspace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who looks after a service. Names as in the file."""

    service: str
    primary: Schedule | None = None
    secondary: Schedule | None = None
    brief: WeeklyBrief | None = None

    @property
    def tiers(self) -> tuple[tuple[str, Schedule], ...]:
        """Those that there are, who is asked first before who is asked then."""
        listed = (("primary", self.primary), ("secondary", self.secondary))
        return tuple((tier, schedule) for tier, schedule in listed if schedule)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for _, schedule in self.tiers for host in schedule.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a service is paged. Names as in the file.

    Attributes:
        service: empty: each service that has no way of its own.
        pagerduty: the key of an integration of the service's, in PagerDuty.
        opsgenie: the key of an API integration.
        team: whom Opsgenie is to page; empty: whom the integration belongs to.
    """

    service: str = ""
    pagerduty: Secret | None = None
    opsgenie: Secret | None = None
    team: str = ""

    @property
    def system(self) -> str:
        return "PagerDuty" if self.pagerduty else "Opsgenie"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """All of it.

    Attributes:
        private_titles: a page about a private incident tells its title and why; else it is a link.
    """

    pagerduty: PagerDuty = field(default_factory=PagerDuty)
    opsgenie: Opsgenie = field(default_factory=Opsgenie)
    schedules: tuple[Duty, ...] = ()
    paging: tuple[Paging, ...] = ()
    private_titles: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whom it calls: an account that nothing uses is not called."""
        systems = {schedule.system for duty in self.schedules for _, schedule in duty.tiers}
        found = [host for duty in self.schedules for host in duty.hosts]
        if self.pagerduty.token or any(one.pagerduty for one in self.paging):
            found += self.pagerduty.hosts
        if self.opsgenie.key or "opsgenie" in systems or any(one.opsgenie for one in self.paging):
            found += self.opsgenie.hosts
        return tuple(found)

    def duty(self, service: str) -> Duty | None:
        return next((one for one in self.schedules if one.service == service), None)

    def way(self, service: str) -> Paging | None:
        """How that service is paged."""
        own = next((one for one in self.paging if one.service == service), None)
        return own or next((one for one in self.paging if not one.service), None)

    @property
    def pages_people(self) -> bool:
        """Whether somebody can be paged by name."""
        return bool(self.opsgenie.key) or self.pagerduty.pages_people


def _hosts(*addresses: str) -> tuple[str, ...]:
    return tuple(host for one in addresses if (host := urlsplit(one).hostname))


def on_call(top: Section, key: str, environ: Mapping[str, str], book: Playbook) -> OnCall:
    known = ("pagerduty", "opsgenie", "schedules", "paging", "private_titles")
    one = top.mapping(key, known, f"keys, which are {', '.join(known)}")
    pagerduty, opsgenie = _pagerduty(one, environ), _opsgenie(one, environ)
    return OnCall(
        pagerduty=pagerduty,
        opsgenie=opsgenie,
        schedules=_duties(one, environ, book, pagerduty, opsgenie),
        paging=_paging(one, environ, book),
        private_titles=one.flag("private_titles"),
    )


def _pagerduty(top: Section, environ: Mapping[str, str]) -> PagerDuty:
    known = ("token", "region", "from", "service")
    one = top.mapping("pagerduty", known, f"keys, which are {', '.join(known)}")
    dot = ".eu" if one.choice("region", REGIONS, default="us") == "eu" else ""
    made = PagerDuty(
        token=_secret(one, "token", environ),
        sender=one.pattern("from", _EMAIL, "the e-mail address of a user of PagerDuty's"),
        service=one.pattern("service", _ID, "the id of a service, such as PABC123"),
        api=f"https://api{dot}.pagerduty.com",
        events=f"https://events{dot}.pagerduty.com",
    )
    if bool(made.sender) != bool(made.service):
        one.problems.append(
            f"{one.path}: to page people by name it wants both, from: and service:; to page"
            " services alone it wants neither"
        )
    return made


def _opsgenie(top: Section, environ: Mapping[str, str]) -> Opsgenie:
    known = ("api_key", "region")
    one = top.mapping("opsgenie", known, f"keys, which are {', '.join(known)}")
    dot = ".eu" if one.choice("region", REGIONS, default="us") == "eu" else ""
    return Opsgenie(key=_secret(one, "api_key", environ), api=f"https://api{dot}.opsgenie.com")


def _secret(one: Section, key: str, environ: Mapping[str, str]) -> Secret | None:
    return next(iter(one.secrets(key, environ)), None)


def _duties(
    top: Section,
    environ: Mapping[str, str],
    book: Playbook,
    pagerduty: PagerDuty,
    opsgenie: Opsgenie,
) -> tuple[Duty, ...]:
    found = []
    for one in top.sections("schedules", Duty):
        service = _service(one, book, needed=True)
        schedules = {
            tier: _schedule(one, tier, environ)
            for tier in ("primary", "secondary")
            if one.has(tier)
        }
        if not schedules:
            one.problems.append(f"{one.path}: names nobody; it wants primary:, or secondary: too")
        for tier, schedule in schedules.items():
            if schedule and schedule.system == "pagerduty" and pagerduty.token is None:
                one.problems.append(f"{one.path}.{tier}: wants on_call.pagerduty.token to be set")
            if schedule and schedule.system == "opsgenie" and opsgenie.key is None:
                one.problems.append(f"{one.path}.{tier}: wants on_call.opsgenie.api_key to be set")
        found.append(
            Duty(
                service=service,
                primary=schedules.get("primary"),
                secondary=schedules.get("secondary"),
                brief=_brief(one) if one.has("brief") else None,
            )
        )
    top.each_once(f"{top.path}.schedules", (one.service for one in found))
    return tuple(found)


def _service(one: Section, book: Playbook, *, needed: bool = False) -> str:
    """The service's own name, whatever name of it stands there."""
    text = one.text("service", "the name of one of services:", default=None if needed else "")
    service = book.service(text) if text else None
    if text and service is None:
        one.wrong("service", text, "the name of one of services:")
    return service.name if service else ""


def _schedule(top: Section, tier: str, environ: Mapping[str, str]) -> Schedule | None:
    known = ("pagerduty", "opsgenie", "calendar")
    one = top.mapping(tier, known, f"one of {', '.join(known)}")
    named = [system for system in known if one.has(system)]
    if len(named) != 1:
        one.problems.append(f"{one.path}: wants one of {', '.join(known)}, and no other")
        return None
    (system,) = named
    if system == "pagerduty":
        wants = "the id of a schedule, such as PSCHED1"
        return Schedule(system=system, name=one.pattern(system, _ID, wants))
    if system == "opsgenie":
        return Schedule(system=system, name=one.text(system, "the name of a schedule"))
    return Schedule(system=system, address=_calendar(one, environ))


def _calendar(one: Section, environ: Mapping[str, str]) -> Secret | None:
    """Its address, or what is in the setting that is named: most such addresses are keys."""
    wants = "a calendar's https address, or the name of the setting that holds it"
    text = one.text("calendar", wants)
    setting = "" if "://" in text else text
    if setting:
        text = next((each.reveal() for each in one.secrets("calendar", environ)), "")
    address = re.sub(r"\Awebcals?://", "https://", text)
    if address and not re.fullmatch(r"https://[^\s@/?#]+/\S*", address):
        name = f"the setting {setting}" if setting else "the address"
        one.problems.append(f"{one.path}.calendar: {name} is none of https; it wants {wants}")
        return None
    return Secret(address) if address else None


def _brief(top: Section) -> WeeklyBrief:
    known = ("day", "at", "channel", "workspace")
    one = top.mapping("brief", known, f"keys, which are {', '.join(known)}")
    day = one.choice("day", DAYS, default="monday")
    at = _TIME.fullmatch(one.pattern("at", _TIME, _A_DAY, default="09:00") or "09:00")
    if not one.has("channel"):
        one.problems.append(f'{one.path}.channel: is missing; it wants a channel, "#checkout"')
    return WeeklyBrief(
        day=DAYS.index(day),
        at=time(int(at[1]), int(at[2])) if at else time(9),
        channel=one.channel("channel"),
        workspace=one.pattern("workspace", _TEAM, "a workspace's id, such as T0123ABCD"),
    )


def _paging(top: Section, environ: Mapping[str, str], book: Playbook) -> tuple[Paging, ...]:
    found = []
    for one in top.sections("paging", Paging):
        service = _service(one, book)
        pagerduty, opsgenie = (_secret(one, name, environ) for name in ("pagerduty", "opsgenie"))
        if one.has("pagerduty") == one.has("opsgenie"):
            one.problems.append(
                f"{one.path}: wants pagerduty: or opsgenie:, the name of the setting that holds"
                " the key, and not both"
            )
        team = one.text("team", "the name of a team of Opsgenie's", default="")
        if team and one.has("pagerduty"):
            one.wrong("team", team, "opsgenie: beside it; in PagerDuty the key says whom it pages")
        found.append(Paging(service=service, pagerduty=pagerduty, opsgenie=opsgenie, team=team))
    top.each_once(f"{top.path}.paging", (one.service or "(every other service)" for one in found))
    return tuple(found)
