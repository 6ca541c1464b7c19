"""``/incident note 14:05 db failed over``: an entry in somebody's own words, now or back-dated."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.markup import escape
from incibot.core.timeline import TYPED, EntryKind
from incibot.core.when import Moment, read_moment, split_moment
from incibot.errors import Unclear
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

SAYS = {
    EntryKind.NOTE: "Add an entry to the timeline, now or at the time that you name.",
    EntryKind.OBSERVATION: "Note what you see.",
    EntryKind.HYPOTHESIS: "Note what it might be; later, say that it is ruled out or confirmed.",
    EntryKind.DECISION: "Note what was decided.",
    EntryKind.ACTION: "Note what was done.",
    EntryKind.QUESTION: "Note what nobody knows yet.",
    EntryKind.SURPRISE: "Note what you did not expect.",
}
EXAMPLES = {
    EntryKind.NOTE: ("note 14:05 primary failed over", "note 10 minutes ago pager went off"),
    EntryKind.OBSERVATION: (
        "observation errors only in eu-west",
        "observation 13:58 first timeouts in the logs",
    ),
    EntryKind.HYPOTHESIS: (
        "hypothesis the cache is cold",
        "hypothesis 20 minutes ago the new deploy did it",
    ),
    EntryKind.DECISION: (
        "decision roll back before we look further",
        "decision 14:10 no deploys until this is over",
    ),
    EntryKind.ACTION: ("action turned the flag off", "action 14:21 restarted the workers"),
    EntryKind.QUESTION: (
        "question who owns the retry queue?",
        "question 5 minutes ago did anybody change the limits?",
    ),
    EntryKind.SURPRISE: (
        "surprise the standby took writes",
        "surprise 14:02 no alert for the full disk",
    ),
}
ALIKE = "Add an entry of that sort."


def _subcommand(kind: EntryKind) -> Subcommand:
    async def add(call: Call, words: str, moment: Moment | None, tx: Transaction) -> Reply:
        read_as = moment.echo(now=tx.at) if moment else ""
        change = moves.note(
            await incident_of(call, tx),
            kind,
            words,
            by=call.by,
            occurred_at=moment.at if moment else tx.at,
            key=call.key,
            read_as=read_as,
        )
        await tx.apply(change)
        return Reply(words=f"On the timeline{f' at {read_as}' if read_as else ''}.")

    async def run(call: Call, tx: Transaction) -> Reply:
        if not call.words.strip():
            return Reply(view=await form(call, tx))
        moment, words = split_moment(call.words.strip(), now=tx.at, zone=call.zone)
        return await add(call, words.strip(), moment, tx)

    async def form(call: Call, tx: Transaction) -> View:
        incident = await incident_of(call, tx)
        return blocks.modal(
            kind.value.capitalize(),
            [
                blocks.field("What?", blocks.text_input(long=True), block_id="text"),
                blocks.field(
                    "When?",
                    blocks.text_input(placeholder="now, 14:05, 10 minutes ago, yesterday 22:10"),
                    block_id="when",
                    optional=True,
                    hint="Read in your own time zone. Empty means now.",
                ),
            ],
            callback=kind.value,
            submit="Add",
            close="Cancel",
            metadata={"number": incident.number},
        )

    async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
        moment = None
        if sent.text("when"):
            try:
                moment = read_moment(sent.text("when"), now=tx.at, zone=call.zone)
            except Unclear as unclear:
                raise Wrong({"when": str(unclear)}) from unclear
        return await add(call, escape(sent.text("text")), moment, tx)

    return Subcommand(
        word=kind.value,
        usage="[time] <text>",
        says=SAYS[kind],
        run=run,
        group="Record",
        examples=EXAMPLES[kind],
        alike="" if kind is EntryKind.NOTE else ALIKE,
        form=form,
        submit=submit,
    )


ENTRIES = tuple(_subcommand(kind) for kind in (EntryKind.NOTE, *TYPED))
