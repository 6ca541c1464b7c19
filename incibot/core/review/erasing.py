"""Takes the words of a deleted message, or of a voice taken back, out of what a review quotes of it.

Only between the fences: what people wrote themselves stays. A block that nobody had touched counts as
untouched afterwards too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from incibot.core.markup import in_quotes, links_in, markdown
from incibot.core.review.merge import in_fences
from incibot.core.review.voices import SOMEBODY
from incibot.core.secrets import mask
from incibot.core.voices import FEW

GONE = "[deleted in Slack]"
UNTOLD = "[no longer shown]"  # not whose wish that was: others' answers may have to go with one
SHORT = (
    12  # characters up to which others may have said just the same; then the citation tells whose
)

_ANYBODY = "\ue000"  # stands for a name, which may have been another one when it was quoted


class _Everybody(Mapping[str, str]):
    def __getitem__(self, _: str) -> str:
        return _ANYBODY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def without(document: str, entry: int, wordings: Iterable[str], channels: Mapping[str, str]) -> str:
    """The document without what that entry ever said.

    Args:
        wordings: in Slack's notation, the first and the later ones.
        channels: names by id, as in the quotes.
    """
    quotes = {
        markdown(mask(words), _Everybody(), channels)
        for said in wordings
        for words in (said, " ".join(links_in(said)))
        if words.strip()
    }
    if not quotes:
        return document
    patterns = [
        one for quote in sorted(quotes, key=len, reverse=True) for one in _patterns(quote, entry)
    ]

    def erased(text: str) -> str:
        for pattern, instead in patterns:
            text = pattern.sub(instead, text)
        return text

    return in_fences(document, erased)


def without_voices(
    document: str, gone: Iterable[str], unnamed: Iterable[Iterable[str]] = ()
) -> str:
    """The document without these answers, nor the names that stood by them.

    Args:
        gone: in Slack's notation.
        unnamed: of each question that one of those was an answer to, the answers without a name
            that stand: where too few of them are left, they go too.
    """
    patterns = [one for words in _longest_first(gone) for one in _of_a_voice(words)]
    companies = [[_unnamed(words) for words in _longest_first(each)] for each in unnamed]

    def erased(text: str) -> str:
        for pattern, instead in patterns:
            text = pattern.sub(instead, text)
        for company in companies:
            left = sum(len(item.findall(text)) for item in company)
            if 0 < left < FEW:
                for item in company:
                    text = item.sub(rf"\g<item>{UNTOLD}", text)
        return text

    return in_fences(document, erased) if patterns else document


def _longest_first(answers: Iterable[str]) -> list[str]:
    """As they stand in the document."""
    quotes = {markdown(mask(words), {}) for words in answers if words.strip()}
    return sorted(quotes, key=len, reverse=True)


def _of_a_voice(quote: str) -> Iterable[tuple[re.Pattern[str], str]]:
    """How an answer may stand there: as we wrote it, or in what people made of that."""
    yield _item(quote, r"[^\n“]*?"), rf"\g<item>{UNTOLD}"
    # They may have said just the same in the channel: where an entry is cited, it is that one's.
    told = r"(?=[^\n]*\(voice\))" if len(quote) <= SHORT else r"(?![^\n]*\(\[?#\d)"
    if "\n" not in quote:
        yield re.compile(_said(in_quotes(quote)) + told), f"“{UNTOLD}”"
    below = rf"(?P<lead>\A|^{told}[^\n]*\n){_below(quote)}$"
    yield re.compile(below, re.MULTILINE), rf"\g<lead>\g<indent>> {UNTOLD}"


def _unnamed(quote: str) -> re.Pattern[str]:
    return _item(quote, SOMEBODY)


def _item(quote: str, who: str) -> re.Pattern[str]:
    """A whole item of a list: whose it is, and what they said."""
    head = rf"^(?P<item>[ \t]*[-*] ){who}:? "
    beside = rf"{_said(in_quotes(quote))} \(voice\)[ \t]*$"
    below = rf"\(voice\)[ \t]*\n{_below(quote)}$"
    return re.compile(rf"{head}(?:{beside}|{below})", re.MULTILINE)


def _below(quote: str) -> str:
    """As a block quote at some indent."""
    first, *more = quote.split("\n")
    below = rf"(?P<indent>^[ \t]*)> {_said(first.rstrip())}[ \t]*"
    return below + "".join(rf"\n(?P=indent)>(?: {_said(line.rstrip())})?[ \t]*" for line in more)


def _patterns(quote: str, entry: int) -> Iterable[tuple[re.Pattern[str], str]]:
    """How it may stand there: on the line that tells of it, in a cell, or in a block below it."""
    cited = rf"[^\n]*#{entry}\b"
    short = len(quote) <= SHORT
    lines = quote.split("\n")
    if len(lines) == 1:
        beside = _said(in_quotes(quote))
        yield re.compile(beside + (f"(?={cited})" if short else "")), f"“{GONE}”"
    lead = rf"^(?P<lead>{cited}[^\n]*\n)" if short else "(?P<lead>)"
    yield re.compile(lead + _below(quote) + "$", re.MULTILINE), rf"\g<lead>\g<indent>> {GONE}"


def _said(text: str) -> str:
    return re.escape(text).replace(_ANYBODY, r"[^\n]{0,120}?")
