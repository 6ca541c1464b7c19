"""Opsgenie: who is on call, and paging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from incibot.config.on_call import Opsgenie
from incibot.config.secret import Secret
from incibot.core.on_call import Shift
from incibot.core.paging import Summons
from incibot.errors import CallBusy, CallRefused
from incibot.integrations.http import Http
from incibot.integrations.reading import listed, mapped, moment, text
from incibot.log import logger

SYSTEM = "Opsgenie"

log = logger(__name__)


async def shifts(http: Http, account: Opsgenie, schedule: str, *, at: datetime) -> list[Shift]:
    """Who is on call by that schedule then, and in the two weeks after.

    Its on-calls say who it is now, also where a rotation names a team or an escalation; its
    timeline says until when, and who is next, of those that it names as people.
    """
    name = quote(schedule, safe="")
    now = await _ask(
        http,
        account,
        f"/v2/schedules/{name}/on-calls?scheduleIdentifierType=name&flat=true",
    )
    timeline = f"/v2/schedules/{name}/timeline?identifierType=name&interval=2&intervalUnit=weeks"
    try:
        ahead = await _ask(http, account, timeline)
    except CallRefused as refused:  # who it is now is worth telling without it
        log.warning("schedule.without_timeline", error=str(refused))
        ahead = {}
    planned = [
        Shift(who=who, email=who, start=start, end=end)
        for rotation in listed(mapped(ahead.get("data")).get("finalTimeline"), "rotations")
        for period in listed(rotation, "periods")
        for one in [mapped(period.get("recipient")), *listed(period, "flattenedRecipients")]
        if "@" in (who := text(one, "name"))
        if (start := moment(period.get("startDate"))) and (end := moment(period.get("endDate")))
    ]
    names = mapped(now.get("data")).get("onCallRecipients")
    here = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    told = {one.who.casefold() for one in planned if one.is_on(at)}
    unplanned = [Shift(who=one, email=one) for one in here if one.casefold() not in told]
    present = {one.casefold() for one in here}
    return [
        one for one in planned if not one.is_on(at) or one.who.casefold() in present
    ] + unplanned


async def page(
    http: Http,
    account: Opsgenie,
    key: Secret,
    words: Summons,
    *,
    ours: str,
    link: str,
    team: str = "",
    person: str = "",
) -> None:
    """Page a team, or a person by their e-mail address; else whom the key's integration belongs to.

    An alert of the same name while the first is open is counted there, and calls nobody anew.
    """
    alert: dict[str, Any] = {
        "message": words.summary,
        "alias": ours,
        "description": "\n".join([*(f"{k}: {v}" for k, v in words.details.items()), link]).strip(),
        "source": "incibot",
        "priority": "P1",
        "details": {**words.details, **({"link": link} if link else {})},
    }
    if person:
        alert["responders"] = [{"type": "user", "username": person}]
    elif team:
        alert["responders"] = [{"type": "team", "name": team}]
    await _ask(http, account, "/v2/alerts", json=alert, key=key)


async def _ask(
    http: Http, account: Opsgenie, path: str, *, json: Any = None, key: Secret | None = None
) -> Mapping[str, Any]:
    known = key or account.key
    secret = known.reveal() if known else ""
    answer = await http.call(
        SYSTEM,
        "POST" if json is not None else "GET",
        f"{account.api}{path}",
        json=json,
        headers={"Authorization": f"GenieKey {secret}"},
        hidden=[secret],
    )
    if not isinstance(answer.json, dict):
        raise CallBusy(SYSTEM, "its answer is not as it documents it")
    return answer.json
