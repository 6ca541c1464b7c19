"""Jinja2, in one place: values in, text out, and a team's own templates before the shipped ones.

A template is known by its path below the folder, such as ``timeline.md.j2``; a file of that name in
the team's folder takes the shipped one's place. In ``*.html.j2`` all values are escaped. Elsewhere
a value from people passes one of the filters below:

==============================  =====================================================================
``words | markdown(head)``      words in Slack's notation, as Markdown; several lines
``words | html(head)``          the same as HTML
``words | text(head)``          the same as plain text
``title | typed(head)``         plain text that somebody typed
``user | name(head)``           a person's name; ``entry | actor(head)`` that of who did it
``entry | permalink(head)``     where it can be looked at, or nothing
``entry | marks(head)``         pairs: what it was marked as, and by whom
``entry | label``               what sort of entry it is, such as ``idea ruled out``
``entry | said``                its words, less what the label says
``entries | runs(head)``        lists of entries: those who joined one after the other in one
``role | role(head)``           what a role is called
``entry | when(zone)``          15:04:07; “about 15:04” where whoever wrote it down said so
``plain | md``                  plain text escaped for one line of Markdown
``plain | slack``               plain text escaped for a message in Slack
``plain | md_link(url)``        the same, leading to the address if there is one
``plain | in_quotes``           the same in quotation marks, with single ones inside
``at | clock(zone)``            15:04; ``day``, ``date`` and ``iso`` take a zone too
``at | seconds``                :07 of 15:04:07; nothing for a whole minute, as people name one
``at | near(other, zone)``      15:04, and the date if it is another day's
==============================  =====================================================================
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from incibot.core import disclosure, markup
from incibot.core.history import Head
from incibot.core.markup import in_quotes, markdown_text
from incibot.core.people import UserId
from incibot.core.review.telling import (
    comes_with,
    is_back_dated,
    is_late,
    kind_label,
    label,
    said,
    when_said,
)
from incibot.core.timeline import Recorded, moment_of
from incibot.errors import TemplateError

CHUNK = 16_384  # characters that are gathered before a stream hands them on

_SLACK_DATE = re.compile(r"<!date\^(\d{1,11})\^[^<>\n]*>")  # that many digits are a date still
_ENTITY = re.compile(r"&(?=#?\w+;)")
_HERE = Path(__file__).parent
# In a wheel the templates lie inside the package, in a checkout beside it.
SHIPPED = next(
    folder
    for folder in (_HERE / "templates", _HERE.parent / "templates")
    if folder.is_dir() or folder.parent != _HERE
)


class Renderer:
    """Fills templates in.

    Args:
        folder: the team's own templates; each takes the place of the shipped one of its name.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folders = [folder, SHIPPED] if folder else [SHIPPED]
        # Two of them, since an asynchronous one would start an event loop of its own in `text`.
        self._at_once = _environment(folders, streaming=False)
        self._streaming = _environment(folders, streaming=True)

    def text(self, name: str, **values: object) -> str:
        """The template, filled in. Raises TemplateError, which names the template and the line."""
        with _explained(name):
            return self._at_once.get_template(name).render(values)

    async def stream(self, name: str, **values: object) -> AsyncIterator[str]:
        """The template, filled in bit by bit; asynchronous iterables among the values are read as it goes.

        Raises TemplateError, which names the template and the line.
        """
        with _explained(name):
            gathered: list[str] = []
            size = 0
            async for piece in self._streaming.get_template(name).generate_async(values):
                gathered.append(piece)
                size += len(piece)
                if size >= CHUNK:
                    yield "".join(gathered)
                    gathered, size = [], 0
            if gathered:
                yield "".join(gathered)


def markdown_link(text: str, url: str) -> str:
    if not url:
        return markdown_text(text)
    address = quote(url, safe="!#$%&'*+,-./:;=?@_~", errors="replace")
    return f"[{markdown_text(text)}]({_ENTITY.sub('&amp;', address)})"


def local(at: datetime, zone: tzinfo) -> datetime:
    """That moment as the clocks of the zone show it. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return at.astimezone(zone)


def clock(at: datetime, zone: tzinfo) -> str:
    return f"{local(at, zone):%H:%M}"


def seconds(at: datetime) -> str:
    """What to add to the time: ``:07``; nothing to a whole minute, which was said, not measured."""
    return f":{at:%S}" if at.second or at.microsecond else ""


def date(at: datetime, zone: tzinfo) -> str:
    """Date and time, such as ``20 Nov 2026, 15:04``."""
    then = local(at, zone)
    return f"{then.day} {then:%b %Y, %H:%M}"


def near(at: datetime, beside: datetime, zone: tzinfo, *, exact: bool = False) -> str:
    """The time alone on the day of `beside`; on another day with its date. `exact`: to the second."""
    then, day = local(at, zone), local(beside, zone).date()
    shown = clock(at, zone) + (seconds(at) if exact else "")
    return shown + ("" if then.date() == day else f" on {then.day} {then:%b %Y}")


def day(at: datetime, zone: tzinfo) -> str:
    """The day with its offset, so that an hour that the clocks repeat is told apart."""
    then = local(at, zone)
    offset = then.isoformat(timespec="minutes")[16:] if then.utcoffset() else ""
    return f"{then:%A}, {then.day} {then:%B %Y} (UTC{offset})"


def when(entry: Recorded, zone: tzinfo) -> str:
    """The entry's time to the second, or as far as whoever wrote it down knew it."""
    return when_said(entry, lambda at: clock(at, zone) + seconds(at))


def iso(at: datetime, zone: tzinfo) -> str:
    return local(at, zone).isoformat()


def marks(entry: Recorded, head: Head) -> list[tuple[str, str]]:
    """What the entry was marked as, and the names of those who did, in the order of marking."""
    by: dict[str, dict[str, None]] = {}
    for marked in entry.marks:
        kind = marked.mark.kind
        names = by.setdefault(kind_label(kind) if kind else "key moment", {})
        names[disclosure.name(head, marked.user)] = None
    return [(mark, ", ".join(names)) for mark, names in by.items()]


async def runs(entries: AsyncIterable[Recorded], head: Head) -> AsyncIterator[list[Recorded]]:
    """The entries one by one; those who joined, or left, one after the other on a day together."""
    run: list[Recorded] = []
    async for entry in entries:
        if run and not comes_with(entry, run[-1], head.zone):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def spoken(word: str) -> str:
    """A word of the record as people write it: ``near_miss`` is ``Near miss``."""
    words = word.replace("_", " ")
    return words[:1].upper() + words[1:]


def csp_hash(text: str) -> str:
    """How a content security policy allows exactly that style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(words: str, head: Head) -> str:
    """The words, with times that Slack shows each reader in their own zone in that of the head."""

    def in_zone(found: re.Match[str]) -> str:
        return date(datetime.fromtimestamp(int(found[1]), UTC), head.zone)

    return _SLACK_DATE.sub(in_zone, disclosure.words(head, words))


def _markdown(words: str, head: Head) -> str:
    names = disclosure.Names(head.people)
    return markup.markdown(_shown(words, head), names, disclosure.channels(head))


def _html(words: str, head: Head) -> Markup:
    names = disclosure.Names(head.people)
    written = markup.html(_shown(words, head), names, disclosure.channels(head))
    return Markup(written)  # noqa: S704 - `markup.html` escapes what people wrote


def _name(user: UserId | None, head: Head) -> str:
    return disclosure.name(head, user)


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "markdown": _markdown,
    "html": _html,
    "text": lambda words, head: disclosure.text(head, words),
    "typed": lambda text, head: disclosure.typed(head, text),
    "name": _name,
    "actor": lambda entry, head: disclosure.actor(head, entry),
    "permalink": lambda entry, head: disclosure.permalink(head, entry),
    "marks": marks,
    "label": label,
    "said": said,
    "runs": runs,
    "role": lambda role, head: head.title(role),
    "md": markdown_text,
    "slack": markup.escape,
    "md_link": markdown_link,
    "in_quotes": in_quotes,
    "clock": clock,
    "seconds": seconds,
    "date": date,
    "near": near,
    "day": day,
    "iso": iso,
    "when": when,
    "moment": moment_of,
    "spoken": spoken,
    "csp_hash": csp_hash,
}
_TESTS: Mapping[str, Callable[[Recorded], bool]] = {
    "erased": lambda entry: entry.retracted_at is not None and not entry.words,
    "taken_back": lambda entry: entry.retracted_at is not None and bool(entry.words),
    "back_dated": is_back_dated,
    "late": is_late,
    "inexact": lambda entry: when_said(entry, str) != str(entry.occurred_at),
    "reply": lambda entry: entry.source.thread_ts not in (None, entry.source.ts),
}


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html.j2")


def _environment(folders: list[Path], *, streaming: bool) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=_is_html,  # noqa: S701 - elsewhere what people wrote passes a filter
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        enable_async=streaming,
    )
    environment.filters.update(_FILTERS)
    environment.tests.update(_TESTS)
    return environment


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Says which template is broken, and where."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        where = error.filename or error.name or name
        raise TemplateError(where, error.lineno, str(error.message)) from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(str(error.name or name), 0, "there is no such template") from error
    except (
        *(jinja2.TemplateError, AttributeError, TypeError),
        *(ValueError, LookupError, ArithmeticError),
    ) as error:
        place = _place(error.__traceback__)
        if place is None:  # not the template's doing
            raise
        raise TemplateError(*place, f"{error}" or type(error).__name__) from error


def _place(traceback: TracebackType | None) -> tuple[str, int] | None:
    """The template's file and the line that was being filled in, as Jinja notes them in a traceback."""
    found = None
    while traceback is not None:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            found = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return found
