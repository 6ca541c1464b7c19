"""Ask Slack for somebody's name and time zone."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import LearnPerson
from incibot.core.people import Person
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools

NOBODY = ("user_not_found", "user_not_visible", "users_not_found")


async def learn_person(job: LearnPerson, tools: Tools) -> Change | None:
    try:
        person = await tools.slack.person(job.user)
    except SlackRefused as refused:
        if refused.code not in NOBODY:
            raise
        person = Person(id=job.user, name=job.user)  # Slack has no more to say
    await tools.store.write(lambda tx: tx.learn([person]))
    return None
