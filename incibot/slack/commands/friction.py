"""``/incident friction the dashboard takes a minute``: where a tool got in the way."""

from __future__ import annotations

from incibot.core import moves
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    words = call.words.strip()
    await tx.apply(moves.friction(incident, words, by=call.by, at=tx.at, key=call.key))
    return Reply(
        words="Noted, for those who own that tool: it is on the timeline, in the review, and on "
        "the page *Friction*."
    )


FRICTION = Subcommand(
    word="friction",
    usage="<text>",
    says="Note where a tool got in the way.",
    run=run,
    group="Record",
    examples=(
        "friction the dashboard takes a minute to load",
        "friction no access to the billing logs",
    ),
)
