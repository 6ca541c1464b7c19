"""``/incident changes checkout 6``: what was changed in production lately."""

from __future__ import annotations

from datetime import timedelta

from incibot.core.markup import escape
from incibot.core.visibility import may_see
from incibot.slack import blocks, evidence
from incibot.slack.commands.alerts import read_span
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

HOURS = 24  # where none are named
MOST = 720
ALL = "all"  # in an incident's channel: of every service


async def run(call: Call, tx: Transaction) -> Reply:
    """Of the service that is named, else of the incident whose channel it is, else all."""
    service, hours = read_span(call, tx, usual=HOURS, most=MOST, unit="h")
    if not service and call.channel:
        incident = await tx.incident_in(call.channel)
        if incident is not None and may_see(incident, call.by) and incident.service:
            known = tx.book.service(incident.service)
            service = known.name if known else incident.service
    named = "" if service.casefold() == ALL else service
    found = await tx.changes(since=tx.at - timedelta(hours=hours), until=tx.at)
    if named:
        found = [one for one in found if one.service.casefold() == named.casefold()]
    of = f" of {escape(named)}" if named else ""
    lately = f"the last {hours} hours" if hours > 1 else "the last hour"
    if not found:
        also = " `/incident changes all` shows those of every service." if named else ""
        return Reply(words=f"No change{of} in {lately}, as far as incibot was told.{also}")
    head = f"Changes{of} in {lately}: no claim that they matter"
    more = "a shorter time shows fewer, such as `/incident changes 1`"
    shown = evidence.listed(f"*{head}*", found, (), more=more)
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


CHANGES = Subcommand(
    word="changes",
    usage="[service|all] [hours]",
    says="Show what was changed in production lately.",
    run=run,
    group="Respond",
    examples=("changes", "changes checkout 6"),
)
