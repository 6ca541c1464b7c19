"""Whether a file that left as an export is still what it was when it left."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from incibot.core.imports.workbook import sheets
from incibot.errors import Unclear
from incibot.exports.provenance import SCHEMA, Proof, proof_in
from incibot.exports.xlsx import hashed

PACKED = b"PK\x03\x04"  # what a workbook begins with


def proof_of(data: bytes) -> Proof | None:
    """The manifest at the end of the file, and whether it holds; None if there is none."""
    if data.startswith(PACKED):
        try:
            return _of_workbook(sheets(data))
        except Unclear:
            return None
    try:
        return proof_in(data.decode())
    except UnicodeDecodeError:
        return None


def _of_workbook(found: dict[str, list[list[str]]]) -> Proof | None:
    if "provenance" not in found:
        return None
    manifest: dict[str, Any] = {row[0]: row[1] for row in found["provenance"][1:] if len(row) > 1}
    if manifest.get("schema") != SCHEMA:
        return None
    for name in ("record", "entries", "ranks", "sources", "redaction"):
        if name in manifest:
            manifest[name] = json.loads(manifest[name])
    content = hashlib.sha256()
    for name in ("events", "people", "milestones", "questions"):
        for row in found.get(name, []):
            content.update(hashed(row))
    return Proof(manifest, manifest.get("content") == content.hexdigest())
