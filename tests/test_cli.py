"""The ``incibot`` command: results on stdout, talk on stderr, and its exit codes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner, Result

from incibot import __version__
from incibot.cli import main
from incibot.playground import Playground
from incibot.playground.workspace import Channel
from incibot.slack.manifest import EVENTS, SCOPES
from incibot.store import migrations
from tests.bench import Bench, bench


async def incibot(*words: str, **environment: str) -> Result:
    """The command, in a thread: it brings an event loop of its own."""
    unset = {name: None for name in os.environ if name.startswith(("SLACK_", "INCIBOT_"))}
    given = {**unset, "DATABASE_URL": None, "PORT": None, **environment}
    return await asyncio.to_thread(CliRunner().invoke, main, list(words), env=given)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'incibot.db'}"


@pytest.fixture
async def told(tmp_path: Path, url: str) -> str:
    """A database with an incident in it, which nobody serves any more."""
    async with bench("sqlite://", tmp_path) as there:
        incident = await there.declares("sev2 Checkout answers 500")
        await there.types("note 13:58 deploy of api went out", channel=incident.channel_name)
        await there.person("ana").writes("errors in *eu-west* only", incident.channel_name)
        await there.settle()
    return url


async def test_migrating_makes_a_database_ready_and_says_whether_it_is(url: str) -> None:
    assert (await incibot("migrate", "--check", DATABASE_URL=url)).exit_code == 1
    assert (await incibot("migrate", DATABASE_URL=url)).exit_code == 0
    assert (await incibot("migrate", "--check", DATABASE_URL=url)).exit_code == 0
    assert (await incibot("migrate", DATABASE_URL=url)).exit_code == 0


async def test_an_export_is_on_stdout_in_each_format(told: str) -> None:
    as_json = await incibot("export", "INC-1", "--format", "json", DATABASE_URL=told)
    as_csv = await incibot("export", "inc-1", "--format", "csv", DATABASE_URL=told)
    as_md = await incibot("export", "1", "--tz", "Asia/Tokyo", DATABASE_URL=told)
    as_html = await incibot("export", "INC-1", "--format", "html", DATABASE_URL=told)

    found = json.loads(as_json.stdout)
    assert found["schema"] == "incibot.timeline/1"
    assert len(list(csv.DictReader(io.StringIO(as_csv.stdout)))) == len(found["entries"])
    assert "22:58" in as_md.stdout  # 13:58 in Tokyo
    assert as_html.stdout.startswith("<!doctype html>")
    assert not as_json.stderr


async def test_an_export_can_be_a_file_and_leave_names_out(told: str, tmp_path: Path) -> None:
    output = tmp_path / "inc-1.md"
    words = ("export", "INC-1", "--pseudonymous", "--output", str(output))
    done = await incibot(*words, DATABASE_URL=told)

    assert done.exit_code == 0
    assert not done.stdout
    assert "Responder 1" in output.read_text()
    assert "Ana" not in output.read_text()


async def test_a_review_is_drafted_and_drafted_again_over_what_people_wrote(
    told: str, tmp_path: Path
) -> None:
    output = tmp_path / "review.md"
    words = ("review", "INC-1", "--output", str(output))
    assert (await incibot(*words, DATABASE_URL=told)).exit_code == 0
    drafted = output.read_text()
    output.write_text(drafted + "\nWe were all on the train.\n")

    assert (await incibot(*words, DATABASE_URL=told)).exit_code == 0

    assert "Checkout answers 500" in drafted
    assert "\nWe were all on the train.\n" in output.read_text()
    assert set(drafted.splitlines()) <= set(output.read_text().splitlines())
    page = await incibot("review", "INC-1", "--format", "html", DATABASE_URL=told)
    assert page.stdout.startswith("<!doctype html>")
    brief = await incibot("review", "INC-1", "--depth", "brief", DATABASE_URL=told)
    assert "## In short" in brief.stdout
    assert "## Decisions" not in brief.stdout


async def test_a_record_is_proved_and_what_was_altered_behind_its_back_is_named(
    told: str, tmp_path: Path
) -> None:
    proved = await incibot("verify", "INC-1", DATABASE_URL=told)
    exported = json.loads(
        (await incibot("export", "1", "--format", "json", DATABASE_URL=told)).stdout
    )
    assert proved.exit_code == 0
    assert proved.stdout.startswith("INC-1 is proved: ")
    head = proved.stdout.splitlines()[-1].removeprefix("head ")
    assert head == f"{exported['record']['length']}:{exported['record']['hash']}"
    kept = await incibot("verify", "INC-1", "--head", head, DATABASE_URL=told)
    assert kept.exit_code == 0
    other = head[:-1] + ("0" if head[-1] != "0" else "1")
    unlike = await incibot("verify", "INC-1", "--head", other, DATABASE_URL=told)
    assert unlike.exit_code == 1
    assert "had another hash" in unlike.stdout

    with closing(sqlite3.connect(tmp_path / "incibot.db")) as hand:
        hand.execute("UPDATE wordings SET words = 'all is well' WHERE words LIKE 'errors%'")
        hand.commit()
    altered = await incibot("verify", "INC-1", DATABASE_URL=told)
    assert altered.exit_code == 1
    (entry,) = [one["id"] for one in exported["entries"] if "eu-west" in one["text"]]
    first = altered.stdout.splitlines()[0]
    assert first.startswith(f"INC-1 is NOT as it was recorded: entry {entry} of 2026-11-20 14:00")
    assert "words" in first


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("verify", "INC-9"), 1, "There is no INC-9"),
        (("verify", "checkout"), 1, "one is INC-7"),
        (("verify", "INC-1", "--head", "57"), 2, "no end of a chain"),
        (("export", "INC-9"), 1, "There is no INC-9"),
        (("export", "checkout"), 1, "one is INC-7"),
        (("export", "INC-1", "--format", "pdf"), 2, "'md', 'html', 'json', 'csv'"),
        (("export", "INC-1", "--tz", "Mars/Olympus"), 2, "Europe/Paris"),
        (("manifest", "--url", "https://x.example", "--socket"), 2, "choose one"),
        (("unheard-of",), 2, "No such command"),
    ],
)
async def test_what_cannot_be_done_says_why_on_stderr(
    told: str, words: tuple[str, ...], code: int, says: str
) -> None:
    done = await incibot(*words, DATABASE_URL=told)

    assert done.exit_code == code
    assert says in done.stderr
    assert not done.stdout


async def test_a_database_that_was_never_migrated_is_told_apart_from_an_empty_one(url: str) -> None:
    done = await incibot("export", "INC-1", DATABASE_URL=url)

    assert done.exit_code == 1
    assert "incibot migrate" in done.stderr


async def test_wrong_settings_end_it_at_once_and_all_are_named() -> None:
    done = await incibot("serve", SLACK_BOT_TOKEN="xoxp-secret-of-mine", PORT="many")

    assert done.exit_code == 2
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "SLACK_SIGNING_SECRET" in done.stderr
    assert "PORT: got “many”" in done.stderr
    assert "secret-of-mine" not in done.stderr


async def test_jobs_that_were_laid_aside_are_listed_and_tried_again(
    there: Bench, database: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'incibot.db'}" if database == "sqlite://" else database
    there.slack.faults.without_scopes.add("pins:write")
    await there.declares()

    listed = await incibot("jobs", DATABASE_URL=url)
    assert "PinCard" in listed.stdout
    assert "missing_scope" in listed.stdout
    there.slack.faults.without_scopes.clear()
    retried = await incibot("jobs", "retry", DATABASE_URL=url)
    assert "1 to be tried again" in retried.stderr
    await there.settle()
    assert not (await incibot("jobs", DATABASE_URL=url)).stdout
    assert (await incibot("jobs", "retry", "99", DATABASE_URL=url)).exit_code == 1


async def test_doctor_says_what_is_not_well_and_what_would_mend_it(
    there: Bench, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'doctor.db'}"
    slack = {"SLACK_BOT_TOKEN": there.slack.bot_token, "SLACK_API_URL": there.slack.api_url}
    there.slack.faults.without_scopes.add("pins:write")
    ill = await incibot("doctor", DATABASE_URL=url, INCIBOT_ANNOUNCE_CHANNEL="#nowhere", **slack)
    assert ill.exit_code == 1
    assert f"at nothing, not {migrations.newest()}: run `incibot migrate`" in ill.stdout
    assert "pins:write is missing (pin the incident’s card)" in ill.stdout
    assert "NOT OK  announcements: #nowhere: channel_not_found" in ill.stdout

    there.slack.faults.without_scopes.clear()
    await incibot("migrate", DATABASE_URL=url)
    well = await incibot("doctor", DATABASE_URL=url, **slack)
    assert "NOT OK" not in well.stdout
    assert "ok      token: accepted by Northwind" in well.stdout
    assert well.exit_code == 0


async def test_version_is_the_packages() -> None:
    assert (await incibot("version")).stdout.strip() == __version__


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_a_served_incibot_declares_and_ends_when_it_is_told(
    mode: str, tmp_path: Path
) -> None:
    slack = Playground(
        scopes=tuple(SCOPES), subscriptions={event.partition(".")[0] for event in EVENTS}
    )
    await slack.start()
    environment = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'incibot.db'}",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_FORMAT": "json",
        **({"SLACK_SIGNING_SECRET": slack.signing_secret} if mode == "http" else {}),
        **({"SLACK_APP_TOKEN": slack.app_token} if mode == "socket" else {}),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "incibot",
        "serve",
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        lines = process.stdout
        async with asyncio.timeout(60):
            while (line := json.loads(await lines.readline()))["event"] != "serving":
                pass
            reading = asyncio.create_task(lines.read())
            slack.request_url = f"{line['address']}/slack/events" if mode == "http" else None
            async with aiohttp.ClientSession() as session:
                while (await session.get(f"{line['address']}/readyz")).status != 200:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            answer = await slack.person("ana").types("/incident declare sev2 Checkout answers 500")
            assert "INC-1 is declared" in answer.text
            while not any(one.name == "inc-1-checkout-answers-500" for one in rooms(slack)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
            logged = (await reading).decode()
    finally:
        if process.returncode is None:
            process.kill()
        await slack.stop()

    assert '"event": "stopping"' in logged
    assert "xoxb" not in logged
    assert "Checkout" not in logged  # what people write is in no log


def rooms(slack: Playground) -> list[Channel]:
    return list(slack.workspace.channels.values())
