"""Whoever turns up in a timeline is asked for by name and time zone, once."""

from __future__ import annotations

from incibot.core.people import UserId
from tests.bench import Bench


async def known(there: Bench, who: str) -> tuple[str, str] | None:
    async with there.app.store.read() as tx:
        person = await tx.person(UserId(who))
    return (person.name, person.zone) if person else None


async def test_who_writes_and_who_is_mentioned_is_met_once(there: Bench) -> None:
    channel = str((await there.declares()).channel)
    ana, fumiko = there.person("ana"), there.person("fumiko")
    for _ in range(3):
        await ana.writes(f"ask {fumiko.mention}", channel)
    await there.settle()
    assert await known(there, ana.id) == ("Ana", "Europe/Lisbon")
    assert await known(there, fumiko.id) == ("Fumiko", "Asia/Tokyo")
    asked = [call.args["user"] for call in there.slack.calls("users.info")]
    assert sorted(asked) == sorted(set(asked))


async def test_somebody_whom_slack_does_not_show_is_known_by_their_id(there: Bench) -> None:
    channel = str((await there.declares()).channel)
    room, ts = there.slack.channel(channel), there.slack.workspace.ts()
    said = {"user": there.person("ana").id, "text": "ask <@U7777777777>", "ts": ts}
    there.slack.workspace.announce({"type": "message", "channel": channel, **said}, room)
    await there.settle()
    assert await known(there, "U7777777777") == ("U7777777777", "")
    async with there.app.store.read() as tx:
        assert await tx.parked() == []


async def test_a_new_name_is_learnt_and_strangers_are_not_collected(there: Bench) -> None:
    channel = str((await there.declares()).channel)
    await there.person("ana").writes("hello", channel)
    await there.settle()
    for who in ("ana", "emre"):
        user = {"id": there.person(who).id, "name": who, "tz": "Europe/Rome"}
        profile = {"display_name": f"{who} the Great"}
        there.slack.workspace.announce(
            {"type": "user_change", "user": {**user, "profile": profile}}
        )
    await there.settle()
    assert await known(there, there.person("ana").id) == ("ana the Great", "Europe/Rome")
    assert await known(there, there.person("emre").id) is None
