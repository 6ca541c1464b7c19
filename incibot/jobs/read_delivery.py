"""Read what came to a hook."""

from __future__ import annotations

from collections.abc import Sequence
from traceback import extract_tb

from incibot.core.change import Change
from incibot.core.evidence import Evidence
from incibot.core.jobs import ReadDelivery
from incibot.core.secrets import mask
from incibot.errors import CallRefused
from incibot.jobs.tools import Tools
from incibot.log import logger
from incibot.store.deliveries import KeptDelivery
from incibot.store.transaction.delivering import Origin
from incibot.web.sources import Delivery, Unreadable, source_of
from incibot.web.sources.source import STUMBLES

log = logger(__name__)


async def read_delivery(job: ReadDelivery, tools: Tools) -> Change | None:
    """Take in what the delivery tells; keep it as failed, with the reason, where it cannot be read."""
    async with tools.store.read() as tx:
        kept = await tx.delivery(job.delivery)
    hook, source = tools.integrations.hook(kept.source, kept.hook), source_of(kept.source)
    try:
        found = await _told(kept, tools)
    except (Unreadable, CallRefused) as odd:
        await _fail(kept, str(odd), tools)
        return None
    except STUMBLES as stumble:
        # Read a second time it would be as odd: that is for a person, who may replay it.
        place = extract_tb(stumble.__traceback__)[-1]
        log.error("delivery.stumbled", source=kept.source, at=f"{place.name}:{place.lineno}")
        await _fail(kept, f"it is not as expected: {type(stumble).__name__}: {stumble}", tools)
        return None
    origin = Origin(
        source=kept.source,
        hook=kept.hook,
        heard_at=kept.received_at,
        title=source.title if source else "",
        service=hook.service if hook else "",
        delivery=kept.id,
    )
    taken = await tools.store.write(lambda tx: tx.take_in(found, origin))
    log.info(
        "delivery.read",
        source=kept.source,
        delivery_id=kept.id,
        told=len(found),
        alerts=len(taken.alerts),
        changes=len(taken.changes),
        entries=taken.entries,
    )
    return None


async def _told(kept: KeptDelivery, tools: Tools) -> Sequence[Evidence]:
    """Raises Unreadable, CallRefused, CallBusy, and what its source's reader raises."""
    source, hook = source_of(kept.source), tools.integrations.hook(kept.source, kept.hook)
    if source is None or hook is None:
        raise Unreadable(f"hooks: names no {kept.source}/{kept.hook} any more")
    if kept.body is None:
        raise Unreadable("its body is forgotten, since it is old")
    came = Delivery(headers=kept.headers, body=kept.body, at=kept.received_at)
    await source.respond(came, hook, tools.http)
    found = source.read(came, hook)
    for one in found:
        if one.at is not None and one.at.tzinfo is None:
            raise Unreadable(f"the time {one.at} has no zone")
    return found


async def _fail(kept: KeptDelivery, why: str, tools: Tools) -> None:
    words = mask(" ".join(why.split()))[:500]
    log.warning("delivery.failed", source=kept.source, delivery_id=kept.id, why=words)
    await tools.store.write(lambda tx: tx.fail_delivery(kept.id, words))
