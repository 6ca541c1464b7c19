"""What holds for every source that incibot understands, whoever wrote it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import select

from incibot.config import Hook
from incibot.core.evidence import Remark
from incibot.integrations.http import Http
from incibot.store.schema import metadata
from incibot.web import sources
from incibot.web.hooks import wrong_with
from incibot.web.sources import SOURCES, Delivery, Source
from incibot.web.sources.source import kept_headers
from tests.bench import START, bench
from tests.sources.posted import SAMPLES, SECRET, hook, posted
from tests.sources.sending import hooks, send

ROOT = Path(__file__).parents[2]
SIGNED = [one for one in SOURCES if one.proof == "secret"]  # others sign with keys of their own
INDEX = json.loads((SAMPLES / "index.json").read_text(encoding="utf-8"))


def module_of(source: Source) -> str:
    return source.word.replace("-", "_")


FILES = [
    (source, one["file"])
    for source in SOURCES
    for one in INDEX
    if one["file"].partition("-")[0] == module_of(source)
]


def named(one: Any) -> str:
    return one.word if isinstance(one, Source) else str(one)


def recorded(file: str) -> Delivery:
    """As it came: at the time that it was signed at, where it bears one."""
    delivery = posted(file)
    stamps = [int(one) for name, one in delivery.headers.items() if "timestamp" in name]
    return replace(delivery, at=datetime.fromtimestamp(stamps[0], UTC)) if stamps else delivery


def is_genuine(source: Source, delivery: Delivery, of: Hook) -> bool:
    return asyncio.run(source.verify(delivery, of, Http([], [])))


def as_kept(delivery: Delivery, of: Hook) -> Delivery:
    """As it is when it is read: with the headers that are kept, and when it came."""
    return replace(delivery, headers=kept_headers(delivery.headers, of))


def told(source: Source, delivery: Delivery, of: Hook) -> str:
    return repr(source.read(delivery, of))


def test_every_source_is_registered_and_no_two_have_one_word() -> None:
    made = {
        value.word
        for found in iter_modules(sources.__path__)
        for value in vars(import_module(f"{sources.__name__}.{found.name}")).values()
        if isinstance(value, Source)
    }
    words = [one.word for one in SOURCES]
    assert made == set(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_each_has_a_module_a_test_and_a_page_that_leads_to_a_trial(source: Source) -> None:
    assert source.word == source.word.casefold()
    assert source.title
    assert (ROOT / "incibot" / "web" / "sources" / f"{module_of(source)}.py").is_file()
    assert (ROOT / "tests" / "sources" / f"test_{module_of(source)}.py").is_file()
    page = (ROOT / "docs" / "integrations" / f"{source.word}.md").read_text(encoding="utf-8")
    assert f"source: {source.word}" in page
    assert f"/hooks/{source.word}" in page
    assert f"incibot hooks test {source.word}" in page or source.proof != "secret"
    readme = (ROOT / "docs" / "integrations" / "README.md").read_text(encoding="utf-8")
    assert f"]({source.word}.md)" in readme


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_a_hook_without_a_proof_is_refused_at_the_start(source: Source) -> None:
    bare = Hook(source=source.word, key="x")
    assert any(source.proof in one for one in wrong_with([bare], several=False))


@pytest.mark.parametrize("source", SIGNED, ids=named)
def test_its_own_sample_is_genuine_and_says_that_it_is_a_test(source: Source) -> None:
    ours = hook(source.word)
    sample = source.sample(ours, START)
    assert is_genuine(source, sample, ours)
    assert is_genuine(source, sample, hook(source.word, "the new one", SECRET)), "while it changes"
    for wrong in (hook(source.word, "the new one"), Hook(source=source.word, key="x")):
        assert not is_genuine(source, sample, wrong)
    assert not is_genuine(source, as_kept(sample, ours), ours), "no proof is kept"
    (one,) = source.read(sample, ours)
    assert not isinstance(one, Remark)
    assert "test" in one.title.casefold()
    (later,) = source.read(source.sample(ours, START.replace(hour=15)), ours)
    assert later.id != one.id
    assert source.id(sample) == source.id(source.sample(ours, START))


@pytest.mark.parametrize(("source", "file"), FILES, ids=named)
def test_a_recorded_delivery_is_genuine_and_read_from_what_is_kept(
    source: Source, file: str
) -> None:
    ours, delivery = hook(source.word), recorded(file)
    if source in SIGNED:
        assert is_genuine(source, delivery, ours)
        for name in delivery.headers.keys() - kept_headers(delivery.headers, ours).keys():
            wrong = {**delivery.headers, name: f"{delivery.headers[name][:-2]}x0"}
            # One that proves nothing may be what it likes, and one that does has to be right.
            forged = replace(
                delivery, headers={n: wrong[n] for n in (*as_kept(delivery, ours).headers, name)}
            )
            assert not is_genuine(source, forged, ours), name
        assert not is_genuine(source, as_kept(delivery, ours), ours)
        assert not is_genuine(source, delivery, hook(source.word, "another"))
    assert told(source, delivery, ours) == told(source, as_kept(delivery, ours), ours)
    assert SECRET not in repr(kept_headers(delivery.headers, ours))


async def test_each_comes_in_by_the_door_once_and_only_with_its_proof(tmp_path: Path) -> None:
    ours = [hook(one.word) for one in SIGNED]
    async with bench("sqlite://", tmp_path, integrations=hooks(*ours)) as it:
        for source, one in zip(SIGNED, ours, strict=True):
            sample = source.sample(one, it.clock())
            path, word = f"{one.source}/{one.key}", source.word

            async def sends(
                headers: Any, path: str = path, body: bytes = sample.body
            ) -> tuple[int, Any]:
                answer = await send(it, body, path, secret=None, headers=dict(headers))
                return answer.status, answer.json.get("outcome")

            assert await sends(as_kept(sample, one).headers) == (401, None), word
            other = source.sample(hook(word, "another"), it.clock())
            assert await sends(other.headers) == (401, None), word
            assert await sends(sample.headers) == (202, "kept"), word
            assert await sends(sample.headers) == (202, "repeated"), word
            for odd in (b"", b"{", b"[]", b"null", b"\xff", b"[" * 5000, b'{"a": NaN}'):
                assert (await sends(sample.headers, body=odd))[0] in (202, 401), (word, odd)
        await it.settle()
        async with it.app.store.read() as tx:
            heard = {(one.source, one.state): one.count for one in await tx.heard_by_hooks()}
            assert (await tx.waiting())[:2] == (0, 0), "nothing is tried again and again"
            rows = [
                list(map(repr, await tx.connection.execute(select(table))))
                for table in metadata.sorted_tables
            ]
    assert {word for word, state in heard if state == "read"} == {one.word for one in SIGNED}
    assert SECRET not in repr(rows)
