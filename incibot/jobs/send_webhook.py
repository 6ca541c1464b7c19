"""Tell another system of an entry, by a webhook."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from incibot.core import disclosure
from incibot.core.history import Completeness, Head
from incibot.core.jobs import SendWebhook
from incibot.core.timeline import Recorded
from incibot.errors import CallRefused
from incibot.exports import json_timeline
from incibot.integrations.webhooks import signed
from incibot.jobs.tools import Tools

GONE = 410
NO_MORE = "nothing more is sent there until `incibot jobs retry`, or until it has another address"


async def send_webhook(job: SendWebhook, tools: Tools) -> None:
    """Told twice, it has the same id. An address that says 410 is told nothing more."""
    hook = tools.integrations.webhook(job.to)
    if hook is None:
        return  # it was taken out of the configuration
    address = hashlib.sha256(hook.address.encode()).hexdigest()
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        entry = await tx.entry_by_key(job.incident, job.entry)
        ended = await tx.end_of_webhook(hook.name, address)
        here = await tx.workspace()
        head = Head(
            incident=incident,
            people=await tx.people(),
            completeness=Completeness(),
            workspace_url=here.url if here else "",
            zone=ZoneInfo("UTC"),
            at=tx.at,
        )
    if entry is None or (incident.private and not hook.private):
        return
    if ended not in (None, job.key):
        return
    body = json.dumps(
        _payload(job.event, head, entry, tools.page(job.incident)), ensure_ascii=False
    ).encode()
    team = here.team if here else ""
    event = hashlib.sha256(f"{team}|{job.entry}|{job.event}".encode()).hexdigest()[:32]
    headers = signed(f"msg_{event}", int(tools.clock().timestamp()), body, hook.secret)
    system = f"Webhook {hook.name}"
    try:
        await tools.http.call(system, "POST", hook.address, data=body, headers=headers)
    except CallRefused as refused:
        if refused.status != GONE:
            raise
        await tools.store.write(lambda tx: tx.end_webhook(hook.name, address, job.key))
        raise CallRefused(system, "410", NO_MORE, status=GONE) from refused
    if ended:
        await tools.store.write(lambda tx: tx.revive_webhook(hook.name))


def _payload(event: str, head: Head, entry: Recorded, page: str) -> dict[str, Any]:
    """The incident as it stands now; `version` tells which of two is the later."""
    incident = head.incident
    return {
        "type": event,
        "timestamp": _stamp(entry.recorded_at),
        "data": {
            "incident": {
                **json_timeline.incident(head),
                "service": disclosure.typed(head, incident.service),
                "roles": json_timeline.roles(head),
                "url": page or None,
                "version": incident.version,
            },
            "entry": json_timeline.entry(head, entry),
        },
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
