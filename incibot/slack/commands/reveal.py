"""``reveal 12``: what the button beside a masked entry says; the record keeps who looked."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.incident import number_in
from incibot.core.secrets import mask
from incibot.core.timeline import Entry, EntryKind
from incibot.errors import NotAllowed, Unclear
from incibot.slack import blocks
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    entry = number_in(call.rest()[0])
    if entry is None:
        raise Unclear("Which entry? The button beside it in `/incident timeline` says.")
    found = await tx.entry(incident.number, entry)
    if mask(found.words) == found.words:
        raise NotAllowed(f"Nothing is masked in entry {found.id}.")
    note = Entry(
        key=f"revealed:{call.key}",
        kind=EntryKind.NOTE,
        occurred_at=tx.at,
        by=call.by,
        words=f"Looked at what is masked in entry {found.id}",
        data={"revealed": found.id},
    )
    await tx.apply(Change(about=incident.number, entries=(note,)))
    head = f"Entry {found.id} of {incident.ref} as it was written. Only you see it; the timeline says that you looked."
    shown = [blocks.section(head), *blocks.said(found.words, bare=True)]
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


REVEAL = Subcommand(
    word="reveal", usage="<entry>", says="See what is masked in an entry, alone.", run=run
)
