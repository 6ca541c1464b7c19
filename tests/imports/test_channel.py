"""A channel's history, read after the fact: ``incibot import --channel``."""

from __future__ import annotations

from pathlib import Path

import pytest

from incibot import bringing
from incibot.errors import SlackRefused, Unclear
from tests.bench import bench


async def test_a_channels_history_becomes_an_incident_with_threads_marks_and_people(
    tmp_path: Path,
) -> None:
    async with bench("sqlite://", tmp_path) as there:
        ana, bela = there.person("ana"), there.person("bela")
        await ana.creates("old-outage")
        await ana.invites("incibot", "old-outage")
        await there.settle()
        there.clock.passes(hours=1)
        root = await ana.writes("errors in eu-west", "old-outage")
        there.clock.passes(minutes=3)
        await bela.joins("old-outage")
        await bela.writes("it is the pool", "old-outage", thread_ts=root)
        await bela.reacts("old-outage", root, "pushpin")
        await there.settle()
        there.clock.passes(days=3)

        wish = bringing.Wish(title="The old outage", severity="sev2")
        incident = await bringing.bring_channel(there.app, "#old-outage", wish)
        again = await bringing.bring_channel(there.app, "#old-outage", wish)
        await there.settle()

        assert (incident.number, again.number) == (1, 1)
        assert (incident.title, incident.status) == ("The old outage", "resolved")
        entries = await there.timeline()
        told = [(one.kind.value, one.words) for one in entries if one.kind.value == "message"]
        assert told == [("message", "errors in eu-west"), ("message", "it is the pool")]
        first, reply = [one for one in entries if one.kind.value == "message"]
        assert first.key_moment
        assert reply.source.thread_ts == first.source.ts
        assert there.ours("old-outage") == []  # nobody is told, and nobody is reminded
        exported = await there.export("md")
        assert "From the history of #old-outage" in exported


async def test_a_channel_that_the_bot_is_not_in_or_that_is_private_says_what_would_work(
    tmp_path: Path,
) -> None:
    async with bench("sqlite://", tmp_path) as there:
        with pytest.raises(SlackRefused, match="channel_not_found"):
            await bringing.bring_channel(there.app, "#nowhere", bringing.Wish())
        await there.person("ana").creates("elsewhere")
        with pytest.raises(Unclear, match="/invite @incibot"):
            await bringing.bring_channel(there.app, "#elsewhere", bringing.Wish())
        await there.person("ana").creates("secret", private=True)
        await there.person("ana").invites("incibot", "secret")
        with pytest.raises(Unclear, match="Add --by"):
            await bringing.bring_channel(there.app, "#secret", bringing.Wish())
