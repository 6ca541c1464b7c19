"""Read what came to a hook."""

from __future__ import annotations

from incibot.core.change import Change
from incibot.core.jobs import ReadDelivery
from incibot.jobs.tools import Tools


async def read_delivery(job: ReadDelivery, tools: Tools) -> Change | None:
    """Take in what the delivery tells; keep it as failed, with the reason, where it cannot be read."""
    raise NotImplementedError
