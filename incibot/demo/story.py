"""A recorded incident as data, and the player that has people do it again in the local Slack.

A `Story` is a list of `Step`s: when, who, which of the things that people can do in Slack, and with
what. The `Player` sets the clock, has the person do it, and goes on, at once or at a pace; it can be
paused between any two steps, and whoever pauses it has the workspace to themselves: the rest of the
story is told by as much later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from incibot.errors import IncibotError
from incibot.playground import ClickAnswer, CommandAnswer, Person, Playground, Refusal, ViewAnswer

INCIDENT: Final = "incident"  # stands for the channel that the bot made last
POSTS: Final = "posts"  # the verb of what is told by a system and done by no person

_VERBS: Final[Mapping[str, Callable[..., Awaitable[Any]]]] = {
    "writes": Person.writes,
    "edits": Person.edits,
    "deletes": Person.deletes,
    "reacts": Person.reacts,
    "unreacts": Person.unreacts,
    "pins": Person.pins,
    "leaves": Person.leaves,
    "invites": Person.invites,
    "types": Person.types,
    "message_shortcut": Person.message_shortcut,
    "clicks": Person.clicks,
    "submits": Person.submits,
    "closes_view": Person.closes_view,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that one person does, or that a system tells of.

    Attributes:
        at: the time, in UTC.
        who: the person's handle; of a system, the word in the address that it posts to.
        verb: what `Person` calls it; one of the verbs of this module.
        args: its arguments but for `channel` and the message that it is about, in JSON's types.
        channel: where, by name; INCIDENT for the incident's channel; empty where it has no place.
        about: the `known_as` of the message that is replied to, edited, marked or clicked on.
        known_as: how later steps call the message that comes of this one: what is written, or what
            the bot answers a command with in the channel.
        echoes: the bot is to post something in that channel because of it. What it did not
            understand, it says to the person alone.
        label: one line for onlookers; empty for what needs none.
    """

    at: datetime
    who: str
    verb: str
    args: Mapping[str, Any] = field(default_factory=dict)
    channel: str = ""
    about: str = ""
    known_as: str = ""
    echoes: bool = False
    label: str = ""

    @property
    def is_a_persons(self) -> bool:
        return self.verb != POSTS

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.who} {self.verb} {dict(self.args)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A recorded incident, its steps in the order of time; `begins` is when its clock starts, in UTC."""

    title: str
    begins: datetime
    steps: tuple[Step, ...]

    @property
    def ends(self) -> datetime:
        return self.steps[-1].at

    @property
    def people(self) -> frozenset[str]:
        return frozenset(step.who for step in self.steps if step.is_a_persons)


class StoryBroken(IncibotError):
    """What came of a story is not what it tells; says where.

    Attributes:
        step: the one that could not be done, if it is one's fault.
        why: what was wrong, in plain words, as the end of a sentence.
    """

    def __init__(self, message: str, *, step: Step | None = None, why: str = "") -> None:
        self.step = step
        self.why = why
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Script:
    """Writes steps in few words: one method for each thing that people do. Times are of `day`, in UTC."""

    day: date
    channel: str = INCIDENT

    def at(self, clock: str) -> datetime:
        """The moment of ``14:06`` or ``14:06:30``."""
        return datetime.fromisoformat(f"{self.day}T{clock}").replace(tzinfo=UTC)

    def __call__(self, clock: str, who: str, verb: str, /, **more: Any) -> Step:
        """Any step; what is no field of a `Step` is an argument of the verb."""
        names = ("about", "known_as", "echoes", "label")
        fields = {name: more.pop(name) for name in names if name in more}
        channel = more.pop("channel", self.channel)
        return Step(at=self.at(clock), who=who, verb=verb, channel=channel, args=more, **fields)

    def says(self, clock: str, who: str, text: str, /, **more: Any) -> Step:
        """A message; with `about`, a reply in that message's thread."""
        return self(clock, who, "writes", text=text, **more)

    def edits(self, clock: str, who: str, about: str, text: str, /, **more: Any) -> Step:
        return self(clock, who, "edits", about=about, text=text, **more)

    def deletes(self, clock: str, who: str, about: str, /, **more: Any) -> Step:
        return self(clock, who, "deletes", about=about, **more)

    def reacts(self, clock: str, who: str, emoji: str, about: str, /, **more: Any) -> Step:
        return self(clock, who, "reacts", name=emoji, about=about, **more)

    def unreacts(self, clock: str, who: str, emoji: str, about: str, /, **more: Any) -> Step:
        return self(clock, who, "unreacts", name=emoji, about=about, **more)

    def pins(self, clock: str, who: str, about: str, /, **more: Any) -> Step:
        return self(clock, who, "pins", about=about, **more)

    def leaves(self, clock: str, who: str, /, **more: Any) -> Step:
        return self(clock, who, "leaves", **more)

    def invites(self, clock: str, who: str, guest: str, /, **more: Any) -> Step:
        return self(clock, who, "invites", user=guest, **more)

    def types(self, clock: str, who: str, words: str, /, **more: Any) -> Step:
        """``/incident`` and these words, which everybody in the channel hears of."""
        return self(clock, who, "types", text=f"/incident {words}", **{"echoes": True, **more})

    def picks(self, clock: str, who: str, shortcut: str, about: str, /, **more: Any) -> Step:
        """A shortcut in a message's menu."""
        return self(clock, who, "message_shortcut", callback_id=shortcut, about=about, **more)

    def clicks(self, clock: str, who: str, button: str, /, **more: Any) -> Step:
        """A button: on the message `about`, else on the newest that has it."""
        return self(clock, who, "clicks", action_id=button, **more)

    def submits(self, clock: str, who: str, /, **values: Any) -> Step:
        """The open form, with these values by block; `label` as ever."""
        label = values.pop("label", "")
        return self(clock, who, "submits", channel="", label=label, values=values)

    def closes(self, clock: str, who: str, /) -> Step:
        """The open form, without sending it."""
        return self(clock, who, "closes_view", channel="")

    def hears(self, clock: str, system: str, /, **more: Any) -> Step:
        """What a system tells incibot; its arguments are those of `systems`."""
        return self(clock, system, POSTS, channel="", **more)


class StoryClock:
    """A clock that can be set, and runs on from there at a pace of its own.

    Args:
        at: what it shows first, in UTC.
        pace: story seconds in a real second; 0 stands still.
        tick: real seconds, from any point on.

    Attributes:
        turned: is called after each time that it was set, or given another pace.
    """

    def __init__(
        self, at: datetime, *, pace: float = 0.0, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._tick = tick
        self._at = at
        self._since = tick()
        self._pace = pace
        self._turns = asyncio.Event()
        self.turned: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=(self._tick() - self._since) * self._pace)

    @property
    def pace(self) -> float:
        return self._pace

    def run(self, pace: float) -> None:
        """Go on from what it shows now, at that pace."""
        self._turn(self(), pace)

    def set(self, at: datetime) -> None:
        """Show that time, unless it has passed: time does not go back."""
        self._turn(max(at, self()), self._pace)

    def _turn(self, at: datetime, pace: float) -> None:
        self._at, self._since, self._pace = at, self._tick(), pace
        turns, self._turns = self._turns, asyncio.Event()
        turns.set()
        self.turned()

    async def sleep(self, seconds: float) -> None:
        """Wait until it shows a time so much later, however fast that comes."""
        until = self() + timedelta(seconds=seconds)
        while (left := (until - self()).total_seconds()) > 0:
            real = left / self._pace if self._pace else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._turns.wait(), real)


async def _at_once(_step: Step | None = None) -> None:
    """Nothing needs to be waited for."""


async def _to_nobody(_step: Step, _at: datetime) -> None:
    """Nobody listens to what systems tell."""


@dataclass(slots=True, kw_only=True)
class Player:
    """Has people do, one after the other, what a story tells.

    The workspace is to be a fresh one whose clock, and the bot's, is `clock`.

    Attributes:
        ready: waits until all is ready for a step whose time has come; may pause the story instead.
        settle: waits until Slack has delivered what came of a step, and the bot has done its part.
        post: has a system tell what a step says, as of that time.
        told: is called with each step after it was done.
        idle: the clock's pace in a pause and within a step, where the story itself does not go on.
        position: how many steps are done.
    """

    story: Story
    slack: Playground
    clock: StoryClock
    ready: Callable[[Step], Awaitable[None]] = _at_once
    settle: Callable[[], Awaitable[None]] = _at_once
    post: Callable[[Step, datetime], Awaitable[None]] = _to_nobody
    told: Callable[[Step], None] = lambda step: None
    idle: float = 0.0
    position: int = 0
    _late: timedelta = timedelta()
    _paused_at: datetime | None = None
    _known: dict[str, str] = field(default_factory=dict)
    _incident: str = ""
    _going: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _pace: float | None = None
    _is_busy: bool = False

    @property
    def is_paused(self) -> bool:
        return not self._going.is_set()

    @property
    def pace(self) -> float | None:
        """Story seconds in a real second; None is at once."""
        return self._pace

    def pause(self) -> None:
        """Do no further step until `resume`; the clock goes on at the pace `idle`."""
        if not self.is_paused:
            self._paused_at = self.clock()
        self._going.clear()
        self._flow()

    def resume(self, pace: float | None = None) -> None:
        """Go on at that pace: story seconds in a real second; None is at once.

        What is left of the story moves by as long as it was paused, and nothing is done in a burst.
        """
        if self._paused_at is not None:
            self._late += self.clock() - self._paused_at
            self._paused_at = None
        self._pace = pace
        self._going.set()
        self._flow()

    def _flow(self) -> None:
        """Time passes between steps, not within one: Slack's forms would expire at a high pace."""
        still = self.is_paused or self._is_busy
        self.clock.run(self.idle if still else self._pace or 0.0)
        self._changed.set()

    async def play(self, pace: float | None = None) -> None:
        """Do the rest of the story, and end as in a pause; see `resume` for `pace`.

        Raises:
            StoryBroken: Slack or the bot would not have it.
        """
        self.clock.set(self.story.begins)
        self.resume(pace)
        for step in self.story.steps[self.position :]:
            await self._until(step)
            self._is_busy = True
            self._flow()
            await self._do(step)
            self.position += 1
            self.told(step)
            self._is_busy = False
            self._flow()
        self.pause()

    async def _until(self, step: Step) -> None:
        """Wait for a step's time to come; or make it come, where there is no pace."""
        while True:
            self._changed.clear()
            at = step.at + self._late
            if self.is_paused:
                await self._going.wait()
                continue
            if self._pace is None:
                self.clock.set(at)
            elif (left := (at - self.clock()).total_seconds()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), left / self._pace)
                continue
            await self.ready(step)
            if not self.is_paused:
                return

    async def _do(self, step: Step) -> None:
        if not step.is_a_persons:
            await self.post(step, step.at + self._late)
            await self.settle()
            return
        try:
            person = self.slack.person(step.who)
            place = self.place(step.channel)
            before = self._newest(place)
            answer = await _VERBS[step.verb](person, **self._arguments(step, place))
        except (Refusal, LookupError) as trouble:
            why = "what it is about is not there"
            if isinstance(trouble, Refusal):
                why = f"Slack did not let it be done ({trouble.code})"
            raise StoryBroken(f"{step}: {trouble}", step=step, why=why) from trouble
        _judge(step, answer)
        await self.settle()
        newest = self._newest(place)
        if step.echoes and newest == before:
            why = "the bot has not said so in the channel"
            raise StoryBroken(f"{step}: {answer}", step=step, why=why)
        if step.known_as:
            self._known[step.known_as] = answer if isinstance(answer, str) else newest

    def _arguments(self, step: Step, place: str) -> dict[str, Any]:
        given = dict(step.args)
        if place:
            given["channel"] = place
        if step.about:
            given["thread_ts" if step.verb == "writes" else "ts"] = self._known[step.about]
        if "files" in given:
            given["files"] = [(name, content.encode()) for name, content in given["files"]]
        return given

    def place(self, channel: str) -> str:
        """The id of the channel that a step names; empty for none."""
        if not channel:
            return ""
        if channel != INCIDENT:
            return self.slack.channel(channel).id
        if not self._incident:
            space = self.slack.workspace
            rooms = [one for one in space.channels.values() if not one.is_direct]
            made = [one.id for one in rooms if one.creator == space.bot.id]
            if not made:
                raise LookupError("the incident has no channel yet")
            self._incident = made[-1]  # whoever takes over may declare others
        return self._incident

    def _newest(self, place: str) -> str:
        """The newest message of the bot's in a channel: its ts."""
        if not place:
            return ""
        space = self.slack.workspace
        messages = space.channels[place].messages.values()
        return max((str(one["ts"]) for one in messages if "app_id" in one), default="")


def _judge(step: Step, answer: object) -> None:
    """Raises where Slack would have shown the person trouble."""
    match answer:
        case CommandAnswer(trouble=None) | ClickAnswer(trouble=None, sent=True):
            return
        case ClickAnswer(trouble=None) if (
            step.verb == "closes_view"
        ):  # which few bots want to hear of
            return
        case ViewAnswer(trouble=None, errors=None):
            return
        case CommandAnswer() | ClickAnswer() | ViewAnswer():
            why = "the bot did not take it"
            if answer.trouble is not None:
                why = f"the bot did not answer ({answer.trouble})"
            raise StoryBroken(f"{step}: {answer}", step=step, why=why)


async def play(
    story: Story,
    slack: Playground,
    clock: StoryClock,
    *,
    pace: float | None = None,
    settle: Callable[[], Awaitable[None]] = _at_once,
    post: Callable[[Step, datetime], Awaitable[None]] = _to_nobody,
    told: Callable[[Step], None] = lambda step: None,
) -> None:
    """Play a whole story; see `Player`, which can also be paused.

    Args:
        pace: story seconds in a real second; None plays it at once.

    Raises:
        StoryBroken: Slack or the bot would not have it.
    """
    player = Player(story=story, slack=slack, clock=clock, settle=settle, post=post, told=told)
    await player.play(pace)
