"""The way in: a link from Slack that opens the pages once, and the session that follows."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incibot.core.people import Person, UserId
from incibot.web.sessions import Doorkeeper, Who
from tests.bench import START, Bench, bench, text_of
from tests.web.browser import BASE, Browser, ask, declares_privately, link


async def test_the_link_from_slack_signs_its_holder_in(there: Bench) -> None:
    browser = Browser(there)
    address = await link(there)
    assert address.startswith(f"{BASE}/enter?ticket=")

    door = await browser.get(address)
    assert "Enter as <bdi>Ana</bdi>" in door.text
    page = await browser.send(door.form("/enter"))

    assert (page.status, page.url) == (200, f"{BASE}/incidents")
    assert "<bdi>Ana</bdi>" in page.text


async def test_the_session_is_in_a_cookie_that_scripts_and_plain_http_never_see(
    there: Bench,
) -> None:
    browser = Browser(there)
    await browser.signs_in()
    (session,) = [line for line in browser.set_cookies if line.startswith("incibot_session=")]
    attributes = {part.strip().casefold() for part in session.split(";")[1:]}
    assert attributes == {"httponly", "secure", "samesite=lax", "path=/", "max-age=43200"}
    assert "incibot_visitor" not in browser.cookies


async def test_a_link_asked_for_in_an_incidents_channel_leads_to_its_page(there: Bench) -> None:
    incident = await there.declares()
    page = await Browser(there).signs_in(channel=incident.channel_name)
    assert page.url == f"{BASE}/incidents/INC-1"
    page = await Browser(there).signs_in(who="bela", text="web INC-1")
    assert page.url == f"{BASE}/incidents/INC-1"


async def test_nobody_gets_a_link_to_an_incident_that_they_may_not_see(there: Bench) -> None:
    await declares_privately(there)
    hidden = await there.types("web INC-1", who="bela")
    missing = await there.types("web INC-2", who="bela")
    assert hidden.text.replace("INC-1", "INC-2") == missing.text


async def test_programs_that_look_at_the_link_do_not_use_it_up(there: Bench) -> None:
    address = await link(there)
    for method in ("GET", "HEAD", "GET"):
        looked = await Browser(there).get(address, method=method)
        assert looked.status == 200
    browser = Browser(there)
    door = await browser.get(address)
    assert (await browser.send(door.form("/enter"))).status == 200


async def test_a_link_opens_once(there: Bench) -> None:
    address = await link(there)
    first, second = Browser(there), Browser(there)
    doors = [await one.get(address) for one in (first, second)]
    assert (await first.send(doors[0].form("/enter"))).status == 200

    again = await second.send(doors[1].form("/enter"))
    assert again.status == 403
    assert "has been used" in again.text
    assert "incibot_session" not in second.cookies


async def test_a_link_opens_for_ten_minutes(there: Bench) -> None:
    address = await link(there)
    in_time, late = Browser(there), Browser(there)
    doors = [await one.get(address) for one in (in_time, late)]
    there.clock.passes(minutes=9, seconds=59)
    assert (await in_time.get(address)).status == 200
    there.clock.passes(seconds=1)
    assert (await Browser(there).get(address)).status == 403
    assert (await late.send(doors[1].form("/enter"))).status == 403


async def test_a_ticket_that_was_changed_anywhere_opens_nothing(there: Bench) -> None:
    (ticket,) = parse_qs(urlsplit(await link(there)).query)["ticket"]
    team, user, until, number, nonce, signature = ticket.split(".")
    bela = there.person("bela").id
    for forged in (
        f"{team}.{bela}.{until}.{number}.{nonce}.{signature}",
        f"T0000000009.{user}.{until}.{number}.{nonce}.{signature}",
        f"{team}.{user}.{int(until) + 60}.{number}.{nonce}.{signature}",
        f"{team}.{user}.{until}.7.{nonce}.{signature}",
        f"{team}.{user}.{until}.{number}.0.{signature}",
        f"{team}.{user}.{until}.{number}.{nonce}.{signature[:-1]}",
        f"{team}.{user}.{until}.{number}.{nonce}.",
        "",
        "é.\udcff".encode("utf-8", "replace").decode(),
    ):
        assert (await Browser(there).get(f"/enter?ticket={forged}")).status == 403, forged


async def test_a_ticket_is_no_session_and_a_session_is_no_ticket(there: Bench) -> None:
    browser = Browser(there)
    await browser.signs_in()
    session = browser.cookies["incibot_session"]
    assert (await Browser(there).get(f"/enter?ticket={session}")).status == 403

    (ticket,) = parse_qs(urlsplit(await link(there)).query)["ticket"]
    forger = Browser(there, cookies={"incibot_session": ticket})
    assert (await forger.get("/incidents")).status == 403


async def test_the_door_opens_only_to_who_stands_before_it(there: Bench) -> None:
    """Else a page elsewhere could sign somebody in as somebody else."""
    address = await link(there)
    door = await Browser(there).get(address)
    stranger = Browser(there)
    assert (await stranger.send(door.form("/enter"))).status == 403
    assert (
        await stranger.post("/enter", ticket=door.form("/enter").fields["ticket"])
    ).status == 403

    rightful = Browser(there)
    door = await rightful.get(address)
    assert (await rightful.send(door.form("/enter"))).status == 200, "the ticket was not used up"


async def test_who_is_in_already_goes_straight_on(ana: Browser) -> None:
    page = await ana.get(await link(ana.there))
    assert page.url == f"{BASE}/incidents"


async def test_a_session_lasts_twelve_hours(ana: Browser) -> None:
    ana.there.clock.passes(hours=11, minutes=59)
    assert (await ana.get("/incidents")).status == 200
    ana.there.clock.passes(minutes=1)
    page = await ana.get("/incidents")
    assert page.status == 403
    assert "/incident web" in page.text


async def test_a_session_cannot_be_made_another_persons(ana: Browser) -> None:
    user, rest = ana.cookies["incibot_session"].split(".", 1)
    bela = ana.there.person("bela").id
    assert user != bela
    ana.cookies["incibot_session"] = f"{bela}.{rest}"
    assert (await ana.get("/incidents")).status == 403


async def test_somebody_who_left_the_workspace_is_out(ana: Browser) -> None:
    user = UserId(ana.there.person("ana").id)
    async with ana.there.app.store.begin() as tx:
        await tx.learn([Person(id=user, name="ana", deleted=True)])
    assert (await ana.get("/incidents")).status == 403


async def test_signing_out_ends_it_and_no_other_site_can_do_it_for_somebody(ana: Browser) -> None:
    assert (await ana.post("/leave")).status == 403
    page = await ana.get("/incidents")
    assert page.status == 200
    assert (await ana.send(page.form("/leave"))).status == 403  # the list, signed out
    assert "incibot_session" not in ana.cookies


async def test_without_a_session_each_page_says_how_to_get_one(there: Bench) -> None:
    await declares_privately(there, "Secret")
    for path in ("/incidents", "/incidents/INC-1", "/incidents/INC-99", "/incidents/INC-1/review"):
        page = await Browser(there).get(path)
        assert page.status == 403
        assert "/incident web" in page.text
        assert "Secret" not in page.text


async def test_without_an_address_there_are_no_pages_and_the_command_says_so(
    database: str, tmp_path: Path
) -> None:
    async with bench(database, tmp_path) as there:
        await there.declares()
        for path in ("/", "/incidents", "/incidents/INC-1", "/enter?ticket=x"):
            found = await ask(there, path, Accept="text/html")
            assert (found.status, found.headers["Content-Type"]) == (
                404,
                "application/json; charset=utf-8",
            )
        answer = await there.types("web")
        assert "INCIBOT_BASE_URL" in text_of(answer.raw)
        assert "http" not in answer.text


async def test_pages_below_a_path_link_and_lead_to_below_it(database: str, tmp_path: Path) -> None:
    base = "http://tools.example.com/incibot"
    async with bench(database, tmp_path, base_url=base) as there:
        await there.declares()
        browser = Browser(there, base=base)
        page = await browser.signs_in(text="web INC-1")
        assert page.url == f"{base}/incidents/INC-1"
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
        assert links
        assert all(one.startswith("/incibot/") for one in links)
        (session,) = [line for line in browser.set_cookies if line.startswith("incibot_session=")]
        assert "Path=/incibot/" in session
        assert "Secure" not in session  # the address has no https


USERS = st.from_regex(r"[UW][A-Z0-9]{2,12}", fullmatch=True)


@given(USERS, st.integers(1, 10**8) | st.none())
def test_tickets_and_sessions_are_read_back_by_whoever_has_the_secret(
    user: str, number: int | None
) -> None:
    ours, theirs = Doorkeeper("secret"), Doorkeeper("another")
    who = Who(team="T1", user=UserId(user))
    ticket = ours.ticket(who, at=START, number=number)
    read = ours.read_ticket(ticket, at=START)
    assert read is not None
    assert (read.who, read.number) == (who, number)
    assert ours.read_session(ours.session(who, at=START), at=START) == who
    assert theirs.read_ticket(ticket, at=START) is None


@given(st.text())
def test_no_text_breaks_the_door(text: str) -> None:
    doors = Doorkeeper("secret")
    assert doors.read_ticket(text, at=START) is None
    assert doors.read_session(text, at=START) is None
    assert not doors.is_form_token(text, "cookie")
    assert not doors.is_form_token(doors.form_token(""), "")


@pytest.mark.parametrize("secret", ["one", "two"])
def test_each_secret_signs_for_itself(secret: str) -> None:
    who = Who(team="T1", user=UserId("U1"))
    session = Doorkeeper("one").session(who, at=START)
    assert (Doorkeeper(secret).read_session(session, at=START) == who) is (secret == "one")
