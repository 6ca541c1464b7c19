"""Formats in which a timeline leaves; a new one is a file here and a word in FORMATS."""

from __future__ import annotations

from incibot.core.nearest import unknown
from incibot.exports.csv_table import CSV
from incibot.exports.format import Format, encoded, filename
from incibot.exports.html import HTML
from incibot.exports.json_timeline import JSON
from incibot.exports.markdown import MARKDOWN
from incibot.exports.markers import MARKERS
from incibot.exports.transcript import TRANSCRIPT
from incibot.exports.xlsx import XLSX

FORMATS: tuple[Format, ...] = (MARKDOWN, HTML, JSON, CSV, XLSX, MARKERS, TRANSCRIPT)

__all__ = ["FORMATS", "Format", "encoded", "filename", "format_of"]


def format_of(word: str) -> Format:
    """Raises: Unclear, naming the formats that exist."""
    for format in FORMATS:
        if format.word == word.casefold():
            return format
    raise unknown("format", word, [format.word for format in FORMATS])
