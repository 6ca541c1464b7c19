"""Make a follow-up an issue in its tracker, and read how it stands there."""

from __future__ import annotations

from incibot.config.trackers import Tracker as Config
from incibot.core import following
from incibot.core.change import Change
from incibot.core.follow_up import FollowUp, Stand
from incibot.core.incident import Incident
from incibot.core.jobs import MakeIssue, ReadIssue
from incibot.core.secrets import mask
from incibot.errors import CallRefused
from incibot.integrations.trackers import Draft, Tracker, tracker
from incibot.jobs.tools import Tools

GONE = (404, 410)


async def make_issue(job: MakeIssue, tools: Tools, *, again: bool) -> Change | None:
    incident, follow_up = await _read(job, tools)
    if follow_up is None or follow_up.issue or not follow_up.tracker:
        return None
    if incident.private and not follow_up.leaving:
        return None  # nobody has confirmed what may leave
    config, there = _tracker(follow_up, tools)
    draft = _draft(incident, follow_up, tools.page(incident.number))
    issue = await there.find(draft) if again else None
    if issue is None:
        issue = await there.create(draft)
    return following.issue_made(follow_up, issue, system=config.title, at=tools.clock())


async def read_issue(job: ReadIssue, tools: Tools) -> Change | None:
    _, follow_up = await _read(job, tools)
    if follow_up is None or not follow_up.issue or follow_up.look_at is None:
        return None
    config, there = _tracker(follow_up, tools)
    stand, since, seen = Stand.LOST, None, ""
    try:
        look = await there.look(follow_up.issue, follow_up.seen)
    except CallRefused as refused:
        if refused.status not in GONE:
            raise
    else:
        stand, since, seen = look.stand or follow_up.stand, look.since, look.seen
    return following.stands(
        follow_up, stand, since=since, seen=seen, system=config.title, at=tools.clock()
    )


async def _read(job: MakeIssue | ReadIssue, tools: Tools) -> tuple[Incident, FollowUp | None]:
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        known = await tx.follow_ups(job.incident)
    return incident, next((one for one in known if one.number == job.follow_up), None)


def _tracker(follow_up: FollowUp, tools: Tools) -> tuple[Config, Tracker]:
    config = tools.integrations.tracker(follow_up.tracker)
    if config is None:
        raise CallRefused(follow_up.tracker, "no tracker of that name is in the configuration")
    return config, tracker(config, tools.http)


def _draft(incident: Incident, follow_up: FollowUp, page: str) -> Draft:
    """Of a private incident, nothing but the words that were confirmed."""
    return Draft(
        words=mask(follow_up.leaving or follow_up.words),
        marker=follow_up.marker,
        asked_at=follow_up.asked_at or follow_up.created_at,
        about="" if incident.private else mask(f"{incident.ref}, {incident.title}"),
        link="" if incident.private else page,
    )
