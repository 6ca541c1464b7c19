"""``/incident status mitigated flag is off``: where the response stands."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.markup import escape
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    word, note = call.rest()
    if not word:
        return Reply(view=await form(call, tx))
    incident = await incident_of(call, tx)
    await tx.apply(
        moves.move_to(incident, word, note, book=tx.book, by=call.by, at=tx.at, key=call.key)
    )
    return Reply(words=f"{incident.ref} is {word.casefold()} now.")


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    options = [blocks.option(one.word, one.word, description=one.means) for one in tx.book.statuses]
    chosen = blocks.select(
        options, name="status", placeholder="Where does it stand?", initial=incident.status
    )
    return blocks.modal(
        f"Status of {incident.ref}",
        [
            blocks.field("Status", chosen, block_id="status"),
            blocks.field("Note", blocks.text_input(long=True), block_id="note", optional=True),
        ],
        callback="status",
        submit="Save",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    return await run(call.saying(f"{sent.text('status')} {escape(sent.text('note'))}"), tx)


STATUS = Subcommand(
    word="status",
    usage="<status> [note]",
    says="Say where the response stands.",
    run=run,
    group="Respond",
    examples=("status identified bad deploy of api", "status mitigated flag is off"),
    form=form,
    submit=submit,
)
