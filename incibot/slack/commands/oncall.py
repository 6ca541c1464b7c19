"""``/incident oncall Checkout``: who looks after a service now, and who is next."""

from __future__ import annotations

from incibot.config.on_call import Duty
from incibot.core.jobs import TellOnCall
from incibot.core.markup import escape
from incibot.core.nearest import unknown
from incibot.core.on_call import WEEK
from incibot.errors import NotAllowed
from incibot.slack import blocks, handing_over
from incibot.slack.commands.subcommand import Call, Reply, Subcommand
from incibot.slack.on_call import known_of, told
from incibot.store.unit import Transaction

NOBODY = (
    "Nothing says who is on call yet. Whoever runs incibot names your schedules in its file, under "
    "`on_call:`; PagerDuty, Opsgenie and any calendar will do."
)


async def run(call: Call, tx: Transaction) -> Reply:
    """What is known at once, if it is fresh; else it follows, by a job that asks."""
    first, others = call.rest()
    if not call.integrations.on_call.schedules:
        raise NotAllowed(NOBODY)
    if first.casefold() == "brief":
        return await _brief(call.saying(others), tx)
    found = {duty.service: await known_of(duty, tx) for duty in _asked(call, tx)}
    if all(one.known.is_fresh(tx.at) for tiers in found.values() for one in tiers):
        return Reply(words="Who is on call", blocks=tuple(blocks.fitting(told(found, tx.at))))
    job = TellOnCall(
        user=call.by, services=tuple(found), response_url=call.response_url, asked=call.key
    )
    await tx.ask(job)
    return Reply(words="The schedules are being asked; the answer follows in a moment.")


async def _brief(call: Call, tx: Transaction) -> Reply:
    """What whoever takes over would read now."""
    shown: list[blocks.Block] = []
    for duty in _asked(call, tx):
        week = await tx.week(duty.service, since=tx.at - WEEK, until=tx.at)
        tiers = await known_of(duty, tx)
        shown += handing_over.brief(duty.service, week, tiers, tx.book, at=tx.at)
    return Reply(words="The last seven days", blocks=tuple(blocks.fitting(shown)))


def _asked(call: Call, tx: Transaction) -> tuple[Duty, ...]:
    """The services that are named; all that somebody looks after, where none is.

    Raises:
        Unclear: nothing says who looks after it.
    """
    on_call = call.integrations.on_call
    name = " ".join(call.words.split())
    if not name:
        return on_call.schedules
    service = tx.book.service(name)
    duty = on_call.duty(service.name) if service else None
    if duty is None:
        raise unknown("service on call", name, [escape(one.service) for one in on_call.schedules])
    return (duty,)


ONCALL = Subcommand(
    word="oncall",
    usage="[brief] [service]",
    says="Who is on call, until when, and who is next; `brief` shows what the week was like.",
    run=run,
    group="Respond",
    examples=("oncall", "oncall Checkout", "oncall brief"),
)
