"""A private incident is for its people; everywhere else it is as if there were none."""

from __future__ import annotations

import re

import pytest

from tests.bench import Bench
from tests.web.browser import Browser, Page, ask, declares_privately

TITLE = "Somebody took the customer list"
MISSING = 99
BELOW = (
    "",
    "?only=key",
    "?tz=Europe/Paris",
    *(f"/timeline.{word}" for word in ("md", "html", "json", "csv", "xml")),
    "/review",
    "/review.md",
    "/review.html",
    "/review/edit",
)


def told(page: Page, number: int) -> tuple[int, str, dict[str, str]]:
    """All that a visitor can tell from an answer, but for what they typed themselves."""
    text = re.sub(r'nonce="[^"]*"', "", page.text).replace(f"INC-{number}", "INC-?")
    headers = {
        name: re.sub(r"nonce-[^']*", "", one)
        for name, one in page.headers.items()
        if name not in ("Date", "Set-Cookie")
    }
    return page.status, text, headers


@pytest.fixture
async def secret(there: Bench) -> int:
    incident = await declares_privately(there, TITLE)
    ana = Browser(there)
    review = await ana.signs_in("ana", text="web INC-1")
    review = await ana.get("/incidents/INC-1/review")
    assert (await ana.send(review.form("/review"))).status == 200
    return incident.number


async def test_a_page_of_a_private_incident_is_as_if_there_were_none(
    there: Bench, secret: int
) -> None:
    bela = Browser(there)
    await bela.signs_in("bela")
    for below in BELOW:
        hidden = await bela.get(f"/incidents/INC-{secret}{below}")
        missing = await bela.get(f"/incidents/INC-{MISSING}{below}")
        assert hidden.status == 404, below
        assert told(hidden, secret) == told(missing, MISSING), below
        head = await bela.get(f"/incidents/INC-{secret}{below}", method="HEAD")
        assert (head.status, head.body) == (404, b""), below


async def test_nobody_else_can_write_to_it(there: Bench, secret: int) -> None:
    bela = Browser(there)
    token = (await bela.signs_in("bela")).form("/leave").fields["token"]
    sent = {"token": token, "version": "1", "markdown": "taken over"}
    for below in ("/review", "/review/edit"):
        hidden = await bela.post(f"/incidents/INC-{secret}{below}", **sent)
        missing = await bela.post(f"/incidents/INC-{MISSING}{below}", **sent)
        assert hidden.status == 404
        assert told(hidden, secret) == told(missing, MISSING)
    async with there.app.store.read() as tx:
        assert "taken over" not in (await tx.review(secret) or "")


async def test_it_is_on_the_list_of_its_people_alone(there: Bench, secret: int) -> None:
    ana, bela = Browser(there), Browser(there)
    assert TITLE in (await ana.signs_in("ana")).text
    listed = await bela.signs_in("bela")
    assert TITLE not in listed.text
    assert f"INC-{secret}" not in listed.text


async def test_its_people_see_every_page_of_it(there: Bench, secret: int) -> None:
    ana = Browser(there)
    await ana.signs_in("ana")
    for below in BELOW:
        page = await ana.get(f"/incidents/INC-{secret}{below}")
        assert page.status == (404 if below.endswith("xml") else 200), below


async def test_whoever_leaves_its_channel_sees_it_no_more(there: Bench, secret: int) -> None:
    channel = (await there.incident(secret)).channel
    assert channel
    await there.person("ana").invites("bela", channel)
    await there.settle()
    bela = Browser(there)
    page = await bela.signs_in("bela", text=f"web INC-{secret}")
    assert TITLE in page.text
    await there.person("bela").leaves(channel)
    await there.settle()
    assert (await bela.get(f"/incidents/INC-{secret}")).status == 404


async def test_a_token_sees_no_private_incident(there: Bench, secret: int) -> None:
    token = "first-token-of-ours"
    for below in ("", "/timeline", "/timeline?format=csv", "/review", "/review?format=html"):
        hidden = await ask(there, f"/api/v1/incidents/INC-{secret}{below}", token=token)
        missing = await ask(there, f"/api/v1/incidents/INC-{MISSING}{below}", token=token)
        assert hidden.status == 404, below
        assert told(hidden, secret) == told(missing, MISSING), below
    listed = await ask(there, "/api/v1/incidents?status=all", token=token)
    assert f"INC-{secret}" not in listed.text
