"""The form behind *Attach to…* under an alert."""

from __future__ import annotations

from incibot.core.jobs import Echo
from incibot.slack import blocks, evidence
from incibot.slack.blocks import View
from incibot.slack.commands.add import incident_chosen, incident_field
from incibot.slack.commands.alert import alert_of
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

NONE = "No incident is open that the alert could belong to. *Declare*, beside it, declares one from it."


async def run(call: Call, tx: Transaction) -> Reply:
    return Reply(view=await form(call, tx))


async def form(call: Call, tx: Transaction) -> View:
    """Ask to which incident the alert belongs. Raises NotFound where the asker sees none."""
    found = await alert_of(call, tx)
    return blocks.modal(
        "Attach the alert",
        [
            blocks.section(evidence.alert_line(found)),
            await incident_field(call, tx, NONE),
            blocks.context("All that is told of the alert will be in its timeline."),
        ],
        callback="attach",
        submit="Attach",
        close="Cancel",
        metadata={"alert": found.id},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    found = await alert_of(call.saying(str(sent.metadata.get("alert") or "")), tx)
    incident = await incident_chosen(sent, call, tx)
    await tx.attach(found.id, incident.number)
    first = next((one for one in await tx.notices(found.id) if one.state), None)
    if first is not None:
        await tx.ask(Echo(incident=incident.number, entry=f"alert:{first.id}"))
    return Reply()


ATTACH = Subcommand(
    word="attach",
    usage="<alert>",
    says="Say which incident an alert belongs to.",
    run=run,
    form=form,
    submit=submit,
)
