"""The timeline for people, as Markdown: ``timeline.md.j2``."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from incibot.core.history import Head
from incibot.core.timeline import Recorded
from incibot.exports.format import Format
from incibot.exports.provenance import IN_MARKDOWN, sealed
from incibot.render import Renderer


@sealed(IN_MARKDOWN)
def write(head: Head, entries: AsyncIterable[Recorded], renderer: Renderer) -> AsyncIterator[str]:
    return renderer.stream("timeline.md.j2", head=head, entries=entries)


MARKDOWN = Format(word="md", media_type="text/markdown", extension="md", write=write)
