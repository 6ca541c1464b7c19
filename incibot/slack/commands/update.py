"""``/incident update Payments work again``: a word to those who are not in the channel."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.markup import escape
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    if not call.words.strip():
        return Reply(view=await form(call, tx))
    incident = await incident_of(call, tx)
    words = call.words.strip()
    await tx.apply(moves.update(incident, words, by=call.by, at=tx.at, key=call.key))
    where = "" if incident.private else ", and in the announcement channel where there is one"
    return Reply(words=f"The update is on the card{where}.")


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    shown = [
        blocks.field(
            "What should people know?",
            blocks.text_input(
                long=True, placeholder="Payments work again for most. Next update at 15:00."
            ),
            block_id="text",
            hint="For those who are not in the channel: what they see, and when they hear more.",
        )
    ]
    if incident.update:
        shown.insert(0, blocks.section(f"*Last update*\n{incident.update.words}"))
    return blocks.modal(
        f"Update on {incident.ref}",
        shown,
        callback="update",
        submit="Send",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    return await run(call.saying(escape(sent.text("text"))), tx)


UPDATE = Subcommand(
    word="update",
    usage="<text>",
    says="Tell those who are not here: on the card and in the announcement channel.",
    run=run,
    group="Respond",
    examples=(
        "update Payments work again for most; next update at 15:00",
        "update Some people cannot log in. We are on it.",
    ),
    form=form,
    submit=submit,
)
