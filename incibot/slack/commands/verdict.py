"""The form behind *Useful* and *Not useful* under an alert: whether it was, and why."""

from __future__ import annotations

from incibot.core.evidence import Verdict
from incibot.slack import blocks, evidence
from incibot.slack.blocks import View
from incibot.slack.commands.alert import alert_of
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

WORDS = {"useful": "It was useful", "not_useful": "It was not useful"}


async def run(call: Call, tx: Transaction) -> Reply:
    return Reply(view=await form(call, tx))


async def form(call: Call, tx: Transaction) -> View:
    """As somebody has said it before, save for what the button says."""
    found = await alert_of(call, tx)
    before = next((one for one in await tx.verdicts(found.id) if one.user == call.by), None)
    word = call.rest()[1]
    if word not in WORDS:
        word = "not_useful" if before is not None and not before.useful else "useful"
    return blocks.modal(
        "Was it useful?",
        [
            blocks.section(evidence.alert_line(found)),
            blocks.field(
                "To you, this time",
                blocks.select(
                    [blocks.option(says, word) for word, says in WORDS.items()],
                    name="verdict",
                    placeholder="Was it?",
                    initial=word,
                ),
                block_id="verdict",
            ),
            blocks.field(
                "Why?",
                blocks.text_input(
                    initial=before.why if before else "",
                    placeholder="What could be done about it, what it said that helped",
                    long=True,
                ),
                block_id="why",
                optional=True,
            ),
            blocks.context(
                "Your last word holds. Whoever owns the alert sees how many said what, and the "
                "reasons, without names."
            ),
        ],
        callback="verdict",
        submit="Save",
        close="Cancel",
        metadata={"alert": found.id},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    found = await alert_of(call.saying(str(sent.metadata.get("alert") or "")), tx)
    useful = sent.text("verdict") != "not_useful"
    await tx.judge(found.id, Verdict(user=call.by, useful=useful, why=sent.text("why")))
    return Reply()


VERDICT = Subcommand(
    word="verdict",
    usage="<alert> [useful|not_useful]",
    says="Say whether an alert was useful.",
    run=run,
    form=form,
    submit=submit,
)
