"""Who is on call, from whichever system the team keeps it in."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from incibot.config.on_call import OnCall, Schedule
from incibot.core.on_call import AHEAD, Shift
from incibot.errors import CallRefused
from incibot.integrations import calendars, opsgenie, pagerduty
from incibot.integrations.http import Http

TITLES = {"pagerduty": "PagerDuty", "opsgenie": "Opsgenie", "calendar": "The calendar"}


async def shifts(
    http: Http, on_call: OnCall, schedule: Schedule, *, at: datetime, zone: ZoneInfo
) -> list[Shift]:
    """Who is on call then, and in the two weeks after.

    Raises:
        CallRefused: it would not tell us another time either. CallBusy: it may.
    """
    match schedule:
        case Schedule(system="pagerduty", name=name):
            return await pagerduty.shifts(http, on_call.pagerduty, name, since=at, until=at + AHEAD)
        case Schedule(system="opsgenie", name=name):
            return await opsgenie.shifts(http, on_call.opsgenie, name, at=at)
        case Schedule(address=address) if address is not None:
            feed = await http.call("The calendar", "GET", address.reveal())
            return await asyncio.to_thread(
                calendars.shifts, feed.body, since=at, until=at + AHEAD, zone=zone
            )
    raise CallRefused(TITLES[schedule.system], "its address is none")
