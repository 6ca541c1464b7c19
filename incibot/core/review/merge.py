"""Puts a fresh draft into a document that people have written in, and keeps what they wrote.

What incibot generates stands between fences, comments that no reader of the page sees::

    <!-- incibot:begin quiet 3f1c0a9b2d4e -->
    ## Quiet stretches
    ...
    <!-- incibot:end quiet -->

The word after the name is a hash of what was generated. While the text between the fences still has
that hash, nobody has touched it, and it is replaced. Once somebody has, it is theirs: it stays byte
for byte, and when the record has more to say than what they edited, the fresh text is offered right
below, between `incibot:offer` and `incibot:end-offer`. The offer is replaced when the record moves
on, goes when it has nothing new, and becomes people's own when they edit it.

Everything outside the fences is people's. A block that they deleted, fences and all, stays deleted:
the last line, `incibot:written`, remembers what was ever written, and a name that is taken off that
line is written anew. A new section goes right before the next one of the document, so that text
below the section before stays with it. A fence without its other half, or a second block of the same
name, is text of people's like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

_FENCE = re.compile(  # a line of its own; its beginning is literal, which is found fast
    r"<!-- incibot:(?<![^\n].{13})(?P<what>begin|end|offer|end-offer|written)"
    r"(?P<rest>(?: (?:[a-z][a-z0-9.-]*|[0-9][0-9a-f]{11}))*) -->[ \t]*\r?(?:\n|\Z)"
)
_TICK = re.compile(r"^(\s*[-*] )\[[xX-]\] ", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of the document that incibot generates: its text, without fences."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What incibot would write now, in the order of the document.

    Attributes:
        offer: the line above a text that is offered beside an edited one.
    """

    blocks: tuple[Block, ...]
    offer: str = ""


def read_draft(rendered: str, *, offer: str = "") -> Draft:
    """The blocks of a rendered template, which fences them without hashes.

    Raises:
        ValueError: a fence is not closed, a name stands twice, or text is outside the fences.
    """
    blocks: dict[str, Block] = {}
    within: str | None = None
    at = 0
    for fence in _FENCE.finditer(rendered):
        what, name = fence["what"], fence["rest"].strip()
        if within is None:
            _must_be_blank(rendered[at : fence.start()])
        if what == "begin" and within is None:
            if name in blocks:
                raise ValueError(f"the block “{name}” stands twice")
            within = name
            blocks[name] = Block(id=name, text="")
        elif what == "end" and within == name:
            blocks[name] = Block(id=name, text=_between(rendered, at, fence.start()))
            within = None
        else:
            raise ValueError(f"a fence that is out of place: {fence[0].strip()}")
        at = fence.end()
    if within is not None:
        raise ValueError(f"the block “{within}” has no end")
    _must_be_blank(rendered[at:])
    return Draft(blocks=tuple(blocks.values()), offer=offer)


def _between(text: str, since: int, until: int) -> str:
    """That part of it less blank lines around, with a line's end; copied once, since it may be long."""
    while since < until and text[since] == "\n":
        since += 1
    while since < until and text[until - 1] == "\n":
        until -= 1
    return text[since : until + 1] if since < until else "\n"


def _must_be_blank(text: str) -> None:
    if line := text.strip().partition("\n")[0]:
        raise ValueError(f"text outside the blocks: {line.strip()}")


def in_fences(document: str, change: Callable[[str], str]) -> str:
    """The document with what incibot generated in it changed; what people wrote around it stays.

    A block that nobody has touched is as untouched as it was.
    """
    pieces: list[str] = []
    for part in _raw(document):
        if isinstance(part, str):
            pieces.append(part)
            continue
        fence, text, end = part
        changed = change(text)
        begin = fence[0]
        if changed != text and fence["rest"].split()[-1] == _hash(text):
            begin = begin.replace(_hash(text), _hash(changed))
        pieces += [begin, changed, end[0]]
    return "".join(pieces)


def merge(previous: str | None, fresh: Draft) -> str:
    """The document with the fresh draft in it; see the top of this module."""
    parts = list(_parts(previous or ""))
    newline = "\r\n" if previous and "\r\n" in previous else "\n"
    known = {one.id for one in parts if isinstance(one, _Block)}
    written = dict.fromkeys(
        name for one in parts if isinstance(one, _Written) for name in one.names
    )
    texts = {block.id: block.text for block in fresh.blocks}
    offers = _offers_that_stay(parts)

    body: list[str] = []
    kept: set[str] = set()  # blocks that stand in the document after this
    places: dict[str, int] = {}  # where in `body` each block begins
    for part in parts:
        match part:
            case _Text(raw=raw):
                body.append(raw)
            case _Block(id=name) if part.is_edited:
                kept.add(name)
                places[name] = len(body)
                body.append(part.raw)
                fresh_offer = _offer(part, texts, fresh.offer)
                if fresh_offer and _hash(fresh_offer) not in offers.get(name, ()):
                    body[-1] = _ended(part.raw, newline)
                    body.append(_fenced_offer(name, fresh_offer).replace("\n", newline))
            case _Block(id=name) if name in texts:
                kept.add(name)
                places[name] = len(body)
                body.append("".join(_fenced(name, texts[name])).replace("\n", newline))
            case _Block():
                pass  # nobody touched it, and the record no longer gives it
            case _Offer() if part.is_edited:
                body.append(part.raw)
            case _Offer() | _Written():
                pass
    gone = set(written) - known
    new = [block for block in fresh.blocks if block.id not in kept and block.id not in gone]
    return _with_new(body, places, new, fresh, kept | gone, newline)


def by_whom(document: str) -> Iterator[tuple[str, bool]]:
    """The document in pieces that add up to it; True: incibot generated it, and nobody touched it."""
    for part in _parts(document):
        match part:
            case _Block() | _Offer():
                yield part.raw, not part.is_edited
            case _Written():
                yield part.raw, True
            case _Text():
                yield part.raw, False


def _with_new(
    body: list[str],
    places: dict[str, int],
    new: list[Block],
    fresh: Draft,
    known: set[str],
    newline: str,
) -> str:
    """The document with the new blocks, each right before the next one that stands already."""
    order = [block.id for block in fresh.blocks]
    before: dict[int, list[str]] = {}
    for block in new:
        after = order[order.index(block.id) + 1 :]
        place = next((places[name] for name in after if name in places), len(body))
        pieces = (*_fenced(block.id, block.text), "\n")
        before.setdefault(place, []).extend(one.replace("\n", newline) for one in pieces)
    document: list[str] = []
    for place in range(len(body) + 1):
        if place == len(body) and place in before:
            document.append(_gap(document, newline))
        document += before.get(place, [])
        document += body[place : place + 1]
    names = [name for name in order if name in known or any(one.id == name for one in new)]
    names += sorted(known - set(names))
    if names:
        document.append(_gap(document, newline))
        document.append(f"<!-- incibot:written {' '.join(names)} -->{newline}")
    return "".join(document)


def _gap(pieces: Sequence[str], newline: str) -> str:
    """What it takes for the next line to stand after an empty one."""
    text = ""
    for piece in reversed(pieces):
        text = piece[-3:] + text
        if len(text) >= 3:
            break
    if not text or text.endswith(("\n\n", "\n\r\n")):
        return ""
    return newline if text.endswith("\n") else newline * 2


# The document, read


@dataclass(frozen=True, slots=True)
class _Text:
    raw: str


@dataclass(frozen=True, slots=True)
class _Block:
    raw: str
    id: str
    hash: str
    text: str

    @property
    def is_edited(self) -> bool:
        return _hash(self.text) != self.hash


@dataclass(frozen=True, slots=True)
class _Offer:
    raw: str
    id: str
    hash: str
    text: str

    @property
    def is_edited(self) -> bool:
        return _hash(self.text) != self.hash


@dataclass(frozen=True, slots=True)
class _Written:
    raw: str
    names: tuple[str, ...]


_Part = _Text | _Block | _Offer | _Written


def _parts(document: str) -> Iterator[_Part]:
    """The document in its parts; their raw texts add up to it."""
    seen: set[str] = set()
    for part in _raw(document):
        if isinstance(part, str):
            fence = _FENCE.fullmatch(part)
            is_written = fence is not None and fence["what"] == "written"
            yield (
                _Written(part, tuple(fence["rest"].split()))
                if fence and is_written
                else _Text(part)
            )
            continue
        begin, text, end = part
        name, hashed = begin["rest"].split()
        raw = f"{begin[0]}{text}{end[0]}"
        if begin["what"] == "offer":
            yield _Offer(raw, name, hashed, text)
        elif name in seen:
            yield _Text(raw)
        else:
            seen.add(name)
            yield _Block(raw, name, hashed, text)


def _raw(document: str) -> Iterator[str | tuple[re.Match[str], str, re.Match[str]]]:
    """The text between fences with the one and the other; what is around them, and single fences."""
    fences = list(_FENCE.finditer(document))
    at = 0
    for fence, following in zip(fences, [*fences[1:], None], strict=False):
        if fence.start() < at:
            continue  # the end of the one before
        if at < fence.start():
            yield document[at : fence.start()]
        at = fence.end()
        if following is not None and _closes(following, fence):
            yield fence, document[at : following.start()], following
            at = following.end()
        else:
            yield fence[0]
    if at < len(document):
        yield document[at:]


def _closes(fence: re.Match[str], opened: re.Match[str]) -> bool:
    words = opened["rest"].split()
    if len(words) != 2:
        return False
    wanted = {"begin": ("end", words[0]), "offer": ("end-offer", "")}.get(opened["what"])
    return (fence["what"], fence["rest"].strip()) == wanted


def _offers_that_stay(parts: Iterable[_Part]) -> dict[str, set[str]]:
    """The hashes under which texts were offered that people have edited since."""
    offers: dict[str, set[str]] = {}
    for part in parts:
        if isinstance(part, _Offer) and part.is_edited:
            offers.setdefault(part.id, set()).add(part.hash)
    return offers


# The document, written


def _hash(text: str) -> str:
    """Of the text with no box ticked: to tick one is to answer, and no edit."""
    unticked = _TICK.sub(r"\1[ ] ", text.replace("\r\n", "\n"))
    return hashlib.sha256(unticked.encode()).hexdigest()[:12]


def _tame(text: str) -> str:
    """The text with nothing in it that could be taken for a fence."""
    return text.replace("<!-- incibot:", "&lt;!-- incibot:")


def _body(text: str) -> str:
    if text.endswith("\n") and not text.startswith("\n") and not text.endswith("\n\n"):
        return _tame(text)  # a long one is not copied
    return _tame(text.strip("\n")) + "\n"


def _fenced(name: str, text: str) -> tuple[str, str, str]:
    body = _body(text)
    return f"<!-- incibot:begin {name} {_hash(body)} -->\n", body, f"<!-- incibot:end {name} -->\n"


def _offer(edited: _Block, texts: dict[str, str], note: str) -> str:
    """What to offer beside an edited block; nothing where the record gives nothing new."""
    if edited.id not in texts:
        return ""
    body = _body(texts[edited.id])
    if _hash(body) in (edited.hash, _hash(edited.text)):
        return ""
    first, _, rest = body.partition("\n")
    shown = rest.lstrip("\n") if first.startswith("#") and rest.strip() else body
    return f"{_tame(note)}\n\n{shown}" if note else shown


def _fenced_offer(name: str, body: str) -> str:
    return f"<!-- incibot:offer {name} {_hash(body)} -->\n{body}<!-- incibot:end-offer -->\n"


def _ended(raw: str, newline: str) -> str:
    return raw if raw.endswith("\n") else raw + newline
