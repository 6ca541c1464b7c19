"""The ``incibot`` command: results on stdout, everything else on stderr.

Exit codes: 0 done, 1 the work failed, 2 wrong usage or settings.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import click
import yaml
from sqlalchemy.exc import SQLAlchemyError

from incibot import __version__, hearing, leaving, log
from incibot.app import (
    be_gone_in_time,
    build,
    reserved,
    serving,
    until_told_to_stop,
    working,
)
from incibot.config import (
    KEYS,
    SERVE,
    WORK,
    Settings,
    Team,
    environment,
    read_playbook,
    read_team,
)
from incibot.core.chain import proved, tip_in
from incibot.core.evidence import Change, What
from incibot.core.imports.coding import ids as shown_ids
from incibot.core.incident import number_in
from incibot.core.people import zone_of
from incibot.core.playbook import Depth, Kind, Playbook
from incibot.core.redaction import Level as Masking
from incibot.core.redaction import Redactor
from incibot.core.review.language import PROFILES, Level, check
from incibot.core.when import read_moment
from incibot.errors import ConfigError, IncibotError, NotFound, Refused
from incibot.exports import FORMATS, encoded, format_of
from incibot.exports.format import Chunk
from incibot.lint import Read, as_json, as_sarif, as_text
from incibot.paper import draft_markdown, draw, to_html
from incibot.render import Renderer
from incibot.slack.manifest import EXAMPLE_URL
from incibot.slack.manifest import manifest as app_manifest
from incibot.store import migrations
from incibot.store.clock import now
from incibot.store.database import ailment, connect
from incibot.store.imports import bring_in
from incibot.store.installations import Installations
from incibot.store.sealing import Seal, new_key
from incibot.store.unit import Store, Transaction

DONE, FAILED, WRONG = 0, 1, 2


def _say(words: str) -> None:
    click.echo(words, err=True)


def _settings(needs: frozenset[str] = frozenset()) -> tuple[Settings, Playbook]:
    """Read the settings and the playbook; or say all that is wrong with them, and end."""
    with _saying_what_is_wrong():
        settings = Settings.from_env(os.environ, needs=needs)
        return settings, read_playbook(settings.config, reserved=reserved())


def _team(needs: frozenset[str] = frozenset()) -> tuple[Settings, Team]:
    """The same with all of the team's file: for a command that hears or calls other systems."""
    with _saying_what_is_wrong():
        settings = Settings.from_env(os.environ, needs=needs)
        environ = environment(os.environ)
        return settings, read_team(settings.config, environ=environ, reserved=reserved())


@contextmanager
def _saying_what_is_wrong() -> Iterator[None]:
    try:
        yield
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
    except ConfigError as wrong:
        for problem in wrong.problems:
            _say(f"incibot: {problem}")
        code = WRONG
    except (IncibotError, SQLAlchemyError, OSError) as trouble:
        said = str(trouble).splitlines()[0] if str(trouble) else repr(trouble)
        why = ailment(trouble) if isinstance(trouble, SQLAlchemyError) else ""
        _say(f"incibot: {why or said}")
        code = FAILED
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)


async def _until_told_to_stop() -> None:
    await until_told_to_stop()
    log.logger(__name__).info("stopping")
    be_gone_in_time()


def _zone(name: str | None, settings: Settings) -> ZoneInfo:
    if not name:
        return settings.time_zone
    zone = zone_of(name)
    if zone is None:
        raise click.BadParameter(
            f"there is no time zone {name!r}; one is Europe/Paris, another UTC", param_hint="--tz"
        )
    return zone


_REDACT = click.option(
    "--redact",
    type=click.IntRange(0, 3),
    default=0,
    help="1: people under labels; 2: hosts, customers and what was said in private too; "
    "3: for outside, without people's words, links, and the day.",
)
_MASKED = click.option(
    "--masked",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file for the list of what was masked: look it through, keep it apart, or delete it.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Incident response for Slack, and the record that a review starts from."""


@main.command()
@click.option("--no-worker", is_flag=True, help="Leave the jobs to `incibot worker`.")
def serve(no_worker: bool) -> None:
    """Serve Slack over HTTP, by Socket Mode too when SLACK_APP_TOKEN is set, and do the jobs."""
    settings, team = _team(SERVE)
    log.configure(settings.log_format, settings.log_level)

    async def work() -> int:
        async with (
            build(settings, team.book, integrations=team.integrations) as app,
            serving(app, worker=not no_worker) as address,
        ):
            log.logger(__name__).info("serving", address=address, version=__version__)
            await _until_told_to_stop()
        return DONE

    _run(work())


@main.command()
def worker() -> None:
    """Do jobs only. Any number may run beside any number of `serve`."""
    settings, team = _team(WORK)
    log.configure(settings.log_format, settings.log_level)

    async def work() -> int:
        async with build(settings, team.book, integrations=team.integrations) as app, working(app):
            log.logger(__name__).info("working", version=__version__)
            await _until_told_to_stop()
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
@_REDACT
@_MASKED
def export(
    incident: str,
    word: str,
    tz: str | None,
    output: Path | None,
    redact: int,
    masked: Path | None,
    *,
    pseudonymous: bool,
) -> None:
    """Write an incident's timeline, such as: incibot export INC-7 --format html."""
    settings, book = _settings()
    zone = _zone(tz, settings)
    redactor: Redactor | None = None

    async def work() -> int:
        nonlocal redactor
        async with _reading(settings, book, incident) as tx:
            head = await tx.head(await tx.incident(_number(incident)), zone=zone)
            if pseudonymous:
                head = head.pseudonymous()
            entries = tx.entries(head.incident.number)
            if redact:
                redactor = await leaving.redactor(tx, head, Masking(redact), settings)
                head, entries = redactor.head(head), leaving.redacted(redactor, entries)
            chunks = format_of(word).write(head, entries, Renderer(settings.templates))
            await _write(chunks, output)
        if redactor is not None and masked is not None:
            await _write(_whole(leaving.what_was_masked(redactor)), masked)
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
@click.option(
    "--pictures",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="A folder for the pictures, each an SVG file. An HTML page has them in it.",
)
@_REDACT
@_MASKED
def review(
    incident: str,
    word: str,
    tz: str | None,
    output: Path | None,
    redact: int,
    masked: Path | None,
    folder: Path | None,
    depth: str | None,
) -> None:
    """Draft an incident's review from its timeline, such as: incibot review INC-7."""
    settings, book = _settings()
    if depth:
        book = replace(book, review=replace(book.review, depth=Depth(depth)))
    zone = _zone(tz, settings)
    written = None
    if word == "md" and output is not None and output.exists() and not redact:
        written = output.read_text(encoding="utf-8")

    redactor: Redactor | None = None

    async def work() -> int:
        nonlocal redactor
        renderer = Renderer(settings.templates)
        async with _reading(settings, book, incident) as tx:
            found = await tx.incident(_number(incident))
            history = await tx.history(found, zone=zone)
            # Whoever is unnamed here would be named by the words of other incidents.
            past = () if redact else await tx.past(history)
            previous = written or (None if redact else await tx.review(found.number))
            if redact:
                redactor = await leaving.redactor(tx, history.head, Masking(redact), settings)
                history = redactor.history(history)
        text = draft_markdown(history, book, renderer, previous, past=past)
        if word == "html":
            drawn = draw(history, book, renderer)
            text = to_html(text, title=f"{found.ref} review draft", renderer=renderer, drawn=drawn)
        if folder is not None:
            for picture, svg in draw(history, book, renderer, alone=True):
                await _write(_whole(svg), folder / f"{found.ref}-{picture.id}.svg")
        await _write(_whole(text), output)
        if redactor is not None and masked is not None:
            await _write(_whole(leaving.what_was_masked(redactor)), masked)
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
@click.argument("incident", metavar="INCIDENT|FILE")
@click.option(
    "--head", help="What an earlier `verify` or a JSON export gave as its end, LENGTH:HASH."
)
def verify(incident: str, head: str | None) -> None:
    """Prove that an incident's record stands as it was recorded, such as: incibot verify INC-7.

    Of a file that was exported: that it is as it left, and that the record has kept what is in it.
    """
    settings, book = _settings()
    kept = None
    if head is not None:
        kept = tip_in(head)
        if kept is None:
            raise click.BadParameter(
                f"{head!r} is no end of a chain; one is 57:9f86d0…", param_hint="--head"
            )

    async def file_work(file: Path) -> int:
        proof = leaving.proof_for(file)
        click.echo(leaving.as_proved(file, proof))
        if not proof.holds:
            return FAILED
        try:
            async with _reading(settings, book) as tx:
                lines, well = await leaving.held_against_record(tx, proof)
        except (NotFound, SQLAlchemyError, OSError) as unknown:
            _say(f"its record was not looked at: {str(unknown).splitlines()[0]}")
            return DONE
        for line in lines:
            click.echo(line)
        return DONE if well else FAILED

    file = Path(incident)

    async def work() -> int:
        number = _number(incident)
        async with _reading(settings, book) as tx:
            verdict = await tx.verdict(number, kept=kept)
        for line in proved(verdict):
            click.echo(line)
        return FAILED if verdict.wrong else DONE

    _run(file_work(file) if file.is_file() else work())


@main.command("import")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--channel", help="Read a channel's history instead: its id, or #name.")
@click.option(
    "--coding", is_flag=True, help="The file is an exported table, with what analysts filled in."
)
@click.option("--title", help="Of the incident, where the file has none; else the file's name.")
@click.option("--by", help="Whoever declares it, by their member id in Slack, such as U02ABCDEF.")
@click.option(
    "--kind",
    type=click.Choice([one.value for one in Kind]),
    default=Kind.INCIDENT.value,
    show_default=True,
)
@click.option("--severity", help="As it was rated; else it is unrated.")
@click.option("--service", help="What was concerned.")
@click.option("--private", is_flag=True, help="For whoever declares it alone.")
@click.option("--tz", help="Zone of the times that name none, whatever the file says of them.")
@click.option("--date", "day", help="The day of the first time that names none: 2024-03-13.")
@click.option("--into", help="An incident that the entries belong to, such as INC-7.")
@click.option("--check", is_flag=True, help="Write nothing; say how each row is understood.")
def bring(
    file: Path | None,
    channel: str | None,
    into: str | None,
    tz: str | None,
    *,
    coding: bool,
    check: bool,
    **asked: Any,
) -> None:
    """Make an incident from a timeline that others wrote: CSV, JSON or Markdown.

    Its words stay as they are. Whatever is doubtful is said on stderr, and nothing is mended. The
    same rows are brought in once, however often the file comes.
    """
    from incibot import bringing

    if (file is None) == (channel is None):
        raise click.UsageError("name a file, or a channel with --channel")
    if coding and channel:
        raise click.UsageError("--coding is of a file")
    settings, book = _settings(WORK if channel else frozenset())
    wish = bringing.Wish(zone=_zone(tz, settings) if tz else None, **asked)

    async def work() -> int:
        number = _number(into) if into else None
        if channel is not None:
            async with build(settings, book) as app:
                await app.migrate_if_embedded()
                found = await bringing.bring_channel(app, channel, wish)
            click.echo(found.ref)
            return DONE
        if file is None:
            raise click.UsageError("name a file")
        if coding:
            return await coded(file, number)
        record = bringing.understood(file, wish, now=now())
        for doubt in record.doubts:
            _say(f"{file.name}: {doubt}")
        if check:
            for line in bringing.as_understood(record):
                click.echo(line)
            return DONE
        framing = bringing.framing(wish)
        async with _writing(settings, book) as store:
            brought = await bring_in(store, record, framing, into=number)
        click.echo(brought.incident.ref)
        _say(
            f"{brought.fresh} of {len(record.rows)} entries are new; "
            f"`incibot review {brought.incident.ref}` drafts its review"
        )
        return DONE

    async def coded(file: Path, number: int | None) -> int:
        found = bringing.coding_in(file)
        for doubt in found.doubts:
            _say(f"{file.name}: {doubt}")
        async with _writing(settings, book) as store:
            changed, unknown = await store.write(
                lambda tx: bringing.bring_coding(tx, found, into=number)
            )
        if unknown:
            _say(f"{file.name}: there is no entry {shown_ids(unknown)}")
        _say(f"what was written beside {changed} entries is new")
        return DONE

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
            names = await _names(tx)
            for job in await tx.parked():
                where = f"INC-{job.incident}" if job.incident else "-"
                whose = f"{names.get(job.team, job.team)}\t" if len(names) > 1 else ""
                click.echo(f"{job.id}\t{whose}{where}\t{job.kind}\t{job.last_error}")
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
            async with Store(engine, book, now).whole.begin() as tx:
                count = await tx.retry(job)
        finally:
            await engine.dispose()
        _say(f"{count} to be tried again")
        return DONE if count or job is None else FAILED

    _run(work())


@main.group()
def hooks() -> None:
    """What other systems send, and what became of it."""


@hooks.command("list")
@click.option("--failed", is_flag=True, help="Those that could not be read, with the reason.")
def list_hooks(failed: bool) -> None:
    """List each hook with what came to it."""
    settings, team = _team()

    async def work() -> int:
        async with _reading(settings, team.book) as tx:
            lines = (
                hearing.as_failed(await tx.failed_deliveries())
                if failed
                else hearing.as_listed(await tx.heard_by_hooks(), team.integrations)
            )
        for line in lines:
            click.echo(line)
        return DONE

    _run(work())


@hooks.command()
@click.argument("delivery", type=int)
def show(delivery: int) -> None:
    """Show a delivery as it came, secrets masked."""
    settings, book = _settings()

    async def work() -> int:
        async with _reading(settings, book) as tx:
            kept = await tx.delivery(delivery)
        for line in hearing.as_shown(kept):
            click.echo(line)
        return DONE

    _run(work())


@hooks.command()
@click.argument("delivery", type=int, required=False)
@click.option("--failed", is_flag=True, help="All that could not be read.")
def replay(delivery: int | None, failed: bool) -> None:
    """Have a delivery read again; what it told before is not told twice."""
    if (delivery is None) == (not failed):
        raise click.UsageError("name a delivery, or --failed for all that could not be read")
    settings, book = _settings()

    async def work() -> int:
        async with _writing(settings, book) as store:
            count = await hearing.read_again(store, delivery)
        _say(f"{count} to be read again")
        return DONE

    _run(work())


@hooks.command("test")
@click.argument("hook", metavar="SOURCE[/KEY]")
@click.option("--url", help="Where incibot runs; INCIBOT_BASE_URL or this machine, if left out.")
def try_hook(hook: str, url: str | None) -> None:
    """Send what that source would send, of something that is marked as a test, and say what came back."""
    settings, team = _team()
    address = url or settings.base_url or f"http://127.0.0.1:{settings.port}"

    async def work() -> int:
        async with _writing(settings, team.book) as store:
            found = hearing.hook_named(hook, team.integrations)
            trial = await hearing.tried(found, address, at=now(), store=store)
        click.echo(trial.says)
        return DONE if trial.well else FAILED

    _run(work())


@main.command()
@click.argument("title")
@click.option(
    "--service", default="", help="What was changed, as in services: or one of its aliases."
)
@click.option(
    "--what",
    type=click.Choice([one.value for one in What]),
    default=What.DEPLOY.value,
    show_default=True,
)
@click.option("--version", "number", default="", help="What is there now.")
@click.option("--environment", default="", help="Where, such as production.")
@click.option("--state", default="", help="How it went, such as success.")
@click.option("--url", default="", help="Where to look at it.")
@click.option("--by", default="", help="Who did it.")
@click.option(
    "--at", "when", help="When: 14:05, 10 minutes ago, 2026-11-20T14:05Z; now, if left out."
)
@click.option("--id", help="Its own name: the same one is kept once, however often it is told.")
@click.option("--workspace", help="The workspace's id, where incibot is in several.")
def change(
    title: str,
    what: str,
    number: str,
    by: str,
    when: str | None,
    id: str | None,
    workspace: str | None,
    **told: Any,
) -> None:
    """Tell of a change to production, such as: incibot change "deployed api 1.2.3" --service api."""
    settings, book = _settings()

    async def work() -> int:
        at = read_moment(when, now=now(), zone=settings.time_zone).at if when else None
        name = id or uuid4().hex  # each time it is told without a name it is another one
        made = Change(
            id=name, what=What(what), title=title, at=at, version=number, actor=by, **told
        )
        async with _writing(settings, book) as store:
            taken = await hearing.tell(store, made, workspace=workspace)
        new = "kept" if taken.changes else "it was known already"
        _say(f"{new}; it is new in {taken.entries} timelines")
        return DONE

    _run(work())


@main.group()
def keys() -> None:
    """Keys that seal the tokens of workspaces that install incibot."""


@keys.command()
def new() -> None:
    """Print a new key, for INCIBOT_ENCRYPTION_KEYS."""
    click.echo(new_key())


@keys.command()
def rotate() -> None:
    """Seal all tokens anew, with the first of INCIBOT_ENCRYPTION_KEYS."""
    settings, book = _settings(KEYS)

    async def work() -> int:
        engine = connect(settings.database_url.reveal())
        try:
            seal = Seal([key.reveal() for key in settings.encryption_keys])
            app = settings.slack_client_id or ""
            count = await Installations(Store(engine, book, now), seal, app).renew()
        finally:
            await engine.dispose()
        _say(f"{count} sealed with the first key; those after it are needed no more")
        return DONE

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
    "--base-url",
    envvar="INCIBOT_BASE_URL",
    help="Of the pages, where several workspaces install it; as the setting INCIBOT_BASE_URL.",
)
@click.option(
    "--format", "word", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True
)
def manifest(url: str | None, socket: bool, base_url: str | None, word: str) -> None:
    """Print the Slack app manifest, to paste when you create the app."""
    if url and socket:
        raise click.UsageError("--url is for HTTP, --socket for Socket Mode: choose one")
    made = app_manifest(url=None if socket else url or EXAMPLE_URL, base_url=base_url)
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


async def _names(tx: Transaction) -> dict[str, str]:
    """What the workspaces are called, by their ids."""
    return {one.team: one.name or one.team for one in await tx.workspaces(ended=True)}


@asynccontextmanager
async def _reading(
    settings: Settings, book: Playbook, ref: str | None = None
) -> AsyncIterator[Transaction]:
    """A look at the database as it is now, whole or as the workspace of that incident sees it.

    Raises NotFound for one that is not migrated.
    """
    engine = connect(settings.database_url.reveal())
    try:
        if await migrations.current(engine) is None:
            raise NotFound("the database is empty: `incibot migrate` makes it ready")
        store = Store(engine, book, now)
        async with store.whole.read() as tx:
            if ref is None:
                yield tx
                return
            team = (await tx.teams_of([_number(ref)])).get(_number(ref), "")
        async with store.of(team).read() as tx:
            yield tx
    finally:
        await engine.dispose()


@asynccontextmanager
async def _writing(settings: Settings, book: Playbook) -> AsyncIterator[Store]:
    """The database, to be written. Raises NotFound for one that is not of the newest schema."""
    engine = connect(settings.database_url.reveal())
    try:
        if await migrations.is_behind(engine):
            raise NotFound(
                "the database is not of the newest schema: `incibot migrate` makes it so"
            )
        yield Store(engine, book, now)
    finally:
        await engine.dispose()


def _number(ref: str) -> int:
    number = number_in(ref)
    if number is None:
        raise NotFound(f"{ref!r} names no incident; one is INC-7")
    return number


async def _whole(text: str) -> AsyncIterator[Chunk]:
    yield text


async def _write(chunks: AsyncIterator[Chunk], output: Path | None) -> None:
    """Write to the file, whole or not at all; or to stdout as it comes."""
    if output is None:
        async for chunk in chunks:
            click.echo(chunk, nl=False)
        return
    beside = output.with_name(f".{output.name}.part")
    with beside.open("wb") as file:
        async for chunk in chunks:
            file.write(encoded(chunk))
    beside.replace(output)
    _say(f"wrote {output}")
