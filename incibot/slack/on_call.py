"""Who is on call, found out as people of one workspace see it, and as they are shown it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from incibot.config.on_call import Duty, OnCall, Schedule
from incibot.core.markup import escape
from incibot.core.on_call import Known, Shift, next_on, on_now
from incibot.core.people import UserId
from incibot.errors import CallError, SlackBusy
from incibot.integrations import rota
from incibot.integrations.http import Http
from incibot.integrations.rota import TITLES
from incibot.log import logger
from incibot.slack import blocks
from incibot.slack.blocks import Block
from incibot.slack.gateway import Gateway
from incibot.store.unit import Store, Transaction

SHOWN = 15  # services in one answer

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Whoever is asked first, or then, about a service, as far as we know."""

    name: str
    schedule: Schedule
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Finds out who is on call. What was asked for a moment ago is not asked for again.

    Attributes:
        zone: of days and times of calendars that name none.
    """

    store: Store
    slack: Gateway
    http: Http
    on_call: OnCall
    zone: ZoneInfo

    async def tiers(self, duty: Duty) -> list[Tier]:
        """Who looks after that service now; where a schedule does not answer, what it told last."""
        async with self.store.read() as tx:
            known = await known_of(duty, tx)
            at = tx.at
        return [one if one.known.is_fresh(at) else await self._ask(duty, one, at) for one in known]

    async def _ask(self, duty: Duty, tier: Tier, at: datetime) -> Tier:
        key = key_of(duty, tier.name, tier.schedule)
        try:
            found = await rota.shifts(self.http, self.on_call, tier.schedule, at=at, zone=self.zone)
        except CallError as error:
            untold = str(error)
            log.warning("schedule.untold", service=duty.service, tier=tier.name, error=untold)
            await self.store.write(lambda tx: tx.duty_is_untold(key, untold))
            return replace(tier, known=replace(tier.known, asked_at=at, error=untold))
        shifts = await self._met(found, at)
        await self.store.write(lambda tx: tx.keep_duty(key, shifts))
        return replace(tier, known=Known(shifts=tuple(shifts), known_at=at, asked_at=at))

    async def _met(self, shifts: Sequence[Shift], at: datetime) -> list[Shift]:
        """The same, with who that is in Slack for those whom people are shown: now, and next."""
        wanted = [*on_now(shifts, at), *next_on(shifts, at)]
        emails = dict.fromkeys(one.email for one in wanted if one.email)
        users: dict[str, UserId | None] = {}
        for email in emails:
            try:
                users[email] = await self.slack.user_of(email)
            except SlackBusy as busy:  # their name will do
                log.warning("email.not_looked_up", error=str(busy))
        return [replace(one, user=users.get(one.email)) for one in shifts]


def key_of(duty: Duty, tier: str, schedule: Schedule) -> str:
    """Under which it is kept: another schedule of the same tier's is another thing to know."""
    address = schedule.address.reveal() if schedule.address else ""
    parts = (duty.service, tier, schedule.system, schedule.name, address)
    return sha256("\0".join(parts).encode()).hexdigest()


async def known_of(duty: Duty, tx: Transaction) -> list[Tier]:
    """Who looks after that service, without asking anybody."""
    keys = {tier: key_of(duty, tier, schedule) for tier, schedule in duty.tiers}
    known = await tx.duty(keys.values())
    return [
        Tier(name=tier, schedule=schedule, known=known[keys[tier]]) for tier, schedule in duty.tiers
    ]


def told(found: Mapping[str, Sequence[Tier]], at: datetime) -> list[Block]:
    """Who is on call for each of the services, for people to read."""
    shown: list[Block] = []
    for service, tiers in list(found.items())[:SHOWN]:
        lines = [f"*{blocks.title(service, 100)}*", *(line(tier, at) for tier in tiers)]
        shown.append(blocks.section("\n".join(lines)))
        notes = [*_doubts(tiers), *_links(tiers)]
        if notes:
            shown.append(blocks.context(*notes))
    if len(found) > SHOWN:
        shown.append(
            blocks.context(f"… and {len(found) - SHOWN} more: `/incident oncall <service>`")
        )
    return shown


def line(tier: Tier, at: datetime) -> str:
    """Who it is, until when, and who is next."""
    name, known = tier.name.capitalize(), tier.known
    if known.known_at is None:
        return f"{name}: not known"
    here, coming = on_now(known.shifts, at), next_on(known.shifts, at)
    said = ", ".join(_until(one) for one in here) or "nobody"
    if not coming or coming[0].start is None:
        return f"{name}: {said}"
    who = ", ".join(person(one) for one in coming)
    return f"{name}: {said}; next is {who} from {blocks.time(coming[0].start)}"


def person(shift: Shift) -> str:
    """Somebody of a schedule: as Slack knows them, else as the schedule names them."""
    return blocks.person(shift.user) if shift.user else blocks.title(shift.who, 80)


def _until(shift: Shift) -> str:
    return f"{person(shift)} until {blocks.time(shift.end)}" if shift.end else person(shift)


def _doubts(tiers: Iterable[Tier]) -> list[str]:
    """What could not be asked, and from when is what stands there instead."""
    return [
        f":warning: {tier.name.capitalize()}: {escape(tier.known.error)}. "
        + (
            f"This is as it was told {blocks.time(tier.known.known_at)}."
            if tier.known.known_at
            else f"{TITLES[tier.schedule.system]} has never told it yet."
        )
        for tier in tiers
        if tier.known.error
    ]


def _links(tiers: Iterable[Tier]) -> list[str]:
    links = {
        shift.url: f"<{escape(shift.url)}|{tier.name} schedule>"
        for tier in tiers
        for shift in tier.known.shifts
        if shift.url.startswith("https://") and not set(shift.url) & set("<>|")
    }
    return [" · ".join(list(links.values())[:4])] if links else []
