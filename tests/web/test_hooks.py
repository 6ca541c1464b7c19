"""What comes to `/hooks/<source>/<key>`: who is let in, what is kept, and where it turns up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from incibot.core.playbook import Playbook, Service
from incibot.core.timeline import EntryKind, Recorded
from incibot.store.deliveries import KeptDelivery
from incibot.web.payloads import MOST
from tests.bench import START, Bench, bench
from tests.sources.sending import SECRET, hooks, send

BOOK = Playbook(
    services=(
        Service(name="Checkout", aliases=("checkout-api",)),
        Service(name="Search"),
    )
)
DEPLOY = {"title": "deployed checkout 3", "what": "deploy", "service": "checkout-api"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=hooks()) as made:
        yield made


@pytest.fixture
async def there(database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(database, tmp_path, book=BOOK, integrations=hooks()) as made:
        yield made


def alert(state: str = "firing", **more: Any) -> dict[str, Any]:
    told = {"kind": "alert", "title": "5xx", "service": "checkout-api", "state": state}
    return {**told, **more}


def minutes(count: float) -> str:
    return (START + timedelta(minutes=count)).isoformat()


async def delivery(it: Bench, number: int = 1) -> KeptDelivery:
    async with it.app.store.read() as tx:
        return await tx.delivery(number)


async def evidence(it: Bench, number: int = 1) -> list[Recorded]:
    return [
        one
        for one in await it.timeline(number)
        if one.kind in (EntryKind.ALERT, EntryKind.CHANGE, EntryKind.NOTE)
        and one.source.type != "slack"
    ]


def counted(it: Bench, source: str, outcome: str) -> float:
    return it.app.metrics.hooks.labels(source, outcome)._value.get()


async def declares(it: Bench, service: str = "Checkout", who: str = "ana") -> int:
    """An incident of that service, by the form."""
    await it.types("Checkout answers 500", who=who)
    await it.person(who).submits({"severity": "sev2", "service": service})
    await it.settle()
    return (await it.incidents())[0].number


async def test_what_is_genuine_is_kept_answered_and_then_read(there: Bench) -> None:
    answer = await send(there, DEPLOY)
    assert (answer.status, answer.json) == (202, {"outcome": "kept", "delivery": 1})
    assert (await delivery(there)).state == "waiting"
    await there.settle()
    kept = await delivery(there)
    assert (kept.state, kept.error, kept.source, kept.hook) == ("read", "", "generic", "generic")
    assert dict(kept.headers) == {"content-type": "application/json"}
    again = await send(there, DEPLOY)
    assert (again.status, again.json) == (202, {"outcome": "repeated"})
    number = await declares(there)
    (entry,) = await evidence(there, number)
    assert (entry.kind, entry.words, entry.by_name) == (
        *(EntryKind.CHANGE, "deployed checkout 3", "generic"),
    )
    assert entry.data["service"] == "Checkout"
    assert [counted(there, "generic", one) for one in ("kept", "repeated")] == [1, 1]


async def test_whoever_does_not_know_the_secret_is_refused_and_nothing_kept(here: Bench) -> None:
    wrong = (None, "", "wrong", f"{SECRET}x", SECRET[:-1], "é")
    with capture_logs() as said:
        for secret in wrong:
            answer = await send(here, {**DEPLOY, "title": "forged"}, secret=secret)
            assert (answer.status, answer.json["error"]["code"]) == (401, "unsigned"), secret
    assert counted(here, "generic", "unsigned") == len(wrong)
    async with here.app.store.read() as tx:
        assert await tx.heard_by_hooks() == []
    assert [one["event"] for one in said] == ["hook.unsigned"] * len(wrong)
    assert "forged" not in str(said)


async def test_whatever_is_not_known_is_not_found_in_the_same_words(here: Bench) -> None:
    answers = [await send(here, DEPLOY, path) for path in ("generic/x", "nobody/x", "x/generic")]
    assert {one.status for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert counted(here, "", "unknown") == 3
    assert (await send(here, b"", method="GET")).status == 405


async def test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not(here: Bench) -> None:
    assert (await send(here, b'"' + b"x" * (MOST - 2) + b'"')).status == 202
    assert (await send(here, b"x" * (MOST + 1))).status == 413
    assert counted(here, "generic", "too_large") == 1
