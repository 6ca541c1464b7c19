"""What in a text in Markdown is its writer's own prose, and where it stands.

Anything else is blanked out: code, links and addresses, quotes and block quotes, chat, names of files
and of variables, tables of a timeline or of evidence, and what incibot generated. Each step goes over
the text once, however nasty it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from incibot.core.review.merge import by_whom

LONGEST = 1000  # characters of a sentence; a longer one is cut at a space

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph, a heading, an item of a list or a row of a table; as long as in the text.

    Attributes:
        start: where in the text it begins.
        headline: the part of it, from its beginning on, that readers see first.
        headings: those that it stands under, the outermost first, with itself if it is one.
        wishes: words of the comments that are meant for it.
    """

    start: int
    text: str
    headline: int
    headings: tuple[str, ...]
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Attributes: wishes: those for the whole text, as pairs: ``profile security``, ``always LC01``."""

    passages: tuple[Passage, ...]
    wishes: tuple[tuple[str, str], ...]


def lines_of(text: str) -> list[str]:
    """With their ends; only a line feed ends one."""
    return _LINE.findall(text)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends; what is blank is none."""
    since = 0
    for until in [*(found.end() for found in _SENTENCE.finditer(text)), len(text)]:
        while until - since > LONGEST:
            cut = text.rfind(" ", since + LONGEST // 2, since + LONGEST)
            cut = cut if cut > since else since + LONGEST
            yield since, cut
            since = cut
        if not text[since:until].isspace() and since < until:
            yield since, until
        since = until


def read_page(text: str) -> Page:
    lines = lines_of(text)
    own, wishes = _without_others(text, lines)
    cut = _Cut(own, {number: words for number, words in wishes if words[0] == "ignore"})
    return Page(
        passages=tuple(cut.passages),
        wishes=tuple(
            (words[0], word) for _, words in wishes if words[0] != "ignore" for word in words[1:]
        ),
    )


# Line by line: what is no prose at all, or not the writer's

_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)]) +)*(`{3,}|~{3,})")
_WISH = re.compile(r"<!--[ \t]*incibot:(ignore-always|ignore|profile)\b([\w ,-]{0,200})-->")
_OTHERS = ("pre", "code", "blockquote", "q", "cite", "samp", "kbd", "script", "style", "del")
_OPENS = re.compile(rf"<!--|<({'|'.join(_OTHERS)})\b[^<>\n]*>", re.IGNORECASE)

_Wishes = list[tuple[int, tuple[str, ...]]]


def _without_others(text: str, lines: list[str]) -> tuple[list[str], _Wishes]:
    """The lines, blank where they are code, comments or generated; and the wishes in comments."""
    ours = [mine for raw, mine in by_whom(text) for _ in lines_of(raw)]
    lowered = text.lower()
    ends = {name: lowered.rfind(f"</{name}") for name in _OTHERS}
    found: list[str] = []
    wishes: _Wishes = []
    fence = closer = ""
    at = 0
    for number, line in enumerate(lines):
        start, at = at, at + len(line)
        opened = None if ours[number] or closer else _FENCE.match(line)
        if ours[number]:
            found.append(_blank(line))
        elif fence:
            if opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
                fence = ""
            found.append(_blank(line))
        elif opened and "`" not in line[opened.end() :]:
            fence = opened[1]
            found.append(_blank(line))
        else:
            for word, rest in _WISH.findall(line):
                wishes.append((number, (word, *rest.replace(",", " ").split())))
            line, closer = _without_elements(line, closer, start, ends)
            found.append(line)
    return found, wishes


def _without_elements(
    line: str, closer: str, start: int, ends: Mapping[str, int]
) -> tuple[str, str]:
    """The line less comments and elements that hold no prose; and what ends one that goes on."""
    found: list[str] = []
    lowered = line.lower()
    at = ticks = 0
    while True:
        if closer:
            end = lowered.find(closer, at)
            if end < 0:
                found.append(_blank(line[at:]))
                break
            stop = line.find(">", end) + 1 or end + len(closer)
            found.append(_blank(line[at:stop]))
            at, closer = stop, ""
        opened = _OPENS.search(line, at)
        if opened is None:
            found.append(line[at:])
            break
        ticks += line.count("`", at, opened.start())
        name = (opened[1] or "").lower()
        found.append(line[at : opened.start()])
        if ticks % 2:  # it stands in code
            found.append(opened[0])
        else:
            found.append(_blank(opened[0]))
            if not name or ends[name] > start:
                closer = f"</{name}" if name else "-->"
        at = opened.end()
    return "".join(found), closer


def _blank(text: str) -> str:
    return "".join("\n" if character == "\n" else " " for character in text)


# Paragraph by paragraph

_MARKER = r"(?:[-*+]|\d{1,9}[.)])"
_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_QUOTE = re.compile(rf"[ \t]*(?:{_MARKER}[ \t]+){{0,5}}>")
_ITEM = re.compile(rf"[ \t]*{_MARKER}(?=[ \t]|$)(?:[ \t]+\[[ xX-]\](?=[ \t]))?")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]\n]{1,200}\]:\s*\S")
_OF_EVIDENCE = re.compile(
    r"\b(?:time|when|at|utc|clock|date|timestamp|evidence|quotes?|message|said|log|source"
    r"|rests on|links?|permalink)\b",
    re.IGNORECASE,
)
_CLOCK = (
    r"\[?(?:\d{4}-\d\d-\d\d[T ]+)?\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?: ?[ap]m)?(?: ?[A-Z]{1,4}\b)?\]?"
)
_ROW_OF_A_TIME = re.compile(rf"[ \t]*\|?[ \t]*[*_`]*{_CLOCK}", re.IGNORECASE)
_CHAT = re.compile(
    rf"[ \t]*(?:[-*+][ \t]+)?[*_`]*{_CLOCK}[*_`]*[ \t,–—-]*"
    r"(?:<[^<>\n]{1,80}>|@?[\w.-]{1,40}(?: [\w.-]{1,40}){0,2}(?: \([^()\n]{1,60}\))?:[*_]*(?=\s))",
    re.IGNORECASE,
)
_CITED = re.compile(r", (?:marked|system|possible|confirmed)(?: A\d\d)?\)$")
_LABEL = re.compile(r"\W*\w+(?: [\w-]+){0,5}\W{0,3}:")


class _Cut:
    """Cuts lines into passages. `wishes`: those that are meant for a paragraph, by their line."""

    def __init__(self, lines: list[str], wishes: Mapping[int, tuple[str, ...]]) -> None:
        self.passages: list[Passage] = []
        self._lines = lines
        self._wishes = wishes
        self._starts = [0, *accumulate(map(len, lines))]
        self._headings: list[tuple[int, str]] = []
        self._counted = 0  # headings so far
        self._began = False  # there was a first sentence
        self._waiting: list[str] = []  # wishes for the next paragraph
        self._open: list[int] = []  # the lines of the paragraph that is being read
        self._cut()

    def _cut(self) -> None:
        quoting = in_list = in_code = False
        after_blank = True
        number = self._front_matter()
        while number < len(self._lines):
            here, number = number, number + 1
            line = self._lines[here].rstrip()
            if not line:
                self._end()
                self._waiting += self._wishes.get(here, ())
                after_blank, quoting = True, False
                continue
            wide = line.expandtabs(4)
            indent = len(wide) - len(wide.lstrip())
            in_code = indent >= 4 and (in_code or (after_blank and not in_list))
            was_blank, after_blank = after_blank, False
            if in_code:
                continue
            heading, item, rule = _HEADING.match(line), _ITEM.match(line), _RULE.match(line)
            quoting = bool(_QUOTE.match(line) or (quoting and not (heading or item or rule)))
            if quoting or _CITED.search(line) or _CHAT.match(line) or _DEFINITION.match(line):
                self._end()
            elif self._open and (under := _UNDERLINE.match(line)):
                self._end(heading=1 if "=" in under[1] else 2)
            elif rule:
                self._end()
            elif heading:
                self._end()
                self._open.append(here)
                self._end(heading=len(heading[1]))
            elif "|" in line and number < len(self._lines) and _divides(self._lines[number]):
                self._end()
                number = self._table(here)
            else:
                if item:
                    self._end()
                    in_list = True
                elif was_blank and not indent:
                    in_list = False
                self._open.append(here)
        self._end()

    def _front_matter(self) -> int:
        """How many lines stand before the text, as some tools have it."""
        if self._lines and self._lines[0].rstrip() == "---":
            for number, line in enumerate(self._lines[1:200], start=1):
                if line.rstrip() in ("---", "..."):
                    return number + 1
        return 0

    def _table(self, here: int) -> int:
        """Its rows one by one, unless it is one of evidence. Answers with the line after it."""
        until = here + 2
        while until < len(self._lines) and "|" in self._lines[until]:
            until += 1
        rows = [here, *range(here + 2, until)]
        if _OF_EVIDENCE.search(self._lines[here]) or any(
            _ROW_OF_A_TIME.match(self._lines[row]) for row in rows[1:]
        ):
            return until
        for row in rows:
            self._lines[row] = self._lines[row].replace("|", ".")
            self._open.append(row)
            self._end()
        return until

    def _end(self, *, heading: int = 0) -> None:
        """What was read so far is a passage."""
        if not self._open:
            return
        first = self._open[0]
        text = "".join(self._lines[number] for number in self._open)
        if heading:
            self._headings = [one for one in self._headings if one[0] < heading]
            self._headings.append((heading, text.strip("# \t\r\n")))
            self._counted += 1
        elif marker := _ITEM.match(text):
            text = " " * marker.end() + text[marker.end() :]
        text = _own_words(text)
        wishes = [word for number in self._open for word in self._wishes.get(number, ())]
        self.passages.append(
            Passage(
                start=self._starts[first],
                text=text,
                headline=len(text) if heading else self._headline(text),
                headings=tuple(title for _, title in self._headings),
                wishes=(*self._waiting, *wishes),
            )
        )
        self._open, self._waiting = [], []

    def _headline(self, text: str) -> int:
        """The first sentence of all, and labels at the top such as ``Time to recovery: 25 min``."""
        begins, self._began = not self._began, True
        if self._counted < 2 and _LABEL.match(text):
            return len(text)
        return next((until for _, until in sentences(text)), 0) if begins else 0


def _divides(line: str) -> bool:
    """It stands between the head of a table and its rows."""
    return "-" in line and "|" in line and not set(line.strip()) - set("|:- \t")


# Word by word

_TICKS = re.compile(r"`+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[a-z]+://[^<>\s]*>")
_LINK = re.compile(
    r"!?\[[^\[\]]{0,500}\]"
    r"(?:\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,2000})?(?:\s+[\"'][^()\"]{0,200}[\"'])?\)"
    r"|\[[^\[\]\n]{0,200}\])"
)
_WORD = re.compile(r"\S+")
_OF_CODE = re.compile(r"://|@|^\W*www\.|[^\W_]_+[^\W_]|^[\"'(\[]*[#.][^\W\d_]")
_FILE = re.compile(r"\W*[\w-]+(?:\.[\w-]+)*\.[a-z0-9]{1,10}\W*")
_SINGLE = (
    re.compile(r"(?<![\w'])'(?=[^\s'])(?:[^']|(?<=\w)'(?=\w)){1,600}?(?<!\s)'(?!\w)"),
    re.compile(r"‘[^‘]{1,600}?’(?!\w)"),
)
_CLOSES = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」"}
_OPENING = re.compile(f"[{''.join(_CLOSES)}]")


def _own_words(text: str) -> str:
    """Blank where it is code, a link, an address, a name of a file, or a quote; so are asterisks."""
    text = _without_code(text)
    text = _TAG.sub(_blanked, text)
    text = _LINK.sub(_blanked, _LINK.sub(_blanked, text))  # twice, for a picture in a link
    text = _WORD.sub(_without_names, text)
    text = _without_quotes(text)
    return text.replace("*", " ").replace("_", " ")


def _blanked(found: re.Match[str]) -> str:
    return _blank(found[0])


def _without_names(found: re.Match[str]) -> str:
    word = found[0]
    return _blank(word) if _OF_CODE.search(word) or _FILE.fullmatch(word) else word


def _without_code(text: str) -> str:
    """Between backticks, as many at the end as at the beginning."""
    runs = list(_TICKS.finditer(text))
    by_length: dict[int, list[int]] = {}
    for place, run in enumerate(runs):
        by_length.setdefault(len(run[0]), []).append(place)
    spans = []
    place = 0
    while place < len(runs):
        same = by_length[len(runs[place][0])]
        after = bisect_right(same, place)
        if after < len(same):
            spans.append((runs[place].start(), runs[same[after]].end()))
            place = same[after]
        place += 1
    return _without(text, spans)


def _without_quotes(text: str) -> str:
    spans: list[tuple[int, int]] = []
    at = 0
    while opened := _OPENING.search(text, at):
        ends = [end for one in _CLOSES[opened[0]] if (end := text.find(one, opened.end())) >= 0]
        # One that does not end goes on in the next paragraph.
        at = min(ends, default=len(text) - 1) + 1
        spans.append((opened.start(), at))
    text = _without(text, [*spans])
    text = _without(text, _straight(text))
    for single in _SINGLE:
        text = single.sub(_blanked, text)
    return text


def _straight(text: str) -> list[tuple[int, int]]:
    spans = []
    opened = -1
    for found in re.finditer('"', text):
        at = found.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if opened >= 0 and before.strip() and not after.isalnum():
            spans.append((opened, at + 1))
            opened = -1
        elif opened < 0 and after.strip() and not before.isalnum():
            opened = at
    return spans


def _without(text: str, spans: Collection[tuple[int, int]]) -> str:
    """The text, blank within the spans, which are in order and do not overlap."""
    pieces, at = [], 0
    for since, until in spans:
        pieces += [text[at:since], _blank(text[since:until])]
        at = until
    return "".join([*pieces, text[at:]])
