"""What other systems told, for whoever runs incibot: looked at, read again, tried, and told by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import aiohttp

from incibot.config import Hook, Integrations
from incibot.core.evidence import Change
from incibot.core.secrets import mask, mask_named
from incibot.errors import NotFound, Unclear
from incibot.store.deliveries import FAILED, READ, WAITING, Heard, KeptDelivery
from incibot.store.transaction.delivering import Origin, Taken
from incibot.store.unit import Store, Transaction
from incibot.web.hooks import wrong_with
from incibot.web.sources import source_of

PATIENCE = 10.0  # seconds in which a worker ought to have read what was sent
LOOK = 0.2  # seconds between two looks whether it has
CLI = "cli"  # the source of what is told on the command line


# What came


def as_listed(heard: Iterable[Heard], integrations: Integrations) -> Iterator[str]:
    """A line each for the hooks of the file, and for those of which there are deliveries."""
    counts: dict[tuple[str, str], dict[str, int]] = {
        (one.source, one.key): {} for one in integrations.hooks
    }
    last: dict[tuple[str, str], datetime] = {}
    for one in heard:
        place = one.source, one.hook
        counts.setdefault(place, {})[one.state] = one.count
        last[place] = max(one.last_at, last.get(place, one.last_at))
    for place, found in sorted(counts.items()):
        when = (
            f"last {last[place].isoformat(timespec='seconds')}" if place in last else "nothing yet"
        )
        states = ", ".join(f"{found.get(one, 0)} {one}" for one in (READ, FAILED, WAITING))
        lost = "" if integrations.hook(*place) else "\tno longer in the file"
        yield f"{'/'.join(place)}\t{states}\t{when}{lost}"


def as_failed(failed: Iterable[KeptDelivery]) -> Iterator[str]:
    for one in failed:
        at = one.received_at.isoformat(timespec="seconds")
        yield f"{one.id}\t{at}\t{one.source}/{one.hook}\t{one.error}"


def as_shown(kept: KeptDelivery) -> Iterator[str]:
    """The delivery as it came, with secrets masked."""
    yield f"delivery {kept.id} to {kept.source}/{kept.hook}"
    yield f"came {kept.received_at.isoformat()}"
    yield f"is {kept.state}" + (f": {kept.error}" if kept.error else "")
    yield ""
    for name, value in sorted(kept.headers.items()):
        yield f"{name}: {mask_named(name, value)}"
    yield ""
    if kept.body is None:
        yield "(its body is forgotten, since it is old)"
    else:
        yield mask(kept.body.decode(errors="replace"))


async def read_again(store: Store, number: int | None) -> int:
    """Have a delivery read once more; all that failed, if none is named. How many."""
    async with store.whole.read() as tx:
        some = [await tx.delivery(number)] if number else await tx.failed_deliveries()
    for one in reversed(some):
        await store.of(one.team).write(partial(Transaction.read_again, number=one.id))
    return len(some)


# Whether a hook works


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a trial ended, in words."""

    well: bool
    says: str


def hook_named(name: str, integrations: Integrations) -> Hook:
    """The hook of that ``<source>/<key>``, or of that source if it has one only.

    Raises:
        NotFound: there is none, or there are several.
    """
    source, _, key = name.partition("/")
    found = [one for one in integrations.hooks if one.source == source and key in ("", one.key)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{one.source}/{one.key}" for one in found or integrations.hooks)
    why = f"there are several hooks of {source}" if found else f"there is no hook {name}"
    raise NotFound(f"{why}; {f'there are {known}' if known else 'hooks: in incibot.yaml has none'}")


async def tried(hook: Hook, url: str, *, at: datetime, store: Store) -> Trial:
    """Send what the source would send, signed, and look what becomes of it.

    Raises:
        Unclear: nobody but its sender can sign what it sends, or the hook cannot work at all.
    """
    source = source_of(hook.source)
    problems = wrong_with([hook], several=False)
    if source is None or problems:
        raise Unclear("; ".join(problems))
    if source.proof != "secret":
        raise Unclear(f"{source.title} signs with keys of its own: have it send something instead")
    delivery = source.sample(hook, at)
    address = f"{url.rstrip('/')}/hooks/{hook.source}/{hook.key}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
            session.post(address, data=delivery.body, headers=dict(delivery.headers)) as answer,
        ):
            status, text = answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        return Trial(
            well=False, says=f"nobody answers at {url}: {why}; --url names another address"
        )
    if status != 202:
        return Trial(well=False, says=f"{address} answered {status}: {_meaning(status)}")
    number = _number(text)
    if number is None:
        return Trial(well=True, says=f"{address} answered 202: it has had that before")
    return await _as_read(store, number, address)


def _meaning(status: int) -> str:
    anew = "was it started anew since"
    return {
        401: f"the process that runs there has another secret; {anew} the setting was changed?",
        404: f"the process that runs there knows no such hook; {anew} incibot.yaml was changed?",
        413: "that is more than it takes",
        503: "it cannot keep anything just now; /readyz says why",
    }.get(status, "that is none of incibot's answers; does the address lead to it?")


def _number(text: str) -> int | None:
    """The delivery's number, if incibot has answered so."""
    try:
        found = json.loads(text).get("delivery")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None


async def _as_read(store: Store, number: int, address: str) -> Trial:
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while True:
        async with store.whole.read() as tx:
            kept = await tx.delivery(number)
        if kept.state == READ:
            return Trial(well=True, says=f"{address} answered 202: kept as {number}, and read")
        if kept.state == FAILED:
            says = f"kept as {number}, and it could not be read: {kept.error}"
            return Trial(well=False, says=f"{address} answered 202: {says}")
        if loop.time() > until:
            says = f"kept as {number}, and not read yet; does a worker run?"
            return Trial(well=False, says=f"{address} answered 202: {says}")
        await asyncio.sleep(LOOK)


# What is told by hand


async def tell(store: Store, change: Change, *, workspace: str | None) -> Taken:
    """Keep a change that somebody, or a script of theirs, tells of on the command line.

    Raises:
        NotFound: incibot is in no such workspace.
        Unclear: it is in several, and none is named; or nothing is told.
    """
    if not change.title.strip():
        raise Unclear("a change needs a title, such as “deployed api 1.2.3”")
    async with store.whole.read() as tx:
        teams = [one.team for one in await tx.workspaces()]
    if workspace is not None and workspace not in teams:
        raise NotFound(f"incibot is in no workspace {workspace}; it is in {_listed(teams)}")
    if workspace is None and len(teams) != 1:
        hint = "--workspace names one" if teams else "start incibot once, so that it learns which"
        raise Unclear(f"incibot is in {_listed(teams)}: {hint}")
    here = store.of(workspace or teams[0])
    origin = Origin(source=CLI, hook=CLI, heard_at=store.clock())
    return await here.write(lambda tx: tx.take_in([change], origin))


def _listed(teams: list[str]) -> str:
    return ", ".join(teams) or "none yet"
