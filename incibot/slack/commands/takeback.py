"""``takeback 12``: what the Undo button under an echo says."""

from __future__ import annotations

from incibot.core.incident import number_in
from incibot.core.jobs import Echo
from incibot.errors import NotAllowed, Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    entry = number_in(call.rest()[0])
    if entry is None:
        raise Unclear("Which entry? The button under it says.")
    found = await tx.entry(incident.number, entry)
    if not await tx.take_back(incident.number, found.id, by=call.by):
        raise NotAllowed("It was taken back already.")
    await tx.ask(Echo(incident=incident.number, entry=found.key))
    return Reply()


TAKEBACK = Subcommand(
    word="takeback", usage="<entry>", says="Take an entry back; it stays, struck out.", run=run
)
