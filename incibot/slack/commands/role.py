"""``/incident role commander @who``: who has which duty."""

from __future__ import annotations

from collections.abc import Sequence

from incibot.core import moves
from incibot.core.incident import Incident
from incibot.core.markup import mentions, unescape
from incibot.core.people import UserId
from incibot.core.playbook import Playbook
from incibot.errors import NotAllowed, Unclear
from incibot.slack import blocks
from incibot.slack.blocks import Block, View
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.slack.reading import Submitted
from incibot.store.unit import Transaction


async def run(call: Call, tx: Transaction) -> Reply:
    """Show the roles, assign one, hand it over, or clear it."""
    incident = await incident_of(call, tx)
    word, who = call.rest()
    if not word:
        return Reply(view=panel(incident, tx.book))
    role = tx.book.role(word)
    title = blocks.title(role.title)
    if not who:
        holders = incident.holders(role.word)
        held = _people(holders)
        duties = "\n".join(f"• {duty}" for duty in role.duties)
        return Reply(words=f"*{title}*: {held}\n{duties}".strip())
    users = _named(who, call.by)
    if who.split()[0].casefold() in ("none", "nobody"):
        change = moves.release(incident, role, users, by=call.by, at=tx.at, key=call.key)
        await tx.apply(change)
        left = [] if change.incident is None else change.incident.holders(role.word)
        return Reply(words=f"{title}: {_people(left)}.")
    if not users:
        raise Unclear(
            f"Who is to be {title}? For example `/incident {role.word} @who`, "
            f"`/incident {role.word} me` or `/incident {role.word} none`."
        )
    await only_for_members(incident, users, tx)
    await tx.apply(moves.assign(incident, role, users, by=call.by, at=tx.at, key=call.key))
    return Reply(words=f"{title}: {_people(users)}.")


async def only_for_members(incident: Incident, users: Sequence[UserId], tx: Transaction) -> None:
    """Raises NotAllowed if a role of a private incident is to go to somebody who may not see it."""
    if not incident.private:
        return
    for user in users:
        person = await tx.person(user)
        if person is not None and person.outside:
            raise NotAllowed(
                f"{blocks.person(user)} is a guest or of another workspace, and incibot tells such "
                f"people nothing of {incident.ref}, which is private. Name a member of this workspace."
            )


def _people(users: Sequence[UserId]) -> str:
    return " and ".join(blocks.person(user) for user in users) or "nobody"


def _named(words: str, speaker: UserId) -> tuple[UserId, ...]:
    """The people named, `me` for the speaker among them."""
    users = [UserId(user) for user in mentions(words)]
    if any(word.strip(",").casefold() == "me" for word in words.split()):
        users.insert(0, speaker)
    return tuple(dict.fromkeys(users))


async def form(call: Call, tx: Transaction) -> View:
    return panel(await incident_of(call, tx), tx.book)


def panel(incident: Incident, book: Playbook) -> View:
    """A field for each role."""
    shown: list[Block] = []
    for role in book.roles[: blocks.VIEW_BLOCKS]:
        holders = incident.holders(role.word)
        placeholder = "Several people may hold it" if role.several else "One person"
        element = (
            blocks.many_users_select(name="users", placeholder=placeholder, initial=holders)
            if role.several
            else blocks.users_select(
                name="user", placeholder=placeholder, initial=holders[0] if holders else None
            )
        )
        shown.append(
            blocks.field(
                role.title,
                element,
                block_id=f"role_{role.word}",
                optional=True,
                hint=unescape(role.duties[0]) if role.duties else "",
            )
        )
    return blocks.modal(
        f"Roles of {incident.ref}",
        shown,
        callback="role",
        submit="Save",
        close="Cancel",
        metadata={"number": incident.number},
    )


async def submit(sent: Submitted, call: Call, tx: Transaction) -> Reply:
    """Make the roles so, with an entry for each that changed."""
    incident = await incident_of(call, tx)
    for role in tx.book.roles:
        block = f"role_{role.word}"
        if block not in sent.values:
            continue
        wanted = tuple(UserId(user) for user in sent.all(block))
        now = incident.holders(role.word)
        leaving = tuple(user for user in now if user not in wanted)
        coming = tuple(user for user in wanted if user not in now)
        key = f"{call.key}:{role.word}"
        if leaving and (role.several or not coming):
            change = moves.release(incident, role, leaving, by=call.by, at=tx.at, key=f"{key}:0")
            await tx.apply(change)
            incident = await tx.incident(incident.number)
        if coming:
            await only_for_members(incident, coming, tx)
            await tx.apply(
                moves.assign(incident, role, coming, by=call.by, at=tx.at, key=f"{key}:1")
            )
            incident = await tx.incident(incident.number)
    return Reply()


ROLE = Subcommand(
    word="role",
    usage="[<role> <@who…>|none]",
    says="Show roles; assign one, hand it over, or clear it. `me` is you.",
    run=run,
    group="Respond",
    examples=("role", "commander @ana", "role scribe me", "role ops none"),
    form=form,
    submit=submit,
)
