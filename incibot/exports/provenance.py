"""Where an export is from: a manifest at its end, by which the file can be held against itself and the record.

It is written while the export is, from the entries as they pass. `content` is the hash of all that
stands before the manifest, so whoever changes the file must change it too; `record` is where the
incident's chain ended, which only the database can prove.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from incibot import __version__
from incibot.core.history import Head
from incibot.core.review.telling import rank_of
from incibot.core.timeline import Recorded
from incibot.exports.format import Chunk, Write
from incibot.render import Renderer

SCHEMA = "incibot.provenance/1"
_BEGINNING = '{"schema": "incibot.provenance/'


@dataclass(slots=True)
class _Stretch:
    entries: int
    first: datetime
    last: datetime


@dataclass(slots=True)
class Tally:
    """What passed on its way into an export."""

    head: Head
    entries: int = 0
    ranks: dict[str, int] = field(default_factory=dict)
    sources: dict[tuple[str, str], _Stretch] = field(default_factory=dict)
    _stream: Any = field(default_factory=hashlib.sha256)

    async def passing(self, entries: AsyncIterable[Recorded]) -> AsyncIterator[Recorded]:
        async for entry in entries:
            self.count(entry)
            yield entry

    def count(self, entry: Recorded) -> None:
        self.entries += 1
        rank = rank_of(entry).value
        self.ranks[rank] = self.ranks.get(rank, 0) + 1
        at = entry.occurred_at
        found = self.sources.setdefault(
            (entry.source.type, entry.source.channel or ""), _Stretch(0, at, at)
        )
        found.entries += 1
        found.first, found.last = min(found.first, at), max(found.last, at)
        line = (entry.id, _stamp(at), entry.kind.value, entry.words)
        self._stream.update(json.dumps(line).encode())

    def manifest(self, content: str) -> str:
        """As JSON on one line. `content` is the hash of what stands before it."""
        head = self.head
        return json.dumps(
            {
                "schema": SCHEMA,
                "incident": head.incident.ref,
                "generated_at": _stamp(head.at),
                "version": __version__,
                "config": head.config or None,
                "redaction": head.level or (1 if head.pseudonyms else 0),
                "record": {"length": head.record.length, "hash": head.record.hash}
                if head.record
                else None,
                "entries": {"count": self.entries, "sha256": self._stream.hexdigest()},
                "ranks": dict(sorted(self.ranks.items())),
                "sources": [
                    {
                        "source": source,
                        **({"channel": channel} if channel else {}),
                        "entries": one.entries,
                        "first": _stamp(one.first),
                        "last": _stamp(one.last),
                    }
                    for (source, channel), one in sorted(self.sources.items())
                ],
                "content": content,
            },
            ensure_ascii=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """How a manifest stands in a text.

    Attributes:
        opening, closing: what is before and after it, to the letter.
        quote, unquote: the manifest as it stands there, and back.
        needs_entry: there is no place for it in an export without entries.
    """

    opening: str
    closing: str
    quote: Callable[[str], str] = str
    unquote: Callable[[str], str] = str
    needs_entry: bool = False


IN_CSV = Seal(
    opening='"',
    closing='"\r\n',
    quote=lambda manifest: manifest.replace('"', '""'),
    unquote=lambda cell: cell.replace('""', '"'),
    needs_entry=True,
)
# The closing of a comment cannot stand within one.
IN_HTML = Seal(
    opening="<!-- incibot.provenance ",
    closing=" -->\n",
    quote=lambda manifest: manifest.replace("-", "\\u002d").replace(">", "\\u003e"),
)
IN_JSON = Seal(opening='"provenance": ', closing="\n}\n")
IN_MARKDOWN = Seal(opening="\n## Provenance\n\n```json\n", closing="\n```\n")
IN_TEXT = Seal(opening="# provenance ", closing="\n")

SEALS = (IN_MARKDOWN, IN_HTML, IN_JSON, IN_TEXT, IN_CSV)


def sealed(seal: Seal) -> Callable[[Write], Write]:
    """The writer with a manifest at the end of what it writes."""

    def with_manifest(body: Write) -> Write:
        @wraps(body)
        async def write(
            head: Head, entries: AsyncIterable[Recorded], renderer: Renderer
        ) -> AsyncIterator[Chunk]:
            tally, content = Tally(head), hashlib.sha256()
            async for chunk in body(head, tally.passing(entries), renderer):
                content.update(chunk.encode(errors="replace") if isinstance(chunk, str) else chunk)
                yield chunk
            if tally.entries or not seal.needs_entry:
                manifest = tally.manifest(content.hexdigest())
                yield seal.opening + seal.quote(manifest) + seal.closing

        return write

    return with_manifest


@dataclass(frozen=True, slots=True)
class Proof:
    """A manifest that was found at the end of a file, and whether the file is as it was written."""

    manifest: Mapping[str, Any]
    holds: bool


def proof_in(text: str) -> Proof | None:
    """The manifest at the end of the text; None if there is none."""
    for seal in SEALS:
        start = text.rfind(seal.opening + seal.quote(_BEGINNING))
        if start < 0 or not text.endswith(seal.closing):
            continue
        quoted = text[start + len(seal.opening) : len(text) - len(seal.closing)]
        try:
            manifest = json.loads(seal.unquote(quoted))
        except ValueError:
            continue
        if isinstance(manifest, dict) and manifest.get("schema") == SCHEMA:
            content = hashlib.sha256(text[:start].encode(errors="replace")).hexdigest()
            return Proof(manifest, manifest.get("content") == content)
    return None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
