"""A timeline on its way out, bit by bit, at the pace of whoever reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientConnectionError, web

from incibot.core.history import Head
from incibot.exports import Format, encoded, filename
from incibot.exports.format import Chunk
from incibot.render import Renderer
from incibot.store.unit import Transaction
from incibot.web.trouble import HungUp

AT_ONCE = 4  # streams that one process sends; each holds a connection to the database
PATIENCE = 30.0  # seconds that a reader may leave us waiting before we hang up

# A document that is opened from our address is nobody's page: no style of ours, no scripts, no forms.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


class Streams:
    """Sends timelines, so many at a time that Slack's deliveries never wait for a connection."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._free = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Streams:
        await self._free.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    async def timeline(
        self, request: web.Request, tx: Transaction, head: Head, format: Format
    ) -> web.StreamResponse:
        """The timeline as a file, byte for byte the export."""
        chunks = format.write(head, tx.entries(head.incident.number), self.renderer)
        name = filename(head.incident, format)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": SANDBOX,
        }
        return await send(request, chunks, media_type=format.media_type, headers=headers)


async def send(
    request: web.Request,
    chunks: AsyncIterator[Chunk],
    *,
    media_type: str,
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """Send what comes; text as UTF-8.

    What goes wrong before the first chunk is raised, and can be answered; after it, the connection
    is cut, so that nobody takes half a timeline for the whole.
    """
    answer = web.StreamResponse(headers=headers)
    answer.content_type = media_type
    if not media_type.startswith("application/vnd."):
        answer.charset = "utf-8"
    if request.method == "HEAD":
        await answer.prepare(request)
        return answer
    first = await anext(chunks, "")
    await answer.prepare(request)
    whole = False
    try:
        await _write(answer, first)
        async for chunk in chunks:
            await _write(answer, chunk)
        whole = True
    finally:
        if not whole and request.transport is not None:
            request.transport.abort()
    await answer.write_eof()
    return answer


async def _write(answer: web.StreamResponse, chunk: Chunk) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await answer.write(encoded(chunk))
    except (TimeoutError, ClientConnectionError) as gone:
        raise HungUp(repr(gone)) from gone
