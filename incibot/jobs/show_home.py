"""Draw somebody's App Home, or all that were opened lately and would read otherwise now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from incibot.core.change import Change, Post
from incibot.core.incident import Incident
from incibot.core.jobs import ShowHome, ShowHomes
from incibot.core.people import ChannelId, UserId
from incibot.core.visibility import may_see
from incibot.errors import Paused, PutOff, SlackRefused
from incibot.jobs.tools import Tools
from incibot.log import logger
from incibot.slack.blocks import View
from incibot.slack.home import home
from incibot.store.unit import Transaction

LATELY = timedelta(days=30)  # how long after its end an incident's review is on App Home
LONGEST = timedelta(days=90)  # before which an incident that ended lately was hardly declared
KEPT = 200  # homes that are kept right while closed; Slack draws some hundred a minute
REST = 20.0  # seconds after which some two dozen may be drawn in one go again

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What App Homes are drawn from: all of it, whoever may see it."""

    going: Sequence[Incident]
    ended: Sequence[tuple[Incident, datetime]]
    drafted: frozenset[int]
    rooms: Mapping[int, frozenset[UserId]]


async def show_home(job: ShowHome, tools: Tools) -> Change | None:
    """Draw it for somebody who opens it, whatever it showed before."""
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        scene = await _scene(tx)
    view = _view(job.user, scene, tools)
    await tools.slack.show_home(job.user, view)
    return Change(posts=(_shown(job.user, view, at=f"{tools.clock().timestamp():.0f}"),))


async def show_homes(job: ShowHomes, tools: Tools) -> Change | None:
    """Draw those that changed. One that Slack refuses keeps no other from being drawn."""
    async with tools.store.read() as tx:
        known = await tx.posts_of("home", limit=KEPT)
        scene = await _scene(tx) if known else None
    if scene is None:
        return None
    for post in known:
        user = UserId(post.channel)
        view = _view(user, scene, tools)
        shown = _shown(user, view, at=post.ts.partition(".")[0])
        if shown.ts == post.ts:
            await asyncio.sleep(0)  # to draw two hundred takes a while
            continue
        try:
            await tools.slack.show_home(user, view)
        except PutOff as put_off:  # all are drawn to find out who comes next: not for each of them
            raise Paused(max(put_off.after, REST)) from put_off
        except SlackRefused as refused:
            log.warning("home.refused", user=user, error=str(refused))
            continue
        # At once: if Slack has had enough in the middle, the next try goes on from there.
        await tools.store.write(partial(_remember, shown))
    return None


async def _remember(shown: Post, tx: Transaction) -> None:
    await tx.apply(Change(posts=(shown,)))


async def _scene(tx: Transaction) -> Scene:
    book = tx.book
    marks = {status.milestone for status in book.statuses if status.ends and status.milestone}
    ended = []
    for incident in await tx.all_incidents(over=True, since=tx.at - LONGEST):
        at = max(
            (one.at for one in incident.milestones if one.name in marks),
            default=incident.declared_at,
        )
        if at >= tx.at - LATELY:
            ended.append((incident, at))
    ended.sort(key=lambda one: one[1], reverse=True)
    going = await tx.all_incidents(over=False)
    return Scene(
        going=going,
        rooms=await tx.rooms(incident.number for incident in going),
        ended=ended,
        drafted=await tx.drafted(incident.number for incident, _ in ended),
    )


def _view(user: UserId, scene: Scene, tools: Tools) -> View:
    seen = [one for one, _ in scene.ended if may_see(one, user)]
    return home(
        user,
        tools.store.book,
        going=[one for one in scene.going if may_see(one, user)],
        to_write=[one for one in seen if one.number not in scene.drafted],
        to_read=[one for one in seen if one.number in scene.drafted],
        page=tools.page,
        inside=frozenset(number for number, room in scene.rooms.items() if user in room),
    )


def _shown(user: UserId, view: View, *, at: str) -> Post:
    """What we remember of a home: since when it is looked at, and what stands in it."""
    digest = sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:24]
    return Post(key=ShowHome(user=user).key, channel=ChannelId(user), ts=f"{at}.{digest}")
