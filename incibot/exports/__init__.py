"""Formats in which a timeline leaves; a new one is a file here and a word in FORMATS."""

from __future__ import annotations

from incibot.core.nearest import unknown
from incibot.exports.csv_table import CSV
from incibot.exports.format import Format, filename
from incibot.exports.html import HTML
from incibot.exports.json_timeline import JSON
from incibot.exports.markdown import MARKDOWN

FORMATS: tuple[Format, ...] = (MARKDOWN, HTML, JSON, CSV)

__all__ = ["FORMATS", "Format", "filename", "format_of"]


def format_of(word: str) -> Format:
    """Raises: Unclear, naming the formats that exist."""
    for format in FORMATS:
        if format.word == word.casefold():
            return format
    raise unknown("format", word, [format.word for format in FORMATS])
