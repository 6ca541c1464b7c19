"""From ``/incident declare`` to a channel with everybody in it."""

from __future__ import annotations

from tests.bench import Bench, text_of


async def test_declaring_makes_a_channel_a_card_a_pin_and_an_announcement(there: Bench) -> None:
    answer = await there.types("declare sev2 Checkout answers 500")
    incident = await there.incident()

    assert "INC-1 is declared" in answer.text
    assert incident.channel_name == "inc-1-checkout-answers-500"
    channel = there.slack.channel(incident.channel_name)
    ana = there.person("ana")
    assert ana.id in channel.members
    (card,) = [one for one in there.ours(channel.id) if "Checkout" in text_of(one)]
    assert "sev2" in text_of(card)
    assert [one["ts"] for one in ana.pinned(channel.id)] == [card["ts"]]
    (announced,) = there.ours("incidents")
    assert "Checkout answers 500" in text_of(announced)
    assert await there.kinds() == ["declared", "role", "link", "joined"]
