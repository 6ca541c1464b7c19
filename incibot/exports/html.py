"""The timeline for people, as one self-contained page: ``timeline.html.j2``."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from incibot.core.history import Head
from incibot.core.timeline import Recorded
from incibot.exports.format import Format
from incibot.exports.provenance import IN_HTML, sealed
from incibot.render import Renderer


@sealed(IN_HTML)
def write(head: Head, entries: AsyncIterable[Recorded], renderer: Renderer) -> AsyncIterator[str]:
    return renderer.stream("timeline.html.j2", head=head, entries=entries)


HTML = Format(word="html", media_type="text/html", extension="html", write=write)
