"""What Slack tells becomes part of a timeline: by an event, or by the history that is read later.

Whichever way it comes, in whatever order and however often: the rows are the same.
"""

from __future__ import annotations

from incibot.core.jobs import Capture, LearnPerson, ShowHomes, Welcome
from incibot.core.markup import mentions
from incibot.core.people import UserId
from incibot.core.timeline import PIN, Entry, EntryKind, Mark, MarkEvent, Source, moment_of
from incibot.slack import reading
from incibot.slack.reading import Came, Deleted, Edited, Message, Pinned, Reacted, Topic
from incibot.store.unit import Transaction
from incibot.store.workspaces import Workspace

FROM_HISTORY = "@history"  # ends the key of a coming or going that only Slack's history tells of


def is_ours(event: reading.Heard, me: Workspace | None) -> bool:
    """What our own calls cause is in the record already."""
    if me is None:
        return False
    match event:
        case Message() as message:
            pass
        case Edited(message=message) | Deleted(message=message):
            pass
        case Reacted(user=user) | Pinned(user=user) | Came(user=user) | Topic(user=user):
            return user == me.bot_user
        case _:
            return False
    return message.is_by(me.bot_user, me.bot_id)


async def record(number: int, event: reading.Heard, tx: Transaction) -> bool:
    """The one path by which what Slack tells becomes part of a timeline. False if it is no news."""
    match event:
        case Message():
            fresh = await tx.record(number, event.entry(), since=event.since)
            await meet(tx, event.user, *mentions(event.words))
            return fresh
        case Edited(message=message, before=before):
            # The original may come later than its edit, or never: what Slack says that it was
            # is recorded first, so that any order of deliveries gives the same revisions.
            first = before or message
            await tx.record(number, first.entry(), since=first.since)
            await tx.reword(message.key, message.words, since=message.since)
            await meet(tx, message.user, *mentions(message.words))
        case Deleted(message=message):
            await tx.record(number, message.entry())  # it may come before the message itself
            await meet(tx, message.user)
        case Reacted(reaction=reaction):
            await _mark(number, event, tx.book.reactions[reaction], event.via, tx)
        case Pinned():
            await _mark(number, event, Mark.KEY_MOMENT, PIN, tx)
        case Came():
            await _come(number, event, tx)
        case Topic():
            entry = Entry(
                key=f"slack:{event.channel}:{event.ts}",
                kind=EntryKind.NOTE,
                occurred_at=moment_of(event.ts),
                by=event.user,
                words=f"{event.what}: {event.words}",
                source=Source(channel=event.channel, ts=event.ts),
                data={event.what.casefold().replace(" ", "_"): event.words},
            )
            fresh = await tx.record(number, entry)
            await meet(tx, event.user)
            return fresh
    return True


async def _mark(
    number: int, event: Reacted | Pinned, mark: Mark, via: str, tx: Transaction
) -> None:
    await tx.mark(
        MarkEvent(
            channel=event.channel,
            ts=event.ts,
            mark=mark,
            user=event.user,
            via=via,
            at=event.at,
            on=event.on,
        )
    )
    if event.on and await tx.entry_at(number, event.channel, event.ts) is None:
        await tx.ask(Capture(incident=number, channel=event.channel, ts=event.ts))
    await meet(tx, event.user)


async def _come(number: int, event: Came, tx: Transaction) -> None:
    entry = _coming(event)
    known = await tx.came_about(
        number, event.user, entry.kind, entry.occurred_at, ending=FROM_HISTORY
    )
    await tx.set_member(number, event.user, present=event.joined, as_of=event.at)
    if not known:
        await tx.record(number, entry)
    await _show_homes(number, event.user, tx)
    if event.joined:
        await tx.ask(Welcome(incident=number, user=event.user, at=event.at))
    await meet(tx, event.user)


async def record_late(number: int, event: Came, tx: Transaction) -> bool:
    """Somebody came or left, as Slack's history says. False if the event of it was heard.

    The line in the channel and the event have each a time of its own, a moment apart.
    """
    entry = _coming(event, FROM_HISTORY)
    if await tx.came_about(number, event.user, entry.kind, entry.occurred_at):
        return False
    await tx.set_member(number, event.user, present=event.joined, as_of=event.at)
    fresh = await tx.record(number, entry)
    await _show_homes(number, event.user, tx)
    await meet(tx, event.user)
    return fresh


async def _show_homes(number: int, user: UserId, tx: Transaction) -> None:
    """A private incident is on the App Homes of those who are in; a public one is not to be joined twice."""
    if (await tx.incident(number)).private:
        await tx.ask(ShowHomes())
    else:
        await tx.redraw_home(user)


def _coming(event: Came, ending: str = "") -> Entry:
    kind = EntryKind.JOINED if event.joined else EntryKind.LEFT
    return Entry(
        key=f"{kind.value}:{event.channel}:{event.user}:{event.at}{ending}",
        kind=kind,
        occurred_at=moment_of(event.at),
        by=event.user,
        words="Joined the channel" if event.joined else "Left the channel",
        data={"inviter": event.inviter} if event.inviter else {},
    )


async def meet(tx: Transaction, *users: str | None) -> None:
    """Ask who they are, of those whom we do not know."""
    for user in await tx.strangers(UserId(one) for one in users if one):
        await tx.ask(LearnPerson(user=user))
