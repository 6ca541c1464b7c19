"""``take commander``: what the button of a reminder says, which may be pressed by two at once."""

from __future__ import annotations

from incibot.core import moves
from incibot.errors import NotAllowed
from incibot.slack import blocks
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    role = tx.book.role(call.rest()[0])
    title = blocks.title(role.title)
    holders = incident.holders(role.word)
    if holders and not role.several and call.by not in holders:
        who = " and ".join(blocks.person(user) for user in holders)
        raise NotAllowed(
            f"{who} is {title} already. `/incident {role.word} me` would hand it over to you."
        )
    await tx.apply(moves.assign(incident, role, (call.by,), by=call.by, at=tx.at, key=call.key))
    return Reply(words=f"{title}: {blocks.person(call.by)}.")


TAKE = Subcommand(word="take", usage="<role>", says="Take a role that nobody has.", run=run)
