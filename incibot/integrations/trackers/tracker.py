"""The shape of an issue tracker: what is asked of it, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from incibot.config.trackers import Tracker as Config
from incibot.core.follow_up import Issue, Stand
from incibot.core.markup import is_safe_url, markdown_text
from incibot.errors import CallBusy
from incibot.integrations.http import Http

TITLE = 200  # characters of an issue's title; each tracker takes some more
PAGES = 10  # of a hundred issues, that are searched for one of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An issue that is to be made.

    Attributes:
        words: plain text.
        marker: a UUID, by which it is found again.
        asked_at: no earlier than that it can have been made.
        about: the incident, in words; empty where the tracker may not know of it.
        link: the incident's page; may be empty.
    """

    words: str
    marker: str
    asked_at: datetime
    about: str = ""
    link: str = ""

    @property
    def title(self) -> str:
        line = " ".join(self.words.split())
        return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an issue stands; `since` when, if the tracker says. `stand` None: as at the last look."""

    stand: Stand | None
    since: datetime | None = None
    seen: str = ""


class Tracker(Protocol):
    """An issue tracker. Each method raises CallRefused and CallBusy as `Http.call` does."""

    async def find(self, draft: Draft) -> Issue | None:
        """The issue, if an earlier try has made it."""

    async def create(self, draft: Draft) -> Issue:
        """Make it. Nothing keeps the tracker from making it twice: whoever asks again finds first."""

    async def look(self, issue: str, seen: str) -> Look:
        """How it stands. `seen` is what the last look left."""


Make = Callable[[Http, Config], Tracker]


def in_markdown(draft: Draft) -> str:
    """The issue's text as Markdown in which nobody is mentioned, and nothing is a command."""
    lines = [_quiet(markdown_text(line)) for line in draft.words.splitlines()]
    parts = ["\n".join(lines)]
    if draft.about:
        about = _quiet(markdown_text(f"From {draft.about}"))
        parts.append(f"{about}: <{draft.link}>" if is_safe_url(draft.link) else about)
    parts.append(f"<!-- incibot:{draft.marker} -->")
    return "\n\n".join(parts)


def bears(body: object, draft: Draft) -> bool:
    """Whether that is the text of the issue."""
    return isinstance(body, str) and f"<!-- incibot:{draft.marker} -->" in body


_CALLS = re.compile(r"([@#!])(?=\w)")


def _quiet(line: str) -> str:
    """The same to read; but `@name` reaches nobody, `#1` links to nothing, `/close` closes nothing."""
    line = _CALLS.sub("\\1\u2060", line)
    return f"\\{line}" if line.startswith("/") else line


def field(system: str, answer: Any, *path: str | int) -> Any:
    """What stands there in an answer. Raises CallBusy for an answer that has none: half of one."""
    for step in path:
        try:
            answer = answer[step]
        except (KeyError, IndexError, TypeError):
            named = ".".join(map(str, path))
            raise CallBusy(system, f"its answer has no {named}") from None
    return answer


def listed(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else []


def moment(text: object) -> datetime | None:
    """A time as APIs write it; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address(url: object, fallback: str) -> str:
    """A link that may be shown: what the tracker says, or else what we make of it."""
    safe = isinstance(url, str) and is_safe_url(url) and not re.search(r"[\s<>|]", url)
    return str(url) if safe else fallback
