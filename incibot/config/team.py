"""The team's file as a whole: its playbook, and what it is integrated with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from incibot.config import integrations, playbook
from incibot.config.document import Section, load
from incibot.config.integrations import Integrations
from incibot.config.wording import line, shown
from incibot.core.playbook import Playbook
from incibot.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """All that a team has written into its file."""

    book: Playbook = field(default_factory=Playbook)
    integrations: Integrations = field(default_factory=Integrations)


def read_team(
    path: Path | None,
    *,
    environ: Mapping[str, str],
    reserved: frozenset[str] = frozenset(),
) -> Team:
    """What the team has agreed, from its YAML file; what the file leaves out is as shipped.

    Args:
        path: None for a team that has no file.
        environ: where the secrets are that the file names; see `settings.environment`.
        reserved: words that are taken, such as the subcommands of `/incident`.

    Raises:
        ConfigError: with every mistake in the file: the way to it, what is there, what it wants.
    """
    top, problems = _top(path)
    book = playbook.playbook(top, reserved)
    found = integrations.integrations(top, environ, book)
    _no(problems, path)
    return Team(book=book, integrations=found)


def read_playbook(path: Path | None, *, reserved: frozenset[str] = frozenset()) -> Playbook:
    """The same for a command that calls nobody and hears nobody: the playbook alone."""
    top, problems = _top(path)
    book = playbook.playbook(top, reserved)
    _no(problems, path)
    return book


def _top(path: Path | None) -> tuple[Section, list[str]]:
    problems: list[str] = []
    document = load(path) if path else None
    if document is not None and not isinstance(document, Mapping):
        problems.append(f"got {shown(document)}; it wants keys, such as severities:")
    values = document if isinstance(document, Mapping) else {}
    return Section("", values, [*playbook.KEYS, *integrations.KEYS], problems), problems


def _no(problems: list[str], path: Path | None) -> None:
    if problems:
        raise ConfigError([f"{path}: {line(one)}" for one in problems])  # keys are any text
