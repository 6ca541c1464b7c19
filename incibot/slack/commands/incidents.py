"""``/incident list``: the incidents that the asker may see."""

from __future__ import annotations

from incibot.slack import blocks, cards
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

SHOWN = 20  # incidents in one answer; Slack shows some twelve thousand characters


async def run(call: Call, tx: Transaction) -> Reply:
    everything = call.rest()[0].casefold() == "all"
    found = await tx.incidents(call.by, over=None if everything else False)
    if not found:
        words = "There is no incident yet." if everything else "No incident is open."
        return Reply(words=f"{words} `/incident declare Checkout answers 500` declares one.")
    shown: list[blocks.Block] = []
    for incident in found[:SHOWN]:
        join = blocks.button("Join", "join", number=incident.number)
        shown.append(blocks.section(cards.incident_line(incident, tx.book), accessory=join))
    if len(found) > SHOWN:
        shown.append(blocks.context(f"… and {len(found) - SHOWN} older ones."))
    elif not everything:
        shown.append(blocks.context("`/incident list all` shows ended ones too."))
    return Reply(words="Incidents", blocks=tuple(blocks.fitting(shown)))


LIST = Subcommand(
    word="list",
    usage="[all]",
    says="Show open incidents that you may see; `all` for ended ones too.",
    run=run,
    group="Start",
    examples=("list", "list all"),
)
