"""The shape of a format in which a timeline leaves."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass

from incibot.core.history import Head
from incibot.core.incident import Incident
from incibot.core.timeline import Recorded
from incibot.render import Renderer

Chunk = str | bytes  # of a text that is to be encoded as UTF-8, or of a file that is none
Write = Callable[[Head, AsyncIterable[Recorded], Renderer], AsyncIterator[Chunk]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Attributes:
        word: what people type, such as ``md``.
        media_type: without parameters; the text is to be encoded as UTF-8.
        extension: of the file's name, without a dot; no other format has it.
        write: makes the file in chunks, while it reads the entries one by one: a long timeline is
            never held whole. The entries come in their order; names and times are shown as the head
            says. It ends with a manifest that says where it is from.
    """

    word: str
    media_type: str
    extension: str
    write: Write

    @property
    def is_text(self) -> bool:
        return not self.media_type.startswith("application/vnd.")


def encoded(chunk: Chunk) -> bytes:
    """Half of a pair that stands for one character, which Slack may send, becomes a question mark."""
    return chunk.encode(errors="replace") if isinstance(chunk, str) else chunk


def filename(incident: Incident, format: Format) -> str:
    """Such as ``INC-7-timeline.md``."""
    return f"{incident.ref}-timeline.{format.extension}"
