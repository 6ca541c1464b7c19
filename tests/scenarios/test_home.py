"""App Home: what is open, what is mine, which reviews there are; and that it says what is so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from incibot.core import moves
from incibot.core.change import Change, Post
from incibot.core.people import ChannelId, UserId
from incibot.jobs.show_home import KEPT
from tests.bench import Bench, bench, text_of


async def opens(there: Bench, who: str) -> dict[str, Any]:
    person = there.person(who)
    await person.opens_home()
    await there.settle()
    assert person.home is not None
    return person.home


def drawn(there: Bench) -> int:
    """How often an App Home was drawn so far."""
    return sum(call.method == "views.publish" for call in there.slack.calls())


async def many(there: Bench, count: int, *, by: str, title: str = "Checkout answers 500") -> None:
    """So many open incidents of somebody's, each with a task for them, and no channels."""
    who = UserId(there.person(by).id)
    async with there.app.store.begin() as tx:
        for _ in range(count):
            number = await tx.next_number()
            draft = moves.Draft(title=title, severity="sev2", declared_by=who, commander=who)
            change = moves.declare(draft, number=number, book=tx.book, at=tx.at)
            await tx.apply(replace(change, jobs=()))
            incident = await tx.incident(number)
            task = moves.add_task(incident, "do it " * 400, who, by=who, at=tx.at, key=str(number))
            await tx.apply(replace(task, jobs=()))


# --- What is on it -------------------------------------------------------------------------------


async def test_an_empty_home_lets_one_declare_and_says_what_there_is(there: Bench) -> None:
    home = await opens(there, "ana")
    assert "Nothing is open. If something looks wrong, declare it." in text_of(home)
    assert "My " not in text_of(home)
    assert "Reviews" not in text_of(home)
    ana = there.person("ana")
    await ana.clicks("run:help")
    assert ana.view is not None
    assert "/incident" in text_of(ana.view)
    assert "declare [sev] &lt;title&gt;" in text_of(ana.view)


async def test_a_home_declares(there: Bench) -> None:
    ana = there.person("ana")
    await opens(there, "ana")
    await ana.clicks("run:form")
    await ana.submits({"title": "Checkout answers 500"})
    await there.settle()
    assert (await there.incident()).title == "Checkout answers 500"
    assert "*Open incidents* (1)" in text_of(ana.home)


async def test_a_home_shows_what_is_open_and_lets_one_in(there: Bench) -> None:
    incident = await there.declares("sev2 Checkout & carts <b>")
    dana = there.person("dana")
    home = await opens(there, "dana")
    assert "*INC-1* Checkout &amp; carts &lt;b&gt;" in text_of(home)
    assert "*My roles*" not in text_of(home)
    await dana.clicks("run:join")
    await there.settle()
    assert dana.id in there.slack.channel(incident.channel_name).members
    assert dana.view is not None
    assert "You are being invited" in text_of(dana.view)


async def test_a_home_shows_my_roles_and_my_tasks_which_can_be_ticked_off(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.types("task @ana call the provider", channel=channel)
    await there.types("task @bela look at the queue", channel=channel)
    home = await opens(there, "ana")
    assert "Incident commander of *INC-1*" in text_of(home)
    assert "*My tasks* (1)" in text_of(home)
    assert "call the provider" in text_of(home)
    assert "look at the queue" not in text_of(home)
    ana = there.person("ana")
    await ana.clicks("run:task")
    await there.settle()
    assert "call the provider" not in text_of(ana.home)
    done, still = (await there.incident()).tasks
    assert done.done_by == ana.id
    assert still.done_at is None


async def test_a_review_is_to_be_written_and_then_to_be_read(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await opens(there, "dana")
    home = await opens(there, "bela")
    assert "Reviews" not in text_of(home), "nobody writes the review of what still goes on"
    await there.types("resolve", channel=channel)
    bela, dana = there.person("bela"), there.person("dana")
    assert "*Reviews to write* (1)" in text_of(bela.home)
    assert "Nothing is open." in text_of(bela.home)
    await bela.clicks("run:review")
    assert "The review draft of INC-1" in text_of(bela.view)
    await there.settle()
    for person in (bela, dana):
        assert "*Reviews to read* (1)" in text_of(person.home)
        assert "Reviews to write" not in text_of(person.home)
    there.slack.views.clear(dana.id)
    await dana.clicks("run:review")
    await there.settle()
    for person in (bela, dana):
        assert "INC-1-review.md" in {file["name"] for file in person.files()}
    there.clock.passes(days=31)
    assert "Reviews" not in text_of(await opens(there, "bela"))


async def test_a_review_waits_for_its_writer_however_long_the_incident_took(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    there.clock.passes(days=50)
    await there.types("resolve", channel=channel)
    assert "*Reviews to write* (1)" in text_of(await opens(there, "bela"))


async def test_a_review_with_a_page_is_linked(tmp_path: Any) -> None:
    async with bench("sqlite://", tmp_path, base_url="https://bot.example.com") as there:
        channel = (await there.declares()).channel_name
        await there.types("resolve", channel=channel)
        await there.types("review", channel=channel)
        home = text_of(await opens(there, "bela"))
        assert "<https://bot.example.com/incidents/INC-1/review|on its page>" in home


async def test_a_private_incident_is_on_the_homes_of_those_who_are_in_it(there: Bench) -> None:
    ana, bela, dana = (there.person(name) for name in ("ana", "bela", "dana"))
    for who in ("ana", "bela", "dana"):
        await opens(there, who)
    await ana.clicks("run:form")
    await ana.submits({"title": "Leak of keys", "private": "private"})
    await there.settle()
    channel = (await there.incident()).channel_name
    assert ":lock: *INC-1* Leak of keys" in text_of(ana.home)
    assert "Leak" not in text_of(bela.home) + text_of(dana.home)

    await ana.invites("bela", channel)
    await there.settle()
    assert "Leak of keys" in text_of(bela.home)
    await bela.leaves(channel)
    await there.settle()
    assert "Leak" not in text_of(bela.home)

    await there.types("scribe @dana", channel=channel)
    assert "Scribe of *INC-1* Leak of keys" in text_of(dana.home)
    await there.types("resolve", channel=channel)
    assert "*Reviews to write* (1)" in text_of(ana.home)
    assert "Leak" not in text_of(bela.home)


# --- That it says what is so ---------------------------------------------------------------------


async def test_whoever_opened_theirs_sees_each_change_without_opening_it_again(
    there: Bench,
) -> None:
    await opens(there, "dana")
    dana = there.person("dana")
    channel = (await there.declares("sev3 Checkout")).channel_name
    assert "sev3" in text_of(dana.home)
    assert f"<#{(await there.incident()).channel}>" in text_of(dana.home)
    await there.types("severity sev1", channel=channel)
    assert "sev1" in text_of(dana.home)
    await there.types("status mitigated", channel=channel)
    assert "mitigated" in text_of(dana.home)
    await there.types("ops @dana", channel=channel)
    assert "Operations of *INC-1*" in text_of(dana.home)
    await there.types("ops none", channel=channel)
    assert "My roles" not in text_of(dana.home)
    await there.types("task @dana look at the queue", channel=channel)
    assert "look at the queue" in text_of(dana.home)
    await there.types("task done 1", channel=channel)
    assert "My tasks" not in text_of(dana.home)
    await there.types("resolve", channel=channel)
    assert "Reviews to write" in text_of(dana.home)
    await there.types("reopen it is back", channel=channel)
    assert "*Open incidents* (1)" in text_of(dana.home)


async def test_whoever_never_opened_theirs_has_none_drawn(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await there.types("severity sev1", channel=channel)
    assert drawn(there) == 0


async def test_a_home_that_would_read_the_same_is_not_drawn_again(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await opens(there, "dana")
    before = drawn(there)
    await there.types("update Payments work again for most", channel=channel)
    await there.types("note nothing for a home", channel=channel)
    await there.types("task @bela look at the queue", channel=channel)
    assert drawn(there) == before
    await opens(there, "dana")
    assert drawn(there) == before + 1, "whoever opens it gets it as it is"


async def test_many_changes_at_once_are_one_round(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    await opens(there, "dana")
    before = drawn(there)
    ana = there.person("ana")
    for severity in ("sev1", "sev3", "sev4", "sev1"):  # nobody does the jobs meanwhile
        await ana.types(f"/incident severity {severity}", channel)
    await there.settle()
    assert drawn(there) == before + 1
    assert "sev1" in text_of(there.person("dana").home)


async def test_those_who_opened_theirs_last_are_kept_right(there: Bench) -> None:
    await opens(there, "ana")
    there.clock.passes(minutes=1)
    now = int(there.clock().timestamp())
    others = tuple(  # whom Slack does not know any more, which keeps nobody else from theirs
        Post(key=f"home:U9{n:08}", channel=ChannelId(f"U9{n:08}"), ts=f"{now}.{n}")
        for n in range(KEPT - 1)
    )
    async with there.app.store.begin() as tx:
        await tx.apply(Change(posts=others))
    there.clock.passes(minutes=1)
    await opens(there, "bela")
    await there.declares(who="dana")
    assert "INC-1" in text_of(there.person("bela").home)
    assert "INC-1" not in text_of(there.person("ana").home)
    assert "INC-1" in text_of(await opens(there, "ana"))


async def test_a_round_that_slack_stops_is_finished_later(there: Bench) -> None:
    for who in ("ana", "bela", "dana"):
        await opens(there, who)
    there.slack.faults.limits("views.publish", retry_after=30)
    await there.declares()
    assert "INC-1" not in text_of(there.person("dana").home)
    there.clock.passes(minutes=1)
    await there.settle()
    for who in ("ana", "bela", "dana"):
        assert "INC-1" in text_of(there.person(who).home)


# --- However much there is -----------------------------------------------------------------------


async def test_a_home_with_one_of_each_says_each_once(there: Bench) -> None:
    await many(there, 1, by="ana")
    home = text_of(await opens(there, "ana"))
    for heading in ("*My roles* (1)", "*My tasks* (1)", "*Open incidents* (1)"):
        assert heading in home
    assert "… and" not in home


async def test_three_hundred_open_incidents_fit_and_the_rest_can_be_seen(here: Bench) -> None:
    await many(here, 300, by="ana", title="🔥 & <!channel> " * 180)
    home = await opens(here, "ana")
    said = text_of(home)
    assert "*Open incidents* (300)" in said
    assert "… and 275 more: `/incident list` lists them." in said
    assert "*My roles* (300)" in said
    assert "… and 290 more: `/incident list mine` lists them." in said
    assert "… and 285 more: `/incident list mine` lists them." in said
    assert len(home["blocks"]) <= 100
    assert len(json.dumps(home)) < 250_000
    for word in ("list", "list mine", "list all"):
        answer = await here.types(word)
        assert answer.trouble is None
        assert "*INC-300*" in text_of(answer.raw)
        assert "… and 280 older ones." in text_of(answer.raw)


async def test_one_leafs_through_three_hundred_incidents_from_home(here: Bench) -> None:
    await many(here, 300, by="ana")
    await opens(here, "dana")
    dana = here.person("dana")
    await dana.clicks("run:list")
    seen = []
    while True:
        assert dana.view is not None
        assert len(dana.views) == 1, "a page takes the place of the one before"
        seen += [one for one in range(300, 0, -1) if f"*INC-{one}*" in text_of(dana.view)]
        if "Older ones" not in text_of(dana.view):
            break
        await dana.clicks("run:list")
    assert seen == list(range(300, 0, -1))


async def test_with_three_hundred_open_one_declares_and_resolves_as_ever(here: Bench) -> None:
    await many(here, 300, by="ana")
    await here.types("Another", who="bela")
    await here.person("bela").submits()
    await here.settle()
    another = (await here.incidents())[0]
    assert another.title == "Another"
    await opens(here, "dana")
    await here.types("resolve", who="bela", channel=another.channel_name)
    assert "*Reviews to write* (1)" in text_of(here.person("dana").home)


async def test_nobody_is_asked_to_join_where_they_are_in_already(there: Bench) -> None:
    incident = await there.declares()
    assert "run:join" not in text_of(await opens(there, "ana"))
    assert "run:join" in text_of(await opens(there, "dana"))
    assert "run:join" in text_of((await there.types("list", who="dana")).raw)
    await there.person("dana").joins(incident.channel_name)
    await there.settle()
    assert "run:join" not in text_of(there.person("dana").home)
    assert "run:join" not in text_of((await there.types("list", who="dana")).raw)
    await there.person("dana").leaves(incident.channel_name)
    await there.settle()
    assert "run:join" in text_of(there.person("dana").home)
