"""``/incident join INC-7``: be invited to an incident's channel."""

from __future__ import annotations

from incibot.core.jobs import Invite
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    if incident.channel is None:
        return Reply(words=f"{incident.ref} has no channel yet. It is on its way.")
    await tx.ask(Invite(incident=incident.number, who=(call.by,)))
    return Reply(words=f"You are being invited to <#{incident.channel}>.")


JOIN = Subcommand(
    word="join",
    usage="<INC-…>",
    says="Be invited to an incident’s channel.",
    run=run,
    group="Start",
    examples=("join INC-7",),
)
