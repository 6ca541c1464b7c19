"""The demo: a recorded incident, played through the real bot in the local Slack.

`run` plays it at once and keeps what came of it in a folder; `play` has people do it at any pace.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from incibot.demo.checkout import CHECKOUT
from incibot.demo.local import Local, local
from incibot.demo.story import Player, Step, Story, StoryBroken, StoryClock, play
from incibot.demo.systems import post
from incibot.exports import FORMATS
from incibot.jobs.runner import Runner

__all__ = [
    "CHECKOUT",
    "Player",
    "Step",
    "Story",
    "StoryBroken",
    "StoryClock",
    "Summary",
    "play",
    "run",
    "settled",
]

PATIENCE: Final = 10.0  # seconds that the bot has for what came of one step
_LOOK: Final = 0.02  # seconds between two looks whether another process has done its jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of playing the story.

    Attributes:
        files: what was written, what to look at first at the top, with a word about each.
        took: real time.
    """

    folder: Path
    ref: str
    title: str
    people: int
    messages: int
    entries: int
    files: tuple[tuple[Path, str], ...]
    took: timedelta

    def __str__(self) -> str:
        width = max(len(str(path)) for path, _ in self.files)
        return "\n".join(
            [
                f"{self.ref} “{self.title}”: {self.people} people, {self.messages} messages, "
                f"{self.entries} timeline entries, played in {self.took.total_seconds():.1f} s.",
                "",
                "Look at:",
                *(f"  {path!s:<{width}}  {says}" for path, says in self.files),
            ]
        )


_FILES: Final = {  # in the order in which to look at them
    "review.html": "the review draft: what the record shows, and what only people can answer",
    "timeline.html": "the whole timeline, to read or print",
    "review.md": "the draft again, to edit; a refreshed draft keeps what you write into it",
    "timeline.md": "the timeline as text",
    "timeline.csv": "for a spreadsheet",
    "timeline.json": "everything, for programs",
}


class _OneHand(Runner):
    """Does one job after the other, so that each run gives the same bytes."""

    async def next(self) -> bool:
        """Do the job that is due first; False if none is."""
        claims = await self._claim(1)
        for claim in claims:
            await self._do(claim)
        return bool(claims)


async def settled(here: Local) -> None:
    """Wait until Slack has delivered everything, and incibot has done all that follows.

    A story's clock jumps, or runs fast: so it is also noted that incibot was listening until now.

    Raises:
        StoryBroken: it takes too long.
    """
    hand = _OneHand(here.app.tools)
    waiting = 0
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await here.slack.settled()
                await here.app.inbound.drain()
                if await hand.next():
                    continue
                async with here.app.store.read() as tx:
                    waiting, _, _ = await tx.waiting()
                if not waiting:
                    await here.app.last_beat()
                    return
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        raise StoryBroken(
            f"incibot was not done within {PATIENCE:.0f} s; {waiting} jobs wait"
        ) from None


async def run(folder: Path, say: Callable[[str], None], *, story: Story = CHECKOUT) -> Summary:
    """Play the story at once, and write the four exports and the review draft to the folder.

    They are what the person of the last step was handed in Slack. Nothing else is kept: the
    database and the workspace live only as long as the story. Each run gives the same bytes.

    Args:
        say: is told a line for each notable moment.

    Raises:
        StoryBroken: anything is not as it should be: an incident that is not over, a call that
            Slack refused, a delivery that the bot did not take, a job laid aside, a file missing.
    """
    began = time.monotonic()
    clock = StoryClock(story.begins)

    def told(step: Step) -> None:
        if step.label:
            say(f"{step.at:%H:%M}  {step.label}")

    with TemporaryDirectory(prefix="incibot-demo-") as inner:
        async with local(Path(inner), clock=clock, worker=False) as here:
            settle = partial(settled, here)
            salts = count(1)
            here.app.store.salts = lambda: f"{next(salts):032x}"
            await play(
                story,
                here.slack,
                clock,
                settle=settle,
                post=partial(post, address=here.address),
                told=told,
            )
            await _check(here)
            contents = _handed_out(here, story.steps[-1].who)
    files = _write(folder, contents)
    timeline = json.loads(contents["timeline.json"])
    incident = timeline["incident"]
    return Summary(
        folder=folder,
        ref=incident["ref"],
        title=incident["title"],
        people=len(story.people),
        messages=timeline["completeness"]["messages"],
        entries=len(timeline["entries"]),
        files=files,
        took=timedelta(seconds=time.monotonic() - began),
    )


async def _check(here: Local) -> None:
    """Raises unless the incident is over, and everything on the way there went well."""
    wrong = [
        f"Slack refused {call.method}: {(call.answer or {}).get('error', call.status)}"
        for call in here.slack.calls()
        if not (call.answer or {}).get("ok")
        and (call.answer or {}).get("error") != "already_in_channel"  # then it is as it should be
    ]
    wrong += [
        f"incibot did not take {sent.kind}: {sent.attempts[-1].trouble if sent.attempts else ''}"
        for sent in here.slack.delivery.sent
        if not sent.delivered
    ]
    async with here.app.store.read() as tx:
        incidents = await tx.all_incidents()
        wrong += [f"not done: {job.kind}, {job.last_error}" for job in await tx.parked()]
    book = here.app.store.book
    wrong += [f"{one.ref} is {one.status}" for one in incidents if not book.is_over(one.status)]
    if len(incidents) != 1:
        wrong.append(f"there are {len(incidents)} incidents")
    if wrong:
        raise StoryBroken("; ".join(wrong))


def _handed_out(here: Local, who: str) -> dict[str, bytes]:
    """What the bot has sent somebody: each file by the name that it gets in the folder."""
    person = here.slack.person(who)
    names = {f"timeline.{one.extension}" for one in FORMATS} | {"review.md", "review.html"}
    found = {
        name: person.downloads(file["id"])
        for file in person.files()
        for name in names
        if str(file["name"]).endswith(name)
    }
    if missing := [name for name in _FILES if not found.get(name, b"").strip()]:
        raise StoryBroken(f"{who} was not handed {', '.join(missing)}")
    return found


def _write(folder: Path, contents: dict[str, bytes]) -> tuple[tuple[Path, str], ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (folder / name).write_bytes(contents[name])
    return tuple((folder / name, says) for name, says in _FILES.items())
