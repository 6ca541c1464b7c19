"""``/incident review``: make or refresh the review draft."""

from __future__ import annotations

from incibot.core.jobs import DraftReview
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    at = int(tx.at.timestamp())
    await tx.ask(DraftReview(incident=incident.number, user=call.by, asked=call.key, at=at))
    return Reply(
        words=f"The review draft of {incident.ref} is being made from its timeline. "
        "You get it in a direct message; what people wrote into it stays."
    )


REVIEW = Subcommand(
    word="review",
    usage="[INC-7]",
    says="Draft the review from the timeline, or refresh the draft; you get it in a direct message.",
    run=run,
    group="Learn",
    examples=("review", "review INC-7"),
)
