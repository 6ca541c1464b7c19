"""An incident that is opened, resolved and reviewed, come what may; and how it must stand then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from incibot.core.timeline import EntryKind, Recorded
from tests.faults.world import World
from tests.scenarios.test_catching_up import is_slacks_own

# Each call of Slack in each part, in about the order in which they come. What is not here may not
# be called: `test_every_call_has_a_row` says so.
CALLS: dict[str, tuple[str, ...]] = {
    "opening": (
        "users.info",
        "views.open",
        "auth.test",
        "conversations.create",
        "conversations.setPurpose",
        "conversations.info",
        "conversations.setTopic",
        "bookmarks.list",
        "bookmarks.add",
        "conversations.invite",
        "usergroups.list",
        "usergroups.users.list",
        "chat.postMessage card",
        "pins.add",
        "conversations.list",
        "chat.postMessage announce",
        "views.publish",
        "conversations.history",
        "pins.list",
        "conversations.members",
        "chat.postEphemeral",
        "chat.postMessage echo",
        "chat.update card",
        "chat.update announce",
        "conversations.open",
        "chat.postMessage brief",
    ),
    "resolving": (
        "chat.postMessage echo",
        "chat.postMessage relay",
        "chat.update card",
        "chat.update announce",
        "views.publish",
    ),
    "reviewing": (
        "conversations.open",
        "files.getUploadURLExternal html",
        "files.getUploadURLExternal md",
        "files.upload html",
        "files.upload md",
        "files.completeUploadExternal",
        "chat.postMessage echo",
        "views.publish",
    ),
}

# What each part leaves behind: messages by the first word of their key, and entries by their kind.
MESSAGES = {
    "opening": Counter(card=1, announce=1, brief=2, echo=1),
    "resolving": Counter(echo=2, relay=1),
    "reviewing": Counter(echo=1),
}
KINDS = {
    "opening": Counter(declared=1, milestone=1, link=1, role=2),
    "resolving": Counter(update=1, status=1),
    "reviewing": Counter(review=1),
}
MOVING = (EntryKind.JOINED, EntryKind.LEFT)

Done = Callable[[], Awaitable[bool]]


async def _insists(world: World, text: str, room: str, done: Done) -> None:
    """Somebody types a command; and again if Slack says that it failed, and nothing came of it."""
    while True:
        answer = await world.types(text, room)
        await world.revive()
        if answer.trouble is None or await done():
            return


async def _has(world: World, number: int, kind: EntryKind) -> bool:
    return any(one.kind is kind for one in await world.there.timeline(number))


async def open_up(world: World, number: int) -> None:
    """Ana declares it by the form and becomes its commander; then Bela does."""
    ana = world.slack.person("ana")
    while len(await world.there.incidents()) < number:
        if ana.view is None:
            await world.types("")
            await world.revive()
        if ana.view is not None:
            values = {"title": f"Checkout answers 500 ({number})", "severity": "sev2"}
            await ana.submits({**values, "commander": "ana"})
            await world.revive()
    if ana.view is not None:  # its form stayed open though it was sent, since the answer was lost
        await ana.closes_view(everything=True)
    await opened(world, number)
    if world.unhurried:
        await world.settle()
    await _insists(
        world,
        "commander @bela",
        world.room(number),
        lambda: _has_role(world, number, world.slack.person("bela").id),
    )


async def _has_role(world: World, number: int, user: str) -> bool:
    incident = await world.there.incident(number)
    return user in incident.holders("commander")


async def opened(world: World, number: int) -> None:
    """Wait until Ana, who declared it, is in its channel."""

    async def is_in() -> bool:
        await world.revive()
        channel = (await world.there.incident(number)).channel
        members = world.slack.channel(channel).members if channel else ()
        return world.slack.person("ana").id in members

    await world.until(is_in)


async def resolve(world: World, number: int) -> None:
    room = world.room(number)
    await _insists(
        world,
        "update half of it works",
        room,
        lambda: _has(world, number, EntryKind.UPDATE),
    )
    if world.unhurried:
        await world.settle()
    await _insists(world, "resolve all is well", room, lambda: _is_over(world, number))


async def _is_over(world: World, number: int) -> bool:
    return (await world.there.incident(number)).status == "resolved"


async def review(world: World, number: int) -> None:
    async def drafted() -> bool:
        await world.settle()
        return await _has(world, number, EntryKind.REVIEW)

    await _insists(world, "review", world.room(number), drafted)


PARTS: dict[str, Callable[[World, int], Awaitable[None]]] = {
    "opening": open_up,
    "resolving": resolve,
    "reviewing": review,
}


def _key(message: Mapping[str, Any]) -> str:
    return str(message["metadata"]["event_payload"]["key"])


def _is_of(key: str, number: int, entries: Sequence[Recorded]) -> bool:
    kind, _, rest = key.partition(":")
    if kind in ("echo", "relay"):
        return any(rest == one.key for one in entries)
    return rest.partition(":")[0] == str(number)


async def stands(world: World, number: int, *, parts: int = 3) -> None:
    """Everything is there, and once.

    Args:
        parts: how many of the three have been.
    """
    space, there = world.slack.workspace, world.there
    ana, bela = world.slack.person("ana"), world.slack.person("bela")
    incident = await there.incident(number)
    room = world.slack.channel(world.room(number))
    assert incident.channel == room.id
    assert room.purpose["value"] == f"INC-{number}, kept by incibot"
    assert room.topic["value"] == f"INC-{number}: Checkout answers 500 ({number})"
    assert [one["title"] for one in room.bookmarks] == ["Timeline"]
    invited = {world.slack.person(one).id for one in ("ana", "bela", "chidi", "dana")}
    assert set(room.members) - {space.bot.id} == invited

    entries = await there.timeline(number)
    posted = {key: n for key, n in world.written().items() if _is_of(key, number, entries)}
    assert set(posted.values()) == {1}, posted
    messages = Counter(key.partition(":")[0] for key in posted)
    kinds = Counter(one.kind.value for one in entries if one.kind not in MOVING)
    played = list(CALLS)[:parts]
    assert messages == sum((MESSAGES[part] for part in played), Counter())
    assert kinds == sum((KINDS[part] for part in played), Counter())
    pinned = [room.messages[pin["ts"]] for pin in room.pins]
    assert [_key(one) for one in pinned] == [f"card:{number}"]
    if parts == len(CALLS):
        files = [one["name"] for one in ana.files() if one["name"].startswith(f"INC-{number}-")]
        assert sorted(files) == [f"INC-{number}-review.html", f"INC-{number}-review.md"]
    assert incident.holders("commander") == (bela.id,)
    await is_slacks_own(there, room.id, number)
    await world.proved(number)
