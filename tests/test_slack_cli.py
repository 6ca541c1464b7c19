"""`slack run`: what Slack's own command line does with `.slack/hooks.json`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from incibot.config import SERVE, Settings
from incibot.playground import Playground
from incibot.slack import manifest
from incibot.slack.manifest import EVENTS, SCOPES

ROOT = Path(__file__).parent.parent
HOOKS = json.loads((ROOT / ".slack" / "hooks.json").read_text())
# Stands in for the `dev.py` beside it, which would look first whether everything is installed.
INSTALLED = """\
import os, sys
assert sys.argv[1] == "run"
os.execv({python!r}, [{python!r}, "-m", "incibot", *sys.argv[2:]])
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder in which the hooks' commands run as they do in a checkout."""
    (tmp_path / "dev.py").write_text(INSTALLED.format(python=sys.executable))
    return tmp_path


def test_slack_run_is_told_all_that_it_asks_for() -> None:
    assert HOOKS["runtime"] == "python"
    assert set(HOOKS["hooks"]) == {"get-manifest", "start"}
    assert HOOKS["config"]["sdk-managed-connection-enabled"], "we open the socket ourselves"
    # Without something to watch, `slack run` ends as soon as it has begun.
    for path in HOOKS["config"]["watch"]["paths"]:
        assert (ROOT / path).is_file()
    for command in HOOKS["hooks"].values():
        assert command.startswith("python3 dev.py run ")


def test_the_manifest_that_it_installs_is_ours(checkout: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", HOOKS["hooks"]["get-manifest"]],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == manifest.manifest()


async def test_what_it_starts_connects_with_the_tokens_that_it_hands_over(checkout: Path) -> None:
    slack = Playground(
        scopes=tuple(SCOPES), subscriptions={event.partition(".")[0] for event in EVENTS}
    )
    await slack.start()
    slack.request_url = None
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", HOOKS["hooks"]["start"]),
        cwd=checkout,
        env={
            "PATH": os.environ["PATH"],
            "SLACK_CLI_XOXB": slack.bot_token,
            "SLACK_CLI_XAPP": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "HOST": "127.0.0.1",
            "PORT": "0",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(60):
            while not slack.delivery.sockets.count:
                assert process.returncode is None
                await asyncio.sleep(0.05)
            answer = await slack.person("ana").types("/incident list")
            assert "No incident is open." in answer.text
            os.killpg(process.pid, signal.SIGINT)
            await process.wait()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await slack.stop()


def test_tokens_that_somebody_set_win() -> None:
    theirs = {"SLACK_CLI_XOXB": "xoxb-cli", "SLACK_CLI_XAPP": "xapp-cli"}
    read = Settings.from_env(theirs, dotenv=None, needs=SERVE)
    assert read.slack_bot_token is not None
    assert read.slack_app_token is not None
    assert read.slack_bot_token.reveal() == "xoxb-cli"
    assert read.slack_app_token.reveal() == "xapp-cli"

    ours = Settings.from_env({**theirs, "SLACK_BOT_TOKEN": "xoxb-ours"}, dotenv=None)
    assert ours.slack_bot_token is not None
    assert ours.slack_bot_token.reveal() == "xoxb-ours"
