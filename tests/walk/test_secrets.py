"""A secret in everything that people can write, and no trace of one in anything that leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from incibot.exports import FORMATS
from tests.bench import text_of
from tests.walk.people import CANARIES, TOKEN, Walk, walk
from tests.walk.surfaces import ROUTES
from tests.walk.test_walk import by_token, on_the_web

# An address of Slack's own names the file; it says no more than Slack shows anyway.
SAID = {name: f"password={word}99" for name, word in CANARIES.items()} | {"file": "picture"}
SECRETS = [f"{word}99" for name, word in CANARIES.items() if name != "file"]
NOT_SHOWN = ("value", "initial_value", "private_metadata")  # a form or button gives them back to us


def shown(part: Any) -> Iterator[str]:
    """Each text in what was sent to Slack, but for what nobody is shown."""
    if isinstance(part, str) and part[:1] in ("[", "{"):
        part = json.loads(part)
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in NOT_SHOWN:
                yield from shown(value)
    elif isinstance(part, list):
        for one in part:
            yield from shown(one)
    else:
        yield str(part)


def leaked(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


async def test_no_secret_leaves(tmp_path: Path) -> None:
    async with walk(tmp_path, SAID, private=False) as it:
        there = it.there
        channel = it.channel
        for typed in ("severity sev1", "resolve"):
            await there.types(f"{typed} {SAID['status note']}", channel=channel)
        await there.person("dana").joins(channel)  # and is welcomed
        await there.person("ana").opens_home()
        for format in FORMATS:
            await there.types(f"export {format.word}", channel=channel)
        await there.types("review", channel=channel)
        await there.types("timeline 40", channel=channel)
        await there.settle()

        for call in there.slack.calls():
            for text in shown(call.args):
                assert leaked(text) == [], (call.method, text)
        methods = {call.method for call in there.slack.calls()}
        assert {"chat.postMessage", "chat.update", "chat.postEphemeral", "views.publish"} <= methods
        files = [file.content for file in there.slack.workspace.files.values()]
        assert len(files) > len(FORMATS)
        for content in files:
            assert leaked(content.decode(errors="replace")) == []
        for surface, text in (await on_the_web(await it.browser("ana"), there, 1)).items():
            assert leaked(text) == [], surface
        told = await by_token(there, 1, TOKEN)
        assert len(told) >= sum("token" in kind for kind in ROUTES.values())
        assert leaked(json.dumps(told)) == []
        assert "[masked: password]" in json.dumps(told)
        assert leaked(it.told()) == [], "logs"
        assert leaked(text_of(there.ours("incidents")[0])) == []
        await it_is_seen_by_who_asks(it)


async def it_is_seen_by_who_asks(walk: Walk) -> None:
    """A member may look at one, alone; the timeline says who did."""
    there, bela = walk.there, walk.there.person("bela")
    secret = SAID["hypothesis"]
    before = len(there.slack.calls())
    answer = await there.types("timeline 40", who="bela", channel=walk.channel)
    assert leaked(text_of(answer.raw)) == []
    button = next(
        block["accessory"]
        for block in answer.blocks
        if f"reveal {walk.entry}" in block.get("accessory", {}).get("value", "")
    )
    assert button["text"]["text"] == "Reveal"
    answer = await there.types(f"reveal {walk.entry}", who="bela", channel=walk.channel)
    assert secret in text_of(answer.raw)
    assert answer.response_type == "ephemeral"
    calls = [(call.method, call.args) for call in there.slack.calls()[before:]]
    assert leaked(json.dumps(calls)) == []
    (last,) = [one for one in await there.timeline() if one.key.startswith("revealed:")]
    assert (last.by, last.data) == (bela.id, {"revealed": walk.entry})
    assert last.words == f"Looked at what is masked in entry {walk.entry}"
    answer = await there.types(f"reveal {last.id}", who="bela", channel=walk.channel)
    assert answer.text == f"Nothing is masked in entry {last.id}."
