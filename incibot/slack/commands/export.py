"""``/incident export md Europe/Paris``: the timeline as a file, for the asker alone."""

from __future__ import annotations

from zoneinfo import available_timezones

from incibot.core.jobs import DeliverExport
from incibot.core.markup import shorten
from incibot.core.nearest import nearest
from incibot.core.people import zone_of
from incibot.errors import Unclear
from incibot.exports import FORMATS, format_of
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

USUAL = "md"


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    word, _, zone = words.partition(" ")
    is_zone = "/" in word or zone_of(word) is not None
    if is_zone and not any(one.word == word.casefold() for one in FORMATS):
        word, zone = "", word
    fmt = format_of(word.casefold() or USUAL)
    zone = zone.strip()
    if zone and zone_of(zone) is None:
        raise Unclear(_no_zone(zone))
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


def _no_zone(zone: str) -> str:
    """What to say to a name that no zone has; a city's own name is near enough to be understood."""
    names = sorted(available_timezones())
    known = {name.rpartition("/")[2].casefold(): name for name in names}
    known |= {name.casefold(): name for name in names}
    near = nearest("_".join(zone.split()), list(known))
    tried = (
        f"Did you mean `{known[near]}`?" if near else "Name one such as `Europe/Paris` or `UTC`."
    )
    return f"There is no time zone “{shorten(zone, 60, words=True)}”. {tried}"


EXPORT = Subcommand(
    word="export",
    usage="[md|html|json|csv|xlsx|markers|transcript] [zone]",
    says="Get the timeline as a file; nobody else gets it.",
    run=run,
    group="Learn",
    examples=("export", "export html Europe/Paris", "export csv"),
)
