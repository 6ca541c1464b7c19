"""Pages: that somebody is called, and what comes back of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from incibot.core.change import Change
from incibot.core.evidence import Alert, Evidence, Remark, State
from incibot.core.incident import Incident
from incibot.core.jobs import Echo, Page
from incibot.core.markup import escape, plain, shorten
from incibot.core.moves import INCIBOT
from incibot.core.people import UserId
from incibot.core.secrets import mask
from incibot.core.timeline import Entry, EntryKind, Source

_OURS = re.compile(r"incibot:([A-Z0-9]{0,30}):INC-([1-9]\d{0,8}):([1-9]\d{0,5})")
SUMMARY = 130  # characters of what a page says first: Opsgenie takes no more
ANSWERS = {State.ACKNOWLEDGED: "Acknowledged", State.RESOLVED: "Resolved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A page of ours. `number` counts within the incident; `team` is the workspace's id."""

    team: str
    incident: int
    number: int

    @property
    def ours(self) -> str:
        """The name under which another system knows it: the same page has the same, at each try."""
        return f"incibot:{self.team}:INC-{self.incident}:{self.number}"

    @property
    def entry(self) -> str:
        """The key of the entry that tells of it."""
        return f"page:{self.incident}:{self.number}"


def named(ours: str) -> Named | None:
    """The page that another system answers; None where that is none of ours."""
    found = _OURS.fullmatch(ours)
    return Named(team=found[1], incident=int(found[2]), number=int(found[3])) if found else None


def page(
    incident: Incident,
    named: Named,
    *,
    service: str,
    who: UserId | None,
    system: str,
    why: str,
    by: UserId,
    at: datetime,
) -> Change:
    """Summons somebody, which takes effect after the commit.

    Args:
        service: whose on-call it is; empty where `who` is called by name.
        system: what people call the system that calls them, such as ``PagerDuty``.
        why: in Slack's notation.
    """
    whom = f"<@{who}>" if who else f"whoever is on call for {escape(service)}"
    entry = Entry(
        key=named.entry,
        kind=EntryKind.PAGE,
        occurred_at=at,
        by=by,
        words=f"Asked {system} to page {whom}" + (f": {why}" if why else ""),
        data={
            "page": named.number,
            "service": service,
            "who": who,
            "system": system,
            "why": why,
            "to": [who] if who else [],
        },
    )
    jobs = (
        Page(incident=incident.number, page=named.number),
        Echo(incident=incident.number, entry=entry.key),
    )
    return Change(about=incident.number, entries=(entry,), jobs=jobs)


def late(named: Named, *, system: str, error: str, tries_on: bool, at: datetime) -> Change:
    """That the system has not taken the page: people must not wait for somebody who may not know."""
    then = (
        "incibot tries on; if it is urgent, call them." if tries_on else "Nobody was called by it."
    )
    return _noted(named, "late", f"{system} has not taken the page ({escape(error)}). {then}", at)


def taken(named: Named, *, system: str, at: datetime) -> Change:
    """That it has, after all."""
    return _noted(named, "taken", f"{system} has taken the page now.", at)


def _noted(named: Named, what: str, words: str, at: datetime) -> Change:
    entry = Entry(
        key=f"{named.entry}:{what}",
        kind=EntryKind.PAGE,
        occurred_at=at,
        by_name=INCIBOT,
        words=words,
        data={"page": named.number, "state": what},
    )
    echo = Echo(incident=named.incident, entry=entry.key)
    return Change(about=named.incident, entries=(entry,), jobs=(echo,))


def answer(evidence: Evidence, named: Named, *, source: str, system: str, at: datetime) -> Change:
    """What has come back of a page, as entries of its incident; none for what tells nothing new.

    Args:
        source: the word of the source that told it; `system`: what people call that.
        at: when we heard it, for what does not say when it was.
    """
    who = escape(evidence.actor)
    match evidence:
        case Alert(state=state) if state in ANSWERS:
            words = f"{ANSWERS[state]} in {system}" + (f" by {who}" if who else "")
        case Remark(words=said) if said.strip():
            words = f"Said in {system}" + (f" by {who}" if who else "") + f": {escape(said)}"
        case _:
            return Change(about=named.incident)
    entry = Entry(
        key=f"{named.entry}:{sha256(evidence.id.encode()).hexdigest()[:24]}",
        kind=EntryKind.PAGE,
        occurred_at=evidence.at or at,
        by_name=system,  # who it was stands in the words: a pseudonymous record names no actor
        words=words,
        source=Source(type=source, url=evidence.url),
        data={
            "page": named.number,
            "system": system,
            **({"state": evidence.state.value} if isinstance(evidence, Alert) else {}),
        },
    )
    echo = Echo(incident=named.incident, entry=entry.key)
    return Change(about=named.incident, entries=(entry,), jobs=(echo,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """What somebody who is paged reads, in plain text. Secrets are masked in all of it.

    Attributes:
        summary: the one line that is read aloud.
        details: more, by name; nothing about a private incident.
    """

    summary: str
    details: Mapping[str, str]


def summons(
    incident: Incident, *, why: str, by: str, names: Mapping[str, str], titles: bool
) -> Summons:
    """What a page about the incident says.

    Args:
        why: in Slack's notation; by: the name of whoever asked for it.
        titles: whether a private incident's title and what was said of it may be told.
    """
    if incident.private and not titles:
        return Summons(summary=f"{incident.ref}: a private incident needs you", details={})
    severity, title = incident.severity, " ".join(mask(incident.title).split())
    details = {
        "incident": incident.ref,
        "severity": severity,
        "status": incident.status,
        "asked by": by,
        "why": shorten(mask(plain(why, names)), 2000),
        "service": mask(incident.service),
    }
    return Summons(
        summary=shorten(f"{incident.ref} {severity}: {title}", SUMMARY),
        details={name: text for name, text in details.items() if text},
    )
