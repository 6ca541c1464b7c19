"""``takeback 12``: what the Undo button under an echo says."""

from __future__ import annotations

from incibot.core.jobs import Echo
from incibot.errors import NotAllowed, Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    entry, _ = call.rest()
    if not entry.isdigit():
        raise Unclear("Which entry? The button under it says.")
    found = await tx.entry(incident.number, int(entry))
    if not await tx.take_back(incident.number, found.id, by=call.by):
        raise NotAllowed("It was taken back already.")
    await tx.ask(Echo(incident=incident.number, entry=found.key))
    return Reply()


TAKEBACK = Subcommand(
    word="takeback", usage="<entry>", says="Take an entry back; it stays, struck out.", run=run
)
