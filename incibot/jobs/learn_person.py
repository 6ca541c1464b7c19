"""Ask Slack who somebody is: their name, their time zone, and whether they are a guest."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import LearnPerson
from incibot.jobs.tools import Tools


async def learn_person(job: LearnPerson, tools: Tools) -> Change | None:
    await tools.learn(job.user)
    return None
