"""The local workspace as people visit it: incibot in a process of its own, and the story live."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from click.testing import CliRunner

from incibot import demo
from incibot.cli import main
from incibot.demo import CHECKOUT, Story, StoryClock, Summary
from incibot.demo.bot import FollowingClock
from incibot.demo.live import Live
from incibot.demo.setup import SETUP, TRIES
from incibot.demo.story import INCIDENT, Script
from incibot.slack.manifest import EXAMPLE_URL, manifest

PATIENCE = 60.0  # seconds: a busy machine is slow, not wrong
SOON = tuple(0.5 for _ in range(200))  # Slack's retries, for a test that does not wait for minutes

THE = Script(day=date(2026, 11, 20), channel="general")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the page: all that a browser could ask for and do."""

    http: aiohttp.ClientSession

    async def get(self, path: str) -> Any:
        async with self.http.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, status: int = 200, /, **args: Any) -> Any:
        async with self.http.post(path, json=args) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def until(self, path: str, is_so: Callable[[Any], object]) -> Any:
        """Look again and again until it is so; what was seen then."""
        async with asyncio.timeout(PATIENCE):
            while not is_so(seen := await self.get(path)):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        return seen

    async def running(self) -> Any:
        return await self.until("bot", lambda bot: bot["state"] == "running")

    async def story(self, *states: str) -> Any:
        return await self.until("story", lambda story: story["state"] in states)

    async def texts(self, channel: str) -> list[str]:
        seen = await self.get(f"people/ana/messages?channel={channel}")
        return [one["text"] for one in seen["messages"]]

    async def incident_channel(self) -> str:
        def made(seen: Any) -> list[str]:
            names = [str(one.get("name")) for one in seen["channels"] if one.get("is_member")]
            return [name for name in names if name.startswith("inc-")]

        return made(await self.until("people/ana/channels", made))[0]


@asynccontextmanager
async def visited(
    folder: Path, *, story: Story = CHECKOUT, for_story: bool = False
) -> AsyncIterator[Visitor]:
    here = Live(folder, story=story, retry_delays=SOON)
    try:
        await here.start(for_story=for_story)
        async with aiohttp.ClientSession(f"{here.slack.url}playground/api/") as http:
            yield Visitor(http=http)
    finally:
        await here.stop()
    assert here.bot.state()["state"] == "stopped"


async def ended(stream: aiohttp.ClientResponse) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return await stream.content.read()


# incibot in a process of its own


async def test_what_is_said_while_incibot_is_dead_is_in_the_record_once_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with visited(tmp_path) as visitor:
        first = await visitor.running()
        assert (first["restarts"], first["log"] != []) == (0, True)
        declare = "/incident declare sev2 Checkout answers 500"
        answer = await visitor.post("people/ana/types", text=declare)
        assert "INC-1" in answer["text"]
        channel = await visitor.incident_channel()

        await visitor.post("people/ana/writes", text="in flight", channel=channel)
        dead = await visitor.post("bot", do="kill")
        assert (dead["state"], dead["pid"]) == ("stopped", None)
        await visitor.post("people/ana/writes", text="nobody listens", channel=channel)
        lost = await visitor.post("people/ana/types", text="/incident list")
        assert lost["trouble"] == "dispatch_failed"
        waiting = await visitor.until(
            "deliveries", lambda seen: [x for x in seen["deliveries"] if x["state"] == "waiting"]
        )
        assert any(one["next_try_at"] for one in waiting["deliveries"])

        await visitor.post("bot", do="start")
        again = await visitor.running()
        assert (again["restarts"], again["pid"] != first["pid"]) == (1, True)

        def arrived(seen: Any) -> bool:
            return all(one["state"] in ("delivered", "lost") for one in seen["deliveries"])

        seen = await visitor.until("deliveries", arrived)
        assert [x["what"] for x in seen["deliveries"] if x["state"] == "lost"] == ["/incident list"]
        told = await visitor.post("people/ana/types", text="/incident timeline 20", channel=channel)
        said = Counter(words for words in ("in flight", "nobody listens") if words in str(told))
        assert said == {"in flight": 1, "nobody listens": 1}
        assert str(told["blocks"] or told["text"]).count("nobody listens") == 1

        stopped = await visitor.post("bot", do="stop")
        assert stopped["state"] == "stopped"


def test_a_clock_that_follows_runs_at_the_others_pace_and_never_goes_back() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    clock = FollowingClock(noon, 0)
    assert (clock(), clock.pace) == (noon, 0)
    clock.follow(noon + timedelta(hours=1), 3600)
    clock.follow(noon, 0)
    assert clock() >= noon + timedelta(hours=1)
    clock.follow(noon + timedelta(days=1), 3600)
    assert clock() > noon + timedelta(days=1)


# The story


async def test_the_story_plays_to_its_end_and_leaves_no_gap_in_the_record(tmp_path: Path) -> None:
    async with visited(tmp_path, for_story=True) as visitor:
        before = await visitor.get("workspace")
        assert (before["clock"]["pace"], before["touched"]) == (0, False)
        assert datetime.fromisoformat(before["now"]) == CHECKOUT.begins
        assert (before["story"]["state"], before["story"]["position"]) == ("ready", 0)
        await visitor.running()
        playing = await visitor.post("story", do="play", pace=None)
        assert (playing["state"], playing["next"]["who"]) == ("playing", "github")
        story = await visitor.story("ended", "broken", "paused")
        assert (story["state"], story["error"], story["position"]) == (
            "ended",
            None,
            len(CHECKOUT.steps),
        )
        assert (story["next"], len(story["labels"]) > 20) == (None, True)
        after = await visitor.get("workspace")
        assert after["id"] == before["id"]  # nobody had touched it
        assert after["clock"]["pace"] == 1

        files = (await visitor.get("people/bela/files"))["files"]
        (timeline,) = [one for one in files if one["name"].endswith(".json")]
        record = await visitor.get(f"people/bela/files/{timeline['id']}")
        assert record["incident"]["status"] == "resolved"
        assert record["completeness"]["not_listening"] == []
        assert record["completeness"]["messages"] == 74
        deliveries = (await visitor.get("deliveries"))["deliveries"]
        assert {one["state"] for one in deliveries} == {"delivered"}


async def test_a_story_is_paused_gone_on_with_by_hand_resumed_and_broken_by_what_cannot_be(
    tmp_path: Path,
) -> None:
    story = Story(
        title="A chat",
        begins=THE.at("12:00"),
        steps=(
            THE.says("12:00:30", "ana", "one", known_as="one", label="Ana says one"),
            THE.says("12:10", "bela", "two"),
            THE.says("12:20", "chidi", "three"),
            THE.says("12:30", "ana", "let me in", channel="platform"),
        ),
    )
    async with visited(tmp_path, story=story, for_story=True) as visitor:
        await visitor.post("story", 409, do="pause")
        await visitor.post("story", 400, do="dance")
        await visitor.post("story", do="play", pace=60)
        await visitor.until("story", lambda story: story["position"] == 1)
        paused = await visitor.post("story", do="pause")
        assert (paused["state"], paused["pace"]) == ("paused", 60)
        assert [one["label"] for one in paused["labels"]] == ["Ana says one"]
        clock = (await visitor.get("workspace"))["clock"]
        assert clock["pace"] == 1  # it is as any workspace now
        await visitor.post("people/dana/writes", text="by hand")
        await visitor.post("faults", delay_events=0.01)
        assert (await visitor.get("story"))["position"] == 1

        await visitor.post("story", do="resume", pace=60)
        await visitor.post("story", do="pace", pace=6000)
        await visitor.until("story", lambda story: story["position"] >= 3)
        assert await visitor.texts("general") == ["one", "by hand", "two", "three"]
        broken = await visitor.story("broken")
        assert broken["error"] == (
            "Ana wrote a message, but Slack did not let it be done (not_in_channel)."
        )
        await visitor.post("people/dana/writes", text="all else works")
        assert (await visitor.get("workspace"))["clock"]["pace"] == 1

        before = (await visitor.get("workspace"))["id"]
        async with visitor.http.get("stream") as stream:
            fresh = await visitor.post("story", do="afresh")
            await ended(stream)  # the page comes back, and reads everything anew
        assert (fresh["state"], fresh["error"], fresh["labels"]) == ("ready", None, [])
        seen = await visitor.get("workspace")
        assert seen["id"] != before
        assert abs(datetime.fromisoformat(seen["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_story_waits_where_it_needs_incibot_and_incibot_is_down(tmp_path: Path) -> None:
    story = Story(
        title="A question",
        begins=THE.at("12:00"),
        steps=(
            THE.says("12:01", "chidi", "is anything open?"),
            THE.types("12:02", "ana", "declare sev3 A small one", echoes=False),
            THE.says("12:03", "ana", "now there is", channel=INCIDENT),
        ),
    )
    async with visited(tmp_path, story=story, for_story=True) as visitor:
        await visitor.running()
        await visitor.post("people/ana/opens-home")  # to look is not to touch
        await visitor.post("story", do="play", pace=1)
        await visitor.post("bot", do="kill")
        await visitor.post("story", do="pace", pace=None)
        paused = await visitor.story("paused")
        assert paused["position"] == 1
        assert paused["error"] == "Ana needs incibot now, and it does not run. Start it, and go on."
        await visitor.post("bot", do="start")
        await visitor.post("story", do="resume", pace=None)
        story_now = await visitor.story("ended", "broken")
        assert (story_now["state"], story_now["error"]) == ("ended", None)
        assert "now there is" in await visitor.texts(await visitor.incident_channel())

        left = await visitor.post("story", do="leave")
        assert (left["state"], left["position"]) == ("ready", 0)
        assert "is anything open?" in await visitor.texts("general")


async def test_time_stands_still_before_the_story_until_somebody_does_something(
    tmp_path: Path,
) -> None:
    async with visited(tmp_path, for_story=True) as visitor:
        assert (await visitor.get("workspace"))["clock"]["pace"] == 0
        await visitor.post("people/ana/writes", text="what is this?")
        seen = await visitor.get("workspace")
        assert (seen["clock"]["pace"], seen["touched"]) == (1, True)
        playing = await visitor.post("story", do="play", pace=10)
        assert (playing["state"], playing["position"]) == ("playing", 0)
        fresh = await visitor.get("workspace")
        assert fresh["id"] != seen["id"]
        assert datetime.fromisoformat(fresh["now"]) - CHECKOUT.begins < timedelta(minutes=1)
        assert await visitor.texts("general") == []


async def test_a_clock_lets_sleepers_go_when_its_own_time_has_come() -> None:
    clock = StoryClock(THE.at("12:00"))
    sleeping = asyncio.create_task(clock.sleep(600))
    short = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    clock.set(THE.at("12:05"))
    await short
    assert not sleeping.done()
    clock.run(100_000)
    async with asyncio.timeout(PATIENCE):
        await sleeping


# What stands beside it


def test_five_steps_lead_to_a_real_slack_with_the_manifests_that_are_printed() -> None:
    assert len(SETUP["steps"]) == 5
    assert yaml.safe_load(str(SETUP["manifest_socket"])) == manifest()
    assert yaml.safe_load(str(SETUP["manifest_http"])) == manifest(url=EXAMPLE_URL)
    printed = CliRunner().invoke(main, ["manifest", "--socket"]).output
    assert SETUP["manifest_socket"] == printed
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for step in SETUP["steps"]:
        assert {"title", "says", "paste"} <= set(step)
        for line in str(step["paste"]).splitlines() if "manifest" not in step else ():
            assert line in readme, line
    assert len(TRIES) == 3


# The commands


def test_the_demo_can_write_its_files_and_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(folder: Path, say: Callable[[str], Awaitable[None]]) -> Summary:
        return Summary(
            folder=folder,
            ref="INC-1",
            title="Checkout",
            people=6,
            messages=7,
            entries=8,
            files=((folder / "review.html", "the review draft"),),
            took=timedelta(seconds=1),
        )

    monkeypatch.setattr(demo, "run", run)
    done = CliRunner().invoke(main, ["demo", "--check", "--output", str(tmp_path)])
    assert done.exit_code == 0
    assert "review.html" in done.stdout
    assert "workspace is open" not in done.stderr


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["asked", "killed"])
async def test_a_playground_that_ends_leaves_no_process_behind(
    end: signal.Signals, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incibot", "playground", "--no-browser"),
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE):
            line = (await process.stderr.readline()).decode()
        url = line.rpartition(" ")[2].strip()
        async with aiohttp.ClientSession(f"{url}playground/api/") as http:
            visitor = Visitor(http=http)
            pid = (await visitor.until("bot", lambda bot: bot["pid"]))["pid"]
            if end is signal.SIGTERM:
                await visitor.running()
            process.send_signal(end)
            async with asyncio.timeout(PATIENCE):
                code = await process.wait()
        async with asyncio.timeout(PATIENCE):
            while is_alive(pid):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        said = (await process.stderr.read()).decode()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    assert code == (0 if end is signal.SIGTERM else -signal.SIGKILL)
    assert "Traceback" not in said
    if end is signal.SIGTERM:
        assert not os.listdir(tmp_path)


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["playground", "--no-browser", "--port", str(taken.getsockname()[1])]
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert "address already in use" in done.stderr
    assert done.stderr.count("\n") == 1
