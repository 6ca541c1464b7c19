"""The shape of a format in which a timeline leaves."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass

from incibot.core.history import Head
from incibot.core.incident import Incident
from incibot.core.timeline import Recorded
from incibot.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Attributes:
        word: what people type, such as ``md``.
        media_type: without parameters; the text is to be encoded as UTF-8.
        extension: of the file's name, without a dot.
        write: makes the text in chunks, while it reads the entries one by one: a long timeline is
            never held whole. The entries come in their order; names and times are shown as the head
            says.
    """

    word: str
    media_type: str
    extension: str
    write: Callable[[Head, AsyncIterable[Recorded], Renderer], AsyncIterator[str]]


def filename(incident: Incident, format: Format) -> str:
    """Such as ``INC-7-timeline.md``."""
    return f"{incident.ref}-timeline.{format.extension}"
