"""What Slack refuses stops nothing else, and is said in one line with what would mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from incibot.core.playbook import Playbook
from incibot.doctor import examine
from incibot.slack.remedies import REMEDIES, remedy
from tests.bench import Bench, bench, text_of


@asynccontextmanager
async def workplace(folder: Path, **given: Any) -> AsyncIterator[Bench]:
    async with bench("sqlite://", folder, **given) as there:
        yield there


def warnings(there: Bench, channel: str) -> list[str]:
    """What the card says was not done, a line each."""
    (card,) = [one for one in there.ours(channel) if "Declared by" in text_of(one)]
    found = [
        str(element["text"])
        for block in card["blocks"]
        if block["type"] == "context"
        for element in block["elements"]
    ]
    return [line for line in found if line.startswith(":warning: Could not ")]


async def doctor(there: Bench, **changed: Any) -> list[str]:
    """What `incibot doctor` says is not well."""
    settings = replace(there.app.settings, **changed)
    return [
        f"{one.check}: {one.says}"
        async for one in examine(settings, Playbook())
        if not one.well and one.check != "clock"  # the test's stands still
    ]


async def parked(there: Bench) -> list[str]:
    async with there.app.store.read() as tx:
        return sorted(job.kind for job in await tx.parked())


async def test_whatever_slack_refuses_the_rest_goes_on_and_each_is_said_in_one_line(
    tmp_path: Path,
) -> None:
    book = Playbook(invite=("@nobody-there", "@oncall-checkout"))
    async with workplace(tmp_path, book=book, base_url="https://incibot.example") as there:
        faults = there.slack.faults
        faults.without_scopes |= {"pins:write", "bookmarks:write"}
        faults.fails("conversations.setPurpose", "restricted_action")
        faults.fails("conversations.setTopic", "restricted_action")
        await there.types("declare sev2 Checkout answers 500")
        channel = str((await there.incident()).channel)
        there.slack.workspace.user("emre").deleted = True
        await there.types(f"role commander {there.person('emre').mention}", channel=channel)
        await there.person("ana").archives("incidents")
        await there.types("update We are on it", channel=channel)

        # What could be done was.
        room = there.slack.channel(channel)
        on_call = {there.person(name).id for name in ("ana", "bela", "chidi")}
        assert on_call <= set(room.members)
        assert "We are on it" in text_of({"all": there.messages(channel)})
        (announcement,) = there.ours("incidents")
        assert "INC-1" in text_of(announcement)

        lines = warnings(there, channel)
        said = "\n".join(lines)
        assert await parked(there) == [
            "Announce", "Brief", "DressChannel", "Invite", "Invite", "PinCard", "Relay",
        ]  # fmt: skip
        mended = [remedy(line) for line in lines]
        assert all(mend and mend in line for mend, line in zip(mended, lines, strict=True)), said
        ill = await doctor(there)
        for kind, code in (
            ("PinCard", "missing_scope"),
            ("DressChannel", "missing_scope"),
            ("Brief", "user_disabled"),
            ("Invite", "cant_invite"),
            ("Invite", "no_such_subteam"),
        ):
            (line,) = [one for one in ill if f" {kind} was" in one and code in one]
            assert remedy(code) in line
            assert "incibot jobs retry" in line

        # None of it is tried again by itself; once it is mended, all of it is done when asked.
        calls = len(there.slack.calls())
        there.clock.passes(hours=3)
        await there.settle()
        assert len(there.slack.calls()) == calls


async def test_an_announcement_goes_on_in_the_channel_that_is_named_instead(
    tmp_path: Path,
) -> None:
    async with workplace(tmp_path) as there:
        await there.person("ana").creates("incidents-2")
        await there.person("ana").invites(there.slack.workspace.bot.id, "incidents-2")
        channel = str((await there.declares()).channel)
        await there.person("ana").archives("incidents")
        for text in ("one", "two", "three"):
            await there.types(f"update {text}", channel=channel)
        assert await parked(there) == ["Announce", "Relay", "Relay", "Relay"]
        lines = warnings(there, channel)
        assert len(lines) == 2
        assert any("(3 times)" in line for line in lines)
        (ill,) = [one for one in await doctor(there) if one.startswith("announcements")]
        assert ill == "announcements: #incidents: is_archived; name a channel that is not archived"

        old = there.slack.channel("incidents")
        there.app.settings = replace(there.app.settings, announce_channel="#incidents-2")
        there.app.workspaces.leave(there.app.desk.here.team)  # to sit down with the new setting
        async with there.app.store.begin() as tx:
            assert await tx.retry() == 4
        await there.settle()
        there.clock.passes(seconds=10)
        await there.settle()
        assert await parked(there) == []
        new = [text_of(one) for one in there.ours("incidents-2")]
        assert sum("INC-1" in one for one in new) >= 1
        assert all(sum(f"{text}" in one for one in new) for text in ("one", "two", "three"))
        assert len([one for one in old.messages.values() if one.get("bot_id")]) == 1
        assert warnings(there, channel) == []


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("pins.add: missing_scope (pins:write)", "add the scope to the app and install it again"),
        ("conversations.invite: cant_invite (<@U1> cant_invite)", REMEDIES["cant_invite"]),
        ("chat.postMessage: http_503", REMEDIES["http_503"]),
        ("chat.postMessage: is_archived_or_so", ""),
        ("ValueError('x')", ""),
    ],
)
def test_a_remedy_is_found_by_slacks_own_word(error: str, mend: str) -> None:
    assert remedy(error) == mend
