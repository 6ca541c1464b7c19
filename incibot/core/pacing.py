"""When Slack may be asked for something, so that it need not say no.

Slack counts the calls of each method, in each workspace, and the messages in each channel; beyond
its limits it answers 429. It names so many calls a minute (``20+``), takes short bursts, and says
no more. So each limit here is a burst after a rest and an even pace from there, chosen so that no
minute ever holds more than Slack's number, wherever it begins to count.

One moment for each limit is all that is kept (the generic cell rate algorithm): from when on it would
be rested if nothing more were asked. All moments are microseconds of one clock, the database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

SECOND = 1_000_000
TIERS = {2: 20, 3: 50, 4: 100}
SPECIAL = 300  # calls a minute: “several hundred”
METHODS = {  # what incibot asks for in its jobs, and Slack's tier for it; 0 for a limit of its own
    "auth.test": 0,
    "bookmarks.add": 2,
    "bookmarks.list": 3,
    "chat.postEphemeral": 4,
    "chat.postMessage": 0,
    "chat.update": 3,
    "conversations.create": 2,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.invite": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "conversations.setPurpose": 2,
    "conversations.setTopic": 2,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "pins.add": 2,
    "pins.list": 2,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.info": 4,
    "users.lookupByEmail": 3,
    "views.publish": 4,
}
STRICTEST = 2  # the tier of a method that stands not there
POSTS = frozenset({"chat.postMessage", "files.completeUploadExternal"})
"""What leaves something in Slack that a second try has to look for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often something may be asked for.

    Attributes:
        every: microseconds between two calls in the long run.
        burst: how many may be made at once after a rest.
        reach: the same for whoever is in the middle of something, and would have to begin anew.
    """

    every: int
    burst: int
    reach: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """How far a limit is used up.

    Attributes:
        rested: from when on a whole burst may be made again.
        promised: the moment of the last one who was put off; nobody new goes before.
        closed: until when Slack wants to see no call at all.
    """

    rested: int = 0
    promised: int = 0
    closed: int = 0


@dataclass(slots=True, kw_only=True)
class Stint:
    """One try of a job, as far as the pace goes.

    Attributes:
        waited: the method for whose sake it was put off before; it stood in line for that.
        keeps: what it has done so far stays done: it need not begin anew if it is put off, and
            stands in line for each call like everybody else.
        used: what it has asked for in this try.
    """

    waited: str = ""
    keeps: bool = False
    used: set[str] = field(default_factory=set)

    @property
    def posted(self) -> bool:
        """Whether the next try has to look for what this one has posted."""
        return not self.used.isdisjoint(POSTS)


# One message a second and channel; and one edit: whoever reads a card sees no more of them.
IN_A_CHANNEL = Limit(every=SECOND, burst=1, reach=1)


def limits(method: str, channel: str | None = None) -> dict[str, Limit]:
    """The limits that a call falls under, by the key of their slots.

    Args:
        channel: where it posts a message, or edits one.
    """
    tier = METHODS.get(method, STRICTEST)
    minute = TIERS.get(tier, SPECIAL)
    burst = minute // 4
    found = {method: Limit(every=60 * SECOND // (minute - burst), burst=burst, reach=minute)}
    if channel is not None:
        found[f"{method}:{channel}"] = IN_A_CHANNEL
    return found


def take(
    slots: Mapping[str, Slot],
    wanted: Mapping[str, Limit],
    *,
    now: int,
    waited: bool = False,
    going_on: bool = False,
) -> tuple[dict[str, Slot], int]:
    """Ask for a call that falls under several limits.

    Args:
        waited: it was put off before, and comes back when it was told to.
        going_on: the same try has made such a call already.

    Returns:
        The slots as they are then, where they changed; and how long to wait, 0 to go on.
    """
    free = {key: _free(slots[key], limit, going_on=going_on) for key, limit in wanted.items()}
    blocked = {}
    for key, limit in wanted.items():
        slot = slots[key]
        # Who comes back a little early, by another clock, does not lose its place for that.
        early = limit.every // 4 if waited else 0
        ahead = slot.promised if not (waited or going_on) else 0
        if now < max(free[key] - early, slot.closed, ahead):
            blocked[key] = limit
    if not blocked:
        return {
            key: replace(slots[key], rested=max(slots[key].rested, now) + limit.every)
            for key, limit in wanted.items()
        }, 0
    moments = {
        key: max(free[key], slots[key].closed, slots[key].promised + limit.every)
        for key, limit in blocked.items()
    }
    kept = {key: replace(slots[key], promised=moment) for key, moment in moments.items()}
    return kept, max(moments.values()) - now


def _free(slot: Slot, limit: Limit, *, going_on: bool) -> int:
    """From when on one more call fits."""
    room = limit.reach if going_on else limit.burst
    return slot.rested - (room - 1) * limit.every


def close(slot: Slot, seconds: float, *, now: int) -> Slot:
    """Slack has said 429, and when it wants to be asked again: that holds for everybody."""
    return replace(slot, closed=max(slot.closed, now + round(seconds * SECOND)))
