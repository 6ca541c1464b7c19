"""Timelines that others wrote: read as they are, and put into the record without being mended.

A format is one file that ends in its `Reader`, one line in `READERS`, and one test.
"""

from __future__ import annotations

from incibot.core.imports.csv_table import CSV
from incibot.core.imports.json_record import JSON
from incibot.core.imports.markdown import MARKDOWN
from incibot.core.imports.sheet import Reader, Sheet
from incibot.core.imports.told import Told, told
from incibot.core.nearest import unknown

READERS: tuple[Reader, ...] = (CSV, JSON, MARKDOWN)

__all__ = ["READERS", "Reader", "Sheet", "Told", "reader_of", "told"]


def reader_of(name: str) -> Reader:
    """The reader of a file of that name. Raises Unclear, naming those that exist."""
    ending = name[name.rfind(".") :].casefold() if "." in name else ""
    for reader in READERS:
        if ending in reader.extensions:
            return reader
    known = [extension for reader in READERS for extension in reader.extensions]
    raise unknown("format of timelines", ending or name, known)
