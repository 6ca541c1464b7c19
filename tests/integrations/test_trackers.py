"""Follow-ups become issues, in each tracker once, whatever goes wrong; and their state comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incibot.config import Integrations, Secret
from incibot.config.trackers import KINDS, Tracker
from incibot.core.follow_up import FollowUp
from incibot.core.jobs import unpack
from incibot.jobs import perform
from tests.bench import Bench, bench, text_of
from tests.integrations.elsewhere import (
    DOWN,
    HALF,
    LOST,
    Elsewhere,
    Fault,
    GitHub,
    GitLab,
    Jira,
    Linear,
    served,
)

PRODUCTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "github": (GitHub, {"repository": "acme/checkout", "labels": ("follow-up",)}),
    "gitlab": (GitLab, {"project": "acme/checkout", "labels": ("follow-up",)}),
    "jira": (Jira, {"project": "OPS", "user": "ana@acme.example", "labels": ("follow-up",)}),
    "linear": (Linear, {"team": "ENG", "labels": ("follow-up",)}),
}


@dataclass(slots=True, kw_only=True)
class Place:
    """incibot, and a tracker beside it."""

    bench: Bench
    product: Any
    server: Elsewhere
    channel: str

    async def types(self, text: str) -> str:
        return text_of((await self.bench.types(text, channel=self.channel)).raw)

    async def follow_ups(self) -> list[FollowUp]:
        async with self.bench.app.store.read() as tx:
            return await tx.follow_ups(1)

    async def passes(self, **units: float) -> None:
        self.bench.clock.passes(**units)
        await self.bench.app.runner.look_at_issues()
        await self.bench.settle()


@asynccontextmanager
async def place(
    folder: Path, kind: str, *, declared: str = "", **more: Any
) -> AsyncIterator[Place]:
    make, values = PRODUCTS[kind]
    product = make()
    async with served(product) as server:
        tracker = Tracker(
            name=kind, kind=kind, token=Secret("t0ken"), address=server.address, **(values | more)
        )
        integrations = Integrations(trackers=(tracker,), private_hosts=("127.0.0.1",))
        async with bench("sqlite://", folder, integrations=integrations) as there:
            channel = (await there.declares(declared or "sev2 Checkout answers 500")).channel_name
            yield Place(bench=there, product=product, server=server, channel=channel)


def test_each_kind_of_tracker_has_a_server_here() -> None:
    assert PRODUCTS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", PRODUCTS)
async def test_a_follow_up_becomes_one_issue_whatever_goes_wrong(tmp_path: Path, kind: str) -> None:
    async with place(tmp_path, kind) as it:
        passing = (
            LOST,
            HALF,
            DOWN,
            Fault(status=429, headers=(("Retry-After", "7"),)),
            Fault(status=503, body="busy"),
        )
        for number, fault in enumerate(passing, start=1):
            await it.types(f"followups Number {number}")
            it.server.faults.append(fault)
            await it.types(f"followups issue {number}")
            assert not (await it.follow_ups())[-1].issue
            for _ in range(9):  # as often as it takes: some trackers are asked later than others
                await it.passes(minutes=2)
            assert not it.server.faults
            made = (await it.follow_ups())[-1]
            assert made.url.endswith(made.shown.rpartition("#")[2])
        assert len(it.product.texts()) == len(passing)

        # Something that will not pass is shown, and may be tried again.
        refusals = {401: "mend", 404: "404", 409: "409", 422: "422"}
        for number, status in enumerate(refusals, start=len(passing) + 1):
            await it.types(f"followups Number {number}")
            it.server.faults.append(Fault(status=status, body='{"message": "so it is"}'))
            await it.types(f"followups issue {number}")
            listed = await it.types("followups")
            assert f"{status}" in listed
            assert "so it is" in listed
            assert "Try again" in listed
            card = text_of(it.bench.ours(it.channel)[0])
            assert f"Could not make an issue of a follow-up: {KINDS_TITLES[kind]}: {status}" in card
            await it.types(f"followups issue {number}")
            assert (await it.follow_ups())[-1].url
        assert "Could not" not in text_of(it.bench.ours(it.channel)[0])
        assert len(it.product.texts()) == len(passing) + len(refusals)


KINDS_TITLES = {"github": "GitHub", "gitlab": "GitLab", "jira": "Jira", "linear": "Linear"}


@pytest.mark.parametrize("kind", PRODUCTS)
async def test_what_the_tracker_says_comes_back(tmp_path: Path, kind: str) -> None:
    async with place(tmp_path, kind) as it:
        await it.types("task check the provider")
        await it.types("followups Alert on slow payments")
        await it.types("followups issue 1")
        await it.types("followups issue all")
        first, second = await it.follow_ups()
        assert (first.words, second.words) == ("Alert on slow payments", "check the provider")
        assert second.origin == "task:1"
        texts = it.product.texts()
        assert "Alert on slow payments" in texts[0]
        assert "INC-1, Checkout answers 500" in texts[0]
        assert "follow-up" in str(it.product.issues[0]) or "l1" in str(it.product.issues[0])
        linked = [one for one in await it.bench.timeline() if one.data.get("step") == "linked"]
        assert [one.source.url for one in linked] == [first.url, second.url]
        assert first.url in text_of(it.bench.ours(it.channel)[-2])  # each is echoed

        it.product.close(1, "2026-11-20T15:30:00Z")
        await it.passes(hours=2)
        done, still = await it.follow_ups()
        assert (done.stand.value, still.stand.value) == ("done", "open")
        assert done.stands_since is not None
        assert done.stands_since.isoformat() == "2026-11-20T15:30:00+00:00"
        (entry,) = [one for one in await it.bench.timeline() if one.data.get("step") == "changed"]
        assert entry.occurred_at == done.stands_since
        assert f"Follow-up 1 is done: Alert on slow payments (<{first.url}" in entry.words
        assert "~Alert on slow payments~" in await it.types("followups")

        # Nothing new: nothing is written; and what is open again says so.
        before = len(await it.bench.timeline())
        await it.passes(hours=2)
        assert len(await it.bench.timeline()) == before
        it.product.reopen(1)
        await it.passes(hours=2)
        assert (await it.follow_ups())[0].stand.value == "open"
        assert "closed" not in await it.types("followups done 1")  # its tracker says so, not we
        assert (await it.follow_ups())[0].stand.value == "open"


async def test_an_issue_that_is_gone_is_said_to_be_and_looked_for_no_more(tmp_path: Path) -> None:
    async with place(tmp_path, "github") as it:
        await it.types("followups Alert on slow payments")
        await it.types("followups issue 1")
        it.product.issues.clear()
        await it.passes(hours=2)
        (lost,) = await it.follow_ups()
        assert (lost.stand.value, lost.look_at) == ("lost", None)
        assert "cannot be found any more" in (await it.bench.timeline())[-1].words


async def test_one_that_is_closed_undone_is_dropped_and_an_unchanged_one_costs_no_answer(
    tmp_path: Path,
) -> None:
    async with place(tmp_path, "github") as it:
        await it.types("followups Alert on slow payments")
        await it.types("followups issue 1")
        await it.passes(hours=2)
        await it.passes(hours=2)
        assert it.server.calls[-1].headers["if-none-match"].startswith("W/")
        it.product.close(1, "2026-11-20T19:00:00Z", dropped=True)
        await it.passes(hours=2)
        assert (await it.follow_ups())[0].stand.value == "dropped"


async def test_a_secondary_limit_of_githubs_is_waited_out(tmp_path: Path) -> None:
    async with place(tmp_path, "github") as it:
        await it.types("followups Alert on slow payments")
        said = '{"message": "You have exceeded a secondary rate limit"}'
        it.server.faults.append(Fault(status=403, body=said))
        await it.types("followups issue 1")
        await it.passes(seconds=59)
        assert not it.product.issues
        await it.passes(seconds=2)
        assert len(it.product.issues) == 1


@pytest.mark.parametrize("kind", ["github", "gitlab", "linear"])
async def test_words_in_an_issue_call_nobody_and_do_nothing(tmp_path: Path, kind: str) -> None:
    async with place(tmp_path, kind) as it:
        await it.types("followups /close @octocat fixes #1 <!-- incibot:x --> token=hunter2secret9")
        await it.types("followups issue 1")
        body = it.product.texts()[0].partition("\n")[2]
        assert not body.startswith("/")
        assert "@octocat" not in body
        assert "#1" not in body
        assert "<!-- incibot:x -->" not in body
        assert "hunter2secret9" not in it.product.texts()[0]


async def test_a_private_incident_tells_only_what_somebody_confirmed(tmp_path: Path) -> None:
    async with place(tmp_path, "github", declared="sev2 Checkout answers 500") as it:
        there = it.bench
        ana = there.person("ana")
        await there.types("declare", who="ana")
        await ana.submits({"title": "Bela leaks keys", "severity": "sev2", "private": "private"})
        await there.settle()
        secret = (await there.incidents())[0]
        assert secret.private
        await there.types("followups INC-2 Rotate the keys of Bela")
        await there.types("followups INC-2 issue all")
        assert not it.product.issues
        assert ana.view is not None
        assert "Rotate the keys of Bela" in text_of(ana.view)
        async with there.app.store.read() as tx:
            (known,) = await tx.follow_ups(2)
        answer = await ana.submits({known.origin: "Rotate keys", "confirm": None})
        assert not answer.sent or answer.errors
        assert not it.product.issues
        await ana.submits({known.origin: "Rotate keys", "confirm": ["confirm"]})
        await there.settle()
        (text,) = it.product.texts()
        assert "Rotate keys" in text
        for word in ("Bela", "leaks", "INC-2"):
            assert word not in text
        # What the tracker tells of it holds no more than it was told.
        told = [one for one in await there.timeline(2) if one.by_name == "GitHub"]
        assert len(told) == 1
        assert not any("Bela" in text for one in told for text in (one.words, str(one.data)))
        # Whoever may not see the incident, may not hear of its follow-ups either.
        assert "Rotate" not in text_of((await there.types("followups INC-2", who="dana")).raw)


async def test_without_a_tracker_the_list_is_kept_all_the_same(here: Bench) -> None:
    channel = (await here.declares()).channel_name
    await here.types("followups Alert on slow payments", channel=channel)
    refused = text_of((await here.types("followups issue 1", channel=channel)).raw)
    assert "No issue tracker is set up" in refused
    await here.types("followups done 1", channel=channel)
    listed = text_of((await here.types("followups", channel=channel)).raw)
    assert "~Alert on slow payments~" in listed
    assert "There is no follow-up “7”" in text_of(
        (await here.types("followups done 7", channel=channel)).raw
    )


@pytest.mark.parametrize("kind", PRODUCTS)
async def test_a_process_that_dies_between_the_issue_and_the_commit_leaves_one_issue(
    tmp_path: Path, kind: str
) -> None:
    async with place(tmp_path, kind) as it:
        there = it.bench
        await it.types("followups Alert on slow payments")
        await there.person("ana").types("/incident followups issue 1", it.channel)
        store = there.app.store
        (claim,) = await store.write(lambda tx: tx.claim(limit=9, lease=timedelta(minutes=1)))
        job = unpack(claim.kind, claim.fields)
        assert await perform(job, there.app.tools, again=False) is not None  # and it dies here
        assert len(it.product.issues) == 1
        assert not (await it.follow_ups())[0].issue
        await it.passes(minutes=2)
        assert len(it.product.issues) == 1
        assert (await it.follow_ups())[0].url
