"""Say what an incident lacks; and, once it does not, take the question back."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.incident import Incident
from incibot.core.jobs import Remind
from incibot.core.people import ChannelId
from incibot.core.playbook import Reminder
from incibot.core.reminders import Stand
from incibot.core.visibility import may_see
from incibot.errors import SlackRefused
from incibot.jobs.tools import Tools
from incibot.log import logger
from incibot.slack import cards
from incibot.slack.cards import Reminded
from incibot.slack.gateway import GONE

log = logger(__name__)


async def remind(job: Remind, tools: Tools, *, again: bool) -> Change | None:
    """Post the message if any of it still holds; keep what it says right if it is there."""
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        kept = await tx.reminders(job.incident)
        missing = await tx.lacks(incident)
        known = await tx.post(job.key)
    about = []
    for reminder, times in _read(job):
        lack = missing.get(reminder)
        about.append(
            Reminded(
                reminder=reminder,
                stand=kept[reminder].stand(lack, times),
                since=lack.since if lack else None,
                until=kept[reminder].snoozed_until,
                by=kept[reminder].snoozed_by,
            )
        )
    names = [one.reminder.value for one in about if one.stand is Stand.HOLDS]
    if known is not None:
        text, blocks = cards.remind(incident, tools.store.book, about)
        await tools.slack.ensure_words(known.channel, known.ts, text=text, blocks=blocks)
        log.info("reminder.redrawn", reminders=names)
        return None
    if not names and not again:
        log.info("reminder.settled")  # between the clock's word and ours
        return None
    if incident.channel and job.user is None:
        try:
            return await _say(job, incident, about, incident.channel, tools, look=again)
        except SlackRefused as refused:
            if refused.code not in GONE:
                raise
    holders = incident.holders(tools.store.book.roles[0].word)
    asked = [job.user] if job.user else [*holders, incident.declared_by]
    user = next((one for one in asked if may_see(incident, one)), None)
    if user is None:
        log.info("reminder.nobody")  # who would have been asked may not know of it any more
        return None
    channel = await tools.slack.direct_channel(user)
    return await _say(job, incident, about, channel, tools, look=again)


async def _say(
    job: Remind,
    incident: Incident,
    about: list[Reminded],
    channel: ChannelId,
    tools: Tools,
    *,
    look: bool,
) -> Change | None:
    text, blocks = cards.remind(
        incident, tools.store.book, about, named=channel != incident.channel
    )
    ts = await tools.slack.find_message(channel, job.key) if look else None
    if ts is not None:
        await tools.slack.ensure_words(channel, ts, text=text, blocks=blocks)
    elif any(one.stand is Stand.HOLDS for one in about):
        ts = await tools.slack.ensure_message(
            channel, key=job.key, text=text, blocks=blocks, known=None, look=False
        )
        log.info("reminder.said", reminders=[one.reminder.value for one in about])
    if ts is None:
        return None
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))


def _read(job: Remind) -> list[tuple[Reminder, int]]:
    """The reminders that speak in it, and the how manieth time each does; others are a newer release's."""
    known = {one.value for one in Reminder}
    parts = [one.rpartition(".") for one in job.of]
    return [(Reminder(name), int(times)) for name, _, times in parts if name in known]
