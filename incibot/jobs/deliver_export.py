"""Hand the timeline to the asker, as a file, and to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

from incibot.core.change import Change
from incibot.core.jobs import DeliverExport
from incibot.core.people import zone_of
from incibot.core.visibility import may_see
from incibot.exports import encoded, filename, format_of
from incibot.jobs.tools import Tools
from incibot.slack.blocks import time
from incibot.slack.gateway import Attachment


async def deliver_export(job: DeliverExport, tools: Tools, *, again: bool) -> Change | None:
    fmt = format_of(job.format)
    zone = zone_of(job.zone) or tools.zone
    await tools.meet(job.user)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        if not may_see(incident, job.user):
            return None  # they could when they asked
        head = await tx.head(incident, zone=zone)
        chunks = [
            encoded(chunk)
            async for chunk in fmt.write(head, tx.entries(job.incident), tools.renderer)
        ]
    channel = await tools.slack.direct_channel(job.user)
    asked = datetime.fromtimestamp(job.at, UTC)
    await tools.slack.ensure_files(
        channel,
        [Attachment(name=filename(incident, fmt), content=b"".join(chunks))],
        title=f"{incident.ref} timeline, times in {zone.key}",
        words=tools.renderer.text(
            "slack/export.txt.j2", ref=incident.ref, asked=time(asked)
        ).strip(),
        look=again,
    )
    return None
