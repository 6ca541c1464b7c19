"""``/incident export md Europe/Paris``: the timeline as a file, for the asker alone."""

from __future__ import annotations

from incibot.core.jobs import DeliverExport
from incibot.core.people import zone_of
from incibot.errors import Unclear
from incibot.exports import FORMATS, format_of
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

USUAL = "md"


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    word, _, zone = words.partition(" ")
    if word and zone_of(word) and not any(one.word == word.casefold() for one in FORMATS):
        word, zone = "", word
    fmt = format_of(word.casefold() or USUAL)
    zone = zone.strip()
    if zone and zone_of(zone) is None:
        raise Unclear(f"There is no time zone “{zone}”. Name one such as `Europe/Paris` or `UTC`.")
    await tx.ask(
        DeliverExport(
            incident=incident.number,
            user=call.by,
            format=fmt.word,
            zone=zone,
            asked=call.key,
            at=int(tx.at.timestamp()),
        )
    )
    return Reply(words=f"The timeline of {incident.ref} is on its way to you, in a direct message.")


EXPORT = Subcommand(
    word="export",
    usage="[md|html|json|csv] [zone]",
    says="Get the timeline as a file; nobody else gets it.",
    run=run,
    group="Learn",
    examples=("export", "export html Europe/Paris", "export csv"),
)
