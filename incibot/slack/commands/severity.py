"""``/incident severity sev1 all of Europe``: how bad it is."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.markup import escape
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    word, why = call.rest()
    if not word:
        return Reply(view=await form(call, tx))
    incident = await incident_of(call, tx)
    await tx.apply(
        moves.rate(incident, word, why, book=tx.book, by=call.by, at=tx.at, key=call.key)
    )
    return Reply(words=f"{incident.ref} is {word.casefold()} now.")


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    options = [
        blocks.option(one.word, one.word, description=one.means) for one in tx.book.severities
    ]
    chosen = blocks.select(
        options, name="severity", placeholder="How bad is it?", initial=incident.severity
    )
    return blocks.modal(
        f"Severity of {incident.ref}",
        [
            blocks.field("Severity", chosen, block_id="severity"),
            blocks.field("Why?", blocks.text_input(), block_id="why", optional=True),
        ],
        callback="severity",
        submit="Save",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    return await run(call.saying(f"{sent.text('severity')} {escape(sent.text('why'))}"), tx)


SEVERITY = Subcommand(
    word="severity",
    usage="<sev> [why]",
    says="Say how bad it is.",
    run=run,
    group="Respond",
    examples=("severity sev1 all of Europe", "severity sev3"),
    form=form,
    submit=submit,
)
