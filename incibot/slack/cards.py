"""The incident's messages: its card, its announcement, echoes, briefs and the welcome."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incibot.core.history import Outcome
from incibot.core.incident import Incident
from incibot.core.moves import OUTCOMES
from incibot.core.people import UserId
from incibot.core.playbook import Kind, Playbook, Reminder, Role
from incibot.core.reminders import Stand
from incibot.core.timeline import EntryKind, Mark, Recorded
from incibot.slack.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    fields,
    fitting,
    header,
    link_button,
    mrkdwn,
    person,
    quoted,
    said,
    section,
    time,
    title,
)
from incibot.slack.remedies import remedy
from incibot.store.jobs import Parked

ICONS = {
    EntryKind.OBSERVATION: ":eyes:",
    EntryKind.HYPOTHESIS: ":bulb:",
    EntryKind.DECISION: ":ballot_box_with_check:",
    EntryKind.ACTION: ":wrench:",
    EntryKind.QUESTION: ":question:",
    EntryKind.SURPRISE: ":astonished:",
    EntryKind.NOTE: ":memo:",
    EntryKind.STATUS: ":vertical_traffic_light:",
    EntryKind.SEVERITY: ":thermometer:",
    EntryKind.ROLE: ":bust_in_silhouette:",
    EntryKind.MILESTONE: ":triangular_flag_on_post:",
    EntryKind.UPDATE: ":mega:",
    EntryKind.TASK: ":white_medium_square:",
    EntryKind.PAGE: ":pager:",
}
KINDS = {Kind.INCIDENT: "Incident", Kind.NEAR_MISS: "Near miss", Kind.DRILL: "Drill"}
DEEDS = {  # what people call the jobs that may be laid aside
    "OpenChannel": "make the channel",
    "DressChannel": "set the topic and the bookmark",
    "Invite": "invite",
    "PinCard": "pin this card",
    "Announce": "announce it",
    "Echo": "show an entry here",
    "Relay": "pass an update on",
    "Brief": "send a role’s duties",
    "Welcome": "welcome somebody who joined",
    "Capture": "fetch a message that was marked",
    "CatchUp": "fetch what was said while incibot was away",
    "DeliverExport": "send an export",
    "DraftReview": "send the review draft",
    "Remind": "send a reminder",
    "TellChanges": "list what was changed before",
    "AskVoice": "ask people how it was for them",
    "MakeIssue": "make an issue of a follow-up",
    "ReadIssue": "see how the issue of a follow-up stands",
    "Publish": "put an update on the status page",
    "SendWebhook": "send a webhook",
    "Page": "page anybody",
}
ASKED = {  # what people were reminded of, once it needs no answer
    Reminder.COMMANDER: "Nobody had command",
    Reminder.UPDATE: "No update for a while",
    Reminder.OPEN: "Still open",
    Reminder.REVIEW: "No review yet",
}


def card(
    incident: Incident, book: Playbook, *, parked: Sequence[Parked] = (), page: str = ""
) -> tuple[str, list[Block]]:
    """The card at the top of the incident's channel: its text, its blocks."""
    number = incident.number
    over = book.is_over(incident.status)
    blocks: list[Block] = [header(f"{incident.ref}  {incident.title}")]
    blocks += fields(_facts(incident, book))
    if incident.summary:
        blocks.append(section(quoted(title(incident.summary, 1200))))
    if incident.update:
        blocks.append(section(_update(incident)))
    elements = [
        button("Update", "update", number=number),
        button("Roles", "role", number=number),
        button("Severity", "severity", number=number),
        button("Status", "status", number=number),
    ]
    if over:
        elements += [
            button("Draft the review", "review", number=number, style="primary"),
            button("Reopen", "reopen", number=number),
        ]
    else:
        elements.append(_resolve(number))
    if page:
        elements.append(link_button("Timeline", page, name="timeline"))
    blocks.append(actions(elements))
    blocks += [context(f":warning: {line}") for line in _not_done(parked)]
    marks = [name for name, mark in book.reactions.items() if mark is Mark.KEY_MOMENT]
    blocks.append(
        context(
            f"Declared by {person(incident.declared_by)} {time(incident.declared_at)}. "
            "All that is written here is in the timeline; "
            + (f":{marks[0]}: marks a key moment; " if marks else "")
            + "`/incident` shows what else you can do."
        )
    )
    return _summary(incident, book), fitting(blocks)


def announcement(incident: Incident, book: Playbook, *, page: str = "") -> tuple[str, list[Block]]:
    """The card in the announcement channel."""
    number = incident.number
    where = f" in <#{incident.channel}>" if incident.channel else ""
    blocks: list[Block] = [
        section(f"*{incident.ref}*  {title(incident.title)}{where}"),
        *fields(_facts(incident, book)),
    ]
    if incident.update:
        blocks.append(section(_update(incident)))
    elements = [button("Join", "join", number=number)]
    if not book.is_over(incident.status):
        elements += [
            button("Update", "update", number=number),
            button("Roles", "role", number=number),
            button("Severity", "severity", number=number),
            _resolve(number),
        ]
    if page:
        elements.append(link_button("Timeline", page, name="timeline"))
    blocks += [
        actions(elements),
        context(f"Declared by {person(incident.declared_by)} {time(incident.declared_at)}"),
    ]
    return _summary(incident, book), fitting(blocks)


def echo(
    entry: Recorded, *, number: int, outcome: Outcome | None = None
) -> tuple[str, list[Block]]:
    """What was recorded by a command, as everybody in the channel sees it.

    Args:
        outcome: what became of a hypothesis.
    """
    icon = ICONS.get(entry.kind_first, ":memo:")
    who = person(entry.by) if entry.by else title(entry.by_name, 60)
    kind = entry.kind_first.value
    if entry.retracted_at is not None:
        what = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        words = f":leftwards_arrow_with_hook: {who} took back {what}: ~{_one_line(entry.words)}~"
        return words, said(words)
    if entry.kind_first in (EntryKind.NOTE, *TYPED_WITH_UNDO):
        head = f"{icon} *{kind.capitalize()}* by {who}"
        blocks = said(f"{head}\n{entry.words}" if entry.words else head)
    else:
        head = icon
        blocks = [*said(f"{icon} {entry.words}"), context(f"by {who}")]
    if entry.data.get("read_as"):
        read_as = f"Read as {entry.data['read_as']}, which is {time(entry.occurred_at)} for you."
        blocks.append(context(read_as))
    elements = []
    if outcome is not None:
        blocks.append(context(f"{OUTCOMES[outcome.word]}, {time(outcome.at)}"))
    elif entry.kind_first is EntryKind.HYPOTHESIS:
        elements = [
            button("Ruled out", f"answer {entry.id} ruled_out", number=number, name="ruled_out"),
            button("Confirmed", f"answer {entry.id} confirmed", number=number, name="confirmed"),
        ]
    if entry.kind_first in (EntryKind.NOTE, *TYPED_WITH_UNDO) and "outcome" not in entry.data:
        elements.append(
            button(
                "Undo",
                f"takeback {entry.id}",
                number=number,
                confirm=confirm(
                    "Take it back?",
                    "It stays in the timeline, struck out.",
                    "Take it back",
                ),
            )
        )
    if entry.kind_first is EntryKind.TASK and entry.data.get("state") == "open":
        elements.append(button("Done", f"task done {entry.data['task']}", number=number))
    if entry.kind_first is EntryKind.STATUS and entry.data.get("over"):
        elements.append(button("Draft the review", "review", number=number, style="primary"))
    if elements:
        blocks.append(actions(elements))
    return f"{head} {_one_line(entry.words)}", fitting(blocks)


TYPED_WITH_UNDO = (
    EntryKind.OBSERVATION,
    EntryKind.HYPOTHESIS,
    EntryKind.DECISION,
    EntryKind.ACTION,
    EntryKind.QUESTION,
    EntryKind.SURPRISE,
)


def relay(incident: Incident, entry: Recorded) -> tuple[str, list[Block]]:
    """An update, as it stands under the card in the announcement channel."""
    who = person(entry.by) if entry.by else title(entry.by_name, 60)
    head = f":mega: *{incident.ref}*:"
    shown = [*said(f"{head} {entry.words}"), context(f"{who} {time(entry.occurred_at)}")]
    return f"{head} {_one_line(entry.words)}", shown


def brief(
    incident: Incident,
    role: Role,
    book: Playbook,
    *,
    head: str,
    recent: Sequence[Recorded],
    outcomes: Mapping[int, Outcome],
) -> tuple[str, list[Block]]:
    """What a role's new holder is sent: duties, and what they need to take over.

    Args:
        head: how they are addressed.
        recent: decisions, hypotheses and open questions since the role changed hands the last time.
        outcomes: what became of the hypotheses, by their ids.
    """
    blocks = [section(head)]
    if role.duties:
        blocks.append(section("\n".join(f"• {duty}" for duty in role.duties)))
    status = _status(incident, book)
    blocks.append(section(f"*Where it stands*\n{_severity(incident, book)} · {status}"))
    if incident.update:
        blocks.append(section(_update(incident)))
    if incident.open_tasks:
        blocks.append(section("*Open tasks*\n" + _tasks(incident)))
    for kind, name in (
        (EntryKind.DECISION, "Last decisions"),
        (EntryKind.HYPOTHESIS, "Hypotheses"),
        (EntryKind.QUESTION, "Open questions"),
    ):
        lines = [
            _line(entry) + (f" _{OUTCOMES[found.word].lower()}_" if found else "")
            for entry in recent
            if entry.kind is kind
            for found in [outcomes.get(entry.id)]
        ][-5:]
        if lines:
            blocks.append(section(f"*{name}*\n" + "\n".join(lines)))
    return head, fitting(blocks)


def welcome(
    incident: Incident, book: Playbook, *, last: Sequence[Recorded], closing: str
) -> tuple[str, list[Block]]:
    """What somebody who joins sees, and nobody else. `closing` is the line at its end."""
    head = f"Welcome to *{incident.ref}*  {title(incident.title)}"
    blocks = [section(head), *fields(_facts(incident, book))]
    if incident.summary:
        blocks.append(section(f"*What is known*\n{quoted(title(incident.summary, 1000))}"))
    if incident.update:
        blocks.append(section(_update(incident)))
    lines = [_line(entry) for entry in last]
    if lines:
        blocks.append(section("*Last entries*\n" + "\n".join(lines)))
    if incident.open_tasks:
        blocks.append(section("*Open tasks*\n" + _tasks(incident)))
    blocks.append(context(closing))
    return head, fitting(blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """Something that people are reminded of, and what has become of it.

    Attributes:
        since: since when it has been missing; None: it is not any more.
        until, by: how long it is snoozed, and by whom.
    """

    reminder: Reminder
    stand: Stand
    since: datetime | None
    until: datetime | None = None
    by: UserId | None = None


def remind(
    incident: Incident, book: Playbook, about: Sequence[Reminded], *, named: bool = False
) -> tuple[str, list[Block]]:
    """What an incident lacks, with what to do about it. It pages nobody.

    Args:
        named: with the incident's title, since it does not stand in its channel.
    """
    number = incident.number
    asking = [one for one in about if one.stand is Stand.HOLDS]
    lines = [_reminder(incident, book, one) for one in asking]
    blocks: list[Block] = []
    if named:
        blocks.append(section(f"*{incident.ref}* {title(incident.title, 200)}"))
    blocks += [section(f":bell: {line}") for line in lines]
    blocks += [context(_answered(incident, one)) for one in about if one not in asking]
    if asking:
        which = " ".join(one.reminder.value for one in asking)
        blocks += [
            actions([_deed(number, book, one.reminder) for one in asking]),
            actions(
                [
                    button("In 15 min", f"remind {which} 15m", number=number, name="in-15m"),
                    button("In 1 hour", f"remind {which} 1h", number=number, name="in-1h"),
                    button("Tomorrow", f"remind {which} tomorrow", number=number, name="tomorrow"),
                    button("No more of this", f"remind {which} off", number=number, name="no-more"),
                ]
            ),
        ]
    text = " ".join(lines) or f"{incident.ref}: nothing to do here any more."
    return text, fitting(blocks)


def _reminder(incident: Incident, book: Playbook, about: Reminded) -> str:
    ref, since = f"*{incident.ref}*", time(about.since or incident.declared_at)
    match about.reminder:
        case Reminder.COMMANDER:
            word = book.roles[0].word
            return f"{ref} has no {word} yet. `/incident {word} me` takes it."
        case Reminder.UPDATE if incident.update:
            return (
                f"{ref}: the last update is from {since}. A line for those who are not here, "
                "even if little has changed, spares them asking: `/incident update`."
            )
        case Reminder.UPDATE:
            return (
                f"{ref} has had no update yet. A line for those who are not here, "
                "even if little is known, spares them asking: `/incident update`."
            )
        case Reminder.OPEN:
            return (
                f"{ref} has been open since {since}. If it is over, `/incident resolve` says so; "
                "if it is not, all is well here."
            )
        case Reminder.REVIEW:
            return (
                f"{ref} was over {since} and has no review yet. `/incident review` drafts it "
                "from the timeline; what it means is for people to add."
            )


def _answered(incident: Incident, about: Reminded) -> str:
    """What became of a reminder that asks for nothing any more."""
    by = f" by {person(about.by)}" if about.by else ""
    match about.stand:
        case Stand.SNOOZED:
            outcome = f"snoozed until {time(about.until)}{by}" if about.until else f"snoozed{by}"
        case Stand.OFF:
            outcome = f"turned off for {incident.ref}{by}"
        case Stand.SAID_AGAIN:
            outcome = "said again later"
        case _:
            outcome = "settled :white_check_mark:"
    return f"{ASKED[about.reminder]}: {outcome}"


def _deed(number: int, book: Playbook, reminder: Reminder) -> Block:
    """The button that does something about it."""
    match reminder:
        case Reminder.COMMANDER:
            role = book.roles[0]
            text = "Take command" if role.word == "commander" else f"I am {role.title}"
            return button(text, f"take {role.word}", number=number, style="primary")
        case Reminder.UPDATE:
            return button("Write an update", "form update", number=number, name="update")
        case Reminder.OPEN:
            return button("Resolve", "form resolve", number=number, name="resolve")
        case Reminder.REVIEW:
            return button("Draft the review", "review", number=number, style="primary")


def incident_line(incident: Incident, book: Playbook) -> str:
    """An incident on one line, for lists."""
    where = f" <#{incident.channel}>" if incident.channel else ""
    lock = ":lock: " if incident.private else ""
    return (
        f"{lock}*{incident.ref}* {title(incident.title, 120)}{where}\n"
        f"{_severity(incident, book)} · {_status(incident, book)} · "
        f"declared {time(incident.declared_at)}"
    )


def roles_of(incident: Incident, user: UserId, book: Playbook) -> str:
    """The titles of somebody's roles; a role that the playbook has lost has none."""
    held = incident.roles_of(user)
    titles = [title(role.title, 60) for role in book.roles if role.word in held]
    return ", ".join(titles[:5]) or "A role"


def entry_line(entry: Recorded) -> str:
    return _line(entry)


def _facts(incident: Incident, book: Playbook) -> list[tuple[str, str]]:
    facts = [
        ("Severity", _severity(incident, book)),
        ("Status", _status(incident, book)),
    ]
    started = incident.milestone("started")
    if started:
        facts.append(("Started", time(started.at)))
    else:
        facts.append(("Declared", time(incident.declared_at)))
    if incident.kind is not Kind.INCIDENT:
        facts.append(("Kind", KINDS[incident.kind]))
    if incident.service:
        facts.append(("Service", title(incident.service, 200)))
    if incident.private:
        facts.append(("Private", ":lock: only those in its channel see it"))
    held = []
    for role in book.roles:
        holders = incident.holders(role.word)
        if holders:
            held.append((title(role.title, 60), " ".join(person(user) for user in holders[:8])))
    facts += held[:12]
    if len(held) > 12:
        facts.append(("And", f"{len(held) - 12} more roles: `/incident role` lists them"))
    first = book.roles[0]
    if not incident.holders(first.word):
        facts.append((title(first.title, 60), f"nobody yet: `/incident {first.word} me`"))
    return facts


def _resolve(number: int) -> Block:
    """Opens a form, which says how it ended and undoes a slip of the finger."""
    return button("Resolve", "form resolve", number=number, style="primary", name="resolve")


def _severity(incident: Incident, book: Playbook) -> str:
    found = next((one for one in book.severities if one.word == incident.severity), None)
    icon = f"{found.emoji} " if found and found.emoji else ""
    return f"{icon}{title(incident.severity, 40)}"


def _status(incident: Incident, book: Playbook) -> str:
    found = next((one for one in book.statuses if one.word == incident.status), None)
    icon = f"{found.emoji} " if found and found.emoji else ""
    return f"{icon}{title(incident.status, 40)}"


def _update(incident: Incident) -> str:
    update = incident.update
    if update is None:
        return ""
    words = mrkdwn(update.words, 1500)["text"]
    return f"*Last update*, {time(update.at)} by {person(update.by)}\n{words}"


def _tasks(incident: Incident) -> str:
    lines = []
    for task in incident.open_tasks[:15]:
        who = f" {person(task.assignee)}" if task.assignee else ""
        lines.append(f"• {task.number}: {_one_line(task.words)}{who}")
    more = len(incident.open_tasks) - len(lines)
    return "\n".join(lines) + (f"\n… and {more} more" if more else "")


def _line(entry: Recorded) -> str:
    who = person(entry.by) if entry.by else title(entry.by_name, 60)
    pin = ":pushpin: " if entry.key_moment else ""
    icon = ICONS.get(entry.kind, "")
    words = "_deleted_" if entry.retracted_at and not entry.words else _one_line(entry.words)
    if entry.retracted_at and entry.words:
        words = f"~{words}~"
    return f"{time(entry.occurred_at, style='{time}')} {pin}{icon} {who}: {words}"


def _one_line(words: str, limit: int = 240) -> str:
    return str(mrkdwn(" ".join(words.split()), limit)["text"])


def _summary(incident: Incident, book: Playbook) -> str:
    return f"{incident.ref} {title(incident.title)}: {incident.severity}, {incident.status}"


def _not_done(parked: Sequence[Parked]) -> list[str]:
    """A line for each thing that Slack refused, with what would mend it; the same thing once."""
    lines = []
    times = Counter((job.kind, job.last_error) for job in parked)
    for (kind, why), count in list(times.items())[:5]:
        mend = remedy(why)
        deed = DEEDS.get(kind, title(kind, 40)) + (f" ({count} times)" if count > 1 else "")
        said = re.sub(r"\A[a-zA-Z_]+(?:\.[a-zA-Z]+)+: (?=[a-z])", "Slack says ", why)
        error = re.sub(r"&lt;(@[UW][A-Z0-9]+)&gt;", r"<\1>", title(said, 200))
        lines.append(f"Could not {deed}: {error}" + (f". To mend it: {mend}" if mend else ""))
    if len(times) > 5:
        lines.append(f"… and {len(times) - 5} more: `incibot jobs` lists them")
    return lines
