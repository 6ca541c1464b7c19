"""What the tests of alert sources ask alike: what is told, and who is believed by a token."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from incibot.config import Hook
from incibot.core.evidence import Alert, Evidence, Remark, State
from incibot.web.sources import Delivery, Source
from tests.sources.posted import NOW, SECRET, hook, is_genuine

PAGES = Path(__file__).parents[2] / "docs" / "integrations"
FENCE = re.compile(r"^ *```json\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def told(source: Source, delivery: Delivery, of: Hook | None = None) -> Evidence:
    """The one thing that a delivery tells."""
    (found,) = source.read(delivery, of or hook(source.word))
    return found


def alert(source: Source, delivery: Delivery, of: Hook | None = None) -> Alert:
    found = told(source, delivery, of)
    assert isinstance(found, Alert)
    return found


def remark(source: Source, delivery: Delivery) -> Remark:
    found = told(source, delivery)
    assert isinstance(found, Remark)
    return found


def check_token(source: Source, delivery: Delivery, *headers: str) -> None:
    """Who has one of the secrets in one of these headers is believed, and nobody else."""
    word = source.word
    assert is_genuine(source, delivery, hook(word)), "as the sample was sent"
    bare = {name: value for name, value in delivery.headers.items() if SECRET not in value}
    assert not is_genuine(source, replace(delivery, headers=bare), hook(word)), "without a secret"
    for header in headers:
        for right in (SECRET, f"Bearer {SECRET}", f"bearer  {SECRET} ", basic(f"incibot:{SECRET}")):
            sent = replace(delivery, headers={**bare, header.lower(): right})
            assert is_genuine(source, sent, hook(word)), right
            assert is_genuine(source, sent, hook(word, "the new one", SECRET)), "while it changes"
            assert not is_genuine(source, sent, hook(word, "the new one")), "after it was changed"
            assert not is_genuine(source, sent, Hook(source=word, key=word)), "no secret, no pass"
        for wrong in (
            "",
            "Bearer",
            f"Bearer {SECRET}x",
            SECRET[:-1],
            basic(SECRET),
            "Basic é",
            "é",
        ):
            sent = replace(delivery, headers={**bare, header.lower(): wrong})
            assert not is_genuine(source, sent, hook(word)), wrong


def basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def check_test(source: Source, of: Hook) -> None:
    """What `incibot hooks test` sends is genuine, fires one alert, and says that it is a test."""
    delivery = source.sample(of, NOW)
    assert is_genuine(source, delivery, of)
    found = alert(source, delivery, of)
    assert "Test from incibot" in found.title
    assert found.state is State.FIRING
    assert (found.at or NOW) == NOW
    later = alert(source, source.sample(of, NOW.replace(hour=15)), of)
    assert later.id != found.id
    assert later.key == found.key, "there is one such alert, however often it is tried"


def shown(page: str) -> Any:
    """The body that a page of the documentation shows."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    (found,) = FENCE.findall(text)
    return json.loads(found)
