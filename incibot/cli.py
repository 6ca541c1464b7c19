"""The ``incibot`` command: results on stdout, everything else on stderr.

Exit codes: 0 done, 1 the work failed, 2 wrong usage or settings.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import click
import yaml
from sqlalchemy.exc import SQLAlchemyError

from incibot import __version__, log
from incibot.app import build, now, reserved, serving, until_told_to_stop
from incibot.config import SERVE, WORK, Settings, read_playbook
from incibot.core.chain import proved, tip_in
from incibot.core.incident import Incident, number_in
from incibot.core.people import zone_of
from incibot.core.playbook import Depth, Playbook
from incibot.core.review.language import PROFILES, Level, check
from incibot.errors import ConfigError, IncibotError, NotFound, Refused
from incibot.exports import FORMATS, format_of
from incibot.lint import Read, as_json, as_sarif, as_text
from incibot.paper import draft_markdown, to_html
from incibot.render import Renderer
from incibot.slack.manifest import EXAMPLE_URL
from incibot.slack.manifest import manifest as app_manifest
from incibot.store import migrations
from incibot.store.database import connect
from incibot.store.unit import Store, Transaction

DONE, FAILED, WRONG = 0, 1, 2


def _say(words: str) -> None:
    click.echo(words, err=True)


def _settings(needs: frozenset[str] = frozenset()) -> tuple[Settings, Playbook]:
    """Read the settings and the playbook; or say all that is wrong with them, and end."""
    try:
        settings = Settings.from_env(os.environ, needs=needs)
        return settings, read_playbook(settings.config, reserved=reserved())
    except ConfigError as wrong:
        for problem in wrong.problems:
            _say(f"incibot: {problem}")
        raise SystemExit(WRONG) from None


def _run(work: Coroutine[Any, Any, int]) -> None:
    """Do it; say in one line what went wrong, if something did."""
    try:
        code = asyncio.run(work)
    except Refused as refused:
        _say(f"incibot: {refused}")
        code = FAILED
    except (IncibotError, SQLAlchemyError, OSError) as trouble:
        _say(f"incibot: {str(trouble).splitlines()[0] if str(trouble) else repr(trouble)}")
        code = FAILED
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


def _zone(name: str | None, settings: Settings) -> ZoneInfo:
    if not name:
        return settings.time_zone
    zone = zone_of(name)
    if zone is None:
        raise click.BadParameter(
            f"there is no time zone {name!r}; one is Europe/Paris, another UTC", param_hint="--tz"
        )
    return zone


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Incident response for Slack, and the record that a review starts from."""


@main.command()
@click.option("--no-worker", is_flag=True, help="Leave the jobs to `incibot worker`.")
def serve(no_worker: bool) -> None:
    """Serve Slack over HTTP, by Socket Mode too when SLACK_APP_TOKEN is set, and do the jobs."""
    settings, book = _settings(SERVE)
    log.configure(settings.log_format, settings.log_level)

    async def work() -> int:
        async with build(settings, book) as app, serving(app, worker=not no_worker) as address:
            log.logger(__name__).info("serving", address=address, version=__version__)
            await until_told_to_stop()
            log.logger(__name__).info("stopping")
        return DONE

    _run(work())


@main.command()
def worker() -> None:
    """Do jobs only. Any number may run beside any number of `serve`."""
    settings, book = _settings(WORK)
    log.configure(settings.log_format, settings.log_level)

    async def work() -> int:
        async with build(settings, book) as app:
            await app.migrate_if_embedded()
            jobs = asyncio.create_task(app.runner.run())
            log.logger(__name__).info("working", version=__version__)
            await until_told_to_stop()
            app.runner.stop()
            await jobs
        return DONE

    _run(work())


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when the database is behind.")
def migrate(check: bool) -> None:
    """Bring the database to the newest schema."""
    settings, _ = _settings()

    async def work() -> int:
        engine = connect(settings.database_url.reveal())
        try:
            if check:
                behind = await migrations.is_behind(engine)
                at = await migrations.current(engine)
                _say(f"at {at or 'nothing'}, newest is {migrations.newest()}")
                return FAILED if behind else DONE
            await migrations.upgrade(engine)
            _say(f"at {await migrations.current(engine)}")
        finally:
            await engine.dispose()
        return DONE

    _run(work())


@main.command()
@click.argument("incident")
@click.option(
    "--format",
    "word",
    type=click.Choice([one.word for one in FORMATS]),
    default="md",
    show_default=True,
)
@click.option("--tz", help="Time zone, such as Europe/Paris.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout."
)
@click.option("--pseudonymous", is_flag=True, help="People as Responder 1, Responder 2 …")
def export(
    incident: str, word: str, tz: str | None, output: Path | None, pseudonymous: bool
) -> None:
    """Write an incident's timeline, such as: incibot export INC-7 --format html."""
    settings, book = _settings()
    zone = _zone(tz, settings)

    async def work() -> int:
        async with _reading(settings, book) as tx:
            head = await tx.head(await _incident(tx, incident), zone=zone)
            if pseudonymous:
                head = head.pseudonymous()
            entries = tx.entries(head.incident.number)
            chunks = format_of(word).write(head, entries, Renderer(settings.templates))
            await _write(chunks, output)
        return DONE

    _run(work())


@main.command()
@click.argument("incident")
@click.option(
    "--format", "word", type=click.Choice(["md", "html"]), default="md", show_default=True
)
@click.option("--tz", help="Time zone, such as Europe/Paris.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file. What people wrote into a Markdown draft that is there stays.",
)
@click.option(
    "--depth",
    type=click.Choice([depth.value for depth in Depth]),
    help="How much it tells; as the playbook says, if left out.",
)
def review(
    incident: str, word: str, tz: str | None, output: Path | None, depth: str | None
) -> None:
    """Draft an incident's review from its timeline, such as: incibot review INC-7."""
    settings, book = _settings()
    if depth:
        book = replace(book, review=replace(book.review, depth=Depth(depth)))
    zone = _zone(tz, settings)
    written = None
    if word == "md" and output is not None and output.exists():
        written = output.read_text(encoding="utf-8")

    async def work() -> int:
        renderer = Renderer(settings.templates)
        async with _reading(settings, book) as tx:
            found = await _incident(tx, incident)
            history = await tx.history(found, zone=zone)
            previous = written or await tx.review(found.number)
        text = draft_markdown(history, book, renderer, previous)
        if word == "html":
            text = to_html(text, title=f"{found.ref} review draft", renderer=renderer)
        await _write(_whole(text), output)
        return DONE

    _run(work())


@main.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--format",
    "word",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
)
@click.option("--all", "whole", is_flag=True, help="Show every note on a file.")
@click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    help="`security`: “policy” and “violation” are terms of the trade.",
)
@click.option("--strict", is_flag=True, help="Exit 1 where there is a flag, the weightiest level.")
def lint(
    files: tuple[Path, ...], word: str, whole: bool, profile: str | None, strict: bool
) -> None:
    """Advise the writer of a review on words that judge where they mean to tell, such as: incibot
    lint review.md. Quotes, chat, code and what incibot generated are not looked at."""
    read, trouble = [], False
    for path in files:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            _say(f"incibot: {path} cannot be read: {error.strerror}")
            trouble = True
        except UnicodeDecodeError:
            _say(f"incibot: {path} cannot be read: it is no text in UTF-8")
            trouble = True
        else:
            notes = check(text, without=PROFILES[profile] if profile else ())
            read.append(Read(path=path, notes=notes))
    if word == "text":
        click.echo(as_text(read, whole=whole), nl=False)
    else:
        click.echo(as_json(read) if word == "json" else as_sarif(read), nl=False)
    flagged = any(note.level is Level.FLAG for one in read for note in one.notes)
    raise SystemExit(FAILED if trouble or (strict and flagged) else DONE)


@main.command()
@click.argument("incident")
@click.option(
    "--head", help="What an earlier `verify` or a JSON export gave as its end, LENGTH:HASH."
)
def verify(incident: str, head: str | None) -> None:
    """Prove that an incident's record stands as it was recorded, such as: incibot verify INC-7."""
    settings, book = _settings()
    kept = None
    if head is not None:
        kept = tip_in(head)
        if kept is None:
            raise click.BadParameter(
                f"{head!r} is no end of a chain; one is 57:9f86d0…", param_hint="--head"
            )

    async def work() -> int:
        number = _number(incident)
        async with _reading(settings, book) as tx:
            verdict = await tx.verdict(number, kept=kept)
        for line in proved(verdict):
            click.echo(line)
        return FAILED if verdict.wrong else DONE

    _run(work())


@main.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """List what could not be done, and why."""
    if context.invoked_subcommand:
        return
    settings, book = _settings()

    async def work() -> int:
        async with _reading(settings, book) as tx:
            for job in await tx.parked():
                where = f"INC-{job.incident}" if job.incident else "-"
                click.echo(f"{job.id}\t{where}\t{job.kind}\t{job.last_error}")
            count, parked, _ = await tx.waiting()
        _say(f"{count} waiting, {parked} laid aside")
        return DONE

    _run(work())


@jobs.command()
@click.argument("job", type=int, required=False)
def retry(job: int | None) -> None:
    """Try again what was laid aside: the job of that number, or all."""
    settings, book = _settings()

    async def work() -> int:
        engine = connect(settings.database_url.reveal())
        try:
            async with Store(engine, book, now).begin() as tx:
                count = await tx.retry(job)
        finally:
            await engine.dispose()
        _say(f"{count} to be tried again")
        return DONE if count or job is None else FAILED

    _run(work())


@main.command()
def doctor() -> None:
    """Check settings, database, schema, token, scopes and clock; a line each."""
    from incibot.doctor import examine

    settings, book = _settings()
    click.echo("ok      settings: read")

    async def work() -> int:
        well = True
        async for finding in examine(settings, book):
            well = well and finding.well
            click.echo(f"{'ok' if finding.well else 'NOT OK':<7} {finding.check}: {finding.says}")
        return DONE if well else FAILED

    _run(work())


@main.command()
@click.option("--url", help=f"Where Slack reaches incibot, such as {EXAMPLE_URL}.")
@click.option("--socket", is_flag=True, help="For Socket Mode: no address is needed.")
@click.option(
    "--format", "word", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True
)
def manifest(url: str | None, socket: bool, word: str) -> None:
    """Print the Slack app manifest, to paste when you create the app."""
    if url and socket:
        raise click.UsageError("--url is for HTTP, --socket for Socket Mode: choose one")
    made = app_manifest(url=None if socket else url or EXAMPLE_URL)
    if word == "json":
        click.echo(json.dumps(made, indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(made, sort_keys=False, allow_unicode=True), nl=False)


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)


_PORT = click.option("--port", default=0, help="Of the local Slack; any free one by default.")
_NO_BROWSER = click.option("--no-browser", is_flag=True, help="Open no browser.")


@main.command()
@_PORT
@_NO_BROWSER
def playground(port: int, no_browser: bool) -> None:
    """Open a local Slack workspace with incibot in it; no account needed."""
    log.configure("console", "warning", stream=sys.stderr)
    _run(_visit(port=port, browser=not no_browser))


@main.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("incibot-demo"),
    show_default=True,
    help="The folder for the exports and the review.",
)
@click.option("--check", is_flag=True, help="Write the files, and end.")
@_PORT
@_NO_BROWSER
def demo(output: Path, check: bool, port: int, no_browser: bool) -> None:
    """Play a recorded incident through the real bot, write its timeline and review, and open the
    workspace, to play it again before your eyes and to go on by hand."""
    from incibot.demo import run

    log.configure("console", "error", stream=sys.stderr)

    async def work() -> int:
        summary = await run(output, _say)
        click.echo(str(summary))
        if check:
            return DONE
        _say("")
        return await _visit(port=port, browser=not no_browser, for_story=True)

    _run(work())


async def _visit(*, port: int, browser: bool, for_story: bool = False) -> int:
    """Keep a local workspace open until told to stop. Nothing of it is kept."""
    from incibot.demo.live import live, open_in_browser

    with TemporaryDirectory(prefix="incibot-") as folder:
        told = asyncio.create_task(until_told_to_stop())
        async with live(Path(folder), port=port, for_story=for_story) as here:
            starting = asyncio.create_task(here.bot.serves())
            await asyncio.wait({told, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done() and (trouble := starting.exception()):
                _say(f"incibot: {trouble}")
            starting.cancel()
            _say(f"The workspace is open at {here.slack.url}")
            if browser and not told.done():
                open_in_browser(here.slack.url)
            _say("Nothing leaves this machine, and nothing is kept. Ctrl-C ends it.")
            await told
    return DONE


@asynccontextmanager
async def _reading(settings: Settings, book: Playbook) -> AsyncIterator[Transaction]:
    """A look at the database as it is now. Raises NotFound for one that is not migrated."""
    engine = connect(settings.database_url.reveal())
    try:
        if await migrations.current(engine) is None:
            raise NotFound("the database is empty: `incibot migrate` makes it ready")
        async with Store(engine, book, now).read() as tx:
            yield tx
    finally:
        await engine.dispose()


async def _incident(tx: Transaction, ref: str) -> Incident:
    return await tx.incident(_number(ref))


def _number(ref: str) -> int:
    number = number_in(ref)
    if number is None:
        raise NotFound(f"{ref!r} names no incident; one is INC-7")
    return number


async def _whole(text: str) -> AsyncIterator[str]:
    yield text


async def _write(chunks: AsyncIterator[str], output: Path | None) -> None:
    """Write to the file, whole or not at all; or to stdout as it comes."""
    if output is None:
        async for chunk in chunks:
            click.echo(chunk, nl=False)
        return
    beside = output.with_name(f".{output.name}.part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        async for chunk in chunks:
            file.write(chunk)
    beside.replace(output)
    _say(f"wrote {output}")
