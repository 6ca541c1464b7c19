"""``/incident join INC-7``: be invited to an incident's channel."""

from __future__ import annotations

from incibot.core.incident import number_in
from incibot.core.jobs import Invite
from incibot.core.markup import escape
from incibot.errors import Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    number = call.number or number_in(call.words)
    if number is None:
        raise Unclear(
            "Which incident? For example `/incident join INC-7`; `/incident list` shows them."
        )
    incident = await tx.incident_seen_by(number, call.by)
    if incident.channel is None and incident.trouble:
        trouble = escape(incident.trouble)
        return Reply(
            words=f"{incident.ref} has no channel: Slack refused to make it ({trouble}). "
            "It follows when whoever runs incibot has mended that; `incibot doctor` helps them."
        )
    if incident.channel is None:
        return Reply(
            words=f"{incident.ref} has no channel yet. It is on its way; try again in a moment."
        )
    await tx.ask(Invite(incident=incident.number, who=(call.by,)))
    return Reply(words=f"You are being invited to <#{incident.channel}>.")


JOIN = Subcommand(
    word="join",
    usage="<INC-…>",
    says="Be invited to an incident’s channel.",
    run=run,
    group="Start",
    examples=("join INC-7", "join 7"),
)
