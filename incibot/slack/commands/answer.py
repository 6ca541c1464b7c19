"""``answer 12 ruled_out``: what the buttons under a hypothesis say."""

from __future__ import annotations

from incibot.core import moves
from incibot.errors import Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    entry, outcome = call.rest()
    if not entry.isdigit():
        raise Unclear("Which hypothesis? The buttons under it say.")
    hypothesis = await tx.entry(incident.number, int(entry))
    await tx.apply(moves.answer(incident, hypothesis, outcome, by=call.by, at=tx.at, key=call.key))
    return Reply()


ANSWER = Subcommand(
    word="answer",
    usage="<entry> <ruled_out|confirmed>",
    says="Say what became of a hypothesis.",
    run=run,
)
