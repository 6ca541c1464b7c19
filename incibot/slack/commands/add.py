"""The form behind *Add to incident timeline* on a message outside an incident's channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incibot.core.incident import Incident, number_in
from incibot.core.timeline import TYPED, EntryKind
from incibot.errors import NotFound, Refused
from incibot.slack import blocks, shapes
from incibot.slack.blocks import Block, View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong
from incibot.slack.reading import Message, Submitted
from incibot.store.unit import Transaction

NONE = (
    "No incident is open that this message could be added to. "
    "*Declare as an incident*, in the same menu, declares one from it."
)


async def run(call: Call, tx: Transaction) -> Reply:
    raise Refused(
        "To add a message, use *Add to incident timeline* in its menu; "
        "in an incident’s channel, a :pushpin: on it does as well."
    )


async def form_about(message: Message, call: Call, tx: Transaction) -> View:
    """Ask to which incident the message belongs.

    Raises:
        NotFound: there is none that the asker may see.
    """
    kinds = [
        blocks.option(kind.value.capitalize(), kind.value) for kind in (EntryKind.MESSAGE, *TYPED)
    ]
    return blocks.modal(
        "Add to timeline",
        [
            blocks.section(blocks.quoted(blocks.mrkdwn(message.words, 1000)["text"])),
            await incident_field(call, tx, NONE),
            blocks.field(
                "What is it?",
                blocks.select(
                    kinds, name="kind", placeholder="Kind", initial=EntryKind.MESSAGE.value
                ),
                block_id="kind",
            ),
            blocks.context("Everybody who sees the incident will see the message."),
        ],
        callback="add",
        submit="Add",
        close="Cancel",
        metadata={
            "channel": message.channel,
            "ts": message.ts,
            "thread": message.thread_ts or "",
            "user": message.user or "",
            "name": message.by_name[:100],
            "words": message.words[:2500],
        },
    )


async def incident_field(call: Call, tx: Transaction, none: str) -> Block:
    """Asks for an open incident that the asker may see. Raises NotFound, saying so, if there is none."""
    found = await tx.incidents(call.by)
    if not found:
        raise NotFound(none)
    options = [
        blocks.option(f"{one.ref} {' '.join(one.title.split())}", str(one.number))
        for one in found[: blocks.OPTIONS]
    ]
    return blocks.field(
        "Incident",
        blocks.select(
            options, name="incident", placeholder="Which one?", initial=options[0]["value"]
        ),
        block_id="incident",
    )


async def incident_chosen(sent: Submitted, call: Call, tx: Transaction) -> Incident:
    """The incident of that field. Raises Wrong if the asker sees none of that number any more."""
    try:
        return await tx.incident_seen_by(number_in(sent.text("incident")) or 0, call.by)
    except NotFound as gone:
        raise Wrong({"incident": str(gone)}) from gone


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    incident = await incident_chosen(sent, call, tx)
    about = sent.metadata

    def quoted(_: Mapping[str, Any]) -> Message:
        return Message(
            channel=about["channel"],
            ts=about["ts"],
            since=about["ts"],
            words=str(about["words"]),
            user=about["user"] or None,
            by_name=str(about["name"]),
            thread_ts=about["thread"] or None,
            data={"added_by": call.by},
        )

    message = shapes.read(quoted, about)
    kind = next((one for one in EntryKind if one.value == sent.text("kind")), EntryKind.MESSAGE)
    # The same message may belong to two incidents: its key names this one.
    await tx.record(incident.number, message.entry(kind, key=f"{message.key}@{incident.number}"))
    return Reply()


ADD = Subcommand(word="add", usage="", says="Add a message to a timeline.", run=run, submit=submit)
