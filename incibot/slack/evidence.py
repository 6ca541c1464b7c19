"""The messages of what other systems told: an alert, many alerts at once, changes.

All of it is text from outside. Nobody is named beside a verdict, and no incident that not everybody
may see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from incibot.core.evidence import KeptAlert, KeptChange, Notice, State, Verdict
from incibot.core.incident import Incident
from incibot.core.markup import escape, is_safe_url
from incibot.core.storms import Storm
from incibot.core.usefulness import Usefulness
from incibot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    fields,
    fitting,
    quoted,
    section,
    time,
    title,
)

ICONS = {
    State.FIRING: ":rotating_light:",
    State.ACKNOWLEDGED: ":eyes:",
    State.RESOLVED: ":white_check_mark:",
}
LINKS = 5  # beside an alert
KINDS = 8  # of alerts that a storm's message names
CHANGES = 15  # in one list
CAPTION = "present then; no claim that they mattered"


def alert(
    found: KeptAlert,
    notices: Sequence[Notice],
    verdicts: Sequence[Verdict],
    *,
    incident: Incident | None,
) -> tuple[str, list[Block]]:
    """An alert's message.

    Args:
        incident: that it belongs to, if everybody may see that one.
    """
    of = f"{title(found.service, 100)}: " if found.service else ""
    blocks: list[Block] = [section(f"{ICONS[found.state]} *{title(found.title)}*")]
    facts = [("State", _state(found, notices)), ("Fired", _fired(found))]
    if found.service:
        facts.append(("Service", title(found.service, 100)))
    if found.severity:
        facts.append(("Severity", title(found.severity, 100)))
    blocks += fields(facts)
    if found.details and found.details != found.title:
        blocks.append(section(quoted(title(found.details, 600))))
    links = [(found.source, found.url), *((name, url) for name, url in found.links.items())]
    shown = [link(url, name) for name, url in links if is_safe_url(url)][:LINKS]
    if shown:
        blocks.append(context(" · ".join(shown)))
    if incident is not None:
        where = f" in <#{incident.channel}>" if incident.channel else ""
        blocks.append(context(f"Part of *{incident.ref}* {title(incident.title, 150)}{where}"))
    if verdicts:
        useful = sum(one.useful for one in verdicts)
        blocks.append(
            context(f"Useful: {useful} · not useful: {len(verdicts) - useful}, by those who said")
        )
    blocks.append(actions(_deeds(found)))
    return f"{of}{title(found.title)} ({found.state})", fitting(blocks)


def _state(found: KeptAlert, notices: Sequence[Notice]) -> str:
    since = f"{found.state.value.capitalize()} since {time(found.changed_at)}"
    actor = next((one.actor for one in reversed(notices) if one.state is found.state), "")
    return f"{since}, by {title(actor, 100)}" if actor else since


def _fired(found: KeptAlert) -> str:
    if found.fired <= 1:
        return time(found.first_at)
    return f"{found.fired} times, first {time(found.first_at)}, last {time(found.fired_at)}"


def _deeds(found: KeptAlert) -> list[Block]:
    return [
        button("Declare", f"alert {found.id}"),
        button("Attach to…", f"form attach {found.id}", name="attach"),
        button("Useful", f"form verdict {found.id} useful", name="useful"),
        button("Not useful", f"form verdict {found.id} not_useful", name="not_useful"),
    ]


def link(url: str, name: str) -> str:
    """A link in Slack's notation. The address is one that `is_safe_url` lets pass."""
    return f"<{escape(url).replace('|', '%7C')}|{title(name, 60)}>"


def storm(found: Storm, *, at: datetime) -> tuple[str, list[Block]]:
    """The message of many alerts at once."""
    head = f"*{found.count} alerts at once*, since {time(found.since)}"
    kinds: Counter[tuple[str, str]] = Counter()
    states: Counter[State] = Counter()
    for service, name, state, many in found.counts:
        kinds[service, name] += many
        states[state] += many
    lines = [
        f"• {many} × " + (f"{title(service, 80)}: " if service else "") + title(name, 150)
        for (service, name), many in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    ]
    if rest := len(lines) - KINDS:
        lines[KINDS:] = [f"… and {rest} other kinds"] if rest > 0 else []
    stand = " · ".join(f"{states[one]} {one}" for one in State if states[one])
    now = f"It goes on: {_COUNTED}." if at < found.ends_at else _OVER.format(time(found.last_at))
    which = f"{found.number} {found.room}"
    blocks = [
        section(f":tornado: {head}\n{stand}"),
        section("\n".join(lines)),
        context(now),
        actions(
            [
                button("Declare", f"storm declare {which}", name="declare"),
                button("Show them", f"storm show {which}", name="show"),
            ]
        ),
    ]
    return f"{found.count} alerts at once", fitting(blocks)


_COUNTED = "alerts that come now are counted here and have no message of their own"
_OVER = "The last of them came {}. Alerts have messages of their own again."


def alert_line(found: KeptAlert) -> str:
    """An alert on one line of a list."""
    of = f"{title(found.service, 80)}: " if found.service else ""
    shown = title(found.title, 150)
    named = link(found.url, found.title) if is_safe_url(found.url) else f"*{shown}*"
    return f"{ICONS[found.state]} {of}{named} {found.state} since {time(found.changed_at)}"


def changes(
    found: Sequence[KeptChange], incident: Incident, services: Iterable[str]
) -> tuple[str, list[Block]]:
    """What was changed before an incident was declared. `services` come first."""
    head = f"Changed in the day before {incident.ref} was declared: {CAPTION}"
    more = "`/incident changes all 24`"
    return head, fitting(listed(f"*{head}*", found, services, more=more))


def listed(
    head: str, found: Sequence[KeptChange], services: Iterable[str], *, more: str
) -> list[Block]:
    """A list of changes, those of these services first, the newest first.

    Args:
        more: what to type for those that have no room in it.
    """
    named = {one.casefold() for one in services}
    ordered = sorted(found, key=lambda one: one.service.casefold() not in named)
    lines = [_change(one) for one in ordered[:CHANGES]]
    blocks = [section(head), section("\n".join(lines[:8]))]
    if lines[8:]:  # two sections, so that none is cut
        blocks.append(section("\n".join(lines[8:])))
    if rest := len(ordered) - len(lines):
        blocks.append(context(f"… and {rest} more: {more}"))
    return blocks


def _change(one: KeptChange) -> str:
    parts = [f"• {time(one.at)}"]
    if one.service:
        parts.append(f"*{title(one.service, 60)}*")
    name = title(one.title, 120)
    parts.append(f"{one.what}: {link(one.url, one.title) if is_safe_url(one.url) else name}")
    if one.version and one.version not in one.title:
        parts.append(title(one.version, 40))
    if one.environment:
        parts.append(f"({title(one.environment, 40)})")
    if one.state:
        parts.append(title(one.state, 40))
    if one.actor:
        parts.append(f"by {title(one.actor, 60)}")
    return " ".join(parts)


def worth(one: Usefulness) -> str:
    """What an alert was worth, as a list says it."""
    of = f" ({title(one.service, 80)})" if one.service else ""
    counts = [
        f"fired {_times(one.fired)}, {one.woke} of them outside 08–18 h or paged",
        f"acknowledged {_times(one.acknowledged)}",
        f"led to an incident {_times(one.led)}",
        f"useful: {one.useful}, not useful: {one.not_useful}",
    ]
    whys = [
        f"\n> {'useful' if useful else 'not useful'}: {title(why, 150)}"
        for useful, why in one.whys[:3]
    ]
    return f"*{title(one.title, 150)}*{of}: {'; '.join(counts)}{''.join(whys)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
