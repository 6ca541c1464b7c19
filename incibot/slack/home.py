"""App Home: what is open, what is mine, and the button to declare."""

from __future__ import annotations

from collections.abc import Sequence

from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.slack import blocks, cards
from incibot.slack.blocks import Block, View

SHOWN = 25  # incidents of each sort; Slack takes 100 blocks


def home(
    user: UserId, book: Playbook, *, open_: Sequence[Incident], ended: Sequence[Incident]
) -> View:
    """Somebody's App Home.

    Args:
        open_, ended: the incidents that they may see, the newest first.
    """
    shown: list[Block] = [
        blocks.header("Incidents"),
        blocks.actions(
            [
                blocks.button("Declare an incident", "form declare", style="primary"),
                blocks.button("What can I do?", "help"),
            ]
        ),
    ]
    mine = [one for one in open_ if one.roles_of(user)]
    if mine:
        shown.append(blocks.section("*My roles*"))
        for incident in mine[:SHOWN]:
            titles = [
                blocks.title(book.role(word).title, 60)
                for word in incident.roles_of(user)
                if _knows(book, word)
            ]
            where = f" <#{incident.channel}>" if incident.channel else ""
            shown.append(
                blocks.section(
                    f"{', '.join(titles) or 'A role'} of *{incident.ref}* "
                    f"{blocks.title(incident.title, 120)}{where}"
                )
            )
    tasks = [
        (incident, task)
        for incident in open_
        for task in incident.open_tasks
        if task.assignee == user
    ]
    if tasks:
        shown.append(blocks.section("*My tasks*"))
        for incident, task in tasks[:SHOWN]:
            done = blocks.button("Done", f"task done {task.number}", number=incident.number)
            words = blocks.mrkdwn(" ".join(task.words.split()), 300)["text"]
            shown.append(blocks.section(f"*{incident.ref}* {words}", accessory=done))
    shown.append(blocks.section(f"*Open* ({len(open_)})" if open_ else "*Open*\nNothing is open."))
    for incident in open_[:SHOWN]:
        join = blocks.button("Join", "join", number=incident.number)
        shown.append(blocks.section(cards.incident_line(incident, book), accessory=join))
    if len(open_) > SHOWN:
        more = len(open_) - SHOWN
        shown.append(blocks.context(f"… and {more} more. `/incident list` shows them."))
    if ended:
        shown.append(blocks.section("*Ended lately*"))
        for incident in ended[:10]:
            draft = blocks.button("Draft the review", "review", number=incident.number)
            shown.append(blocks.section(cards.incident_line(incident, book), accessory=draft))
    return {"type": "home", "blocks": shown[: blocks.VIEW_BLOCKS]}


def _knows(book: Playbook, word: str) -> bool:
    return any(role.word == word for role in book.roles)
