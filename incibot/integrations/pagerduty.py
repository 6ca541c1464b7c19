"""PagerDuty: who is on call (REST API), and paging (Events API v2; by name: REST API)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from incibot.config.on_call import PagerDuty
from incibot.config.secret import Secret
from incibot.core.on_call import Shift
from incibot.core.paging import Summons
from incibot.errors import CallBusy, CallRefused
from incibot.integrations.http import Http
from incibot.integrations.reading import listed, mapped, moment, text

SYSTEM = "PagerDuty"
PAGES = 5  # of on-calls, a hundred on each


async def shifts(
    http: Http, account: PagerDuty, schedule: str, *, since: datetime, until: datetime
) -> list[Shift]:
    """Who is on call by that schedule in that time, once for each escalation policy that it is in."""
    found: list[Shift] = []
    for page in range(PAGES):
        query = {
            "schedule_ids[]": schedule,
            "include[]": "users",
            "since": since.isoformat(),
            "until": until.isoformat(),
            "limit": 100,
            "offset": page * 100,
        }
        answer = await _ask(http, account, f"/oncalls?{urlencode(query)}")
        for one in listed(answer, "oncalls"):
            user, plan = mapped(one.get("user")), mapped(one.get("schedule"))
            email = text(user, "email")
            found.append(
                Shift(
                    who=text(user, "name") or text(user, "summary") or email or "(no name)",
                    email=email,
                    start=moment(one.get("start")),
                    end=moment(one.get("end")),
                    url=text(plan, "html_url"),
                )
            )
        if answer.get("more") is not True:
            break
    return list(dict.fromkeys(found))


async def page(
    http: Http, account: PagerDuty, key: Secret, words: Summons, *, ours: str, link: str
) -> None:
    """Page whoever is on call for the service that the key belongs to.

    An event of the same name while the first is open adds a line to it and calls nobody anew.
    """
    event: dict[str, Any] = {
        "routing_key": key.reveal(),
        "event_action": "trigger",
        "dedup_key": ours,
        "client": "incibot",
        "payload": {
            "summary": words.summary,
            "source": "incibot",
            # Somebody asks for a person: by a lesser word, some services would let them sleep.
            "severity": "critical",
            "custom_details": dict(words.details),
        },
    }
    if link:
        event["client_url"] = link
        event["links"] = [{"href": link, "text": "The incident"}]
    await http.call(
        SYSTEM, "POST", f"{account.events}/v2/enqueue", json=event, hidden=[key.reveal()]
    )


async def page_person(
    http: Http, account: PagerDuty, email: str, words: Summons, *, ours: str, link: str, again: bool
) -> None:
    """Page somebody by name.

    Args:
        again: an earlier try may have done it: look first, since PagerDuty refuses the same twice.

    Raises:
        CallRefused: PagerDuty knows nobody of that address.
    """
    if again:
        query = urlencode({"incident_key": ours})
        if listed(await _ask(http, account, f"/incidents?{query}"), "incidents"):
            return
    people = listed(await _ask(http, account, f"/users?{urlencode({'query': email})}"), "users")
    ids = [text(one, "id") for one in people if text(one, "email").casefold() == email.casefold()]
    if not ids:
        raise CallRefused(SYSTEM, "it knows nobody of that e-mail address")
    details = [f"{name}: {text}" for name, text in words.details.items()]
    incident = {
        "type": "incident",
        "title": words.summary,
        "service": {"id": account.service, "type": "service_reference"},
        "urgency": "high",
        "incident_key": ours,
        "body": {"type": "incident_body", "details": "\n".join([*details, link]).strip()},
        "assignments": [{"assignee": {"id": ids[0], "type": "user_reference"}}],
    }
    await _ask(http, account, "/incidents", json={"incident": incident}, sender=account.sender)


async def _ask(
    http: Http, account: PagerDuty, path: str, *, json: Any = None, sender: str = ""
) -> Mapping[str, Any]:
    token = account.token.reveal() if account.token else ""
    headers = {
        "Authorization": f"Token token={token}",
        "Accept": "application/vnd.pagerduty+json;version=2",
        **({"From": sender} if sender else {}),
    }
    answer = await http.call(
        SYSTEM,
        "POST" if json is not None else "GET",
        f"{account.api}{path}",
        json=json,
        headers=headers,
        hidden=[token],
    )
    if not isinstance(answer.json, dict):
        raise CallBusy(SYSTEM, "its answer is not as it documents it")
    return answer.json
