"""After an incident those who took part are asked how it was, and what they tell is used as they let it."""

from __future__ import annotations

from typing import Any

from tests.bench import Bench, text_of

TOLD = {
    "surprised": "the standby took writes",
    "hard": "nobody had the runbook",
    "helped": "chidi knew the pool",
    "believed": "it was the deploy",
    "whom": "ask the night shift",
}


async def looks(there: Bench) -> None:
    """What a worker does each few seconds, until there is nothing to do."""
    while await there.app.runner.hear():
        await there.settle()
    await there.settle()


async def later(there: Bench, **units: float) -> None:
    there.clock.passes(**units)
    await looks(there)


def asked(there: Bench, who: str) -> list[dict[str, Any]]:
    """The messages of the bot that ask them, as they read now."""
    return [
        one
        for one in there.messages(dm(there, who))
        if (one.get("metadata") or {}).get("event_payload", {}).get("key", "").startswith("voice:")
    ]


def dm(there: Bench, who: str) -> str:
    """The direct channel between the bot and somebody."""
    space = there.slack.workspace
    return str(space.open_direct(there.person(who).user, [space.bot])[0].id)


async def responded(there: Bench, *who: str, text: str = "sev2 Checkout answers 500") -> str:
    """An incident that Ana declared, and in which these people wrote; its channel."""
    channel = str((await there.declares(text)).channel)
    for one in who:
        await there.person(one).joins(channel)
        await there.person(one).writes(f"{one} is here", channel)
    await there.settle()
    return channel


async def ended(there: Bench, *who: str) -> str:
    channel = await responded(there, *who)
    await there.types("resolve", channel=channel)
    await later(there, hours=1)
    return channel


async def tells(there: Bench, who: str, use: str, number: int = 1, **answers: str) -> None:
    await there.types(f"voice INC-{number}", who=who)
    answer = await there.person(who).submits(
        {name: answers.get(name, "") for name in TOLD} | {"use": use}
    )
    assert answer.errors is answer.trouble is None
    await there.settle()


async def draft(there: Bench) -> str:
    await there.types("review INC-1")
    async with there.app.store.read() as tx:
        return str(await tx.review(1))


async def test_each_who_took_part_is_asked_once_and_tells(there: Bench) -> None:
    channel = await responded(there, "bela", "chidi")
    await there.person("dana").joins(channel)  # and only listens
    await there.settle()
    await there.types("resolve", channel=channel)
    await later(there, minutes=59)
    assert asked(there, "ana") == []
    await later(there, minutes=1)
    for who in ("ana", "bela", "chidi"):
        (message,) = asked(there, who)
        assert "INC-1" in text_of(message)
        assert "nobody is told whether you do" in text_of(message)
        assert "run:form" in text_of(message)
        assert "run:no-voice" in text_of(message)
    assert asked(there, "dana") == []

    await there.person("bela").clicks("run:form", channel=dm(there, "bela"))
    view = there.person("bela").view
    assert view is not None
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == [
        *TOLD,
        "use",
    ]
    assert '"initial_option": {"text": {"type": "plain_text", "text": "Only for' in text_of(view)
    await there.person("bela").submits(TOLD)
    await there.settle()
    (message,) = asked(there, "bela")
    assert "Thank you for what you told about INC-1" in text_of(message)
