"""The body of a request, whole; and one from Slack, read into its payload or told that it is none."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from incibot.web.trouble import Denied

MOST = 1024 * 1024  # bytes; Slack's are far smaller
FIELDS = 100  # of a form
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


async def whole(request: web.Request) -> bytes:
    """The raw body. Raises HTTPRequestEntityTooLarge for one that no sender of ours would send."""
    named = request.content_length or 0
    body = b"" if named > MOST else await request.read()
    if max(named, len(body)) > MOST:
        raise web.HTTPRequestEntityTooLarge(max_size=MOST, actual_size=named)
    return body


def lower(request: web.Request) -> dict[str, str]:
    """The headers by their names in lower case."""
    return {name.lower(): value for name, value in request.headers.items()}


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """The payload: an event as JSON, a command as a form, an interaction as JSON in a form.

    Raises:
        Denied: it is none of these (400), or says that it is something else (415).
    """
    try:
        text = body.decode()
        if content_type == JSON:
            return _object(text)
        if content_type != FORM:
            raise Denied(415, "unsupported_media_type", f"{FORM} or {JSON} is read here.")
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS))
        return _object(fields["payload"]) if "payload" in fields else dict(fields)
    except (ValueError, RecursionError):
        raise Denied(400, "unreadable", "That is no payload of Slack's.") from None


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")
