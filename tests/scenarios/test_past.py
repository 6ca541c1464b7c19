"""Other incidents in a review draft: those that everybody may see, and no other."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tests.bench import Bench

PUBLIC = "Basket loses what is in it"
SECRET = "Somebody took the customer list"


async def declares(there: Bench, title: str, *, private: bool = False) -> str:
    ana = there.person("ana")
    await there.types(title, who="ana")
    await ana.submits({"other_service": "checkout", **({"private": "private"} if private else {})})
    await there.settle()
    channel = (await there.incidents())[0].channel_name
    await there.types("role ops @bela", who="ana", channel=channel)  # which brings them
    return channel


async def test_a_draft_compares_with_what_everybody_may_see_and_with_nothing_else(
    here: Bench,
) -> None:
    for title, private in ((PUBLIC, False), (SECRET, True), ("Mail is late", False)):
        channel = await declares(here, title, private=private)
        await here.types("decision restart the basket for everybody", channel=channel, who="ana")
        await here.person("bela").writes("same here", channel=channel)
        await here.settle()
        await here.types("resolve done", channel=channel, who="ana")
        here.clock.passes(hours=2)
    channel = await declares(here, "Basket is slow")
    await here.person("bela").writes("as in INC-2, or INC-3?", channel=channel)
    await here.person("bela").writes("and in INC-1", channel=channel)
    await here.settle()
    await here.types("hypothesis the basket was never restarted", channel=channel, who="ana")
    await here.types("review", channel=channel, who="ana")

    async with here.app.store.read() as tx:
        draft = await tx.review(4) or ""
        history = await tx.history(await tx.incident(4), zone=ZoneInfo("UTC"))
        past = await tx.past(history)
    assert [one.incident.number for one in past] == [3, 1]
    related = draft.partition("## Related incidents")[2].partition("\n## ")[0]
    assert f"INC-1, {PUBLIC}" in related
    assert "named in the channel" in related
    assert "both speak of basket, restarted;" not in related
    assert "both speak of basket." in related
    assert "INC-3, Mail is late" in related
    assert "wrote in other incidents too: 2 in the 24 hours before" in draft
    assert SECRET not in draft.replace("as in INC-2", "")
    assert "INC-2," not in related


async def test_a_draft_compares_with_few_entries_of_each(there: Bench) -> None:
    channel = await declares(there, PUBLIC)
    for number in range(3):
        await there.person("bela").writes(f"hm {number}", channel=channel)
        await there.settle()
        there.clock.passes(minutes=1)
    await there.types("decision restart the basket", channel=channel, who="ana")
    await there.types("resolve done", channel=channel, who="ana")
    there.clock.passes(days=1)
    await declares(there, "Basket is slow")
    async with there.app.store.read() as tx:
        history = await tx.history(await tx.incident(2), zone=ZoneInfo("UTC"))
        (one,) = await tx.past(history)
        (later,) = await tx.past(await tx.history(one.incident, zone=history.head.zone)) or (None,)
    assert [entry.words for entry in one.entries if entry.is_said] == [
        "hm 2",
        "restart the basket",
    ]
    assert later is None, "what was declared after it had ended"
