"""The cells of a workbook, as a spreadsheet program saved it: all as text, and no formula is looked at."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from incibot.errors import Unclear

LARGEST = 200_000_000  # bytes of one part, unpacked
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})\d+")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets(data: bytes) -> dict[str, list[list[str]]]:
    """The rows of each sheet by its name. Raises Unclear for what is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            shared = _shared(packed)
            return {name: list(_rows(_part(packed, path), shared)) for name, path in _paths(packed)}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, IndexError, ValueError) as error:
        raise Unclear(
            "The file is no workbook that can be read. Save it as .xlsx, or as CSV."
        ) from error


def _part(packed: zipfile.ZipFile, path: str) -> ElementTree.Element:
    if packed.getinfo(path).file_size > LARGEST:
        raise Unclear("The workbook is too large.")
    text = packed.read(path)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Unclear("The workbook declares what no workbook needs.")
    return ElementTree.fromstring(text)  # noqa: S314 - without a document type there are no entities


def _paths(packed: zipfile.ZipFile) -> list[tuple[str, str]]:
    relations = {
        one.get("Id", ""): one.get("Target", "")
        for one in _part(packed, "xl/_rels/workbook.xml.rels")
    }
    book = _part(packed, "xl/workbook.xml")
    return [
        (one.get("name", ""), "xl/" + relations[one.get(_RELATION, "")].removeprefix("/xl/"))
        for one in book.iter(f"{_MAIN}sheet")
    ]


def _shared(packed: zipfile.ZipFile) -> list[str]:
    """Texts that cells share."""
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    return [_text(one) for one in _part(packed, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _rows(sheet: ElementTree.Element, shared: list[str]) -> Iterator[list[str]]:
    for row in sheet.iter(f"{_MAIN}row"):
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            named = _CELL.fullmatch(cell.get("r", ""))
            place = _column(named[1]) if named else len(cells)
            cells += [""] * (place - len(cells))
            cells.append(_value(cell, shared))
        yield cells


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        return shared[int(value)]
    return _unescaped(value)


def _text(element: ElementTree.Element) -> str:
    return _unescaped("".join(one.text or "" for one in element.iter(f"{_MAIN}t")))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as ``_x0007_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
