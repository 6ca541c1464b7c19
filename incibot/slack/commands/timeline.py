"""``/incident timeline 20``: the last entries, only for the asker."""

from __future__ import annotations

from incibot.core.incident import number_in
from incibot.core.secrets import mask
from incibot.core.timeline import Recorded
from incibot.errors import Unclear
from incibot.slack import blocks, cards
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

USUAL = 10
MOST = 40  # Slack takes 50 blocks in a message


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    asked = number_in(words)
    if words and asked is None:
        raise Unclear("How many entries? For example `/incident timeline 20`.")
    count = USUAL if asked is None else min(asked, MOST)
    entries = await tx.last_entries(incident.number, max(count, 1))
    shown: list[blocks.Block] = [blocks.section(f"*The last entries of {incident.ref}*")]
    shown += [_line(entry, incident.number) for entry in entries]
    shown.append(blocks.context("All of it: `/incident export`"))
    return Reply(words=f"Timeline of {incident.ref}", blocks=tuple(blocks.fitting(shown)))


def _line(entry: Recorded, number: int) -> blocks.Block:
    """An entry; one with a secret in it can be seen whole by whoever asks, which is recorded."""
    reveal = blocks.button("Reveal", f"reveal {entry.id}", number=number)
    masked = mask(entry.words) != entry.words
    return blocks.section(cards.entry_line(entry), accessory=reveal if masked else None)


TIMELINE = Subcommand(
    word="timeline",
    usage="[n]",
    says="Show the last entries, only to you.",
    run=run,
    group="Learn",
    examples=("timeline", "timeline 30"),
)
