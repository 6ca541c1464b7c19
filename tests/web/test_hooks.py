"""What comes to `/hooks/<source>/<key>`: who is let in, what is kept, and where it turns up."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from incibot.config import Hook
from incibot.core.people import UserId
from incibot.core.playbook import Playbook, Service
from incibot.core.timeline import EntryKind, Recorded
from incibot.errors import ConfigError
from incibot.store.deliveries import KeptDelivery
from incibot.store.schema import alerts, changes, metadata
from incibot.store.workspaces import Workspace
from incibot.web.hooks import wrong_with
from incibot.web.payloads import MOST
from tests.bench import START, Bench, bench
from tests.sources.sending import SECRET, hook, hooks, send, tells
from tests.web.browser import ask

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
    again = await send(there, DEPLOY, "generic")  # the key is the source's own word
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
    answers = [await send(here, DEPLOY, path) for path in ("generic/x", "nobody/x", "nobody")]
    assert {one.status for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert counted(here, "", "unknown") == 3
    assert (await send(here, b"", method="GET")).status == 405


async def test_a_body_of_a_mebibyte_is_taken_and_one_byte_more_is_not(here: Bench) -> None:
    assert (await send(here, b'"' + b"x" * (MOST - 2) + b'"')).status == 202
    assert (await send(here, b"x" * (MOST + 1))).status == 413
    assert counted(here, "generic", "too_large") == 1


# --- The timeline --------------------------------------------------------------------------------


async def test_what_happens_to_its_service_while_it_is_open_joins_the_timeline(
    there: Bench,
) -> None:
    number = await declares(there)
    assert (await there.incident(number)).service == "Checkout"
    there.clock.passes(minutes=10)
    await tells(there, alert(at=minutes(3), url="https://alerts.example.com/1", severity="high"))
    await tells(there, alert("acknowledged", at=minutes(4), actor="Maeve"))
    await tells(there, {"kind": "remark", "key": "5xx", "words": "a <!here> & b", "actor": "Maeve"})
    await tells(there, {**DEPLOY, "title": "rolled back", "what": "rollback", "at": minutes(5)})
    await tells(there, alert("resolved", at=minutes(6)))
    await tells(there, alert(service="Search", title="slow"))
    await tells(there, {**DEPLOY, "service": "Search", "title": "another"})
    await tells(there, {"title": "of nobody"})
    found = await evidence(there, number)
    assert [(one.kind.value, one.words) for one in found] == [
        ("alert", "5xx"),
        ("alert", "Acknowledged by Maeve: 5xx"),
        ("change", "rolled back"),
        ("alert", "Resolved: 5xx"),
        ("note", "Maeve: a &lt;!here&gt; &amp; b"),
    ]
    first = found[0]
    assert first.occurred_at == START + timedelta(minutes=3)
    assert (first.source.type, first.source.url) == ("generic", "https://alerts.example.com/1")
    assert first.data == {
        "alert": 1,
        "key": "5xx",
        "state": "firing",
        "service": "Checkout",
        "severity": "high",
    }
    assert found[2].data == {
        "change": 1,
        "what": "rollback",
        "service": "Checkout",
    }
    await there.types("resolve", channel=(await there.incident(number)).channel_name)
    there.clock.passes(minutes=10)
    await tells(there, {**DEPLOY, "title": "after the end"})
    assert len(await evidence(there, number)) == len(found)
    # What comes late joins as well, and so does what came meanwhile when it is taken up again.
    await tells(there, {**DEPLOY, "title": "a day ago", "at": minutes(-60)})
    await tells(there, {**DEPLOY, "title": "long ago", "at": minutes(-60 * 25)})
    assert (await evidence(there, number))[0].words == "a day ago"
    await there.types("reopen it is back", channel=(await there.incident(number)).channel_name)
    assert (await evidence(there, number))[-1].words == "after the end"
    assert len(await evidence(there, number)) == len(found) + 2


async def test_at_a_declaration_what_was_before_joins_at_its_own_time(here: Bench) -> None:
    await tells(here, {**DEPLOY, "at": minutes(-30)})
    await tells(here, {**DEPLOY, "title": "too old", "at": minutes(-60 * 24 - 1)})
    await tells(here, {**DEPLOY, "title": "another's", "service": "Search", "at": minutes(-29)})
    await tells(here, alert(at=minutes(-60 * 30)))  # it still fires
    await tells(here, alert("firing", key="over", title="was", at=minutes(-20)))
    await tells(here, alert("resolved", key="over", title="was", at=minutes(-10)))
    number = await declares(here)
    told = [(one.words, one.occurred_at) for one in await evidence(here, number)]
    assert told == [
        ("5xx", START - timedelta(hours=30)),
        ("deployed checkout 3", START - timedelta(minutes=30)),
    ]
    declared = next(one for one in await here.timeline(number) if one.kind is EntryKind.DECLARED)
    assert declared.occurred_at == START
    # One that names no service takes the changes of all, and nobody's alerts.
    await here.declares("sev2 Something is odd", who="bela")
    words = [one.words for one in await evidence(here, number + 1)]
    assert words == ["deployed checkout 3", "another's"]
    # What is in two timelines is in both with all that follows.
    await tells(here, {**DEPLOY, "title": "and another"})
    for one in (number, number + 1):
        assert (await evidence(here, one))[-1].words == "and another"
        async with here.app.store.read() as tx:
            verdict = await tx.verdict(one)
        assert verdict.wrong == verdict.loose == ()


async def test_of_an_attached_alert_all_joins_whatever_its_service(here: Bench) -> None:
    incident = await here.declares()
    await tells(here, alert(service="Search"))
    assert await evidence(here, incident.number) == []
    async with here.app.store.begin() as tx:
        await tx.connection.execute(update(alerts).values(incident=incident.number))
    here.clock.passes(minutes=1)
    await tells(here, alert("resolved", service="Search"))
    assert [one.words for one in await evidence(here)] == ["Resolved: 5xx"]
    async with here.app.store.begin() as tx:
        assert await tx.join_evidence(incident.number) == 1
    assert [one.words for one in await evidence(here)] == ["5xx", "Resolved: 5xx"]


async def test_a_private_incident_has_its_evidence_and_nothing_else_tells_of_it(
    here: Bench,
) -> None:
    await here.types("Checkout answers 500")
    await here.person("ana").submits(
        {"severity": "sev2", "service": "Checkout", "private": "private"}
    )
    await here.settle()
    assert (await here.incident()).private
    answer = await send(here, alert())
    await here.settle()
    assert answer.json == {"outcome": "kept", "delivery": 1}
    assert [one.words for one in await evidence(here)] == ["5xx"]
    async with here.app.store.read() as tx:
        row = (await tx.connection.execute(select(alerts))).mappings().one()
    assert row["incident"] is None


async def test_a_hooks_own_service_stands_in_where_none_is_known(tmp_path: Path) -> None:
    of_search = hooks(hook(service="search"))
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=of_search) as it:
        for named in ("checkout-api", "nobody-knows-it", None):
            await tells(it, {"title": f"deployed {named}", "service": named})
        async with it.app.store.read() as tx:
            found = (await tx.connection.execute(select(changes.c.service))).scalars()
            assert list(found) == ["Checkout", "Search", "Search"]


# --- What cannot be read ------------------------------------------------------------------------


async def test_what_cannot_be_read_is_kept_with_the_reason_and_read_again_later(
    tmp_path: Path,
) -> None:
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=hooks()) as it:
        for body in (b"{", b'{"title": 7, "at": "soon"}', b"[[]]"):
            assert (await send(it, body)).status == 202
        await it.settle()
        async with it.app.store.read() as tx:
            failed = await tx.failed_deliveries()
            assert (await tx.waiting())[:2] == (0, 0), "it is not tried again and again"
        assert [one.error for one in failed] == [
            "title is empty",
            "at: 'soon' is no time",
            "the body is no JSON",
        ]
        page = await ask(it, "/metrics")
        assert 'incibot_hook_deliveries{source="generic",state="failed"} 3.0' in page.text
    # Somebody mends the map, and has it read again.
    mended = hook(map={"change": {"title": "title", "id": "=7"}})
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=hooks(mended)) as it:
        async with it.app.store.begin() as tx:
            for one in failed:
                await tx.read_again(one.id)
        await it.settle()
        async with it.app.store.begin() as tx:
            assert [one.id for one in await tx.failed_deliveries()] == [3, 1]
            await tx.read_again(2)
            assert [one.title for one in await tx.connection.execute(select(changes))] == ["7"]
        await it.settle()
        async with it.app.store.read() as tx:
            assert [one.title for one in await tx.connection.execute(select(changes))] == ["7"]


async def test_a_body_is_forgotten_after_a_month_and_never_taken_for_new(here: Bench) -> None:
    sent = {**DEPLOY, "id": "1"}
    first = {"Idempotency-Key": "a"}
    assert (await send(here, sent, headers=first)).json["outcome"] == "kept"
    await here.settle()
    here.clock.passes(days=31)
    async with here.app.store.whole.begin() as tx:
        await tx.forget_bodies()
    kept = await delivery(here)
    assert (kept.body, kept.headers, kept.state) == (None, {}, "read")
    assert (await send(here, sent, headers=first)).json["outcome"] == "repeated"
    async with here.app.store.begin() as tx:
        await tx.read_again(1)
    await here.settle()
    assert "forgotten" in (await delivery(here)).error


async def test_while_the_database_takes_nothing_the_sender_is_to_try_again(
    tmp_path: Path,
) -> None:
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=hooks()) as it:
        holder = sqlite3.connect(tmp_path / "incibot.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        answer = await send(it, DEPLOY)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        holder.execute("ROLLBACK")
        holder.close()
        assert (await send(it, DEPLOY)).json == {"outcome": "kept", "delivery": 1}


# --- Whose it is ---------------------------------------------------------------------------------


async def test_a_sender_that_asks_beforehand_is_told_that_it_may(here: Bench) -> None:
    asking = {"WebHook-Request-Origin": "deploys.example.com", "WebHook-Request-Rate": "60"}
    path = "cloudevents/cloudevents"
    answer = await send(here, b"", path, method="OPTIONS", secret=None, headers=asking)
    assert answer.status == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "deploys.example.com"
    assert answer.headers["WebHook-Allowed-Rate"] == "60"
    assert (await send(here, DEPLOY, path, secret=None, headers=asking)).status == 401
    for odd in ({}, {"WebHook-Request-Origin": "a b"}):
        assert (await send(here, b"", path, method="OPTIONS", headers=odd)).status == 405
    assert (await send(here, b"", method="OPTIONS", headers=asking)).status == 405
    nowhere = await send(here, b"", "cloudevents/x", method="OPTIONS", headers=asking)
    assert nowhere.status == 404


async def test_a_hook_is_of_its_workspace_and_of_no_other(tmp_path: Path) -> None:
    other = hooks(hook(workspace="T0OTHER"))
    async with bench("sqlite://", tmp_path, integrations=other) as it:
        answer = await send(it, DEPLOY)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
        here = Workspace(
            team="T0OTHER", name="", url="https://x/", bot_user=UserId("U0"), bot_id="B0"
        )
        await it.app.first.whole.write(lambda tx: tx.settle_in(here))
        assert (await send(it, DEPLOY)).status == 202
        async with it.app.store.read() as tx:
            assert await tx.heard_by_hooks() == []
        async with it.app.first.of("T0OTHER").read() as tx:
            assert (await tx.delivery(1)).team == "T0OTHER"
        await it.app.first.whole.write(lambda tx: tx.leave("T0OTHER"))
        assert (await send(it, {**DEPLOY, "title": "later"})).status == 503


@pytest.mark.parametrize(
    ("odd", "several", "says"),
    [
        (hook("genric"), False, "hooks[genric].source: incibot knows no source “genric”; did you"),
        (hook("telepathy"), False, "there are alertmanager, aws-sns, "),
        (hook(secret=()), False, "hooks[generic].secret: is missing; without it anybody could"),
        (hook(), True, "hooks[generic].workspace: is missing; it wants the id of the workspace"),
        (hook(map={"changes": {}}), False, "map.changes: incibot knows no such key; there are"),
        (hook(map={"change": {"titel": "a"}}), False, "map.change.titel: there is no such field"),
        (hook(map={"change": {"id": "a"}}), False, "map.change.title: is missing"),
        (hook(map={"alert": {"title": "a", "when": "x"}}), False, "map.alert.when: it wants paths"),
        (hook(map={"alert": {"title": {"of": "x"}}}), False, "map.alert.title: it wants from"),
        (hook(map={"alert": "title"}), False, "map.alert: it wants fields"),
    ],
)
def test_a_hook_that_cannot_work_is_told_of_at_the_start(
    odd: Hook, several: bool, says: str
) -> None:
    problems = wrong_with([odd], several=several)
    assert any(says in one for one in problems), problems
    assert wrong_with([hook(), hook("cloudevents", workspace="T1")], several=False) == []


async def test_incibot_does_not_start_with_such_a_hook(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="secret: is missing"):
        async with bench("sqlite://", tmp_path, integrations=hooks(hook(secret=()))):
            pass


# --- Secrets -------------------------------------------------------------------------------------


async def test_the_secret_of_a_hook_is_on_no_surface_in_no_log_and_in_no_row(
    tmp_path: Path,
) -> None:
    with capture_logs() as said:
        async with bench("sqlite://", tmp_path, book=BOOK, integrations=hooks()) as it:
            answers = [
                await send(it, DEPLOY),
                await send(it, DEPLOY, secret=None, headers={"X-Incibot-Token": SECRET}),
                await send(it, b"{", headers={"X-Event": SECRET, "X-Hook-Secret": "another"}),
                await send(it, b"{}", "generic/x"),
                await send(it, b"{}", "cloudevents/cloudevents", headers={"ce-x": SECRET}),
            ]
            await it.settle()
            shown = (await ask(it, "/metrics")).text
            async with it.app.store.read() as tx:
                rows = [
                    list(map(repr, await tx.connection.execute(select(table))))
                    for table in metadata.sorted_tables
                ]
            shown += repr(it.app.integrations) + repr(it.app.tools)
    everything = f"{said}{[one.text for one in answers]}{shown}{rows}"
    assert "deployed checkout 3" in everything
    assert SECRET not in everything
    assert "another" not in everything
