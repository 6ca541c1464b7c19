"""``/incident voices``: what people told, for whoever facilitates the review and for nobody else."""

from __future__ import annotations

from incibot.core.markup import escape
from incibot.errors import NotAllowed, Unclear
from incibot.slack import blocks, voices
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    if words and not (words.isascii() and words.isdigit() and len(words) < 4):
        raise Unclear("Type `/incident voices`, or `/incident voices 2` for the second part.")
    facilitator = await tx.facilitator(incident.number)
    reader = await tx.person(call.by)
    if facilitator != call.by or reader is None or reader.outside is not False:
        word = escape(tx.book.roles[0].title)
        who = (
            f"{blocks.person(facilitator)} facilitates the review of {incident.ref}"
            if facilitator
            else f"Nobody is named to facilitate the review of {incident.ref} yet: the {word} says "
            "`/incident review facilitator @who`"
        )
        raise NotAllowed(
            f"What people told is for the facilitator alone. {who}. "
            f"`/incident voice {incident.ref}` shows you your own."
        )
    found = await tx.confided(incident.number, call.by)
    if not found:
        return Reply(words=f"Nobody has told anything about {incident.ref} yet.")
    shown = voices.for_the_facilitator(incident, found, int(words or 1))
    return Reply(words=f"What people told about {incident.ref}", blocks=tuple(shown))


VOICES = Subcommand(
    word="voices",
    usage="[INC-7] [part]",
    says="Read what people told, if you facilitate the review; nobody else may.",
    run=run,
    group="Learn",
    examples=("voices", "voices INC-7"),
)
