"""``/incident page Checkout``: have whoever is on call for it called, or somebody by name."""

from __future__ import annotations

from incibot.core import paging
from incibot.core.markup import escape, user_in
from incibot.core.nearest import unknown
from incibot.core.people import UserId
from incibot.errors import NotAllowed
from incibot.slack import blocks
from incibot.slack.blocks import Block
from incibot.slack.commands.subcommand import Call, Reply, Subcommand, incident_of
from incibot.store.unit import Transaction

NOBODY = (
    "Nobody can be paged yet. Whoever runs incibot names the keys in its file, under "
    "`on_call:` `paging:`, for PagerDuty or Opsgenie."
)
BY_NAME = (
    "Nobody can be paged by name yet, since that takes an account besides a service’s key: "
    "`on_call:` `opsgenie:` with `api_key:`, or `pagerduty:` with `token:`, `from:` and `service:`."
)
SHOWN = 40


async def run(call: Call, tx: Transaction) -> Reply:
    """Ask for the page; without words, offer what can be paged.

    Raises:
        NotAllowed: nothing is set up that could. Unclear: it names nobody who can be paged.
    """
    incident = await incident_of(call, tx)
    on_call, services = call.integrations.on_call, pageable(call, tx)
    if not services and not on_call.pages_people:
        raise NotAllowed(NOBODY)
    words = call.words.strip()
    if not words:
        return _offered(services, incident.number)
    first, others = call.rest()
    named = user_in(first)
    who = UserId(named) if named else None
    if who and not on_call.pages_people:
        listed = ", ".join(f"`/incident page {escape(one)}`" for one in services)
        raise NotAllowed(f"{BY_NAME} {listed} calls whoever is on call.")
    service, why = ("", others) if who else _service(call, words, services, tx)
    way = on_call.way(service)
    if who:
        system = "PagerDuty" if on_call.pagerduty.pages_people else "Opsgenie"
    else:
        system = way.system if way else ""
    change = paging.page(
        incident,
        await tx.next_page(incident.number),
        service=service,
        who=who,
        system=system,
        why=why,
        by=call.by,
        at=tx.at,
    )
    await tx.apply(change)
    whom = blocks.person(who) if who else f"whoever is on call for {escape(service)}"
    return Reply(
        words=f"{system} is asked to page {whom}. What comes back of it is in the channel of "
        f"{incident.ref}."
    )


def pageable(call: Call, tx: Transaction) -> list[str]:
    """The services that can be paged."""
    return [one.name for one in tx.book.services if call.integrations.on_call.way(one.name)]


def _service(call: Call, words: str, services: list[str], tx: Transaction) -> tuple[str, str]:
    """The service that the words begin with, by any name of it, and the other words."""
    found = [
        (name, service)
        for service in tx.book.services
        for name in (service.name, *service.aliases, blocks.value_of(service.name))
        if _begins(words, name)
    ]
    if not found:
        first = call.rest()[0]
        raise unknown("service to page", first, [escape(one) for one in services])
    name, service = max(found, key=lambda one: len(one[0]))
    if service.name not in services:
        listed = ", ".join(map(escape, services)) or "nobody"
        raise NotAllowed(
            f"Nothing says how {escape(service.name)} is paged; these can be: {listed}. Whoever "
            "runs incibot adds others under `on_call:` `paging:`."
        )
    return service.name, words[len(escape(name)) :].lstrip(" :,")


def _begins(words: str, name: str) -> bool:
    given, asked = words.casefold(), escape(name).casefold()
    return given == asked or given.startswith(tuple(f"{asked}{mark}" for mark in " :,"))


def _offered(services: list[str], number: int) -> Reply:
    head = "*Whom shall incibot have called?* It wakes people up."
    shown: list[Block] = [blocks.section(head)]
    buttons = [button(one, number) for one in services[:SHOWN]]
    shown += [blocks.actions(buttons[at : at + 5]) for at in range(0, len(buttons), 5)]
    shown.append(blocks.context("With a reason: `/incident page Checkout payments fail`"))
    return Reply(words=head, blocks=tuple(blocks.fitting(shown)))


def button(service: str, number: int) -> Block:
    """Pages the service, after one more question."""
    return blocks.button(
        f"Page {service}",
        f"page {escape(blocks.value_of(service))}",
        number=number,
        name=f"page {blocks.value_of(service)}",
        confirm=blocks.confirm(
            "Call them?", f"Whoever is on call for {service} is called, at any hour.", "Call them"
        ),
    )


PAGE = Subcommand(
    word="page",
    usage="<service|@who> [why]",
    says="Have whoever is on call for a service called by PagerDuty or Opsgenie.",
    run=run,
    group="Respond",
    examples=("page Checkout payments fail for everybody", "page"),
)
