"""``storm show 3 #alerts``: what the buttons under many alerts at once say."""

from __future__ import annotations

from incibot.core.markup import shorten
from incibot.errors import NotFound, Unclear
from incibot.slack import blocks, evidence
from incibot.slack.commands import declare
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

SHOWN = 20  # alerts in one answer; Slack shows some twelve thousand characters


async def run(call: Call, tx: Transaction) -> Reply:
    """List them, or open the form to declare, filled in."""
    deed, which = call.rest()
    number, _, room = which.partition(" ")
    if deed not in ("show", "declare") or not (number.isascii() and number.isdigit()):
        raise Unclear("Which alerts? The buttons under them say.")
    found = await tx.storm(room, int(number[:9]))
    if found is None:
        raise NotFound("There are no such alerts. `/incident alerts` shows what there was.")
    if deed == "declare":
        services = sorted({service for service, *_ in found.counts if service})
        named = f": {', '.join(services)}" if services else ""
        view = declare.view(
            tx.book,
            by=call.by,
            nearby=await declare.just_declared(tx, call.by),
            title=shorten(f"{found.count} alerts at once{named}", 120),
            service=services[0] if len(services) == 1 else "",
            about={"storm": found.number, "room": room},
        )
        return Reply(view=view)
    listed = await tx.alerts_of_storm(room, found.number, limit=SHOWN)
    head = f"{found.count} alerts at once"
    shown: list[blocks.Block] = [blocks.section(f"*{head}*")]
    for one in listed:
        attach = blocks.button("Attach to…", f"form attach {one.id}", name=f"attach{one.id}")
        shown.append(blocks.section(evidence.alert_line(one), accessory=attach))
    if rest := found.count - len(listed):
        shown.append(blocks.context(f"… and {rest} more. `/incident alerts` counts them."))
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


STORM = Subcommand(
    word="storm", usage="<show|declare> <n> <channel>", says="Show many alerts at once.", run=run
)
