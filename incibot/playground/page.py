"""The playground's page: its files, with the headers under which a browser may use them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

FILES: Final = Path(__file__).resolve().parent / "page"

CONTENT_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""What is served: files of these kinds. Not as the machine has it: some call JavaScript plain text."""

HEADERS: Final[Mapping[str, str]] = {
    # What people and the bot write is drawn here: nothing of it may become a script or a style.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; "
        "connect-src 'self'; font-src 'self'; frame-src 'self' blob:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",  # asked for each time, and answered in a word if it is the same
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def routes() -> list[web.RouteDef]:
    """The page at ``/``, and its files below ``/page/``."""
    return [web.get("/", _index), web.get("/page/{path:.+}", _file)]


async def _index(_request: web.Request) -> web.StreamResponse:
    return _served(FILES / "index.html")


async def _file(request: web.Request) -> web.StreamResponse:
    try:
        return _served((FILES / request.match_info["path"]).resolve())
    except (OSError, ValueError):  # a name that no file can have
        raise web.HTTPNotFound from None


def _served(path: Path) -> web.StreamResponse:
    kind = CONTENT_TYPES.get(path.suffix)
    if kind is None or not path.is_relative_to(FILES) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={**HEADERS, "Content-Type": kind})
