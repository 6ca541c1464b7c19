"""The questions of a review as Slack shows them, to whoever asked and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable

from incibot.core import disclosure
from incibot.core.incident import Incident
from incibot.core.markup import escape
from incibot.core.people import UserId
from incibot.core.review.asking import Kit, Occasion, Sheet, whom
from incibot.core.review.telling import Telling
from incibot.slack import blocks
from incibot.slack.blocks import Block

LISTED = 20  # people whom one message names

WHILE_TALKING = (
    "While they talk: what did you see, how did you know, what were you after, what helped? When "
    "somebody tells what might have been: “How did it look at the time?” When somebody proposes "
    "what to do: “Noted for later. Where were we?”"
)


def for_one(telling: Telling, sheet: Sheet) -> list[Block]:
    """The private sheet for a talk with one person."""
    name = blocks.person(sheet.user)
    shown = [
        blocks.section(f"*Questions for {name} about {telling.incident.ref}*, only for you"),
        blocks.context("To begin with"),
        *(blocks.section(_line(telling, one)) for one in sheet.opening),
    ]
    if sheet.questions:
        shown.append(blocks.context("About places in the record"))
        shown += [blocks.section(_line(telling, one)) for one in sheet.questions]
    shown += [
        blocks.context("At the end"),
        blocks.section(_line(telling, sheet.closing)),
        blocks.context(WHILE_TALKING),
    ]
    return blocks.fitting(shown)


def for_all(telling: Telling, kit: Kit) -> list[Block]:
    """The questions for the meeting, by role, and whom to talk to before it."""
    incident = telling.incident
    shown = [blocks.section(f"*Questions for the review meeting of {incident.ref}*, only for you")]
    for one in kit.meeting:
        labels = " and ".join(escape(label) for label in whom(telling, one))
        shown.append(blocks.section(f"*{labels}:* {_line(telling, one)}"))
    people = ", ".join(map(blocks.person, kit.people[:LISTED]))
    if people:
        more = " and others" if len(kit.people) > LISTED else ""
        shown.append(
            blocks.context(
                f"Talk to people before the meeting, in an order such as this: {people}{more}. "
                f"`/incident review {incident.ref} questions @who` gives you the questions for one."
            )
        )
    return blocks.fitting(shown)


def none_yet(incident: Incident) -> str:
    return (
        f"The record of {incident.ref} gives nothing to ask about yet. Mark messages, such as "
        "surprises and decisions, or type them: `/incident surprise …`."
    )


def nothing_of(user: UserId, incident: Incident) -> str:
    return f"{blocks.person(user)} is not in the record of {incident.ref}: no words, and no role."


def _line(telling: Telling, one: Occasion) -> str:
    alone = ":lock: _Privately first._ " if one.template.private_first else ""
    links = " ".join(_links(telling, one.evidence))
    return f"{alone}{escape(one.text)} {links}".strip()


def _links(telling: Telling, evidence: Iterable[int]) -> Iterable[str]:
    for entry in map(telling.entry, evidence):
        link = disclosure.permalink(telling.head, entry)
        yield f"<{escape(link)}|#{entry.id}>" if link else f"#{entry.id}"
