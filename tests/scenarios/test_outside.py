"""Guests and people of another workspace: part of what is public, and of nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from incibot.core.incident import Incident
from incibot.core.people import UserId
from incibot.playground import Playground, northwind
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.store.schema import people
from tests.bench import Bench, Clock, bench, text_of

TITLE = "Somebody took the customer list"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = Clock()
    slack = Playground(
        clock=clock,
        people=(*northwind.PEOPLE, *northwind.VISITORS),
        rooms=(*northwind.ROOMS, *northwind.MEETING_PLACES),
        retry_delays=(0.0, 0.0, 0.0),
        ack_seconds=30.0,
        scopes=tuple(SCOPES),
        subscriptions={event.partition(".")[0] for event in EVENTS},
    )
    await slack.start()
    async with bench("sqlite://", tmp_path, playground=slack, clock=clock) as made:
        yield made
    await slack.stop()


async def declares(there: Bench) -> Incident:
    await there.types(TITLE)
    await there.person("ana").submits({"private": "private"})
    await there.settle()
    return (await there.incidents())[0]


async def knows(there: Bench, who: str) -> bool | None:
    async with there.app.store.read() as tx:
        found = await tx.person(UserId(there.person(who).id))
    assert found
    return found.outside


async def test_who_is_from_outside_is_learnt_before_they_are_answered(there: Bench) -> None:
    for who, channel in (("gita", "auditors"), ("hugo", "relaunch"), ("ines", "parcels")):
        await there.types("list", who=who, channel=channel)
        assert await knows(there, who) is True
    await there.types("list", who="bela")
    assert await knows(there, "bela") is False


async def test_they_take_part_in_what_is_public(there: Bench) -> None:
    incident = await there.declares()
    answer = await there.types("note INC-1 seen here too", who="gita", channel="auditors")
    assert "There is no" not in answer.text
    assert "INC-1" in text_of((await there.types("list", who="ines", channel="parcels")).raw)
    assert (await there.incident(incident.number)).members == frozenset()


async def test_they_declare_nothing_private_and_are_told_why(there: Bench) -> None:
    gita = there.person("gita")
    await there.types(TITLE, who="gita", channel="auditors")
    answer = await gita.submits({"private": "private"})
    assert answer.errors
    assert "members of this workspace" in answer.errors["private"]
    answer = await gita.submits({"private": "public"})
    await there.settle()
    assert not (await there.incident()).private


async def test_nobody_gives_them_a_role_in_what_is_private(there: Bench) -> None:
    channel = (await declares(there)).channel_name
    await there.types("list", who="gita", channel="auditors")
    answer = await there.types(f"scribe {there.person('gita').mention}", channel=channel)
    assert "is a guest or of another workspace" in answer.text
    # Of whom it is not known, it is learnt before they are let in or told anything.
    answer = await there.types(f"ops {there.person('hugo').mention}", channel=channel)
    await there.settle()
    assert there.person("hugo").id not in there.slack.channel(channel).members
    assert not there.person("hugo").direct_messages()
    assert "are let into a private incident’s channel by people" in text_of(
        next(one for one in there.ours(channel) if "run:role" in text_of(one))
    )


async def test_a_guest_in_the_channel_sees_it_from_when_they_are_made_a_member(
    there: Bench,
) -> None:
    channel = (await declares(there)).channel
    gita = there.person("gita")
    assert channel
    await there.person("ana").invites("gita", channel)
    await gita.opens_home()
    await there.settle()
    assert "INC-1" not in text_of(gita.home)
    assert TITLE not in text_of(gita.ephemerals(channel)), "no welcome either"
    assert (
        "not an incident’s channel"
        in (await there.types("panel", who="gita", channel=channel)).text
    )

    gita.user.is_restricted = False
    there.slack.workspace.announce(
        {"type": "user_change", "user": {**_profile(there, "gita"), "is_restricted": False}}
    )
    await there.settle()
    assert await knows(there, "gita") is False
    assert "INC-1" in text_of(gita.home)


def _profile(there: Bench, who: str) -> dict[str, object]:
    user = there.person(who).user
    return {"id": user.id, "name": user.name, "team_id": user.team_id, "profile": {}}


async def test_of_whom_an_older_release_did_not_say_so_slack_is_asked(there: Bench) -> None:
    """Until it has answered, they see nothing private; a member then sees what is theirs again."""
    await declares(there)
    engine = there.app.engine
    async with engine.begin() as connection:  # as the migration leaves those who were met before
        await connection.execute(update(people).values(outside=None))
    there.slack.faults.fails("users.info", "internal_error")
    assert TITLE not in text_of((await there.types("list")).raw)
    there.slack.faults.clear()
    assert TITLE in text_of((await there.types("list")).raw)
    async with engine.begin() as connection:
        await connection.execute(update(people).values(outside=None))
    await there.app.settle_in()
    await there.settle()
    assert await knows(there, "ana") is False
