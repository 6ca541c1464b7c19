"""``/incident`` in an incident's channel: how things stand, and all that one can do."""

from __future__ import annotations

from incibot.core.incident import Incident
from incibot.core.playbook import Playbook
from incibot.slack import blocks, cards
from incibot.slack.blocks import Block, View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident, _ = await incident_named(call, tx)
    return Reply(view=view(incident, tx.book))


def view(incident: Incident, book: Playbook) -> View:
    """The control panel."""
    number = incident.number

    def row(*words: tuple[str, str]) -> Block:
        return blocks.actions(
            [
                blocks.button(text, f"form {word}", number=number, name=f"form-{word}")
                for text, word in words
            ]
        )

    over = book.is_over(incident.status)
    end = ("Reopen", "reopen") if over else ("Resolve", "resolve")
    return blocks.modal(
        f"{incident.ref}",
        [
            blocks.section(cards.incident_line(incident, book)),
            blocks.section("*Respond*"),
            row(
                ("Update", "update"),
                ("Status", "status"),
                ("Severity", "severity"),
                ("Roles", "role"),
                end,
            ),
            blocks.section("*Record*"),
            row(
                ("Note", "note"),
                ("Observation", "observation"),
                ("Hypothesis", "hypothesis"),
                ("Decision", "decision"),
                ("Action", "action"),
            ),
            row(
                ("Question", "question"),
                ("Surprise", "surprise"),
                ("Task", "task"),
                ("Milestone", "milestone"),
            ),
            blocks.section("*Learn*"),
            blocks.actions(
                [
                    blocks.button("Timeline", "timeline", number=number),
                    blocks.button("Tasks", "task", number=number),
                    blocks.button("Export", "export md", number=number),
                    blocks.button("Draft the review", "review", number=number),
                ]
            ),
            blocks.context("All of it can be typed too: `/incident help`"),
        ],
        metadata={"number": number},
    )


PANEL = Subcommand(
    word="panel",
    usage="[INC-7]",
    says="Open the control panel; in an incident’s channel, `/incident` alone does the same.",
    run=run,
    group="Respond",
    examples=("panel", "panel INC-7"),
)
