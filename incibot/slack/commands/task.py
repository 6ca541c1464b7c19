"""``/incident task @who check the provider``: what is to be done during the incident."""

from __future__ import annotations

from incibot.core import moves
from incibot.core.incident import Task, number_in
from incibot.core.markup import escape, user_in
from incibot.core.people import UserId
from incibot.errors import Unclear
from incibot.slack import blocks
from incibot.slack.blocks import View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    """List the tasks, add one, or tick one off with ``done 2``."""
    incident = await incident_of(call, tx)
    first, others = call.rest()
    if not first:
        return _listed(incident.tasks, incident.ref, incident.number)
    if first.casefold() == "done" and others:
        number = number_in(others.split()[0])
        if number is not None:
            change = moves.finish_task(incident, number, by=call.by, at=tx.at, key=call.key)
            await tx.apply(change)
            return Reply(words=f"Task {number} is done.")
    named = user_in(first)
    assignee = UserId(named) if named else call.by if first.casefold() == "me" else None
    words = others if assignee else call.words.strip()
    await tx.apply(moves.add_task(incident, words, assignee, by=call.by, at=tx.at, key=call.key))
    return Reply(words="The task is on the list.")


SHOWN = 40  # tasks in one answer; Slack takes 50 blocks


def _listed(tasks: tuple[Task, ...], ref: str, number: int) -> Reply:
    """Those to be done first."""
    if not tasks:
        return Reply(words=f"{ref} has no tasks. `/incident task restart the cache` adds one.")
    shown: list[blocks.Block] = [blocks.section(f"*Tasks of {ref}*")]
    for task in sorted(tasks, key=lambda one: one.done_at is not None)[:SHOWN]:
        who = f" {blocks.person(task.assignee)}" if task.assignee else ""
        if task.done_at:
            shown.append(blocks.section(f":white_check_mark: ~{task.number}: {task.words}~{who}"))
        else:
            done = blocks.button("Done", f"task done {task.number}", number=number)
            shown.append(blocks.section(f"{task.number}: {task.words}{who}", accessory=done))
    if len(tasks) > SHOWN:
        shown.append(blocks.context(f"… and {len(tasks) - SHOWN} more: `/incident export` has all"))
    return Reply(words=f"Tasks of {ref}", blocks=tuple(blocks.fitting(shown)))


async def form(call: Call, tx: Transaction) -> View:
    incident = await incident_of(call, tx)
    return blocks.modal(
        f"Task in {incident.ref}",
        [
            blocks.field("What is to be done?", blocks.text_input(long=True), block_id="text"),
            blocks.field(
                "Who does it?",
                blocks.users_select(name="who", placeholder="Nobody yet"),
                block_id="who",
                optional=True,
            ),
        ],
        callback="task",
        submit="Add",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    incident = await incident_of(call, tx)
    who = sent.text("who")
    words = escape(sent.text("text"))
    if not words:
        raise Unclear("What is to be done?")
    await tx.apply(
        moves.add_task(
            incident, words, UserId(who) if who else None, by=call.by, at=tx.at, key=call.key
        )
    )
    return Reply()


TASK = Subcommand(
    word="task",
    usage="[@who] <text>",
    says="Note what is to be done; without text, list the tasks. `task done 2` ticks one off.",
    run=run,
    group="Record",
    examples=("task @bela check the provider’s status page", "task", "task done 2"),
    form=form,
    submit=submit,
)
