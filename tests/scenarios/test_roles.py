"""Who has which duty: assigned, shared, handed over, released; and what the new holder is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from incibot.core.playbook import Playbook, Role
from tests.bench import Bench, text_of


async def opened(there: Bench) -> str:
    """The channel of an incident of Ana's, with Bela and Chidi in it."""
    incident = await there.declares()
    for name in ("bela", "chidi"):
        await there.person(name).joins(incident.channel_name)
    await there.settle()
    return incident.channel_name


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("commander @bela", "commander"),
        ("ic @bela", "commander"),
        ("Scribe @bela", "scribe"),
        ("comms @bela", "comms"),
        ("ops @bela", "ops"),
        ("role operations @bela", "ops"),
    ],
)
async def test_each_role_has_its_own_word(there: Bench, typed: str, role: str) -> None:
    channel = await opened(there)
    bela = there.person("bela")
    answer = await there.types(typed, channel=channel)
    title = there.app.store.book.role(role).title
    assert answer.text == f"{title}: {bela.mention}."
    assert (await there.incident()).holders(role) == (bela.id,)
    (duties,) = bela.direct_messages()
    assert f"You are *{title}* of INC-1" in text_of(duties)
    assert there.app.store.book.role(role).duties[0].split(":")[0] in text_of(duties)
    (echo,) = [one for one in there.ours(channel) if ":bust_in_silhouette:" in text_of(one)]
    assert bela.mention in text_of(echo)
    assert bela.mention in text_of(there.ours("incidents"))


async def test_me_takes_a_role_and_none_gives_it_up(there: Bench) -> None:
    channel = await opened(there)
    bela = there.person("bela")
    await there.types("scribe me", who="bela", channel=channel)
    assert (await there.incident()).holders("scribe") == (bela.id,)
    answer = await there.types("scribe none", who="ana", channel=channel)
    assert answer.text == "Scribe: nobody."
    incident = await there.incident()
    assert incident.holders("scribe") == ()
    (held,) = [one for one in incident.assignments if one.role == "scribe"]
    assert held.until is not None
    answer = await there.types("scribe none", channel=channel)
    assert answer.text == "Nobody is Scribe now."


async def test_several_may_share_operations_and_leave_one_by_one(there: Bench) -> None:
    channel = await opened(there)
    ana, bela, chidi = (there.person(name) for name in ("ana", "bela", "chidi"))
    await there.types("ops @bela", channel=channel)
    there.clock.passes(minutes=1)
    await there.types("ops @chidi, me @bela", who="ana", channel=channel)
    assert set((await there.incident()).holders("ops")) == {ana.id, bela.id, chidi.id}
    assert len(bela.direct_messages()) == 1  # nobody is briefed twice

    await there.types("ops none @bela", channel=channel)
    assert set((await there.incident()).holders("ops")) == {ana.id, chidi.id}
    answer = await there.types("ops none @bela", channel=channel)
    assert f"{bela.mention} is not Operations; " in answer.text
    assert chidi.mention in answer.text
    await there.types("ops none", channel=channel)
    assert (await there.incident()).holders("ops") == ()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("commander @ana", "is Incident commander already"),
        ("commander @bela @chidi", "One person at a time is Incident commander"),
        ("commander bela", "Who is to be Incident commander? For example"),
        ("scribe @oncall-checkout", "Who is to be Scribe?"),
        ("role captain @bela", "There is no role “captain”. There are: commander, scribe, comms"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_would_work(
    there: Bench, typed: str, says: str
) -> None:
    channel = await opened(there)
    before = await there.incident()
    answer = await there.types(typed, channel=channel)
    assert says in answer.text
    assert await there.incident() == before


async def test_a_role_alone_says_who_has_it_and_what_it_asks(there: Bench) -> None:
    channel = await opened(there)
    answer = await there.types("commander", channel=channel)
    assert there.person("ana").mention in answer.text
    assert "Keep the whole in view" in answer.text
    assert "nobody" in (await there.types("role scribe", channel=channel)).text


async def test_a_hand_over_sends_a_brief_of_what_happened_since_the_last_one(there: Bench) -> None:
    channel = await opened(there)
    ana, bela, chidi = (there.person(name) for name in ("ana", "bela", "chidi"))

    async def types(text: str) -> None:
        there.clock.passes(minutes=1)
        await there.types(text, channel=channel)

    await types("decision fail over to eu-west")
    await types("question who owns the queue?")
    await types("observation it is raining")
    await types("task @bela call the provider")
    await types("task write the status page")
    await types("task done 2")
    await types("update Payments work again for most")
    await types("status identified bad deploy")
    await types("commander @bela")

    (message,) = bela.direct_messages()
    brief = text_of(message)
    assert "You are *Incident commander* of INC-1 “Checkout answers 500” in <#" in brief
    assert f"{ana.mention} held it until now" in brief
    assert ":bulb: identified" in brief
    assert "sev2" in brief
    assert "Payments work again for most" in brief
    assert "1: call the provider" in brief
    assert "write the status page" not in brief
    assert "fail over to eu-west" in brief
    assert "who owns the queue?" in brief
    assert "raining" not in brief
    assert not chidi.direct_messages()

    await types("decision scale out")
    await types("commander @chidi")
    (message,) = chidi.direct_messages()
    brief = text_of(message)
    assert "scale out" in brief
    assert "fail over" not in brief  # Bela was told that
    incident = await there.incident()
    first, second, third = (one for one in incident.assignments if one.role == "commander")
    assert (first.user, second.user, third.user) == (ana.id, bela.id, chidi.id)
    assert first.until == second.since
    assert second.until == third.since == there.clock.at
    assert third.until is None


async def test_a_decision_that_was_taken_back_is_not_handed_over(there: Bench) -> None:
    channel = await opened(there)
    await there.types("decision fail over", channel=channel)
    await there.person("ana").clicks("run:takeback", channel=channel)
    await there.settle()
    await there.types("commander @bela", channel=channel)
    assert "fail over" not in text_of(there.person("bela").direct_messages())


async def test_the_roles_form_changes_what_was_changed_and_nothing_else(there: Bench) -> None:
    channel = await opened(there)
    ana, bela, chidi = (there.person(name) for name in ("ana", "bela", "chidi"))
    await there.types("scribe @bela", channel=channel)
    await there.types("ops @bela @chidi", channel=channel)
    kinds = await there.kinds()

    await ana.clicks("run:role", channel=channel)
    answer = await ana.submits()
    await there.settle()
    assert answer.errors is None
    assert await there.kinds() == kinds  # nothing was changed

    there.clock.passes(minutes=3)
    await ana.clicks("run:role", channel=channel)
    answer = await ana.submits(
        {"role_commander": "bela", "role_scribe": None, "role_ops": ["chidi", "ana"]}
    )
    await there.settle()
    assert answer.errors is None
    incident = await there.incident()
    assert incident.holders("commander") == (bela.id,)
    assert incident.holders("scribe") == ()
    assert set(incident.holders("ops")) == {chidi.id, ana.id}
    assert incident.holders("comms") == ()
    assert (await there.kinds()).count("role") == kinds.count("role") + 4
    for place in (channel, "incidents"):
        card = next(one for one in there.ours(place) if "run:role" in text_of(one))
        assert f"*Incident commander*\\n{bela.mention}" in text_of(card)
        assert "*Scribe*" not in text_of(card)


async def test_someone_who_is_given_a_role_comes_into_the_channel(there: Bench) -> None:
    incident = await there.declares()
    emre = there.person("emre")
    await there.types("comms @emre", channel=incident.channel_name)
    assert emre.id in there.slack.channel(incident.channel_name).members
    assert any("Welcome to" in text_of(one) for one in emre.ephemerals())


async def test_a_team_may_have_sixty_roles(there: Bench) -> None:
    book = there.app.store.book
    many = tuple(
        Role(
            word=f"role{n}", title=f"The {n}th <role> & duty *of* a large team", several=n % 2 == 0
        )
        for n in range(60)
    )
    there.app.store.book = replace(book, roles=(book.roles[0], *many))
    channel = (await there.declares()).channel_name
    ana = there.person("ana")
    await ana.clicks("run:role", channel=channel)
    answer = await ana.submits(
        {f"role_role{n}": ["bela"] if n % 2 == 0 else "bela" for n in range(60)}
    )
    await there.settle()
    assert answer.trouble is None
    assert answer.errors is None
    bela = there.person("bela")
    assert len((await there.incident()).roles_of(bela.id)) == 60
    card = next(one for one in there.ours(channel) if "run:role" in text_of(one))
    assert "49 more roles" in text_of(card)
    assert "run:resolve" in text_of(card)
    await bela.opens_home()
    await there.settle()
    assert "INC-1" in text_of(bela.home)


async def test_a_role_that_the_team_has_given_up_is_no_trouble(there: Bench) -> None:
    channel = await opened(there)
    await there.types("scribe @bela", channel=channel)
    book = there.app.store.book
    there.app.store.book = replace(book, roles=tuple(r for r in book.roles if r.word != "scribe"))
    answer = await there.types("commander @chidi", channel=channel)
    assert "Incident commander" in answer.text
    await there.person("bela").opens_home()
    await there.settle()
    assert "A role of *INC-1*" in text_of(there.person("bela").home)


async def test_a_playbook_needs_no_aliases_or_duties(there: Bench) -> None:
    there.app.store.book = Playbook(
        roles=(Role(word="captain", title="Captain"),), nearby=timedelta(minutes=1)
    )
    incident = await there.declares()
    await there.types("captain @bela", channel=incident.channel_name)
    assert "You are *Captain* of INC-1" in text_of(there.person("bela").direct_messages())


async def test_a_brief_says_what_became_of_ideas_and_leaves_out_what_was_answered(
    there: Bench,
) -> None:
    channel = await opened(there)
    ana, bela, chidi = (there.person(name) for name in ("ana", "bela", "chidi"))
    await bela.joins(channel)
    await there.types("hypothesis the cache is cold", channel=channel)
    await there.types("hypothesis the provider is down", channel=channel)
    await ana.clicks("run:ruled_out", channel=channel)  # the newest
    await there.settle()
    await there.types("question who deployed?", channel=channel)
    asked = there.ours(channel)[-1]["ts"]
    await bela.writes("I did, at 13:50", channel, thread_ts=asked)
    await there.types("question is money blocked?", channel=channel)
    await there.settle()

    await there.types("commander @chidi", channel=channel)

    brief = text_of(chidi.direct_messages()[-1])
    assert "the provider is down _ruled out_" in brief
    assert "the cache is cold _" not in brief
    assert "who deployed?" not in brief
    assert "is money blocked?" in brief


async def test_the_echo_of_an_idea_that_was_answered_says_so_and_asks_no_more(there: Bench) -> None:
    channel = await opened(there)
    await there.types("hypothesis the provider is down", channel=channel)
    await there.person("ana").clicks("run:confirmed", channel=channel)
    await there.settle()

    (echo,) = [one for one in there.ours(channel) if "*Hypothesis*" in text_of(one)]
    assert "Confirmed, <!date^" in text_of(echo)
    assert "run:ruled_out" not in text_of(echo)
    assert "run:takeback" in text_of(echo)
