"""Have somebody paged."""

from __future__ import annotations

from incibot.config.on_call import Paging
from incibot.core.change import Change
from incibot.core.disclosure import Names
from incibot.core.jobs import Page
from incibot.core.paging import Named, Summons, late, summons, taken
from incibot.core.people import UserId
from incibot.errors import CallBusy, CallRefused, NotAllowed
from incibot.integrations import opsgenie, pagerduty
from incibot.jobs.tools import Tools


async def page(job: Page, tools: Tools, *, again: bool) -> Change | None:
    """Ask the system that calls people; say so in the incident where it does not take the page.

    The page has the same name at each try, by which the system knows that it is the same.
    """
    named = Named(team=tools.store.team or "", incident=job.incident, number=job.page)
    async with tools.store.read() as tx:
        incident = await tx.incident(job.incident)
        entry = await tx.entry_by_key(job.incident, named.entry)
        was_late = await tx.entry_by_key(job.incident, late_key(named)) is not None
        people, here = await tx.people(), await tx.workspace()
    if entry is None or entry.retracted_at is not None:
        return None
    names = Names(people)
    words = summons(
        incident,
        why=str(entry.data.get("why") or ""),
        by=names.get(entry.by, "") if entry.by else "",
        names=names,
        titles=tools.integrations.on_call.private_titles,
    )
    link = tools.page(incident.number)
    if not link and here and here.url and incident.channel:
        link = f"{here.url}archives/{incident.channel}"
    service, who = str(entry.data.get("service") or ""), entry.data.get("who")
    try:
        if who:
            await _person(UserId(who), words, tools, ours=named.ours, link=link, again=again)
        else:
            await _service(service, words, tools, ours=named.ours, link=link)
    except (CallBusy, CallRefused, NotAllowed) as error:
        if again or not isinstance(error, CallBusy):
            change = late(
                named,
                system=str(entry.data.get("system") or ""),
                error=str(error),
                tries_on=isinstance(error, CallBusy),
                at=tools.clock(),
            )
            await tools.store.write(lambda tx: tx.apply(change))
        raise
    if was_late:
        return taken(named, system=str(entry.data.get("system") or ""), at=tools.clock())
    return None


def late_key(named: Named) -> str:
    return f"{named.entry}:late"


async def _service(service: str, words: Summons, tools: Tools, *, ours: str, link: str) -> None:
    on_call = tools.integrations.on_call
    match on_call.way(service):
        case Paging(pagerduty=key) if key is not None:
            await pagerduty.page(tools.http, on_call.pagerduty, key, words, ours=ours, link=link)
        case Paging(opsgenie=key, team=team) if key is not None:
            await opsgenie.page(
                tools.http, on_call.opsgenie, key, words, ours=ours, link=link, team=team
            )
        case _:
            raise NotAllowed(f"nothing says any more how {service} is paged")


async def _person(
    who: UserId, words: Summons, tools: Tools, *, ours: str, link: str, again: bool
) -> None:
    on_call = tools.integrations.on_call
    email = await tools.slack.email_of(who)
    if not email:
        raise NotAllowed("Slack tells no e-mail address of theirs, by which others know them")
    if on_call.pagerduty.pages_people:
        await pagerduty.page_person(
            tools.http, on_call.pagerduty, email, words, ours=ours, link=link, again=again
        )
    elif on_call.opsgenie.key:
        await opsgenie.page(
            tools.http,
            on_call.opsgenie,
            on_call.opsgenie.key,
            words,
            ours=ours,
            link=link,
            person=email,
        )
    else:
        raise NotAllowed("nothing says any more how people are paged by name")
