"""Whatever is sent to Slack's address, by whoever has the secret or has not, has an answer of ours."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.web.payloads import MOST
from tests.bench import Bench, bench
from tests.scenarios.posting import FORM, Answered, deliveries, post
from tests.web.browser import BASE, Browser

TEAM = "T0000000001"  # the playground’s
EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": TEAM,
    "event": {"type": "message", "channel": "C1", "user": "U1", "text": "hi", "ts": "1.000001"},
}


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench("sqlite://", tmp_path, base_url=BASE) as made:
        yield made


def form(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


CASES: tuple[tuple[bytes, str, int], ...] = (
    (b"", "application/json", 400),
    (b"", FORM, 400),
    (b"{", "application/json", 400),
    (json.dumps(EVENT).encode()[:-20], "application/json", 400),
    (b"null", "application/json", 400),
    (b'["event_callback"]', "application/json", 400),
    (b'{"type": NaN}', "application/json", 400),
    (b'{"type": ' + b"9" * 5000 + b"}", "application/json", 400),
    (f'{{"type": {nested(100_000)}}}'.encode(), "application/json", 400),
    (f'{{"event": {nested(200)}}}'.encode(), "application/json", 400),
    (b'{"type": "event_callback"}', "application/json", 400),
    (b'{"type": "event_callback", "event": {"type": "message"}}', "application/json", 400),
    (b'{"type": "not_yet_invented"}', "application/json", 400),
    (b'{"type": {"a": 1}}', "application/json", 400),
    (b"\xff\xfe{}", "application/json", 401),  # no signature is of what is no text
    (json.dumps(EVENT).encode(), "text/plain", 415),
    (json.dumps(EVENT).encode(), "", 415),
    (json.dumps(EVENT).encode(), FORM, 400),
    (b"payload={", FORM, 400),
    (b"payload=7", FORM, 400),
    (b"payload=%ff%fe", FORM, 400),
    (b"&" * 200, FORM, 400),
    (form({"type": "block_actions", "actions": []}), FORM, 400),
    (form({"type": "block_actions", "actions": {"a": 1}}), FORM, 400),
    (form({"type": "view_submission", "view": 7}), FORM, 400),
    (
        form({"type": "view_submission", "team": {"id": TEAM}, "view": {"callback_id": "note"}}),
        FORM,
        400,
    ),
    (form({"type": "shortcut"}), FORM, 400),
    (urlencode({"command": "/incident", "text": "list", "team_id": TEAM}).encode(), FORM, 400),
    # These Slack sends, and to anything but a 200 it would send them again for nothing.
    (form({"type": "view_closed", "view": {"id": "V1", "team_id": TEAM}}), FORM, 200),
    (b'{"type": "app_rate_limited", "minute_rate_limited": 1}', "application/json", 200),
    (json.dumps({**EVENT, "event": {"type": "message"}}).encode(), "application/json", 200),
    (json.dumps({**EVENT, "event": {"type": "unheard"}}).encode(), "application/json", 200),
    (b"ssl_check=1&token=x", FORM, 200),
)


async def test_what_is_no_payload_is_told_so(there: Bench) -> None:
    assert there.slack.workspace.team_id == TEAM
    for body, kind, status in CASES:
        answer = await post(there, body, kind=kind or "application/octet-stream")
        assert answer.status == status, (body[:200], kind, answer)
        assert "Traceback" not in answer.text


async def test_a_body_over_a_mebibyte_is_refused_and_one_of_that_size_is_read(
    there: Bench,
) -> None:
    def event(size: int) -> bytes:
        bare = json.dumps({**EVENT, "padding": ""}).encode()
        return json.dumps({**EVENT, "padding": "x" * (size - len(bare))}).encode()

    assert len(event(MOST)) == MOST
    assert (await post(there, event(MOST))).status == 200
    assert (await post(there, event(MOST + 1))).status == 413
    assert (await post(there, event(MOST + 1), secret="another")).status == 413

    async def in_pieces() -> AsyncIterator[bytes]:  # which do not say how many there will be
        for _ in range(20):
            yield b"x" * 100_000

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{there.url}/slack/events", data=in_pieces()) as answer,
    ):
        assert answer.status == 413
        assert "Traceback" not in await answer.text()


async def test_a_review_may_be_as_long_as_the_editor_says(there: Bench) -> None:
    await there.declares()
    ana = Browser(there)
    await ana.signs_in("ana")
    page = await ana.get("/incidents/INC-1/review")
    assert (await ana.send(page.form("/review"))).status == 200
    editor = (await ana.get("/incidents/INC-1/review/edit")).form("/review/edit")
    # Each of these letters is nine bytes of a form: three mebibytes in all.
    kept = await ana.send(editor, markdown="é" * 500_000)
    assert kept.status == 200
    assert (await ana.send(editor, markdown="é" * 900_000)).status == 413


async def test_a_command_may_speak_of_payloads(there: Bench) -> None:
    """A form with a field `payload` is an interaction; one with the word in its text is not."""
    incident = await there.declares("sev2 The payload=7 is too large")
    assert incident.title == "The payload=7 is too large"


async def test_numbers_that_are_none_are_told_so(there: Bench) -> None:
    channel = (await there.declares()).channel_name
    for typed in ("timeline ²", "takeback ²", "answer ² confirmed", "task done ²", "reveal ²"):
        assert (await there.types(typed, channel=channel)).trouble is None, typed
    assert (await there.types("takeback 99999999999999999999", channel=channel)).text


# --- Slack's own, and a little wrong -------------------------------------------------------------


async def genuine(there: Bench) -> list[tuple[str, Any]]:
    """One of each sort of delivery, with its way in."""
    ana, bela = there.person("ana"), there.person("bela")
    channel = (await there.declares()).channel
    assert channel
    await bela.joins(channel)
    ts = await bela.writes("one @ana", channel, files=[("a.txt", b"a")])
    await bela.edits(channel, ts, "two")
    await bela.reacts(channel, ts, "pushpin")
    await bela.pins(channel, ts)
    gone = await bela.writes("three", channel)
    await bela.deletes(channel, gone)
    await ana.sets_topic(channel, "topic")
    await ana.opens_home()
    there.slack.workspace.announce({"type": "user_change", "user": {"id": ana.id, "profile": {}}})
    await there.settle()
    await ana.shortcut("declare_incident")
    await ana.message_shortcut(
        "declare_from_message", "incidents", await ana.writes("x", "incidents")
    )
    await ana.message_shortcut("add_to_timeline", channel, ts)
    await there.types("note", channel=channel)
    await ana.submits({"text": "noted"})
    await there.types("Another", who="bela")
    await bela.submits({"severity": "sev3"})
    await there.types("panel", channel=channel)
    await ana.clicks("run:timeline")
    await there.settle()
    found = {}
    for kind in ("events_api", "slash_commands", "interactive"):
        for sent in deliveries(there, kind):
            payload = sent.payload
            event = payload.get("event", {})
            view = payload.get("view", {})
            name = (
                *(kind, payload.get("type"), event.get("type"), event.get("subtype")),
                *(payload.get("callback_id"), view.get("callback_id")),
            )
            found[name] = (
                kind,
                copy.deepcopy(payload),
            )  # of a message it is a part of what lives on
    return list(found.values())


WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", "x" * 5000, "\0", "\ud800", "²"),
    *([], {}, [[]], {"id": {}}, {"id": 7}, ["x"], [None]),
    *("1763647200", "9" * 30 + ".1", json.loads(nested(30))),
)


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(part, dict):
        for name, value in part.items():
            found += places(value, (*path, name))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            found += places(value, (*path, number))
    return found


async def posted(there: Bench, kind: str, payload: Any) -> Answered:
    if kind == "events_api":
        return await post(there, json.dumps(payload).encode())
    if kind == "slash_commands":
        fields = {name: str(value) for name, value in payload.items()}
        body = urlencode(fields, errors="surrogatepass").encode()
        return await post(there, body, kind=FORM)
    return await post(there, form(payload), kind=FORM)


@dataclass(frozen=True, slots=True)
class Bases:
    """Genuine deliveries, of every sort. A falsifying example need not print them all."""

    found: list[tuple[str, Any]] = field(repr=False)


@pytest.fixture
async def bases(there: Bench) -> Bases:
    found = await genuine(there)
    assert len(found) >= 20
    return Bases(found)


@settings(max_examples=int(os.environ.get("INCIBOT_TEST_EXAMPLES", "100")))
@given(seed=st.integers(0, 2**32))
async def test_a_payload_that_is_wrong_somewhere_is_no_trouble(
    there: Bench, bases: Bases, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    kind, base = chance.choice(bases.found)
    payload, done = copy.deepcopy(base), []
    for name in ("event_id", "trigger_id"):  # a delivery of its own
        if name in payload:
            payload[name] = f"{seed}.{payload[name]}"
    for _ in range(chance.randint(1, 2)):
        *above, last = path = chance.choice(places(payload))
        inside = payload
        for step in above:
            inside = inside[step]
        if chance.random() < 0.3:
            del inside[last]
            done.append((path, "left out"))
        else:
            inside[last] = copy.deepcopy(chance.choice(WRONG))
            done.append((path, str(inside[last])[:50]))
    answer = await posted(there, kind, payload)
    assert answer.status < 500, (kind, done, answer)
    assert "Traceback" not in answer.text


async def test_each_sort_of_delivery_is_taken_as_it_is_and_harmless_when_it_comes_again(
    there: Bench, bases: Bases
) -> None:
    """Whoever has caught a request may send it again for five minutes."""
    await there.settle()
    before = await there.export("json"), len(await there.incidents())
    calls = len(there.slack.calls("chat.postMessage"))
    there.clock.passes(minutes=4)
    for kind, payload in bases.found:
        assert (await posted(there, kind, payload)).status == 200, payload
    await there.settle()
    after = await there.export("json"), len(await there.incidents())
    assert [json.loads(after[0])["entries"], after[1]] == [
        json.loads(before[0])["entries"],
        before[1],
    ]
    assert len(there.slack.calls("chat.postMessage")) == calls
