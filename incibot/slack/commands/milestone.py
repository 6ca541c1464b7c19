"""``/incident milestone started 13:58``: when a point of the incident was reached."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.incident import Incident
from incibot.core.markup import escape, unescape
from incibot.core.nearest import nearest
from incibot.core.playbook import MILESTONES
from incibot.core.when import read_moment
from incibot.errors import Unclear
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, Wrong, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction

NAME = 60  # characters in a milestone's name
LIKE = 0.8  # a name that is so like a usual one may be that one, mistyped


async def run(call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    name, when = call.rest()
    if not name:
        return Reply(view=await form(call, tx))
    if len(name) > NAME:
        raise Unclear(f"A milestone’s name has up to {NAME} characters: {', '.join(MILESTONES)} …")
    if not when:
        raise Unclear(
            f"When was “{name}”? For example `/incident milestone {name} 13:58` or "
            f"`/incident milestone {name} 20 minutes ago`."
        )
    try:
        moment = read_moment(unescape(when), now=tx.at, zone=call.zone)
    except Unclear as unclear:
        raise Unclear(escape(str(unclear))) from unclear
    word = unescape(name).casefold()
    await tx.apply(
        moves.set_milestone(incident, word, moment.at, by=call.by, at=tx.at, key=call.key)
    )
    said = f"{escape(word.capitalize())} at {moment.echo(now=tx.at)}."
    near = nearest(word, MILESTONES, like=LIKE)
    if near and near != word:
        said += f" It is a milestone of a new name: `/incident milestone {near} …` sets “{near}”."
    return Reply(words=said)


def _listed(incident: Incident) -> str:
    lines = [f"*Milestones of {incident.ref}*"]
    names = [*MILESTONES, *(one.name for one in incident.milestones if one.name not in MILESTONES)]
    for name in names:
        found = incident.milestone(name)
        lines.append(f"• {escape(name)}: {blocks.time(found.at) if found else 'not known'}")
    return "\n".join(lines)


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    options = [blocks.option(name, name) for name in MILESTONES]
    return blocks.modal(
        f"Milestone of {incident.ref}",
        [
            blocks.section(_listed(incident)),
            blocks.field(
                "Milestone",
                blocks.select(options, name="name", placeholder="Which one?"),
                block_id="name",
            ),
            blocks.field(
                "When?",
                blocks.text_input(placeholder="14:05, 10 minutes ago, yesterday 22:10"),
                block_id="when",
                hint="Read in your own time zone.",
            ),
        ],
        callback="milestone",
        submit="Save",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    try:
        return await run(call.saying(f"{sent.text('name')} {escape(sent.text('when'))}"), tx)
    except Unclear as unclear:
        raise Wrong({"when": unescape(str(unclear))}) from unclear


MILESTONE = Subcommand(
    word="milestone",
    usage="<started|detected|mitigated|…> <time>",
    says="Say when it started, was detected, was mitigated …",
    run=run,
    group="Record",
    examples=("milestone started 13:58", "milestone detected 20 minutes ago"),
    form=form,
    submit=submit,
)
