"""``form resolve``: what a button says to open the form of a subcommand."""

from __future__ import annotations

from incibot.errors import Unclear
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    from incibot.slack.commands import WORDS  # the table that this subcommand is itself in

    word, words = call.rest()
    command = WORDS.get(word)
    if command is None or command.form is None:
        raise Unclear(f"There is no form for “{word}”. `/incident help` lists what there is.")
    return Reply(view=await command.form(call.saying(words), tx))


FORM = Subcommand(word="form", usage="<subcommand>", says="Open a form.", run=run)
