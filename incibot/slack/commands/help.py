"""``/incident help``: what it can do, with examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from incibot.core.markup import escape, shorten
from incibot.core.nearest import nearest
from incibot.core.playbook import Playbook
from incibot.errors import NotFound
from incibot.slack import blocks
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

GROUPS = {  # the headings of the overview, each with one of its words in use
    "Start": "declare sev2 Checkout answers 500",
    "Respond": "commander @ana",
    "Record": "note 14:05 primary failed over",
    "Learn": "export html Europe/Paris",
}
LIKE = 0.8  # a first word that is less like one that we know begins a title


async def run(call: Call, tx: Transaction) -> Reply:
    from incibot.slack.commands import COMMANDS, WORDS  # the table that this is itself in

    word, _ = call.rest()
    if not word:
        return _overview(COMMANDS, tx.book)
    command = WORDS.get(word.casefold())
    if any(word.casefold() in (role.word, *role.aliases) for role in tx.book.roles):
        command = WORDS["role"]
    if command is None or not command.group:
        near = nearest(word, _known(tx.book))
        asked = f" Did you mean `/incident help {near}`?" if near else ""
        shown = shorten(word, 60, words=True)
        raise NotFound(f"There is no `/incident {shown}`.{asked} `/incident help` lists all.")
    lines = [f"*/incident {_typed(command)}*", command.says]
    lines += [f"`/incident {example}`" for example in command.examples]
    return Reply(words="\n".join(lines))


def meant(word: str, book: Playbook) -> str | None:
    """The subcommand or role that was probably meant; None where the word begins a title."""
    return nearest(word, _known(book), like=LIKE)


def _known(book: Playbook) -> list[str]:
    """What people may type after ``/incident``."""
    from incibot.slack.commands import COMMANDS  # the table that this is itself in

    roles = [name for role in book.roles for name in (role.word, *role.aliases)]
    return [one.word for one in COMMANDS if one.group] + roles


def _typed(command: Subcommand) -> str:
    return escape(f"{command.word} {command.usage}".strip())


def _overview(commands: Sequence[Subcommand], book: Playbook) -> Reply:
    shown = [
        blocks.section(
            "*incibot* makes a channel for an incident, keeps who does what, and writes the "
            "timeline. Anyone may declare one. In its channel, just talk: it is all recorded."
        )
    ]
    for group, example in GROUPS.items():
        lines = _lines(one for one in commands if one.group == group)
        shown.append(blocks.section("\n".join([f"*{group}*", *lines])))
        shown.append(blocks.context(f"For example `/incident {example}`"))
    marks = " · ".join(
        f":{name}: {mark.value.replace('_', ' ')}" for name, mark in book.reactions.items()
    )
    if marks:
        shown.append(
            blocks.section(f"*Reactions* mark a message in an incident’s channel\n{marks}")
        )
    shown.append(
        blocks.context(
            "More on a word, with examples: `/incident help note`. `/incident` alone opens the "
            "form to declare; in an incident’s channel, its control panel."
        )
    )
    return Reply(words="What /incident can do", blocks=tuple(shown))


def _lines(commands: Iterable[Subcommand]) -> list[str]:
    """A line each; those that are used alike share one."""
    lines = []
    for _, found in groupby(commands, key=lambda one: one.alike or one.word):
        alike = list(found)
        words = " ".join(f"`{one.word}`" for one in alike[:-1])
        says = alike[-1].alike or alike[-1].says
        lines.append(f"• {words} `{_typed(alike[-1])}` {says}".replace("•  ", "• "))
    return lines


HELP = Subcommand(
    word="help",
    usage="[word]",
    says="Show what there is, or how one word is used.",
    run=run,
    group="Start",
    examples=("help", "help note"),
)
