"""What was said, a message a line, for tools in which texts are coded by hand."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC

from incibot.core import disclosure
from incibot.core.history import Head
from incibot.core.timeline import Recorded
from incibot.exports.format import Format
from incibot.exports.provenance import IN_TEXT, sealed
from incibot.render import Renderer


@sealed(IN_TEXT)
async def write(
    head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
) -> AsyncIterator[str]:
    async for recorded in entries:
        if recorded.is_sign_of_work and recorded.words:
            yield _line(head, recorded)


def _line(head: Head, recorded: Recorded) -> str:
    """``[2026-11-20T15:04:05Z] Ana (Operations) #inc-7 > the words``; line breaks as ``⏎``."""
    at = recorded.occurred_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    titles = ", ".join(head.title(role) for role in roles_of(head, recorded))
    who = disclosure.actor(head, recorded) + (f" ({titles})" if titles else "")
    channel = f" #{head.incident.channel_name}" if head.incident.channel_name else ""
    text = " ⏎ ".join(disclosure.text(head, recorded.words).splitlines())
    return f"[{at}] {who}{channel} > {text}\n"


def roles_of(head: Head, recorded: Recorded) -> tuple[str, ...]:
    """What roles whoever it is by held then."""
    at = recorded.occurred_at
    return tuple(
        dict.fromkeys(
            held.role
            for held in head.incident.assignments
            if held.user == recorded.by
            and held.since <= at
            and (held.until is None or at < held.until)
        )
    )


TRANSCRIPT = Format(word="transcript", media_type="text/plain", extension="txt", write=write)
