"""``/incident resolve checkout is healthy again``: the response is over."""

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
    summary = call.words.strip()
    await tx.apply(
        moves.resolve(incident, summary, book=tx.book, by=call.by, at=tx.at, key=call.key)
    )
    return Reply(
        words=f"{incident.ref} is {tx.book.last_status.word}. "
        "`/incident review` drafts the review from its timeline."
    )


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    shown: list[blocks.Block] = []
    if incident.open_tasks:
        count = len(incident.open_tasks)
        shown.append(
            blocks.context(f"{count} task{'s are' if count > 1 else ' is'} still open; they stay.")
        )
    shown.append(
        blocks.field(
            "How did it end?",
            blocks.text_input(long=True, placeholder="What people see now, what is still to do"),
            block_id="text",
            optional=True,
        )
    )
    return blocks.modal(
        f"Resolve {incident.ref}",
        shown,
        callback="resolve",
        submit="Resolve",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    return await run(call.saying(escape(sent.text("text"))), tx)


RESOLVE = Subcommand(
    word="resolve",
    usage="[summary]",
    says="Say that the response is over.",
    run=run,
    group="Respond",
    examples=("resolve checkout is healthy for everybody again", "resolve"),
    form=form,
    submit=submit,
)
