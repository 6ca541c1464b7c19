"""``/incident review``: make or refresh the draft, brief or deep; ``review questions @who``: what to ask."""

from __future__ import annotations

from incibot.core.history import History
from incibot.core.incident import Incident
from incibot.core.jobs import DraftReview
from incibot.core.markup import mentions
from incibot.core.people import UserId
from incibot.core.playbook import Depth
from incibot.core.review.asking import ask
from incibot.core.review.telling import Telling
from incibot.errors import Unclear
from incibot.slack import questions
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

MOST = 5000  # entries that are read while Slack waits for an answer


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    word, _, who = words.partition(" ")
    if word.casefold() == "questions":
        return await _questions(call, incident, who.strip(), tx)
    depth = words.casefold()
    if depth and depth not in list(Depth):
        raise Unclear(
            "Type `/incident review` for the draft, `review brief`, `review standard` or `review deep` "
            "for one of that depth, `/incident review questions` for what to ask in the meeting, or "
            "`/incident review questions @who` for a talk with one person."
        )
    at = int(tx.at.timestamp())
    job = DraftReview(incident=incident.number, user=call.by, asked=call.key, at=at, depth=depth)
    await tx.ask(job)
    return Reply(
        words=f"The {depth + ' ' if depth else ''}review draft of {incident.ref} is being made from "
        "its timeline. You get it in a direct message; what people wrote into it stays."
    )


async def _questions(call: Call, incident: Incident, who: str, tx: Transaction) -> Reply:
    """For the meeting; or for one person, whose name stands in no paper that others read."""
    users = [UserId(user) for user in mentions(who)]
    if who.casefold() == "me":
        users = [call.by]
    if (who and not users) or len(users) > 1:
        raise Unclear("Questions for whom? For example `/incident review questions @ana`.")
    history = await _history(call, incident, tx)
    if history is None:
        return Reply(
            words=f"The timeline of {incident.ref} is too long to look for questions while you wait. "
            "They are in the review draft: `/incident review`."
        )
    telling = Telling(history, tx.book, await tx.past(history))
    kit = ask(telling)
    if not users:
        if not kit.meeting:
            return Reply(words=questions.none_yet(incident))
        shown = questions.for_all(telling, kit)
        return Reply(words=f"Questions about {incident.ref}", blocks=tuple(shown))
    sheet = kit.sheet(users[0])
    if sheet is None:
        return Reply(words=questions.nothing_of(users[0], incident))
    shown = questions.for_one(telling, sheet)
    return Reply(words=f"Questions about {incident.ref}", blocks=tuple(shown))


async def _history(call: Call, incident: Incident, tx: Transaction) -> History | None:
    """The whole record; None where it is too long."""
    entries = []
    async for entry in tx.entries(incident.number):
        entries.append(entry)
        if len(entries) > MOST:
            return None
    head = await tx.head(incident, zone=call.zone)
    return History(head=head, entries=tuple(entries))


REVIEW = Subcommand(
    word="review",
    usage="[INC-7] [brief|standard|deep] or [questions [@who]]",
    says="Draft the review from the timeline, or refresh the draft; or see what to ask, and whom.",
    run=run,
    group="Learn",
    examples=("review", "review INC-7", "review deep", "review questions", "review questions @ana"),
)
