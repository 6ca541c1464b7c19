"""``/incident list``: the incidents that the asker may see."""

from __future__ import annotations

from incibot.core.incident import Incident, number_in
from incibot.core.markup import shorten
from incibot.core.nearest import nearest
from incibot.errors import Unclear
from incibot.slack import blocks, cards
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.store.unit import Transaction

SHOWN = 20  # incidents in one answer; Slack shows some twelve thousand characters
LISTS = ("open", "all", "mine")


async def run(call: Call, tx: Transaction) -> Reply:
    """Show the newest; the button under them asks for those before."""
    word, before = _read(call.words)
    found = await tx.incidents(call.by, over=None if word == "all" else False)
    if word == "mine":
        found = [one for one in found if one.roles_of(call.by) or _tasks(one, call)]
    if not found:
        return Reply(words=NOTHING[word])
    rest = [one for one in found if before is None or one.number < before]
    if not rest:
        return Reply(words="There are no older ones.")
    shown: list[blocks.Block] = []
    rooms = await tx.rooms(one.number for one in rest[:SHOWN])
    for incident in rest[:SHOWN]:
        words = cards.incident_line(incident, tx.book)
        if word == "mine":
            words += f"\n{_mine(incident, call, tx)}"
        there = call.by in rooms.get(incident.number, ())
        join = None if there else blocks.button("Join", "join", number=incident.number)
        shown.append(blocks.section(words, accessory=join))
    if len(rest) > SHOWN:
        count = len(rest) - SHOWN
        older = blocks.button("Older ones", f"list {word} {rest[SHOWN - 1].ref}")
        words = f"… and {count} older one{'s' if count > 1 else ''}."
        shown.append(blocks.section(words, accessory=older))
    elif word == "open":
        shown.append(blocks.context("`/incident list all` shows ended ones too."))
    return Reply(words="Incidents", blocks=tuple(blocks.fitting(shown)), goes_on=before is not None)


NOTHING = {
    "open": "No incident is open. `/incident declare Checkout answers 500` declares one.",
    "all": "There is no incident yet. `/incident declare Checkout answers 500` declares one.",
    "mine": "You have no role and no task in an open incident. "
    "`/incident list` shows those that are open.",
}


def _read(words: str) -> tuple[str, int | None]:
    """Which list, and the number of the last incident that was seen of it."""
    word, before = "open", None
    for part in words.casefold().split():
        if part in LISTS:
            word = part
        elif number_in(part) is not None:
            before = number_in(part)
        else:
            near = nearest(part, LISTS)
            asked = f" Did you mean `/incident list {near}`?" if near else ""
            raise Unclear(
                f"There is no list “{shorten(part, 60, words=True)}”.{asked} `/incident list` shows "
                "open incidents, `list all` ended ones too, `list mine` those you have a part in."
            )
    return word, before


def _tasks(incident: Incident, call: Call) -> int:
    return sum(task.assignee == call.by for task in incident.open_tasks)


def _mine(incident: Incident, call: Call, tx: Transaction) -> str:
    """What the asker has to do with it."""
    parts = []
    if incident.roles_of(call.by):
        parts.append(f"You are {cards.roles_of(incident, call.by, tx.book)}.")
    if count := _tasks(incident, call):
        parts.append(f"{count} task{'s are' if count > 1 else ' is'} yours.")
    return " ".join(parts)


LIST = Subcommand(
    word="list",
    usage="[all|mine]",
    says="Show open incidents. `all`: ended ones too; `mine`: those you have a part in.",
    run=run,
    group="Start",
    examples=("list", "list all", "list mine"),
)
