"""Pages: asked for in an incident, sent once, said so where they are not, and answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from incibot.config.on_call import PagerDuty, Paging
from incibot.config.secret import Secret
from incibot.core.evidence import Alert, Change, Evidence, Remark, State, What
from incibot.core.paging import Named, named
from incibot.core.timeline import EntryKind
from tests.bench import Bench, bench, text_of
from tests.integrations.systems import BOOK, GENIE, ROUTING, TOKEN, Systems, systems


@asynccontextmanager
async def at_work(folder: Path, **changed: object) -> AsyncIterator[tuple[Bench, Systems, str]]:
    """A team that can page, in the channel of an incident of it."""
    async with systems() as there:
        if changed.pop("by_name", False):
            changed["pagerduty"] = PagerDuty(
                token=Secret(TOKEN),
                sender="incibot@example.com",
                service="PSVC01",
                api=there.url,
                events=there.url,
            )
        made = there.integrations(**changed)
        async with bench("sqlite://", folder, book=BOOK, integrations=made) as here:
            incident = await here.declares("sev2 Checkout answers 500")
            yield here, there, incident.channel_name


def pages(entries: list[object]) -> list[str]:
    return [one.words for one in entries if one.kind is EntryKind.PAGE]  # type: ignore[attr-defined]


async def test_whoever_is_on_call_for_a_service_is_paged_once(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there, channel):
        team, bela = here.slack.workspace.team_id, here.person("bela").id
        why = "payments fail for @bela & all, password=hunter2"
        answer = await here.types(f"page acme/checkout: {why}", channel=channel)

        assert "PagerDuty is asked to page whoever is on call for Checkout." in answer.text
        (event,) = there.events
        assert event["dedup_key"] == f"incibot:{team}:INC-1:1"
        assert event["payload"]["summary"] == "INC-1 sev2: Checkout answers 500"
        assert event["payload"]["severity"] == "critical"
        assert event["client_url"].endswith(f"/archives/{(await here.incident()).channel}")
        details = event["payload"]["custom_details"]
        assert details["asked by"] == "Ana"
        assert details["why"].startswith("payments fail for @bela & all, password=")
        assert "hunter2" not in text_of(event)
        (entry,) = [one for one in await here.timeline() if one.kind is EntryKind.PAGE]
        assert entry.by == here.person("ana").id
        assert entry.words.startswith(
            f"Asked PagerDuty to page whoever is on call for Checkout: payments fail for <@{bela}|"
        )
        assert any(":pager: Asked PagerDuty" in text_of(one) for one in here.ours(channel))

        await here.types("page Search & Find", channel=channel)
        (alert,) = there.alerts
        assert alert["alias"] == f"incibot:{team}:INC-1:2"
        assert alert["message"] == "INC-1 sev2: Checkout answers 500"
        assert alert["responders"] == [{"type": "team", "name": "Finders"}]
        assert alert["priority"] == "P1"
        assert not await here.app.runner.work_off()


async def test_what_a_page_of_a_private_incident_tells(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there, _):
        await here.types("Somebody reads our mail")
        await here.person("ana").submits({"private": "private", "title": "Somebody reads our mail"})
        await here.settle()
        private = (await here.incidents())[0]
        assert private.private
        await here.types("page Checkout they are in the mail server", channel=private.channel_name)
        await here.types("page Search & Find it is the mail", channel=private.channel_name)
        assert there.events[0]["payload"]["summary"] == "INC-2: a private incident needs you"
        assert there.events[0]["links"][0]["href"].startswith("https://")
        for told in (there.events, there.alerts):
            assert "mail" not in text_of({"told": told})
            assert "Ana" not in text_of({"told": told})
        # Nor does anybody else hear of it.
        assert "INC-2" not in text_of({"all": here.messages("incidents")})

    (tmp_path / "told").mkdir()
    async with at_work(tmp_path / "told", private_titles=True) as (here, there, _):
        await here.types("x")
        await here.person("ana").submits({"private": "private", "title": "Somebody reads our mail"})
        await here.settle()
        await here.types("page Checkout", channel=(await here.incidents())[0].channel_name)
        assert "Somebody reads our mail" in there.events[0]["payload"]["summary"]


@pytest.mark.parametrize(
    "ill",
    [
        web.Response(status=500),
        web.Response(status=429, headers={"Retry-After": "1"}),
        web.Response(text="{", content_type="application/json"),
    ],
    ids=lambda one: str(one.status),
)
async def test_a_page_that_is_not_taken_is_tried_again_and_people_are_told(
    tmp_path: Path, ill: web.Response
) -> None:
    async with at_work(tmp_path) as (here, there, channel):
        there.ill = [ill, ill, ill]
        await here.types("page Checkout", channel=channel)
        assert len(pages(await here.timeline())) == 1  # once is nothing to be told of
        here.clock.passes(minutes=1)
        await here.settle()
        here.clock.passes(minutes=1)
        await here.settle()
        late = [one for one in pages(await here.timeline()) if "has not taken the page" in one]
        assert len(late) == 1
        assert "PagerDuty has not taken the page (PagerDuty: " in late[0]
        assert "if it is urgent, call them" in late[0]
        assert not there.events
        here.clock.passes(minutes=1)
        await here.settle()
        assert len(there.events) == 1
        assert pages(await here.timeline())[-1] == "PagerDuty has taken the page now."
        assert any("has taken the page now" in text_of(one) for one in here.ours(channel))


async def test_a_page_that_is_refused_is_said_to_have_called_nobody(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there, channel):
        for status in (400, 401, 403, 404, 409, 422):
            there.ill = [web.Response(status=status, text=f"the key {ROUTING} is not good")]
            await here.types("page Checkout", channel=channel)
            said = pages(await here.timeline())[-1]
            assert f"PagerDuty has not taken the page (PagerDuty: {status}" in said
            assert said.endswith("Nobody was called by it.")
            here.clock.passes(seconds=1)
        card = text_of(here.ours(channel)[0])
        assert "Could not page anybody: PagerDuty: 400" in card
        everything = text_of({"all": here.messages(channel)}) + repr(await here.timeline())
        assert ROUTING not in everything
        await here.app.store.write(lambda tx: tx.retry())
        await here.settle()
        assert len(there.events) == 6


async def test_a_page_has_the_same_name_at_each_try(tmp_path: Path) -> None:
    """Also where PagerDuty took it and its answer was lost: it calls nobody anew for that name."""
    async with at_work(tmp_path) as (here, there, channel):
        there.lost = ["POST /v2/enqueue"] * 2
        await here.types("page Checkout", channel=channel)
        for _ in range(3):
            here.clock.passes(minutes=1)
            await here.settle()
        assert len(there.events) == 3
        assert len({one["dedup_key"] for one in there.events}) == 1


async def test_somebody_is_paged_by_name(tmp_path: Path) -> None:
    async with at_work(tmp_path, by_name=True) as (here, there, channel):
        bela = here.person("bela")
        there.users = [
            {"id": "PX", "email": "bela@northwind.example.org"},
            {"id": "PBELA", "email": "Bela@northwind.example"},
        ]
        answer = await here.types("page @bela we need you", channel=channel)
        assert f"PagerDuty is asked to page <@{bela.id}>." in answer.text
        (incident,) = there.incidents
        assert incident["assignments"] == [{"assignee": {"id": "PBELA", "type": "user_reference"}}]
        assert incident["service"] == {"id": "PSVC01", "type": "service_reference"}
        assert incident["urgency"] == "high"
        assert incident["incident_key"].endswith(":INC-1:1")
        assert "we need you" in incident["body"]["details"]

        there.lost = ["POST /incidents"]
        await here.types("page @bela once more", channel=channel)
        here.clock.passes(minutes=1)
        await here.settle()
        assert not there.lost
        assert [one["incident_key"][-1] for one in there.incidents] == ["1", "2"]
        assert there.calls.count("POST /incidents") == 2

        await here.types("page @chidi", channel=channel)
        assert "it knows nobody of that e-mail address" in pages(await here.timeline())[-1]

    (tmp_path / "opsgenie").mkdir()
    async with at_work(tmp_path / "opsgenie") as (here, there, channel):
        answer = await here.types("page @bela", channel=channel)
        assert "Opsgenie is asked to page" in answer.text
        responders = [{"type": "user", "username": "bela@northwind.example"}]
        assert there.alerts[0]["responders"] == responders


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("page", "Whom shall incibot have called?"),
        ("page Chekout down", "There is no service to page “Chekout”. Did you mean `Checkout`?"),
        ("page Checkoutx", "There is no service to page “Checkoutx”."),
        ("page Mail", "Nothing says how Mail is paged; these can be: Checkout, Search &amp; Find."),
        ("page @bela", "Nobody can be paged by name yet"),
    ],
)
async def test_what_cannot_be_paged_is_told_what_can(tmp_path: Path, typed: str, says: str) -> None:
    async with systems() as there:
        made = there.integrations()
        on_call = replace(made.on_call, opsgenie=replace(made.on_call.opsgenie, key=None))
        made = replace(made, on_call=on_call)
        async with bench("sqlite://", tmp_path, book=BOOK, integrations=made) as here:
            channel = (await here.declares()).channel_name
            answer = await here.types(typed, channel=channel)
            assert says in text_of(answer.raw)
            assert not there.events
            if typed == "page":
                await here.person("ana").clicks("run:page Search & Find", channel=channel)
                await here.settle()
                assert len(there.alerts) == 1


async def test_nobody_pages_where_nothing_is_set_up(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    answer = await here.types("page Checkout it is down", channel=channel)
    assert "Nobody can be paged yet" in answer.text
    assert "`paging:`" in answer.text
    assert not pages(await here.timeline())


async def test_one_way_for_every_service_that_has_none_of_its_own(tmp_path: Path) -> None:
    paging = (Paging(opsgenie=Secret(GENIE)),)
    async with at_work(tmp_path, paging=paging) as (here, there, channel):
        await here.types("page Mail", channel=channel)
        assert "responders" not in there.alerts[0]


# What comes back


def alert(ours: str, state: State, **changed: str) -> Alert:
    given = {"id": f"event-{state}", "key": "Q1", "title": "x", "actor": "Priya <Raman>"} | changed
    return Alert(state=state, ours=ours, url="https://acme.pagerduty.com/incidents/Q1", **given)


async def hears(here: Bench, evidence: Evidence) -> bool:
    found = await here.app.store.write(
        lambda tx: tx.answered(evidence, source="pagerduty", system="PagerDuty")
    )
    await here.settle()
    return found


async def test_what_comes_back_of_a_page_is_in_the_timeline(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, there, channel):
        await here.types("page Checkout", channel=channel)
        ours = there.events[0]["dedup_key"]

        assert await hears(here, alert(ours, State.FIRING))
        assert len(pages(await here.timeline())) == 1
        for _ in range(2):  # the same twice
            assert await hears(here, alert(ours, State.ACKNOWLEDGED))
        here.clock.passes(minutes=1)
        reply = Remark(id="r1", key="Q1", words="On my way <3", actor="Maeve", ours=ours)
        assert await hears(here, reply)
        here.clock.passes(minutes=1)
        assert await hears(here, alert(ours, State.RESOLVED, actor=""))
        assert pages(await here.timeline())[1:] == [
            "Acknowledged in PagerDuty by Priya &lt;Raman&gt;",
            "Said in PagerDuty by Maeve: On my way &lt;3",
            "Resolved in PagerDuty",
        ]
        entry = [one for one in await here.timeline() if one.kind is EntryKind.PAGE][1]
        assert (entry.by_name, entry.source.type) == ("PagerDuty", "pagerduty")
        assert entry.source.url == "https://acme.pagerduty.com/incidents/Q1"
        said = [text_of(one) for one in here.ours(channel)]
        assert sum("Acknowledged in PagerDuty by" in one for one in said) == 1


async def test_what_answers_no_page_of_ours_is_left_to_others(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (here, _, channel):
        await here.types("page Checkout", channel=channel)
        team = here.slack.workspace.team_id
        strange: list[Evidence] = [
            alert(one, State.ACKNOWLEDGED)
            for one in ("", "checkout-500", f"incibot:{team}:INC-1:2", f"incibot:{team}:INC-9:1",
                        "incibot:TOTHER:INC-1:1", f"incibot:{team}:INC-1:1 ")
        ]  # fmt: skip
        strange.append(Change(id="c", what=What.DEPLOY, title="x"))
        for one in strange:
            assert not await hears(here, one)
        assert len(pages(await here.timeline())) == 1


@given(
    st.from_regex(r"[A-Z0-9]{0,20}", fullmatch=True),
    st.integers(1, 10**8),
    st.integers(1, 10**5),
)
def test_the_name_of_a_page_is_read_back(team: str, incident: int, number: int) -> None:
    page = Named(team=team, incident=incident, number=number)
    assert named(page.ours) == page
    assert len(page.ours) < 255


@given(st.text())
def test_no_other_text_is_the_name_of_a_page(text: str) -> None:
    found = named(text)
    assert found is None or found.ours == text
