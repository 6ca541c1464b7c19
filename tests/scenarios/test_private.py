"""A private incident: for those in its channel, and for nobody else does it exist."""

from __future__ import annotations

import pytest

from incibot.core.incident import Incident
from incibot.core.playbook import SEVERITIES, Playbook, Service, Severity
from tests.bench import Bench, text_of

SECRET = "Somebody took the customer list"


async def declares(there: Bench, **fields: str) -> Incident:
    ana = there.person("ana")
    await there.types(SECRET, who="ana")
    answer = await ana.submits({"private": "private", **fields})
    await there.settle()
    assert answer.errors is None
    assert answer.trouble is None
    return (await there.incidents())[0]


async def test_its_channel_is_private_and_it_is_announced_nowhere(there: Bench) -> None:
    incident = await declares(there, commander="bela")
    channel = there.slack.channel(incident.channel_name)
    assert channel.kind == "private"
    assert set(channel.members) - {there.slack.workspace.bot.id} == {
        there.person("ana").id,
        there.person("bela").id,
    }
    assert not there.ours("incidents")
    (card,) = [one for one in there.ours(channel.id) if "run:role" in text_of(one)]
    assert ":lock: only those in its channel see it" in text_of(card)
    assert SECRET in text_of(there.person("bela").direct_messages())


async def test_its_updates_and_its_end_stay_inside(there: Bench) -> None:
    channel = (await declares(there)).channel_name
    answer = await there.types("update we know who", channel=channel)
    assert answer.text == "The update is on the card."
    for typed in ("severity sev1", "status mitigated", "commander @bela", "resolve done"):
        await there.types(typed, channel=channel)
    assert not there.ours("incidents")
    assert there.person("bela").id in there.slack.channel(channel).members


async def test_nobody_is_invited_but_those_named_for_private_ones(there: Bench) -> None:
    dana, emre, fumiko = (there.person(name) for name in ("dana", "emre", "fumiko"))
    there.app.store.book = Playbook(
        severities=(Severity(word="sev1", means="bad", invite=("@oncall-checkout",)), *SEVERITIES[1:]),
        services=(Service(name="checkout", invite=(dana.id,)),),
        invite=(emre.id,),
        invite_private=(fumiko.id,),
    )  # fmt: skip
    incident = await declares(there, service="checkout", severity="sev1")
    await there.types("severity sev2", channel=incident.channel_name)
    await there.types("severity sev1", channel=incident.channel_name)
    members = set(there.slack.channel(incident.channel_name).members)
    assert members == {there.slack.workspace.bot.id, there.person("ana").id, fumiko.id}


@pytest.mark.parametrize("word", ["join", "timeline", "export", "review"])
async def test_to_others_it_does_not_exist(there: Bench, word: str) -> None:
    await declares(there)
    dana = there.person("dana")
    theirs = await there.types(f"{word} INC-1", who="dana")
    none = await there.types(f"{word} INC-99", who="dana")
    assert theirs.text == none.text.replace("INC-99", "INC-1")
    assert theirs.text == "There is no INC-1. `/incident list` shows what there is."
    assert not dana.direct_messages()
    assert not dana.files()


async def test_to_others_it_is_in_no_list_home_or_form(there: Bench) -> None:
    await declares(there)
    dana = there.person("dana")
    for typed in ("list", "list all"):
        answer = await there.types(typed, who="dana")
        assert "INC-1" not in text_of(answer.raw)
    await dana.opens_home()
    await there.settle()
    assert dana.home is not None
    assert "INC-1" not in text_of(dana.home)
    await there.types("Another one", who="dana")  # nearby ones are shown in the form
    assert SECRET not in text_of(dana.view)
    await dana.submits()  # and looked for when it is sent
    await there.settle()
    assert SECRET not in text_of(dana.view)
    assert (await there.incident(2)).title == "Another one"
    ts = await dana.writes("look at this", "general")
    await dana.message_shortcut("add_to_timeline", "general", ts)
    assert SECRET not in text_of(dana.view)


async def test_its_people_find_it_until_they_leave(there: Bench) -> None:
    incident = await declares(there)
    ana, bela = there.person("ana"), there.person("bela")
    assert SECRET in text_of((await there.types("list", who="ana")).raw)
    await ana.invites("bela", incident.channel_name)
    await there.settle()
    assert ":lock: *INC-1*" in text_of((await there.types("list", who="bela")).raw)
    answer = await there.types("note seen", who="bela", channel=incident.channel_name)
    assert answer.text == "On the timeline."
    await bela.leaves(incident.channel_name)
    await there.settle()
    assert SECRET not in text_of((await there.types("list", who="bela")).raw)
    assert "There is no INC-1" in (await there.types("join INC-1", who="bela")).text
    assert "invited" in (await there.types("join INC-1", who="ana")).text


async def test_without_the_scope_it_stays_without_a_channel_and_says_so(there: Bench) -> None:
    there.slack.faults.without_scopes.add("groups:write")
    ana = there.person("ana")
    before = set(there.slack.workspace.channels)
    incident = await declares(there)
    made = [
        there.slack.workspace.channels[one] for one in set(there.slack.workspace.channels) - before
    ]
    assert [one.kind for one in made] == ["im"]
    assert incident.channel is None
    assert incident.private
    (told,) = ana.direct_messages()
    assert "missing_scope" in text_of(told)
    assert "groups:write" in text_of(told)
    assert "Until that is mended it has none, and stays private." in text_of(told)
    assert not there.ours("incidents")
    assert "Slack refused to make it" in (await there.types("join INC-1")).text
    assert "There is no INC-1" in (await there.types("join INC-1", who="bela")).text

    there.slack.faults.without_scopes.clear()
    async with there.app.store.begin() as tx:
        await tx.retry()
    await there.settle()
    incident = await there.incident()
    assert there.slack.channel(incident.channel_name).kind == "private"
    assert ana.id in there.slack.channel(incident.channel_name).members
    assert not there.ours("incidents")
