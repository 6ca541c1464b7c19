"""App Home: what is open, what is mine, which reviews there are, and the button to declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.slack import blocks, cards
from incibot.slack.blocks import Block, View

# Of each sort; with headings and lines that say how many more there are, Slack's 100 blocks suffice.
ROLES = 10
TASKS = 15
OPEN = 25
REVIEWS = 8


def home(
    user: UserId,
    book: Playbook,
    *,
    going: Sequence[Incident],
    to_write: Sequence[Incident],
    to_read: Sequence[Incident],
    page: Callable[[int], str],
    inside: frozenset[int] = frozenset(),
) -> View:
    """Somebody's App Home.

    Args:
        going: the open incidents that they may see, the newest first.
        to_write, to_read: ended ones without a review draft, and with one; those that ended last first.
        page: the address of an incident's page; empty where there are no pages.
        inside: the numbers of those in whose channels they are.
    """
    shown: list[Block] = [
        blocks.header("Incidents"),
        blocks.actions(
            [
                blocks.button("Declare an incident", "form declare", style="primary"),
                blocks.button("What can I do?", "help"),
            ]
        ),
        *_roles(user, book, going),
        *_tasks(user, going),
        *_open(book, going, inside),
        *_reviews("Reviews to write", to_write, book, page, drafted=False),
        *_reviews("Reviews to read", to_read, book, page, drafted=True),
    ]
    return {"type": "home", "blocks": shown[: blocks.VIEW_BLOCKS]}


def _roles(user: UserId, book: Playbook, going: Sequence[Incident]) -> list[Block]:
    mine = [one for one in going if one.roles_of(user)]
    if not mine:
        return []
    shown: list[Block] = [blocks.section(f"*My roles* ({len(mine)})")]
    for incident in mine[:ROLES]:
        where = f" <#{incident.channel}>" if incident.channel else ""
        words = f"{cards.roles_of(incident, user, book)} of *{incident.ref}*"
        shown.append(blocks.section(f"{words} {blocks.title(incident.title, 120)}{where}"))
    return [*shown, *_more(len(mine) - ROLES, "list mine")]


def _tasks(user: UserId, going: Sequence[Incident]) -> list[Block]:
    mine = [
        (incident, task)
        for incident in going
        for task in incident.open_tasks
        if task.assignee == user
    ]
    if not mine:
        return []
    shown: list[Block] = [blocks.section(f"*My tasks* ({len(mine)})")]
    for incident, task in mine[:TASKS]:
        done = blocks.button("Done", f"task done {task.number}", number=incident.number)
        words = blocks.mrkdwn(" ".join(task.words.split()), 300)["text"]
        shown.append(blocks.section(f"*{incident.ref}* {words}", accessory=done))
    return [*shown, *_more(len(mine) - TASKS, "list mine")]


def _open(book: Playbook, going: Sequence[Incident], inside: frozenset[int]) -> list[Block]:
    if not going:
        return [
            blocks.section(
                "*Open incidents*\nNothing is open. If something looks wrong, declare it."
            )
        ]
    shown: list[Block] = [blocks.section(f"*Open incidents* ({len(going)})")]
    for incident in going[:OPEN]:
        join = blocks.button("Join", "join", number=incident.number)
        shown.append(
            blocks.section(
                cards.incident_line(incident, book),
                accessory=None if incident.number in inside else join,
            )
        )
    return [*shown, *_more(len(going) - OPEN, "list")]


def _reviews(
    name: str,
    ended: Sequence[Incident],
    book: Playbook,
    page: Callable[[int], str],
    *,
    drafted: bool,
) -> list[Block]:
    if not ended:
        return []
    shown: list[Block] = [blocks.section(f"*{name}* ({len(ended)})")]
    for incident in ended[:REVIEWS]:
        words = cards.incident_line(incident, book)
        address = page(incident.number)
        if drafted and address:
            words += f" · <{address}/review|on its page>"
        label = "Send it to me" if drafted else "Draft the review"
        send = blocks.button(label, "review", number=incident.number)
        shown.append(blocks.section(words, accessory=send))
    return [*shown, *_more(len(ended) - REVIEWS, "list all", "`/incident review INC-7` gets one.")]


def _more(count: int, command: str, hint: str = "") -> list[Block]:
    """How many more there are, and how to see them."""
    if count <= 0:
        return []
    words = f"… and {count} more: `/incident {command}` lists them. {hint}".strip()
    return [blocks.section(words, accessory=blocks.button("Show", command))]
