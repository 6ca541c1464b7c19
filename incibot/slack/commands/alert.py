"""``alert 12``: what the Declare button under an alert says."""

from __future__ import annotations

from incibot.core.evidence import KeptAlert, severity_for
from incibot.core.markup import shorten
from incibot.errors import Unclear
from incibot.slack.commands import declare
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    """The form to declare, filled in from the alert."""
    found = await alert_of(call, tx)
    words = [one.word for one in tx.book.severities]
    view = declare.view(
        tx.book,
        by=call.by,
        nearby=await declare.just_declared(tx, call.by),
        title=shorten(" ".join(found.title.split()), 120),
        summary=found.details if found.details != found.title else "",
        severity=severity_for(found.severity, words),
        service=found.service,
        about={"alert": found.id},
    )
    return Reply(view=view)


async def alert_of(call: Call, tx: Transaction) -> KeptAlert:
    """The alert that the first word names.

    Raises:
        Unclear: none is named. NotFound: there is none.
    """
    word = call.rest()[0]
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise Unclear("Which alert? The buttons under it say.")
    return await tx.alert(int(word))


ALERT = Subcommand(word="alert", usage="<alert>", says="Declare from an alert.", run=run)
