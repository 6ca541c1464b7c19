"""`incibot hooks` and `incibot change`: for whoever runs incibot, and for their scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from incibot.core.playbook import Playbook, Service
from incibot.core.timeline import EntryKind
from incibot.store.clock import now
from incibot.web.sources import SOURCES
from tests.bench import Bench, bench
from tests.sources.sending import SECRET, hook, hooks, send
from tests.test_cli import incibot

FILE = """
services:
  - name: Checkout
    aliases: [checkout-api]
hooks:
  - source: generic
    secret: HOOK_SECRET
  - source: cloudevents
    key: deploys
    secret: [HOOK_SECRET, OLD_SECRET]
"""
BOOK = Playbook(services=(Service(name="Checkout", aliases=("checkout-api",)),))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "incibot.yaml").write_text(FILE)
    some = hooks(hook(), hook("cloudevents", key="deploys"))
    async with bench("sqlite://", tmp_path, book=BOOK, integrations=some) as made:
        yield made


async def types(folder: Path, *words: str, **environment: str) -> Result:
    return await incibot(
        *words,
        **{
            "DATABASE_URL": f"sqlite:///{folder / 'incibot.db'}",
            "INCIBOT_CONFIG": str(folder / "incibot.yaml"),
            "HOOK_SECRET": SECRET,
            "OLD_SECRET": "old",
            **environment,
        },
    )


async def tries(it: Bench, folder: Path, *words: str, **environment: str) -> Result:
    """`incibot hooks test`, while a worker works."""
    trial = asyncio.create_task(types(folder, "hooks", "test", *words, **environment))
    while not trial.done():
        await it.settle()
        await asyncio.wait([trial], timeout=0.05)
    return await trial


async def test_each_hook_is_listed_with_what_came_and_what_failed(
    here: Bench, tmp_path: Path
) -> None:
    nothing = await types(tmp_path, "hooks", "list")
    assert nothing.stdout.splitlines() == [
        "cloudevents/deploys\t0 read, 0 failed, 0 waiting\tnothing yet",
        "generic/generic\t0 read, 0 failed, 0 waiting\tnothing yet",
    ]
    await send(here, {"title": "deployed", "note": "password=hunter2hunter2"})
    await send(here, b"{", headers={"X-Event-Name": "odd"})
    await here.settle()
    await send(here, b"[")
    listed = (await types(tmp_path, "hooks", "list")).stdout.splitlines()
    at = "2026-11-20T14:00:00+00:00"
    assert listed[1] == f"generic/generic\t1 read, 1 failed, 1 waiting\tlast {at}"
    failed = (await types(tmp_path, "hooks", "list", "--failed")).stdout
    assert failed == f"2\t{at}\tgeneric/generic\tthe body is no JSON\n"
    shown = (await types(tmp_path, "hooks", "show", "2")).stdout
    assert "is failed: the body is no JSON" in shown
    assert "x-event-name: odd" in shown
    assert SECRET not in shown
    first = (await types(tmp_path, "hooks", "show", "1")).stdout
    assert '"title": "deployed"' in first
    assert "hunter2" not in first
    nowhere = await types(tmp_path, "hooks", "show", "99")
    assert (nowhere.exit_code, "no delivery 99" in nowhere.stderr) == (1, True)


async def test_what_failed_is_read_again_and_what_was_read_tells_nothing_new(
    here: Bench, tmp_path: Path
) -> None:
    await here.declares()
    await send(here, {"title": "deployed"})
    await send(here, b"{")
    await here.settle()
    here.clock.at = now() + timedelta(hours=1)  # the command goes by the real time
    for words in (("1",), ("--failed",)):
        replayed = await types(tmp_path, "hooks", "replay", *words)
        assert replayed.stderr == "1 to be read again\n"
        async with here.app.store.read() as tx:
            assert (await tx.waiting())[0] == 1
        await here.settle()
    async with here.app.store.read() as tx:
        assert [one.id for one in await tx.failed_deliveries()] == [2]
    assert (await here.kinds()).count("change") == 1
    for odd in ((), ("1", "--failed")):
        assert (await types(tmp_path, "hooks", "replay", *odd)).exit_code == 2


async def test_a_trial_says_in_words_what_came_of_it(here: Bench, tmp_path: Path) -> None:
    for name in ("generic", "generic/generic", "cloudevents/deploys"):
        trial = await tries(here, tmp_path, name, "--url", here.url)
        assert trial.exit_code == 0, trial.output
        assert "answered 202: kept as" in trial.stdout
        assert trial.stdout.endswith("and read\n")

    def said(trial: Result, words: str) -> None:
        assert (trial.exit_code, words in trial.output) == (1, True), trial.output

    said(await tries(here, tmp_path, "generic", HOOK_SECRET="new"), "nobody answers at http://127")
    at = ("--url", here.url)
    said(await tries(here, tmp_path, "generic", *at, HOOK_SECRET="new"), "has another secret")
    said(await tries(here, tmp_path, "github", *at), "there is no hook github; there are generic/")
    (tmp_path / "incibot.yaml").write_text(
        f"{FILE}  - {{source: generic, key: x, secret: OLD_SECRET}}"
    )
    said(await tries(here, tmp_path, "generic/x", *at), "knows no such hook")
    said(
        await tries(here, tmp_path, "generic", *at), "several hooks of generic; there are generic/"
    )
    page = await tries(here, tmp_path, "generic/generic", "--url", f"{here.url}/healthz/..x")
    said(page, "404")


async def test_a_change_is_told_on_the_command_line(here: Bench, tmp_path: Path) -> None:
    await here.types("Checkout answers 500")
    await here.person("ana").submits({"severity": "sev2", "service": "Checkout"})
    await here.settle()
    words = ("change", "deployed api 1.2.3", "--service", "checkout-api", "--version", "1.2.3")
    more = ("--at", "2026-11-20T14:05Z", "--by", "ci", "--id", "build-7", "--state", "success")
    told = await types(tmp_path, *words, *more, "--url", "https://ci.example.com/7")
    assert (told.exit_code, told.stderr) == (0, "kept; it is new in 1 timelines\n")
    again = await types(tmp_path, *words, *more)
    assert again.stderr == "it was known already; it is new in 0 timelines\n"
    (entry,) = [one for one in await here.timeline() if one.kind is EntryKind.CHANGE]
    assert entry.words == "deployed api 1.2.3"
    assert (entry.source.type, entry.source.url) == ("cli", "https://ci.example.com/7")
    assert entry.occurred_at.isoformat() == "2026-11-20T14:05:00+00:00"
    assert {"what": "deploy", "version": "1.2.3", "by": "ci", "state": "success"}.items() <= dict(
        entry.data
    ).items()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((" ",), 1, "a change needs a title"),
        (("x", "--what", "magic"), 2, "'magic' is not one of"),
        (("x", "--at", "soon"), 1, "soon"),
        (("x", "--workspace", "T9"), 1, "incibot is in no workspace T9; it is in T0000000001"),
    ],
)
async def test_a_change_that_cannot_be_told_says_why(
    here: Bench, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    told = await types(tmp_path, "change", *words)
    assert (told.exit_code, says in told.stderr) == (code, True), told.output


def test_no_source_has_the_word_of_the_command_line() -> None:
    words: list[Any] = [one.word for one in SOURCES]
    assert "cli" not in words
