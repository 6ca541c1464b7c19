"""Ask somebody who took part how it was for them, once; later, keep that message right."""

from __future__ import annotations

from incibot.core.change import Change, Post
from incibot.core.jobs import AskVoice
from incibot.core.visibility import may_see
from incibot.errors import SlackRefused
from incibot.jobs.tools import NOBODY, Tools
from incibot.log import logger
from incibot.slack import voices

UNREACHABLE = frozenset({*NOBODY, "user_disabled", "cannot_dm_bot", "is_bot"})

log = logger(__name__)


async def ask_voice(job: AskVoice, tools: Tools, *, again: bool) -> Change | None:
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        person = await tx.person(job.user)
        told = await tx.voice(job.incident, job.user)
        facilitator = await tx.facilitator(job.incident)
        known = await tx.post(job.key)
    text, blocks = voices.asking(incident, told, facilitator)
    seen = may_see(incident, job.user)
    if known is not None:
        if not seen and (told is None or told.answers):
            return None  # that it is taken back they are told, and no more
        await tools.slack.ensure_words(known.channel, known.ts, text=text, blocks=blocks)
        return None
    is_colleague = person is not None and not person.is_bot and not person.deleted
    if person is None or not is_colleague or person.outside is not False:
        return None
    # Taken up again meanwhile, or they have told already, or may not know of it any more.
    asks = told is None and tools.store.book.is_over(incident.status)
    if not seen or not (asks or again):
        return None
    try:
        channel = await tools.slack.direct_channel(job.user)
    except SlackRefused as refused:
        if refused.code not in UNREACHABLE:
            raise
        log.info("voice.unreachable", error=refused.code)
        return None
    if not asks:
        ts = await tools.slack.find_message(channel, job.key)
        if ts is None:
            return None
        await tools.slack.ensure_words(channel, ts, text=text, blocks=blocks)
    else:
        # Always looked for: a job that was laid aside long ago may have posted it.
        ts = await tools.slack.ensure_message(
            channel, key=job.key, text=text, blocks=blocks, known=None, look=True
        )
    return Change(posts=(Post(key=job.key, channel=channel, ts=ts),))
