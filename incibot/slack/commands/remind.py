"""``/incident remind update 1h``: be silent about something for a while, or for good."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from incibot.core.incident import Incident
from incibot.core.markup import escape, unescape
from incibot.core.playbook import Playbook, Reminder
from incibot.core.reminders import Kept, Lack, possible
from incibot.core.when import read_moment
from incibot.errors import NotAllowed, Unclear
from incibot.log import logger
from incibot.slack import blocks
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

OFF = ("off", "never", "stop", "none", "no", "no more")
ON = ("on", "again", "on again")
MORNING = "tomorrow 09:00"  # of the speaker
LONGEST = timedelta(days=366)
_SPAN = re.compile(r"\d{1,4} ?(m|min|mins|minutes?|h|hrs?|hours?|d|days?|weeks?)", re.IGNORECASE)

log = logger(__name__)


async def run(call: Call, tx: Transaction) -> Reply:
    """Show the reminders, or snooze those that are named; with none named, all."""
    incident, words = await incident_named(call, tx)
    about, rest = _named(words)
    off = [one for one in about if tx.book.patience(one, incident.severity) is None]
    if off:
        raise NotAllowed(
            f"The team’s playbook has no reminder “{off[0].value}” at {escape(incident.severity)}."
        )
    if not rest:
        missing, kept = await tx.lacks(incident), await tx.reminders(incident.number)
        return _listed(incident, tx.book, missing, kept, tx.at)
    number, by = incident.number, call.by
    enabled = [one for one in Reminder if tx.book.patience(one, incident.severity) is not None]
    if rest.casefold() in OFF:
        await tx.snooze(number, about or enabled, by=by, off=True)
        words = f"{incident.ref}: no more reminders{_of(about)}. `/incident remind on` brings them back."
        log.info("reminder.off", incident=number, reminders=_words(about or enabled), user=by)
    elif rest.casefold() in ON:
        await tx.snooze(number, about or enabled, by=by)
        words = f"{incident.ref}: reminders{_of(about)} are on."
        log.info("reminder.on", incident=number, reminders=_words(about or enabled), user=by)
    else:
        until = _read(rest, call, tx.at)
        chosen = about or possible(incident, tx.book)
        await tx.snooze(number, chosen, by=by, until=until)
        words = f"{incident.ref}: no reminder{_of(about)} before {blocks.time(until)}."
        log.info(
            "reminder.snoozed",
            incident=number,
            reminders=_words(chosen),
            until=until.isoformat(),
            user=by,
        )
    return Reply(words=words)


def _named(words: str) -> tuple[tuple[Reminder, ...], str]:
    """The reminders that are named first, and the rest."""
    names = {one.value: one for one in Reminder}
    tokens = words.replace(",", " ").split()
    about = []
    while tokens and tokens[0].casefold() in names:
        about.append(names[tokens.pop(0).casefold()])
    if tokens and tokens[0].casefold() == "me":  # remind me tomorrow
        tokens.pop(0)
    return tuple(dict.fromkeys(about)), " ".join(tokens)


def _read(words: str, call: Call, at: datetime) -> datetime:
    """The moment until which there is to be silence."""
    said = unescape(words).strip()
    if said.casefold() in ("later", "an hour"):
        said = "1h"
    if said.casefold() in ("tomorrow", "tomorrow morning"):
        said = MORNING
    if _SPAN.fullmatch(said):
        said = f"in {said}"
    try:
        until = read_moment(said, now=at, zone=call.zone, future=True).at
    except Unclear as unclear:
        names = ", ".join(f"`{one.value}`" for one in Reminder)
        raise Unclear(
            f"I cannot read “{words}”. When to remind you is said as `15m`, `1h`, `tomorrow` or "
            f"`in 2 hours`, or as `off` or `on`; there are reminders of {names}. "
            "For example: `/incident remind update 1h`."
        ) from unclear
    if not at < until <= at + LONGEST:
        raise Unclear(
            f"“{words}” is {'past' if until <= at else 'too far away'}. "
            "For example: `/incident remind 1h` or `/incident remind tomorrow`."
        )
    return until


def _of(about: Sequence[Reminder]) -> str:
    return f" of {' and '.join(f'`{one.value}`' for one in about)}" if about else ""


def _words(about: Sequence[Reminder]) -> list[str]:
    return [one.value for one in about]


def _listed(
    incident: Incident,
    book: Playbook,
    missing: Mapping[Reminder, Lack],
    kept: Mapping[Reminder, Kept],
    at: datetime,
) -> Reply:
    """How each reminder stands."""
    number = incident.number
    lines = [f"*Reminders of {incident.ref}*"]
    for one in Reminder:
        off = book.patience(one, incident.severity) is None
        how = "off in the team’s playbook" if off else _stands(kept[one], missing.get(one), at)
        lines.append(f"• `{one.value}` {MEANS[one]}: {how}")
    shown = blocks.section("\n".join(lines))
    buttons = [
        blocks.button("In 15 min", "remind 15m", number=number, name="in-15m"),
        blocks.button("In 1 hour", "remind 1h", number=number, name="in-1h"),
        blocks.button("Tomorrow", "remind tomorrow", number=number, name="tomorrow"),
        blocks.button(f"No more for {incident.ref}", "remind off", number=number, name="no-more"),
    ]
    if any(one.off for one in kept.values()):
        buttons.append(blocks.button("On again", "remind on", number=number, name="on"))
    return Reply(words=lines[0], blocks=(shown, blocks.actions(buttons)))


def _stands(kept: Kept, lack: Lack | None, at: datetime) -> str:
    if kept.off:
        by = f" by {blocks.person(kept.snoozed_by)}" if kept.snoozed_by else ""
        return f"turned off{by}"
    if lack is not None and kept.next(lack) is None:
        return "said, and not again"
    if kept.snoozed_until and kept.snoozed_until > at:
        return f"snoozed until {blocks.time(kept.snoozed_until)}"
    due_at = kept.next(lack)
    return f"{blocks.time(due_at)}" if due_at else "nothing to say"


MEANS = {
    Reminder.COMMANDER: "nobody has command",
    Reminder.UPDATE: "no update",
    Reminder.OPEN: "still open",
    Reminder.REVIEW: "no review after the end",
}

REMIND = Subcommand(
    word="remind",
    usage="[commander|update|open|review] [<when>|off|on]",
    says="Show the incident’s reminders; snooze some or all of them, or turn them off.",
    run=run,
    group="Respond",
    examples=("remind", "remind 1h", "remind update tomorrow", "remind commander off"),
)
