"""PagerDuty, Opsgenie and a calendar, as far as incibot asks them: by their documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from incibot.config import Integrations
from incibot.config.on_call import Duty, OnCall, Opsgenie, PagerDuty, Paging, Schedule
from incibot.config.secret import Secret
from incibot.core.playbook import Playbook, Service
from tests.integrations.serving import served

TOKEN, ROUTING, GENIE = "T0KENT0KENT0KEN", "R0UTINGR0UTINGR0UTING", "GENIE-GENIE-GENIE"
BOOK = Playbook(
    services=(
        Service(name="Checkout", aliases=("acme/checkout",)),
        Service(name="Search & Find"),
        Service(name="Mail"),
    )
)


@dataclass(slots=True, kw_only=True)
class Systems:
    """What they would answer, and what they were asked.

    Attributes:
        on_calls: of PagerDuty's schedules, by their ids.
        recipients: of Opsgenie's schedules, by their names; `periods` of their timelines.
        feed: what the calendar holds.
        ill: answered instead, next time first.
        lost: calls whose answers are lost on their way, once each.
        events, alerts, incidents: what was asked of them with a page.
        calls: each call's method and path.
    """

    on_calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    recipients: dict[str, list[str]] = field(default_factory=dict)
    periods: list[dict[str, Any]] = field(default_factory=list)
    feed: str = ""
    ill: list[web.Response] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path}")
        if self.ill:
            instead = self.ill.pop(0)
            return web.Response(
                status=instead.status, body=instead.body, headers=instead.headers.copy()
            )
        answer = await self._obey(request)
        if self.calls[-1] in self.lost:  # it was done, and nobody hears of it
            self.lost.remove(self.calls[-1])
            return web.Response(status=502)
        return answer

    async def _obey(self, request: web.Request) -> web.Response:
        path, key = request.path, request.headers.get("Authorization", "")
        if path == "/v2/enqueue":
            return await self._enqueue(await request.json())
        if path == "/calendar/private-key-1/basic.ics":
            return web.Response(text=self.feed, content_type="text/calendar")
        if path.startswith("/v2/"):
            if key != f"GenieKey {GENIE}":
                return web.json_response({"message": f"no such key: {key}"}, status=403)
            return await self._opsgenie(request)
        if key != f"Token token={TOKEN}":
            return web.json_response({"error": {"message": f"bad {key}"}}, status=401)
        return await self._pagerduty(request)

    async def _enqueue(self, event: dict[str, Any]) -> web.Response:
        if event["routing_key"] != ROUTING:
            said = {"status": "invalid event", "errors": [f"no {event['routing_key']}"]}
            return web.json_response(said, status=400)
        assert event["event_action"] == "trigger"
        assert event["payload"].keys() >= {"summary", "source", "severity"}
        assert len(event["payload"]["summary"]) <= 1024
        assert len(event["dedup_key"]) <= 255
        self.events.append(event)
        said = {
            "status": "success",
            "message": "Event processed",
            "dedup_key": event["dedup_key"],
        }
        return web.json_response(said, status=202)

    async def _pagerduty(self, request: web.Request) -> web.Response:
        match request.method, request.path:
            case "GET", "/oncalls":
                (schedule,) = request.query.getall("schedule_ids[]")
                assert request.query["include[]"] == "users"
                start, limit = int(request.query["offset"]), int(request.query["limit"])
                found = self.on_calls.get(schedule, [])
                page = found[start : start + limit]
                more = start + limit < len(found)
                return web.json_response({"oncalls": page, "more": more})
            case "GET", "/users":
                query = request.query["query"].casefold()
                users = [one for one in self.users if query in one["email"].casefold()]
                return web.json_response({"users": users})
            case "GET", "/incidents":
                key = request.query["incident_key"]
                open_ones = [one for one in self.incidents if one["incident_key"] == key]
                return web.json_response({"incidents": open_ones})
            case "POST", "/incidents":
                assert request.headers["From"] == "incibot@example.com"
                incident = (await request.json())["incident"]
                keys = [one["incident_key"] for one in self.incidents]
                if incident["incident_key"] in keys:
                    said = {"error": {"message": "Open incident with matching dedup key exists"}}
                    return web.json_response(said, status=400)
                self.incidents.append(incident)
                return web.json_response({"incident": incident}, status=201)
        return web.json_response({"error": {"message": "Not Found"}}, status=404)

    async def _opsgenie(self, request: web.Request) -> web.Response:
        match request.path.split("/")[2:]:
            case ["schedules", name, "on-calls"] if name in self.recipients:
                assert request.query["scheduleIdentifierType"] == "name"
                found: dict[str, Any] = {"onCallRecipients": self.recipients[name]}
            case ["schedules", name, "timeline"] if name in self.recipients:
                assert request.query["identifierType"] == "name"
                found = {"finalTimeline": {"rotations": [{"periods": self.periods}]}}
            case ["alerts"]:
                alert = await request.json()
                assert len(alert["message"]) <= 130
                assert len(alert["alias"]) <= 512
                self.alerts.append(alert)
                said = {"result": "Request will be processed", "requestId": "1"}
                return web.json_response(said, status=202)
            case _:
                return web.json_response({"message": "No schedule exists"}, status=404)
        return web.json_response({"data": found, "requestId": "1"})

    def integrations(self, **changed: Any) -> Integrations:
        """A team that uses all of them."""
        calendar = Secret(f"{self.url}/calendar/private-key-1/basic.ics")
        on_call = OnCall(
            pagerduty=PagerDuty(token=Secret(TOKEN), api=self.url, events=self.url),
            opsgenie=Opsgenie(key=Secret(GENIE), api=self.url),
            schedules=(
                Duty(
                    service="Checkout",
                    primary=Schedule(system="pagerduty", name="PSCHED1"),
                    secondary=Schedule(system="opsgenie", name="Second line"),
                ),
                Duty(service="Mail", primary=Schedule(system="calendar", address=calendar)),
            ),
            paging=(
                Paging(service="Checkout", pagerduty=Secret(ROUTING)),
                Paging(service="Search & Find", opsgenie=Secret(GENIE), team="Finders"),
            ),
        )
        return Integrations(on_call=replace(on_call, **changed), private_hosts=("127.0.0.1",))


@asynccontextmanager
async def systems() -> AsyncIterator[Systems]:
    made = Systems()
    async with served(made.answer) as made.url:
        yield made


def on_call_of(
    name: str, email: str, start: str | None, end: str | None, schedule: str = "PSCHED1"
) -> dict[str, Any]:
    """As PagerDuty documents an on-call, with its user included."""
    return {
        "user": {"id": "P1", "type": "user", "name": name, "summary": name, "email": email},
        "schedule": {
            "id": schedule,
            "type": "schedule_reference",
            "summary": "Checkout primary",
            "html_url": f"https://acme.pagerduty.com/schedules/{schedule}",
        },
        "escalation_policy": {"id": "PESC1", "type": "escalation_policy_reference"},
        "escalation_level": 1,
        "start": start,
        "end": end,
    }


def period_of(email: str, start: str, end: str) -> dict[str, Any]:
    """As Opsgenie documents a period of a timeline."""
    recipient = {"id": "u1", "type": "user", "name": email}
    return {"startDate": start, "endDate": end, "type": "default", "recipient": recipient}
