"""``answer 12 ruled_out``: what the buttons under a hypothesis say."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.incident import number_in
from incibot.errors import Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    words, outcome = call.rest()
    entry = number_in(words)
    if entry is None:
        raise Unclear("Which hypothesis? The buttons under it say.")
    hypothesis = await tx.entry(incident.number, entry)
    await tx.apply(moves.answer(incident, hypothesis, outcome, by=call.by, at=tx.at, key=call.key))
    return Reply()


ANSWER = Subcommand(
    word="answer",
    usage="<entry> <ruled_out|confirmed>",
    says="Say what became of a hypothesis.",
    run=run,
)
