"""What reaches the log, and what never does."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from incibot import log
from incibot.config import Secret
from incibot.log import LogFormat, LogLevel
from tests.conftest import LIBRARIES

TOKEN = "xoxb-" + "12345678901-abcdefGHIJKL"
BEARER = "0123456789abcdef0123456789abcdef"


pytestmark = pytest.mark.usefixtures("logging_as_it_was")

Lines = Callable[[], list[dict[str, Any]]]


def logging_to(
    stream: io.StringIO, format: LogFormat = "json", level: LogLevel = "info"
) -> Callable[[], list[dict[str, Any]]]:
    log.configure(format, level, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_values_as_fields() -> None:
    lines = logging_to(io.StringIO())

    log.logger("incibot.jobs.runner").info("job.done", kind="open_channel", attempt=2, ms=31.5)

    [line] = lines()
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert at.utcoffset() == datetime.now(UTC).utcoffset()
    assert line == {
        "event": "job.done",
        "level": "info",
        "logger": "incibot.jobs.runner",
        "kind": "open_channel",
        "attempt": 2,
        "ms": 31.5,
    }


def test_a_line_with_line_breaks_and_odd_characters_is_still_one_line() -> None:
    lines = logging_to(io.StringIO())

    log.logger("incibot").info("odd", value="a\nb\u2028c \ud800 é")

    assert [line["value"] for line in lines()] == ["a\nb\u2028c \ud800 é"]


def test_what_is_bound_is_on_each_line_within_and_on_no_line_after() -> None:
    lines = logging_to(io.StringIO())
    ours, theirs = log.logger("incibot.slack"), logging.getLogger("slack_bolt.AsyncApp")

    with log.bind(delivery="Ev1", incident=7):
        ours.info("inside")
        with log.bind(incident=8, job="card:8"):
            theirs.warning("deeper")
        ours.info("inside.again")
    ours.info("outside")

    kept = ("delivery", "incident", "job")
    assert [{key: line[key] for key in kept if key in line} for line in lines()] == [
        {"delivery": "Ev1", "incident": 7},
        {"delivery": "Ev1", "incident": 8, "job": "card:8"},
        {"delivery": "Ev1", "incident": 7},
        {},
    ]


async def test_two_tasks_side_by_side_do_not_see_each_others_fields() -> None:
    lines = logging_to(io.StringIO())
    both_bound = asyncio.Barrier(2)

    async def work(job: str) -> None:
        with log.bind(job=job):
            await both_bound.wait()
            log.logger("incibot").info("job.done", mine=job)

    await asyncio.gather(work("one"), work("two"))

    assert len(lines()) == 2
    assert all(line["job"] == line["mine"] for line in lines())


@pytest.mark.parametrize("format", ["json", "console"])
def test_no_secret_reaches_the_log_wherever_it_stands(format: LogFormat) -> None:
    stream = io.StringIO()
    logging_to(stream, format)
    ours = log.logger("incibot")

    ours.info("field", sent=f"Authorization: Bearer {BEARER}", nested={"deep": [f"as {TOKEN}"]})
    ours.info("object", secret=Secret("s3cr3t-of-the-app"), error=ValueError(TOKEN), keys={TOKEN})
    logging.getLogger("slack_sdk.web").warning("sending %s", {"token": TOKEN})
    try:
        raise RuntimeError(f"no luck with {TOKEN}")
    except RuntimeError:
        ours.exception("failed")
        logging.getLogger("aiohttp.server").exception("failed there")

    written = stream.getvalue()
    assert "RuntimeError" in written
    assert written.count("[masked: Slack token]") == 6
    assert not [word for word in (TOKEN, BEARER, "s3cr3t") if word in written]


def test_a_library_that_warns_is_heard_in_the_same_shape() -> None:
    lines = logging_to(io.StringIO())

    for name in LIBRARIES:
        logging.getLogger(name).warning("as %s", "ever")

    assert [(line["logger"], line["event"]) for line in lines()] == [
        (name, "as ever") for name in LIBRARIES
    ]


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_no_level_brings_out_what_libraries_say_of_requests_and_statements(level: LogLevel) -> None:
    lines = logging_to(io.StringIO(), level=level)

    for name in LIBRARIES:
        logging.getLogger(name).debug("the words that somebody wrote")
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT ... ('their words')")
    logging.getLogger("aiohttp.access").info("POST /hooks/generic/the-key")

    assert lines() == []


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_the_level_is_the_least_that_is_heard_of_us(level: LogLevel, heard: list[str]) -> None:
    lines = logging_to(io.StringIO(), level=level)
    ours = log.logger("incibot.jobs")

    ours.debug("said")
    ours.info("said")
    ours.warning("said")
    ours.error("said")

    assert [line["level"] for line in lines()] == heard


def test_configuring_again_moves_every_logger_and_doubles_no_line() -> None:
    first, second = io.StringIO(), io.StringIO()
    early = log.logger("incibot.early")
    log.configure(stream=first)
    early.info("one")

    log.configure(stream=second)
    early.info("two")

    assert [json.loads(line)["event"] for line in first.getvalue().splitlines()] == ["one"]
    assert [json.loads(line)["event"] for line in second.getvalue().splitlines()] == ["two"]


def test_logs_go_to_stdout_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()

    log.logger("incibot").info("here")

    out, err = capsys.readouterr()
    assert json.loads(out)["event"] == "here"
    assert err == ""


def test_the_console_has_no_colours_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    logging_to(stream, "console")

    log.logger("incibot").info("job.done", kind="invite")

    assert "\x1b" not in stream.getvalue()
    assert "job.done" in stream.getvalue()
    assert "kind=invite" in stream.getvalue()


def test_a_handler_that_was_there_before_stays() -> None:
    theirs = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(theirs)

    log.configure(stream=io.StringIO())

    assert theirs in logging.getLogger().handlers


def test_a_field_whose_name_says_that_it_is_a_secret_is_none_in_the_log() -> None:
    lines = logging_to(io.StringIO())

    log.logger("incibot").info("x", token="abc123def", user="U1", nested={"password": "hunter2"})
    try:
        raise ValueError("postgres://shop:hunter2@db/shop")
    except ValueError:
        log.logger("incibot").exception("y")

    first, second = lines()
    assert first["token"] == "[masked: secret]"
    assert first["user"] == "U1"
    assert first["nested"] == {"password": "[masked: secret]"}
    assert "postgres://shop:[masked: password]@db/shop" in second["exception"]
    assert "hunter2" not in json.dumps([first, second])
