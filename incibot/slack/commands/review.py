"""``/incident review``: make or refresh the draft, brief or deep; ``review questions @who``: what to ask."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.history import History
from incibot.core.incident import Incident
from incibot.core.jobs import DraftReview, Echo
from incibot.core.markup import mentions
from incibot.core.people import UserId
from incibot.core.playbook import Depth
from incibot.core.review.asking import ask
from incibot.core.review.telling import Telling
from incibot.core.timeline import Entry, EntryKind
from incibot.core.visibility import may_see
from incibot.core.voices import who_may_name
from incibot.errors import NotAllowed, Unclear
from incibot.slack import blocks, questions
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_named
from incibot.store.unit import Transaction

MOST = 5000  # entries that are read while Slack waits for an answer


async def run(call: Call, tx: Transaction) -> Reply:
    incident, words = await incident_named(call, tx)
    word, _, who = words.partition(" ")
    if word.casefold() == "questions":
        return await _questions(call, incident, who.strip(), tx)
    if word.casefold() == "facilitator":
        return await _facilitator(call, incident, who.strip(), tx)
    depth = words.casefold()
    if depth and depth not in list(Depth):
        raise Unclear(
            "Type `/incident review` for the draft, `review brief`, `review standard` or `review deep` "
            "for one of that depth, `/incident review questions` for what to ask in the meeting, "
            "`/incident review questions @who` for a talk with one person, or "
            "`/incident review facilitator @who` to name who facilitates it."
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


async def _facilitator(call: Call, incident: Incident, who: str, tx: Transaction) -> Reply:
    """Show who facilitates the review, or name them: to them people may tell what no other reads."""
    before = await tx.facilitator(incident.number)
    if not who:
        is_now = (
            f"{blocks.person(before)} facilitates" if before else "Nobody is named to facilitate"
        )
        return Reply(
            words=f"{is_now} the review of {incident.ref}. "
            "`/incident review facilitator @who` names somebody."
        )
    may = who_may_name(incident, tx.book, before)
    if call.by not in may:
        raise NotAllowed(
            f"Who facilitates the review of {incident.ref} is for "
            f"{' or '.join(map(blocks.person, may))} to say: people tell them what no other reads."
        )
    users = [call.by] if who.casefold() == "me" else [UserId(user) for user in mentions(who)]
    if who.casefold() == "none":
        users = []
    elif len(users) != 1:
        raise Unclear(
            "Who facilitates it? For example `/incident review facilitator @ana`, or `none`."
        )
    user = users[0] if users else None
    if user == before:
        return Reply(words=f"So it is already in {incident.ref}.")
    if user is not None:
        await _may_facilitate(incident, user, tx)
    await tx.name_facilitator(incident.number, user)
    entry = Entry(
        key=f"review:facilitator:{call.key}",
        kind=EntryKind.REVIEW,
        occurred_at=tx.at,
        by=call.by,
        words=f"The review is facilitated by {blocks.person(user)}"
        if user
        else "Nobody facilitates the review",
    )
    echo = Echo(incident=incident.number, entry=entry.key)
    await tx.apply(Change(about=incident.number, entries=(entry,), jobs=(echo,)))
    said = f"{blocks.person(user)} facilitates" if user else "Nobody facilitates"
    return Reply(words=f"{said} the review of {incident.ref} from now on; its timeline says so.")


async def _may_facilitate(incident: Incident, user: UserId, tx: Transaction) -> None:
    """Raises NotAllowed for whoever may not see the incident, or is none of the workspace's own."""
    person = await tx.person(user)
    if not may_see(incident, user):
        raise NotAllowed(
            f"{blocks.person(user)} may not see {incident.ref}. Invite them to its channel first."
        )
    if person is not None and (person.outside or person.is_bot or person.deleted):
        raise NotAllowed(
            f"{blocks.person(user)} is no member of this workspace, or a guest in it. People tell the "
            "facilitator what nobody else reads: name a member."
        )


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
    usage="[INC-7] [brief|standard|deep] or [questions [@who]|facilitator [@who]]",
    says="Draft the review from the timeline, or refresh it; see what to ask; say who facilitates.",
    run=run,
    group="Learn",
    examples=(
        *("review", "review deep", "review questions", "review questions @ana"),
        "review facilitator @ana",
    ),
)
