"""``/incident help``: what it can do, with examples."""

from __future__ import annotations

from difflib import get_close_matches

from incibot.core.markup import escape
from incibot.core.playbook import Playbook
from incibot.errors import NotFound
from incibot.slack import blocks
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

GROUPS = ("Start", "Respond", "Record", "Learn")


async def run(call: Call, tx: Transaction) -> Reply:
    from incibot.slack.commands import COMMANDS, WORDS  # the table that this is itself in

    word, _ = call.rest()
    if not word:
        return _overview(COMMANDS, tx.book)
    listed = {one.word for one in COMMANDS if one.group}
    roles = {name for role in tx.book.roles for name in (role.word, *role.aliases)}
    command = WORDS["role"] if word.casefold() in roles else WORDS.get(word.casefold())
    if command is None or not command.group:
        near = get_close_matches(word.casefold(), listed, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        raise NotFound(f"There is no `/incident {word}`.{hint} `/incident help` lists all.")
    lines = [f"*/incident {_typed(command)}*", command.says]
    lines += [f"`/incident {example}`" for example in command.examples]
    return Reply(words="\n".join(lines))


def nearest(word: str, book: Playbook) -> str | None:
    """The subcommand or role that was probably meant; None where the word begins a title."""
    from incibot.slack.commands import COMMANDS  # the table that this is itself in

    known = [one.word for one in COMMANDS if one.group] + [role.word for role in book.roles]
    found = get_close_matches(word.casefold(), known, n=1, cutoff=0.8)
    return found[0] if found else None


def _typed(command: Subcommand) -> str:
    return escape(f"{command.word} {command.usage}".strip())


def _overview(commands: tuple[Subcommand, ...], book: Playbook) -> Reply:
    shown = [
        blocks.section(
            "*incibot* keeps an incident’s channel, roles and record. Anyone may declare one; "
            "in its channel, write as you would anyway."
        )
    ]
    for group in GROUPS:
        lines = [
            f"• `{_typed(command)}` {command.says}"
            for command in commands
            if command.group == group
        ]
        shown.append(blocks.section(f"*{group}*\n" + "\n".join(lines)))
    marks = " · ".join(
        f":{name}: {mark.value.replace('_', ' ')}" for name, mark in book.reactions.items()
    )
    shown.append(blocks.section(f"*Reactions in an incident’s channel*\n{marks}"))
    shown.append(
        blocks.context(
            "For example: `/incident declare sev2 Checkout answers 500` · `/incident help note`"
        )
    )
    return Reply(words="What /incident can do", blocks=tuple(shown))


HELP = Subcommand(
    word="help",
    usage="[subcommand]",
    says="Show what it can do, with examples.",
    run=run,
    group="Start",
    examples=("help", "help note"),
)
