"""A timeline as a table: comma, semicolon or tab between its cells."""

from __future__ import annotations

import csv
import io

from incibot.core.imports.sheet import Cells, Reader, Sheet, headings, is_header, row
from incibot.errors import Unclear

_SEPARATORS = (",", ";", "\t", "|")
_POSITIONS = {2: ("when", "what"), 3: ("when", "who", "what")}


def read(text: str) -> Sheet:
    lines = _lines(text.removeprefix("\ufeff"))
    header = next((number for number, (_, cells) in enumerate(lines) if any(cells)), None)
    if header is None:
        raise Unclear("The file is empty.")
    if is_header(lines[header][1]):
        columns = headings(lines[header][1])
        rows = [row(place, columns, cells) for place, cells in lines[header + 1 :] if any(cells)]
        return Sheet(rows=tuple(rows))
    width = max(len(cells) for _, cells in lines)
    if width not in _POSITIONS:
        raise Unclear(
            "The first line does not say what the columns are. Name them, such as: time,who,what."
        )
    return Sheet(
        rows=tuple(
            Cells(place=place, **dict(zip(_POSITIONS[width], cells, strict=False)))  # type: ignore[arg-type]
            for place, cells in lines
            if any(cells)
        ),
        doubts=("the first line names no columns: read as " + ", ".join(_POSITIONS[width]),),
    )


def _lines(text: str) -> list[tuple[str, list[str]]]:
    """The rows with the lines on which they end."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [(f"line {reader.line_num}", [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise Unclear(f"Line {reader.line_num} is no row of a table: {error}.") from error


CSV = Reader(word="csv", extensions=(".csv", ".tsv"), read=read)
