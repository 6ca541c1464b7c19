"""Slack's mrkdwn, read as Slack's client reads it: text becomes the elements of a `rich_text` block."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from incibot.playground.markup import unescape
from incibot.playground.terms import Json

_STYLES: Final[Mapping[str, str]] = {"*": "bold", "_": "italic", "~": "strike"}
_PREFORMATTED: Final = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTED: Final = re.compile(r"(?:&gt;|>)(?P<rest>(?:&gt;|>){2})?[ ]?")
_TONE: Final = re.compile(r"(.+)::skin-tone-([2-6])")
_SAFE: Final = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+", re.IGNORECASE)
_BROADCASTS: Final = ("here", "channel", "everyone")

_TOKEN: Final = r"(?P<token><[^<>\n]+>)"  # noqa: S105 - no password
_CODE: Final = r"(?<![^\W_])(?<!`)`(?P<code>[^`\n]+)`(?![^\W_`])"
_EMOJI: Final = r":(?P<emoji>[a-z0-9_+'-]+(?:::skin-tone-[2-6])?):"
_URL: Final = r"(?<![\w/])(?P<url>https?://[^\s<>|]+)"
_EMAIL: Final = r"(?<![\w.+-])(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
_AT: Final = r"(?<![\w@])@(?P<at>here|channel|everyone)(?!\w)"

_ATOMS: Final = re.compile("|".join((_TOKEN, _CODE, _EMOJI)))
_ATOMS_AND_LINKS: Final = re.compile("|".join((_TOKEN, _CODE, _URL, _EMAIL, _EMOJI)))
_ATOMS_OF_ALL_KINDS: Final = re.compile("|".join((_TOKEN, _CODE, _URL, _EMAIL, _AT, _EMOJI)))
_TOKENS: Final = re.compile(_TOKEN)
_EMOJIS: Final = re.compile(_EMOJI)
_TRAIL: Final = re.compile(r"(?:[.,;:!?)\]'\"*_~]|&gt;|&lt;)*$")


def rich(text: str, *, links: bool = False, broadcasts: bool = False) -> list[Json]:
    """Escaped mrkdwn -> sections, quotes and preformatted pieces, in reading order.

    Args:
        links: bare addresses become links, as they do where `verbatim` is not set.
        broadcasts: a bare ``@here`` calls everybody, as it does where `verbatim` is not set.
    """
    atoms = _ATOMS_OF_ALL_KINDS if broadcasts else _ATOMS_AND_LINKS if links else _ATOMS
    found: list[Json] = []
    end = 0
    for piece in _PREFORMATTED.finditer(text):
        inside = piece[1].removeprefix("\n").removesuffix("\n")
        if not inside.strip():
            continue
        found += _lines(text[end : piece.start()].removesuffix("\n"), atoms)
        found.append({"type": "rich_text_preformatted", "elements": _within(inside, _TOKENS, {})})
        end = piece.end()
        if text[end : end + 1] == "\n":
            end += 1
    return [*found, *_lines(text[end:], atoms)]


def plain(text: str, *, emoji: bool = True) -> list[Json]:
    """Plain text -> one section: nothing in it means anything, but for emoji."""
    elements: list[Json] = []
    end = 0
    for piece in _EMOJIS.finditer(text) if emoji else ():
        if drawn := _emoji(piece["emoji"]):
            _add(elements, text[end : piece.start()], {})
            elements.append(drawn)
            end = piece.end()
    _add(elements, text[end:], {})
    return [{"type": "rich_text_section", "elements": elements}] if elements else []


@cache
def emojis() -> Mapping[str, str]:
    """Each emoji's short name and the characters that it stands for."""
    there = files("incibot.playground") / "page" / "vendor" / "emoji.json"
    names: dict[str, str] = json.loads(there.read_text(encoding="utf-8"))
    return names


# --- Lines ---------------------------------------------------------------------------------------


def _lines(text: str, atoms: re.Pattern[str]) -> Iterator[Json]:
    """Sections and quotes, each of as many lines as follow upon each other."""
    group: list[str] = []
    quoting = quoting_rest = False
    for line in text.split("\n"):
        mark = None if quoting_rest else _QUOTED.match(line)
        quotes = quoting_rest or mark is not None
        if quotes != quoting and group:
            yield from _group(group, quoting, atoms)
            group = []
        quoting = quotes
        quoting_rest = quoting_rest or bool(mark and mark["rest"])
        group.append(line[mark.end() :] if mark else line)
    yield from _group(group, quoting, atoms)


def _group(lines: list[str], quoting: bool, atoms: re.Pattern[str]) -> Iterator[Json]:
    elements: list[Json] = []
    for number, line in enumerate(lines):
        if number:
            _add(elements, "\n", {})
        for element in _Line(line, atoms).elements():
            _append(elements, element)
    if elements:
        yield {"type": "rich_text_quote" if quoting else "rich_text_section", "elements": elements}


# --- Within a line -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece of a line in which no marker counts."""

    end: int
    elements: list[Json]


class _Line:
    """One line, in which styles may stand within each other but not within themselves."""

    def __init__(self, line: str, atoms: re.Pattern[str]) -> None:
        self._line = line
        self._atoms: dict[int, _Atom] = {}
        self._closing: dict[str, list[int]] = {marker: [] for marker in _STYLES}
        opening: list[int] = []
        end = 0
        for found in atoms.finditer(line):
            if (atom := _atom(found)) is None:
                continue
            opening += self._markers(end, found.start())
            self._atoms[found.start()] = atom
            end = atom.end
        opening += self._markers(end, len(line))
        self._stops = sorted([*opening, *self._atoms])

    def _markers(self, start: int, end: int) -> Iterator[int]:
        """Where a style may begin between these places; notes where one may end."""
        for at in range(start, end):
            marker = self._line[at]
            if marker not in _STYLES:
                continue
            before, after = self._line[at - 1 : at] if at else "", self._line[at + 1 : at + 2]
            if marker in (before, after):
                continue
            if after and not after.isspace() and not before.isalnum():
                yield at
            if before and not before.isspace() and not after.isalnum():
                self._closing[marker].append(at)

    def elements(self) -> list[Json]:
        """The whole line."""
        return self._between(0, len(self._line), {})

    def _between(self, start: int, end: int, style: Mapping[str, bool]) -> list[Json]:
        made: list[Json] = []
        done = start
        for number in range(bisect_left(self._stops, start), bisect_left(self._stops, end)):
            stop = self._stops[number]
            if stop < done:
                continue
            if atom := self._atoms.get(stop):
                _add(made, unescape(self._line[done:stop]), style)
                for element in atom.elements:
                    _append(made, _styled(element, style))
                done = atom.end
                continue
            name = _STYLES[self._line[stop]]
            closing = self._closes(stop, end)
            if name in style or closing is None:
                continue
            _add(made, unescape(self._line[done:stop]), style)
            for element in self._between(stop + 1, closing, {**style, name: True}):
                _append(made, element)
            done = closing + 1
        _add(made, unescape(self._line[done:end]), style)
        return made

    def _closes(self, opened: int, end: int) -> int | None:
        """Where the style that begins here ends, if it does before `end`."""
        places = self._closing[self._line[opened]]
        at = bisect_left(places, opened + 2)
        return places[at] if at < len(places) and places[at] < end else None


def _atom(found: re.Match[str]) -> _Atom | None:
    """What a match stands for; None where it is mere text."""
    kind = found.lastgroup
    whole = found[0]
    if kind == "code":
        return _Atom(found.end(), _within(found["code"], _TOKENS, {"code": True}))
    if kind == "emoji":
        drawn = _emoji(found["emoji"])
        return _Atom(found.end(), [drawn]) if drawn else None
    if kind == "at":
        return _Atom(found.end(), [{"type": "broadcast", "range": found["at"]}])
    if kind == "email":
        link = {"type": "link", "url": f"mailto:{whole}", "text": whole}
        return _Atom(found.end(), [link])
    if kind == "url":
        trail = _TRAIL.search(whole)
        bare = whole[: trail.start()] if trail else whole
        if not _SAFE.fullmatch(bare):
            return None
        return _Atom(found.start() + len(bare), [{"type": "link", "url": unescape(bare)}])
    return _Atom(found.end(), [_token(whole)])


def _within(text: str, atoms: re.Pattern[str], style: Mapping[str, bool]) -> list[Json]:
    """Text in which only Slack's `<...>` means anything: code."""
    made: list[Json] = []
    end = 0
    for found in atoms.finditer(text):
        _add(made, unescape(text[end : found.start()]), style)
        _append(made, _styled(_token(found[0]), style))
        end = found.end()
    _add(made, unescape(text[end:]), style)
    return made


def _token(whole: str) -> Json:
    """What stands between `<` and `>`; itself as text where Slack knows no such thing."""
    target, bar, label = whole[1:-1].partition("|")
    sign, name = target[:1], target[1:]
    if sign == "@" and re.fullmatch(r"[UWB]\w+", name):
        return {"type": "user", "user_id": name}
    if sign == "#" and re.fullmatch(r"[CGD]\w+", name):
        return {"type": "channel", "channel_id": name}
    if sign == "!":
        return _special(name, label) or _text(unescape(label) if label else f"<{unescape(name)}>")
    if _SAFE.fullmatch(target):
        link: Json = {"type": "link", "url": unescape(target)}
        return {**link, "text": unescape(label)} if bar and label.strip() else link
    return _text(unescape(whole))


def _special(name: str, label: str) -> Json | None:
    kind, *parts = name.split("^")
    if kind in _BROADCASTS:
        return {"type": "broadcast", "range": kind}
    if kind == "subteam" and parts and parts[0]:
        return {"type": "usergroup", "usergroup_id": parts[0]}
    if kind == "date" and len(parts) >= 2 and re.fullmatch(r"-?[0-9]{1,12}", parts[0]):
        date: Json = {"type": "date", "timestamp": int(parts[0]), "format": unescape(parts[1])}
        if len(parts) > 2 and _SAFE.fullmatch(parts[2]):
            date["url"] = unescape(parts[2])
        return {**date, "fallback": unescape(label)}
    return None


def _emoji(name: str) -> Json | None:
    """An emoji by its name, as Slack writes it: with its code points, and its skin tone apart."""
    characters = emojis().get(name)
    if characters is None:
        return None
    codes = "-".join(f"{ord(one):x}" for one in characters)
    if toned := _TONE.fullmatch(name):
        return {"type": "emoji", "name": toned[1], "unicode": codes, "skin_tone": int(toned[2])}
    return {"type": "emoji", "name": name, "unicode": codes}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _styled(element: Json, style: Mapping[str, bool]) -> Json:
    return {**element, "style": {**style, **element.get("style", {})}} if style else element


def _add(elements: list[Json], text: str, style: Mapping[str, bool]) -> None:
    if text:
        _append(elements, _styled(_text(text), style))


def _append(elements: list[Json], element: Json) -> None:
    """Text joins the text before it where both look the same."""
    last = elements[-1] if elements else None
    if (
        last is not None
        and last["type"] == element["type"] == "text"
        and last.get("style") == element.get("style")
    ):
        elements[-1] = {**last, "text": last["text"] + element["text"]}
    else:
        elements.append(element)
