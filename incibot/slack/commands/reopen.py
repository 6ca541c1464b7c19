"""``/incident reopen errors are back``: take the response up again."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.markup import escape
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    why = call.words.strip()
    if not why and tx.book.is_over(incident.status):
        return Reply(view=await form(call, tx))
    await tx.apply(moves.reopen(incident, why, book=tx.book, by=call.by, at=tx.at, key=call.key))
    return Reply(words=f"{incident.ref} is open again.")


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    return blocks.modal(
        f"Reopen {incident.ref}",
        [blocks.field("Why?", blocks.text_input(long=True), block_id="text")],
        callback="reopen",
        submit="Reopen",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    return await run(call.saying(escape(sent.text("text"))), tx)


REOPEN = Subcommand(
    word="reopen",
    usage="<why>",
    says="Take the response up again.",
    run=run,
    group="Respond",
    examples=("reopen errors are back in eu-west", "reopen the fix did not hold"),
    form=form,
    submit=submit,
)
