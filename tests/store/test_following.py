"""Follow-ups, publications and webhooks that ended, as rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from incibot.core import moves
from incibot.core.change import Change
from incibot.core.follow_up import FollowUp, Stand
from incibot.core.jobs import ReadIssue
from incibot.core.people import UserId
from incibot.core.publication import Publication, Way
from incibot.errors import Conflict
from incibot.store.unit import Store, Transaction
from tests.bench import START

ANA = UserId("U1")
MADE = FollowUp(
    incident=1,
    number=1,
    words="Alert on 🐢 payments\nand on none",
    origin="line:0a1b2c3d4e5f",
    created_by=ANA,
    created_at=START,
    marker="6f1c9e0a-0000-5000-8000-000000000001",
    tracker="github",
    asked_at=START,
    issue="7",
    shown="acme/checkout#7",
    url="https://github.com/acme/checkout/issues/7",
    stand=Stand.DONE,
    stands_since=START + timedelta(microseconds=3),
    seen='W/"abc"',
    look_at=START,
)
SAID = Publication(
    incident=1,
    number=1,
    title="Slow 🐢",
    words="It is slow.",
    status="identified",
    impact="minor",
    components={"c1": "operational"},
    by=ANA,
    at=START,
    marker="6f1c9e0a-0000-5000-8000-000000000002",
)


async def declared(tx: Transaction) -> None:
    draft = moves.Draft(title="Checkout", severity="sev2", declared_by=ANA)
    number = await tx.next_number()
    await tx.apply(moves.declare(draft, number=number, book=tx.book, at=tx.at))


async def test_what_is_written_is_read_and_nobody_writes_over_what_they_have_not_read(
    store: Store,
) -> None:
    await store.write(declared)
    second = replace(MADE, number=2, look_at=None)
    change = Change(follow_ups=(MADE, second), publications=(SAID,))
    await store.write(lambda tx: tx.apply(change))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.apply(change))
    async with store.read() as tx:
        first, other = await tx.follow_ups(1)
        (said,) = await tx.publications(1)
        assert await tx.issues_to_look_at(limit=9) == [(1, 1)]
    assert (first, other) == (replace(MADE, version=1), replace(second, version=1))
    assert said == replace(SAID, version=1)
    posted = Change(publications=(replace(said, way=Way.POSTED, there="i1"),))
    await store.write(lambda tx: tx.apply(posted))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.apply(posted))

    # A look that is due is asked for once, and the next one is later.
    await store.write(lambda tx: tx.look_at_issues(1, [1, 2]))
    async with store.read() as tx:
        assert await tx.is_waiting(ReadIssue(incident=1, follow_up=1))
        assert not await tx.is_waiting(ReadIssue(incident=1, follow_up=2))
        assert await tx.issues_to_look_at(limit=9) == []
        (again, _) = await tx.follow_ups(1)
    assert again.look_at == START + timedelta(hours=1)
    assert again.version == 1


async def test_a_webhook_is_ended_at_its_address_and_revived(store: Store) -> None:
    await store.write(lambda tx: tx.end_webhook("data", "a", "webhook:1"))
    await store.write(lambda tx: tx.end_webhook("data", "b", "webhook:2"))
    async with store.read() as tx:
        assert await tx.end_of_webhook("data", "a") is None
        assert await tx.end_of_webhook("data", "b") == "webhook:2"
    await store.write(lambda tx: tx.revive_webhook("data"))
    async with store.read() as tx:
        assert await tx.end_of_webhook("data", "b") is None
