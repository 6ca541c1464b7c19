"""The team's playbook, from its YAML file; what the file leaves out is as shipped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from incibot.config.document import EMOJI, Section
from incibot.core.naming import check_template
from incibot.core.playbook import (
    REMINDERS,
    SEVERITIES,
    VOICES,
    Depth,
    Patience,
    Playbook,
    Redaction,
    Reminder,
    ReviewPlan,
    Role,
    Service,
    Severity,
    Status,
)
from incibot.core.review import SECTIONS
from incibot.core.review.analyses import ANALYSES
from incibot.core.review.asking.occasions import THRESHOLDS
from incibot.core.review.section import TIMES, Threshold
from incibot.core.timeline import Mark

_DURATION = re.compile(r"(\d{1,4}) ?([mhd])", re.ASCII)
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) *([^\d]*)", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def playbook(top: Section, reserved: frozenset[str]) -> Playbook:
    return Playbook(
        **{name: read(top, key, reserved) for key, (name, read) in KEYS.items() if top.has(key)}
    )


def _severities(top: Section, key: str, reserved: frozenset[str]) -> tuple[Severity, ...]:
    found = tuple(
        Severity(
            word=one.word("word", "sev1"),
            means=one.text("means", "a sentence that tells how bad it is"),
            emoji=one.emoji("emoji"),
            invite=one.invited("invite"),
        )
        for one in top.sections(key, Severity, at_least="at least one severity")
    )
    top.each_once(key, (one.word for one in found), reserved)
    return found


def _statuses(top: Section, key: str, reserved: frozenset[str]) -> tuple[Status, ...]:
    found = tuple(
        Status(
            word=one.word("word", "investigating"),
            means=one.text("means", "a sentence that tells where the response stands"),
            emoji=one.emoji("emoji"),
            milestone=one.word("milestone", "mitigated", default=""),
            ends=one.flag("ends"),
        )
        for one in top.sections(key, Status, at_least="at least one status")
    )
    top.each_once(key, (one.word for one in found), reserved)
    if found and not any(one.ends for one in found):
        top.problems.append(f"{key}: none ends the response; one of them wants ends: true")
    elif found and found[0].ends:
        top.problems.append(
            f"{key}: the first ends the response, and each incident starts with it;"
            " it wants ends: false"
        )
    return found


def _roles(top: Section, key: str, reserved: frozenset[str]) -> tuple[Role, ...]:
    found = []
    for one in top.sections(key, Role, at_least="at least one role, the commander's first"):
        word = one.word("word", "commander")
        found.append(
            Role(
                word=word,
                title=one.text("title", "what the role is called", default=word.capitalize()),
                duties=one.texts("duties", "a sentence"),
                several=one.flag("several"),
                aliases=one.words("aliases", "ic"),
            )
        )
    words = [word for one in found for word in (one.word, *one.aliases)]
    top.each_once(key, words, reserved)
    return tuple(found)


def _services(top: Section, key: str, _reserved: frozenset[str]) -> tuple[Service, ...]:
    found = tuple(
        Service(
            name=one.text("name", "the service's name"),
            invite=one.invited("invite"),
            aliases=one.texts("aliases", "another name of it, such as acme/checkout"),
            alerts=one.channel("alerts"),
        )
        for one in top.sections(key, Service)
    )
    names = [name.casefold() for one in found for name in dict.fromkeys((one.name, *one.aliases))]
    top.each_once(key, names)
    return found


def _reactions(top: Section, key: str, _reserved: frozenset[str]) -> Mapping[str, Mark]:
    listed = top.value(key)
    if not isinstance(listed, Mapping):
        top.wrong(key, listed, "emoji names, each with a mark, such as pushpin: key_moment")
        return {}
    found: dict[str, Mark] = {}
    for emoji, mark in listed.items():
        name = EMOJI.fullmatch(emoji) if isinstance(emoji, str) else None
        if name is None:
            top.wrong(key, emoji, "an emoji's name in quotes, such as pushpin")
        elif mark not in list(Mark):
            top.wrong(f"{key}.{emoji}", mark, f"one of {', '.join(Mark)}")
        else:
            found[name[1]] = Mark(mark)
    top.each_once(key, (emoji.strip(":") for emoji in listed if isinstance(emoji, str)))
    return MappingProxyType(found)


def _channel_template(top: Section, key: str, _reserved: frozenset[str]) -> str:
    wants = "a template such as inc-{number}-{slug}"
    template = top.text(key, wants)
    try:
        if template:
            check_template(template)
    except ValueError as error:
        top.problems.append(f"{key}: {error}")
    return template


def _invited(top: Section, key: str, _reserved: frozenset[str]) -> tuple[str, ...]:
    return top.invited(key)


def _duration(top: Section, key: str, _reserved: frozenset[str]) -> timedelta:
    got = top.value(key)
    read = _DURATION.fullmatch(got) if isinstance(got, str) else None
    if read is None:
        top.wrong(key, got, "a duration, such as 10m, 2h or 1d")
        return timedelta()
    return timedelta(**{_UNITS[read[2]]: int(read[1])})


def _reminders(top: Section, key: str, _reserved: frozenset[str]) -> Mapping[Reminder, Patience]:
    """When people are reminded of what; what is left out is as shipped."""
    got = top.value(key)
    if isinstance(got, bool):  # YAML reads `off` and `on` so
        return REMINDERS if got else {}
    if not isinstance(got, Mapping):
        top.wrong(key, got, f"{', '.join(Reminder)}, each with a duration, or off for none at all")
        return REMINDERS
    listed = Section(key, got, list(Reminder), top.problems)
    found = dict(REMINDERS)
    for reminder in Reminder:
        if not listed.has(reminder):
            continue
        shipped = REMINDERS[reminder].after
        value = listed.value(reminder)
        if not isinstance(value, Mapping):
            found[reminder] = Patience(after=_patience(listed, reminder, shipped))
            continue
        one = Section(f"{key}.{reminder}", value, ("after", "severities"), top.problems)
        after = _patience(one, "after", shipped) if one.has("after") else shipped
        found[reminder] = Patience(after=after, severities=_by_severity(one, top, after))
    return MappingProxyType(found)


def _voices(top: Section, key: str, _reserved: frozenset[str]) -> timedelta | None:
    """How long after the end those who took part are asked; `off` for never."""
    got = top.value(key)
    if not isinstance(got, Mapping):
        return _patience(top, key, VOICES)
    one = Section(key, got, ("after",), top.problems)
    return _patience(one, "after", VOICES) if one.has("after") else VOICES


def _by_severity(
    one: Section, top: Section, after: timedelta | None
) -> Mapping[str, timedelta | None]:
    if not one.has("severities"):
        return {}
    got = one.value("severities")
    if not isinstance(got, Mapping):
        one.wrong("severities", got, "severities, each with a duration, such as sev1: 15m")
        return {}
    listed = top.value("severities") if top.has("severities") else None
    known = [word.word for word in SEVERITIES]
    if isinstance(listed, list):
        known = [str(each.get("word")) for each in listed if isinstance(each, Mapping)]
    section = Section(f"{one.path}.severities", got, known, one.problems)
    return {word: _patience(section, word, after) for word in known if section.has(word)}


def _patience(one: Section, key: str, shipped: timedelta | None) -> timedelta | None:
    """After how long people are reminded; `off` for never, `on` for as it is otherwise."""
    got = one.value(key)
    if isinstance(got, bool):
        return shipped if got else None
    read = _DURATION.fullmatch(got) if isinstance(got, str) else None
    if read is None or int(read[1]) == 0:
        one.wrong(key, got, "a duration, such as 10m, 2h or 1d, or off")
        return None
    return timedelta(**{_UNITS[read[2]]: int(read[1])})


def _review(top: Section, key: str, _reserved: frozenset[str]) -> ReviewPlan:
    got = top.value(key)
    known = [one.name for one in fields(ReviewPlan)]
    if not isinstance(got, Mapping):
        top.wrong(key, got, f"keys, which are {', '.join(known)}")
        return ReviewPlan()
    one = Section(key, got, known, top.problems)
    sections = [section.id for section in SECTIONS]
    analyses = [analysis.id for analysis in ANALYSES]
    titles = one.mapping("titles", sections, "ids of sections, each with a title")
    return ReviewPlan(
        depth=Depth(one.choice("depth", list(Depth), default=Depth.STANDARD)),
        sections=one.choices("sections", sections),
        leave_out=one.choices("leave_out", [*sections, *analyses]),
        titles={id: titles.text(id, "a title") for id in sections if titles.has(id)},
        thresholds=_thresholds(one),
    )


def _thresholds(one: Section) -> Mapping[str, float]:
    known = {each.name: each for analysis in ANALYSES for each in analysis.thresholds}
    known |= {each.name: each for each in THRESHOLDS}
    given = one.mapping("thresholds", known, "names of thresholds, such as A10.shortest: 15 min")
    return {
        name: number
        for name, each in known.items()
        if given.has(name) and (number := _number(given, each)) is not None
    }


def _number(given: Section, threshold: Threshold) -> float | None:
    """The number in the threshold's own unit."""
    got = given.value(threshold.name)
    read = _NUMBER.fullmatch(str(got)) if isinstance(got, str | int | float) else None
    number, unit = (float(read[1]), " ".join(read[2].split())) if read else (0.0, "")
    if read and unit in ("", threshold.unit):
        return number
    if read and unit in TIMES and threshold.unit in TIMES:
        return number * TIMES[unit] / TIMES[threshold.unit]
    given.wrong(
        threshold.name,
        got,
        f"a number, in {threshold.unit}, such as {threshold.value:g} {threshold.unit}",
    )
    return None


def _redaction(top: Section, key: str, _reserved: frozenset[str]) -> Redaction:
    one = top.mapping(
        key, [one.name for one in fields(Redaction)], "customers and hosts, each a list"
    )
    return Redaction(
        customers=one.texts("customers", "the name of a customer"),
        hosts=one.texts("hosts", "a host, or a pattern such as *.internal.example.com"),
    )


# The file's keys: the field of Playbook that each fills, and how it is read.
KEYS: Mapping[str, tuple[str, Callable[[Section, str, frozenset[str]], Any]]] = {
    "severities": ("severities", _severities),
    "statuses": ("statuses", _statuses),
    "roles": ("roles", _roles),
    "services": ("services", _services),
    "reactions": ("reactions", _reactions),
    "channel_name": ("channel_template", _channel_template),
    "invite": ("invite", _invited),
    "invite_private": ("invite_private", _invited),
    "nearby": ("nearby", _duration),
    "reminders": ("reminders", _reminders),
    "voices": ("voices", _voices),
    "review": ("review", _review),
    "redaction": ("redaction", _redaction),
}
