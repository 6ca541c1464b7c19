"""Advice on the words of texts, file by file: to read, as JSON, and as SARIF for editors and forges."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

from incibot import __version__
from incibot.core.review.language import PATTERNS, SHOWN, Level, Note

SCHEMA = "incibot.lint/1"
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.FLAG: "warning", Level.SOFT: "note", Level.INFO: "note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that was read, and the notes on it."""

    path: PurePath
    notes: tuple[Note, ...]


def as_text(read: Iterable[Read], *, whole: bool = False) -> str:
    """A note in three lines; of a file only the first ones, unless `whole`. Nothing for no notes."""
    lines = []
    for one in read:
        shown = one.notes if whole else one.notes[:SHOWN]
        for note in shown:
            place = f"{one.path}:{note.line}:{note.column}"
            lines += [
                f"{place}: {note.pattern.id} ({note.level}) “{note.words}”",
                f"    {note.pattern.why}",
                f"    Instead: {note.pattern.instead}",
            ]
        if len(shown) < len(one.notes):
            lines.append(f"{one.path}: there is more; --all shows it")
    return "".join(f"{line}\n" for line in lines)


def as_json(read: Iterable[Read]) -> str:
    found = {
        "schema": SCHEMA,
        "files": [
            {
                "path": str(one.path),
                "notes": [
                    {
                        "id": note.pattern.id,
                        "level": note.level.value,
                        "group": note.pattern.group,
                        "line": note.line,
                        "column": note.column,
                        "end_line": note.end_line,
                        "end_column": note.end_column,
                        "words": note.words,
                        "why": note.pattern.why,
                        "instead": note.pattern.instead,
                    }
                    for note in one.notes
                ],
            }
            for one in read
        ],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def as_sarif(read: Sequence[Read]) -> str:
    """SARIF 2.1.0. Nothing is an error there: it is advice."""
    places = {pattern.id: number for number, pattern in enumerate(PATTERNS)}
    rules = [
        {
            "id": pattern.id,
            "name": pattern.group,
            "shortDescription": {"text": pattern.why},
            "help": {"text": f"{pattern.why} Instead: {pattern.instead}"},
            "defaultConfiguration": {"level": _LEVELS[pattern.level]},
        }
        for pattern in PATTERNS
    ]
    results = [
        {
            "ruleId": note.pattern.id,
            "ruleIndex": places[note.pattern.id],
            "level": _LEVELS[note.level],
            "message": {
                "text": f"“{note.words}”: {note.pattern.why} Instead: {note.pattern.instead}"
            },
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(one.path)},
                        "region": {
                            "startLine": note.line,
                            "startColumn": note.column,
                            "endLine": note.end_line,
                            "endColumn": note.end_column,
                        },
                    }
                }
            ],
        }
        for one in read
        for note in one.notes
    ]
    run = {
        "tool": {"driver": {"name": "incibot", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _uri(path: PurePath) -> str:
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
