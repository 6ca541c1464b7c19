"""``/incident list`` and ``/incident join``."""

from __future__ import annotations

import pytest

from tests.bench import Bench, text_of


async def test_a_list_shows_what_is_open_and_all_shows_what_ended_too(there: Bench) -> None:
    assert "No incident is open." in (await there.types("list")).text
    assert "There is no incident yet." in (await there.types("list all")).text
    one = await there.declares("sev1 One & <only>")
    await there.declares("sev2 Two")
    await there.types("resolve", channel=one.channel_name)

    shown = text_of((await there.types("list", who="dana")).raw)
    assert "*INC-2* Two" in shown
    assert "INC-1" not in shown
    assert "`/incident list all` shows ended ones too" in shown
    everything = text_of((await there.types("list all", who="dana")).raw)
    assert "*INC-1* One &amp; &lt;only&gt;" in everything
    assert everything.index("INC-2") < everything.index("INC-1")


async def test_a_list_of_mine_says_what_i_have_to_do_with_each(there: Bench) -> None:
    one = await there.declares("sev1 One", who="bela")
    two = await there.declares("sev2 Two", who="ana")
    assert "You have no role and no task" in (await there.types("list mine", who="dana")).text
    await there.types("task @dana look at the queue", who="bela", channel=one.channel_name)
    await there.types("ops @dana", who="ana", channel=two.channel_name)
    shown = text_of((await there.types("list mine", who="dana")).raw)
    assert "1 task is yours." in shown
    assert "You are Operations." in shown
    assert "*INC-2*" in text_of((await there.types("list mine", who="ana")).raw)
    assert "*INC-1*" not in text_of((await there.types("list mine", who="ana")).raw)


async def test_older_ones_are_a_press_away(there: Bench) -> None:
    for number in range(1, 23):
        await there.types(f"declare sev4 Number {number}", who="bela")
    dana = there.person("dana")
    shown = text_of((await there.types("list", who="dana")).raw)
    assert "… and 2 older ones." in shown
    await dana.clicks("run:list", channel="general")
    await there.settle()
    older = text_of(there.slack.workspace.ephemerals[-1].message)
    assert "*INC-2*" in older
    assert "*INC-1*" in older
    assert "*INC-3*" not in older
    assert "older" not in older


async def test_a_list_lets_one_in(there: Bench) -> None:
    incident = await there.declares()
    await there.types("list", who="dana")
    await there.person("dana").clicks("run:join", channel="general")
    await there.settle()
    assert there.person("dana").id in there.slack.channel(incident.channel_name).members


@pytest.mark.parametrize("words", ["INC-1", "inc-1", "#1", "1"])
async def test_one_joins_by_number_and_twice_is_no_trouble(there: Bench, words: str) -> None:
    incident = await there.declares()
    for _ in range(2):
        answer = await there.types(f"join {words}", who="dana")
        assert answer.text == f"You are being invited to <#{incident.channel}>."
    assert there.person("dana").id in there.slack.channel(incident.channel_name).members
    (card,) = [one for one in there.ours(incident.channel_name) if "run:role" in text_of(one)]
    assert "Could not" not in text_of(card)


@pytest.mark.parametrize("words", ["", "the fun", "INC-", "INC-99999999999999999999"])
async def test_joining_nothing_says_what_would_work(there: Bench, words: str) -> None:
    answer = await there.types(f"join {words}".strip())
    assert "Which incident? For example `/incident join INC-7`" in answer.text
