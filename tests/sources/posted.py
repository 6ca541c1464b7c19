"""Deliveries as senders post them: the samples, and variants of them that are signed anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incibot.config import Hook, Secret
from incibot.core.evidence import Alert, Change, Evidence, Remark
from incibot.integrations.http import Http
from incibot.web.sources import Delivery, Source, Unreadable

SAMPLES = Path(__file__).parent / "samples"
SECRET = "incibot-test-secret"
NOW = datetime(2026, 11, 20, 14, 26, 30, tzinfo=UTC)

_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-11-20T14:00:00Z", "success", "closed", "flag", "main", "\ud800\0"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


def hook(source: str, *secrets: str, **more: Any) -> Hook:
    held = tuple(Secret(one) for one in secrets or (SECRET,))
    return Hook(source=source, key=source, secret=held, **more)


def posted(file: str) -> Delivery:
    """A sample as it is posted, with its headers."""
    index = json.loads((SAMPLES / "index.json").read_text(encoding="utf-8"))
    (found,) = [one for one in index if one["file"] == file]
    headers = {name.lower(): value for name, value in found["headers"].items()}
    return Delivery(headers=headers, body=(SAMPLES / file).read_bytes(), at=NOW)


def body_of(delivery: Delivery) -> Any:
    return json.loads(delivery.body)


def saying(delivery: Delivery, body: Any, **headers: str) -> Delivery:
    """The same with another body, and other headers by their names with _ for -."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = json.dumps(body).encode()
    return replace(delivery, body=sent, headers={**delivery.headers, **given})


def with_values(body: Any, **values: Any) -> Any:
    """A copy with other values at paths, with __ for the dots."""
    copy = json.loads(json.dumps(body))
    for path, value in values.items():
        *way, last = path.split("__")
        place = copy
        for key in way:
            place = place[key]
        place[last] = value
    return copy


def is_genuine(source: Source, delivery: Delivery, hook: Hook) -> bool:
    return asyncio.run(source.verify(delivery, hook, Http([], [])))


def changes(source: Source, delivery: Delivery, hook: Hook) -> list[Change]:
    found = source.read(delivery, hook)
    assert all(isinstance(one, Change) for one in found)
    return [one for one in found if isinstance(one, Change)]


def change(source: Source, delivery: Delivery, hook: Hook) -> Change:
    (found,) = changes(source, delivery, hook)
    return found


def check_signature(source: Source, delivery: Delivery, header: str) -> None:
    """What is signed by one of the secrets is genuine, and nothing else is."""
    word = source.word
    assert is_genuine(source, delivery, hook(word))
    assert is_genuine(source, delivery, hook(word, "the new one", SECRET)), "while it is changed"
    assert not is_genuine(source, delivery, hook(word, "the new one")), "after it was changed"
    assert not is_genuine(source, delivery, Hook(source=word, key=word)), "no secret is no pass"
    assert not is_genuine(source, replace(delivery, body=delivery.body + b" "), hook(word))
    for wrong in ("", "sha256=", "0" * 64, f"sha256={'0' * 64}", delivery.header(header)[:-1], "é"):
        forged = replace(delivery, headers={**delivery.headers, header.lower(): wrong})
        assert not is_genuine(source, forged, hook(word)), wrong
    headers = {name: one for name, one in delivery.headers.items() if name != header.lower()}
    assert not is_genuine(source, replace(delivery, headers=headers), hook(word))


def check_sample(source: Source, hook: Hook) -> None:
    """What `incibot hooks test` sends is genuine, tells one thing, and says that it is a test."""
    delivery = source.sample(hook, NOW)
    assert is_genuine(source, delivery, hook)
    assert "test" in change(source, delivery, hook).title
    later = source.sample(hook, NOW.replace(hour=15))
    assert change(source, later, hook).id != change(source, delivery, hook).id


def check_reading(source: Source, deliveries: Sequence[Delivery], of: Hook) -> None:
    """Whatever a body holds, it is evidence or Unreadable: as a whole, and in any single field."""

    def read(delivery: Delivery) -> None:
        with suppress(Unreadable):
            for one in source.read(delivery, of):
                check_evidence(one)

    @settings(max_examples=30)
    @given(st.sampled_from(deliveries), _ANY, st.binary(max_size=20))
    def as_a_whole(delivery: Delivery, body: Any, noise: bytes) -> None:
        read(saying(delivery, body))
        read(replace(delivery, body=noise))

    @settings(max_examples=150)
    @given(st.sampled_from(deliveries), st.data())
    def in_a_field(delivery: Delivery, data: st.DataObject) -> None:
        body = body_of(delivery)
        place, key = data.draw(st.sampled_from(list(_places(body))))
        if data.draw(st.booleans()):
            del place[key]
        else:
            place[key] = data.draw(_ANY)
        read(saying(delivery, body))

    as_a_whole()
    in_a_field()


def check_evidence(one: Evidence) -> None:
    """It can be kept: each text on every database, each time with a zone."""
    assert isinstance(one, Alert | Change | Remark)
    assert one.id
    if not isinstance(one, Remark):
        assert one.title
    assert one.at is None or one.at.utcoffset() is not None
    told = json.dumps([getattr(one, name) for name in one.__slots__ if name != "at"], default=dict)
    assert "\\u0000" not in told
    json.loads(told)
    for name in one.__slots__:
        if isinstance(text := getattr(one, name), str):
            text.encode()


def _places(body: Any) -> list[tuple[Any, Any]]:
    """Each field in a document: where it stands, and its key there."""
    keys: Mapping[type, Callable[[Any], Any]] = {dict: list, list: lambda one: range(len(one))}
    if type(body) not in keys:
        return []
    here = [(body, key) for key in keys[type(body)](body)]
    return here + [place for _, key in here for place in _places(body[key])]
